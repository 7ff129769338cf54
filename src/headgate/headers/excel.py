"""Headers of an Excel workbook (.xlsx, .xlsm): one sheet, its header rows found below titles, merged groups joined."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from headgate.errors import InputError
from headgate.headers.cells import column_types
from headgate.headers.evidence import doubt
from headgate.headers.header_row import may_name_columns
from headgate.headers.table import Header, Sheet, Table
from headgate.screening.first_row import looks_like_data

_ROWS = 1000
_CELLS = 50_000  # a wide sheet is typed from fewer rows, so that it takes no longer
_LEAST_ROWS = 20
_HEADER_ROWS = 10
_PREAMBLE = 30  # rows; a title block is shorter
_CHUNK = 1 << 20
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_OVERLAP = 256  # bytes kept between two chunks: longer than one mergeCell tag


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range of cells: rows `top` ≤ r ≤ `bottom` and columns `left` ≤ c ≤ `right`, counted from 0."""

    left: int
    top: int
    right: int
    bottom: int


def read(path: Path, sheet: str | None) -> Table:
    """The table of one sheet, by name or the first that holds anything; only its first rows are looked at.

    Position 0 is the first column of the sheet that holds anything. Names of grouped columns are joined from the top,
    "group / name". Raises InputError where the workbook is damaged or the sheet is not in it.
    """
    with _refusing_damage(path):
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            chosen = _chosen(path, book, sheet)
            rows = _first_rows(chosen)
            merges = _merges(path, chosen._worksheet_path) if _may_be_grouped(rows) else []
        finally:
            book.close()
    return _table(path, chosen.title, rows, merges)


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl leaves out do not matter here
            yield
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        OSError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        RuntimeError,
    ):
        raise InputError(f"{path.name}: the Excel file is cut short or damaged; save or copy it again") from None


def _chosen(path: Path, book: Workbook, sheet: str | None) -> ReadOnlyWorksheet:
    sheets = {each.title: each for each in book.worksheets}
    for each in sheets.values():
        each.reset_dimensions()  # the size a file states for a sheet is often wrong
    if sheet is not None:
        if sheet not in sheets:
            known = ", ".join(repr(title) for title in sheets)
            raise InputError(f"{path.name} has no sheet {sheet!r}; choose one of {known}")
        if not _has_rows(sheets[sheet], rows=1, cells=1):
            raise InputError(f"{path.name}: sheet {sheet!r} is empty; choose another")
        return sheets[sheet]
    for least in (2, 1):  # a cover sheet has lines of one cell, a table has rows of several
        for each in sheets.values():
            if each.sheet_state == "visible" and _has_rows(each, rows=least, cells=least):
                return each
    raise InputError(f"{path.name}: its visible sheets are empty; name a sheet that holds a table")


def _has_rows(sheet: ReadOnlyWorksheet, *, rows: int, cells: int) -> bool:
    """True where at least so many of the first rows hold at least so many cells."""
    full = (row for row in islice(sheet.iter_rows(values_only=True), _ROWS) if _filled(row) >= cells)
    return len(list(islice(full, rows))) == rows


def _first_rows(sheet: ReadOnlyWorksheet) -> list[list[object]]:
    """The first rows, blank texts as None, cut after the last cell that holds something."""
    rows: list[list[object]] = []
    cells = 0
    for found in islice(sheet.iter_rows(values_only=True), _ROWS):
        row = [None if isinstance(cell, str) and not cell.strip() else cell for cell in found]
        while row and row[-1] is None:
            row.pop()
        rows.append(row)
        cells += len(row)
        if cells > _CELLS and len(rows) > _LEAST_ROWS:
            break
    return rows


def _filled(row: Sequence[object]) -> int:
    return sum(cell is not None and cell != "" for cell in row)


def _may_be_grouped(rows: Sequence[Sequence[object]]) -> bool:
    """True where the first row that holds something is not the fullest: merged groups or a title may stand above."""
    counts = [count for row in rows[:_PREAMBLE] if (count := _filled(row))]
    return bool(counts) and counts[0] < max(counts)


