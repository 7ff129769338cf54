"""A rule of the user's own: refused without limits, counted by hand, over the steel table with the standard library."""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.asking import found, refused
from tests.engines.opening import STEEL, opened, stamps, written
from tests.scale import times

Row = float | None


def plant(folder: Path, load: Sequence[Row], outdoor: Sequence[Row]) -> Path:
    columns = {"Time": stamps("2024-01-01", len(load), 15), "Load [kW]": load, "Outdoor [°C]": outdoor}
    return written(folder, {**columns, "Other [kWh]": [1] * len(load)})


ABOVE = {"above": ["Load [kW]"], "timestamp": ["Time"]}
BOTH = {**ABOVE, "below": ["Outdoor [°C]"]}


@pytest.mark.parametrize(
    ("inputs", "params", "why"),
    [
        (
            {"timestamp": ["Time"]},
            {},
            "The rule has no condition; choose a column that has to be above or below a limit.",
        ),
        (ABOVE, {}, "No limit is given for “Load [kW]”; set the parameter upper."),
        (ABOVE, {"lower": 5.0}, "No limit is given for “Load [kW]”; set the parameter upper."),
        (BOTH, {"upper": 5.0}, "No limit is given for “Outdoor [°C]”; set the parameter lower."),
        (
            {"above": ["Load [kW]", "Outdoor [°C]"], "timestamp": ["Time"]},
            {"upper": 5.0},
            "One limit cannot hold for columns in kW and °C; choose columns of one unit.",
        ),
    ],
)
def test_a_rule_without_a_condition_or_a_limit_is_refused(
    tmp_path: Path, inputs: dict[str, list[str]], params: dict[str, float], why: str
) -> None:
    with opened(plant(tmp_path, [10.0] * 30, [5.0] * 30), tmp_path) as frame:
        assert refused(frame, "event_rule", inputs, **params) == why


def test_columns_that_never_meet_are_refused(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [10.0, None] * 15, [None, 5.0] * 15), tmp_path) as frame:
        assert refused(frame, "event_rule", BOTH, upper=5.0, lower=9.0) == (
            "At no moment all columns of the rule have a value."
        )


def test_stretches_above_a_limit_are_counted_with_what_lies_above(tmp_path: Path) -> None:
    """Above 100: 110 and 120 (half an hour, 10 + 20 kW for a quarter each: 7.5 kWh), 140 (10 kWh); 100 is not above."""
    load = [50, 110, 120, 100, 50, 140, 50, 50]
    with opened(plant(tmp_path, load, [5] * 8), tmp_path) as frame:
        said = found(frame, "event_rule", ABOVE, upper=100.0)
        long = found(frame, "event_rule", ABOVE, upper=100.0, min_minutes=30)
        never = found(frame, "event_rule", ABOVE, upper=500.0)
    assert (said.facts["events"], said.facts["event_hours"], said.facts["event_share"]) == (2, 0.75, 0.375)
    assert said.facts["excess_kwh"] == pytest.approx(17.5)
    assert [(row["start"], row["hours"], row["excess_kwh"]) for row in said.tables["events"].to_pylist()] == [
        (datetime(2024, 1, 1, 0, 15), 0.5, 7.5),
        (datetime(2024, 1, 1, 1, 15), 0.25, 10.0),
    ]
    assert (long.facts["events"], long.facts["excess_kwh"]) == (1, 7.5)
    assert long.sentences[0].startswith("“Load [kW]” above 100 kW: once for 30 minutes or longer, 30 minutes in all")
    assert never.facts["events"] == 0
    assert never.sentences == ("“Load [kW]” above 500 kW: at no time in the 2 hours that have the values.",)


@pytest.mark.parametrize(("join", "hours"), [("and", 0.5), ("or", 1.5)])
def test_conditions_are_joined_as_asked(tmp_path: Path, join: str, hours: float) -> None:
    """Above 100 at 4 of 8 moments, below 5 at 4, both at 2, one of them at 6."""
    load, outdoor = [110, 110, 110, 110, 50, 50, 50, 50], [9, 9, 2, 2, 2, 2, 9, 9]
    with opened(plant(tmp_path, load, outdoor), tmp_path) as frame:
        said = found(frame, "event_rule", BOTH, upper=100.0, lower=5.0, join=join)
    assert said.facts["event_hours"] == hours
    assert said.sentences[0].startswith(f"“Load [kW]” above 100 kW {join} “Outdoor [°C]” below 5 °C: once")


def test_with_or_a_column_without_a_value_leaves_the_other_its_say(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [110, None, 50, 50], [None, 2, None, 9]), tmp_path) as frame:
        said = found(frame, "event_rule", BOTH, upper=100.0, lower=5.0, join="or")
    assert (said.facts["event_hours"], said.facts["hours"]) == (0.5, 1.0)


def test_the_steel_works_above_eighty_kilowatt_hours_a_quarter(tmp_path: Path) -> None:
    """Counted over the file: stamps in order, midnight rows of the day after, runs of values above 80 kWh."""
    with gzip.open(STEEL, "rt", encoding="utf-8") as file:
        rows = [(row["date"], int(row["NSM"]), float(row["Usage_kWh"])) for row in csv.DictReader(file)]
    days = [(datetime.strptime(stamp.split(" ")[0], "%d/%m/%Y"), nsm or 86_400, value) for stamp, nsm, value in rows]
    values = [value for *_, value in sorted(days)]
    runs = [len(list(run)) for above, run in groupby(value > 80 for value in values) if above]
    with opened(STEEL, tmp_path) as frame:
        facts = found(
            frame, "event_rule", {"above": ["Usage_kWh"], "timestamp": ["date"]}, upper=80.0, min_minutes=60
        ).facts
    assert facts["events"] == sum(run >= 4 for run in runs)
    assert facts["event_hours"] == sum(run for run in runs if run >= 4) / 4
    assert facts["longest_hours"] == max(runs) / 4


@given(st.lists(st.sampled_from([0, 90, 110, 150, None]), min_size=5, max_size=60))
@settings(max_examples=times(10), deadline=None)
def test_events_and_periods_add_up_to_the_moments_that_hold(load: list[int | None]) -> None:
    load = [110, *load, 0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = plant(folder, load, [5] * len(load))
        with opened(path, folder) as frame:
            said = found(frame, "event_rule", ABOVE, upper=100.0)
    held = [value for value in load if value is not None and value > 100]
    assert said.facts["event_hours"] == len(held) / 4 == sum(said.tables["periods"]["hours"].to_pylist())
    assert said.facts["excess_kwh"] == pytest.approx(sum(value - 100 for value in held) / 4)
