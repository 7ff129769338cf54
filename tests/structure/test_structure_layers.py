"""Imports point one way, and what comes from outside comes in through named doors."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "headgate"

RANKS = [
    {"errors", "canonical", "clock", "isolation", "tls"},
    {"database"},
    {"ledger", "headers", "screening", "catalogue"},
    {"manifest"},
    {"plan"},
    {"providers", "policy"},
    {"sandbox"},
    {"engines", "gate"},
    {"cell"},
    {"charts"},
    {"report"},
    {"analysis"},
    {"settings"},
    {"sealed"},
    {"app"},
    {"cli", "drop_in"},
    {"__main__"},
]
SIDEWAYS = {
    ("headers", "screening"),  # is the first row a header at all?
    ("catalogue", "headers"),  # the local types
    ("canonical", "errors"),
    ("tls", "errors"),
}

# Who may import what from outside. A module named here covers its package; None means nobody else is asked.
DOORS = {
    "socket": {
        "cell.driver",
        "engines.spark_connect",
        "gate.transport",
        "headers.postgres",
        "sandbox.connection",
        "sandbox.probes",
    },
    "ssl": {"engines.spark_connect", "gate.transport", "headers.postgres", "tls"},
    "pg8000": {"headers.postgres"},
    "h2": {"engines.spark_connect"},
    "google": {"engines.spark_connect"},
    "pyspark": {"engines.spark_connect"},
    "grpc": set[str](),
    "http": {"gate.transport"},
    "urllib": set[str](),
    "httpx2": {"drop_in"},
    "anyio": {"drop_in"},
    "requests": set[str](),
    "asyncio": set[str](),
    "subprocess": {"cell.driver", "sandbox.process"},
    "multiprocessing": set[str](),
    "ctypes": {"sandbox"},
    "ibis": {"engines"},
    "sqlglot": {"engines.compiled"},
    "duckdb": {"engines", "headers.databases"},
    "sqlite3": {"database", "headers.databases", "engines.reading"},
    "fastexcel": {"engines"},
    "pandas": {"report"},
    "numpy": {"engines.models"},
    "scipy": {"engines.models"},
    "statsmodels": {"engines.models"},
    "ruptures": {"engines.models"},
    "sklearn": set[str](),  # joblib, which it runs on, starts a program to count the cores
    "jinja2": {"charts"},
    "vl_convert": {"charts"},
    "openpyxl": {"charts.workbook", "headers"},
    "typer": {"cli"},
    "rich": {"cli"},
    "sqlalchemy": {"database", "ledger.store"},
    "cryptography": {"database.sealed", "gate.transport"},
    "pickle": set[str](),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(source: str) -> set[str]:
    """Every module a source imports, late and TYPE_CHECKING ones included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = node.module or ""
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names if base == "headgate")
    return found


def rank(unit: str) -> int:
    return next(number for number, units in enumerate(RANKS) if unit in units)


def wrong_way(module: str, source: str) -> list[str]:
    unit = module.partition(".")[0]
    wrong = []
    for wanted in imports(source):
        if not wanted.startswith("headgate."):
            continue
        target = wanted.split(".")[1]
        if target == unit or not ((PACKAGE / target).is_dir() or (PACKAGE / f"{target}.py").is_file()):
            continue
        if rank(target) >= rank(unit) and (unit, target) not in SIDEWAYS:
            wrong.append(f"{module} imports {wanted}")
    return wrong


def through_no_door(module: str, source: str) -> list[str]:
    wrong = []
    for wanted in imports(source):
        doors = DOORS.get(wanted.partition(".")[0])
        if doors is not None and not any(module == door or module.startswith(door + ".") for door in doors):
            wrong.append(f"{module} imports {wanted}")
    return wrong


def test_a_wrong_import_would_be_seen() -> None:
    assert wrong_way("headers.delimited", "def f():\n    from headgate.gate import transport") != []
    assert wrong_way("ledger.log", "import headgate.manifest.store") != []
    assert wrong_way("gate.send", "from headgate.engines.frame import Frame") != []
    assert through_no_door("engines.frame", "def f():\n    import socket") != []
    assert through_no_door("gate.send", "from http.client import HTTPSConnection") != []
    assert through_no_door("gate.transport", "import socket") == []


@pytest.mark.parametrize(
    ("module", "path"), [m for m in modules() if m[0]], ids=lambda v: v if isinstance(v, str) else ""
)
def test_imports_point_one_way(module: str, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert wrong_way(module, source) == []
    assert through_no_door(module, source) == []


def test_only_settings_reads_the_environment() -> None:
    readers = {
        module
        for module, path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "putenv"})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {a.name for a in node.names} & {"environ", "getenv"}
        )
    }
    assert readers == {"settings"}


def test_every_package_imported_is_declared_or_of_the_standard_library() -> None:
    declared = {"cryptography", "duckdb", "fastexcel", "ibis", "jinja2", "openpyxl", "pyarrow", "rfc8785", "rich"}
    declared |= {"sqlalchemy", "typer", "vl_convert", "headgate", "pandas", "markupsafe", "httpx2", "anyio", "pg8000"}
    declared |= {"holidays", "numpy", "ruptures", "scipy", "statsmodels", "sqlglot", "h2", "google", "pyspark"}
    used = {
        wanted.partition(".")[0]
        for _, path in modules()
        for wanted in imports(path.read_text(encoding="utf-8"))
        if wanted
    }
    assert used - declared - set(sys.stdlib_module_names) == set()
