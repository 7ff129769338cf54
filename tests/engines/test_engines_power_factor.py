"""The power factor, worked out by hand: 3 kWh and 4 kVArh are a factor of 0.6, 4 and 3 one of 0.8."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, reason, result, stamps, written

from headgate.catalogue.meaning import Fold, Role

BOTH = {"energy": "Active [kWh]", "reactive": "Reactive [kVArh]", "timestamp": "Time"}
FACTOR = {"PF": (Role.POWER_FACTOR, Fold.MEAN)}


def test_a_factor_column_of_neither_scale_is_refused(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"PF": [0.9, 7.5, 1234.5] * 10}), tmp_path, FACTOR) as frame:
        assert reason(frame, "power_factor", {"factor": "PF"}) == (
            "The values of “PF” are neither from 0 to 1 nor from 0 to 100."
        )


def test_nothing_to_make_a_factor_of_is_said(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Active [kWh]": [1, 2, 3], "Other": [1, 2, 3]}), tmp_path) as frame:
        assert "needs energy with reactive energy" in reason(frame, "power_factor", {"energy": "Active [kWh]"})


def test_a_power_without_a_time_gives_no_energy(tmp_path: Path) -> None:
    path = written(tmp_path, {"Active [kW]": [3, 3, 3], "Reactive [kVArh]": [4, 4, 4]})
    with opened(path, tmp_path) as frame:
        inputs = {"energy": "Active [kW]", "reactive": "Reactive [kVArh]"}
        assert "is a power; without a regular time it gives no energy" in reason(frame, "power_factor", inputs)


def test_an_installation_in_which_nothing_flows_has_no_factor(tmp_path: Path) -> None:
    path = written(tmp_path, {"Active [kWh]": [0] * 5, "Reactive [kVArh]": [0] * 5})
    with opened(path, tmp_path) as frame:
        inputs = {name: BOTH[name] for name in ("energy", "reactive")}
        assert reason(frame, "power_factor", inputs) == ("No interval has both a power factor and a flow of energy.")


def test_the_factor_of_a_period_is_made_of_its_sums(tmp_path: Path) -> None:
    """30 kWh and 40 kVArh, then 40 kWh and 30 kVArh: 70 / √(70² + 70²), not the mean of 0.6 and 0.8."""
    path = written(
        tmp_path,
        {
            "Time": stamps("2024-01-01", 20, 60),
            "Active [kWh]": [3] * 10 + [4] * 10,
            "Reactive [kVArh]": [4] * 10 + [3] * 10,
        },
    )
    with opened(path, tmp_path) as frame:
        facts = result(frame, "power_factor", BOTH, threshold=0.7).facts
    assert facts["power_factor"] == pytest.approx(2**-0.5)
    assert (facts["time_share_below"], facts["energy_share_below"]) == (0.5, pytest.approx(30 / 70))


def test_the_reactive_energy_too_much_is_what_the_threshold_leaves_over(tmp_path: Path) -> None:
    """At a factor of 0.8, 30 kWh may come with 30 × 3 / 4 = 22.5 kVArh; there are 40."""
    path = written(
        tmp_path, {"Time": stamps("2024-01-01", 10, 60), "Active [kWh]": [3] * 10, "Reactive [kVArh]": [4] * 10}
    )
    with opened(path, tmp_path) as frame:
        assert result(frame, "power_factor", BOTH, threshold=0.8).facts["excess_reactive_kvarh"] == pytest.approx(17.5)
        assert result(frame, "power_factor", BOTH, threshold=0.5).facts["excess_reactive_kvarh"] == 0.0


@pytest.mark.parametrize(
    ("active", "reactive"), [("Active [MWh]", "Reactive [varh]"), ("Active [kW]", "Reactive [kvar]")]
)
def test_units_are_made_alike_first(tmp_path: Path, active: str, reactive: str) -> None:
    """0.003 MWh and 4,000 varh are 3 kWh and 4 kVArh; 3 kW and 4 kvar are them in an hour."""
    values = (0.003, 4000) if "MWh" in active else (3, 4)
    path = written(
        tmp_path, {"Time": stamps("2024-01-01", 10, 60), active: [values[0]] * 10, reactive: [values[1]] * 10}
    )
    with opened(path, tmp_path) as frame:
        found = result(frame, "power_factor", {"energy": active, "reactive": reactive, "timestamp": "Time"})
    assert found.facts["power_factor"] == pytest.approx(0.6)


@pytest.mark.parametrize("scale", [1, 100])
def test_a_factor_column_may_go_to_one_or_to_a_hundred(tmp_path: Path, scale: int) -> None:
    with opened(written(tmp_path, {"PF": [0.9 * scale, 0.7 * scale] * 10}), tmp_path, FACTOR) as frame:
        found = result(frame, "power_factor", {"factor": "PF"}, threshold=0.8)
    assert found.facts["power_factor"] == pytest.approx(0.8)
    assert found.facts["time_share_below"] == 0.5
    assert found.tables["spread"].num_rows == 2


def test_intervals_without_flow_are_left_out(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "Time": stamps("2024-01-01", 20, 60),
            "Active [kWh]": [4] * 5 + [0] * 15,
            "Reactive [kVArh]": [3] * 5 + [0] * 15,
        },
    )
    with opened(path, tmp_path) as frame:
        facts = result(frame, "power_factor", BOTH, threshold=0.9).facts
    assert (facts["power_factor"], facts["time_share_below"]) == (pytest.approx(0.8), 1.0)
