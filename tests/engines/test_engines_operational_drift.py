"""Drift from a model, worked out by hand, and of the French grid's forecast as a plain sum."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.engines.opening import Cell, opened, reason, result, stamps, written

INPUTS = {"actual": "Actual [kWh]", "model": "Baseline model [kWh]", "timestamp": "Time"}


def plant(folder: Path, actual: Sequence[Cell], model: Sequence[Cell], **more: Sequence[Cell]) -> Path:
    at = stamps("2024-01-01", len(actual), 1440)
    return written(folder, {"Time": at, INPUTS["actual"]: actual, INPUTS["model"]: model, **more})


def test_a_model_that_is_never_above_zero_divides_nothing(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [1] * 14, [0] * 14), tmp_path) as frame:
        said = reason(frame, "operational_drift", INPUTS)
    assert said == "“Baseline model [kWh]” is not above zero in sum, so nothing can be divided by it."


def test_a_temperature_has_no_per_cents(tmp_path: Path) -> None:
    at = stamps("2024-01-01", 14, 1440)
    names = {"actual": "Room temperature [degC]", "model": "Target temperature [degC]", "timestamp": "Time"}
    path = written(tmp_path, {"Time": at, names["actual"]: [21] * 14, names["model"]: [20] * 14})
    with opened(path, tmp_path) as frame:
        assert "per cents say nothing" in reason(frame, "operational_drift", names)


def test_actual_and_model_that_never_meet_are_refused(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [1, None] * 7, [None, 1] * 7), tmp_path) as frame:
        assert "no row on which both have a value" in reason(frame, "operational_drift", INPUTS)


def test_drift_is_a_ratio_of_sums_and_not_a_mean_of_ratios(tmp_path: Path) -> None:
    """20 against 10 and 110 against 100: (130 − 110) / 110; the mean of 100 % and 10 % would be 55 %."""
    with opened(plant(tmp_path, [20, 110, None], [10, 100, 5]), tmp_path) as frame:
        found = result(frame, "operational_drift", INPUTS, grain="day")
    assert found.facts["drift_percent"] == pytest.approx(100 * 20 / 110)
    assert found.tables["periods"]["drift_percent"].to_pylist() == pytest.approx([100, 10])
    assert found.warnings == ("1 row left out for want of a value or a time.",)


def test_a_model_that_slips_away_is_told_from_the_first_quarter_to_the_last(tmp_path: Path) -> None:
    """Eight weeks: two as the model says, the last two 10 % above it, all but the first two above it."""
    actual = [100] * 14 + [105] * 28 + [110] * 14
    with opened(plant(tmp_path, actual, [100] * 56), tmp_path) as frame:
        found = result(frame, "operational_drift", INPUTS)
    assert (found.facts["first_quarter_percent"], found.facts["last_quarter_percent"]) == pytest.approx((0, 10))
    assert found.facts["run_above"] == 6
    assert "in the last 10.0 % above it: a drift of +10.0 percentage points." in found.sentences[1]
    assert found.sentences[2] == "Each of the latest 6 weeks is above the model."


def test_a_period_without_a_model_has_no_drift(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [3, 12], [0, 10]), tmp_path) as frame:
        found = result(frame, "operational_drift", INPUTS, grain="day")
    assert found.tables["periods"]["drift_percent"].to_pylist() == [None, 20.0]
    assert found.facts["drift_percent"] == pytest.approx(50)


def test_what_is_above_the_model_has_its_price(tmp_path: Path) -> None:
    """2 kWh above at 0.5 EUR and 1 below at 0.1: 0.9 EUR; a price for each MWh is a thousandth."""
    for price, cost in (("Price [EUR/kWh]", 0.9), ("Price [EUR/MWh]", 0.0009)):
        with opened(plant(tmp_path, [12, 9], [10, 10], **{price: [0.5, 0.1]}), tmp_path) as frame:
            found = result(frame, "operational_drift", {**INPUTS, "price": price}, grain="day")
        assert (found.facts["cost"], found.facts["currency"]) == (pytest.approx(cost), "EUR")
        assert "At the price of each row that cost" in found.sentences[1]


def test_a_price_for_something_else_is_told_and_not_used(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [12, 9], [10, 10], **{"Price [EUR/m3]": [1, 1]}), tmp_path) as frame:
        found = result(frame, "operational_drift", {**INPUTS, "price": "Price [EUR/m3]"}, grain="day")
    assert "cost" not in found.facts
    assert "cannot be multiplied" in found.warnings[0]


@pytest.mark.shared
def test_the_drift_of_the_french_grid_from_its_forecast_is_that_of_plain_sums(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls"
    days: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    with path.open(encoding="latin-1", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["Consommation"] and row["Prévision J"] not in ("", "ND"):
                days[row["Date"]][0] += float(row["Consommation"])
                days[row["Date"]][1] += float(row["Prévision J"])
    actual, model = (sum(day[at] for day in days.values()) for at in (0, 1))
    with opened(path, tmp_path) as frame:
        inputs = {"actual": "Consommation", "model": "Prévision J", "timestamp": "Date"}
        found = result(frame, "operational_drift", inputs, grain="day")
    assert found.facts["drift_percent"] == pytest.approx(100 * (actual - model) / model)
    assert found.tables["periods"]["drift_percent"].to_pylist() == pytest.approx(
        [100 * (days[each][0] / days[each][1] - 1) for each in sorted(days)]
    )