def _merges(path: Path, part: str) -> list[Merge]:
    """The merged ranges beginning within the first rows of a sheet, from its XML, where they stand after all cells."""
    found: dict[bytes, None] = {}
    kept = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as xml:
        while chunk := xml.read(_CHUNK):
            kept = kept[-_OVERLAP:] + chunk
            found.update(dict.fromkeys(_MERGE.findall(kept)))
    bounds = (range_boundaries(reference.decode("ascii")) for reference in found)
    merges = (Merge(left - 1, top - 1, right - 1, bottom - 1) for left, top, right, bottom in bounds)
    return [merge for merge in merges if merge.top < _PREAMBLE + _HEADER_ROWS]


def _table(path: Path, title: str, rows: list[list[object]], merges: Sequence[Merge]) -> Table:
    left = min(at for row in rows for at, cell in enumerate(row) if cell is not None)
    start = _spread(rows, merges)
    top = _header_top(start, left, merges)
    leaf = _leaf(top, len(start), merges)
    first = [_text(cell) for cell in start[leaf][left:]]
    below = [row[left:] for row in rows[leaf + 1 :] if row]
    headless = looks_like_data(first, [[_text(cell) for cell in row] for row in below[:_LEAST_ROWS]])
    if headless:
        below.insert(0, rows[leaf][left:])
    levels = [[_text(cell) for cell in row[left:]] for row in start[top : leaf + 1]]
    width = max(*(len(level) for level in levels), max((len(row) for row in below), default=0))
    names = [f"column {at + 1}" if headless else _joined(levels, at) for at in range(width)]
    types = column_types(below, width, ".")
    headers = tuple(Header(at, name, local) for at, (name, local) in enumerate(zip(names, types, strict=True)))
    sheet = Sheet(title, leaf if headless else leaf + 1)
    return Table(path, sheet, headers, headless, None if headless else doubt(names, types, below))


def _spread(rows: Sequence[Sequence[object]], merges: Sequence[Merge]) -> list[list[object]]:
    """The first rows with the value of each merged range in all its cells."""
    start = [list(row) for row in rows[: _PREAMBLE + _HEADER_ROWS]]
    for merge in merges:
        value = start[merge.top][merge.left] if merge.top < len(start) and merge.left < len(start[merge.top]) else None
        for row in start[merge.top : merge.bottom + 1] if value is not None else ():
            row.extend([None] * (merge.right + 1 - len(row)))
            row[merge.left : merge.right + 1] = [value] * (merge.right + 1 - merge.left)
    return start


def _header_top(start: Sequence[Sequence[object]], left: int, merges: Sequence[Merge]) -> int:
    """The first row that names nearly all columns: blank rows, titles and notes stand above it."""
    most = max(_filled(row) for row in start)
    for at, row in enumerate(start):
        title = any(m.top <= at <= m.bottom and 1 < m.right - m.left + 1 >= _filled(row) for m in merges)
        if not title and may_name_columns([cell is not None for cell in row[left:]], most):
            return at
    return next(at for at, row in enumerate(start) if _filled(row))


def _leaf(top: int, height: int, merges: Sequence[Merge]) -> int:
    """The last header row: the first from `top` on in which no range spans several columns or goes on below."""
    for at in range(top, min(top + _HEADER_ROWS, height)):
        touching = [merge for merge in merges if merge.top <= at <= merge.bottom]
        if not any(merge.right > merge.left or merge.bottom > at for merge in touching):
            return at
    return top


def _joined(levels: Sequence[Sequence[str]], at: int) -> str:
    """The names of a column on all levels, from the top, each once."""
    names = [level[at] for level in levels if at < len(level) and level[at].strip()]
    return " / ".join(dict.fromkeys(names))


def _text(cell: object) -> str:
    """A cell as text: a whole number without its ".0", a day without its midnight."""
    match cell:
        case None:
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case _:
            return str(cell)
