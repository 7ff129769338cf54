"""Result tables as CSV files that open safely in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, time

import pyarrow as pa

from headgate.charts.values import wall_clock
from headgate.engines.interface import Result

_NOT_IN_NAMES = re.compile(r"[^a-z0-9_]+")
# What makes a spreadsheet take a text for a formula (OWASP, CSV Injection), the full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def results_csv(result: Result, number: int) -> Mapping[str, bytes]:
    """A CSV file for each table of a result, under its file name: `03-load_profile-profile.csv`.

    RFC 4180, UTF-8, one heading line; numbers unrounded, moments in ISO 8601, nothing for null. A text that a
    spreadsheet would run as a formula begins with an apostrophe. `number` is the result's place in the report, from 1.
    File names are made of the number, the kind and the table's name alone.
    """
    return {file_name(result, number, name): _csv(table) for name, table in result.tables.items()}


def file_name(result: Result, number: int, table: str) -> str:
    """The name of the CSV file of one table of a result."""
    return f"{number:02d}-{_plain(result.analysis.kind)}-{_plain(table)}.csv"


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("-", name.lower())[:40].strip("-") or "table"


def _csv(table: pa.Table) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in table.column_names])
    columns = [wall_clock(table, name) for name in table.column_names]
    writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case date() | time():
            return value.isoformat()
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(_FORMULA) else text
