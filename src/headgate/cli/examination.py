"""What `doctor` looks at: each check says what holds, or what does not and what that means."""

from __future__ import annotations

import platform
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version

from headgate import app, settings
from headgate.canonical import Json
from headgate.engines import probe_lock
from headgate.errors import HeadgateError
from headgate.gate import DEFAULT_TEMPLATE, load_template
from headgate.providers import load_profiles
from headgate.screening import vocabulary_id


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, whether it holds, and what was found, in a sentence."""

    name: str
    ok: bool
    found: str

    def to_json(self) -> dict[str, Json]:
        """The check as a JSON object."""
        return asdict(self)


def examine() -> tuple[Check, ...]:
    """Every check, in the order they are shown; one that fails does not stop the others."""
    return tuple(
        _checked(name, look)
        for name, look in (
            ("versions", _versions),
            ("state folder", _state_folder),
            ("rows locked in", _lock),
            ("isolation", _isolation),
            ("vocabulary", vocabulary_id),
            ("template", _template),
            ("ledger", _ledger),
            ("unfinished sends", _unfinished),
            ("profiles", _profiles),
        )
    )


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except HeadgateError as error:
        return Check(name, False, str(error))


def _versions() -> str:
    engine = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "pyarrow"))
    return f"headgate {version('headgate')}, Python {platform.python_version()}, {engine}"


def _state_folder() -> str:
    with app.opened() as state:
        home = state.settings.home
        return f"{home}, mode {stat.S_IMODE(home.stat().st_mode):04o}"


def _lock() -> str:
    probe_lock()
    return "DuckDB opens no file once it is locked (and did open it before)"


def _isolation() -> str:
    return "L0: rows and network in one process; separated by order and by what each may import, not by the system"


def _template() -> str:
    template = load_template(DEFAULT_TEMPLATE)
    return f"{template.id}, SHA-256 {template.hash[:16]}…"


def _ledger() -> str:
    with app.opened() as state:
        found = state.ledger.verify()
    if not found.ok:
        raise app.broken_ledger(found)
    return f"{found.size} entries, as they were written"


def _unfinished() -> str:
    with app.opened() as state:
        left = state.ledger.unfinished()
    return (
        f"entries {', '.join(map(str, left))}: an intent without an outcome, it may have been sent" if left else "none"
    )


def _profiles() -> str:
    path = settings.from_environment().profiles
    if not path.exists():
        return f"none: {path} is not there; only the built-in planner can be used"
    words = []
    for name, profile in sorted(load_profiles(path).items()):
        key = profile.key_env
        state = "no key needed" if not key else f"{key} is {'set' if settings.key(key) else 'NOT set'}"
        words.append(f"{name} → {profile.host} ({state})")
    return "; ".join(words) or "none in the file"
