"""Headers of delimited text: CSV, TSV and whatever else is one record a line, whatever its extension says."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from headgate.errors import InputError
from headgate.headers.cells import column_types
from headgate.headers.dialect import Dialect, Record, find_decimal, find_dialect, records
from headgate.headers.evidence import doubt
from headgate.headers.header_row import may_name_columns
from headgate.headers.table import Delimited, Header, Table
from headgate.headers.text import Start, decoded_start
from headgate.screening.first_row import looks_like_data

_ROWS = 1000
_CELLS = 400_000  # a wide table is typed from fewer rows, so that it takes no longer
_PREAMBLE = 30  # records; a title block is shorter
_FOLLOWING = 20  # rows below the first that are asked whether it is data
_LEAST_ROWS = 10  # however wide the table


def read(path: Path, compression: str) -> Table:
    """The table of a delimited text file; only its first rows are looked at, and none is kept.

    A first row that is data gives placeholder names and the reason in `headless`; its rows then count from that row.
    Raises InputError where the file is no text or has no rows to find columns in.
    """
    start = decoded_start(path, compression)
    dialect = find_dialect(start.text, whole=start.whole)
    found = _first_records(path, start, dialect)
    width = _common_width(found)
    at = _header_row(found, width)
    below = [record.cells for record in found[at + 1 :] if any(record.cells)]
    first = found[at].cells
    headless = looks_like_data(first, below[:_FOLLOWING])
    rows = [first, *below] if headless else below
    names = _names([] if headless else first, rows, width)
    decimal = find_decimal(rows, dialect.delimiter)
    skip = found[at].before if headless else found[at].through
    layout = Delimited(start.encoding, dialect.delimiter, dialect.quote, decimal, skip)
    types = column_types(rows, len(names), decimal)
    if headless:
        names = [f"column {number}" for number in range(1, len(names) + 1)]
    headers = tuple(Header(at, name, local) for at, (name, local) in enumerate(zip(names, types, strict=True)))
    return Table(path, layout, headers, headless, None if headless else doubt(names, types, rows, decimal))


def _first_records(path: Path, start: Start, dialect: Dialect) -> list[Record]:
    """The records that are looked at, at least one of which holds something."""
    found: list[Record] = []
    cells = 0
    try:
        for record in islice(records(start.text, dialect, whole=start.whole), _ROWS + _PREAMBLE):
            found.append(record)
            cells += len(record.cells)
            if cells > _CELLS and len(found) > _LEAST_ROWS:
                break
    except csv.Error:
        raise InputError(f"{path.name}: a quoted cell is never closed; mend the quotes or save it again") from None
    if dialect.hinted:
        del found[0]
    if not any(any(record.cells) for record in found):
        raise InputError(f"{path.name} holds no column names; give a file with at least a row of them")
    return found


def _common_width(found: Sequence[Record]) -> int:
    """The commonest count of cells a row, blank cells at the end counted."""
    widths = Counter(len(record.cells) for record in found if any(record.cells))
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0]


def _header_row(found: Sequence[Record], width: int) -> int:
    """The index of the header row, or of the first data row where there is none: the first row that is nearly full.

    Comments, titles and blank lines above it are passed over where a fuller row follows.
    """
    first = next(at for at, record in enumerate(found) if any(record.cells))
    for at, record in enumerate(found[:_PREAMBLE]):
        held = [bool(cell.strip()) for cell in record.cells]
        if len(held) + 1 < width or not may_name_columns(held, width):
            continue
        if _is_comment(record.cells) and at + 1 < len(found) and not _is_data(found, at + 1):
            continue
        half_named = at > first and len(found[at - 1].cells) == width and sum(map(bool, found[at - 1].cells)) > 1
        return at - 1 if half_named and _is_data(found, at) and not _is_data(found, at - 1) else at
    return first


def _is_comment(cells: Sequence[str]) -> bool:
    return cells[0].lstrip().startswith(("#", "//"))


def _is_data(found: Sequence[Record], at: int) -> bool:
    following = [record.cells for record in found[at + 1 : at + 1 + _FOLLOWING]]
    return not any(found[at].cells) or looks_like_data(found[at].cells, following) is not None


def _names(first: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """One name for each column: as in the first row, blank where that is too short.

    A delimiter at the end of all rows makes no column. A first row that is one cell shorter than rows beginning with a
    running number lacks the name of that number (R's `write.table`).
    """
    names = list(first)
    if len(names) + 1 == width and names and _is_running_number(rows):
        names.insert(0, "")
    widest = max(width, len(names)) if rows else len(names)
    names += [""] * (widest - len(names))
    if (
        len(names) > 1
        and not names[-1].strip()
        and not any(cell.strip() for row in rows for cell in row[len(names) - 1 :])
    ):
        names.pop()
    return names


def _is_running_number(rows: Sequence[Sequence[str]]) -> bool:
    firsts = [row[0].strip() for row in rows if row]
    return len(firsts) > 1 and any(firsts == [str(n) for n in range(k, k + len(firsts))] for k in (0, 1))
