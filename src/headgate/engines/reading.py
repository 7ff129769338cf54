"""The rows of a source, brought into DuckDB by position: a view `raw` with `row` (from 0) and `p0`, `p1`, …

Text sources arrive as text and are typed later over all rows; Parquet and Excel keep the types they have. Parquet is
read where it lies, all else is copied into a table first.
"""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, assert_never

import duckdb
import fastexcel
import pyarrow as pa

from headgate.engines.duck import plain_errors, quoted
from headgate.errors import InputError, UnavailableError
from headgate.headers.databases import identifier, open_sqlite
from headgate.headers.table import (
    Delimited,
    Duck,
    Feather,
    Folder,
    JsonArray,
    JsonLines,
    Parquet,
    Postgres,
    Sheet,
    Single,
    Sqlite,
    Table,
)

_CHUNK = 1 << 20
_PATTERN = frozenset("*?[")
_ROWS = 50_000
_GZIP = b"\x1f\x8b"
_BLANKS = " \t\n\r\u00a0\ufeff"
_MOST_CHARACTERS = 16 << 20


def read_rows(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    """The view `raw` exists in the connection, one column for each header, rows in source order, until `drop_raw`.

    Private copies (a transcoded file) go into `folder`. Raises InputError where the file is not what its layout says,
    UnavailableError where this machine has no room.
    """
    if isinstance(table.layout, Postgres):
        raise InputError(f"{table.path.name} is on a server: its rows are read through the database's URL alone")
    if not table.path.exists():
        raise InputError(f"{table.path.name}: the file is no longer there")
    with plain_errors(table.path.name):
        if isinstance(table.layout, Folder):
            _read_folder(connection, table, table.layout, folder)
        else:
            _read_file(connection, _plainly_named(table, folder), table.layout, folder)


def _plainly_named(table: Table, folder: Path) -> Table:
    """The table under a name that is no pattern: DuckDB lists a folder for one that is, and the cell may list none."""
    if not _PATTERN.intersection(str(table.path)):
        return table
    link = folder / "source"
    link.unlink(missing_ok=True)
    link.symlink_to(table.path)
    return replace(table, path=link)


def _read_folder(connection: duckdb.DuckDBPyConnection, table: Table, layout: Folder, folder: Path) -> None:
    """The rows of all parts, one below the other; a cell that is not of its column's type in the first file is text."""
    for part in layout.parts:
        one = _plainly_named(replace(table, path=table.path / part.name), folder)
        _read_file(connection, one, part.layout, folder)
        cells = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in _names(table))
        if part is layout.parts[0]:
            connection.execute(f"CREATE TABLE parts AS SELECT row, {cells} FROM raw")  # noqa: S608
        else:
            below = "(SELECT count(*) FROM parts)"
            connection.execute(f"INSERT INTO parts SELECT row + {below}, {cells} FROM raw ORDER BY row")  # noqa: S608
        drop_raw(connection)
    connection.execute("ALTER TABLE parts RENAME TO cells")
    connection.execute("CREATE VIEW raw AS SELECT * FROM cells")


def drop_raw(connection: duckdb.DuckDBPyConnection) -> None:
    """The view `raw` is gone, and the copy below it."""
    connection.execute("DROP VIEW raw")
    connection.execute("DROP TABLE IF EXISTS cells")


def _read_file(connection: duckdb.DuckDBPyConnection, table: Table, layout: Single, folder: Path) -> None:
    match layout:
        case Delimited():
            _read_delimited(connection, table, layout, folder)
        case Sheet():
            _read_sheet(connection, table, layout)
        case Parquet():
            _read_parquet(connection, table)
        case Feather():
            _read_feather(connection, table)
        case JsonLines() | JsonArray():
            _read_json(connection, table, layout)
        case Sqlite():
            _read_sqlite(connection, table, layout)
        case Duck():
            _read_duckdb(connection, table, layout)
        case _ as never:
            assert_never(never)


