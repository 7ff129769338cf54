"""Periods compared, worked out by hand and from the file of a real building."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written

from headgate.catalogue.meaning import Fold, Role

ENERGY = "Energy [kWh]"
ASKED = {"timestamp": ["Time"], "measures": [ENERGY]}


def days(start: str, count: int, weekday: float, weekend: float) -> dict[str, list[Cell]]:
    """One row a day: `weekday` kWh from Monday to Friday, `weekend` on the other days."""
    first = date.fromisoformat(start)
    dates = [first + timedelta(days=n) for n in range(count)]
    values: list[Cell] = [weekday if each.weekday() < 5 else weekend for each in dates]
    return {"Time": [f"{each:%Y-%m-%d}" for each in dates], ENERGY: values}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"Time": ["a", "b"], ENERGY: [1, 2]}, "“Time” holds no dates or times."),
        ({"Time": ["2024-01-01", "2024-01-02"], ENERGY: ["x", "y"]}, "None of the chosen columns holds numbers."),
        (days("2024-01-01", 45, 10, 1), "There is 1 full month; a comparison needs two that follow each other"),
        (days("2024-01-15", 30, 10, 1), "There is no full month;"),
    ],
)
def test_without_two_full_periods_nothing_is_compared(
    tmp_path: Path, columns: dict[str, list[Cell]], reason: str
) -> None:
    with opened(written(tmp_path, columns), tmp_path) as frame:
        assert reason in refused(frame, "period_compare", ASKED)


def test_a_month_is_compared_with_as_many_mondays_as_it_has_itself(tmp_path: Path) -> None:
    """January 2024 has 23 working days and 8 weekend days, February 21 and 8: at 10 and 1 kWh that is 238 and 218.

    With the weekdays of February (four of each and a fifth Thursday) January comes to 218: nothing changed.
    """
    with opened(written(tmp_path, days("2024-01-01", 60, 10, 1)), tmp_path) as frame:
        aligned = found(frame, "period_compare", ASKED)
        plain = found(frame, "period_compare", ASKED, align="date")
    (row,) = aligned.tables["changes"].to_pylist()
    assert (row["period"], row["value"], row["previous"]) == ("Feb 2024", 218, 238)
    assert (row["previous_aligned"], row["change_percent"]) == (pytest.approx(218), pytest.approx(0, abs=1e-9))
    (row,) = plain.tables["changes"].to_pylist()
    assert (row["previous_aligned"], row["change_percent"]) == (None, pytest.approx(100 * (218 / 238 - 1)))
    assert plain.sentences[0] == "“Energy [kWh]”, Feb 2024: 218 kWh, 8.4 % less than in Jan 2024."


def test_a_mean_is_aligned_as_a_mean(tmp_path: Path) -> None:
    """The mean of January with the weekdays of February: (21 × 10 + 8 × 1) / 29."""
    path = written(tmp_path, days("2024-01-01", 60, 10, 1))
    with opened(path, tmp_path, {ENERGY: (Role.MEASURE, Fold.MEAN)}) as frame:
        (row,) = found(frame, "period_compare", ASKED).tables["changes"].to_pylist()
    assert row["previous"] == pytest.approx(238 / 31)
    assert row["previous_aligned"] == pytest.approx(218 / 29)


def test_an_incomplete_month_is_named_and_left_out(tmp_path: Path) -> None:
    """March lacks two of its days, the last month is cut off."""
    columns = days("2024-01-01", 130, 10, 1)
    gone = {"2024-03-12", "2024-03-13"}
    kept = [n for n, day in enumerate(columns["Time"]) if day not in gone]
    with opened(written(tmp_path, {name: [cells[n] for n in kept] for name, cells in columns.items()}), tmp_path) as f:
        said = found(f, "period_compare", ASKED)
    assert [f"{row['start']:%m}" for row in said.tables["periods"].to_pylist()] == ["01", "02", "04"]
    assert [row["period"] for row in said.tables["changes"].to_pylist()] == ["Feb 2024"]
    assert said.tables["incomplete"]["coverage"].to_pylist() == pytest.approx([29 / 31, 9 / 31])
    assert said.warnings == ("2 incomplete months of “Energy [kWh]” left out: Mar 2024 and May 2024.",)


def test_the_same_period_a_year_before_is_compared_too(tmp_path: Path) -> None:
    """Weeks 52 apart: 5 × 10 + 2 then, 5 × 20 + 2 now. 2024 has 262 working days and 104 others."""
    columns = days("2023-01-02", 364, 10, 1)
    later = days("2024-01-01", 371, 20, 1)
    path = written(tmp_path, {name: columns[name] + later[name] for name in columns})
    with opened(path, tmp_path) as frame:
        weeks = found(frame, "period_compare", ASKED, period="week")
        months = found(frame, "period_compare", ASKED)
        years = found(frame, "period_compare", ASKED, period="year")
    row = next(row for row in weeks.tables["changes"].to_pylist() if row["against"] == "a year before")
    assert (row["value"], row["previous"], row["previous_aligned"]) == (102, 52, pytest.approx(52))
    assert row["change_percent"] == pytest.approx(100 * 50 / 52)
    year = [row for row in months.tables["changes"].to_pylist() if row["against"] == "a year before"]
    assert len(year) == 11
    assert year[0]["change_percent"] == pytest.approx(100 * ((21 * 20 + 8) / (21 * 10 + 8) - 1))
    (row,) = years.tables["changes"].to_pylist()
    assert (row["period"], row["value"], row["previous"]) == ("2024", 262 * 20 + 104, 260 * 10 + 104)
    assert row["previous_aligned"] == pytest.approx(262 * 10 + 104)


def test_a_temperature_has_a_difference_and_no_per_cent(tmp_path: Path) -> None:
    columns = days("2024-01-01", 60, 10, 10)
    columns["Outdoor temperature [°C]"] = [4.0] * 31 + [6.0] * 29
    asked = {"timestamp": ["Time"], "measures": ["Outdoor temperature [°C]"]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "period_compare", asked)
    (row,) = said.tables["changes"].to_pylist()
    assert (row["change"], row["change_percent"], said.headlines) == (2, None, ())
    assert said.sentences == ("“Outdoor temperature [°C]”, Feb 2024: mean 6 °C, 2 °C more than in Jan 2024.",)


def test_nothing_before_makes_no_per_cent(tmp_path: Path) -> None:
    columns = days("2024-01-01", 60, 0, 0)
    columns[ENERGY] = [0] * 31 + [1] * 29
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "period_compare", ASKED)
    assert said.tables["changes"]["change_percent"].to_pylist() == [None]
    assert said.sentences == ("“Energy [kWh]”, Feb 2024: 29 kWh, 29 kWh more than in Jan 2024.",)


def test_a_stamp_that_occurs_twice_counts_once_but_the_hour_of_a_clock_set_back_twice(tmp_path: Path) -> None:
    """28 full days of 24 kWh in each of two four-week months, one hour doubled by mistake, one on 27 October."""
    times = stamps("2024-10-01", 61 * 24, 60)
    doubled = ["2024-10-15 12:00", "2024-10-27 02:00"]
    columns: dict[str, list[Cell]] = {"Time": [*times, *doubled], ENERGY: [1] * (len(times) + 2)}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "period_compare", ASKED, align="date")
    assert said.tables["periods"]["value"].to_pylist() == [31 * 24 + 1, 30 * 24]
    assert said.warnings == ("1 stamp occurs more than once and counts with the mean of its values.",)


def test_sales_of_working_days_alone_are_compared_though_no_gap_can_be_told(tmp_path: Path) -> None:
    """2 each working day: 46 in January 2024, and with the weekdays of February 42."""
    columns = days("2024-01-01", 60, 2, 0)
    kept = [n for n, value in enumerate(columns[ENERGY]) if value]
    with opened(written(tmp_path, {name: [cells[n] for n in kept] for name, cells in columns.items()}), tmp_path) as f:
        said = found(f, "period_compare", ASKED)
    (row,) = said.tables["changes"].to_pylist()
    assert (row["value"], row["previous"], row["previous_aligned"]) == (42, 46, pytest.approx(42))
    assert "no regular interval" in said.warnings[-1]


def test_rows_without_a_value_change_nothing(tmp_path: Path) -> None:
    columns = days("2024-01-01", 60, 10, 1)
    padded = {name: [*cells, *(["2024-02-10"] if name == "Time" else [None])] for name, cells in columns.items()}
    told = []
    for name, each in {"plain": columns, "padded": padded}.items():
        folder = tmp_path / name
        folder.mkdir()
        with opened(written(folder, each), folder) as frame:
            said = found(frame, "period_compare", ASKED)
            told.append((said.facts, said.sentences, {key: table.to_pylist() for key, table in said.tables.items()}))
    assert told[0] == told[1]


@pytest.mark.shared
def test_a_building_s_months_are_those_of_its_file(shared: Path, tmp_path: Path) -> None:
    """Cambridge b0, worked out from the file in plain Python: December against November, weekday by weekday."""
    path = shared / "data/b_cambridge_estates_2019_hourly_weather.csv"
    name = "UCam_Building_b0 electricity equipment load [kWh]"
    months: dict[int, float] = defaultdict(float)
    weekdays: dict[tuple[int, int], float] = defaultdict(float)
    dates: dict[tuple[int, int], set[date]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            when, value = datetime.fromisoformat(row["datetime"]), float(row[name])
            months[when.month] += value
            weekdays[when.month, when.weekday()] += value
            dates[when.month, when.weekday()].add(when.date())
    aligned = sum(weekdays[11, day] / len(dates[11, day]) * len(dates[12, day]) for day in range(7))
    with opened(path, tmp_path) as frame:
        said = found(frame, "period_compare", {"timestamp": ["datetime"], "measures": [name]})
    assert said.tables["periods"]["value"].to_pylist() == pytest.approx([months[at] for at in range(1, 13)])
    last = said.tables["changes"].to_pylist()[-1]
    assert last["period"] == "Dec 2019"
    assert last["previous_aligned"] == pytest.approx(aligned)
    assert last["change_percent"] == pytest.approx(100 * (months[12] / aligned - 1))
