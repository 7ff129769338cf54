"""Registers made into intervals, worked out by hand and from the energy they were made of."""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import STEEL, Cell, opened, reason, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

READING = "Meter reading [kWh]"
ASKED = {"register": READING, "timestamp": "Time"}
EACH = {**ASKED, "entity": "Meter"}
ROLES = {READING: (Role.ENERGY_CUMULATIVE, Fold.LAST), "Meter": (Role.ENTITY, Fold.NONE)}


def hourly(readings: list[Cell]) -> dict[str, list[Cell]]:
    return {"Time": list(stamps("2024-01-01", len(readings), 60)), READING: readings}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"Time": stamps("2024-01-01", 3, 60), READING: ["x", "y", "z"]},
            "“Meter reading [kWh]” does not hold numbers.",
        ),
        ({"Time": ["2024-01-01"] * 3, READING: [1, 2, 3]}, "“Time” holds fewer than two different times."),
        (hourly([1, None, None]), "“Meter reading [kWh]” has fewer than two readings with a time."),
        (hourly([5, 6, 4, 8, 7, 9]), "“Meter reading [kWh]” falls on 40.0 % of its steps; a register rises on 98 %"),
    ],
)
def test_what_is_no_register_is_skipped(tmp_path: Path, columns: dict[str, list[Cell]], expected: str) -> None:
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        assert expected in reason(frame, "register_to_interval", ASKED)


def test_one_fall_in_fifty_steps_is_let_pass_and_one_in_forty_nine_is_not(tmp_path: Path) -> None:
    readings: list[Cell] = [1000.0 + n for n in range(50)]
    with opened(written(tmp_path, hourly([*readings, 5])), tmp_path, ROLES) as frame:
        assert result(frame, "register_to_interval", ASKED).facts["rising_share"] == 0.98
    (tmp_path / "more").mkdir()
    with opened(written(tmp_path / "more", hourly([*readings[1:], 5])), tmp_path, ROLES) as frame:
        assert "falls on 2.0 %" in reason(frame, "register_to_interval", ASKED)


def test_what_was_used_is_the_last_less_the_first_reading(tmp_path: Path) -> None:
    """100 readings of 3 kWh an hour, out of order, one of them twice and one empty."""
    columns = hourly([100.0 + 3 * n for n in range(100)])
    columns = {name: [*cells[50:], *cells[:50], cells[7]] for name, cells in columns.items()}
    columns[READING][20] = None
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", ASKED)
    assert (said.facts["used_kwh"], said.facts["last_less_first_kwh"], said.facts["steps"]) == (297, 297, 98)
    assert said.sentences == (
        "“Meter reading [kWh]” counted 297 kWh from 1 Jan 2024 00:00 to 5 Jan 2024 03:00.",
        "That is the last less the first reading: no step falls.",
    )
    assert said.warnings == ("1 step spans a gap between readings: 6 kWh spread evenly over it.",)
    periods = said.tables["periods"].to_pylist()
    assert [(row["used"], row["incomplete"]) for row in periods] == [(72, False)] * 4 + [(9, True)]


