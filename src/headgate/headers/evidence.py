"""What speaks against a header row that was found: such a table's names are approved by a person, never by a rule."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.headers.table import Duck, Feather, Folder, LocalType, Parquet, Table
from headgate.screening.cell_shape import CellShape, cell_shape
from headgate.screening.finding import Category
from headgate.screening.first_row import looks_like_data, pivoted
from headgate.screening.screen import screen

_WORDS = frozenset({LocalType.TEXT, LocalType.BOOLEAN, LocalType.EMPTY})
_ALL_WORDS = "no column holds numbers or dates, so the first row may be data as well as names"
_NAMES = frozenset({Category.UNKNOWN_WORD, Category.ORG, Category.PLACE, Category.PERSON})
_FEWEST_NAMES = 3
_NO_VALUE = frozenset({CellShape.WORD, CellShape.BLANK, CellShape.MISSING})


def doubt(
    names: Sequence[str], types: Sequence[LocalType], rows: Sequence[Sequence[object]], decimal: str = "."
) -> str | None:
    """Why the names may be data, without a cell value; None where nothing speaks against them.

    (1) A part of a name that was joined from several rows is a number or a date; (2) there are no rows, or no column
    has numbers or dates under its name, so that names and rows look alike; (3) the first row holds words where the
    others hold numbers or dates, so that it, or a row further down, may be the header row. `rows` are the first below
    the names.
    """
    if any(cell_shape(part, decimal) not in _NO_VALUE for name in names if " / " in name for part in name.split(" / ")):
        return "a part of a name is a number or a date, so a row of data may have been taken into the names"
    if not rows:
        return "there is no row below the names that could show that they are names"
    measured = [at for at, kind in enumerate(types) if kind not in _WORDS]
    if not measured:
        return _ALL_WORDS
    first = [cell_shape(_text(rows[0][at]), decimal) for at in measured if at < len(rows[0])]
    held = [shape for shape in first if shape not in {CellShape.BLANK, CellShape.MISSING}]
    if held and all(shape is CellShape.WORD for shape in held):
        return "the row below the names holds words where the others hold numbers or dates: is it the names?"
    return None


def doubt_of_names(table: Table) -> str | None:
    """Why names that nothing else speaks against may be data: they are those of a pivot, or, where a schema gave them
    and no row was looked at, they read as a row, or no column under them has numbers or dates. No name is in it."""
    names = [header.name for header in table.headers]
    layout = table.layout.parts[0].layout if isinstance(table.layout, Folder) else table.layout
    if isinstance(layout, Parquet | Feather | Duck):
        why = looks_like_data(names, ())
        if why is None and all(header.local_type in _WORDS for header in table.headers):
            why = _ALL_WORDS
        if why is not None:
            return why
    return pivoted(names) or _named_after_others(names)


def _named_after_others(names: Sequence[str]) -> str | None:
    """Why the names may be those of customers, sites or people that a pivot made into columns, or None.

    Half of them or more, and three at least, are mostly, or begin with, a word that no vocabulary knows, each another.
    """
    found = set[str]()
    for one in screen(names):
        length = len(one.header.strip())
        for finding in one.findings:
            size = finding.end - finding.start
            mostly = 2 * size >= length or (finding.start == 0 and 4 * size >= length)
            if finding.category in _NAMES and mostly:
                found.add(one.header[finding.start : finding.end].strip(" _-").casefold())
                break
    filled = sum(bool(name.strip()) for name in names)
    if len(found) < _FEWEST_NAMES or 2 * len(found) < filled:
        return None
    return (
        f"{len(found)} of {filled} names are words that may name customers, sites or people, as where a pivot table "
        "made values into columns"
    )


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
