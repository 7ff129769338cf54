"""Wiring, no logic: the settings, the stores, the gate, and the library's front door."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headgate import analysis, settings
from headgate.analysis import LOCAL, Decide, Desk, closed, closing, screened_headers
from headgate.canonical import Json
from headgate.catalogue.corrections import Correction, Corrections, correction
from headgate.cell import asking as cell
from headgate.cell.driver import driven, is_master
from headgate.database import Records, open_database
from headgate.engines.interface import Progress
from headgate.engines.work import work_folder
from headgate.errors import InputError, IntegrityError, RefusalError
from headgate.gate import DEFAULT_TEMPLATE, Answer
from headgate.gate import asking as gate
from headgate.gate.sent import Sent, find_sent
from headgate.gate.store import sent_records
from headgate.headers import Header, Postgres, Server, Table
from headgate.headers.cluster import Cluster, cluster
from headgate.headers.server import is_url, server
from headgate.ledger import DecidedBy, Ledger, Receipt, Verification
from headgate.manifest import (
    ApprovedManifest,
    Decided,
    Decision,
    ManifestStore,
    Memory,
    Remembered,
    approve_clean,
    from_mapping,
    withhold_all,
)
from headgate.plan import from_json as plan_from_json
from headgate.providers import Profile, find_profile, load_profiles
from headgate.report import Report, refuse_foreign
from headgate.sandbox.process import Process
from headgate.sandbox.seal import Isolation
from headgate.screening import Screened
from headgate.screening.own import NOBODY, OwnNames
from headgate.screening.spelling import OwnKind, OwnName
from headgate.screening.store import OwnLists
from headgate.settings import Settings

DUCKDB = "duckdb"

Decisions = (
    Path | Mapping[str, Any] | Callable[[Sequence[Header], Sequence[Screened]], tuple[Decision, ...] | Decided] | None
)


@dataclass(frozen=True, slots=True)
class State:
    """The open state folder of this process."""

    settings: Settings
    ledger: Ledger
    manifests: ManifestStore
    memory: Memory
    lists: OwnLists
    sent: Records
    corrections: Corrections

    @property
    def desk(self) -> Desk:
        """Where an approval of this process is kept."""
        return Desk(self.ledger, self.manifests, self.memory, self.lists.ready(), self.settings.actor, self.corrections)


@contextmanager
def opened(home: Path | None = None) -> Iterator[State]:
    """The state of this process's `HEADGATE_HOME`, or of `home`; created where it is missing, closed at the end."""
    found = settings.from_environment(home)
    database = open_database(found.home)
    try:
        manifests, memory, sent = ManifestStore(database), Memory(database), sent_records(database)
        yield State(found, Ledger(database), manifests, memory, OwnLists(database), sent, Corrections(database))
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
    table: Table | None = None,
    engine: str = DUCKDB,
) -> Report:
    """The report on a table, saved to the folder `out` where one is given.

    `source` is a file, a folder, a `postgresql://` URL as a text, or a `Table` that `read` gave. A table on a server is
    given as `table`, beside the URL it was read from.

    `review` is a decisions file (TOML or JSON), its content as a mapping, or a function of (headers, screened);
    `approve="clean"` approves what screening found clean. With neither, every column is withheld: enough for the
    built-in planner, refused for a provider. `names` name the columns of a table without a header row. `engine` is
    where the analyses run: duckdb (here), or a postgresql://, sc:// or spark:// URL, to which the rows go for this run.

    Raises:
        InputError: the source, profile, decisions or option is wrong.
        RefusalError: nothing is approved, or the provider does not meet our standard; nothing was sent.
        UnavailableError: the provider or the disk gives no usable answer.
        IntegrityError: the state folder is not as it was written.
    """
    known = source if isinstance(source, Table) else table
    place = _place(source)
    if out is not None:
        refuse_foreign(Path(out).resolve())
    decide = deciding(review, approve)
    with opened(home) as state, _cell(place, state.settings, engine) as running:
        found = known or cell.read(running, place, sheet, names)
        send = None if provider == LOCAL else (provider, _through_the_gate(state.settings, provider, place))
        report = analysis.analyse(found, decide, state.desk, running, send, progress or _silent)
    if out is not None:
        report.save(Path(out))
    return report


