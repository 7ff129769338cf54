"""The local type of a column, from the texts or the native values of its first cells. No cell is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from headgate.headers.table import LocalType
from headgate.screening.cell_shape import CellShape, cell_shape

_AGREEING = 0.95  # of the cells that hold something; a stray mark does not make a column of numbers a text
_ENOUGH = 10  # cells among which a single odd one, such as a notice below the table, is let pass
_BOOLEANS = frozenset({"true", "false", "yes", "no"})
_TYPES = {
    CellShape.INTEGER: LocalType.INTEGER,
    CellShape.DECIMAL: LocalType.NUMBER,
    CellShape.DATE: LocalType.DATE,
    CellShape.DATETIME: LocalType.DATETIME,
    CellShape.TIME: LocalType.TIME,
    CellShape.WORD: LocalType.TEXT,
    CellShape.BLANK: LocalType.EMPTY,
    CellShape.MISSING: LocalType.EMPTY,
}
_NATIVE = (  # a bool is an int and a datetime is a date, so the narrower kind stands first
    (type(None), LocalType.EMPTY),
    (bool, LocalType.BOOLEAN),
    (int, LocalType.INTEGER),
    (float, LocalType.NUMBER),
    (datetime, LocalType.DATETIME),
    (date, LocalType.DATE),
    (time, LocalType.TIME),
)


def column_types(rows: Sequence[Sequence[object]], width: int, decimal: str) -> tuple[LocalType, ...]:
    """One local type for each of the `width` columns, EMPTY where no row holds anything. A short row ends in blanks."""
    seen: dict[object, LocalType] = {}
    return tuple(
        _common_type(_cell_type(row[at], decimal, seen) for row in rows if at < len(row)) for at in range(width)
    )


def _cell_type(cell: object, decimal: str, seen: dict[object, LocalType]) -> LocalType:
    if isinstance(cell, str):
        found = seen.get(cell)
        if found is None:
            found = seen[cell] = _text_type(cell, decimal)
        return found
    return _native_type(cell)


def _text_type(cell: str, decimal: str) -> LocalType:
    if cell.strip().casefold() in _BOOLEANS:
        return LocalType.BOOLEAN
    return _TYPES[cell_shape(cell, decimal)]


def _native_type(cell: object) -> LocalType:
    if isinstance(cell, float) and cell.is_integer():
        return LocalType.INTEGER
    return next((local for kind, local in _NATIVE if isinstance(cell, kind)), LocalType.TEXT)


def _common_type(types: Iterable[LocalType]) -> LocalType:
    """The narrowest type that nearly all cells have: integers are numbers, a date is a date and time at midnight."""
    counts = Counter(types)
    del counts[LocalType.EMPTY]
    total = counts.total()
    if not total:
        return LocalType.EMPTY
    for narrow, wide in ((LocalType.INTEGER, LocalType.NUMBER), (LocalType.DATE, LocalType.DATETIME)):
        if counts[narrow] and counts[wide]:
            counts[wide] += counts.pop(narrow)
    common, count = counts.most_common(1)[0]
    agreed = count >= _AGREEING * total or (count == total - 1 >= _ENOUGH)
    return common if agreed else LocalType.TEXT
