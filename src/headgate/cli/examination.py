"""What `doctor` looks at: each check says what holds, or what does not and what that means."""

from __future__ import annotations

import platform
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version

from headgate import app, settings
from headgate.canonical import Json
from headgate.errors import HeadgateError
from headgate.gate import DEFAULT_TEMPLATE, load_template
from headgate.isolation import FLOORS, MEANINGS, usual_floor
from headgate.policy import policy_id
from headgate.providers import load_profiles
from headgate.sandbox.probes import Probe
from headgate.sandbox.seal import Isolation
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
    """Every check, in the order they are shown; one that fails does not stop the others, but for the floor's."""
    floor = _checked("isolation floor", _floor)
    if not floor.ok:
        return (floor,)
    plain = tuple(
        _checked(name, look)
        for name, look in (
            ("versions", _versions),
            ("state folder", _state_folder),
            ("rows locked in", _lock),
            ("vocabulary", vocabulary_id),
            ("policy", policy_id),
            ("template", _template),
            ("ledger", _ledger),
            ("unfinished sends", _unfinished),
            ("profiles", _profiles),
        )
    )
    return (*plain, floor, *_isolated("cell", app.cell_isolation), *_isolated("gate", app.gate_isolation))


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
    app.probe_lock()
    return "DuckDB opens no file once it is locked (and did open it before)"


def _floor() -> str:
    floor, usual = settings.from_environment().floor, usual_floor()
    lowered = FLOORS.index(floor) < FLOORS.index(usual)
    return f"{floor}: {MEANINGS[floor]}{f'; LOWERED from {usual}' if lowered else ''}"


def _isolated(name: str, start: Callable[[], Isolation]) -> tuple[Check, ...]:
    """The level a process of this name reaches, and each probe with its control."""
    try:
        found = start()
    except HeadgateError as error:
        return (Check(f"{name} isolation", False, str(error)),)
    missing = f"; missing: {'; '.join(found.missing)}" if found.missing else ""
    level = Check(f"{name} isolation", True, f"{found.level}: {MEANINGS[found.level]}{missing}")
    return (level, *(Check(f"{name} cannot {probe.name}", not probe.after, _said(probe)) for probe in found.probes))


def _said(probe: Probe) -> str:
    if probe.after:
        return f"NOT so: {probe.layer} does not hold it back"
    control = "it could before" if probe.before else "something forbade it before, so this shows nothing"
    return f"refused under {probe.layer}; control: {control}"


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
