"""The typical day, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, result, stamps, written

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.loads import power_text

LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}
MONDAY = "2024-01-01 00:00"


def weeks(energy: dict[bool, float], minutes: int = 60, days: int = 28) -> tuple[list[str], list[float]]:
    """Stamps from a Monday on and energy an interval: `energy[True]` on Saturdays and Sundays."""
    count = days * 1440 // minutes
    return stamps(MONDAY, count, minutes), [energy[(n * minutes // 1440) % 7 >= 5] for n in range(count)]


def test_working_days_and_weekends_have_a_line_each(tmp_path: Path) -> None:
    times, energy = weeks({False: 10.0, True: 4.0})
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": energy}), tmp_path) as frame:
        rows = result(frame, "load_profile", LOAD).tables["profile"].to_pylist()
    assert {(row["part"], row["mean_kw"], row["days"]) for row in rows} == {
        ("Monday to Friday", 10.0, 20),
        ("Saturday and Sunday", 4.0, 8),
    }
    assert sorted({row["hour"] for row in rows}) == [float(hour) for hour in range(24)]


def test_the_weekend_share_is_energy_and_not_time(tmp_path: Path) -> None:
    """20 working days of 240 kWh and 8 weekend days of 96 kWh: 768 of 5,568 kWh."""
    times, energy = weeks({False: 10.0, True: 4.0})
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": energy}), tmp_path) as frame:
        found = result(frame, "load_profile", LOAD)
    assert found.facts["weekend_share"] == pytest.approx(768 / 5568)
    assert found.facts["weekend_time_share"] == pytest.approx(2 / 7)
    assert "an hour at the weekend uses 40 % of what an hour from Monday to Friday uses" in found.sentences[-1]


def test_the_band_is_the_range_of_the_days_at_that_hour(tmp_path: Path) -> None:
    """Working days of 0, 1, … 10 kW, one after the other: exact quantiles are 1 and 9 kW."""
    times = [stamp for day in range(15) if day % 7 < 5 for stamp in stamps(f"2024-01-{day + 1:02d}", 24, 60)]
    energy = [float(n // 24) for n in range(len(times))]
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": energy}), tmp_path) as frame:
        rows = result(frame, "load_profile", LOAD).tables["profile"].to_pylist()
    assert {(row["mean_kw"], row["p10_kw"], row["p90_kw"]) for row in rows} == {(5.0, 1.0, 9.0)}


@pytest.mark.parametrize(("minutes", "slots"), [(1, 96), (5, 96), (15, 96), (30, 48), (60, 24)])
def test_energy_becomes_power_by_the_length_of_its_interval(tmp_path: Path, minutes: int, slots: int) -> None:
    """6 kWh an hour is 6 kW however the hour is cut; intervals under a quarter of an hour are drawn as quarters."""
    times, energy = weeks({False: minutes / 10, True: minutes / 10}, minutes, days=14)
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": energy}), tmp_path) as frame:
        table = result(frame, "load_profile", LOAD, split="none").tables["profile"]
    assert table.num_rows == slots
    assert all(row["mean_kw"] == pytest.approx(6.0) for row in table.to_pylist())


def test_a_season_is_a_quarter_of_the_year(tmp_path: Path) -> None:
    times = stamps("2024-03-25", 14 * 24, 60)
    energy = [2.0 if time < "2024-04" else 8.0 for time in times]
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": energy}), tmp_path) as frame:
        rows = result(frame, "load_profile", LOAD, split="season").tables["profile"].to_pylist()
    assert {(row["part"], row["mean_kw"]) for row in rows} == {("January to March", 2.0), ("April to June", 8.0)}


@pytest.mark.parametrize(
    ("header", "value", "kw"), [("Power [W]", 5000, 5), ("Power [MW]", 0.005, 5), ("Gas [kWh]", 5, 5)]
)
def test_the_unit_of_the_header_decides_the_scale(tmp_path: Path, header: str, value: float, kw: float) -> None:
    path = written(tmp_path, {"Time": stamps(MONDAY, 14 * 24, 60), header: [value] * 14 * 24})
    with opened(path, tmp_path) as frame:
        table = result(frame, "load_profile", {"load": header, "timestamp": "Time"}).tables["profile"]
    assert all(row["mean_kw"] == pytest.approx(kw) for row in table.to_pylist())


def test_a_load_without_a_unit_is_taken_for_kilowatt_hours_and_that_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps(MONDAY, 14 * 24, 60), "Energy": [5] * 14 * 24})
    with opened(path, tmp_path, {"Energy": (Role.ENERGY_INTERVAL, Fold.SUM)}) as frame:
        found = result(frame, "load_profile", {"load": "Energy", "timestamp": "Time"})
    assert found.warnings == ("“Energy” names no unit; it is taken to be kWh an interval.",)


@pytest.mark.parametrize(
    ("kw", "said"), [(628.72, "628.7 kW"), (99_999, "99,999 kW"), (54_249.333e3, "54.25 GW"), (250_000, "250 MW")]
)
def test_large_powers_are_said_in_larger_units(kw: float, said: str) -> None:
    assert power_text(kw) == said
