"""The cost of energy, worked out by hand, and on the steel table in plain Python."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import STEEL, Cell, opened, reason, result, stamps, written
from tests.engines.steel import usage
from tests.scale import times

ENERGY = {"energy": "Energy [kWh]", "timestamp": "Time"}
DAY = stamps("2024-01-01", 24, 60)


def test_without_any_price_the_way_out_is_told(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Time": DAY, "Energy [kWh]": [1] * 24}), tmp_path) as frame:
        said = reason(frame, "energy_cost", ENERGY)
    assert said == "There is no price: choose a price column, or give your tariff for each kWh."


def test_a_price_for_something_else_is_not_multiplied(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": DAY, "Energy [kWh]": [1] * 24, "Price [EUR/m3]": [1] * 24})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "energy_cost", {**ENERGY, "price": "Price [EUR/m3]"})
    assert said == "“Price [EUR/m3]” is for each m3 and “Energy [kWh]” is in kWh, so the two cannot be multiplied."


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"peak_tariff": 0.3}, "needs the tariff of the other hours too"),
        ({"tariff": 0.2, "peak_tariff": 0.3, "peak_from": 8, "peak_to": 8}, "choose two different ones"),
    ],
)
def test_a_peak_tariff_that_says_too_little_is_refused(tmp_path: Path, params: dict[str, float], why: str) -> None:
    path = written(tmp_path, {"Time": DAY, "Energy [kWh]": [1] * 24, "Price [EUR/kWh]": [1] * 24})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "energy_cost", {**ENERGY, "price": "Price [EUR/kWh]"}, **params)
    assert why in said


def test_days_have_no_hours_of_a_peak_tariff_and_no_demand(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 24, 1440), "Energy [kWh]": [1] * 24})
    with opened(path, tmp_path) as frame:
        assert "an hour or less" in reason(frame, "energy_cost", ENERGY, tariff=0.2, peak_tariff=0.3)
        found = result(frame, "energy_cost", ENERGY, tariff=0.2, demand_charge=9.0)
    assert found.facts["cost"] == pytest.approx(24 * 0.2)
    assert found.warnings == ("The demand charge is left out: it needs intervals of an hour or less.",)


def test_a_power_without_a_time_has_no_cost(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Power [kW]": [1, 2], "Price [EUR/kWh]": [1, 1]}), tmp_path) as frame:
        said = reason(frame, "energy_cost", {"energy": "Power [kW]", "price": "Price [EUR/kWh]"})
    assert said == "“Power [kW]” is a power; without a regular time it gives no energy."


def test_an_apparent_power_is_no_energy_that_has_a_price(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": DAY, "Apparent power [kVA]": [1] * 24})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "energy_cost", {**ENERGY, "energy": "Apparent power [kVA]"}, tariff=0.2)
    assert said == "“Apparent power [kVA]” is in kVA, which cannot be added up to an energy."


@pytest.mark.parametrize(
    ("energy", "price", "cost", "currency"),
    [
        ("Energy [kWh]", "Price [EUR/kWh]", 2 * 3 + 4 * 5, "EUR"),
        ("Energy [MWh]", "Price [EUR/MWh]", 2 * 3 + 4 * 5, "EUR"),
        ("Energy [kWh]", "Price [EUR/MWh]", (2 * 3 + 4 * 5) / 1000, "EUR"),
        ("Energy [MWh]", "Price [GBP/kWh]", (2 * 3 + 4 * 5) * 1000, "GBP"),
        ("Energy [MWh]", "Price [EUR]", 2 * 3 + 4 * 5, "EUR"),
        ("Energy [kWh]", "Price [ct/kWh]", (2 * 3 + 4 * 5) / 100, ""),
    ],
)
def test_a_cost_is_energy_times_price_in_their_own_units(
    tmp_path: Path, energy: str, price: str, cost: float, currency: str
) -> None:
    with opened(written(tmp_path, {energy: [2, 4, None, 9], price: [3, 5, 7, None]}), tmp_path) as frame:
        found = result(frame, "energy_cost", {"energy": energy, "price": price})
    assert found.facts["cost"] == pytest.approx(cost)
    assert found.facts["currency"] == currency
    assert "2 rows left out for want of a value or a time." in found.warnings
    assert ("it is taken to be for each MWh" in str(found.warnings)) is (price == "Price [EUR]")


def test_the_tariff_of_the_user_comes_before_the_price_column(tmp_path: Path) -> None:
    path = written(tmp_path, {"Energy [kWh]": [2, 4, 6], "Price [EUR/kWh]": [3, 5, None]})
    with opened(path, tmp_path) as frame:
        found = result(frame, "energy_cost", {"energy": "Energy [kWh]", "price": "Price [EUR/kWh]"}, tariff=2.0)
    assert (found.facts["cost"], found.facts["currency"]) == (24.0, "EUR")
    assert found.warnings == ("“Price [EUR/kWh]” is not used: your tariff is.",)


def test_energy_used_when_it_is_dear_is_told(tmp_path: Path) -> None:
    """1 kWh at 1 and 3 kWh at 3: 10 / 4 = 2.5 paid, 2 on the plain mean."""
    path = written(tmp_path, {"Energy [kWh]": [1, 3], "Price [EUR/kWh]": [1, 3]})
    with opened(path, tmp_path) as frame:
        found = result(frame, "energy_cost", {"energy": "Energy [kWh]", "price": "Price [EUR/kWh]"})
    assert (found.facts["mean_price_per_kwh"], found.facts["plain_price_per_kwh"]) == (2.5, 2.0)
    assert found.sentences[1] == (
        "That is 25.0 % more than the plain mean of the price (2 EUR/kWh): energy is used more when it is dear."
    )


@pytest.mark.parametrize(("first", "last", "hours"), [(8, 20, 12), (22, 6, 8), (0, 24, 24)])
def test_peak_hours_may_pass_midnight(tmp_path: Path, first: int, last: int, hours: int) -> None:
    with opened(written(tmp_path, {"Time": DAY, "Energy [kWh]": [1] * 24}), tmp_path) as frame:
        found = result(frame, "energy_cost", ENERGY, tariff=1.0, peak_tariff=3.0, peak_from=first, peak_to=last)
    assert found.facts["cost"] == hours * 3 + (24 - hours)
    assert found.facts["peak_kwh"] == hours


def test_a_stamp_that_occurs_twice_costs_once_but_an_hour_set_back_costs_twice(tmp_path: Path) -> None:
    """29 October 2023, 02:00 is there twice because clocks were set back; 31 October 05:00 by mistake."""
    at = stamps("2023-10-28", 96, 60)
    doubled = [*at[:27], "2023-10-29 02:00", *at[27:78], "2023-10-31 05:00", *at[78:]]
    with opened(written(tmp_path, {"Time": doubled, "Energy [kWh]": [1] * 98}), tmp_path) as frame:
        found = result(frame, "energy_cost", ENERGY, tariff=1.0)
    assert found.facts["cost"] == 97.0
    assert found.warnings == ("1 stamp found more than once, counted with the mean of the values.",)


def test_rows_of_different_things_at_one_stamp_all_cost(tmp_path: Path) -> None:
    times = [each for each in DAY for _ in range(3)]
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": [1] * 72}), tmp_path) as frame:
        assert result(frame, "energy_cost", ENERGY, tariff=1.0).facts["cost"] == 72.0


def test_the_steel_works_at_a_tariff_with_peak_hours_and_demand_cost_what_a_plain_sum_says(tmp_path: Path) -> None:
    energy = peak = 0.0
    highest: dict[tuple[int, int], float] = defaultdict(float)
    for start, kwh in usage():
        dear = 8 <= start.hour < 20
        energy += kwh * (0.3 if dear else 0.2)
        peak += kwh if dear else 0
        month = (start.year, start.month)
        highest[month] = max(highest[month], kwh * 4)
    with opened(STEEL, tmp_path) as frame:
        inputs = {"energy": "Usage_kWh", "timestamp": "date"}
        found = result(frame, "energy_cost", inputs, tariff=0.2, peak_tariff=0.3, demand_charge=8.0)
    assert len(highest) == 12
    assert found.facts["energy_cost"] == pytest.approx(energy)
    assert found.facts["demand_cost"] == pytest.approx(8 * sum(highest.values()))
    assert found.facts["peak_kwh"] == pytest.approx(peak)
    months = found.tables["months"].to_pylist()
    assert sum(row["cost"] for row in months) == pytest.approx(found.facts["cost"])
    assert sum(row["cost"] for row in found.tables["bands"].to_pylist()) == pytest.approx(energy)
    assert sum(found.tables["hours"]["cost"].to_pylist()) == pytest.approx(energy)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(-20, 90)) | st.none(), min_size=2, max_size=40).filter(any))
@settings(max_examples=times(12), deadline=None)
def test_months_and_hours_add_up_and_a_row_without_a_value_costs_nothing(
    rows: list[tuple[int, int] | None],
) -> None:
    columns: dict[str, Sequence[Cell]] = {
        "Time": stamps("2024-01-31", len(rows), 60),
        "Energy [kWh]": [row and row[0] for row in rows],
        "Price [EUR/kWh]": [row and row[1] for row in rows],
    }
    known = [row for row in rows if row is not None]
    with tempfile.TemporaryDirectory() as folder, opened(written(Path(folder), columns), Path(folder)) as frame:
        found = result(frame, "energy_cost", {**ENERGY, "price": "Price [EUR/kWh]"})
    cost = sum(kwh * price for kwh, price in known)
    assert found.facts["cost"] == pytest.approx(cost)
    assert sum(found.tables["months"]["cost"].to_pylist()) == pytest.approx(cost)
    assert sum(found.tables["hours"]["cost"].to_pylist()) == pytest.approx(cost)
    assert found.warnings == ()
