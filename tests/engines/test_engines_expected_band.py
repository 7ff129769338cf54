"""The expected band: an excess put in by hand is found with its size, and what is usual is none."""

from __future__ import annotations

import math
import random
from datetime import datetime
from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written

from headgate.engines.models.usual_week import band

ASK = {"measure": ["Electricity [kWh]"], "timestamp": ["Time"]}
WEEKS = 16
CHANCE = random.Random(1)
NOISE = [CHANCE.gauss(0, 2) for _ in range(WEEKS * 168)]
EVENT = range(9 * 168 + 22, 9 * 168 + 28)  # six hours from 22:00 of a Monday


def usual(at: int) -> float:
    day, hour = at // 24 % 7, at % 24
    return 30 + (70 if day < 5 and 7 <= hour < 18 else 0) + NOISE[at]


def table(folder: Path, excess: float = 0.0, **more: list[Cell]) -> Path:
    use: list[Cell] = [usual(at) + (excess if at in EVENT else 0) for at in range(WEEKS * 168)]
    columns: dict[str, list[Cell]] = {"Time": list(stamps("2024-01-01", len(use), 60)), "Electricity [kWh]": use}
    return written(folder, columns | more)


def test_four_weeks_are_needed(tmp_path: Path) -> None:
    short = {"Time": stamps("2024-01-01", 27 * 24, 60), "Electricity [kWh]": [usual(at) for at in range(27 * 24)]}
    with opened(written(tmp_path, short), tmp_path) as frame:
        assert "cover 27 days" in refused(frame, "expected_band", ASK)


def test_values_without_a_pattern_of_the_week_have_no_band(tmp_path: Path) -> None:
    use: list[Cell] = [CHANCE.gauss(100, 10) for _ in range(WEEKS * 168)]
    columns = {"Time": stamps("2024-01-01", len(use), 60), "Electricity [kWh]": use}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        assert "no pattern of the week" in refused(frame, "expected_band", ASK)


def test_an_excess_of_a_night_is_the_greatest_event_with_its_size_and_cost(tmp_path: Path) -> None:
    """40 kWh more in each of six hours: 240 kWh, 60 at 0.25."""
    with opened(table(tmp_path, 40.0), tmp_path) as frame:
        result = found(frame, "expected_band", ASK, tariff=0.25)
    event = result.tables["events"].to_pylist()[0]
    assert event["start"] == datetime(2024, 3, 4, 22)
    assert (event["intervals"], event["side"]) == (6, "above")
    assert event["excess"] == pytest.approx(240, abs=12)
    assert event["cost"] == pytest.approx(60, abs=3)
    assert "The greatest began on 4 Mar 2024 22:00 and lasted 6 hours" in result.sentences[1]


def test_the_control_an_ordinary_course_has_no_such_event(tmp_path: Path) -> None:
    with opened(table(tmp_path), tmp_path) as frame:
        result = found(frame, "expected_band", ASK, min_event=4)
    assert result.facts["events"] == 0
    assert "stayed within what is usual" in result.sentences[0]


def test_the_band_holds_about_as_many_values_as_it_says(tmp_path: Path) -> None:
    with opened(table(tmp_path), tmp_path) as frame:
        wide = found(frame, "expected_band", ASK, coverage_percent=95.0)
        narrow = found(frame, "expected_band", ASK, coverage_percent=60.0)
    assert wide.facts["coverage_percent"] == pytest.approx(95, abs=3)
    assert narrow.facts["coverage_percent"] == pytest.approx(60, abs=6)
    assert wide.facts["checked_periods"] == WEEKS / 4 * 168


def test_a_cold_spell_is_no_event_where_the_temperature_is_known(tmp_path: Path) -> None:
    cold: list[Cell] = [10 + 8 * math.sin(at / 400) for at in range(WEEKS * 168)]
    use: list[Cell] = [usual(at) + 6 * max(0.0, 12 - float(t or 0)) for at, t in enumerate(cold)]
    path = table(tmp_path, **{"Electricity [kWh]": use, "Outdoor temperature [degC]": cold})
    with opened(path, tmp_path) as frame:
        blind = found(frame, "expected_band", ASK)
        seeing = found(frame, "expected_band", ASK | {"drivers": ["Outdoor temperature [degC]"]})
    assert float(seeing.facts["explained_share"] or 0) > float(blind.facts["explained_share"] or 0) + 0.1
    assert float(seeing.facts["explained_share"] or 0) > 0.95


def test_the_level_of_an_hour_is_the_mean_of_the_weeks_that_teach_it() -> None:
    slots = [at % 168 for at in range(WEEKS * 168)]
    found = band(
        slots, [at // 168 for at in range(WEEKS * 168)], [usual(at) for at in range(WEEKS * 168)], None, [], 0.9
    )
    assert found is not None
    assert len(found.expected) == len(found.width) == WEEKS * 168
    # The level of a slot is the mean of the two weeks in four that teach it.
    taught = [usual(week * 168 + 5) for week in range(WEEKS) if week % 4 in (0, 2)]
    assert found.expected[5] == pytest.approx(sum(taught) / len(taught), abs=1e-6)