def _read_feather(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    try:
        with pa.memory_map(str(table.path)) as source:
            reader = pa.ipc.open_file(source)
            batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
            _keep_batches(connection, pa.RecordBatchReader.from_batches(reader.schema, batches), table)
    except (pa.ArrowException, OSError):
        raise InputError(f"{table.path.name}: the Feather file is damaged; write or copy it again") from None


def _read_sqlite(connection: duckdb.DuckDBPyConnection, table: Table, layout: Sqlite) -> None:
    """SQLite's cells have types of their own each, so all arrive as text; blobs are no cells."""
    schema = pa.schema([(name, pa.string()) for name in _names(table)])
    try:
        with closing(open_sqlite(table.path)) as database:
            cursor = database.execute(f"SELECT * FROM {identifier(layout.table)}")  # noqa: S608
            rows = iter(lambda: cursor.fetchmany(_ROWS), [])
            batches = (
                pa.record_batch([[_text(cell) for cell in column] for column in zip(*each, strict=True)], schema)
                for each in rows
            )
            _keep_batches(connection, pa.RecordBatchReader.from_batches(schema, batches), table)
    except (sqlite3.Error, UnicodeDecodeError, MemoryError):  # a damaged size may be that of all memory
        raise InputError(f"{table.path.name}: the SQLite database is damaged or locked; copy it again") from None


def _text(cell: object) -> str | None:
    return None if cell is None or isinstance(cell, bytes) else str(cell)


def _read_duckdb(connection: duckdb.DuckDBPyConnection, table: Table, layout: Duck) -> None:
    connection.execute(f"ATTACH {quoted(str(table.path))} AS source (READ_ONLY)")
    _keep(connection, f"source.{identifier(layout.schema)}.{identifier(layout.table)}", table)
    connection.execute("DETACH source")


def _keep_batches(connection: duckdb.DuckDBPyConnection, batches: pa.RecordBatchReader, table: Table) -> None:
    """The batches can be read once, and `raw` needs their types first."""
    connection.register("batches", batches)
    connection.execute("CREATE TABLE incoming AS SELECT * FROM batches")
    connection.unregister("batches")
    _keep(connection, "incoming", table)
    connection.execute("DROP TABLE incoming")


def _read_delimited(connection: duckdb.DuckDBPyConnection, table: Table, layout: Delimited, folder: Path) -> None:
    path, skip = _as_utf8(table.path, layout, folder)
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in _names(table))
    source = (
        f"read_csv({quoted(glob.escape(str(path)))}, auto_detect=false, header=false, skip={skip}, "
        f"delim={quoted(layout.delimiter)}, quote={quoted(layout.quote)}, escape={quoted(layout.quote)}, "
        f"columns={{{columns}}}, null_padding=true, strict_mode=false, parallel=false, "
        f"max_line_size={_MOST_CHARACTERS}, compression={quoted(_compression(path))})"
    )
    _keep(connection, source, table)


def _read_json(connection: duckdb.DuckDBPyConnection, table: Table, layout: JsonLines | JsonArray) -> None:
    pointers = ("/" + key.replace("~", "~0").replace("/", "~1") for key in layout.keys)
    cells = ", ".join(
        f"json ->> {quoted(pointer)} AS {name}" for pointer, name in zip(pointers, _names(table), strict=True)
    )
    path = quoted(glob.escape(str(table.path)))
    kind = "newline_delimited" if isinstance(layout, JsonLines) else "array"
    objects = f"read_json_objects({path}, format={quoted(kind)}, compression={quoted(_compression(table.path))})"
    source = f"(SELECT {cells} FROM {objects})"  # noqa: S608
    _keep(connection, source, table)


def _read_sheet(connection: duckdb.DuckDBPyConnection, table: Table, layout: Sheet) -> None:
    try:
        book = fastexcel.read_excel(table.path)
        sheet = book.load_sheet(layout.name, header_row=None, skip_rows=layout.skip, schema_sample_rows=None)
        cells = sheet.to_arrow()
    except fastexcel.FastExcelError:
        raise InputError(f"{table.path.name}: sheet {layout.name!r} cannot be read as an Excel sheet") from None
    connection.register("sheet", cells)
    _keep(connection, "sheet", table)
    connection.unregister("sheet")


