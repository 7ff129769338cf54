"""Two valves against each other, counted by hand and, on an air handler's table, with the standard library."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import opened, reason, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

ROLES = {"Heating": (Role.POSITION, Fold.MEAN), "Cooling": (Role.POSITION, Fold.MEAN)}
BOTH = {"heating": "Heating", "cooling": "Cooling"}
TIMED = {**BOTH, "timestamp": "Time"}
AHU = "c_lbnl_fdd_mzvav-2-1_head.csv"


@pytest.mark.parametrize("values", [[0, 250.5, 0], [-40, 0, 80]], ids=["beyond open", "below shut"])
def test_values_that_are_no_positions_are_refused(tmp_path: Path, values: list[float]) -> None:
    with opened(written(tmp_path, {"Heating": values * 4, "Cooling": [0] * 12}), tmp_path, ROLES) as frame:
        said = reason(frame, "simultaneous_heat_cool", BOTH)
    assert said == "The values of “Heating” are neither from 0 to 1 nor from 0 to 100."


def test_words_that_say_neither_on_nor_off_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"Heating": ["red", "blue", "green"] * 4, "Cooling": [0.5] * 12})
    with opened(path, tmp_path, ROLES) as frame:
        said = reason(frame, "simultaneous_heat_cool", BOTH)
    assert said == "No word in “Heating” says that something is on or off."


def test_no_row_with_both_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"Heating": [1, None] * 6, "Cooling": [None, 1] * 6})
    with opened(path, tmp_path, ROLES) as frame:
        assert reason(frame, "simultaneous_heat_cool", BOTH) == "No row has both positions."


@pytest.mark.parametrize("full", [1, 100])
def test_positions_may_go_to_one_or_to_a_hundred(tmp_path: Path, full: int) -> None:
    """Of ten moments heating is open in 4, cooling in 6, both in 2, in which the smaller one is at 20 %."""
    heating = [each * full for each in (0.8, 0.6, 0.5, 0.2, 0, 0, 0, 0, 0.05, 0)]
    cooling = [each * full for each in (0, 0, 0.2, 0.4, 0.9, 1, 0.7, 0, 0.5, 0)]
    with opened(
        written(tmp_path, {"Time": stamps("2024-01-01", 10, 30), "Heating": heating, "Cooling": cooling}),
        tmp_path,
        ROLES,
    ) as frame:
        found = result(frame, "simultaneous_heat_cool", TIMED)
    facts = found.facts
    assert (facts["heating_share"], facts["cooling_share"], facts["both_share"]) == (0.4, 0.6, 0.2)
    assert (facts["both_of_heating_share"], facts["both_of_cooling_share"]) == (0.5, pytest.approx(1 / 3))
    assert (facts["hours_both"], facts["hours"]) == (1.0, 5.0)
    assert facts["mean_overlap_percent"] == pytest.approx(20)
    assert found.tables["states"]["rows"].to_pylist() == [2, 2, 4, 2]
    (event,) = found.tables["events"].to_pylist()
    assert (event["hours"], event["mean_overlap_percent"]) == (1.0, pytest.approx(20))


def test_a_valve_that_hardly_opens_is_read_on_the_scale_of_the_other(tmp_path: Path) -> None:
    """At most 0.8 of a hundred: that is shut, not four fifths open."""
    path = written(tmp_path, {"Heating": [0.8, 0.5] * 6, "Cooling": [90, 80] * 6})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "simultaneous_heat_cool", BOTH)
    assert (found.facts["heating_share"], found.facts["both_share"]) == (0, 0)
    assert found.facts["hours"] is None
    assert set(found.tables) == {"states"}
    assert found.sentences[-1].startswith("One of them never opened")


def test_words_of_a_state_count_as_open_and_shut(tmp_path: Path) -> None:
    path = written(tmp_path, {"Heating": ["on", "off", "on", "off"] * 3, "Cooling": [40, 40, 0, 0] * 3})
    with opened(path, tmp_path, ROLES) as frame:
        assert result(frame, "simultaneous_heat_cool", BOTH).facts["both_share"] == 0.25


@pytest.mark.shared
def test_the_valves_of_a_real_air_handler(shared: Path, tmp_path: Path) -> None:
    names = ("AHU: Heating Coil Valve Control Signal", "AHU: Cooling Coil Valve Control Signal")
    with (shared / "data" / AHU).open(encoding="utf-8-sig") as file:
        pairs = [tuple(float(row[name]) for name in names) for row in csv.DictReader(file)]
    inputs = {"heating": names[0], "cooling": names[1], "timestamp": "Date"}
    with opened(shared / "data" / AHU, tmp_path) as frame:
        facts = result(frame, "simultaneous_heat_cool", inputs).facts
    assert facts["cooling_share"] == pytest.approx(sum(cold > 0.05 for _, cold in pairs) / len(pairs))
    assert facts["heating_share"] == pytest.approx(sum(hot > 0.05 for hot, _ in pairs) / len(pairs))
    assert facts["both_share"] == pytest.approx(sum(min(pair) > 0.05 for pair in pairs) / len(pairs))


@given(st.lists(st.tuples(st.sampled_from([0, 3, 50, None]), st.sampled_from([0, 3, 50, None])), min_size=5))
@settings(max_examples=times(10), deadline=None)
def test_states_and_stretches_add_up_to_all_rows_with_both(pairs: list[tuple[int | None, int | None]]) -> None:
    pairs = [(100, 100), *pairs, (0, 0)]
    with tempfile.TemporaryDirectory() as folder:
        columns = {"Time": stamps("2024-01-01", len(pairs), 60), "Heating": [a for a, _ in pairs]}
        path = written(Path(folder), {**columns, "Cooling": [b for _, b in pairs]})
        with opened(path, Path(folder), ROLES) as frame:
            found = result(frame, "simultaneous_heat_cool", TIMED)
    complete = [pair for pair in pairs if None not in pair]
    both = sum(min(a or 0, b or 0) > 5 for a, b in complete)
    assert sum(found.tables["states"]["rows"].to_pylist()) == len(complete)
    assert found.facts["hours_both"] == both == sum(row["hours"] for row in found.tables["events"].to_pylist())