def run(
    plan: str | Path | Mapping[str, Any],
    source: str | Path | Table,
    *,
    names: Sequence[str] | None = None,
    sheet: str | None = None,
    out: str | Path | None = None,
    home: Path | None = None,
    progress: Progress | None = None,
    engine: str = DUCKDB,
) -> Report:
    """The report of a saved plan on another table with the same columns; no provider is asked and nothing leaves.

    `plan` is the `plan.json` of a report, or its content. Raises InputError where it is none, or where the table does
    not fit it any more: a column that it uses is missing, or is no number or time any more; else as `analyse`.
    """
    saved = plan_from_json(dict(plan) if isinstance(plan, Mapping) else _read_plan(Path(plan)))
    place = _place(source)
    if out is not None:
        refuse_foreign(Path(out).resolve())
    with opened(home) as state, _cell(place, state.settings, engine) as running:
        found = source if isinstance(source, Table) else cell.read(running, place, sheet, names)
        report = analysis.analyse(found, withhold_undecided, state.desk, running, None, progress or _silent, saved)
    if out is not None:
        report.save(Path(out))
    return report


def _read_plan(path: Path) -> Json:
    try:
        found: Json = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such plan; a report holds one, plan.json") from None
    except (OSError, ValueError, RecursionError):
        raise InputError(
            f"{path} is no saved plan: it cannot be read as JSON; give the plan.json of a report"
        ) from None
    return found


def read(source: str | Path, sheet: str | None = None, names: Sequence[str] | None = None) -> Table:
    """The table of a source: its headers and local types, read in a cell; no row is kept.

    `sheet` names a sheet of a workbook, `names` the columns of a table without a header row. Raises InputError where
    the source is not one that can be read, RefusalError where the cell is not isolated down to the floor.
    """
    place = _place(source)
    with _cell(place, settings.from_environment()) as running:
        return cell.read(running, place, sheet, names)


def _place(source: str | Path | Table) -> Path | Server:
    """Where the source is, for a server with the password that the URL, the environment or `~/.pgpass` holds.

    Raises InputError for an address that is none, or not written as a text.
    """
    if isinstance(source, Table):
        if isinstance(source.layout, Postgres):
            raise InputError("a table on a server is given as `table`, and its database's URL as the source")
        return source.path
    if not is_url(str(source)):
        return Path(source)
    if isinstance(source, Path):
        raise InputError("a database's URL is given as a text: a Path changes it")
    return _database(source)


def _database(url: str) -> Server:
    if not is_url(url):
        raise InputError("an engine is duckdb, postgresql://user@host/database, sc://host or spark://host:7077")
    found = server(url)
    if found.password is None:
        password = settings.database_password(found.host, found.port, found.database, found.user)
        return replace(found, password=password)
    return found


def receipt(index: int, home: Path | None = None) -> Sent:
    """The send whose intent or outcome is this entry of the ledger. Raises as `find_sent` does."""
    with opened(home) as state:
        return find_sent(index, state.ledger, state.sent, state.manifests)


def preview(table: Table, decide: Decide) -> ApprovedManifest:
    """The manifest these decisions would close; nothing is kept, recorded or sent."""
    own = own_names()
    return closing(table, decide(table.headers, screened_headers(table, own)), "preview", own)


def approved(table: Table, decided: Decided) -> tuple[ApprovedManifest, Receipt]:
    """The manifest these decisions close, kept and in the ledger, with the receipt; nothing is sent.

    Raises RefusalError where a decision may not be taken.
    """
    with opened() as state:
        return closed(table, decided, state.desk)


def recalled(headers: Sequence[Header]) -> tuple[Mapping[str, Remembered], str]:
    """What was decided before on these headers in this workspace, by their NFC form; and who acts now."""
    with opened() as state:
        return state.memory.recall(header.name for header in headers), state.settings.actor


def forget(header: str | None = None) -> int:
    """How many decisions were remembered, on this header or in all; none of them is any more."""
    with opened() as state:
        return state.memory.forget(header)


def correct(header: str, said: Mapping[str, str | None], home: Path | None = None) -> Correction:
    """What the user says this header means is kept, and used in every analysis of a table that has it.

    `said` may hold role, quantity, unit, medium and fold, in the catalogue's words. Raises InputError for others.
    """
    made = correction(header, said)
    with opened(home) as state:
        state.corrections.keep(made)
    return made


def corrections(home: Path | None = None) -> tuple[Correction, ...]:
    """Every correction of the workspace, in clear: for the person who made them."""
    with opened(home) as state:
        return state.corrections.all()


def forget_correction(header: str | None = None, home: Path | None = None) -> int:
    """How many corrections there were, of this header or in all; none of them is any more."""
    with opened(home) as state:
        return state.corrections.forget(header)


def own_names(home: Path | None = None) -> OwnNames:
    """The workspace's own lists, ready for screening; none where there is no state folder yet."""
    if not (settings.from_environment(home).home / "headgate.db").exists():
        return NOBODY
    with opened(home) as state:
        return state.lists.ready()


