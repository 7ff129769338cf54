"""What a frame says of its time, and the load it makes of a column."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.engines.opening import opened, stamps, written

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.frame import Frame, open_frame
from headgate.engines.timing import Timing
from headgate.errors import InputError
from headgate.headers.reading import read
from headgate.manifest.approved import Column

LOAD = ("c2", "c1")


def rows(frame: Frame, column: str = "c2", time: str = "c1") -> list[tuple[object, ...]]:
    found = frame.execute(frame.load(column, time).order_by("t")).to_pylist()
    return [(f"{row['t']:%d %H:%M}", row["kw"], row["kwh"]) for row in found]


def test_a_text_is_no_load(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 3, 60), "Power [kW]": ["high", "low", "off"]})
    with (
        opened(path, tmp_path) as frame,
        pytest.raises(InputError, match="does not hold numbers"),
    ):
        frame.load(*LOAD)


def test_a_single_stamp_has_no_step(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": ["2024-01-01 00:00"] * 3, "Power [kW]": [1, 2, 3]})
    with opened(path, tmp_path) as frame:
        assert frame.interval("c1") is None
        with pytest.raises(InputError, match="has no regular step"):
            frame.load(*LOAD)


def test_a_number_has_no_interval(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"a": [1, 2, 3]}), tmp_path) as frame:
        assert frame.interval("c1") is None


@pytest.mark.parametrize(
    ("header", "cell", "kw", "kwh"),
    [
        ("Power [kW]", 8, 8, 2),
        ("Power [W]", 8000, 8, 2),
        ("Power [MW]", 0.008, 8, 2),
        ("Energy [kWh]", 2, 8, 2),
        ("Energy [Wh]", 2000, 8, 2),
        ("Energy [MWh]", 0.002, 8, 2),
        ("Energy [MJ]", 7.2, 8, 2),
        ("Reactive energy [kVArh]", 2, 8, 2),
        ("Power [Btu/h]", 8000 / 0.29307107017222, 8, 2),
    ],
)
def test_power_and_energy_become_each_other_by_the_quarter_hour(
    tmp_path: Path, header: str, cell: float, kw: float, kwh: float
) -> None:
    with opened(written(tmp_path, {"Time": stamps("2024-01-01", 4, 15), header: [cell] * 4}), tmp_path) as frame:
        assert rows(frame)[0][1:] == (pytest.approx(kw), pytest.approx(kwh))


def test_rows_without_a_value_or_a_stamp_are_no_intervals(tmp_path: Path) -> None:
    times = [*stamps("2024-01-01", 3, 60), ""]
    with opened(written(tmp_path, {"Time": times, "Power [kW]": [1, None, 3, 4]}), tmp_path) as frame:
        assert rows(frame) == [("01 00:00", 1, 1), ("01 02:00", 3, 3)]


def test_a_double_stamp_counts_once(tmp_path: Path) -> None:
    times = ["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 01:00", "2024-01-01 02:00"]
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": [1, 4, 6, 1]}), tmp_path) as frame:
        assert rows(frame) == [("01 00:00", 1, 1), ("01 01:00", 5, 5), ("01 02:00", 1, 1)]


def test_the_values_of_several_meters_are_added_up(tmp_path: Path) -> None:
    times = [time for time in stamps("2024-01-01", 2, 60) for _ in range(3)]
    columns = {"Time": times, "Energy [kWh]": [1, 2, 2, 4, 5, 5], "Meter": ["A", "B", "B"] * 2}
    with opened(written(tmp_path, columns), tmp_path, {"Meter": (Role.ENTITY, Fold.NONE)}) as frame:
        assert rows(frame) == [("01 00:00", 3, 3), ("01 01:00", 9, 9)]


def day_of(minutes: int, first: int) -> list[datetime]:
    return [datetime(2024, 1, 1) + timedelta(minutes=minutes * n) for n in range(first, first + 3 * 1440 // minutes)]


@pytest.mark.parametrize(
    ("header", "times", "timing"),
    [
        ("Time", [f"{t:%Y-%m-%d %H:%M}" for t in day_of(15, 0)], Timing(900, False, False)),
        ("Time", [f"{t:%Y-%m-%d %H:%M}" for t in day_of(15, 1)], Timing(900, True, False)),
        ("Time", [f"{t:%Y-%m-%d %H:%M}" for t in day_of(15, 7)], Timing(900, False, False)),
        ("Hour ending", [f"{t:%Y-%m-%d %H:%M}" for t in day_of(60, 7)], Timing(3600, True, False)),
        ("Time", [f"{t - timedelta(minutes=15):%Y-%m-%d} {t:%H:%M}" for t in day_of(15, 1)], Timing(900, True, True)),
        ("Time", [f"{t:%Y-%m-%d}" for t in day_of(1440, 0)], Timing(86400, False, False)),
    ],
    ids=["start", "end", "cut anywhere", "the header says end", "midnight under the day it closes", "days"],
)
def test_what_a_stamp_names_is_found_from_the_rows(
    tmp_path: Path, header: str, times: list[str], timing: Timing
) -> None:
    with opened(written(tmp_path, {header: times, "Power [kW]": range(len(times))}), tmp_path) as frame:
        assert frame.timing("c1") == timing


def test_a_midnight_that_closes_its_day_is_put_at_its_end(tmp_path: Path) -> None:
    """Three days of 15 minutes, written as 00:15 … 23:45, 00:00 of one date: the value counts the rows."""
    times = [f"{t - timedelta(minutes=15):%Y-%m-%d} {t:%H:%M}" for t in day_of(15, 1)]
    with opened(written(tmp_path, {"Time": times, "Power [kW]": range(288)}), tmp_path) as frame:
        found = rows(frame)
    assert [row[1] for row in found] == list(range(288))
    assert (found[0][0], found[95][0], found[-1][0]) == ("01 00:00", "01 23:45", "03 23:45")


def test_other_meanings_over_the_same_rows_give_another_load(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 4, 15), "Value": [8, 8, 8, 8]})
    with (
        opened(path, tmp_path, {"Value": (Role.POWER, Fold.MEAN)}) as frame,
        opened(path, tmp_path / "2", {"Value": (Role.ENERGY_INTERVAL, Fold.SUM)}) as other,
    ):
        again = frame.under({each: other.meaning(each) for each in other.ids})
        assert (rows(frame)[0][1], rows(again)[0][1], rows(frame)[0][1]) == (8, 32, 8)


@pytest.mark.parametrize("memory", [None, 1_000_000_000])
def test_rows_take_no_more_memory_than_they_are_given(tmp_path: Path, memory: int | None) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 2, 60), "Power [kW]": [1.0, 2.0]})
    table = read(path)
    columns = [Column(f"c{at.position + 1}", at.position, at.name, at.name) for at in table.headers]
    with open_frame(table, columns, {}, work=tmp_path, memory=memory) as frame:
        said = frame._engine._backend.con.execute("SELECT current_setting('memory_limit')").fetchone()[0]  # type: ignore[attr-defined]
    assert (said == "667.5 MiB") is (memory is not None)  # 700,000 kB, the rest is for what stands around the rows
