"""Is the first row data rather than names? It must be known before any of it is shown, judged or approved as a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headgate.screening.cell_shape import MOMENTS, NUMBERS, VALUES, CellShape, cell_shape

_VALUE_SHARE = 0.3  # of the cells with text; names that are bare numbers or dates are fewer, unless they are a pivot's
_SAME_SHARE = 0.9
_YEARS = range(1800, 2101)
_RUN = 3  # fewer numbers in a row make no series
_DECIMAL_RUN = 6  # as many decimals rise by chance in 1 of 720 rows
_CODE_DIGITS = 4
_PIVOT_SHARE = 0.5  # of the names; fewer values among names are judged one by one
_PIVOT_DATES, _PIVOT_OTHERS = 2, 3  # so many make a pivot
_PERIOD = re.compile(
    r"\d{4}[-/ ]?(?:[QHST]\d|(?:W|KW|CW)\d{1,2})|(?:[QHST]\d|(?:W|KW|CW)[- ]?\d{1,2})[-/ ]\d{4}|(?:W|KW|CW)[- ]?\d{2}",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"[A-Z]{0,4}[-_ ./#]?\d{3,}[A-Za-z]?|[A-Z]{1,4}[-_]?\d{2,}|[^\W\d_]{0,12}[-_ ./#]*\d{5,}"
    r"|(?=[^\W_]*\d)[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){0,3}(?:-?[0-9a-fA-F]{12})?"
)
_VALUES_SAID = {"date": "dates or periods", "number": "numbers", "code": "codes"}


def looks_like_data(first: Sequence[str], following: Sequence[Sequence[str]]) -> str | None:
    """The reason why the first row is taken for data, or None where it may be names. No cell value is in the reason.

    `following` are the rows below, as many as are known (none is allowed). Names that are a series, as a pivot table
    has them (years, dates, 1 2 3, equally long codes), are no data.
    """
    cells = tuple(cell.strip() for cell in first)
    if len(cells) == 1 and _is_line_of_values(cells[0]):
        return "the first row is one cell made of several numbers"
    shapes = tuple(_shape(cell) for cell in cells)
    filled = [at for at, shape in enumerate(shapes) if shape is not CellShape.BLANK]
    values = [at for at in filled if shapes[at] in VALUES]
    below = [_below(following, at) for at in range(len(cells))]
    labels = _series(cells, shapes, values, below)
    values = [at for at in values if at not in labels]
    if _stands_over_other_kinds(shapes, values, below):
        return None
    unnamed = len(values) + (sum(shapes[at] is CellShape.MISSING for at in filled) if values else 0)
    if unnamed and unnamed >= _VALUE_SHARE * len(filled):
        return f"{unnamed} of {len(filled)} cells of the first row are numbers, dates or marks for a missing value"
    return _repeats(cells, shapes) or _recurs(cells, shapes, following)


def pivoted(names: Sequence[str]) -> str | None:
    """Why the names may be values that a pivot table made into columns, or None; no name is in the reason.

    Half of them or more are dates, periods, numbers or codes. A pivot whose columns are people or firms shows by its
    words alone: screening says it.
    """
    filled = [name.strip() for name in names if name.strip()]
    kinds = Counter(kind for name in filled if (kind := _value_kind(name)))
    found = kinds.total()
    least = _PIVOT_DATES if kinds["date"] == found else _PIVOT_OTHERS
    if found < least or found < _PIVOT_SHARE * len(filled):
        return None
    said = " and ".join(_VALUES_SAID[kind] for kind, _ in kinds.most_common())
    return f"{found} of {len(filled)} names are {said}, as where a pivot table made values into columns"


def _value_kind(name: str) -> str | None:
    """What a name that is nothing but a value is: date, number or code."""
    shape = _shape(name)
    if shape in MOMENTS or _PERIOD.fullmatch(name) or _is_month(name):
        return "date"
    if shape in NUMBERS:
        return "date" if name.isdigit() and int(name) in _YEARS else "number"
    return "code" if _CODE.fullmatch(name) else None


def _is_month(name: str) -> bool:
    """Whether the name is that of a month: with a year behind it, it is a date."""
    return name.isalpha() and cell_shape(f"{name} 2000") is CellShape.DATE


def _shape(cell: str) -> CellShape:
    shape = cell_shape(cell)
    return cell_shape(cell, ",") if shape is CellShape.WORD else shape


def _is_line_of_values(cell: str) -> bool:
    """True where a lone cell is a line of numbers that no delimiter parted."""
    words = cell.split()
    if len(words) < 2 or _shape(cell) in VALUES:
        return False
    return sum(_shape(word) in NUMBERS for word in words) > len(words) / 2


def _below(following: Sequence[Sequence[str]], at: int) -> list[tuple[str, CellShape]]:
    """The cells below position `at` that hold something, with their shapes."""
    found = ((row[at].strip(), _shape(row[at])) for row in following if at < len(row))
    return [(cell, shape) for cell, shape in found if shape not in {CellShape.BLANK, CellShape.MISSING}]


def _kind(shape: CellShape) -> str:
    return "number" if shape in NUMBERS else "moment" if shape in MOMENTS else "word"


def _kind_below(below: Sequence[tuple[str, CellShape]]) -> str | None:
    """The kind that nearly all cells below have, None where there are none or they differ."""
    kinds = [_kind(shape) for _, shape in below]
    return next((kind for kind in set(kinds) if kinds.count(kind) >= _SAME_SHARE * len(kinds)), None)


def _stands_over_other_kinds(
    shapes: Sequence[CellShape], values: Sequence[int], below: Sequence[Sequence[tuple[str, CellShape]]]
) -> bool:
    """True where more cells are words over numbers or dates (names) than are values over values of their kind."""
    named = sum(
        shape is CellShape.WORD and _kind_below(under) in {"number", "moment"}
        for shape, under in zip(shapes, below, strict=True)
    )
    named += sum(shapes[at] in MOMENTS and _kind_below(below[at]) == "number" for at in values)
    valued = sum(_kind(shapes[at]) == _kind_below(below[at]) for at in values)
    return named > valued


def _series(
    cells: Sequence[str],
    shapes: Sequence[CellShape],
    values: Sequence[int],
    below: Sequence[Sequence[tuple[str, CellShape]]],
) -> frozenset[int]:
    """The positions of values that name a pivot table's columns: side by side, alike, all different, a series."""
    if not values or values[-1] - values[0] + 1 != len(values) or len({shapes[at] for at in values}) > 1:
        return frozenset()
    texts = [cells[at] for at in values]
    named = any(shape in {CellShape.WORD, CellShape.BLANK} for shape in shapes)
    if len(set(texts)) < len(texts) or any(text[0] in "+-−" for text in texts):
        return frozenset()
    match shapes[values[0]]:
        case CellShape.INTEGER:
            series = _is_integer_series(texts, named=named)
            if series and all(int(text) in _YEARS for text in texts if text.isdigit()):
                series = not all(_are_years(below[at]) for at in values)
        case CellShape.DECIMAL:
            series = named and len(texts) >= _DECIMAL_RUN and _rises_or_falls([_amount(text) for text in texts])
        case _:
            dated_below = all(_kind_below(below[at]) == "moment" for at in values)
            series = named and len(texts) >= 2 and _is_even_or_sorted(texts) and not dated_below
    return frozenset(values) if series else frozenset()


