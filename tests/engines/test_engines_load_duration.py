"""The load duration curve, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, result, stamps, written

LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """1,000 hours of 1 to 1,000 kW, shuffled by a step that is prime to 1,000."""
    return written(
        tmp_path, {"Time": stamps("2024-01-01", 1000, 60), "Energy [kWh]": [(n * 7) % 1000 + 1 for n in range(1000)]}
    )


def test_the_curve_falls_from_the_peak_to_the_lowest_value(ramp: Path, tmp_path: Path) -> None:
    with opened(ramp, tmp_path) as frame:
        rows = result(frame, "load_duration", LOAD).tables["duration"].to_pylist()
    assert rows[0] == {"share_of_time_percent": 0.0, "kw": 1000.0}
    assert rows[-1] == {"share_of_time_percent": 100.0, "kw": 1.0}
    assert [row["kw"] for row in rows] == sorted((row["kw"] for row in rows), reverse=True)


def test_every_point_says_how_long_demand_is_above_it(ramp: Path, tmp_path: Path) -> None:
    """Of 1 to 1,000 kW, exactly k hours are above 1,000 - k kW."""
    with opened(ramp, tmp_path) as frame:
        rows = result(frame, "load_duration", LOAD).tables["duration"].to_pylist()
    assert all(row["kw"] == pytest.approx(1000 - 10 * row["share_of_time_percent"]) for row in rows[:-1])


def test_the_hours_near_the_peak_are_counted(ramp: Path, tmp_path: Path) -> None:
    """900 to 1,000 kW are 101 hours; half of the values are below 500.5 kW."""
    with opened(ramp, tmp_path) as frame:
        facts = result(frame, "load_duration", LOAD).facts
    assert (facts["near_peak_hours"], facts["median_kw"], facts["peak_kw"]) == (101, 500.5, 1000)
    assert facts["exceeded_1_percent_kw"] == pytest.approx(990.01)
