"""Result tables as one Excel workbook: a sheet a table, numbers as numbers, text that never runs."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.xml.functions import tostring

from headgate.charts.export import file_name
from headgate.charts.page import title_of
from headgate.charts.text import decimals, shown, visible
from headgate.charts.values import Scale, numbers, scale_of, wall_clock
from headgate.engines.interface import Form, Result

_LONGEST_NAME, _LONGEST_TEXT = 31, 32_767  # ECMA-376 and Excel's own limits
_MOST_ROWS = 1_048_575
_EXACT = 10**15  # whole numbers from here on lose digits in a double
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_WIDTHS = (8, 48)
_SAMPLED = 200
_DAY, _MOMENT, _CLOCK = "d mmm yyyy", "d mmm yyyy hh:mm", "hh:mm"
_HEADING = Font(bold=True)


def workbook(results: Sequence[Result], made_at: datetime) -> bytes:
    """An XLSX file: a sheet of contents, then a sheet for each table, named and ordered as the CSV files are.

    One heading row, frozen; numbers to the digits that Excel has, shown with the unit that the report's charts give
    them; moments as dates. A text stays a text whatever it begins with. The same for the same arguments: of its making
    it says no more than `made_at`.
    """
    book = Workbook(write_only=True)
    tables = [(number, result, name) for number, result in enumerate(results, 1) for name in result.tables]
    names = _sheet_names([file_name(result, number, name) for number, result, name in tables])
    sheets = [(name, result, table) for name, (_, result, table) in zip(names, tables, strict=True)]
    _contents(book, sheets)
    for name, result, table in sheets:
        _sheet(book.create_sheet(name), result.tables[table], _units(result, table))
    made = io.BytesIO()
    book.save(made)
    return _anonymous(made.getvalue(), book, made_at)


def _sheet_names(files: Sequence[str]) -> Iterator[str]:
    """Names of at most 31 signs, no two alike to Excel, which does not tell capitals apart."""
    taken = {"contents"}
    for file in files:
        whole = file.removesuffix(".csv")
        name, again = whole[:_LONGEST_NAME], 1
        while name in taken:
            again += 1
            name = f"{whole[: _LONGEST_NAME - len(str(again)) - 1]}~{again}"
        taken.add(name)
        yield name


def _contents(book: Workbook, listed: Sequence[tuple[str, Result, str]]) -> None:
    sheet = book.create_sheet("Contents")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 60, 36
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, word, heading=True) for word in ("Analysis", "Sheet", "Rows")])
    for name, result, table in listed:
        sheet.append(
            [_text(sheet, shown(title_of(result.analysis))), _text(sheet, name), result.tables[table].num_rows]
        )


def _sheet(sheet: WriteOnlyWorksheet, table: pa.Table, units: Mapping[str, str]) -> None:
    table = table.slice(0, _MOST_ROWS)
    columns = [wall_clock(table, name) for name in table.column_names]
    formats = [_format(table, name, units.get(name, "")) for name in table.column_names]
    for place, (name, values) in enumerate(zip(table.column_names, columns, strict=True), 1):
        widest = max([len(name), *(len(str(value)) for value in values[:_SAMPLED])])
        sheet.column_dimensions[get_column_letter(place)].width = min(max(widest + 2, _WIDTHS[0]), _WIDTHS[1])
    sheet.freeze_panes = "A2"
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{table.num_rows + 1}"
    sheet.append([_text(sheet, name, heading=True) for name in table.column_names])
    for row in zip(*columns, strict=True):
        sheet.append([_cell(sheet, value, look) for value, look in zip(row, formats, strict=True)])


def _units(result: Result, table: str) -> Mapping[str, str]:
    """The unit of each column that a chart of the table draws as a value."""
    found: dict[str, str] = {}
    for figure in result.figures:
        if figure.table != table:
            continue
        valued = {
            Form.HEATMAP: (figure.colour,),
            Form.GRID: (figure.colour,),
            Form.MATRIX: (),
            Form.HISTOGRAM: (figure.x, figure.x2),
        }.get(figure.form, (figure.y, figure.low, figure.high))
        found |= {name: figure.unit for name in valued if name is not None and figure.unit}
        if figure.form is Form.SCATTER and figure.x_unit:
            found[figure.x] = figure.x_unit
    return found


def _format(table: pa.Table, name: str, unit: str) -> str:
    """How Excel shows the numbers of a column: with separators, as many decimals as they need, and their unit."""
    if scale_of(table, name) is not Scale.QUANTITATIVE or pa.types.is_time(table.schema.field(name).type):
        return "General"
    values = numbers(table, name)
    places = decimals(values)
    digits = "#,##0" + ("." + "0" * places if places else "")
    words = re.sub(r'["\\]', "", visible(unit))
    return f'{digits} "{words}"' if words else digits


def _cell(sheet: WriteOnlyWorksheet, value: object, look: str) -> WriteOnlyCell | bool | None:
    match value:
        case None | bool():
            cell = value
        case int() if abs(value) < _EXACT:
            cell = _formatted(sheet, value, look)
        case float():
            cell = _formatted(sheet, value, look) if math.isfinite(value) else None
        case datetime() if value.date() >= _FIRST_DAY:
            cell = _formatted(sheet, value, f"{_MOMENT}:ss" if value.second else _MOMENT)
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            cell = _formatted(sheet, value, _DAY)
        case time():
            cell = _formatted(sheet, value, _CLOCK)
        case date():
            cell = _text(sheet, value.isoformat())
        case _:
            cell = _text(sheet, str(value))
    return cell


def _formatted(sheet: WriteOnlyWorksheet, value: object, look: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = look
    return cell


def _text(sheet: WriteOnlyWorksheet, text: str, *, heading: bool = False) -> WriteOnlyCell:
    """A cell of text: marked as quoted, so that it is no formula even after somebody has edited it."""
    cell = WriteOnlyCell(sheet, visible(text)[:_LONGEST_TEXT])
    cell.data_type, cell.quotePrefix = "s", True
    if heading:
        cell.font = _HEADING
    return cell


def _anonymous(made: bytes, book: Workbook, made_at: datetime) -> bytes:
    """The same file with `made_at` for every moment in it and nobody for its author."""
    at = made_at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    properties = book.properties
    properties.creator, properties.created, properties.modified = "Headgate", at, at
    core = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + tostring(properties.to_tree())
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, core if name == "docProps/core.xml" else old.read(name))
    return packed.getvalue()
