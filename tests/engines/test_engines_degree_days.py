"""Degree days, worked out by hand, and on the Cambridge table against its published slope."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from statistics import correlation, linear_regression

import pytest
from tests.engines.opening import Cell, opened, reason, result, stamps, written

from headgate.catalogue.meaning import Fold, Role

INPUTS = {"temperature": "Outdoor temperature [degC]", "timestamp": "Time"}
OUTDOOR = {"Outside": (Role.TEMPERATURE_OUTDOOR, Fold.MEAN)}


def test_thirty_days_are_needed(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 29 * 24, 60), INPUTS["temperature"]: [5] * 29 * 24})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "degree_days", INPUTS)
    assert said.startswith("29 days of “Outdoor temperature [degC]”")
    assert said.endswith("degree days need 30.")


def test_values_a_week_apart_have_no_mean_of_a_day(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 60, 7 * 1440), INPUTS["temperature"]: [5] * 60})
    with opened(path, tmp_path) as frame:
        assert "no interval of a day or less" in reason(frame, "degree_days", INPUTS)


def test_words_have_no_degree_days(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 60, 1440), "Outside": ["warm", "cold"] * 30})
    with opened(path, tmp_path, OUTDOOR) as frame:
        said = reason(frame, "degree_days", {"temperature": "Outside", "timestamp": "Time"})
    assert said == "“Outside” does not hold numbers."


def test_a_temperature_without_a_unit_that_must_be_fahrenheit_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 60, 1440), "Outside": [60, 58] * 30})
    with opened(path, tmp_path, OUTDOOR) as frame:
        assert "too high for °C" in reason(frame, "degree_days", {"temperature": "Outside", "timestamp": "Time"})


def test_days_below_and_above_the_bases_are_added_up(tmp_path: Path) -> None:
    """31 days of 10.5 °C and 29 of 20 °C: 31 × 5 heating and 29 × 2 cooling degree days."""
    path = written(tmp_path, {"Time": stamps("2024-01-01", 60, 1440), INPUTS["temperature"]: [10.5] * 31 + [20] * 29})
    with opened(path, tmp_path) as frame:
        found = result(frame, "degree_days", INPUTS)
    assert (found.facts["hdd"], found.facts["cdd"]) == (155.0, 58.0)
    assert [(row["hdd"], row["days"], row["days_missing"]) for row in found.tables["periods"].to_pylist()] == [
        (155.0, 31, 0),
        (0.0, 29, 0),
    ]
    assert "hdd_by_hours" not in found.facts


def test_hours_see_the_cool_nights_that_a_daily_mean_does_not(tmp_path: Path) -> None:
    """Half a day at 11.5 and half at 19.5 °C: the mean is the base; by hours 12 / 24 × 4 a day, and 1.5 / 2 warm."""
    half = [11.5] * 12 + [19.5] * 12
    path = written(tmp_path, {"Time": stamps("2024-01-01", 30 * 24, 60), INPUTS["temperature"]: half * 30})
    with opened(path, tmp_path) as frame:
        facts = result(frame, "degree_days", INPUTS).facts
    assert (facts["hdd"], facts["hdd_by_hours"], facts["cdd_by_hours"]) == (0.0, 60.0, 22.5)


@pytest.mark.parametrize(("unit", "value"), [("degF", 50.9), ("degC", 10.5), ("K", 283.65)])
def test_the_bases_are_in_celsius_whatever_the_column_is_in(tmp_path: Path, unit: str, value: float) -> None:
    name = f"Outdoor temperature [{unit}]"
    path = written(tmp_path, {"Time": stamps("2024-01-01", 30, 1440), name: [value] * 30})
    with opened(path, tmp_path) as frame:
        found = result(frame, "degree_days", {"temperature": name, "timestamp": "Time"})
    assert found.facts["hdd"] == pytest.approx(150)


def test_a_day_with_less_than_four_fifths_of_its_hours_counts_nothing(tmp_path: Path) -> None:
    """Day 3 has 19 hours (no), day 5 has 20 (yes): 33 of 34 days at 5.5 °C; the empty rows are those of the day."""
    cold: list[Cell] = [5.5] * 34 * 24
    cold[48:53] = [None] * 5
    cold[96:100] = [None] * 4
    path = written(tmp_path, {"Time": stamps("2024-01-01", 34 * 24, 60), INPUTS["temperature"]: cold})
    with opened(path, tmp_path) as frame:
        found = result(frame, "degree_days", INPUTS, grain="week")
    assert (found.facts["days"], found.facts["hdd"]) == (33.0, 330.0)
    assert found.warnings == ("1 day without a mean left out; 2 periods of the table affected.",)
    assert [row["hdd"] for row in found.tables["periods"].to_pylist()] == [60.0, 70.0, 70.0, 70.0, 60.0]


def test_stamps_that_occur_twice_count_once(tmp_path: Path) -> None:
    at = stamps("2024-01-01", 30 * 24, 60)
    path = written(tmp_path, {"Time": [*at, *at[:12]], INPUTS["temperature"]: [5.5] * (30 * 24) + [9.5] * 12})
    with opened(path, tmp_path) as frame:
        found = result(frame, "degree_days", INPUTS)
    assert found.facts["hdd"] == pytest.approx(30 * 10 - 1)


@pytest.mark.shared
def test_the_gas_of_a_cambridge_building_follows_its_degree_days_as_is_known(shared: Path, tmp_path: Path) -> None:
    """b0 gas against HDD at 15.5 °C by day: slope 15.3 kWh/HDD, R² 0.847; by hours it would be 16.2 and 0.836."""
    path = shared / "data/b_cambridge_estates_2019_hourly_weather.csv"
    gas: dict[str, float] = defaultdict(float)
    degrees: dict[str, list[float]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            gas[row["datetime"][:10]] += float(row["UCam_Building_b0 gas heating load [kWh]"])
            degrees[row["datetime"][:10]].append(float(row["air_temperature [degC]"]))
    with opened(path, tmp_path) as frame:
        found = result(frame, "degree_days", {"temperature": "air_temperature [degC]", "timestamp": "datetime"})
    days = {f"{row['day']:%Y-%m-%d}": row["hdd"] for row in found.tables["days"].to_pylist()}
    used = [gas[each] for each in days]
    assert f"{linear_regression(list(days.values()), used).slope:.1f}" == "15.3"
    assert f"{correlation(list(days.values()), used) ** 2:.3f}" == "0.847"
    assert found.facts["hdd"] == pytest.approx(
        sum(max(0.0, 15.5 - sum(hours) / len(hours)) for hours in degrees.values())
    )
    assert found.facts["hdd_by_hours"] == pytest.approx(
        sum(max(0.0, 15.5 - hour) / 24 for hours in degrees.values() for hour in hours)
    )
    assert sum(found.tables["periods"]["hdd"].to_pylist()) == pytest.approx(found.facts["hdd"])
