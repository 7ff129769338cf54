"""Energy out of hours, worked out by hand, and on the steel table in plain Python."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.engines.opening import STEEL, opened, reason, result, stamps, written
from tests.engines.steel import usage

from headgate.catalogue.meaning import Fold, Role

LOAD = {"load": "Power [kW]", "timestamp": "Time"}
TWO_WEEKS = stamps("2024-01-01", 14 * 24, 60)  # a Monday
ROLES = {"Shift": (Role.SHIFT, Fold.NONE), "Occupied": (Role.OCCUPANCY, Fold.NONE), "Mode": (Role.STATE, Fold.NONE)}


def at_work(time: str) -> bool:
    """Monday to Friday, 07:00 to 19:00, read from the stamp."""
    moment = datetime.fromisoformat(time)
    return moment.weekday() < 5 and 7 <= moment.hour < 19


def test_values_two_hours_apart_and_thirteen_days_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": TWO_WEEKS[:-24], "Power [kW]": [1] * 13 * 24})
    with opened(path, tmp_path) as frame:
        assert reason(frame, "out_of_hours", LOAD) == "The values cover 13 days; this analysis needs 14 or more."
    path = written(tmp_path, {"Time": stamps("2024-01-01", 240, 120), "Power [kW]": [1] * 240})
    with opened(path, tmp_path) as frame:
        assert "this analysis needs 1 hour or less" in reason(frame, "out_of_hours", LOAD)


def test_hours_that_never_end_leave_nothing_to_compare(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [1] * 336}), tmp_path) as frame:
        said = reason(frame, "out_of_hours", LOAD, first_hour=0, last_hour=24, days="every_day")
    assert said == "No interval is out of hours (every day 00:00 to 24:00), so there is nothing to compare."


def test_a_load_of_zero_has_no_part_out_of_hours(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [0] * 336}), tmp_path) as frame:
        assert "no energy above zero" in reason(frame, "out_of_hours", LOAD)


def test_a_state_that_says_neither_on_nor_off_is_refused_without_its_words(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [1] * 336, "Mode": ["purple", "green"] * 168})
    with opened(path, tmp_path, ROLES) as frame:
        said = reason(frame, "out_of_hours", {**LOAD, "occupancy": "Mode"})
    assert said == "“Mode” says neither on nor off; choose another column, or go by the clock."


def test_without_the_calendar_holidays_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [1] * 336}), tmp_path) as frame:
        assert "install headgate[models]" in reason(frame, "out_of_hours", LOAD, holidays="GB")
        assert result(frame, "out_of_hours", LOAD).facts["out_of_hours_share"] is not None


def test_the_week_is_cut_by_the_clock(tmp_path: Path) -> None:
    """10 kW at work (120 h), 2 kW else (216 h): 1,200 and 432 kWh. Sunday night to Monday 07:00 is weekend."""
    power = [10 if at_work(time) else 2 for time in TWO_WEEKS]
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": power}), tmp_path) as frame:
        found = result(frame, "out_of_hours", LOAD)
    assert found.facts["out_of_hours_kwh"] == 432.0
    assert found.facts["out_of_hours_share"] == pytest.approx(432 / 1632)
    assert found.facts["out_of_hours_time_share"] == pytest.approx(216 / 336)
    assert (found.facts["quiet_kw"], found.facts["above_quiet_kwh"]) == (2.0, 0.0)
    hours = {row["part"]: row["hours"] for row in found.tables["parts"].to_pylist()}
    # The first seven hours are those of a Sunday: two weekends of 48 h, the second of which ends with the table.
    assert hours == {"Working hours": 120.0, "Weekends": 7 + 48 + 41.0, "Nights": 120.0}
    assert found.warnings == (
        "The working hours (Monday to Friday 07:00 to 19:00) are an assumption: give your own where they differ.",
    )


def test_hours_that_somebody_chose_are_no_assumption_and_may_pass_midnight(tmp_path: Path) -> None:
    """Monday to Saturday from 22:00 to 06:00: eight hours a night, of which Sunday's begins at no time."""
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [1] * 336}), tmp_path) as frame:
        found = result(frame, "out_of_hours", LOAD, first_hour=22, last_hour=6, days="monday_to_saturday")
    assert found.warnings == ()
    parts = {row["part"]: row["hours"] for row in found.tables["parts"].to_pylist()}
    assert parts["Working hours"] == 12 * 8
    assert set(parts) == {"Working hours", "Nights", "Sundays"}


def test_demand_above_the_quiet_level_is_what_could_be_saved(tmp_path: Path) -> None:
    """Out of hours 2 kW, but 6 kW on the second weekend from Saturday 07:00 on (41 h): 41 × 4 kWh too much."""
    loud = "2024-01-13 07:00"
    power = [10 if at_work(time) else 6 if time >= loud else 2 for time in TWO_WEEKS]
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": power}), tmp_path) as frame:
        assert result(frame, "out_of_hours", LOAD).facts["above_quiet_kwh"] == 41 * 4


def test_public_holidays_of_a_country_are_no_working_days(tmp_path: Path) -> None:
    """1 January 2024 is a Monday and a holiday in England: 24 hours from 07:00, twelve of work fewer."""
    with opened(written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [1] * 336}), tmp_path) as frame:
        found = result(frame, "out_of_hours", LOAD, holidays="GB")
    parts = {row["part"]: row["hours"] for row in found.tables["parts"].to_pylist()}
    assert (parts["Working hours"], parts["Public holidays"]) == (108.0, 24.0)
    assert "without the public holidays of GB" in found.sentences[0]
    assert "regional and company holidays are not" in found.warnings[1]


def test_a_column_that_says_who_is_there_overrules_the_clock(tmp_path: Path) -> None:
    """People are there at night only; rows on which nobody says are left out."""
    night = [int(time[11:13] < "06") for time in TWO_WEEKS]
    occupied: list[float | None] = [*night[:-2], None, None]
    path = written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [3 if on else 1 for on in night], "Occupied": occupied})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "out_of_hours", {**LOAD, "occupancy": "Occupied"})
    assert found.facts["out_of_hours_kwh"] == 14 * 18 - 2
    assert found.facts["working_hours_mean_kw"] == 3.0
    assert found.warnings == ("2 intervals without a value of “Occupied” left out.",)


def test_a_shift_without_a_name_is_no_shift(tmp_path: Path) -> None:
    shift = ["early" if time[11:13] < "12" else None for time in TWO_WEEKS]
    with opened(
        written(tmp_path, {"Time": TWO_WEEKS, "Power [kW]": [1] * 336, "Shift": shift}), tmp_path, ROLES
    ) as frame:
        found = result(frame, "out_of_hours", {**LOAD, "occupancy": "Shift"})
    assert found.facts["out_of_hours_kwh"] == 168.0
    assert found.warnings == ()


def test_the_parts_of_the_steel_table_are_those_of_a_plain_sum(tmp_path: Path) -> None:
    out = total = 0.0
    for start, kwh in usage():
        moment = start - timedelta(hours=7)
        total += kwh
        if moment.weekday() > 4 or moment.hour >= 12:
            out += kwh
    with opened(STEEL, tmp_path) as frame:
        found = result(frame, "out_of_hours", {"load": "Usage_kWh", "timestamp": "date"})
    assert found.facts["out_of_hours_kwh"] == pytest.approx(out)
    assert found.facts["out_of_hours_share"] == pytest.approx(out / total)
    assert sum(row["kwh"] for row in found.tables["parts"].to_pylist()) == pytest.approx(total)
