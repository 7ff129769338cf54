"""Where rows, names and words come from: reading the headers of a table, and nothing else of it."""

from headgate.headers.reading import read
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
    "Sheet",
    "Sqlite",
    "Table",
    "read",
]
