"""What type each column of the loaded rows has, decided over all rows, and the SQL expression that gives its values.

The first rows of a file cannot tell day-first from month-first dates, and a notice or `ND` cell does not make a column
of numbers a text. So: (1) every column is counted over all rows; (2) a column is of a type if at most 5 % of its cells
(or a single one) are not; (3) a date format is chosen by how many cells it reads, then by which order it gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import duckdb

from headgate.catalogue.meaning import Meaning, Role
from headgate.headers.table import LocalType
from headgate.manifest.approved import Column

_STRAYS = 0.05
_AT_ONCE = 2000
_SAMPLE = 2000
_TIME_ROLES = frozenset({Role.TIMESTAMP, Role.DATE})
_SENTINELS = (
    "nd", "na", "n/a", "nan", "-", "--", "---", ".", "?", "null", "none", "nil", "n.d.", "k.a.", "missing", "no data",
    "nodata", "#n/a", "#value!", "#div/0!", "#ref!", "inf", "-inf", "err", "error", "bad", "void",
)  # fmt: skip
_DATES = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%d-%b-%Y",
    "%d %b %Y", "%d %B %Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y",
    "%d-%b-%y", "%Y%m%d", "%Y-%m",
)  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %H")
_CLOCK = "([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?"
_DATED = (
    "^([0-9]{1,4}[-/. ]+[0-9A-Za-z]{1,9}[-/., ]+[0-9]{2,4}|[A-Za-z]{3,9}[. ]+[0-9]{1,2},? +[0-9]{4}"
    "|[0-9]{4}-[0-9]{2}$|[0-9]{8}[ T][0-9])"
)
_NUMBER_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\([0-9]+,[0-9]+\)")
_NO_DAY = "TIMESTAMP '1900-01-02'"  # a spreadsheet's time of day is a stamp on the day its calendar starts


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many cells of a text column hold something, a mark for a missing value, a number, a whole number, yes or no,
    what looks like a date, other digits without letters, and a time of day."""

    cells: int = 0
    marks: int = 0
    numbers: int = 0
    whole: int = 0
    booleans: int = 0
    dates: int = 0
    digits: int = 0
    clocks: int = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """One column's type over all rows and the SQL of its values.

    `cells` counts what is not blank, `sentinels` the marks that stand for no value, `unparsed` the other cells that are
    not of the type. `clock` is the SQL of a time of day (an interval) where the column is one.
    """

    type: LocalType
    sql: str
    cells: int
    sentinels: int = 0
    unparsed: int = 0
    clock: str | None = None


def decide(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], meanings: Mapping[str, Meaning], decimal: str
) -> dict[str, Typed]:
    """The type of every column of the table `raw`, by column id. A date beside a time of day becomes one timestamp."""
    kinds = {name: kind for name, kind, *_ in connection.execute("DESCRIBE raw").fetchall()}
    texts = [name for name, kind in kinds.items() if kind == "VARCHAR"]
    counts = _counts(connection, texts, decimal)
    found: dict[str, Typed] = {}
    for column in columns:
        name = f"p{column.position}"
        if name in counts:
            typed = _text(connection, name, counts[name], decimal)
        else:
            typed = _native(connection, name, kinds[name])
        if typed.type in (LocalType.INTEGER, LocalType.NUMBER) and _is_time(meanings.get(column.id)):
            typed = _numeric_stamps(connection, typed)
        found[column.id] = typed
    return _combined(connection, columns, meanings, found)