def own_entries(home: Path | None = None) -> tuple[OwnName, ...]:
    """Every name of the workspace's own lists, in clear: for the person who keeps them, and for nobody else."""
    with opened(home) as state:
        return state.lists.entries()


def add_own(kind: OwnKind, names: Sequence[str], home: Path | None = None) -> int:
    """How many names the list has now, these among them. Raises InputError where one of them cannot be there."""
    with opened(home) as state:
        return state.lists.add(kind, names)


def remove_own(kind: OwnKind, names: Sequence[str] | None = None, home: Path | None = None) -> int:
    """How many of these names, or of all, were on the list; none of them is any more."""
    with opened(home) as state:
        return state.lists.remove(kind, names)


def profile_named(name: str, home: Path | None = None) -> Profile:
    """The profile of this name; raises InputError, naming the known ones, where there is none."""
    return find_profile(load_profiles(settings.from_environment(home).profiles), name)


def require_key(profile: Profile) -> None:
    """The profile's key is there, so that nobody reviews names in vain; raises InputError where it is not."""
    if profile.key_env and settings.key(profile.key_env) is None:
        raise InputError(f"the variable {profile.key_env} is not set: put the provider's key there first")


def deciding(review: Decisions, approve: str | None) -> Decide:
    """The way decisions are taken; raises InputError for a file that cannot be read or a word that is not known."""
    if approve not in {None, "clean"}:
        raise InputError("--approve knows one word: clean")
    if review is not None and approve is not None:
        raise InputError("give either --review or --approve, not both")
    if callable(review):
        return lambda headers, screened: _said(review(headers, screened))
    if review is not None:
        mapping = read_decisions(review) if isinstance(review, Path) else review
        return lambda headers, screened: Decided(from_mapping(mapping, headers, screened), DecidedBy.FILE)
    if approve:
        return lambda headers, screened: Decided(approve_clean(headers, screened), DecidedBy.RULE)
    return withhold_undecided


def _said(found: tuple[Decision, ...] | Decided) -> Decided:
    """The decisions a function took: a program's, unless it says whose they are."""
    return found if isinstance(found, Decided) else Decided(found, DecidedBy.PROGRAM)


def withhold_undecided(headers: Sequence[Header], _screened: Sequence[Screened]) -> Decided:
    """Every name withheld: enough for the built-in planner, refused for a provider."""
    return Decided(withhold_all(headers), DecidedBy.NOBODY)


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


def send(manifest_id: str, template_id: str, provider: str, home: Path | None = None) -> Answer:
    """As `Gate.send`, in a gate of its own process, which ends afterwards."""
    found = settings.from_environment(home)
    profile = find_profile(load_profiles(found.profiles), provider)
    with gate.gate_process(found.home, profile, settings.key, found.floor, found.actor) as running:
        return gate.send(running, manifest_id, template_id, provider)


def _through_the_gate(found: Settings, provider: str, source: Path | Server) -> analysis.Send:
    require_key(find_profile(load_profiles(found.profiles), provider))
    if isinstance(source, Path) and source.resolve().is_relative_to(found.home.resolve()):
        raise RefusalError(
            f"{source.name} lies in the state folder {found.home}, which the gate can open: move the table, or name "
            "another state folder with HEADGATE_HOME"
        )
    return lambda manifest: send(manifest.id, DEFAULT_TEMPLATE, provider, found.home)


def cell_isolation() -> Isolation:
    """What a cell started now reaches. Raises RefusalError where that is below the floor."""
    with _cell(None, settings.from_environment()) as running:
        return running.isolation


def gate_isolation() -> Isolation:
    """What a gate started now, without profile or key, reaches. Raises RefusalError where that is below the floor."""
    found = settings.from_environment()
    with gate.gate_process(found.home, None, settings.key, found.floor, found.actor) as running:
        return running.isolation


def probe_lock() -> None:
    """As `headgate.engines.duck.probe_lock`, in a cell."""
    with _cell(None, settings.from_environment()) as running:
        cell.probe_lock(running)


@contextmanager
def _cell(source: Path | Server | None, found: Settings, engine: str = DUCKDB) -> Iterator[Process]:
    """A cell for the source, with a private folder of its own and at most one connection, to its database or engine."""
    with ExitStack() as stack:
        work = stack.enter_context(work_folder())
        far: Server | Cluster | None = None
        if is_master(engine):
            far = stack.enter_context(
                driven(engine, stack.enter_context(work_folder()), settings.program_environment())
            )
        elif engine.startswith("sc://"):
            far = cluster(engine)
        elif engine != DUCKDB:
            far = _database(engine)
        yield stack.enter_context(cell.cell_process(source, work, found.floor, found.memory, far))


def _silent(_done: int, _of: int, _what: str) -> None:
    return None