def _is_integer_series(texts: Sequence[str], *, named: bool) -> bool:
    if not all(text.isdigit() for text in texts):
        return False
    numbers = [int(text) for text in texts]
    if named and all(number in _YEARS for number in numbers) and _rises_or_falls(numbers):
        return True
    steps = {after - before for before, after in pairwise(numbers)}
    if len(numbers) >= _RUN and len(steps) == 1:
        return True
    codes = len({len(text) for text in texts}) == 1 and len(texts[0]) >= _CODE_DIGITS
    return named and len(numbers) >= _RUN and (codes or (_rises_or_falls(numbers) and len(numbers) >= _DECIMAL_RUN))


def _is_even_or_sorted(texts: Sequence[str]) -> bool:
    """True where dates are written alike and only their parts count on: sorted as text, or at least equally long."""
    return len({len(text) for text in texts}) <= 2 or list(texts) in (sorted(texts), sorted(texts, reverse=True))


def _rises_or_falls(numbers: Sequence[float]) -> bool:
    pairs = list(pairwise(numbers))
    return all(before < after for before, after in pairs) or all(before > after for before, after in pairs)


def _amount(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _are_years(below: Sequence[tuple[str, CellShape]]) -> bool:
    return bool(below) and all(
        shape is CellShape.INTEGER and cell.isdigit() and int(cell) in _YEARS for cell, shape in below
    )


def _repeats(cells: Sequence[str], shapes: Sequence[CellShape]) -> str | None:
    """The reason where many cells are short and the same: codes of categories, not names."""
    filled = [cell for cell, shape in zip(cells, shapes, strict=True) if shape is not CellShape.BLANK]
    short = [cell for cell in filled if len(cell) <= 3]
    repeated = len(short) - len(set(short))
    if repeated >= 3 and repeated * 3 >= len(filled):
        return f"{repeated} of {len(filled)} cells of the first row repeat a short cell beside them"
    return None


def _recurs(cells: Sequence[str], shapes: Sequence[CellShape], following: Sequence[Sequence[str]]) -> str | None:
    """The reason where the words of the first row stand again below themselves, as categories do and names do not."""
    others = [row for row in (tuple(cell.strip() for cell in row) for row in following) if row != tuple(cells)]
    words = [at for at, shape in enumerate(shapes) if shape is CellShape.WORD]
    again = sum(any(at < len(row) and row[at] == cells[at] for row in others) for at in words)
    if again and again * 2 >= len(words):
        return f"{again} of {len(words)} words of the first row stand again in their own column"
    return None
