"""The energy signature: a line made by hand is found again, and the Cambridge gas table's known slope."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.engines.opening import opened, reason, result, stamps, written

from headgate.engines.models.change_point import fit

DATA = Path(__file__).parents[3] / "shared" / "data"
INPUTS = {"energy": "Gas [kWh]", "temperature": "Outdoor temperature [degC]", "timestamp": "Day"}
# 100 days from 0 to 24.75 °C that come in no order, and noise of ± 1 that adds up to nothing.
WARMTH = [(at * 37 % 100) / 4 for at in range(100)]
NOISE = [(-1) ** at for at in range(100)]


def table(folder: Path, use: list[float]) -> Path:
    columns = {"Day": stamps("2024-01-01", len(use), 1440), INPUTS["temperature"]: WARMTH[: len(use)], "Gas [kWh]": use}
    return written(folder, columns)


def test_sixty_days_are_needed(tmp_path: Path) -> None:
    with opened(table(tmp_path, [50.0 + at for at in range(59)]), tmp_path) as frame:
        assert "cover 59 days" in reason(frame, "energy_signature", INPUTS)


def test_a_use_that_does_not_follow_the_temperature_has_no_signature(tmp_path: Path) -> None:
    with opened(table(tmp_path, [50.0 + (at * 7919 % 13) for at in range(100)]), tmp_path) as frame:
        assert "by more than chance" in reason(frame, "energy_signature", INPUTS)


def test_heating_below_fifteen_degrees_is_found_with_its_slope_and_base(tmp_path: Path) -> None:
    use = [100 + 8 * max(0.0, 15 - t) + noise for t, noise in zip(WARMTH, NOISE, strict=True)]
    with opened(table(tmp_path, use), tmp_path) as frame:
        found = result(frame, "energy_signature", INPUTS)
    assert found.facts["model"] == "3p_heating"
    assert found.facts["heating_change_point_c"] == pytest.approx(15, abs=0.3)
    assert found.facts["heating_slope_kwh_per_day_k"] == pytest.approx(8, rel=0.02)
    assert found.facts["base_kwh_per_day"] == pytest.approx(100, abs=1)
    assert any("Below 15" in said or "Below 14.9" in said for said in found.sentences)


@pytest.mark.parametrize(
    ("model", "use"),
    [
        ("2p", lambda t: 300 - 5 * t),
        ("3p_cooling", lambda t: 80 + 6 * max(0.0, t - 16)),
        ("5p", lambda t: 90 + 9 * max(0.0, 8 - t) + 7 * max(0.0, t - 18)),
        ("4p", lambda t: 100 + 9 * max(0.0, 12 - t) - 1.5 * max(0.0, t - 12)),
    ],
)
def test_the_model_that_made_the_values_is_chosen(model: str, use: object) -> None:
    values = [use(t) + noise for t, noise in zip(WARMTH, NOISE, strict=True)]  # type: ignore[operator]
    (best, *_) = fit(WARMTH, values, "auto")
    assert best.model == model
    assert [best.at(t) for t in (0, 10, 24)] == pytest.approx([use(t) for t in (0, 10, 24)], abs=1)  # type: ignore[operator]
    assert best.r_squared > 0.98


def test_the_standard_error_is_that_of_the_noise() -> None:
    values = [100 + 8 * max(0.0, 15 - t) + noise for t, noise in zip(WARMTH, NOISE, strict=True)]
    (best, *_) = fit(WARMTH, values, "3p_heating")
    assert best.spread == pytest.approx(math.sqrt(100 / 97), rel=0.05)  # 100 squares of one over 100 − 3


def test_a_day_without_a_temperature_changes_nothing(tmp_path: Path) -> None:
    use = [100 + 8 * max(0.0, 15 - t) + noise for t, noise in zip(WARMTH, NOISE, strict=True)]
    columns = {
        "Day": stamps("2024-01-01", 101, 1440),
        INPUTS["temperature"]: [*WARMTH, None],
        "Gas [kWh]": [*use, 5000.0],
    }
    with opened(table(tmp_path, use), tmp_path) as frame:
        before = result(frame, "energy_signature", INPUTS).facts
    with opened(written(tmp_path, columns), tmp_path) as frame:
        assert result(frame, "energy_signature", INPUTS).facts == before


@pytest.mark.shared
def test_the_gas_of_a_cambridge_building_has_the_slope_that_is_known(tmp_path: Path) -> None:
    """Against HDD15.5 the slope is 15.3 kWh and R² 0.847; the change point found is 15.4 °C."""
    inputs = {
        "energy": "UCam_Building_b0 gas heating load [kWh]",
        "temperature": "air_temperature [degC]",
        "timestamp": "datetime",
    }
    with opened(DATA / "b_cambridge_estates_2019_hourly_weather.csv", tmp_path) as frame:
        found = result(frame, "energy_signature", inputs)
    assert found.facts["model"] == "3p_heating"
    assert found.facts["heating_change_point_c"] == pytest.approx(15.5, abs=0.3)
    assert found.facts["heating_slope_kwh_per_day_k"] == pytest.approx(15.3, abs=0.3)
    assert found.facts["r_squared"] == pytest.approx(0.847, abs=0.002)
