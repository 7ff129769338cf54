"""Running time counted by hand; how on is told from off; a fan and a steel works counted with the standard library."""

from __future__ import annotations

import csv
import random
import tempfile
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import opened, reason, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.kinds.runtime_starts import otsu

STATE = {"Fan": (Role.STATE, Fold.NONE)}
FAN = {"state": "Fan", "timestamp": "Time"}
PUMP = {"state": "Pump [kW]", "timestamp": "Time"}
AHU = "c_lbnl_fdd_mzvav-2-1_head.csv"


def test_stamps_without_a_regular_interval_are_refused(tmp_path: Path) -> None:
    times = [f"2024-01-01 00:{minute:02d}" for minute in (0, 1, 3, 9, 10, 25, 31, 33, 59)]
    with opened(written(tmp_path, {"Time": times, "Fan": [0, 1, 0] * 3}), tmp_path, STATE) as frame:
        assert "have no regular interval" in reason(frame, "runtime_starts", FAN)


def test_words_that_say_neither_on_nor_off_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 9, 10), "Fan": ["red", "blue", "green"] * 3})
    with opened(path, tmp_path, STATE) as frame:
        assert reason(frame, "runtime_starts", FAN) == "No word in “Fan” says that something is on or off."


@pytest.mark.parametrize("values", [[50.0 + n for n in range(100)], [61.25] * 100])
def test_a_power_without_two_levels_needs_a_threshold(tmp_path: Path, values: list[float]) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 100, 10), "Pump [kW]": values})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "runtime_starts", PUMP)
        assert said == ("The values of “Pump [kW]” show no level for off and one for on; set the parameter threshold.")
        assert result(frame, "runtime_starts", PUMP, threshold=60.0).facts["threshold"] == 60.0


def test_hours_and_starts_are_counted(tmp_path: Path) -> None:
    """On at the first moment (no start), off, on for 20 minutes, off, a gap, on (no start), off, on: two starts."""
    fan = [1, 0, 1, 1, 0, None, None, 1, 0, 1]
    path = written(tmp_path, {"Time": stamps("2024-01-01", 10, 10), "Fan": fan})
    with opened(path, tmp_path, STATE) as frame:
        found = result(frame, "runtime_starts", FAN)
    facts = found.facts
    assert (facts["starts"], facts["hours"]) == (2.0, pytest.approx(8 / 6))
    assert facts["hours_on"] == pytest.approx(5 / 6)
    assert facts["longest_run_hours"] == pytest.approx(2 / 6)
    assert facts["short_runs"] == 1.0
    assert found.tables["days"].to_pylist() == [
        {"date": date(2024, 1, 1), "hours_on": pytest.approx(5 / 6), "hours": pytest.approx(8 / 6), "starts": 2}
    ]
    assert [row["hours"] for row in found.tables["runs"].to_pylist()] == pytest.approx([2 / 6, 1 / 6, 1 / 6, 1 / 6])


@pytest.mark.parametrize("words", [("On", "Off"), ("running", "idle"), ("true", "false"), ("Heating", "off")])
def test_words_say_what_is_on(tmp_path: Path, words: tuple[str, str]) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 9, 10), "Fan": [words[0], words[1], words[1]] * 3})
    with opened(path, tmp_path, STATE) as frame:
        facts = result(frame, "runtime_starts", FAN).facts
    assert (facts["on_share"], facts["starts"]) == (pytest.approx(1 / 3), 2.0)


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [([0.0, 0.2, 40, 50, 60], 0.2, 40), ([12.0, 12.5, 13, 48, 50], 13, 48), ([3.0, 7], 3, 7)],
    ids=["off is next to nothing", "idling", "two values"],
)
def test_the_threshold_of_a_power_lies_between_off_and_on(
    tmp_path: Path, values: list[float], least: float, most: float
) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 20 * len(values), 10), "Pump [kW]": values * 20})
    with opened(path, tmp_path) as frame:
        found = result(frame, "runtime_starts", PUMP)
    assert least <= float(found.facts["threshold"] or 0) < most
    assert any("While off it still draws" in each for each in found.sentences)


def test_the_best_division_is_the_one_of_all_that_explains_most() -> None:
    """Every division tried by hand over the values themselves."""
    rng = random.Random(7)
    values = [rng.randint(0, 9) for _ in range(60)] + [rng.randint(30, 63) for _ in range(40)]
    bins = [(v, values.count(v), float(v * values.count(v)), float(v * v * values.count(v))) for v in set(values)]

    def explained(edge: float) -> float:
        low, high = [v for v in values if v < edge], [v for v in values if v >= edge]
        gap = np.mean(low) - np.mean(high)
        return float(len(low) * len(high) / len(values) ** 2 * gap**2)

    edges = [edge for edge in range(1, 64) if min(values) < edge <= max(values)]
    edge = otsu(bins, 0.0, 1.0)
    assert edge is not None
    assert explained(edge) == pytest.approx(max(explained(each) for each in edges))


def test_several_machines_are_counted_one_by_one(tmp_path: Path) -> None:
    times = [each for each in stamps("2024-01-01", 6, 10) for _ in "ab"]
    path = written(tmp_path, {"Time": times, "Unit": ["a", "b"] * 6, "Fan": [0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1]})
    with opened(path, tmp_path, {**STATE, "Unit": (Role.ENTITY, Fold.NONE)}) as frame:
        found = result(frame, "runtime_starts", FAN)
    assert (found.facts["starts"], found.facts["machines"], found.facts["hours"]) == (2.0, 2.0, 2.0)
    assert [(row["entity"], row["hours"]) for row in found.tables["runs"].to_pylist()] == [
        ("a", 0.5),
        ("b", pytest.approx(2 / 6)),
        ("b", pytest.approx(1 / 6)),
    ]


@pytest.mark.shared
def test_the_fan_of_a_real_air_handler(shared: Path, tmp_path: Path) -> None:
    with (shared / "data" / AHU).open(encoding="utf-8-sig") as file:
        on = [float(row["AHU: Supply Air Fan Status"]) > 0 for row in csv.DictReader(file)]
    inputs = {"state": "AHU: Supply Air Fan Status", "timestamp": "Date"}
    with opened(shared / "data" / AHU, tmp_path, {inputs["state"]: (Role.STATE, Fold.NONE)}) as frame:
        facts = result(frame, "runtime_starts", inputs).facts
    assert facts["hours_on"] == pytest.approx(sum(on) / 60)
    assert facts["starts"] == sum(b and not a for a, b in pairwise(on))
    assert facts["longest_run_hours"] == pytest.approx(max(len(list(run)) for held, run in groupby(on) if held) / 60)


@given(st.lists(st.sampled_from([0, 1, None]), min_size=12, max_size=60))
@settings(max_examples=times(10), deadline=None)
def test_runs_days_and_shares_add_up_to_the_whole(states: list[int | None]) -> None:
    states = [1, *states, 0]
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), {"Time": stamps("2024-01-01", len(states), 180), "Fan": states})
        with opened(path, Path(folder), STATE) as frame:
            found = result(frame, "runtime_starts", FAN)
    on = 3.0 * sum(state == 1 for state in states)
    days = found.tables["days"].to_pylist()
    assert found.facts["hours_on"] == on == sum(row["hours_on"] for row in days)
    assert sum(row["hours"] for row in found.tables["runs"].to_pylist()) == on
    assert found.facts["starts"] == sum(row["starts"] for row in days)
    assert found.facts["starts"] == sum((a, b) == (0, 1) for a, b in pairwise(states))
