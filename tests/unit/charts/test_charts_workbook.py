from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, time

import openpyxl
import pyarrow as pa
import pytest
from tests.unit.charts.samples import FORMS, analysis

from headgate.charts.workbook import workbook
from headgate.engines.interface import Figure, Form, Result

MADE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def written(*results: Result) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(results, MADE)))


def sheet(table: pa.Table, *figures: Figure) -> openpyxl.worksheet.worksheet.Worksheet:
    return written(Result(analysis("trend"), {"t": table}, {}, figures)).worksheets[1]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil","x")', "=cmd|'/c calc'!A0"])
def test_a_text_never_becomes_a_formula_whatever_it_begins_with(cell: str) -> None:
    made = sheet(pa.table({"a": [cell], cell: ["x"]}))
    for place in ("A2", "B1"):
        assert (made[place].value, made[place].data_type, made[place].quotePrefix) == (cell, "s", True)
    sheets = [text for name, text in parts(pa.table({"a": [cell]})).items() if "worksheets/" in name]
    assert len(sheets) == 2
    assert not [text for text in sheets if re.search(r"<f[ >/]", text)]


def test_that_check_would_see_a_formula() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as file:
        assert b"<f>" in file.read("xl/worksheets/sheet1.xml")


def parts(table: pa.Table) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(workbook([Result(analysis("trend"), {"t": table}, {})], MADE))) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: file.read(name).decode() for name in file.namelist()}


def test_of_its_making_it_says_the_program_and_the_report_s_time_alone() -> None:
    core = parts(pa.table({"a": [1]}))["docProps/core.xml"]
    said = [text for text in re.findall(r">([^<>]+)<", core) if text.strip()]
    assert said == ["Headgate", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"]
    result = Result(analysis("trend"), {"t": pa.table({"a": [1]})}, {})
    assert workbook([result], MADE) == workbook([result], MADE)


def test_values_keep_their_kind_and_numbers_the_digits_that_excel_has() -> None:
    made = sheet(
        pa.table(
            {
                "f": [0.1 + 0.2, None, float("nan")],
                "n": [-2, 10**17, 3],
                "t": [datetime(2018, 3, 25, 2, 30), datetime(1890, 1, 1), None],
                "d": [date(2018, 1, 2), date(1899, 12, 31), None],
                "c": [time(7, 15), None, None],
                "b": [True, False, None],
            }
        )
    )
    rows = [[cell.value for cell in row] for row in made.iter_rows(min_row=2)]
    assert rows[0][0] == pytest.approx(0.1 + 0.2, rel=1e-15)
    assert rows[0][1:] == [-2, datetime(2018, 3, 25, 2, 30), datetime(2018, 1, 2), time(7, 15), True]
    assert rows[1] == [None, "100000000000000000", "1890-01-01T00:00:00", "1899-12-31", None, False]
    assert rows[2] == [None, 3, None, None, None, None]
    assert [cell.number_format for cell in made[2]][2:5] == ["d mmm yyyy hh:mm", "d mmm yyyy", "hh:mm"]


def test_a_column_that_a_chart_draws_shows_its_unit_and_the_decimals_it_needs() -> None:
    figure, table = FORMS[Form.LINE]
    made = sheet(table, figure)
    assert (made["B2"].value, made["B2"].number_format) == (10.0, '#,##0 "kWh"')
    bins, counted = FORMS[Form.HISTOGRAM]
    made = sheet(counted, bins)
    assert [cell.number_format for cell in made[2]] == ['#,##0 "kW"', '#,##0 "kW"', "#,##0"]


def test_a_unit_cannot_break_out_of_its_format() -> None:
    figure = Figure(Form.BARS, "t", "a", "b", "T", "A", "B", unit='k"W\\')
    made = sheet(pa.table({"a": ["x"], "b": [0.25]}), figure)
    assert made["B2"].number_format == '#,##0.00 "kW"'


def test_sheets_stand_in_the_report_s_order_under_the_files_names_none_twice() -> None:
    long = {"a very long name of a table, one": pa.table({"a": [1]}), "a very long name of a table, two": pa.table({})}
    book = written(
        Result(analysis("trend", "Load"), {"t": pa.table({"a": [1]})}, {}), Result(analysis("pareto"), long, {})
    )
    assert book.sheetnames == [
        "Contents",
        "01-trend-t",
        "02-pareto-a-very-long-name-of-a",
        "02-pareto-a-very-long-name-of~2",
    ]
    assert [cell.value for cell in book["Contents"][2]] == ["Load", "01-trend-t", 1]
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert book.worksheets[1].freeze_panes == "A2"


def test_hidden_and_forbidden_signs_are_spelled_out_and_very_long_texts_cut() -> None:
    made = sheet(pa.table({"a": ["x\x00\u202ey", "z" * 40_000]}))
    assert made["A2"].value == "x\\u0000\\u202ey"
    assert len(made["A3"].value) == 32_767
