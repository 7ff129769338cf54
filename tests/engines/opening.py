"""Tables for the engines' tests: rows written to a real file, read, understood and loaded as the product does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from headgate.catalogue.meaning import Fold, Role
from headgate.catalogue.understand import understand
from headgate.engines.frame import Frame, open_frame
from headgate.engines.interface import Outcome, Result, Skipped
from headgate.engines.kinds import RUNNERS
from headgate.headers.reading import read
from headgate.manifest.approved import Column
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis, Param

ROOT = Path(__file__).parents[2]
STEEL = ROOT / "src/headgate/demo/steel_industry_15min.csv.gz"
Cell = float | str | None


@contextmanager
def opened(path: Path, work: Path, roles: Mapping[str, tuple[Role, Fold]] | None = None) -> Iterator[Frame]:
    """The frame of a file, its columns under `c1`… in source order; `roles` overrules what the headers say."""
    table = read(path)
    columns = [Column(f"c{at.position + 1}", at.position, at.name, at.name) for at in table.headers]
    found = understand([at.name for at in table.headers], [at.local_type for at in table.headers])
    meanings = {column.id: meaning for column, meaning in zip(columns, found, strict=True)}
    for column in columns:
        if column.header in (roles or {}):
            role, fold = (roles or {})[column.header]
            meanings[column.id] = replace(meanings[column.id], role=role, fold=fold)
    with open_frame(table, columns, meanings, work=work / "work") as frame:
        yield frame


def run(frame: Frame, kind: str, inputs: Mapping[str, str], **params: Param) -> Outcome:
    """What a kind says; `inputs` maps each input to a header, parameters not given have their default."""
    ids = {frame.header(each): each for each in frame.ids}
    chosen = {name: given.default for name, given in KINDS[kind].params.items()} | params
    named = {name: (ids[header],) for name, header in inputs.items()}
    return RUNNERS[kind](frame, Analysis(kind, named, chosen, kind, "", 1))


def result(frame: Frame, kind: str, inputs: Mapping[str, str], **params: Param) -> Result:
    """The same where there has to be a result."""
    outcome = run(frame, kind, inputs, **params)
    assert isinstance(outcome, Result), outcome
    return outcome


def reason(frame: Frame, kind: str, inputs: Mapping[str, str], **params: Param) -> str:
    """The same where it has to be skipped: why."""
    outcome = run(frame, kind, inputs, **params)
    assert isinstance(outcome, Skipped), outcome
    return outcome.reason


def written(folder: Path, columns: Mapping[str, Sequence[Cell]]) -> Path:
    """A CSV file of these columns in `folder`; None is an empty cell."""
    lines = [",".join(columns)]
    lines += [
        ",".join("" if cell is None else str(cell) for cell in row) for row in zip(*columns.values(), strict=True)
    ]
    path = folder / "plant.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def stamps(start: str, count: int, minutes: int) -> list[str]:
    """`count` time stamps in ISO form, `minutes` apart."""
    first = datetime.fromisoformat(start)
    return [f"{first + timedelta(minutes=minutes * n):%Y-%m-%d %H:%M}" for n in range(count)]
