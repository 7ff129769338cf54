"""What type each column of the loaded rows has, decided over all rows, and the SQL expression that gives its values.

The first rows of a file cannot tell day-first from month-first dates, and one notice or `ND` cell does not make a column
of numbers a text. So: (1) every column is counted over all rows; (2) a column is of a type if at most 5 % of its cells
(or a single one) are not; (3) a date format is chosen by how many cells it reads, then by which order it gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import duckdb

from headgate.catalogue.meaning import Meaning, Role
from headgate.headers.table import LocalType
from headgate.manifest.approved import Column

_STRAYS = 0.05
_AT_ONCE = 150
_SAMPLE = 20_000
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
_NUMBER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")


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
    create_macros(connection, decimal)
    kinds = {name: kind for name, kind, *_ in connection.execute("DESCRIBE raw").fetchall()}
    texts = [column for column in columns if kinds[f"p{column.position}"] == "VARCHAR"]
    found = _texts(connection, texts)
    for column in columns:
        if column not in texts:
            found[column.id] = _native(connection, f"p{column.position}", kinds[f"p{column.position}"])
        if found[column.id].type in (LocalType.INTEGER, LocalType.NUMBER) and _is_time(meanings.get(column.id)):
            found[column.id] = _numeric_stamps(connection, found[column.id])
    return _combined(connection, columns, meanings, found)


def create_macros(connection: duckdb.DuckDBPyConnection, decimal: str) -> None:
    """The connection knows `cell`, `mark`, `figure` and `written`: the one reading of a text cell."""
    group, point = (".", ",") if decimal == "," else (",", ".")
    marks = ", ".join(f"'{mark}'" for mark in _SENTINELS)
    for macro in (
        r"cell(x) AS nullif(trim(x, chr(32) || chr(9) || chr(10) || chr(13) || chr(160) || chr(65279)), '')",
        f"mark(x) AS lower(x) IN ({marks})",
        rf"""ungrouped(x) AS CASE
            WHEN NOT regexp_matches(x, '[0-9][{group}'' \x{{A0}}\x{{202F}}\x{{2019}}][0-9]') THEN x
            WHEN regexp_full_match(x, '[-+]?[0-9]{{1,3}}([{group}'' \x{{A0}}\x{{202F}}\x{{2019}}][0-9]{{3}})+([{point}][0-9]*)?')
            THEN regexp_replace(x, '[{group}'' \x{{A0}}\x{{202F}}\x{{2019}}]', '', 'g')
            WHEN '{group}' = '.' THEN x END""",
        f"plain(x) AS replace(replace(ungrouped(rtrim(x, '% ')), chr(8722), '-'), '{point}', '.')",
        "finite(x) AS CASE WHEN isfinite(x) THEN x END",
        "figure(x) AS CASE WHEN regexp_matches(x, '[0-9]') AND NOT contains(x, '_') "
        "THEN finite(try_cast(plain(x) AS DOUBLE)) END",
        r"zoneless(x) AS regexp_replace(regexp_replace(x, '^([0-9]{4}-[0-9]{2}-[0-9]{2})T', '\1 '), "
        r"'(:[0-9]{2}(\.[0-9]+)?) ?(Z|UTC|GMT|[-+][0-9]{2}(:?[0-9]{2})?)$', '\1')",
        "sane(t) AS CASE WHEN year(t) BETWEEN 1900 AND 2200 THEN t END",
        r"midnight_24(x) AS regexp_matches(x, ' 24:00(:00)?$')",
        "written(x, formats) AS sane(CASE WHEN midnight_24(x) "
        "THEN try_strptime(replace(x, ' 24:', ' 00:'), formats) + INTERVAL 1 DAY ELSE try_strptime(x, formats) END)",
        r"clock(x) AS CASE WHEN regexp_full_match(x, '([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?') THEN "
        "to_seconds(3600 * try_cast(split_part(x, ':', 1) AS INT) + 60 * try_cast(split_part(x, ':', 2) AS INT) "
        "+ coalesce(try_cast(nullif(split_part(x, ':', 3), '') AS INT), 0)) END",
    ):
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")


def _is_time(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.role in _TIME_ROLES


def _few(strays: int, cells: int) -> bool:
    """Whether so many cells may be of another type: 5 %, or a single one among at least five."""
    return strays <= max(cells * _STRAYS, 1 if cells >= 5 else 0)


def _texts(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> dict[str, Typed]:
    found: dict[str, Typed] = {}
    for at in range(0, len(columns), _AT_ONCE):
        part = columns[at : at + _AT_ONCE]
        counts = iter(_row(connection, ", ".join(_text_counts(f"p{column.position}") for column in part)))
        for column in part:
            cells, marks, numbers, whole, booleans, digits = (int(next(counts) or 0) for _ in range(6))
            found[column.id] = _text(
                connection, f"p{column.position}", cells, marks, numbers, numbers == whole, booleans, digits
            )
    return found


def _text_counts(name: str) -> str:
    cell = f"cell({name})"
    return (
        f"count({cell}), count(*) FILTER (mark({cell})), count(figure({cell})), "
        f"count(*) FILTER (figure({cell}) = floor(figure({cell}))), "
        f"count(*) FILTER (lower({cell}) IN ('true', 'false', 'yes', 'no')), "
        f"count(*) FILTER (regexp_matches({cell}, '^[0-9A-Za-z]+.*[0-9]'))"
    )


def _text(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    cells: int,
    marks: int,
    numbers: int,
    whole: bool,
    booleans: int,
    digits: int,
) -> Typed:
    """(1) empty; (2) numbers; (3) yes and no; (4) a time of day; (5) dates; (6) anything else is text."""
    cell, values = f"cell({name})", cells - marks
    if not cells:
        return Typed(LocalType.EMPTY, cell, 0)
    if numbers and _few(values - numbers, values):
        kind = LocalType.INTEGER if whole else LocalType.NUMBER
        return Typed(kind, f"figure({cell})", cells, marks, values - numbers)
    if booleans == values and booleans:
        return Typed(LocalType.BOOLEAN, f"CASE WHEN NOT mark({cell}) THEN lower({cell}) END", cells, marks)
    if digits and _few(values - digits, values):
        dated = _dated(connection, name, cells, marks)
        if dated is not None:
            return dated
    return Typed(LocalType.TEXT, cell, cells)


def _dated(connection: duckdb.DuckDBPyConnection, name: str, cells: int, marks: int) -> Typed | None:
    cell, values = f"cell({name})", cells - marks
    clocks = int(_row(connection, f"count(clock({cell}))")[0] or 0)
    if clocks and _few(values - clocks, values):
        return Typed(LocalType.TIME, cell, cells, marks, values - clocks, clock=f"clock({cell})")
    forms = [_formats(day) for day in _DATES]
    every = max(1, cells // _SAMPLE)
    seen = _row(connection, ", ".join(f"count({_stamp(name, form)})" for form in forms), f"WHERE row % {every} = 0")
    forms = [form for form, hits in zip(forms, seen, strict=True) if hits]
    if not forms:
        return None
    hits = [int(n or 0) for n in _row(connection, ", ".join(f"count({_stamp(name, form)})" for form in forms))]
    best = [form for form, n in zip(forms, hits, strict=True) if n == max(hits)]
    if not _few(values - max(hits), values):
        return None
    sql = min((_stamp(name, form) for form in best), key=lambda each: _disorder(connection, each))
    return Typed(_stamp_type(connection, sql), sql, cells, marks, values - max(hits))


def _formats(day: str) -> str:
    """One spelling of the day with every spelling of the time: exports leave the time out at midnight."""
    return "[" + ", ".join(f"'{day}{clock}'" for day, clock in product((day,), _CLOCKS)) + "]"


def _stamp(name: str, formats: str) -> str:
    return f"written(zoneless(cell({name})), {formats})"


def _disorder(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    """How badly the rows are ordered under this reading: steps back, then different steps."""
    found = connection.execute(
        f"SELECT count(*) FILTER (step < INTERVAL 0 SECOND), count(DISTINCT step) "  # noqa: S608
        f"FROM (SELECT t - lag(t) OVER (ORDER BY row) AS step FROM (SELECT row, {sql} AS t FROM raw) WHERE t IS NOT NULL)"
    ).fetchone()
    back, steps = found or (0, 0)
    return int(back), int(steps)


def _stamp_type(connection: duckdb.DuckDBPyConnection, sql: str) -> LocalType:
    timed = _row(connection, f"count(*) FILTER ({sql} <> date_trunc('day', {sql}))")[0]
    return LocalType.DATETIME if timed else LocalType.DATE


def _native(connection: duckdb.DuckDBPyConnection, name: str, kind: str) -> Typed:
    """The type of a column of a source that has types."""
    cells = int(_row(connection, f"count({name})")[0] or 0)
    if not cells:
        return Typed(LocalType.EMPTY, f"CAST({name} AS VARCHAR)", 0)
    if kind == "BOOLEAN":
        return Typed(LocalType.BOOLEAN, f"CAST({name} AS VARCHAR)", cells)
    if kind.startswith(_NUMBER_TYPES) and kind not in ("UUID", "UNION"):
        sql = f"finite(CAST({name} AS DOUBLE))"
        values, whole = _row(connection, f"count({sql}), count(*) FILTER ({sql} = floor({sql}))")
        kind_of = LocalType.INTEGER if values == whole else LocalType.NUMBER
        return Typed(kind_of, sql, cells, cells - int(values or 0))
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        sql = f"CAST({name} AS TIMESTAMP)"
        return Typed(_stamp_type(connection, sql), sql, cells)
    if kind.startswith("TIME"):
        sql = f"strftime(TIMESTAMP '2000-01-01' + CAST({name} AS TIME), '%H:%M:%S')"
        return Typed(LocalType.TIME, sql, cells, clock=f"clock({sql})")
    return Typed(LocalType.TEXT, f"cell(CAST({name} AS VARCHAR))", cells)


def _numeric_stamps(connection: duckdb.DuckDBPyConnection, typed: Typed) -> Typed:
    """The column as time where its name says so and its numbers are one: 20180131, an epoch, a year, an Excel day."""
    value = typed.sql
    digits = f"CAST(CAST({value} AS BIGINT) AS VARCHAR)"
    readings = {
        (19000101, 22001231): f"sane(try_strptime({digits}, '%Y%m%d'))",
        (190001010000, 220012312359): f"sane(try_strptime({digits}, '%Y%m%d%H%M'))",
        (19000101000000, 22001231235959): f"sane(try_strptime({digits}, '%Y%m%d%H%M%S'))",
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
