"""What is known of a table before anything is analysed: its headers, their local types and how to read it again.

Nothing here holds a row. A `Table` is made by `headgate.headers.read` and handed to screening (the names only) and to
the engine (which reads the rows again, by position).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class LocalType(StrEnum):
    """A column's type as seen in the first rows. It never leaves; the engine looks at all rows and may overrule it."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Header:
    """One column's name as found.

    `position` counts from 0 in source order. `name` is the exact text of the source, "" where it is blank; in a table
    without a header row it is the placeholder `column N` (N from 1).
    """

    position: int
    name: str
    local_type: LocalType


@dataclass(frozen=True, slots=True)
class Delimited:
    """How to read a CSV or TSV file again: `skip` physical lines stand before the first data row.

    `encoding` is a Python codec name, `quote` is "" where no quotes are used.
    """

    encoding: str
    delimiter: str
    quote: str
    decimal: str
    skip: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """How to read an Excel sheet again: `skip` rows stand before the first data row."""

    name: str
    skip: int


@dataclass(frozen=True, slots=True)
class Parquet:
    """A Parquet file needs nothing said to be read again."""


@dataclass(frozen=True, slots=True)
class Feather:
    """An Arrow IPC file, also called Feather version 2, needs nothing said to be read again."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line; `keys` in the order of the headers."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JsonArray:
    """One JSON array of objects; `keys` in the order of the headers."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sqlite:
    """A table or view of an SQLite database."""

    table: str


@dataclass(frozen=True, slots=True)
class Duck:
    """A table or view of a DuckDB database, with its schema where that is not `main`."""

    schema: str
    table: str


@dataclass(frozen=True, slots=True)
class Postgres:
    """A table or view of a PostgreSQL database; `columns` are its own names, in the order of the headers.

    How the database is reached is not said here: who reads the rows has to be connected to it.
    """

    schema: str
    table: str
    columns: tuple[str, ...]


Single = Delimited | Sheet | Parquet | Feather | JsonLines | JsonArray | Sqlite | Duck


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a folder: its name and how to read it again."""

    name: str
    layout: Single


@dataclass(frozen=True, slots=True)
class Folder:
    """Files with the same names of columns in the same order, one below the other in the order of their own names."""

    parts: tuple[Part, ...]


Layout = Single | Folder | Postgres


@dataclass(frozen=True, slots=True)
class Table:
    """One grid of a source: its headers in source order and the layout that finds the rows again.

    `path` is the file or folder; of a table on a server it is the table's name alone.

    `headless` is None where a header row was found; else the reason why the first row is taken for data. Then no name
    of the first row is kept, and nothing can be approved until a person has named the columns. `doubt` is None, or why
    the names may be data all the same: then no rule approves them, a person does.
    """

    path: Path
    layout: Layout
    headers: tuple[Header, ...]
    headless: str | None = None
    doubt: str | None = None
