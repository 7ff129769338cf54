"""Where rows, names and words come from: reading the headers of a table, and nothing else of it."""

from headgate.headers.reading import read, read_server
from headgate.headers.server import Server, SslMode
from headgate.headers.table import (
    Delimited,
    Duck,
    Feather,
    Folder,
    Header,
    JsonArray,
    JsonLines,
    Layout,
    LocalType,
    Parquet,
    Part,
    Postgres,
    Sheet,
    Sqlite,
    Table,
)

__all__ = [
    "Delimited",
    "Duck",
    "Feather",
    "Folder",
    "Header",
    "JsonArray",
    "JsonLines",
    "Layout",
    "LocalType",
    "Parquet",
    "Part",
    "Postgres",
    "Server",
    "Sheet",
    "Sqlite",
    "SslMode",
    "Table",
    "read",
    "read_server",
]