def _keep(connection: duckdb.DuckDBPyConnection, source: str, table: Table) -> None:
    """The view `raw` is made over a copy of the source, in which texts are as they came: DuckDB keeps those smaller."""
    kinds = _kinds(connection, source, table)
    found = _found(table, len(kinds))
    connection.execute(
        f"CREATE TABLE cells AS SELECT row_number() OVER () - 1 AS row, {', '.join(_names(table))} "  # noqa: S608
        f"FROM (SELECT * FROM {source}) AS t({', '.join(found)})"
    )
    connection.execute(f"CREATE VIEW raw AS SELECT row, {_cells(table, kinds)} FROM cells")  # noqa: S608


def _read_parquet(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    source = f"read_parquet({quoted(glob.escape(str(table.path)))}, file_row_number=true)"
    kinds = _kinds(connection, source, table, own=1)
    found = _found(table, len(kinds))
    connection.execute(
        f"CREATE VIEW raw AS SELECT {found[-1]} AS row, {_cells(table, kinds)} "  # noqa: S608
        f"FROM (SELECT * FROM {source}) AS t({', '.join(found)})"
    )


def _kinds(connection: duckdb.DuckDBPyConnection, source: str, table: Table, own: int = 0) -> list[str]:
    """The types of the source's columns in their order, of which the last `own` are DuckDB's.

    Raises InputError where there are fewer than headers.
    """
    kinds = [kind for _, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]  # noqa: S608
    there = len(kinds) - own
    if there < len(table.headers):
        raise InputError(f"{table.path.name}: {there} columns in the rows, {len(table.headers)} headers; read it again")
    return kinds


def _found(table: Table, columns: int) -> list[str]:
    """Our names for the columns of a source, those beyond the headers included."""
    return [*_names(table), *(f"extra{n}" for n in range(columns - len(table.headers)))]


def _cells(table: Table, kinds: Sequence[str]) -> str:
    """The SQL of the columns: texts without the blanks around them, null where nothing is left."""
    names = _names(table)
    return ", ".join(_trimmed(name) if kind == "VARCHAR" else name for name, kind in zip(names, kinds, strict=False))


def _trimmed(name: str) -> str:
    # Most cells begin and end with a visible ASCII character, and to see that takes a sixth of the time of a trim.
    seen = f"{name} BETWEEN '!' AND '~' AND right({name}, 1) BETWEEN '!' AND '~'"
    return f"CASE WHEN {seen} THEN {name} ELSE nullif(trim({name}, '{_BLANKS}'), '') END AS {name}"


def _names(table: Table) -> list[str]:
    return [f"p{header.position}" for header in table.headers]


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}


def _compression(path: Path) -> str:
    with path.open("rb") as file:
        return "gzip" if file.read(2) == _GZIP else "none"


def _as_utf8(path: Path, layout: Delimited, folder: Path) -> tuple[Path, int]:
    """A file DuckDB can read and the lines it has to skip there.

    That is the file itself, or a copy: where it is not UTF-8, and where a quote spans the lines to skip, which DuckDB
    counts as one.
    """
    spans = layout.quote and any(line.count(layout.quote.encode()) % 2 for line in _first_lines(path, layout.skip))
    if _is_utf8(layout.encoding) and not spans:
        return path, layout.skip
    return _transcoded(path, layout.encoding, folder, layout.skip), 0


def _first_lines(path: Path, most: int) -> list[bytes]:
    """The lines before the rows, as far as 16 MiB."""
    try:
        with _opened(path) as source:
            return [source.readline(_MOST_CHARACTERS) for _ in range(most)]
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{path.name}: the file cannot be read to its rows; copy it again") from None


def _transcoded(path: Path, encoding: str, folder: Path, skip: int) -> Path:
    """A copy in UTF-8 without the first `skip` lines."""
    copy = folder / "utf8.txt"
    try:
        with _opened(path) as raw, copy.open("w", encoding="utf-8", newline="") as target:
            source = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
            for _ in range(skip):
                source.readline()
            while block := source.read(_CHUNK):
                target.write(block)
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: a row is not valid {encoding}; save the file as UTF-8") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{path.name}: the compressed file is cut short or damaged") from None
    except OSError as error:
        raise UnavailableError(f"{path.name}: no private copy could be written ({error.strerror})") from None
    return copy


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if _compression(path) == "gzip" else path.open("rb")
