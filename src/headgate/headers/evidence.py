"""What speaks against a header row that was found: such a table's names are approved by a person, never by a rule."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.headers.table import LocalType
from headgate.screening.cell_shape import CellShape, cell_shape

_WORDS = frozenset({LocalType.TEXT, LocalType.BOOLEAN, LocalType.EMPTY})
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
        return "no column holds numbers or dates, so the first row may be data as well as names"
    first = [cell_shape(_text(rows[0][at]), decimal) for at in measured if at < len(rows[0])]
    held = [shape for shape in first if shape not in {CellShape.BLANK, CellShape.MISSING}]
    if held and all(shape is CellShape.WORD for shape in held):
        return "the row below the names holds words where the others hold numbers or dates: is it the names?"
    return None


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
