"""The type of a column is decided over all its rows, and what its cells then are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.engines.opening import opened, written

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.frame import Frame
from headgate.headers.table import LocalType

TIME = {"v": (Role.TIMESTAMP, Fold.NONE)}


def values(frame: Frame, column: str = "c1") -> list[object]:
    return frame.execute(frame.rows.order_by("row").select(v=frame.rows[column]))["v"].to_pylist()


def test_a_column_with_more_strays_than_one_in_twenty_stays_text(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"v": ["1.5"] * 93 + ["x1", "x2", "x3", "x4", "x5", "x6", "x7"]}), tmp_path) as frame:
        assert (frame.type("c1"), values(frame)[-1]) == (LocalType.TEXT, "x7")


def test_up_to_one_in_twenty_is_a_stray_and_counts_as_empty(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"v": ["1.5"] * 95 + ["x1", "x2", "x3", "x4", "x5"]}), tmp_path) as frame:
        assert (frame.type("c1"), frame.unparsed("c1"), values(frame)[-1]) == (LocalType.NUMBER, 5, None)


@pytest.mark.parametrize("mark", ["ND", "n/a", "-", "NaN", "null", "#DIV/0!", "inf", "?"])
def test_marks_for_a_missing_value_do_not_make_a_text(tmp_path: Path, mark: str) -> None:
    with opened(written(tmp_path, {"v": ["1", mark, mark, "2"]}), tmp_path) as frame:
        assert (frame.type("c1"), frame.sentinels("c1"), frame.unparsed("c1")) == (LocalType.INTEGER, 2, 0)
        assert values(frame) == [1.0, None, None, 2.0]


@pytest.mark.parametrize(
    ("cells", "kind", "read"),
    [
        (["1", "2.0", "3"], LocalType.INTEGER, [1.0, 2.0, 3.0]),
        (["1", "2.5", "1e3"], LocalType.NUMBER, [1.0, 2.5, 1000.0]),
        (['"1,234.5"', '"12,345,678"', "1"], LocalType.NUMBER, [1234.5, 12345678.0, 1.0]),
        (["12 %", "7.5%", "0 %"], LocalType.NUMBER, [12.0, 7.5, 0.0]),
        (["\u22125", "3", "2.5"], LocalType.NUMBER, [-5.0, 3.0, 2.5]),
        (["1\u00a0234", "12\u202f345", "1"], LocalType.INTEGER, [1234.0, 12345.0, 1.0]),
        (["03.06", " 2.5 ", "+1"], LocalType.NUMBER, [3.06, 2.5, 1.0]),
        (["1_000", "2_000", "3_000"], LocalType.TEXT, ["1_000", "2_000", "3_000"]),
        (["1.2.3", "1.2.4", "1.2.5"], LocalType.TEXT, ["1.2.3", "1.2.4", "1.2.5"]),
        (["true", "No", "FALSE"], LocalType.BOOLEAN, ["true", "no", "false"]),
        (["A", "B", "NA"], LocalType.TEXT, ["A", "B", "NA"]),
        (["08:00", "23:59:59", "24:00"], LocalType.TIME, ["08:00", "23:59:59", "24:00"]),
        (["", "", ""], LocalType.EMPTY, [None, None, None]),
    ],
)
def test_a_cell_is_read_as_its_column_says(
    tmp_path: Path, cells: list[str], kind: LocalType, read: list[object]
) -> None:
    with opened(written(tmp_path, {"v": cells, "w": ["x", "y", "z"]}), tmp_path) as frame:
        assert (frame.type("c1"), values(frame)) == (kind, read)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1,5", "2,25", "3"], [1.5, 2.25, 3.0]),
        (["1.234,5", "12.345.678,0", "1,0"], [1234.5, 12345678.0, 1.0]),
        (["1 234,5", "1", "2"], [1234.5, 1.0, 2.0]),
    ],
)
def test_a_decimal_comma_is_a_point(tmp_path: Path, cells: list[str], read: list[float]) -> None:
    path = tmp_path / "plant.csv"
    path.write_text("v;w\n" + "".join(f"{cell};0,5\n" for cell in cells), encoding="utf-8")
    with opened(path, tmp_path) as frame:
        assert values(frame) == read


AT = datetime(2024, 3, 1, 14, 30)


@pytest.mark.parametrize(
    ("first", "second", "at"),
    [
        ("2024-03-01 14:30", "2024-03-01 14:45", AT),
        ("2024-03-01T14:30:00Z", "2024-03-01T14:45:00Z", AT),
        ("2024-03-01T14:30:00+01:00", "2024-03-01T14:45:00+0100", AT),
        ("2024-03-01 14:30:00.500", "2024-03-01 14:45:00", AT.replace(microsecond=500_000)),
        ("2024/03/01 14:30", "2024/03/01 14:45", AT),
        ("01.03.2024 14:30", "01.03.2024 14:45", AT),
        ("01-Mar-2024 14:30", "01-Mar-2024 14:45", AT),
        ("1 March 2024 14:30", "1 March 2024 14:45", AT),
        ("3/1/2024 2:30 PM", "3/31/2024 2:45 PM", AT),
        ("3/1/2024 2:30:00 pm", "3/31/2024 2:45:00 pm", AT),
        ("20240301 14:30", "20240301 14:45", AT),
        ("01/03/24 14:30", "31/03/24 14:45", AT),
        ("2024-03-01 24:00", "2024-03-02 00:15", datetime(2024, 3, 2)),
    ],
)
def test_a_stamp_is_read_in_its_spelling(tmp_path: Path, first: str, second: str, at: datetime) -> None:
    with opened(written(tmp_path, {"v": [first, second], "w": [1, 2]}), tmp_path) as frame:
        assert (frame.type("c1"), values(frame)[0]) == (LocalType.DATETIME, at)


@pytest.mark.parametrize(
    ("cells", "second"),
    [
        (["01/02/2024", "02/02/2024", "03/02/2024", "13/02/2024"], datetime(2024, 2, 2)),
        (["02/01/2024", "02/02/2024", "02/03/2024", "02/13/2024"], datetime(2024, 2, 2)),
        (["01/02/2024", "02/02/2024", "03/02/2024", "04/02/2024"], datetime(2024, 2, 2)),
        (["02/01/2024", "02/02/2024", "02/03/2024", "02/04/2024"], datetime(2024, 2, 2)),
        (["01/12/2023", "02/12/2023", "01/01/2024", "02/01/2024"], datetime(2023, 12, 2)),
        (["12/01/2023", "12/02/2023", "01/01/2024", "01/02/2024"], datetime(2023, 12, 2)),
    ],
    ids=[
        "a 13th day",
        "a 13th month",
        "days apart",
        "days apart, month first",
        "over a year",
        "over a year, month first",
    ],
)
def test_day_first_or_month_first_is_told_by_all_rows(tmp_path: Path, cells: list[str], second: datetime) -> None:
    with opened(written(tmp_path, {"v": cells, "w": range(len(cells))}), tmp_path) as frame:
        assert (frame.type("c1"), values(frame)[1]) == (LocalType.DATE, second)


def test_a_midnight_without_its_time_is_read_beside_stamps_with_one(tmp_path: Path) -> None:
    cells = ["01.03.2024", "01.03.2024 00:15", "01.03.2024 00:30:30"]
    with opened(written(tmp_path, {"v": cells, "w": [1, 2, 3]}), tmp_path) as frame:
        assert [str(value) for value in values(frame)] == [
            "2024-03-01 00:00:00",
            "2024-03-01 00:15:00",
            "2024-03-01 00:30:30",
        ]


@pytest.mark.parametrize(
    ("cells", "kind", "first"),
    [
        ([20240301, 20240302], LocalType.DATE, datetime(2024, 3, 1)),
        ([202403011430, 202403011445], LocalType.DATETIME, AT),
        ([20240301143000, 20240301144500], LocalType.DATETIME, AT),
        ([1709303400, 1709304300], LocalType.DATETIME, AT),
        ([1709303400000, 1709304300000], LocalType.DATETIME, AT),
        ([45352.6041666667, 45352.625], LocalType.DATETIME, AT),
        ([2023, 2024], LocalType.DATE, datetime(2023, 1, 1)),
        ([17, 18], LocalType.INTEGER, 17.0),
    ],
)
def test_numbers_are_times_where_the_name_says_so(
    tmp_path: Path, cells: list[float], kind: LocalType, first: object
) -> None:
    path = written(tmp_path, {"v": cells, "w": [1, 2]})
    with opened(path, tmp_path, TIME) as frame:
        assert (frame.type("c1"), values(frame)[0]) == (kind, first)
    with opened(path, tmp_path, {"v": (Role.MEASURE, Fold.MEAN)}) as frame:
        assert frame.is_number("c1")


@pytest.mark.parametrize("order", [("Date", "Time"), ("Time", "Date")])
def test_a_day_and_the_time_beside_it_are_one_stamp(tmp_path: Path, order: tuple[str, str]) -> None:
    cells = {"Date": ["2024-03-01", "2024-03-01"], "Time": ["14:30", "24:00"]}
    with opened(written(tmp_path, {name: cells[name] for name in order}), tmp_path) as frame:
        day, clock = f"c{order.index('Date') + 1}", f"c{order.index('Time') + 1}"
        assert (frame.type(day), frame.type(clock)) == (LocalType.DATETIME, LocalType.TIME)
        assert values(frame, day) == [AT, datetime(2024, 3, 2)]


def test_a_day_and_the_hour_of_day_beside_it_are_one_stamp(tmp_path: Path) -> None:
    path = written(tmp_path, {"Date": ["2024-03-01", "2024-03-01"], "Hour": [1, 24], "kWh": [1, 2]})
    with opened(path, tmp_path, {"Hour": (Role.TIME_OF_DAY, Fold.NONE)}) as frame:
        assert values(frame) == [datetime(2024, 3, 1, 1), datetime(2024, 3, 2)]
    with opened(path, tmp_path, {"Hour": (Role.MEASURE, Fold.MEAN)}) as frame:
        assert frame.type("c1") is LocalType.DATE
