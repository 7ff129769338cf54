"""Emissions, worked out by hand, and on the French grid's own table with the standard library."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.engines.opening import opened, reason, result, stamps, written

from headgate.catalogue.meaning import Fold, Role

FACTOR = {"Factor": (Role.EMISSION_FACTOR, Fold.MEAN)}


def test_without_any_factor_the_way_out_is_told(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Gas [m3]": [1, 2]}), tmp_path) as frame:
        said = reason(frame, "emissions", {"energy": "Gas [m3]"})
    assert said == "There is no emission factor: choose a column of factors, or give your kilograms for each m3."


def test_a_factor_without_a_unit_that_must_be_in_grams_is_refused_without_its_value(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Energy [kWh]": [1, 2], "Factor": [412, 377]}), tmp_path, FACTOR) as frame:
        said = reason(frame, "emissions", {"energy": "Energy [kWh]", "factor": "Factor"})
    assert "name one in the header, such as [gCO2/kWh]" in said
    assert "412" not in said


def test_a_factor_for_something_else_is_not_multiplied(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Energy [kWh]": [1], "Factor [kgCO2e/m3]": [2]}), tmp_path) as frame:
        said = reason(frame, "emissions", {"energy": "Energy [kWh]", "factor": "Factor [kgCO2e/m3]"})
    assert said.endswith("so the two cannot be multiplied.")


@pytest.mark.parametrize(
    ("energy", "factor", "kg"),
    [
        ("Energy [kWh]", "Factor [kgCO2e/kWh]", 2 * 3 + 4 * 5),
        ("Energy [kWh]", "Factor [gCO2e/kWh]", (2 * 3 + 4 * 5) / 1000),
        ("Energy [MWh]", "Factor [tCO2e/MWh]", (2 * 3 + 4 * 5) * 1000),
        ("Energy [MWh]", "Factor [kgCO2e/kWh]", (2 * 3 + 4 * 5) * 1000),
        ("Gas [m3]", "Factor [kgCO2e/m3]", 2 * 3 + 4 * 5),
    ],
)
def test_emissions_are_amounts_times_factors_in_their_own_units(
    tmp_path: Path, energy: str, factor: str, kg: float
) -> None:
    with opened(written(tmp_path, {energy: [2, 4, None], factor: [3, 5, 7]}), tmp_path) as frame:
        found = result(frame, "emissions", {"energy": energy, "factor": factor}, scope="scope_1")
    assert found.facts["kgco2e"] == pytest.approx(kg)
    assert found.headlines[0].value == pytest.approx(kg / 1000)
    assert found.warnings == ("1 row left out for want of a value or a time.",)


def test_a_factor_without_a_unit_that_may_be_kilograms_is_taken_so_and_said(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Energy [MWh]": [1, 2], "Factor": [300, 600]}), tmp_path, FACTOR) as frame:
        found = result(frame, "emissions", {"energy": "Energy [MWh]", "factor": "Factor"})
    assert found.facts["kgco2e"] == pytest.approx(1500)
    assert found.warnings == (
        "“Factor” does not say what it is for; it is taken to be for each MWh.",
        "“Factor” is taken to be in kilograms.",
    )


def test_the_factor_of_the_user_comes_first_and_a_fuel_is_asked_about_its_scope(tmp_path: Path) -> None:
    path = written(tmp_path, {"Natural gas [kWh]": [10, 20], "Factor [kgCO2e/kWh]": [9, None]})
    inputs = {"energy": "Natural gas [kWh]", "factor": "Factor [kgCO2e/kWh]"}
    with opened(path, tmp_path) as frame:
        found = result(frame, "emissions", inputs, kg_per_unit=0.2)
        on_site = result(frame, "emissions", inputs, kg_per_unit=0.2, scope="scope_1")
    assert found.facts["kgco2e"] == pytest.approx(6)
    assert found.warnings == (
        "“Factor [kgCO2e/kWh]” is not used: your own factor is.",
        "“Natural gas [kWh]” looks like a fuel; what is burnt on site is scope 1.",
    )
    assert len(on_site.warnings) == 1
    assert "scope 1, burnt on site" in on_site.sentences[0]


def test_carbon_dioxide_alone_is_said_to_be_alone(tmp_path: Path) -> None:
    path = written(tmp_path, {"Energy [kWh]": [1], "Factor [gCO2/kWh]": [400]})
    with opened(path, tmp_path) as frame:
        found = result(frame, "emissions", {"energy": "Energy [kWh]", "factor": "Factor [gCO2/kWh]"})
    assert found.facts["kgco2e"] == pytest.approx(0.4)
    assert "not the other greenhouse gases" in found.warnings[0]


def test_months_and_hours_of_a_power_add_up(tmp_path: Path) -> None:
    """1 kW all the time, 0.1 kg at even hours and 0.3 at odd ones: 60 days × (12 × 0.1 + 12 × 0.3) = 288."""
    times = stamps("2024-01-01", 60 * 24 * 2, 30)
    factor = [0.3 if int(time[11:13]) % 2 else 0.1 for time in times]
    path = written(tmp_path, {"Time": times, "Power [kW]": [1] * len(times), "Factor [kgCO2e/kWh]": factor})
    with opened(path, tmp_path) as frame:
        inputs = {"energy": "Power [kW]", "factor": "Factor [kgCO2e/kWh]", "timestamp": "Time"}
        found = result(frame, "emissions", inputs)
    assert found.facts["kgco2e"] == pytest.approx(288)
    assert [row["kgco2e"] for row in found.tables["months"].to_pylist()] == pytest.approx([31 * 4.8, 29 * 4.8])
    assert sum(found.tables["hours"]["kgco2e"].to_pylist()) == pytest.approx(288)


@pytest.mark.shared
def test_the_emissions_of_a_month_of_the_french_grid_are_those_of_a_plain_sum(shared: Path, tmp_path: Path) -> None:
    """MW for a quarter of an hour times g/kWh: MW × 250 kWh × g / 1000."""
    path = shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls"
    with path.open(encoding="latin-1", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["Consommation"] and row["Taux de Co2"]]
    pairs = [(float(row["Consommation"]), float(row["Taux de Co2"])) for row in rows if row["Consommation"] != "ND"]
    with opened(path, tmp_path) as frame:
        inputs = {"energy": "Consommation", "factor": "Taux de Co2", "timestamp": "Date"}
        found = result(frame, "emissions", inputs)
    assert found.facts["kgco2e"] == pytest.approx(sum(mw * 250 * grams / 1000 for mw, grams in pairs))
    assert found.facts["amount"] == pytest.approx(sum(mw * 250 for mw, _ in pairs))
