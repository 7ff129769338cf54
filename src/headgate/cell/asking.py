"""Outside the cell: it is started for one source, and asked to read its headers or to run a plan on its rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from headgate.canonical import Json
from headgate.catalogue.corrections import Correction
from headgate.cell.message import Ran, Running, unpacked
from headgate.cell.program import Reading
from headgate.engines.interface import Outcome, Progress
from headgate.errors import InputError, IntegrityError
from headgate.headers import Postgres, Server, Table
from headgate.headers.cluster import Cluster
from headgate.isolation import IsolationLevel
from headgate.manifest import Column
from headgate.plan import Plan
from headgate.sandbox.process import Process, started
from headgate.sandbox.record import from_json, to_json
from headgate.sandbox.seal import Confinement
from headgate.tls import SYSTEM_STORES

_MOST_SAID = 1 << 30


@contextmanager
def cell_process(
    source: Path | Server | None,
    work: Path,
    floor: IsolationLevel,
    memory: int | None = None,
    engine: Server | Cluster | None = None,
) -> Iterator[Process]:
    """The cell, running: it can read the source and write to the folder `work`, and has no network and no environment.

    Of a folder it gets the names, and the files that lie in it, but nothing further down; of a server one connection,
    over which it is logged in; of an `engine` too, which is then where the rows go. Rows take at most `memory` bytes
    here. Raises `RefusalError` where the system does not isolate it down to `floor`, with nothing read, and as
    `headgate.headers.postgres.Session` and `headgate.engines.spark_connect.Client` do.
    """
    reads, lists = _given(source)
    far = source if isinstance(source, Server) else engine
    if isinstance(source, Server) and engine is not None:
        raise InputError("a table of a database is analysed by --engine duckdb alone: the cell has one connection")
    if engine is not None:
        reads = (*reads, *(_given(engine)[0] if isinstance(engine, Server) else _stores(engine)))
    address = None if far is None else (far.host, far.port)
    given = Confinement(reads, (work.absolute(),), (), floor, lists, address)
    environment = {"HOME": str(work), "TMPDIR": str(work), "TZ": "UTC"}
    with started("cell", given, work.absolute(), environment, limit=_MOST_SAID, finishes=False) as process:
        if isinstance(far, Server):
            process.ask("log in", to_json(far))
        elif far is not None:
            process.ask("join", to_json(far))
        if memory is not None:
            process.ask("memory", memory)
        yield process


def _stores(cluster: Cluster) -> tuple[Path, ...]:
    return (cluster.root,) if cluster.root else SYSTEM_STORES


def _given(source: Path | Server | None) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The files to read and the folders to list; neither for a source that is not there."""
    if isinstance(source, Server):
        return (source.root,) if source.root else SYSTEM_STORES, ()
    if source is not None and os.path.isfile(source):
        return (source.absolute(),), ()
    if source is None or not os.path.isdir(source):
        return (), ()
    folder = source.absolute()
    try:
        files = tuple(each for each in folder.iterdir() if each.is_file() and not each.name.startswith("."))
    except OSError:
        files = ()
    return files, (folder,)


def read(cell: Process, source: Path | Server, sheet: str | None = None, names: Sequence[str] | None = None) -> Table:
    """As `headgate.headers.read`, in the cell that was given this source."""
    path = None if isinstance(source, Server) else source
    asked = Reading(path and path.absolute(), sheet, None if names is None else tuple(names))
    found = from_json(Table, cell.ask("read", to_json(asked)))
    return found if path is None else replace(found, path=path)


def run(
    cell: Process,
    table: Table,
    columns: Sequence[Column],
    answer: tuple[str, Mapping[str, tuple[str, ...]]] | None,
    progress: Progress,
    saved: Plan | None = None,
    corrections: Mapping[str, Correction] | None = None,
) -> tuple[Plan, tuple[Outcome, ...]]:
    """The checked plan for these columns and its outcomes, made and run in the cell.

    `answer` is a provider's text with the ids it may use; a `saved` plan is run as it is, and none is made.
    `corrections` are what the user said of columns, by id. Raises as
    `parse`, `open_frame` and `run` do.
    """
    text, sent = answer or (None, {})
    placed = table if isinstance(table.layout, Postgres) else replace(table, path=table.path.absolute())
    asked = Running(placed, tuple(columns), text, sent, saved, dict(corrections or {}))

    def told(value: Json) -> None:
        match value:
            case [int(done), int(of), str(what)]:
                progress(done, of, what)
            case _:
                raise IntegrityError("the cell told something else than its progress")

    ran = from_json(Ran, cell.ask("run", to_json(asked), told=told))
    return ran.plan, tuple(unpacked(outcome) for outcome in ran.outcomes)


def probe_lock(cell: Process) -> None:
    """As `headgate.engines.duck.probe_lock`, in the cell."""
    cell.ask("lock")
