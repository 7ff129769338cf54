"""How a text file parts its cells: delimiter, quote and decimal mark, found from its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from headgate.screening.cell_shape import VALUES, cell_shape

_DELIMITERS = ("\t", ";", ",", "|")
_HINT = re.compile(r"sep=(.)[\r\n]*", re.IGNORECASE)
_SAMPLE_ROWS = 200
_SAMPLE_CHARACTERS = 1 << 18
_SAMPLE_CELLS = 4000
_SAMPLE_COLUMNS = 400
_NO_SCORE = (0.0, 0)
_PROSE = 0.5  # how much a space after the delimiter, as in prose, tells against it
_COMMA_DECIMAL = re.compile(r"[+\-−]?(?:\d+,\d{1,2}|\d+,\d{4,}|0,\d+|\d{1,3}(?:[. \u00a0\u202f'’]\d{3})+,\d+)")
_POINT_DECIMAL = re.compile(r"[+\-−]?(?:\d*\.\d{1,2}|\d+\.\d{4,}|0?\.\d+|\d{1,3}(?:[, \u00a0\u202f'’]\d{3})+\.\d+)")
_EITHER = re.compile(r"[+\-−]?\d{1,3},\d{3}")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file: `before` physical lines stand above it, its last line is line `through`."""

    cells: list[str]
    before: int
    through: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter` and `quote` ("" for none) are one character; `hinted` where the first line is Excel's `sep=`."""

    delimiter: str
    quote: str
    hinted: bool


def find_dialect(text: str, *, whole: bool) -> Dialect:
    """The delimiter and quote with which the first lines give rows of one width and the most numbers and dates.

    A file without any delimiter is one column, delimited by ",". `whole` is false where the text was cut.
    """
    if hint := _HINT.fullmatch(text.split("\n", 1)[0]):
        return Dialect(hint[1], _find_quote(text, hint[1], whole=whole), hinted=True)
    sample = text[:_SAMPLE_CHARACTERS]
    if len(sample) < len(text) and sample.count("\n") < 10:
        sample = text
    scores = {each: _score(sample, each) for each in _DELIMITERS}
    best = max(scores, key=lambda each: scores[each])
    delimiter = best if scores[best] > _NO_SCORE else ","
    return Dialect(delimiter, _find_quote(text, delimiter, whole=whole), hinted=False)


def records(text: str, dialect: Dialect, *, whole: bool) -> Iterator[Record]:
    """The complete records of the text; the last one is left out where the text was cut and a quote may stand open.

    Raises `csv.Error` where a quote stays open for longer than a cell can be.
    """
    lines = io.StringIO(text, newline="")
    if dialect.quote:
        reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
    else:
        reader = csv.reader(lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)
    before = 0
    held: Record | None = None
    for cells in reader:
        if held is not None:
            yield held
        held = Record(cells, before, reader.line_num)
        before = reader.line_num
    if held is not None and (whole or held.through - held.before == 1):
        yield held


def find_decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """The decimal mark of the numbers, "," or "."; "." where nothing tells."""
    comma = point = either = 0
    for cell in _some_cells(rows):
        comma += _COMMA_DECIMAL.fullmatch(cell) is not None
        point += _POINT_DECIMAL.fullmatch(cell) is not None
        either += _EITHER.fullmatch(cell) is not None
    if comma + point:
        return "," if comma > point else "."
    return "," if either and delimiter == ";" else "."


def _find_quote(text: str, delimiter: str, *, whole: bool) -> str:
    """The quote character: double, single where only single ones embrace cells, none where one is never closed."""
    sample = text[:_SAMPLE_CHARACTERS]
    edge = re.escape(delimiter)
    singles = len(re.findall(rf"(?:^|{edge})'[^'\r\n]*'(?={edge}|[\r\n]|$)", sample, re.MULTILINE))
    if '"' not in sample and singles > sample.count(delimiter) / 2:
        return "'"
    if '"' not in text or _is_well_quoted(text, delimiter, whole=whole):
        return '"'
    quoted, plain = (_rows_of_one_width(text, Dialect(delimiter, quote, hinted=False)) for quote in ('"', ""))
    return '"' if quoted >= plain else ""


def _is_well_quoted(text: str, delimiter: str, *, whole: bool) -> bool:
    """True where every quote that opens is closed before a delimiter or line end, or the text was cut in between."""
    lines = io.StringIO(text, newline="")
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return not whole and not lines.read(1)
    return True


def _rows_of_one_width(text: str, dialect: Dialect) -> int:
    """How many records have the commonest width; 0 where a quote stays open for longer than a cell can be."""
    try:
        widths = Counter(len(record.cells) for record in records(text, dialect, whole=True))
    except csv.Error:
        return 0
    return max(widths.values())


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the sample: the share of rows of one width, weighed with what the cells hold."""
    rows = []
    try:
        for record in records(sample, Dialect(delimiter, '"', hinted=False), whole=True):
            if any(record.cells):
                rows.append(record.cells)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        rows = [line.split(delimiter) for line in sample.splitlines()[:_SAMPLE_ROWS] if line.strip()]
    if not rows:
        return _NO_SCORE
    width, count = max(Counter(len(row) for row in rows).items(), key=lambda item: (item[1], item[0]))
    if width < 2:
        return _NO_SCORE
    cells = list(_some_cells([row for row in rows if len(row) == width]))
    values = sum(cell_shape(cell) in VALUES or cell_shape(cell, ",") in VALUES for cell in cells)
    prose = sum(cell.startswith(" ") for cell in cells)
    filled = sum(1 for cell in cells if cell.strip()) or 1
    return (count / len(rows) * (1 + (values - _PROSE * prose) / filled), width)


def _some_cells(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Cells spread over rows and columns, few enough to look at each."""
    width = max((len(row) for row in rows), default=0)
    across = max(1, width // _SAMPLE_COLUMNS)
    down = max(1, len(rows) * min(width, _SAMPLE_COLUMNS) // _SAMPLE_CELLS)
    return chain.from_iterable(row[::across] for row in rows[::down])
