"""Excel: the sheet with the table, the header rows below titles, merged groups joined to their names."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import fastexcel
import pytest
from openpyxl import Workbook

from headgate.headers import LocalType, Sheet, Table, read

ROWS = [[datetime(2020, 1, 1, hour), hour + 0.5, hour] for hour in range(12)]


def table(folder: Path, rows: list[list[object]], merged: tuple[str, ...] = ()) -> Table:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    path = folder / "plant.xlsx"
    book.save(path)
    return read(path)


CASES = {
    "plain": ([["when", "kWh", "n"]], (), ["when", "kWh", "n"]),
    "below a title": ([["Report"], [], ["when", "kWh", "n"]], (), ["when", "kWh", "n"]),
    "below a merged title": ([["Report"], ["when", "kWh", "n"]], ("A1:C1",), ["when", "kWh", "n"]),
    "below a title of two rows": ([["Report"], [], ["when", "kWh", "n"]], ("A1:C2",), ["when", "kWh", "n"]),
    "groups": (
        [["when", "Meter A"], [None, "kWh", "n"]],
        ("A1:A2", "B1:C1"),
        ["when", "Meter A / kWh", "Meter A / n"],
    ),
    "groups below a title": (
        [["Report"], ["when", "Meter A"], [None, "kWh", "n"]],
        ("A1:C1", "A2:A3", "B2:C2"),
        ["when", "Meter A / kWh", "Meter A / n"],
    ),
    "three levels": (
        [["Site"], ["when", "Meter A"], [None, "kWh\nnet", "n"]],
        ("B1:C1", "A1:A3", "B2:C2"),
        ["Site", "Meter A / kWh\nnet", "Meter A / n"],
    ),
    "blank name": ([["when", None, "n"]], (), ["when", "", "n"]),
    "a date as a name": ([["when", date(2019, 1, 1), date(2019, 2, 1)]], (), ["when", "2019-01-01", "2019-02-01"]),
    "years as names": ([["when", 2019, 2020.0]], (), ["when", "2019", "2020"]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_header_rows_are_found_and_joined(tmp_path: Path, case: str) -> None:
    rows, merged, names = CASES[case]
    found = table(tmp_path, [*rows, *ROWS], merged)
    assert [header.name for header in found.headers] == names
    assert found.layout == Sheet("Sheet", len(rows))
    assert [header.local_type for header in found.headers] == [
        LocalType.DATETIME,
        LocalType.NUMBER,
        LocalType.INTEGER,
    ]
    assert found.headless is None


@pytest.mark.parametrize("above", [[], [["Report"], []]])
def test_a_first_row_of_data_gives_no_name_and_counts_as_data(tmp_path: Path, above: list[list[object]]) -> None:
    found = table(tmp_path, [*above, *ROWS])
    assert found.headless
    assert [header.name for header in found.headers] == ["column 1", "column 2", "column 3"]
    assert found.layout == Sheet("Sheet", len(above))


def test_a_merged_row_over_data_gives_no_name_either(tmp_path: Path) -> None:
    assert table(tmp_path, [["Energy"], *ROWS], ("A1:C1",)).headless


def test_positions_count_as_another_reader_counts_them(tmp_path: Path) -> None:
    book = Workbook()
    for at, row in enumerate([["when", "kWh"], *[row[:2] for row in ROWS]]):
        for beside, cell in enumerate(row):
            book.active.cell(3 + at, 2 + beside, cell)
    path = tmp_path / "offset.xlsx"
    book.save(path)
    found = read(path)
    assert [header.name for header in found.headers] == ["when", "kWh"]
    assert found.layout == Sheet("Sheet", 3)
    rows = fastexcel.read_excel(path).load_sheet("Sheet", header_row=None, skip_rows=3).to_arrow()
    assert rows.num_columns == 2
    assert rows.column(1).to_pylist() == [row[1] for row in ROWS]


def test_the_first_visible_sheet_with_a_table_is_taken(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Report"])
    book.active.append(["by X"])
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    for sheet in (hidden, book.create_sheet("Data")):
        sheet.append(["when", "kWh"])
        sheet.append(ROWS[0][:2])
    path = tmp_path / "plant.xlsx"
    book.save(path)
    assert read(path).layout == Sheet("Data", 1)
    assert read(path, sheet="Hidden").layout == Sheet("Hidden", 1)
