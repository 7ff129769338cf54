"""The rows of every kind of source are read again by position."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, time
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engines.opening import opened, written
from tests.unit.headers.test_headers_sources import MADE

from headgate.engines.frame import Frame, open_frame
from headgate.errors import InputError
from headgate.headers.reading import read
from headgate.headers.table import Delimited, Header, LocalType, Table
from headgate.manifest.approved import Column


def grid(frame: Frame) -> list[list[object]]:
    rows = frame.execute(frame.rows.order_by("row").drop("row")).to_pylist()
    return [list(row.values()) for row in rows]


def by_hand(path: Path, width: int) -> tuple[Table, list[Column]]:
    headers = tuple(Header(at, f"h{at}", LocalType.TEXT) for at in range(width))
    columns = [Column(f"c{at + 1}", at, f"h{at}", f"h{at}") for at in range(width)]
    return Table(path, Delimited("utf-8", ",", '"', ".", 1), headers), columns


def test_a_file_that_went_away_is_said(tmp_path: Path) -> None:
    table, columns = by_hand(tmp_path / "gone.csv", 2)
    with pytest.raises(InputError, match=r"gone\.csv: the file is no longer there"):
        open_frame(table, columns, {}, work=tmp_path / "work")


def test_a_parquet_file_that_lost_columns_is_said(tmp_path: Path) -> None:
    path = tmp_path / "plant.parquet"
    pq.write_table(pa.table({"a": [1], "b": [2]}), path)
    table = read(path)
    columns = [Column(f"c{at.position + 1}", at.position, at.name, at.name) for at in table.headers]
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match="1 columns in the rows, 2 headers"):
        open_frame(table, columns, {}, work=tmp_path / "work")


@pytest.mark.parametrize("name", ["a[1].csv", "it's.csv", "what?.csv", "*.csv", "plant.csv"])
def test_a_file_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    (tmp_path / "other.csv").write_text("v,w\n9,9\n", encoding="utf-8")
    path = tmp_path / name
    path.write_text("v,w\n1,a\n2,b\n", encoding="utf-8")
    with opened(path, tmp_path) as frame:
        assert grid(frame) == [[1.0, "a"], [2.0, "b"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_any_encoding_packed_or_not_gives_the_same_rows(tmp_path: Path, encoding: str, packed: bool) -> None:
    content = "Größe;Énergie kWh\nÄ;1,5\nß;2,5\n".encode(encoding)
    path = tmp_path / ("plant.csv.gz" if packed else "plant.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    with opened(path, tmp_path) as frame:
        assert grid(frame) == [["Ä", 1.5], ["ß", 2.5]]


def test_short_and_long_rows_lose_nothing_of_their_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "plant.csv"
    path.write_text("a,b,c\n1,2,3\n4\n5,6,7,8,9\n10,11,12,\n\n13,14,15\n", encoding="utf-8")
    table, columns = by_hand(path, 3)
    with open_frame(table, columns, {}, work=tmp_path / "work") as frame:
        rows = [row for row in grid(frame) if any(cell is not None for cell in row)]
    assert rows == [[1, 2, 3], [4, None, None], [5, 6, 7], [10, 11, 12], [13, 14, 15]]


def test_a_quoted_cell_may_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "plant.csv"
    path.write_text('a,b\n"x, ""y""\nz",1\n"w",2\n', encoding="utf-8")
    with opened(path, tmp_path) as frame:
        assert grid(frame) == [['x, "y"\nz', 1.0], ["w", 2.0]]


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    cells = [(n * 7919) % 100_003 for n in range(100_000)]
    with opened(written(tmp_path, {"v": cells}), tmp_path) as frame:
        assert frame.count == 100_000
        assert [row[0] for row in grid(frame)] == cells


def test_json_lines_are_read_by_key_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "plant.jsonl"
    rows = [{"a/b": 1, "c~d": "x", "e'\"f": True, "g": "2024-03-01T10:00:00"}, {"c~d": "y", "g": None, "a/b": 2.5}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with opened(path, tmp_path) as frame:
        assert grid(frame) == [[1.0, "x", "true", datetime(2024, 3, 1, 10)], [2.5, "y", None, None]]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "plant.parquet"
    columns = {
        "t": pa.array([datetime(2024, 3, 1, 10, tzinfo=UTC)], pa.timestamp("ns", "UTC")),
        "d": pa.array([date(2024, 3, 1)]),
        "n": pa.array([1.5]),
        "i": pa.array([7], pa.int32()),
        "x": pa.array([float("nan")]),
        "b": pa.array([True]),
        "s": pa.array([" 1.5 "]),
        "l": pa.array([[1, 2]]),
        "c": pa.array(["A"]).dictionary_encode(),
    }
    pq.write_table(pa.table(columns), path)
    with opened(path, tmp_path) as frame:
        types = [frame.type(each) for each in frame.ids]
        assert grid(frame) == [
            [datetime(2024, 3, 1, 10), datetime(2024, 3, 1), 1.5, 7.0, None, "true", 1.5, "[1, 2]", "A"]
        ]
    assert [str(kind) for kind in types] == [
        "datetime",
        "date",
        "number",
        "integer",
        "empty",
        "boolean",
        "number",
        "text",
        "text",
    ]


def test_an_excel_sheet_keeps_numbers_and_dates_and_skips_its_titles(tmp_path: Path) -> None:
    path = tmp_path / "plant.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for row in (
        ["Plant report 2024"],
        [],
        ["Time", "Clock", "Energy kWh", "Line", "Note"],
        [datetime(2024, 3, 1, 10), time(10, 0), 1.5, "A", "ok"],
        [datetime(2024, 3, 1, 11), time(11, 0), "n/a", 7, None],
        [datetime(2024, 3, 1, 12), time(12, 0), 3, "C", "ok"],
    ):
        sheet.append(row)
    book.save(path)
    with opened(path, tmp_path) as frame:
        assert [str(frame.type(each)) for each in frame.ids] == ["datetime", "time", "number", "text", "text"]
        assert [row[0] for row in grid(frame)] == [datetime(2024, 3, 1, hour) for hour in (10, 11, 12)]
        assert [row[2] for row in grid(frame)] == [1.5, None, 3.0]
        assert [row[3] for row in grid(frame)] == ["A", "7", "C"]


def test_an_excel_sheet_may_begin_to_the_right_and_below(tmp_path: Path) -> None:
    path = tmp_path / "plant.xlsx"
    book = openpyxl.Workbook()
    for at, row in enumerate((["Time", "kWh"], [datetime(2024, 3, 1, 10), 1.5], [datetime(2024, 3, 1, 11), 2.5])):
        for to, cell in enumerate(row):
            book.active.cell(row=at + 4, column=to + 3, value=cell)
    book.save(path)
    with opened(path, tmp_path) as frame:
        shown = [row[-2:] for row in grid(frame)]
    assert shown == [[datetime(2024, 3, 1, 10), 1.5], [datetime(2024, 3, 1, 11), 2.5]]


@pytest.mark.parametrize("name", MADE)
def test_every_kind_of_source_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    MADE[name][0](tmp_path / name)
    with opened(tmp_path / name, tmp_path) as frame:
        found = grid(frame)
    times = 2 if name == "plant" else 1  # the folder holds the table twice
    stamps = [datetime(2026, 1, 1, hour) for hour in range(24)] * times
    assert [row[0].replace(tzinfo=None) if isinstance(row[0], datetime) else row[0] for row in found] == stamps
    assert [(row[1], row[2]) for row in found] == [(hour * 1.5, hour) for hour in range(24)] * times


def test_parts_of_a_folder_that_differ_in_types_are_typed_together(tmp_path: Path) -> None:
    made = tmp_path / "plant"
    made.mkdir()
    (made / "a.csv").write_text("stamp,Usage_kWh\n2026-01-01 00:00,1\n2026-01-01 01:00,2\n")
    pq.write_table(pa.table({"stamp": [datetime(2026, 1, 1, 2)], "Usage_kWh": [2.5]}), made / "b.parquet")
    with opened(made, tmp_path) as frame:
        assert [row[1] for row in grid(frame)] == [1.0, 2.0, 2.5]
        assert [row[0] for row in grid(frame)] == [datetime(2026, 1, 1, hour) for hour in range(3)]
