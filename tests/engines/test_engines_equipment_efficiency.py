"""Efficiency by hand: 3 kW of cold for 1 kW, 3.517 kW to the ton, 6 kW for a cubic metre a minute."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import opened, reason, result, stamps, written
from tests.scale import times

COLD = {"output": "Cooling [kWh]", "input": "Chiller [kWh]"}
TIMED = {**COLD, "timestamp": "Time"}


def chiller(folder: Path, cold: list[float | None], used: list[float | None], names: tuple[str, str]) -> Path:
    return written(folder, {"Time": stamps("2024-01-01", len(cold), 15), names[0]: cold, names[1]: used})


def asked(names: tuple[str, str]) -> dict[str, str]:
    return {"output": names[0], "input": names[1], "timestamp": "Time"}


def test_an_output_that_is_no_heat_is_refused_for_a_coefficient_of_performance(tmp_path: Path) -> None:
    names = ("Air [m3/h]", "Compressor [kW]")
    with opened(chiller(tmp_path, [600.0] * 30, [60.0] * 30, names), tmp_path) as frame:
        said = reason(frame, "equipment_efficiency", asked(names))
    assert said == (
        "“Air [m3/h]” is not heat, cold or power in kWh, kW …, which coefficient of performance needs; choose another "
        "measure."
    )


def test_a_mass_flow_is_no_volume(tmp_path: Path) -> None:
    names = ("Air [kg/h]", "Compressor [kW]")
    with opened(chiller(tmp_path, [600.0] * 30, [60.0] * 30, names), tmp_path) as frame:
        said = reason(frame, "equipment_efficiency", asked(names), measure="specific_power")
    assert said == "“Air [kg/h]” is in kg/h, from which no energy follows."


def test_an_apparent_power_is_no_energy(tmp_path: Path) -> None:
    names = ("Cooling [kW]", "Chiller [kVA]")
    with opened(chiller(tmp_path, [600.0] * 30, [60.0] * 30, names), tmp_path) as frame:
        said = reason(frame, "equipment_efficiency", asked(names))
    assert said == "“Chiller [kVA]” is in kVA, from which no energy follows."


def test_a_rate_and_an_amount_need_a_time(tmp_path: Path) -> None:
    names = ("Cooling [kWh]", "Chiller [kW]")
    with opened(chiller(tmp_path, [3.0] * 30, [1.0] * 30, names), tmp_path) as frame:
        said = reason(frame, "equipment_efficiency", {"output": names[0], "input": names[1]})
    assert "without a regular time they cannot be compared" in said


@pytest.mark.parametrize(
    ("cold", "used", "why"),
    [
        ([0.0] * 30, [1.0] * 30, "“Cooling [kWh]” is hardly ever above zero on a row that has both values."),
        ([3.0] * 23, [1.0] * 23, "Fewer than 24 rows have an output under load and energy taken."),
        ([3.0] * 30, [0.0] * 30, "Fewer than 24 rows have an output under load and energy taken."),
        ([3.0] * 30, [None] * 29 + [1.0], "Fewer than 24 rows have an output under load and energy taken."),
    ],
)
def test_without_output_or_energy_under_load_nothing_is_said(
    tmp_path: Path, cold: list[float | None], used: list[float | None], why: str
) -> None:
    with opened(chiller(tmp_path, cold, used, ("Cooling [kWh]", "Chiller [kWh]")), tmp_path) as frame:
        assert reason(frame, "equipment_efficiency", TIMED) == why


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("Cooling [kWh]", "Chiller [kWh]"), (3, 1)),
        (("Cooling [kW]", "Chiller [kW]"), (3, 1)),
        (("Cooling [kW]", "Chiller [kWh]"), (12, 1)),
        (("Cooling [MJ]", "Chiller [kW]"), (10.8, 4)),
    ],
)
def test_powers_and_energies_of_a_quarter_of_an_hour_are_made_alike(
    tmp_path: Path, names: tuple[str, str], values: tuple[float, float]
) -> None:
    """1 kWh in 15 minutes is 4 kW; 10.8 MJ are 3 kWh: the coefficient is 3, and 3.5168528 / 3 kW a ton."""
    with opened(chiller(tmp_path, [values[0]] * 30, [values[1]] * 30, names), tmp_path) as frame:
        cop = result(frame, "equipment_efficiency", asked(names)).facts
        tons = result(frame, "equipment_efficiency", asked(names), measure="kw_per_ton").facts
    assert (cop["efficiency"], tons["efficiency"]) == pytest.approx((3, 1.1722843))


@pytest.mark.parametrize(
    ("names", "values"),
    [(("Air [m3/h]", "Compressor [kW]"), (600, 60)), (("Air [m3]", "Compressor [kWh]"), (150, 15))],
)
def test_specific_power_is_kilowatts_for_a_cubic_metre_a_minute(
    tmp_path: Path, names: tuple[str, str], values: tuple[float, float]
) -> None:
    """600 m3/h are 10 m3/min; 60 kW for them are 6 kW/(m3/min), 0.1 kWh for each m3."""
    with opened(chiller(tmp_path, [values[0]] * 30, [values[1]] * 30, names), tmp_path) as frame:
        facts = result(frame, "equipment_efficiency", asked(names), measure="specific_power").facts
    assert (facts["efficiency"], facts["unit"]) == (pytest.approx(6), "kW/(m3/min)")


def test_the_figure_is_a_ratio_of_sums_under_load_and_idling_is_told_apart(tmp_path: Path) -> None:
    """24 quarters with 10 kWh for 2, 24 with 5 for 2, 12 with 0.5 for 1: 360 / 96, and 12 of 108 kWh while idle."""
    cold: list[float | None] = [10.0] * 24 + [5.0] * 24 + [0.5] * 12
    used: list[float | None] = [2.0] * 24 + [2.0] * 24 + [1.0] * 12
    with opened(chiller(tmp_path, cold, used, ("Cooling [kWh]", "Chiller [kWh]")), tmp_path) as frame:
        found = result(frame, "equipment_efficiency", TIMED)
    facts = found.facts
    assert facts["efficiency"] == pytest.approx(360 / 96)
    assert (facts["idle_kwh"], facts["used_kwh"], facts["load_share"]) == (pytest.approx(12), pytest.approx(108), 0.8)
    assert facts["idle_share"] == pytest.approx(1 / 9)
    assert [(row["load"], row["efficiency"]) for row in found.tables["bands"].to_pylist()] == [
        ("50 to 60 %", pytest.approx(2.5)),
        ("90 % and more", pytest.approx(5)),
    ]
    assert any("does best at 90 % and more of full load (5)" in each for each in found.sentences)
    assert [row["rows"] for row in found.tables["periods"].to_pylist()] == [4] * 12


def test_sides_that_were_swapped_are_noticed(tmp_path: Path) -> None:
    with opened(chiller(tmp_path, [1.0] * 30, [40.0] * 30, ("Cooling [kWh]", "Chiller [kWh]")), tmp_path) as frame:
        (said,) = result(frame, "equipment_efficiency", TIMED).warnings
    assert said.startswith("Machines are mostly between 0.5 and 12;")


@given(st.lists(st.tuples(st.integers(20, 100), st.integers(5, 40)), min_size=30, max_size=60))
@settings(max_examples=times(10), deadline=None)
def test_bands_and_periods_add_up_to_all_that_is_under_load(pairs: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cold: list[float | None] = [*(float(made) for made, _ in pairs), None]
        used: list[float | None] = [*(float(taken) for _, taken in pairs), 7.0]
        path = chiller(Path(folder), cold, used, ("Cooling [kWh]", "Chiller [kWh]"))
        with opened(path, Path(folder)) as frame:
            found = result(frame, "equipment_efficiency", TIMED)
    assert found.facts["efficiency"] == pytest.approx(sum(a for a, _ in pairs) / sum(b for _, b in pairs))
    for table in found.tables.values():
        rows = table.to_pylist()
        assert sum(row["rows"] for row in rows) == len(pairs)
        assert sum(row["mean_output"] * row["rows"] for row in rows) == pytest.approx(4 * sum(a for a, _ in pairs))
