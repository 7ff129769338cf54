"""Wiring, no logic: the settings, the stores, the gate, and the library's front door."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headgate import analysis, settings
from headgate.analysis import LOCAL, Decide, Desk, screened_headers
from headgate.database import open_database
from headgate.engines import Progress, work_folder
from headgate.errors import InputError, IntegrityError
from headgate.gate import DEFAULT_TEMPLATE, Gate
from headgate.headers import Header, Table, read
from headgate.ledger import Ledger, Verification
from headgate.manifest import (
    ApprovedManifest,
    Decision,
    ManifestStore,
    approve_clean,
    close,
    from_mapping,
    withhold_all,
)
from headgate.providers import Profile, find_profile, load_profiles
from headgate.report import Report
from headgate.screening import Screened, vocabulary_id
from headgate.settings import Settings

Decisions = Path | Mapping[str, Any] | Decide | None


@dataclass(frozen=True, slots=True)
class State:
    """The open state folder of this process."""

    settings: Settings
    ledger: Ledger
    manifests: ManifestStore


@contextmanager
def opened(home: Path | None = None) -> Iterator[State]:
    """The state of this process's `HEADGATE_HOME`, or of `home`; created where it is missing, closed at the end."""
    found = settings.from_environment(home)
    database = open_database(found.home)
    try:
        yield State(found, Ledger(database), ManifestStore(database))
    finally:
        database.close()


def analyse(
    source: str | Path | Table,
    *,
    provider: str = LOCAL,
    review: Decisions = None,
    approve: str | None = None,
    names: Sequence[str] | None = None,
    sheet: str | None = None,
    out: str | Path | None = None,
    home: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """The report on a table, saved to the folder `out` where one is given.

    `review` is a decisions file (TOML or JSON), its content as a mapping, or a function of (headers, screened);
    `approve="clean"` approves what screening found clean. With neither, every column is withheld: enough for the
    built-in planner, refused for a provider. `names` name the columns of a table without a header row.

    Raises:
        InputError: the source, profile, decisions or option is wrong.
        RefusalError: nothing is approved, or the provider does not meet our standard; nothing was sent.
        UnavailableError: the provider or the disk gives no usable answer.
        IntegrityError: the state folder is not as it was written.
    """
    table = source if isinstance(source, Table) else read(Path(source), sheet, names)
    decide = deciding(review, approve)
    with opened(home) as state, work_folder() as work:
        desk = Desk(state.ledger, state.manifests, state.settings.actor, work)
        send = None if provider == LOCAL else (provider, _through_the_gate(state, provider))
        report = analysis.analyse(table, decide, desk, send, progress or _silent)
    if out is not None:
        report.save(Path(out))
    return report


def preview(table: Table, decide: Decide) -> ApprovedManifest:
    """The manifest these decisions would close; nothing is kept, recorded or sent."""
    decisions = decide(table.headers, screened_headers(table))
    return close(table.headers, decisions, actor="preview", vocabulary=vocabulary_id(), headless=table.headless)


def profile_named(name: str, home: Path | None = None) -> Profile:
    """The profile of this name; raises InputError, naming the known ones, where there is none."""
    return find_profile(load_profiles(settings.from_environment(home).profiles), name)


def deciding(review: Decisions, approve: str | None) -> Decide:
    """The way decisions are taken; raises InputError for a file that cannot be read or a word that is not known."""
    if approve not in {None, "clean"}:
        raise InputError("--approve knows one word: clean")
    if review is not None and approve is not None:
        raise InputError("give either --review or --approve, not both")
    if callable(review):
        return review
    if review is not None:
        mapping = read_decisions(review) if isinstance(review, Path) else review
        return lambda headers, screened: from_mapping(mapping, headers, screened)
    return approve_clean if approve else withhold_undecided


def withhold_undecided(headers: Sequence[Header], _screened: Sequence[Screened]) -> tuple[Decision, ...]:
    """Every name withheld: enough for the built-in planner, refused for a provider."""
    return withhold_all(headers)


def broken_ledger(found: Verification) -> IntegrityError:
    """The error that says what a verification of the ledger found."""
    where = "" if found.index is None else f" at entry {found.index}"
    return IntegrityError(f"the ledger is not as it was written: {found.problem}{where}")


def read_decisions(path: Path) -> Mapping[str, Any]:
    """The content of a decisions file; raises InputError where it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such decisions file") from None
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: the decisions file cannot be read as UTF-8 text") from None
    try:
        found = json.loads(text, object_pairs_hook=_once) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError):
        raise InputError(
            f"{path}: the decisions file is not valid {'JSON' if path.suffix == '.json' else 'TOML'}"
        ) from None
    if not isinstance(found, dict) or not set(found) <= {"decision", "names"}:
        raise InputError(f"{path} is no decisions file: it holds something else than `decision` and `names`")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, if no key is there twice: two decisions on one header contradict each other."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _through_the_gate(state: State, provider: str) -> analysis.Send:
    profiles = load_profiles(state.settings.profiles)
    find_profile(profiles, provider)
    gate = Gate(state.manifests, state.ledger, profiles, settings.key)
    return lambda manifest: gate.send(manifest.id, DEFAULT_TEMPLATE, provider)


def _silent(_done: int, _of: int, _what: str) -> None:
    return None
