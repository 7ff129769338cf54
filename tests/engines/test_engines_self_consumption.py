"""Self-consumption and autarky, worked out by hand, and of the French grid's nuclear power as a plain sum."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import Cell, opened, reason, result, stamps, written
from tests.scale import times

INPUTS = {"generation": "PV generation [kWh]", "load": "Load [kWh]", "timestamp": "Time"}


def plant(folder: Path, generation: list[Cell], load: list[Cell], minutes: int = 15) -> Path:
    at = stamps("2024-06-01", len(load), minutes)
    return written(folder, {"Time": at, INPUTS["generation"]: generation, INPUTS["load"]: load})


def test_values_two_hours_apart_say_nothing_of_what_meets(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [1] * 24, [1] * 24, 120), tmp_path) as frame:
        assert "The values are 2 hours apart" in reason(frame, "self_consumption", INPUTS)


def test_a_load_that_is_net_of_the_generation_is_refused(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [5] * 96, [2] * 48 + [-3] * 48), tmp_path) as frame:
        said = reason(frame, "self_consumption", INPUTS)
    assert said == "“Load [kWh]” is below zero in 50.0 % of the intervals: it may be net of the generation."


def test_a_generation_counted_as_negative_is_refused(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [-5] * 96, [2] * 96), tmp_path) as frame:
        assert "its sign may be turned" in reason(frame, "self_consumption", INPUTS)


@pytest.mark.parametrize(
    ("generation", "load", "why"),
    [
        ([0] * 96, [1] * 96, "“PV generation [kWh]” is nowhere above zero"),
        ([1] * 96, [0] * 96, "“Load [kWh]” is nowhere above zero"),
        ([1] * 48 + [None] * 48, [None] * 48 + [1] * 48, "no interval in which both have a value"),
    ],
)
def test_without_both_there_is_nothing_to_compare(
    tmp_path: Path, generation: list[Cell], load: list[Cell], why: str
) -> None:
    with opened(plant(tmp_path, generation, load), tmp_path) as frame:
        assert why in reason(frame, "self_consumption", INPUTS)


def test_what_is_used_on_site_is_the_less_of_the_two_in_each_interval(tmp_path: Path) -> None:
    """Half a day of 8 and half of 0 against a steady 4: 4 × 48 of 8 × 48 used; a day's store would carry the rest."""
    with opened(plant(tmp_path, [8] * 48 + [0] * 48, [4] * 96), tmp_path) as frame:
        found = result(frame, "self_consumption", INPUTS)
    facts = found.facts
    assert (facts["generation_kwh"], facts["load_kwh"], facts["self_consumed_kwh"]) == (384.0, 384.0, 192.0)
    assert (facts["exported_kwh"], facts["imported_kwh"]) == (192.0, 192.0)
    assert (facts["self_consumption_rate"], facts["autarky"], facts["autarky_with_day_store"]) == (0.5, 0.5, 1.0)
    assert found.warnings == ("“Load [kWh]” is taken to be all that is used, not what the grid delivers.",)
    assert found.sentences[0] == (
        "Of 384 kWh of “PV generation [kWh]”, 192 kWh (50.0 %) are used on site and 192 kWh are not."
    )


def test_a_store_for_a_day_does_not_carry_into_the_next(tmp_path: Path) -> None:
    """All generation on the first day, all load on the second."""
    with opened(plant(tmp_path, [1] * 96 + [0] * 96, [0.0] * 95 + [1.0] * 97), tmp_path) as frame:
        facts = result(frame, "self_consumption", INPUTS).facts
    assert facts["autarky"] == pytest.approx(1 / 97)
    assert facts["autarky_with_day_store"] == pytest.approx(1 / 97)


def test_an_inverter_that_draws_a_little_at_night_counts_as_zero(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [2] * 199 + [-0.1], [1] * 200), tmp_path) as frame:
        found = result(frame, "self_consumption", INPUTS)
    assert found.facts["generation_kwh"] == 398.0
    assert found.warnings[-1] == "“PV generation [kWh]” is below zero in 1 interval, which count as zero."


def test_power_and_energy_in_other_units_meet(tmp_path: Path) -> None:
    """60 kW is 15 kWh a quarter of an hour, 0.03 MWh is 30 kWh; and hours hide what goes to and fro within them."""
    columns = {"Time": stamps("2024-06-01", 8, 15), "PV power [kW]": [60] * 8, "Load [MWh]": [0.03] * 8}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        inputs = {"generation": "PV power [kW]", "load": "Load [MWh]", "timestamp": "Time"}
        assert result(frame, "self_consumption", inputs).facts["autarky"] == pytest.approx(0.5)
    with opened(plant(tmp_path, [1] * 24, [2] * 24, 60), tmp_path) as frame:
        assert (
            "Within 1 hour exchange with the grid is not seen" in result(frame, "self_consumption", INPUTS).warnings[0]
        )


@given(
    st.lists(st.tuples(st.integers(0, 50) | st.none(), st.integers(0, 50)), min_size=2, max_size=96).filter(
        lambda rows: any(generation and load for generation, load in rows)
    )
)
@settings(max_examples=times(12), deadline=None)
def test_what_is_generated_and_used_is_parted_without_remainder(rows: list[tuple[int | None, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = plant(Path(folder), [row[0] for row in rows], [row[1] for row in rows])
        with opened(path, Path(folder)) as frame:
            found = result(frame, "self_consumption", INPUTS, grain="day")
    both = [(generation, load) for generation, load in rows if generation is not None]
    facts = {name: float(value or 0) for name, value in found.facts.items()}
    assert facts["self_consumed_kwh"] == sum(min(pair) for pair in both)
    assert facts["self_consumed_kwh"] + facts["exported_kwh"] == sum(generation for generation, _ in both)
    assert facts["self_consumed_kwh"] + facts["imported_kwh"] == sum(load for _, load in both)
    assert facts["autarky"] <= facts["autarky_with_day_store"] <= 1
    assert sum(found.tables["periods"]["self_consumed_kwh"].to_pylist()) == facts["self_consumed_kwh"]


@pytest.mark.shared
def test_the_part_of_french_nuclear_power_that_france_used_is_that_of_a_plain_sum(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls"
    with path.open(encoding="latin-1", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["Consommation"]]
    days: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    own = 0.0
    for row in rows:
        made, used = float(row["Nucléaire"]), float(row["Consommation"])
        own += min(made, used) / 4
        days[row["Date"]][0] += made / 4
        days[row["Date"]][1] += used / 4
    made, used = sum(day[0] for day in days.values()), sum(day[1] for day in days.values())
    with opened(path, tmp_path) as frame:
        facts = result(
            frame, "self_consumption", {"generation": "Nucléaire", "load": "Consommation", "timestamp": "Date"}
        ).facts
    assert 0 < facts["exported_kwh"] < facts["self_consumed_kwh"]
    assert facts["self_consumption_rate"] == pytest.approx(own / made)
    assert facts["autarky"] == pytest.approx(own / used)
    assert facts["autarky_with_day_store"] == pytest.approx(sum(min(day) for day in days.values()) / used)
