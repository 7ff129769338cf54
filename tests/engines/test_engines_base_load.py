"""The base load, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, result, stamps, written

LOAD = {"load": "Power [kW]", "timestamp": "Time"}


def test_the_base_load_is_the_interpolated_five_per_cent_quantile(tmp_path: Path) -> None:
    """401 values 0 to 400: 5 % of the 400 steps between them is 20."""
    path = written(tmp_path, {"Time": stamps("2024-01-01", 401, 60), "Power [kW]": [(n * 7) % 401 for n in range(401)]})
    with opened(path, tmp_path) as frame:
        facts = result(frame, "base_load", LOAD).facts
    assert (facts["base_kw"], facts["lowest_kw"]) == (20.0, 0.0)
    assert facts["base_share"] == pytest.approx(20 * 401 / (400 * 401 / 2))


def test_the_night_is_the_median_from_midnight_to_five(tmp_path: Path) -> None:
    """Nights of 3, 4, 5, 6 and 7 kW and days of 50 kW: 5 kW, which is more than the 5 % quantile says."""
    times = stamps("2024-01-01", 14 * 24, 60)
    power = [3 + int(time[11:13]) if time[11:13] < "05" else 50 for time in times]
    with opened(written(tmp_path, {"Time": times, "Power [kW]": power}), tmp_path) as frame:
        assert result(frame, "base_load", LOAD, method="night").facts["base_kw"] == 5.0
        assert result(frame, "base_load", LOAD).facts["base_kw"] == 4.0


def test_a_month_in_which_more_was_left_running_is_named(tmp_path: Path) -> None:
    times = stamps("2024-01-01", 60 * 24, 60)
    power = [10 if time < "2024-02" else 16 for time in times]
    with opened(written(tmp_path, {"Time": times, "Power [kW]": power}), tmp_path) as frame:
        found = result(frame, "base_load", LOAD)
    assert found.tables["months"].to_pylist() == [
        {"month": "Jan 2024", "base_kw": 10.0},
        {"month": "Feb 2024", "base_kw": 16.0},
    ]
    assert found.sentences[-1] == (
        "By month it lies between 10 kW (Jan 2024) and 16 kW (Feb 2024): "
        "what runs in Feb 2024 that does not in Jan 2024?"
    )


def test_a_load_of_zero_has_a_base_load_and_no_share(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 400, 60), "Power [kW]": [0] * 400})
    with opened(path, tmp_path) as frame:
        found = result(frame, "base_load", LOAD)
    assert (found.facts["base_kw"], found.facts["base_share"]) == (0.0, None)
    assert len(found.sentences) == 1
