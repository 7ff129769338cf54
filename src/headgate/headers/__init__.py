"""Where rows, names and words come from: reading the headers of a table, and nothing else of it."""

from headgate.headers.reading import read
from headgate.headers.table import Delimited, Header, JsonLines, Layout, LocalType, Parquet, Sheet, Table

__all__ = ["Delimited", "Header", "JsonLines", "Layout", "LocalType", "Parquet", "Sheet", "Table", "read"]
