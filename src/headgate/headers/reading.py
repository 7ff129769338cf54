"""Reading the headers of a source, whatever kind of file it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from headgate.errors import InputError
from headgate.headers import databases, delimited, folder, jsonarray, jsonlines
from headgate.headers.content import Content, look_into
from headgate.headers.evidence import doubt_of_names
from headgate.headers.table import Duck, Header, Sheet, Sqlite, Table

if TYPE_CHECKING:
    from headgate.headers.postgres import Session


def read(path: Path, sheet: str | None = None, names: Sequence[str] | None = None) -> Table:
    """The table of a source: its headers in source order with their local types, and how to read its rows again.

    Its bytes tell what a file is: delimited text, Excel, Parquet, Feather, JSON, SQLite or DuckDB; a folder is the
    files in it, one below the other. `sheet` chooses a workbook's sheet or a database's table. `names` are column names
    a person gave: they stand in place of the names found, and a table without a header row then has names. No cell
    value is kept. Raises InputError where the source, the sheet or the count of names is wrong.
    """
    path = Path(path)
    table = folder.read(path, _read_file) if os.path.isdir(path) else _read_file(path, sheet)
    if sheet is not None and not isinstance(table.layout, Sheet | Sqlite | Duck):
        raise InputError(f"{path.name} has no sheets or tables, so {sheet!r} is not in it; leave it out")
    return _whole(table, names)


def read_server(session: Session, name: str | None = None, names: Sequence[str] | None = None) -> Table:
    """As `read`, of a table or view of the database that the session is logged in to."""
    return _whole(session.table(name), names)


def _read_file(path: Path, sheet: str | None = None) -> Table:  # noqa: PLR0911 one for each kind
    found = look_into(path)
    match found.content:
        case Content.TEXT:
            return delimited.read(path, found.compression)
        case Content.JSON_LINES:
            return jsonlines.read(path, found.compression)
        case Content.JSON_ARRAY:
            return jsonarray.read(path, found.compression)
        case Content.SQLITE:
            return databases.read_sqlite(path, sheet)
        case Content.DUCKDB:
            return databases.read_duckdb(path, sheet)
        case Content.PARQUET:
            from headgate.headers import parquet  # costs a tenth of a second, needed for this kind alone

            return parquet.read(path)
        case Content.FEATHER:
            from headgate.headers import feather  # the same

            return feather.read(path)
        case Content.EXCEL:
            from headgate.headers import excel  # the same

            return excel.read(path, sheet)
        case _ as never:
            assert_never(never)


def _whole(table: Table, names: Sequence[str] | None) -> Table:
    """The table with the names a person gave, else with what speaks against those found."""
    if not table.headers:
        raise InputError(f"{table.path.name} has no columns; give a table with at least one")
    if names is not None:
        return _named(table, names)
    if table.headless is not None or table.doubt is not None:
        return table
    return replace(table, doubt=doubt_of_names(table))


def _named(table: Table, names: Sequence[str]) -> Table:
    if len(names) != len(table.headers):
        raise InputError(
            f"{table.path.name} has {len(table.headers)} columns but {len(names)} names were given; give one for each"
        )
    headers = tuple(
        Header(header.position, name, header.local_type) for header, name in zip(table.headers, names, strict=True)
    )
    return replace(table, headers=headers, headless=None, doubt=None)
