"""Reading the headers of a source, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from headgate.errors import InputError
from headgate.headers import delimited, jsonlines
from headgate.headers.content import Content, look_into
from headgate.headers.table import Header, Table


def read(path: Path, sheet: str | None = None, names: Sequence[str] | None = None) -> Table:
    """The table of a file: its headers in source order with their local types, and how to read its rows again.

    Its bytes tell what the file is: delimited text, Excel, Parquet or JSON lines. `sheet` chooses a workbook's sheet;
    without it the first one that holds a table is taken. `names` are column names a person gave: they stand in place of
    the names found, and a table without a header row then has names. No cell value is kept. Raises InputError where the
    file, the sheet or the count of names is wrong.
    """
    path = Path(path)
    found = look_into(path)
    if sheet is not None and found.content is not Content.EXCEL:
        raise InputError(f"{path.name} has no sheets, so sheet {sheet!r} is not in it; leave the sheet out")
    match found.content:
        case Content.TEXT:
            table = delimited.read(path, found.compression)
        case Content.JSON:
            table = jsonlines.read(path, found.compression)
        case Content.PARQUET:
            from headgate.headers import parquet  # costs a tenth of a second, needed for this kind alone

            table = parquet.read(path)
        case Content.EXCEL:
            from headgate.headers import excel  # the same

            table = excel.read(path, sheet)
        case _ as never:
            assert_never(never)
    if not table.headers:
        raise InputError(f"{path.name} has no columns; give a table with at least one")
    return table if names is None else _named(table, names)


def _named(table: Table, names: Sequence[str]) -> Table:
    if len(names) != len(table.headers):
        raise InputError(
            f"{table.path.name} has {len(table.headers)} columns but {len(names)} names were given; give one for each"
        )
    headers = tuple(
        Header(header.position, name, header.local_type) for header, name in zip(table.headers, names, strict=True)
    )
    return replace(table, headers=headers, headless=None, doubt=None)
