"""Peaks, worked out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.engines.opening import opened, result, stamps, written

from headgate.catalogue.meaning import Fold, Role

LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}


def quarters(tmp_path: Path, energy: dict[str, float | None], count: int = 96 * 40) -> Path:
    """Quarter hours of 10 kWh (40 kW) from 1 January 2024 on, except those named."""
    times = stamps("2024-01-01", count, 15)
    return written(tmp_path, {"Time": times, "Energy [kWh]": [energy.get(time, 10.0) for time in times]})


def test_the_peak_is_the_highest_interval_and_the_first_of_equals(tmp_path: Path) -> None:
    path = quarters(tmp_path, {"2024-01-09 10:15": 25.0, "2024-01-05 07:30": 25.0})
    with opened(path, tmp_path) as frame:
        found = result(frame, "peak_demand", LOAD, top_n=2)
    assert found.facts["peak_kw"] == 100.0
    assert found.sentences[0] == "The highest 15-minute demand was 100 kW on Fri 5 Jan 2024, 07:30 to 07:45."
    assert found.tables["peaks"].num_rows == 2
    assert "The 2 highest fall on 2 days (5 Jan 2024 and 9 Jan 2024), all between 07:30 and 10:30" in found.sentences[1]


@pytest.mark.parametrize(
    ("window", "kw", "start"),
    [
        (15, 100.0, datetime(2024, 1, 5, 7, 45)),
        (30, 70.0, datetime(2024, 1, 5, 7, 30)),
        (60, 55.0, datetime(2024, 1, 5, 7)),
    ],
)
def test_a_window_is_the_mean_of_its_intervals_and_starts_on_the_clock(
    tmp_path: Path, window: int, kw: float, start: datetime
) -> None:
    """07:45 has 100 kW and all else 40: (100 + 40) / 2 = 70 from 07:30, (100 + 3 × 40) / 4 = 55 from 07:00."""
    with opened(quarters(tmp_path, {"2024-01-05 07:45": 25.0}), tmp_path) as frame:
        found = result(frame, "peak_demand", LOAD, window_minutes=window)
    assert (found.facts["peak_kw"], found.facts["peak_start"]) == (kw, start.isoformat())


def test_a_window_with_a_gap_is_no_peak(tmp_path: Path) -> None:
    """With 08:00 missing, the 100 kW of 08:15 are not half an hour."""
    with opened(quarters(tmp_path, {"2024-01-05 08:15": 25.0, "2024-01-05 08:00": None}), tmp_path) as frame:
        assert result(frame, "peak_demand", LOAD, window_minutes=30).facts["peak_kw"] == 40.0
        assert result(frame, "peak_demand", LOAD).facts["peak_kw"] == 100.0


def test_each_month_has_its_peak(tmp_path: Path) -> None:
    path = quarters(tmp_path, {"2024-01-31 23:45": 20.0, "2024-02-01 00:00": 15.0})
    with opened(path, tmp_path) as frame:
        months = result(frame, "peak_demand", LOAD).tables["months"].to_pylist()
    assert [(row["month"], row["peak_kw"]) for row in months] == [("Jan 2024", 80.0), ("Feb 2024", 60.0)]


def test_a_limit_is_counted_and_drawn(tmp_path: Path) -> None:
    """Three quarter hours over 50 kW, by 50, 10 and 10 kW: 17.5 kWh over it; 50 kW itself is not over."""
    over = {"2024-01-05 07:45": 25.0, "2024-01-05 08:00": 15.0, "2024-01-09 08:00": 15.0, "2024-01-10 08:00": 12.5}
    with opened(quarters(tmp_path, over), tmp_path) as frame:
        found = result(frame, "peak_demand", LOAD, limit_kw=50.0)
    assert {name: found.facts[name] for name in ("windows_over_limit", "days_over_limit", "hours_over_limit")} == {
        "windows_over_limit": 3,
        "days_over_limit": 2,
        "hours_over_limit": 0.75,
    }
    assert found.facts["kwh_over_limit"] == pytest.approx(17.5)
    assert found.figures[0].rule == (50.0, "Limit 50 kW")


def test_a_limit_never_passed_is_said_so_and_none_is_silent(tmp_path: Path) -> None:
    with opened(quarters(tmp_path, {}), tmp_path) as frame:
        assert "The limit of 500 kW was never passed." in result(frame, "peak_demand", LOAD, limit_kw=500.0).sentences
        assert not [said for said in result(frame, "peak_demand", LOAD).sentences if "limit" in said]


def test_the_peak_of_several_meters_is_the_peak_of_their_sum(tmp_path: Path) -> None:
    """North 30 and south 10 kW at 01:00, north 5 and south 20 at 02:00: together 40 kW at 01:00, alone 30 + 20."""
    times = [time for time in stamps("2024-01-01", 24, 60) for _ in range(2)]
    special = {("01:00", 0): 30, ("01:00", 1): 10, ("02:00", 0): 5, ("02:00", 1): 20}
    energy = [special.get((time[11:], n % 2), 1) for n, time in enumerate(times)]
    path = written(tmp_path, {"Time": times, "Meter": ["north", "south"] * 24, "Energy [kWh]": energy})
    with opened(path, tmp_path, {"Meter": (Role.ENTITY, Fold.NONE)}) as frame:
        found = result(frame, "peak_demand", {**LOAD, "entity": "Meter"})
    assert found.facts["peak_kw"] == 40.0
    rows = {row["entity"]: (row["peak_kw"], row["kw_at_peak"]) for row in found.tables["entities"].to_pylist()}
    assert rows == {"north": (30.0, 30.0), "south": (20.0, 10.0)}
    assert found.sentences[-1] == (
        "north had the largest part of that peak, 30 kW. If all 2 had peaked together it would have been 50 kW."
    )


@pytest.mark.parametrize(
    ("energy", "said"),
    [
        ({"2024-01-05 07:45": 25.0}, "The next highest is 40 kW: look whether that one reading is right"),
        (
            {"2024-01-05 07:45": 25.0, "2024-01-06 07:45": 24.0},
            "Only 2 windows on 2 days came within a tenth of",
        ),
        ({}, "3,840 windows on 40 days came within a tenth of the peak: a lower peak needs a lower load in general"),
    ],
    ids=["one reading far out", "a few spikes", "a flat load"],
)
def test_the_advice_fits_the_shape_of_the_peak(tmp_path: Path, energy: dict[str, float | None], said: str) -> None:
    with opened(quarters(tmp_path, energy), tmp_path) as frame:
        assert result(frame, "peak_demand", LOAD).sentences[2].startswith(said)
