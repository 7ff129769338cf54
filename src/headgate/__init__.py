"""Headgate: AI analysis of tables and time series in which only approved column header names ever leave.

    import headgate
    report = headgate.analyse("plant.csv")      # built-in planner: no network, no key
    report.save("report")

The names below are the library; everything else is inside. They are imported when first used. `HeadgateTransport` is
one more for who installed the extra `httpx2`; it is not in `__all__`, so that a star import needs no extra.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.app import analyse, read
    from headgate.drop_in import HeadgateTransport  # noqa: F401
    from headgate.engines.interface import Result, Skipped
    from headgate.errors import HeadgateError, InputError, IntegrityError, RefusalError, UnavailableError
    from headgate.headers import Header, Table
    from headgate.manifest import ApprovedManifest, Choice, Decision
    from headgate.plan import Plan
    from headgate.report import Report
    from headgate.screening import Finding, Screened, Verdict, screen

_HOMES = {
    "analyse": "app",
    "HeadgateTransport": "drop_in",
    "Result": "engines.interface",
    "Skipped": "engines.interface",
    "HeadgateError": "errors",
    "InputError": "errors",
    "IntegrityError": "errors",
    "RefusalError": "errors",
    "UnavailableError": "errors",
    "Header": "headers",
    "Table": "headers",
    "read": "app",
    "ApprovedManifest": "manifest",
    "Choice": "manifest",
    "Decision": "manifest",
    "Plan": "plan",
    "Report": "report",
    "Finding": "screening",
    "Screened": "screening",
    "Verdict": "screening",
    "screen": "screening",
}

__all__ = [
    "ApprovedManifest",
    "Choice",
    "Decision",
    "Finding",
    "Header",
    "HeadgateError",
    "InputError",
    "IntegrityError",
    "Plan",
    "RefusalError",
    "Report",
    "Result",
    "Screened",
    "Skipped",
    "Table",
    "UnavailableError",
    "Verdict",
    "analyse",
    "read",
    "screen",
]


def __getattr__(name: str) -> object:
    """The public name, imported now."""
    if name not in _HOMES:
        raise AttributeError(f"module 'headgate' has no attribute {name!r}")
    return getattr(import_module(f"headgate.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
