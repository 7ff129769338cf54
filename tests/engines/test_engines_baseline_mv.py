"""Measurement and verification: a saving made by hand is found within its uncertainty; the formula by hand."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from scipy.stats import t as student
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written

from headgate.engines.models.baseline import learnt

ASK = {"energy": ["Gas [kWh]"], "timestamp": ["Day"], "temperature": ["Outdoor temperature [degC]"]}
DAYS = 500
CHANCE = random.Random(11)
WARMTH = [10 - 9 * math.cos(2 * math.pi * at / 365) + CHANCE.gauss(0, 2) for at in range(DAYS)]
NOISE = [CHANCE.gauss(0, 5) for _ in range(DAYS)]


def use(saved: float, days: int = DAYS, since: int = 365) -> list[Cell]:
    """A base of 50 and 6 for each degree below 15, a share of it saved from a day on."""
    plain = [50 + 6 * max(0.0, 15 - WARMTH[at]) + NOISE[at] for at in range(days)]
    return [value * (1 - saved) if at >= since else value for at, value in enumerate(plain)]


def table(folder: Path, values: list[Cell]) -> Path:
    return written(
        folder,
        {
            "Day": stamps("2022-01-01", len(values), 1440),
            "Outdoor temperature [degC]": WARMTH[: len(values)],
            "Gas [kWh]": values,
        },
    )


def test_a_baseline_of_less_than_nine_months_is_refused_unless_it_is_forced(tmp_path: Path) -> None:
    with opened(table(tmp_path, use(0.2, since=200)), tmp_path) as frame:
        assert "nine months are needed" in refused(frame, "baseline_mv", ASK, baseline_days=200)
        assert found(frame, "baseline_mv", ASK, baseline_days=200, force="yes").facts["baseline_periods"] == 200


def test_without_days_to_report_on_there_is_nothing_to_save(tmp_path: Path) -> None:
    with opened(table(tmp_path, use(0.2, 370)), tmp_path) as frame:
        assert "fewer than 14 days to report on" in refused(frame, "baseline_mv", ASK)


def test_without_a_temperature_or_drivers_nothing_is_expected(tmp_path: Path) -> None:
    with opened(table(tmp_path, use(0.2)), tmp_path) as frame:
        said = refused(frame, "baseline_mv", {name: ASK[name] for name in ("energy", "timestamp")})
    assert "outdoor temperature or drivers" in said


def test_a_baseline_that_follows_nothing_is_refused(tmp_path: Path) -> None:
    values: list[Cell] = [100 + CHANCE.gauss(0, 10) for _ in range(DAYS)]
    with opened(table(tmp_path, values), tmp_path) as frame:
        said = refused(frame, "baseline_mv", ASK, model="change_point")
    assert "fits its baseline better than the mean" in said


def test_a_saving_of_a_fifth_is_found_within_its_uncertainty(tmp_path: Path) -> None:
    with opened(table(tmp_path, use(0.2)), tmp_path) as frame:
        result = found(frame, "baseline_mv", ASK)
    would = sum(float(each) for each in use(0.0)[365:] if each is not None)
    assert result.facts["saved_kwh"] == pytest.approx(0.2 * would, abs=float(result.facts["uncertainty_90_kwh"] or 0))
    assert result.facts["saved_percent"] == pytest.approx(20, abs=1.5)
    assert result.facts["guideline_14"] == "pass"
    assert result.headlines[0].label == "Saved against the baseline"
    assert result.tables["savings"].num_rows == DAYS - 365


def test_where_nothing_was_saved_nothing_is_claimed(tmp_path: Path) -> None:
    with opened(table(tmp_path, use(0.0)), tmp_path) as frame:
        result = found(frame, "baseline_mv", ASK)
    assert abs(float(result.facts["saved_kwh"] or 0)) < float(result.facts["uncertainty_90_kwh"] or 0)
    assert result.facts["guideline_14"] == "fail"
    assert not result.headlines
    assert any("no saving and no extra use is shown" in said for said in result.sentences)


def test_days_beyond_what_the_baseline_has_seen_are_told(tmp_path: Path) -> None:
    warm = [*WARMTH[:365], *(each + 40 for each in WARMTH[365:])]
    columns = {"Day": stamps("2022-01-01", DAYS, 1440), "Outdoor temperature [degC]": warm, "Gas [kWh]": use(0.0)}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        result = found(frame, "baseline_mv", ASK)
    assert any("beyond what the baseline has seen" in said for said in result.warnings)


def test_the_uncertainty_is_that_of_guideline_14() -> None:
    """1.26 t s m √((n / n′)(1 + 2 / n′) / m), worked out here from the model's own figures."""
    rows = [[each] for each in WARMTH[:365]]
    model = learnt(rows, [float(each) for each in use(0.0)[:365] if each is not None], 0, "change_point")
    assert model is not None
    free = 365 * (1 - max(0.0, model.lag)) / (1 + max(0.0, model.lag))
    t = student.ppf(0.95, free - model.parameters)
    by_hand = 1.26 * t * model.spread * 100 * math.sqrt(365 / free * (1 + 2 / free) / 100)
    assert model.uncertainty(100, 0.9) == pytest.approx(by_hand, rel=1e-12)
    assert model.cv_rmse == pytest.approx(5 / (sum(float(e or 0) for e in use(0.0)[:365]) / 365), rel=0.15)
