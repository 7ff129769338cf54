"""Inside the cell: it reads headers, makes the plan and runs it on the rows. It has no network and one source.

Where it was given a connection, that is to the source, or to the engine the analyses run in.
"""

from __future__ import annotations

import mimetypes
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.canonical import Json
from headgate.errors import IntegrityError
from headgate.sandbox.channel import Message
from headgate.sandbox.connection import Connection
from headgate.sandbox.process import Answering, Tell
from headgate.sandbox.record import from_json, to_json

if TYPE_CHECKING:
    from headgate.engines.engine import Remote
    from headgate.headers.postgres import Session


@dataclass(frozen=True, slots=True)
class Reading:
    """Read the headers of the source, as `headgate.headers.read` does; without a path, of the database it is logged in
    to."""

    path: Path | None
    sheet: str | None
    names: tuple[str, ...] | None


def cell(work: Path, held: Connection | None) -> Answering:
    """What answers in the cell's process; `work` is its own folder, for what has to be spilled, `held` its connection
    to a database, where it was given one.

    Engines are loaded when they are first asked for: reading headers takes none.
    """
    session: Session | None = None
    spark: Remote | None = None
    memory: int | None = None
    mimetypes.knownfiles.clear()  # openpyxl has Python read the system's lists of types, which no cell is given

    def answer(message: Message, tell: Tell) -> Json:
        nonlocal session, spark, memory
        match message.kind:
            case "log in":
                session = _logged_in(message.value, held)
                return None
            case "join":
                spark = _joined(message.value, held)
                return None
            case "memory":
                memory = _memory(message.value)
                return None
            case "read":
                return _read(message.value, session)
            case "run":
                return _run(message.value, work, session, memory, spark, tell)
            case "lock":
                return _lock()
            case _:
                raise IntegrityError(
                    "the cell logs in, reads headers, runs plans and probes its lock, and does nothing else"
                )

    return answer


def _logged_in(asked: Json, held: Connection | None) -> Session:
    from headgate.headers import Server
    from headgate.headers.postgres import Session

    server = from_json(Server, asked)
    if held is None:
        raise IntegrityError("the cell was given no connection to a database, so it logs in to none")
    return Session(held, server)


def _read(asked: Json, session: Session | None) -> Json:
    from headgate.headers import read, read_server

    reading = from_json(Reading, asked)
    if reading.path is not None:
        return to_json(read(reading.path, reading.sheet, reading.names))
    return to_json(read_server(_open(session), reading.sheet, reading.names))


def _open(session: Session | None) -> Session:
    if session is None:
        raise IntegrityError("the cell is logged in to no database, so it reads none")
    return session


def _memory(asked: Json) -> int:
    if not isinstance(asked, int):
        raise IntegrityError("the memory that rows may take is a number of bytes")
    return asked


def _joined(asked: Json, held: Connection | None) -> Remote:
    from headgate.engines.spark import Spark
    from headgate.engines.spark_connect import Client
    from headgate.headers.cluster import Cluster

    cluster = from_json(Cluster, asked)
    if held is None:
        raise IntegrityError("the cell was given no connection to a cluster, so it joins none")
    return Spark(Client(held, cluster))


def _run(
    asked: Json, work: Path, session: Session | None, memory: int | None, spark: Remote | None, tell: Tell
) -> Json:
    from headgate.catalogue import understand
    from headgate.catalogue.corrections import corrected
    from headgate.cell.message import Ran, Running, packed
    from headgate.engines.frame import open_frame
    from headgate.engines.models import not_installed
    from headgate.engines.profile import refine
    from headgate.engines.run import run
    from headgate.headers import Postgres
    from headgate.plan import check, merge, parse, propose

    running = from_json(Running, asked)
    table, columns = running.table, running.columns
    # The answer is parsed before the rows are opened.
    answered = None if running.answer is None else parse(running.answer, running.sent)
    kinds = {header.position: header.local_type for header in table.headers}
    understood = understand([column.header for column in columns], [kinds[column.position] for column in columns])
    meanings = dict(zip((column.id for column in columns), understood, strict=True))
    meanings |= {each: corrected(meanings[each], said) for each, said in running.corrections.items()}
    saved = running.saved
    if saved is not None:
        meanings |= saved.meanings
    remote = spark
    if isinstance(table.layout, Postgres):
        table = _open(session).copied(table, table.layout, work)
    elif session is not None:
        from headgate.engines.postgres import Postgres as Database

        remote = Database(session)
    with ExitStack() as stack:
        frame = stack.enter_context(open_frame(table, columns, meanings, work=work, memory=memory))
        if remote is not None:
            frame = stack.enter_context(frame.moved(remote))
        if saved is not None:
            plan = check(replace(saved, meanings={**refine(frame), **saved.meanings}), columns)
        else:
            local = propose(columns, refine(frame), not_installed())
            plan = check(merge(local, answered) if answered else local, columns)
        outcomes = run(plan, frame, lambda done, of, what: tell([done, of, what]))
    return to_json(Ran(plan, tuple(packed(outcome) for outcome in outcomes)))


def _lock() -> Json:
    from headgate.engines.duck import probe_lock

    probe_lock()
    return None
