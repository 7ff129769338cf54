"""The running sum against what was expected, worked out by hand, and of the French grid's forecast as a plain sum."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import Cell, opened, reason, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

INPUTS = {"actual": "Actual [kWh]", "expected": "Expected [kWh]", "timestamp": "Time"}


def plant(folder: Path, actual: Sequence[Cell], expected: Sequence[Cell], minutes: int = 1440) -> Path:
    at = stamps("2024-01-01", len(actual), minutes)
    return written(folder, {"Time": at, INPUTS["actual"]: actual, INPUTS["expected"]: expected})


def test_values_in_different_units_cannot_be_compared(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 9, 1440), "Actual [kWh]": [1] * 9, "Water [m3]": [1] * 9})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "cusum", {**INPUTS, "expected": "Water [m3]"})
    assert said == ("“Actual [kWh]” is in kWh and “Water [m3]” in m3; only values of one unit can be compared.")


def test_values_that_never_meet_or_meet_in_one_period_have_no_running_sum(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [1, None, 1, None], [None, 1, None, 1]), tmp_path) as frame:
        assert "no row on which both have a value" in reason(frame, "cusum", INPUTS)
    with opened(plant(tmp_path, [1, None, 1, None], [1, 1, None, 1]), tmp_path) as frame:
        assert "only one day" in reason(frame, "cusum", INPUTS)


def test_words_have_no_running_sum(tmp_path: Path) -> None:
    roles = {"Actual": (Role.ENERGY_INTERVAL, Fold.SUM)}
    path = written(
        tmp_path, {"Time": stamps("2024-01-01", 4, 1440), "Actual": ["a", "b"] * 2, "Expected [kWh]": [1] * 4}
    )
    with opened(path, tmp_path, roles) as frame:
        assert reason(frame, "cusum", {**INPUTS, "actual": "Actual"}) == "“Actual” does not hold numbers."


def test_differences_are_summed_up_in_order_of_time_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "Time": ["2024-01-03", "2024-01-01", "2024-01-02", "2024-01-04"],
            "Actual [kWh]": [10, 12, 9, 7],
            "Expected [kWh]": [10, 10, 10, 10],
        },
    )
    with opened(path, tmp_path) as frame:
        found = result(frame, "cusum", INPUTS)
    assert found.tables["periods"]["cusum"].to_pylist() == [2.0, 1.0, 1.0, -2.0]
    facts = found.facts
    assert (facts["difference"], facts["difference_percent"], facts["highest"], facts["lowest"]) == (-2, -5, 2, -2)
    assert found.sentences == ("Over 4 days “Actual [kWh]” is in sum 2 kWh below “Expected [kWh]”, 5.0 %.",)


def test_a_change_of_direction_is_dated(tmp_path: Path) -> None:
    """Ten days 1 above, then ten 2 below, give or take a half."""
    change = [1.5, 0.5] * 5 + [-2.5, -1.5] * 5
    with opened(plant(tmp_path, [20 + each for each in change], [20] * 20), tmp_path) as frame:
        found = result(frame, "cusum", INPUTS)
    assert found.facts["turn"] == "2024-01-10T00:00:00"
    assert (found.facts["before_turn"], found.facts["after_turn"]) == (1.0, -2.0)
    assert [row["start"].day for row in found.tables["periods"].to_pylist() if row["turn"]] == [10]
    assert found.sentences[1] == (
        "The direction changed most after 10 Jan 2024: up to then it was 1 kWh above what was expected each day, since "
        "then 2 kWh below it. Look for what was changed then."
    )


def test_chance_and_a_steady_difference_turn_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 1, 60)
    with opened(plant(tmp_path, [20 + float(each) for each in noise], [20] * 60), tmp_path) as frame:
        found = result(frame, "cusum", INPUTS)
    assert found.facts["turn"] is None
    assert found.sentences[1] == "No change of direction stands out from chance."
    with opened(plant(tmp_path, [0.3 + 0.1 * n for n in range(30)], [0.1 * n for n in range(30)]), tmp_path) as frame:
        assert result(frame, "cusum", INPUTS).facts["turn"] is None


def test_an_expected_value_without_a_unit_is_in_that_of_the_actual_one(tmp_path: Path) -> None:
    """60 kW over a quarter of an hour is 15 kWh; a plain 40 beside it is 40 kW."""
    columns: dict[str, Sequence[Cell]] = {"Time": stamps("2024-01-01", 192, 15), "Power [kW]": [60] * 192}
    path = written(tmp_path, {**columns, "Baseline": [40] * 192})
    with opened(path, tmp_path) as frame:
        found = result(frame, "cusum", {"actual": "Power [kW]", "expected": "Baseline", "timestamp": "Time"})
    assert found.facts["difference"] == pytest.approx(192 * 5)
    assert found.warnings == ("“Baseline” names no unit; it is taken to be in that of “Power [kW]”.",)


def test_what_stands_is_averaged_and_not_added_up(tmp_path: Path) -> None:
    columns: dict[str, Sequence[Cell]] = {
        "Time": stamps("2024-01-01", 48, 60),
        "Room temperature [degC]": [21] * 48,
        "Target temperature [degC]": [20] * 24 + [22] * 24,
    }
    inputs = {"actual": "Room temperature [degC]", "expected": "Target temperature [degC]", "timestamp": "Time"}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        found = result(frame, "cusum", inputs)
    assert found.tables["periods"]["difference"].to_pylist() == [1.0, -1.0]
    assert found.facts["difference_percent"] is None
    assert "on average 0 °C above" in found.sentences[0]


def test_months_that_are_not_of_one_length_are_months(tmp_path: Path) -> None:
    at = [f"2024-{month:02d}-01" for month in range(1, 13)]
    path = written(tmp_path, {"Time": at, "Actual [kWh]": [9] * 12, "Expected [kWh]": [10] * 12})
    with opened(path, tmp_path) as frame:
        found = result(frame, "cusum", INPUTS, grain="month")
    assert found.facts["difference"] == -12
    assert found.sentences[0].startswith("Over 12 months")


@given(
    st.lists(st.tuples(st.integers(0, 99) | st.none(), st.integers(0, 99)), min_size=49, max_size=80).filter(
        lambda rows: rows[0][0] is not None and rows[-1][0] is not None
    )
)
@settings(max_examples=times(12), deadline=None)
def test_the_line_ends_at_the_sum_of_all_differences(rows: list[tuple[int | None, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = plant(Path(folder), [row[0] for row in rows], [row[1] for row in rows], 60)
        with opened(path, Path(folder)) as frame:
            found = result(frame, "cusum", INPUTS)
    whole = sum(actual - expected for actual, expected in rows if actual is not None)
    assert found.tables["periods"]["cusum"].to_pylist()[-1] == found.facts["difference"] == pytest.approx(whole)


@pytest.mark.shared
def test_the_french_grid_against_its_forecast_runs_as_a_plain_sum_does(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls"
    days: dict[str, float] = defaultdict(float)
    with path.open(encoding="latin-1", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["Consommation"] and row["Prévision J"] not in ("", "ND"):
                days[row["Date"]] += (float(row["Consommation"]) - float(row["Prévision J"])) * 250
    with opened(path, tmp_path) as frame:
        inputs = {"actual": "Consommation", "expected": "Prévision J", "timestamp": "Date"}
        found = result(frame, "cusum", inputs)
    assert len(days) == 25
    assert found.tables["periods"]["cusum"].to_pylist() == pytest.approx(
        list(accumulate(days[each] for each in sorted(days)))
    )
