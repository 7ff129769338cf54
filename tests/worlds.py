"""Worlds around the same approved names: everything about a table and its user that must not show in a request.

A `World` says how it differs; `table` writes its file, with a token in every cell that is not a name, and `decided` the
decisions of a person who approved exactly `NAMES` of it, or the names a test asks for.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from tests.canaries import Canaries, Kind

NAMES = ("timestamp", "Usage_kWh", "Production_t", "Shift")
# Names as plants have them; none of two is like another, and none is of one family with another.
POOL = (*NAMES, "Energy kWh", "Machine", "Flow (m³/h)", "Außentemperatur", "Lagging PF", "CO2(tCO2)", 'a "quoted" one')
FORMATS = ("csv", "tsv", "semicolon", "gzip", "xlsx", "parquet", "jsonlines")


@dataclass(frozen=True, slots=True)
class World:
    """How one table and its user differ: `order` sorts the columns, `renamed` are names whose originals are tokens.

    `kinds` are the types of the cells, column by column; `seed` is that of all tokens.
    """

    seed: int
    form: str
    rows: int
    order: int
    kinds: str
    renamed: frozenset[int]
    withheld: int


WORLDS = st.builds(
    World,
    seed=st.integers(0, 2**32),
    form=st.sampled_from(FORMATS),
    rows=st.integers(1, 12),
    order=st.integers(0, 2**16),
    kinds=st.text(alphabet="wnde", min_size=1, max_size=6),
    renamed=st.frozensets(st.integers(0, len(POOL) - 1), max_size=3),
    withheld=st.integers(0, 4),
)


@dataclass(frozen=True, slots=True)
class Made:
    """A table of a world: its file, the sheet its rows are on, and the header of each approved name."""

    path: Path
    sheet: str | None
    headers: Mapping[str, str]
    columns: tuple[str, ...]

    def decisions(self) -> dict[str, object]:
        """The content of a decisions file that approves these names, renames what has to be, and no more."""
        return {"names": {header: True if header == name else name for name, header in self.headers.items()}}

    def toml(self) -> str:
        """The same as the text of a file."""
        lines = [
            f"{json.dumps(header, ensure_ascii=False)} = "
            f"{'true' if header == name else json.dumps(name, ensure_ascii=False)}"
            for name, header in self.headers.items()
        ]
        return "\n".join(["[names]", *lines, ""])


def table(world: World, names: Sequence[str], folder: Path, canaries: Canaries) -> Made:
    """The world's table of these names is in a file of the folder."""
    headers = {
        name: canaries.word(Kind.RENAMED) if number in world.renamed else name for number, name in enumerate(names)
    }
    columns = [*headers.values(), *(canaries.word(Kind.WITHHELD) for _ in range(world.withheld))]
    canaries.chance.shuffle(columns)
    turn = world.order % len(columns)
    columns = columns[turn:] + columns[:turn]
    cells = [_cells(world.kinds[at % len(world.kinds)], canaries) for at in range(len(columns))]
    rows = [[next(each) for each in cells] for _ in range(world.rows)]
    named = f"{canaries.word(Kind.FILE)}-{world.seed}"
    path, sheet = WRITERS[world.form](folder / named, columns, rows, canaries)
    return Made(path, sheet, headers, tuple(columns))


def _cells(kind: str, canaries: Canaries) -> Iterator[str]:
    """The cells of a column: words, numbers, days, or now and then nothing."""
    day = canaries.day()
    for row in range(1 << 30):
        match kind:
            case "n":
                yield canaries.number()
            case "d":
                yield (day + timedelta(minutes=15 * row)).strftime("%Y-%m-%d %H:%M")
            case "e" if canaries.chance.random() < 0.5:
                yield ""
            case _:
                yield canaries.word(Kind.CELL)


def _delimited(separator: str) -> Callable[[Path, list[str], list[list[str]], Canaries], tuple[Path, None]]:
    def write(stem: Path, columns: list[str], rows: list[list[str]], _canaries: Canaries) -> tuple[Path, None]:
        path = stem.with_suffix(".csv")
        path.write_text(_text(separator, columns, rows), encoding="utf-8")
        return path, None

    return write


def _text(separator: str, columns: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([columns, *rows])
    return out.getvalue()


def _gzip(stem: Path, columns: list[str], rows: list[list[str]], _canaries: Canaries) -> tuple[Path, None]:
    path = stem.with_suffix(".csv.gz")
    path.write_bytes(gzip.compress(_text(",", columns, rows).encode()))
    return path, None


def _xlsx(stem: Path, columns: list[str], rows: list[list[str]], canaries: Canaries) -> tuple[Path, str]:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = canaries.word(Kind.SHEET)
    for row in [columns, *rows]:
        sheet.append(row)
    book.properties.creator = canaries.word(Kind.LOGIN)
    path = stem.with_suffix(".xlsx")
    book.save(path)
    return path, sheet.title


def _parquet(stem: Path, columns: list[str], rows: list[list[str]], canaries: Canaries) -> tuple[Path, None]:
    path = stem.with_suffix(".parquet")
    found = pa.table({column: [row[at] for row in rows] for at, column in enumerate(columns)})
    pq.write_table(found.replace_schema_metadata({"source": canaries.word(Kind.FILE)}), path)
    return path, None


def _jsonlines(stem: Path, columns: list[str], rows: list[list[str]], _canaries: Canaries) -> tuple[Path, None]:
    path = stem.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows), encoding="utf-8")
    return path, None


WRITERS: Mapping[str, Callable[[Path, list[str], list[list[str]], Canaries], tuple[Path, str | None]]] = {
    "csv": _delimited(","),
    "tsv": _delimited("\t"),
    "semicolon": _delimited(";"),
    "gzip": _gzip,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "jsonlines": _jsonlines,
}
