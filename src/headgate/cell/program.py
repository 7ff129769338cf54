"""Inside the cell: it reads headers, makes the plan and runs it on the rows. It has no network and one source."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from headgate.canonical import Json
from headgate.errors import IntegrityError
from headgate.sandbox.channel import Message
from headgate.sandbox.process import Answering, Tell
from headgate.sandbox.record import from_json, to_json


@dataclass(frozen=True, slots=True)
class Reading:
    """Read the headers of the source, as `headgate.headers.read` does."""

    path: Path
    sheet: str | None
    names: tuple[str, ...] | None


def cell(work: Path) -> Answering:
    """What answers in the cell's process; `work` is its own folder, for what has to be spilled.

    Engines are loaded when they are first asked for: reading headers takes none.
    """
    mimetypes.knownfiles.clear()  # openpyxl has Python read the system's lists of types, which no cell is given

    def answer(message: Message, tell: Tell) -> Json:
        match message.kind:
            case "read":
                return _read(message.value)
            case "run":
                return _run(message.value, work, tell)
            case "lock":
                return _lock()
            case _:
                raise IntegrityError("the cell reads headers, runs plans and probes its lock, and does nothing else")

    return answer


def _read(asked: Json) -> Json:
    from headgate.headers import read

    reading = from_json(Reading, asked)
    return to_json(read(reading.path, reading.sheet, reading.names))


def _run(asked: Json, work: Path, tell: Tell) -> Json:
    from headgate.catalogue import understand
    from headgate.cell.message import Ran, Running, packed
    from headgate.engines.frame import open_frame
    from headgate.engines.profile import refine
    from headgate.engines.run import run
    from headgate.plan import check, merge, parse, propose

    running = from_json(Running, asked)
    table, columns = running.table, running.columns
    # The answer is parsed before the rows are opened.
    answered = None if running.answer is None else parse(running.answer, running.sent)
    kinds = {header.position: header.local_type for header in table.headers}
    understood = understand([column.header for column in columns], [kinds[column.position] for column in columns])
    meanings = dict(zip((column.id for column in columns), understood, strict=True))
    with open_frame(table, columns, meanings, work=work) as frame:
        local = propose(columns, refine(frame))
        plan = check(merge(local, answered) if answered else local, columns)
        outcomes = run(plan, frame, lambda done, of, what: tell([done, of, what]))
    return to_json(Ran(plan, tuple(packed(outcome) for outcome in outcomes)))


def _lock() -> Json:
    from headgate.engines.duck import probe_lock

    probe_lock()
    return None
