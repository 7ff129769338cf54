"""What the load kinds will not analyse, and that they say why without a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, reason, stamps, written

from headgate.catalogue.meaning import Fold, Role

LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}
TWO_WEEKS = ["load_profile", "load_heatmap", "load_duration", "base_load"]
AN_HOUR = [*TWO_WEEKS, "peak_demand"]


@pytest.mark.parametrize("kind", AN_HOUR)
def test_values_two_hours_apart_are_too_far_apart_for_demand(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 240, 120), "Energy [kWh]": [4321.5] * 240})
    with opened(path, tmp_path) as frame:
        assert reason(frame, kind, LOAD) == "The values are 2 hours apart; this analysis needs 1 hour or less."


@pytest.mark.parametrize("kind", TWO_WEEKS)
def test_thirteen_days_are_too_few_where_fourteen_are_needed(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 13 * 24, 60), "Energy [kWh]": [4321.5] * 13 * 24})
    with opened(path, tmp_path) as frame:
        assert reason(frame, kind, LOAD) == "The values cover 13 days; this analysis needs 14 or more."


@pytest.mark.parametrize("kind", [*AN_HOUR, "load_factor"])
def test_a_column_of_words_is_no_load_whatever_its_header_says(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 400, 60), "Energy [kWh]": ["on", "off"] * 200})
    with opened(path, tmp_path, {"Energy [kWh]": (Role.ENERGY_INTERVAL, Fold.SUM)}) as frame:
        assert reason(frame, kind, LOAD) == "“Energy [kWh]” does not hold numbers."


@pytest.mark.parametrize("kind", [*AN_HOUR, "load_factor"])
def test_a_load_without_one_value_is_skipped(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 400, 60), "Energy [kWh]": [None] * 400})
    with opened(path, tmp_path, {"Energy [kWh]": (Role.ENERGY_INTERVAL, Fold.SUM)}) as frame:
        assert "Energy [kWh]" in reason(frame, kind, LOAD)


@pytest.mark.parametrize("kind", [*AN_HOUR, "load_factor"])
def test_stamps_that_are_no_stamps_give_no_interval(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, {"Time": ["early", "late"] * 200, "Energy [kWh]": [5] * 400})
    with opened(path, tmp_path, {"Time": (Role.TIMESTAMP, Fold.NONE)}) as frame:
        assert reason(frame, kind, LOAD) == "“Time” has no regular interval, so demand cannot be worked out."


def test_a_load_that_is_always_zero_has_no_load_factor(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 400, 60), "Energy [kWh]": [0] * 400})
    with opened(path, tmp_path) as frame:
        assert reason(frame, "load_factor", LOAD).endswith("has no demand above zero, so it has no load factor.")


@pytest.mark.parametrize("minutes", [20, 50, 1])
def test_a_window_that_is_no_multiple_of_the_interval_is_refused(tmp_path: Path, minutes: int) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 400, 15), "Energy [kWh]": [5] * 400})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "peak_demand", LOAD, window_minutes=minutes)
        assert said.endswith("choose a multiple of 15 minutes.")


def test_no_night_value_no_night_base_load(tmp_path: Path) -> None:
    days = [f"2024-01-{day:02d} {hour:02d}:00" for day in range(1, 21) for hour in range(8, 18)]
    path = written(tmp_path, {"Time": days, "Energy [kWh]": [5] * len(days)})
    with opened(path, tmp_path) as frame:
        assert reason(frame, "base_load", LOAD, method="night").endswith("has no value between 00:00 and 05:00.")
