"""A forecast: a rhythm made by hand goes on, noise is not forecast better than by repeating, MASE by hand."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest
from tests.engines.opening import Cell, opened, reason, result, stamps, written

from headgate.engines.models.forecasting import ahead, stretched, tried

INPUTS = {"measure": "Electricity [kWh]", "timestamp": "Day"}
CHANCE = random.Random(2)
NOISE = [CHANCE.gauss(0, 5) for _ in range(400)]
WEEK = (0.0, 5.0, 10.0, 5.0, 0.0, -60.0, -80.0)


def rhythm(at: int) -> float:
    return 300 + 0.5 * at + WEEK[at % 7]


def table(folder: Path, days: int, **more: list[Cell]) -> Path:
    columns: dict[str, list[Cell]] = {
        "Day": list(stamps("2024-01-01", days, 1440)),
        "Electricity [kWh]": [rhythm(at) + NOISE[at] for at in range(days)],
    }
    return written(folder, columns | more)


def test_three_weeks_and_the_horizon_are_needed(tmp_path: Path) -> None:
    with opened(table(tmp_path, 34), tmp_path) as frame:
        said = reason(frame, "forecast", INPUTS)
    assert said.startswith("There are 34 days with values; 3 seasons of 7 and as many as are to be forecast (14)")


def test_a_series_with_many_holes_is_refused(tmp_path: Path) -> None:
    holes: list[Cell] = [None if at % 5 == 3 else rhythm(at) for at in range(100)]
    with opened(table(tmp_path, 100, **{"Electricity [kWh]": holes}), tmp_path) as frame:
        assert "a forecast needs nine in ten" in reason(frame, "forecast", INPUTS)


def test_a_weekly_rhythm_with_a_trend_goes_on(tmp_path: Path) -> None:
    with opened(table(tmp_path, 140), tmp_path) as frame:
        found = result(frame, "forecast", INPUTS)
    rows = found.tables["forecast"].to_pylist()
    assert [row["start"] for row in rows][:1] == [datetime(2024, 5, 20)]
    assert len(rows) == 14
    for at, row in enumerate(rows):
        assert row["forecast"] == pytest.approx(rhythm(140 + at), abs=12)
        assert row["low_95"] < row["low_80"] < row["forecast"] < row["high_80"] < row["high_95"]
    assert float(found.facts["mase"] or 9) < float(found.facts["mase_naive"] or 0)


def test_what_cannot_be_forecast_is_repeated_and_said_to_be(tmp_path: Path) -> None:
    """A walk of which only the last season knows anything."""
    walk, at = [], 500.0
    for _ in range(200):
        walk.append(at)
        at = walk[len(walk) - 7] if len(walk) >= 7 else at + 30
    with opened(table(tmp_path, 200, **{"Electricity [kWh]": list(walk)}), tmp_path) as frame:
        found = result(frame, "forecast", INPUTS, method="naive")
    assert found.facts["method"] == "naive"
    assert [row["forecast"] for row in found.tables["forecast"].to_pylist()][:7] == walk[-7:]


def test_the_backtest_stands_beside_the_naive_one(tmp_path: Path) -> None:
    with opened(table(tmp_path, 140), tmp_path) as frame:
        found = result(frame, "forecast", INPUTS, method="ets")
    rows = found.tables["backtest"].to_pylist()
    assert {row["method"] for row in rows} == {"exponential smoothing (ETS)", "the last season again"}
    assert [row["chosen"] for row in rows if row["method"].startswith("exponential")] == [True]
    assert "that of the last season again" in found.sentences[1]


def test_the_scaled_error_of_repeating_is_worked_out_by_hand() -> None:
    """30 values of period 2, from two starts (20 and 25), 5 ahead: each error over the mean step in its history."""
    values = [float(at % 2 * 10 + at) for at in range(30)]
    (naive,) = tried(values, 5, 2, ["naive"])
    # Repeating (x, y) misses a rise of one a step: 2, 2, 4, 4, 6 at each of the four starts; a season's step is 2.
    assert naive.origins == 4
    assert naive.mase == pytest.approx((2 + 2 + 4 + 4 + 6) / 5 / 2)


def test_amounts_that_never_were_below_zero_are_not_forecast_below_it() -> None:
    guess = ahead([5.0, 0.0, 5.0, 0.0, 40.0, 0.0, 1.0] * 6, 7, 7, "naive")
    assert min(low for low, _ in stretched(guess, 3.0, 0.0).bands[-1]) == 0.0
    wide, plain = stretched(guess, 3.0, None).bands[-1], guess.bands[-1]
    assert [high - low for low, high in wide] == pytest.approx([3 * (high - low) for low, high in plain])


def test_a_missing_day_is_filled_for_the_forecast_and_told(tmp_path: Path) -> None:
    one: list[Cell] = [None if at == 50 else rhythm(at) for at in range(100)]
    with opened(table(tmp_path, 100, **{"Electricity [kWh]": one}), tmp_path) as frame:
        found = result(frame, "forecast", INPUTS)
    assert any("1 day without a value" in said for said in found.warnings)
    assert found.facts["periods"] == 100
