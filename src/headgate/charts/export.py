"""Results as files beside the page: CSV that opens safely in a spreadsheet, and the charts as SVG and PNG."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, time

import pyarrow as pa

from headgate.charts.drawing import png, svg
from headgate.charts.spec import titled, vega_lite
from headgate.charts.values import wall_clock
from headgate.engines.interface import Figure, Result

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


def charts_svg(result: Result, number: int) -> Mapping[str, str]:
    """Each chart of a result, titled and on white, under its file name: `03-load_profile-profile.svg`.

    Named after its table, with `-2` where that is drawn a second time. Text of the user's is in it as on the page;
    the name of a person, a machine or a path is not.
    """
    made: dict[str, str] = {}
    for figure in result.figures:
        name = file_name(result, number, figure.table).removesuffix(".csv")
        again = sum(one.startswith(f"{name}.") or one.startswith(f"{name}-") for one in made)
        made[f"{name}{f'-{again + 1}' if again else ''}.svg"] = _standing_alone(figure, result)
    return made


def charts_png(pictures: Mapping[str, str], scale: int = 2) -> Mapping[str, bytes]:
    """The same pictures as PNG, `scale` pixels for each of the page's, under the same names."""
    return {f"{name.removesuffix('.svg')}.png": png(picture, scale) for name, picture in pictures.items()}


def _standing_alone(figure: Figure, result: Result) -> str:
    fit = None if figure.fit is None else result.tables[figure.fit]
    return svg(titled(vega_lite(figure, result.tables[figure.table], fit=fit)))


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
