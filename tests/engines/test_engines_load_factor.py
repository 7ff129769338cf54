"""The load factor, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, result, stamps, written

LOAD = {"load": "Power [kW]", "timestamp": "Time"}


def test_the_load_factor_is_mean_over_peak_of_the_whole_and_of_each_month(tmp_path: Path) -> None:
    """January 744 h: 100 kW once, else 20. February 2024 696 h: 30 kW always."""
    times = stamps("2024-01-01", 60 * 24, 60)
    power = [100 if n == 500 else 20 if time < "2024-02" else 30 for n, time in enumerate(times)]
    with opened(written(tmp_path, {"Time": times, "Power [kW]": power}), tmp_path) as frame:
        found = result(frame, "load_factor", LOAD)
    mean = (743 * 20 + 100 + 696 * 30) / 1440
    assert found.facts["load_factor"] == pytest.approx(mean / 100)
    assert [row["load_factor"] for row in found.tables["periods"].to_pylist()] == pytest.approx(
        [(743 * 20 + 100) / 744 / 100, 1.0]
    )


@pytest.mark.parametrize(("grain", "periods"), [("day", 21), ("week", 3), ("month", 1)])
def test_each_grain_has_its_periods(tmp_path: Path, grain: str, periods: int) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 21 * 24, 60), "Power [kW]": [1, 2, 3] * 7 * 24})
    with opened(path, tmp_path) as frame:
        found = result(frame, "load_factor", LOAD, grain=grain)
    assert found.tables["periods"].num_rows == periods
    assert found.tables["periods"]["load_factor"].to_pylist() == pytest.approx([2 / 3] * periods)


def test_a_week_cut_short_is_not_called_the_best(tmp_path: Path) -> None:
    """Two whole weeks of 1, 2, 3 kW and one day of 3 kW, which would have a load factor of 1."""
    power = [1, 2, 3] * 14 * 8 + [3] * 24
    path = written(tmp_path, {"Time": stamps("2024-01-01", 15 * 24, 60), "Power [kW]": power})
    with opened(path, tmp_path) as frame:
        found = result(frame, "load_factor", LOAD, grain="week")
    assert found.tables["periods"]["load_factor"].to_pylist() == [pytest.approx(2 / 3), pytest.approx(2 / 3), None]
    assert "15 Jan" not in " ".join(found.sentences)


def test_a_gap_is_left_out_of_the_mean(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 40, 60), "Power [kW]": [10, None, 20, 30] * 10})
    with opened(path, tmp_path) as frame:
        assert result(frame, "load_factor", LOAD).facts["mean_kw"] == 20.0
