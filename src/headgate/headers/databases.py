"""Headers of a table or view in a database file, SQLite or DuckDB: from its description and, for SQLite, first rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from headgate.errors import InputError
from headgate.headers.cells import column_types
from headgate.headers.evidence import doubt
from headgate.headers.table import Duck, Header, LocalType, Sqlite, Table
from headgate.screening.first_row import looks_like_data

_ROWS = 1000
LOOKED_AT = 20  # rows below the names that are asked whether these are data
_LISTED = 100  # tables that a refusal names
_DUCK_TYPES = (
    ("TIMESTAMP", LocalType.DATETIME),
    ("DATE", LocalType.DATE),
    ("TIME", LocalType.TIME),
    ("BOOLEAN", LocalType.BOOLEAN),
    ("DOUBLE", LocalType.NUMBER),
    ("FLOAT", LocalType.NUMBER),
    ("DECIMAL", LocalType.NUMBER),
    ("BIGINT", LocalType.INTEGER),
    ("INTEGER", LocalType.INTEGER),
    ("SMALLINT", LocalType.INTEGER),
    ("TINYINT", LocalType.INTEGER),
    ("HUGEINT", LocalType.INTEGER),
    ("UBIGINT", LocalType.INTEGER),
    ("UINTEGER", LocalType.INTEGER),
    ("USMALLINT", LocalType.INTEGER),
    ("UTINYINT", LocalType.INTEGER),
    ("UHUGEINT", LocalType.INTEGER),
)


def read_sqlite(path: Path, table: str | None) -> Table:
    """A table or view of an SQLite database, by name or the only one; its types are those of its first 1,000 rows.

    Raises InputError where the database is damaged or still being written, or holds several tables and none is named.
    """
    refuse_unwritten(path, "-wal")
    try:
        with closing(open_sqlite(path)) as database:
            known = database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
            chosen = chosen_table(path.name, [name for (name,) in known if not name.startswith("sqlite_")], table)
            cursor = database.execute(f"SELECT * FROM {identifier(chosen)} LIMIT {_ROWS}")  # noqa: S608
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
    except (sqlite3.Error, UnicodeDecodeError, MemoryError):  # a damaged size may be that of all memory
        raise InputError(f"{path.name}: the SQLite database is damaged or locked; copy it again") from None
    types = column_types(rows, len(names), ".")
    # An import takes the first row of a file for names, whatever it holds: there is a name then, but nobody gave it.
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows[:LOOKED_AT]]
    why = looks_like_data(names, texts) or doubt(names, types, rows)
    return Table(path, Sqlite(chosen), headers_of(names, types), doubt=why)


def read_duckdb(path: Path, table: str | None) -> Table:
    """A table or view of a DuckDB database, by name (`schema.name` outside `main`) or the only one.

    Raises InputError where the database is damaged, of a version that is not known or still being written, or holds
    several tables and none is named.
    """
    import duckdb

    refuse_unwritten(path, ".wal")
    try:
        with duckdb.connect(str(path), read_only=True, config=CLOSED) as database:
            known = database.execute(
                "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
            ).fetchall()
            places = {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in known}
            schema, name = places[chosen_table(path.name, list(places), table)]
            described = database.execute(f"DESCRIBE {identifier(schema)}.{identifier(name)}").fetchall()
    except duckdb.Error:
        raise InputError(
            f"{path.name}: the DuckDB database is damaged, locked or of another version; copy it again, or write the "
            "table as Parquet"
        ) from None
    names, kinds = [row[0] for row in described], [row[1] for row in described]
    types = [next((local for start, local in _DUCK_TYPES if kind.startswith(start)), LocalType.TEXT) for kind in kinds]
    return Table(path, Duck(schema, name), headers_of(names, types))


# Nothing is fetched and nothing loaded for a file of somebody else's.
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def open_sqlite(path: Path) -> sqlite3.Connection:
    """The database, read only and as it stands: no lock is taken and no file made beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def refuse_unwritten(path: Path, ending: str) -> None:
    """Nothing waits beside the file to be written into it; else InputError: half of the rows would be old."""
    beside = path.with_name(path.name + ending)
    if beside.exists() and beside.stat().st_size:
        raise InputError(f"{path.name}: {beside.name} holds changes that are not in it yet; close what writes to it")


def identifier(name: str) -> str:
    """The name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def chosen_table(database: str, known: Sequence[str], asked: str | None) -> str:
    """The table that was asked for, or the only one; InputError, with those that are there, where it is neither."""
    listed = ", ".join(repr(name) for name in known[:_LISTED])
    listed += f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    if not known:
        raise InputError(f"{database} holds no table; give a database with at least one")
    if asked is not None:
        if asked not in known:
            raise InputError(f"{database} has no table {asked!r}; choose one of {listed}")
        return asked
    if len(known) > 1:
        raise InputError(f"{database} holds several tables; name one with --table: {listed}")
    return known[0]


def headers_of(names: Sequence[str], types: Sequence[LocalType]) -> tuple[Header, ...]:
    """The names with their types as headers, in this order."""
    return tuple(Header(at, name, local) for at, (name, local) in enumerate(zip(names, types, strict=True)))