def test_digits_that_run_out_are_seen_and_an_exchange_is_left_out(tmp_path: Path) -> None:
    """99,600 to 99,990 in tens, then 0, 10 … 500; an exchange from 500 to 20 and 10 more steps of 10."""
    readings: list[Cell] = [*range(99_600, 100_000, 10), *range(0, 510, 10), *range(20, 130, 10)]
    with opened(written(tmp_path, hourly(readings)), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", ASKED)
    assert (said.facts["rollovers"], said.facts["exchanges"]) == (1, 1)
    assert said.facts["used_kwh"] == 390 + 10 + 500 + 100
    assert [
        (row["taken_as"], row["before"], row["after"], row["used"]) for row in said.tables["exceptions"].to_pylist()
    ] == [
        ("rollover", 99_990, 0, 10),
        ("exchange", 500, 20, None),
    ]
    used, difference, rolled, left = (
        said.facts[name] for name in ("used_kwh", "last_less_first_kwh", "rolled_over_kwh", "left_out_kwh")
    )
    assert used == difference + rolled - left


def test_a_fall_from_near_the_end_that_would_make_too_large_a_step_is_an_exchange(tmp_path: Path) -> None:
    """From 95,000 to 30: a rollover would be 5,030 where no other step is above 10."""
    readings: list[Cell] = [*range(94_500, 95_010, 10), *range(30, 130, 10)]
    with opened(written(tmp_path, hourly(readings)), tmp_path, ROLES) as frame:
        facts = result(frame, "register_to_interval", ASKED).facts
    assert (facts["rollovers"], facts["exchanges"], facts["used_kwh"]) == (0, 1, 500 + 90)


def test_the_rollover_that_the_user_gave_counts_though_no_digits_say_so(tmp_path: Path) -> None:
    """From 65,530 on to 4 of a counter that ends at 65,536: 10 kWh. A small fall is no rollover even then."""
    readings: list[Cell] = [*range(64_930, 65_540, 10), *range(4, 604, 10), 590, *range(600, 700, 10)]
    with opened(written(tmp_path, hourly(readings)), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", ASKED, rollover=65_536.0)
        without = result(frame, "register_to_interval", ASKED)
        wrong = result(frame, "register_to_interval", ASKED, rollover=1_000.0)
    assert (said.facts["rollovers"], said.facts["exchanges"]) == (1, 1)
    assert said.facts["used_kwh"] == 600 + 10 + 590 + 100
    assert (without.facts["rollovers"], without.facts["exchanges"]) == (0, 2)
    assert wrong.warnings == (
        "Some readings are above the rollover you gave, so it is not where this register starts again.",
    )


def test_a_step_larger_than_the_user_allows_is_left_out(tmp_path: Path) -> None:
    with opened(written(tmp_path, hourly([0, 10, 20, 9_020, 9_030])), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", ASKED, max_step=50.0)
    assert (said.facts["too_large"], said.facts["used_kwh"], said.facts["left_out_kwh"]) == (1, 30, 9_000)
    assert said.sentences[-1] == "1 step is larger than the largest step you gave and left out."


def test_each_meter_has_its_own_steps(tmp_path: Path) -> None:
    """A counts 1 an hour from 10 on, B 5 from 1,000 on; between the two there is no step."""
    times_of_day = stamps("2024-01-01", 60, 60)
    columns = {
        "Time": [each for each in times_of_day for _ in "AB"],
        "Meter": ["A", "B"] * 60,
        READING: [value for n in range(60) for value in (10 + n, 1000 + 5 * n)],
    }
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", EACH)
    assert [(row["entity"], row["used"], row["readings"]) for row in said.tables["entities"].to_pylist()] == [
        ("B", 295, 60),
        ("A", 59, 60),
    ]
    assert said.facts["used_kwh"] == 354
    assert sum(row["used"] for row in said.tables["periods"].to_pylist()) == 354


def test_readings_once_a_month_are_divided_among_the_periods_they_cross(tmp_path: Path) -> None:
    """1 kWh a day, read on the 11th, with a year and a month between two readings: each month has its days."""
    at = [datetime(2024, month, 11) for month in range(1, 13)] + [datetime(2026, month, 11) for month in range(1, 3)]
    readings = [float((each - at[0]).days) for each in at]
    columns: dict[str, list[Cell]] = {"Time": [f"{each:%Y-%m-%d}" for each in at], READING: list(readings)}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        periods = result(frame, "register_to_interval", ASKED).tables["periods"].to_pylist()
    for row in periods:
        start = row["start"]
        end = (start + timedelta(days=32)).replace(day=1)
        assert row["used"] == pytest.approx((min(end, at[-1]) - max(start, at[0])).days)
    assert len(periods) == 26


def test_a_reading_is_of_its_moment_even_where_stamps_end_intervals(tmp_path: Path) -> None:
    """From 00:15 to 24:00 stamps would end intervals; the steps lie between the readings all the same."""
    day = [f"2024-01-{1 + n // 96:02d} {n % 96 // 4:02d}:{n % 4 * 15:02d}" for n in range(1, 97 * 2 - 1)]
    columns: dict[str, list[Cell]] = {"Time": list(day), READING: [float(n) for n in range(len(day))]}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", ASKED)
    assert said.tables["entities"].to_pylist()[0]["first"] == datetime(2024, 1, 1, 0, 15)
    assert said.tables["periods"].to_pylist()[0] == {
        "start": datetime(2024, 1, 1),
        "used": 3,
        "covered_share": 0.75,
        "incomplete": True,
    }


def test_the_steel_plant_s_energy_added_up_to_a_register_gives_its_months_back(tmp_path: Path) -> None:
    """A five-digit register of the year's 959,637 kWh, which starts again at zero nine times."""
    with gzip.open(STEEL, "rt", encoding="utf-8", newline="") as lines:
        energy = [float(row["Usage_kWh"]) for row in csv.DictReader(lines)]
    readings = [f"{value % 100_000:.2f}" for value in accumulate([0.0, *energy])]
    columns: dict[str, list[Cell]] = {"Time": list(stamps("2018-01-01", len(readings), 15)), READING: list(readings)}
    weeks: dict[datetime, float] = defaultdict(float)
    for n, value in enumerate(energy):
        at = datetime(2018, 1, 1) + timedelta(minutes=15 * n)
        weeks[datetime(at.year, at.month, at.day) - timedelta(days=at.weekday())] += value
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "register_to_interval", ASKED)
    assert (said.facts["rollovers"], said.facts["exchanges"]) == (9, 0)
    assert said.facts["used_kwh"] == pytest.approx(sum(energy), abs=0.01)
    found = {row["start"]: row["used"] for row in said.tables["periods"].to_pylist()}
    assert found == pytest.approx(weeks, abs=0.02)


@given(st.lists(st.integers(0, 40), min_size=60, max_size=120), st.integers(0, 9_999))
@settings(max_examples=times(10), deadline=None)
def test_a_register_gives_back_what_it_was_made_of_wherever_it_starts(used: list[int], first: int) -> None:
    used = [40, *used]
    readings: list[Cell] = [value % 10_000 for value in accumulate([first, *used])]
    with (
        tempfile.TemporaryDirectory() as name,
        opened(written(Path(name), hourly(readings)), Path(name), ROLES) as frame,
    ):
        said = result(frame, "register_to_interval", ASKED, rollover=10_000.0)
    assert said.facts["used_kwh"] == sum(used)
    assert sum(row["used"] for row in said.tables["periods"].to_pylist()) == pytest.approx(sum(used))