def _is_time(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.role in _TIME_ROLES


def _few(strays: int, cells: int) -> bool:
    """Whether so many cells may be of another type: 5 %, or a single one among at least five."""
    return strays <= max(cells * _STRAYS, 1 if cells >= 5 else 0)


def _plain(cell: str, decimal: str) -> str:
    """The SQL of a number written without grouping."""
    if decimal == ",":
        cell = f"CASE WHEN NOT contains({cell}, '.') THEN replace({cell}, ',', '.') END"
    return (
        f"CASE WHEN isfinite(try_cast({cell} AS DOUBLE)) AND NOT contains({cell}, '_') THEN CAST({cell} AS DOUBLE) END"
    )


def _grouped(cell: str, decimal: str) -> str:
    """The SQL of a number that may have groups of thousands, a per cent sign or a typographic minus."""
    group, point = (".", ",") if decimal == "," else (",", ".")
    gap = f"[{group}'' \u00a0\u202f\u2019]"
    bare = f"replace(rtrim({cell}, '% '), '\u2212', '-')"
    ungrouped = (
        f"CASE WHEN regexp_full_match({bare}, '[-+]?[0-9]{{1,3}}({gap}[0-9]{{3}})+([{point}][0-9]*)?') "
        f"THEN regexp_replace({bare}, '{gap}', '', 'g') ELSE {bare} END"
    )
    number = f"try_cast(replace({ungrouped}, '{point}', '.') AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) AND NOT contains({cell}, '_') THEN {number} END"


def _counts(connection: duckdb.DuckDBPyConnection, names: Sequence[str], decimal: str) -> dict[str, _Counts]:
    """What every text column holds, over all rows.

    Columns are stacked, so that a wide table is one small query, and a spelling is looked at once however often it is
    there.
    """
    found = {name: _Counts() for name in names}
    marks = ", ".join(f"'{mark}'" for mark in _SENTINELS)
    for at in range(0, len(names), _AT_ONCE):
        part = ", ".join(names[at : at + _AT_ONCE])
        stacked = f"(UNPIVOT raw ON {part} INTO NAME name VALUE x)"
        spellings = f"(SELECT name, x, count(*) AS k FROM {stacked} GROUP BY ALL)"  # noqa: S608
        numbers = f"(SELECT name, x, k, {_plain('x', decimal)} AS n FROM {spellings})"  # noqa: S608
        rows = connection.execute(
            f"""SELECT name, sum(k), sum(k) FILTER (lower(x) IN ({marks})),
                sum(k) FILTER (n IS NOT NULL), sum(k) FILTER (n = floor(n)),
                sum(k) FILTER (n IS NULL AND lower(x) IN ('true', 'false', 'yes', 'no')),
                sum(k) FILTER (n IS NULL AND regexp_matches(x, '{_DATED}')),
                sum(k) FILTER (n IS NULL AND regexp_matches(x, '^[^A-Za-z]*[0-9][^A-Za-z]*$')),
                sum(k) FILTER (n IS NULL AND regexp_full_match(x, '{_CLOCK}'))
            FROM {numbers} GROUP BY name"""  # noqa: S608
        ).fetchall()
        found.update({name: _Counts(*(int(count or 0) for count in counts)) for name, *counts in rows})
    return found


def _text(connection: duckdb.DuckDBPyConnection, name: str, counts: _Counts, decimal: str) -> Typed:
    """(1) empty; (2) numbers; (3) yes and no; (4) a time of day; (5) dates; (6) grouped numbers; (7) else text."""
    values = counts.cells - counts.marks
    if not counts.cells:
        return Typed(LocalType.EMPTY, name, 0)
    if counts.numbers and _few(values - counts.numbers, values):
        kind = LocalType.INTEGER if counts.whole == counts.numbers else LocalType.NUMBER
        return Typed(kind, _plain(name, decimal), counts.cells, counts.marks, values - counts.numbers)
    if counts.booleans and counts.booleans == values:
        sql = f"CASE WHEN lower({name}) IN ('true', 'false', 'yes', 'no') THEN lower({name}) END"
        return Typed(LocalType.BOOLEAN, sql, counts.cells, counts.marks)
    if counts.clocks and _few(values - counts.clocks, values):
        return Typed(LocalType.TIME, name, counts.cells, counts.marks, values - counts.clocks, clock=_clock(name))
    found = None
    if counts.dates and _few(values - counts.dates, values):
        found = _dated(connection, name, counts)
    if found is None and counts.digits and _few(values - counts.digits - counts.numbers, values):
        found = _grouped_numbers(connection, name, counts, decimal)
    return found or Typed(LocalType.TEXT, name, counts.cells)


def _grouped_numbers(connection: duckdb.DuckDBPyConnection, name: str, counts: _Counts, decimal: str) -> Typed | None:
    sql, values = _grouped(name, decimal), counts.cells - counts.marks
    numbers, whole = (int(n or 0) for n in _row(connection, f"count({sql}), count(*) FILTER ({sql} = floor({sql}))"))
    if not numbers or not _few(values - numbers, values):
        return None
    kind = LocalType.INTEGER if whole == numbers else LocalType.NUMBER
    return Typed(kind, sql, counts.cells, counts.marks, values - numbers)


def _clock(cell: str) -> str:
    """The SQL of a time of day as an interval, from 00:00 to 24:00."""
    hour, minute, second = (f"try_cast(nullif(split_part({cell}, ':', {part}), '') AS INT)" for part in (1, 2, 3))
    return (
        f"CASE WHEN regexp_full_match({cell}, '{_CLOCK}') "
        f"THEN to_seconds(3600 * {hour} + 60 * {minute} + coalesce({second}, 0)) END"
    )


def _dated(connection: duckdb.DuckDBPyConnection, name: str, counts: _Counts) -> Typed | None:
    """The column as time, if one spelling of the day reads nearly all cells.

    (1) Spellings that read nothing in a sample spread over the rows are out; (2) the others are counted over all rows;
    (3) among the best, the one under which the rows are in the best order is right (01/02 may be either).
    """
    forms = _spellings(connection, name, counts.cells)
    if not forms:
        return None
    stamps = [_stamp(name, form) for form in forms]
    hits = [int(n or 0) for n in _row(connection, ", ".join(f"count({stamp})" for stamp in stamps))]
    values = counts.cells - counts.marks
    if not max(hits) or not _few(values - max(hits), values):
        return None
    best = [stamp for stamp, n in zip(stamps, hits, strict=True) if n == max(hits)]
    sql = best[0] if len(best) == 1 else min(best, key=lambda stamp: _disorder(connection, stamp))
    return Typed(_stamp_type(connection, sql), sql, counts.cells, counts.marks, values - max(hits))


def _spellings(connection: duckdb.DuckDBPyConnection, name: str, cells: int) -> list[str]:
    """The spellings of the day that read something in the sample, each with all spellings of the time, likeliest first.

    All of them, because exports leave the time out at midnight and the fraction at whole seconds.
    """
    pairs = list(product(_DATES, _CLOCKS))
    tries = ", ".join(f"count(try_strptime(x, '{day}{clock}'))" for day, clock in pairs)
    sample = f"(SELECT {_zoneless(name)} AS x FROM raw WHERE row % {max(1, cells // _SAMPLE)} = 0)"  # noqa: S608
    hits = dict(zip(pairs, connection.execute(f"SELECT {tries} FROM {sample}").fetchone() or (), strict=True))  # noqa: S608
    seen = [day for day in _DATES if any(hits[day, clock] for clock in _CLOCKS)]
    return [
        "[" + ", ".join(f"'{day}{clock}'" for clock in sorted(_CLOCKS, key=lambda clock: -hits[day, clock])) + "]"
        for day in seen
    ]


def _zoneless(cell: str) -> str:
    """The SQL of a stamp as its own clock shows it: without the T of ISO 8601 and without a zone or offset."""
    spaced = f"regexp_replace({cell}, '^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})T', '\\1 ')"
    zone = "(:[0-9]{2}(?:[.][0-9]+)?) ?(?:Z|UTC|GMT|[-+][0-9]{2}(?::?[0-9]{2})?)$"
    return f"regexp_replace({spaced}, '{zone}', '\\1')"


def _stamp(cell: str, formats: str) -> str:
    """The SQL of a stamp; 24:00 is the next midnight, and a year outside 1900 to 2200 is a misreading."""
    bare = _zoneless(cell)
    stamp = (
        f"CASE WHEN regexp_matches({cell}, '[ T]24:00(:00)?') "
        f"THEN try_strptime(replace({bare}, ' 24:', ' 00:'), {formats}) + INTERVAL 1 DAY "
        f"ELSE try_strptime({bare}, {formats}) END"
    )
    return _sane(stamp)


def _sane(stamp: str) -> str:
    return f"list_filter([{stamp}], lambda t: year(t) BETWEEN 1900 AND 2200)[1]"


def _disorder(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int, float]:
    """How badly the rows are ordered under this reading: steps back, different steps, seconds from first to last."""
    stamps = f"(SELECT row, {sql} AS t FROM raw WHERE {sql} IS NOT NULL)"  # noqa: S608
    found = connection.execute(
        f"SELECT count(*) FILTER (step < INTERVAL 0 SECOND), count(DISTINCT step), epoch(max(t) - min(t)) "  # noqa: S608
        f"FROM (SELECT t, t - lag(t) OVER (ORDER BY row) AS step FROM {stamps})"
    ).fetchone()
    back, steps, seconds = found or (0, 0, 0.0)
    return int(back), int(steps), float(seconds or 0)


def _stamp_type(connection: duckdb.DuckDBPyConnection, sql: str) -> LocalType:
    stamps = f"(SELECT {sql} AS t FROM raw)"  # noqa: S608
    timed = connection.execute(f"SELECT count(*) FILTER (t <> date_trunc('day', t)) FROM {stamps}").fetchone()  # noqa: S608
    return LocalType.DATETIME if timed and timed[0] else LocalType.DATE


def _native(connection: duckdb.DuckDBPyConnection, name: str, kind: str) -> Typed:
    """The type of a column of a source that has types."""
    cells = int(_row(connection, f"count({name})")[0] or 0)
    if not cells:
        return Typed(LocalType.EMPTY, f"CAST({name} AS VARCHAR)", 0)
    if kind == "BOOLEAN":
        return Typed(LocalType.BOOLEAN, f"CAST({name} AS VARCHAR)", cells)
    if _NUMBER_TYPE.fullmatch(kind):
        return _native_number(connection, name, cells)
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        sql = f"CAST({name} AS TIMESTAMP)"
        dated = _row(connection, f"count(*) FILTER ({sql} >= {_NO_DAY})")[0]
        return Typed(_stamp_type(connection, sql), sql, cells) if dated else _native_clock(sql, cells)
    if kind.startswith("TIME"):
        return _native_clock(f"(TIMESTAMP '1899-12-30' + CAST({name} AS TIME))", cells)
    return Typed(LocalType.TEXT, f"CAST({name} AS VARCHAR)", cells)


def _native_number(connection: duckdb.DuckDBPyConnection, name: str, cells: int) -> Typed:
    sql = f"CASE WHEN isfinite(CAST({name} AS DOUBLE)) THEN CAST({name} AS DOUBLE) END"
    values, whole = (int(n or 0) for n in _row(connection, f"count({sql}), count(*) FILTER ({sql} = floor({sql}))"))
    kind = LocalType.EMPTY if not values else LocalType.INTEGER if values == whole else LocalType.NUMBER
    return Typed(kind, sql, cells, cells - values)


def _native_clock(stamp: str, cells: int) -> Typed:
    sql = f"strftime({stamp}, '%H:%M:%S')"
    return Typed(LocalType.TIME, sql, cells, clock=_clock(sql))


def _numeric_stamps(connection: duckdb.DuckDBPyConnection, typed: Typed) -> Typed:
    """The column as time where its name says so and its numbers are one: 20180131, an epoch, a year, an Excel day."""
    value = typed.sql
    digits = f"CAST(CAST({value} AS BIGINT) AS VARCHAR)"
    readings = {
        (19000101, 22001231): _sane(f"try_strptime({digits}, '%Y%m%d')"),
        (190001010000, 220012312359): _sane(f"try_strptime({digits}, '%Y%m%d%H%M')"),
        (19000101000000, 22001231235959): _sane(f"try_strptime({digits}, '%Y%m%d%H%M%S')"),
        (1900, 2200): f"make_timestamp(CAST({value} AS BIGINT), 1, 1, 0, 0, 0)",
        (20_000, 80_000): f"TIMESTAMP '1899-12-30' + to_seconds(round({value} * 86400))",
        (100_000_000, 7_000_000_000): f"make_timestamp(CAST({value} * 1e6 AS BIGINT))",
        (631_152_000_000, 7_000_000_000_000): f"make_timestamp(CAST({value} * 1e3 AS BIGINT))",
    }
    low, high = _row(connection, f"min({value}), max({value})")
    for (least, most), sql in readings.items():
        if low is None or high is None or not least <= low <= high <= most:
            continue
        hits = int(_row(connection, f"count({sql})")[0] or 0)
        values = typed.cells - typed.sentinels
        if hits and _few(values - hits, values):
            return replace(typed, type=_stamp_type(connection, sql), sql=sql, unparsed=values - hits)
    return typed


def _combined(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[Column],
    meanings: Mapping[str, Meaning],
    found: dict[str, Typed],
) -> dict[str, Typed]:
    """The same, where a day and the time of day in the column beside it are one timestamp under the day's id."""
    at = {column.position: column for column in columns}
    taken: set[str] = set()
    for column in sorted(columns, key=lambda each: each.position):
        typed = found[column.id]
        if typed.type is not LocalType.DATE:
            continue
        for beside in (at.get(column.position + 1), at.get(column.position - 1)):
            if beside is None or beside.id in taken:
                continue
            clock = found[beside.id].clock or _hours(connection, found[beside.id], meanings.get(beside.id))
            if clock is not None:
                taken.add(beside.id)
                found[column.id] = replace(typed, type=LocalType.DATETIME, sql=f"({typed.sql} + {clock})")
                break
    return found


def _hours(connection: duckdb.DuckDBPyConnection, typed: Typed, meaning: Meaning | None) -> str | None:
    """The SQL of a column of whole hours as a time of day, where its name says it is one."""
    if meaning is None or meaning.role is not Role.TIME_OF_DAY or typed.type is not LocalType.INTEGER:
        return None
    low, high = _row(connection, f"min({typed.sql}), max({typed.sql})")
    if low is None or high is None or low < 0 or high > 24:
        return None
    return f"to_hours(CAST({typed.sql} AS BIGINT))"


def _row(connection: duckdb.DuckDBPyConnection, sql: str, where: str = "") -> tuple[float | int | None, ...]:
    found: Iterator[float | int | None] = iter(connection.execute(f"SELECT {sql} FROM raw {where}").fetchone() or ())  # noqa: S608
    return tuple(found)
