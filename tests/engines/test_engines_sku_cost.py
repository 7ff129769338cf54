"""Energy and cost for each unit made, worked out by hand."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import Cell, opened, reason, result, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

INPUTS = {"energy": "Energy [kWh]", "production": "Made [pcs]", "sku": "Article"}
ROLES = {
    "Article": (Role.SKU, Fold.NONE),
    "Made [pcs]": (Role.PRODUCTION_OUT, Fold.SUM),
    "Made [kg]": (Role.PRODUCTION_OUT, Fold.SUM),
}


def plant(folder: Path, **more: Sequence[Cell]) -> Path:
    """Article a: 100 kWh for 1,000 and 200 for 3,000 pieces; b: 300 kWh for 1,000."""
    columns: Mapping[str, Sequence[Cell]] = {
        "Article": ["a", "a", "b"],
        "Energy [kWh]": [100, 200, 300],
        "Made [pcs]": [1000, 3000, 1000],
    }
    return written(folder, {**columns, **more})


def test_a_power_says_nothing_of_the_energy_of_a_row(tmp_path: Path) -> None:
    path = written(tmp_path, {"Article": ["a"], "Power [kW]": [5], "Made [pcs]": [9]})
    with opened(path, tmp_path, ROLES) as frame:
        said = reason(frame, "sku_cost", {**INPUTS, "energy": "Power [kW]"})
    assert said == "“Power [kW]” is a power; without a regular time it gives no energy."


def test_where_nothing_was_made_nothing_has_a_cost(tmp_path: Path) -> None:
    with opened(plant(tmp_path, **{"Made [pcs]": [0, 0, None]}), tmp_path, ROLES) as frame:
        assert "nothing was made" in reason(frame, "sku_cost", INPUTS)


def test_pieces_have_no_tonnes(tmp_path: Path) -> None:
    with opened(plant(tmp_path), tmp_path, ROLES) as frame:
        said = reason(frame, "sku_cost", INPUTS, per="tonne")
    assert said == "“Made [pcs]” is no mass, so there is no figure for each tonne of it."


def test_a_price_for_something_else_is_refused(tmp_path: Path) -> None:
    with opened(plant(tmp_path, **{"Price [EUR/m3]": [1, 1, 1]}), tmp_path, ROLES) as frame:
        assert "cannot be multiplied" in reason(frame, "sku_cost", {**INPUTS, "price": "Price [EUR/m3]"})


def test_without_a_price_energy_is_told_and_the_way_to_its_cost(tmp_path: Path) -> None:
    with opened(plant(tmp_path), tmp_path, ROLES) as frame:
        found = result(frame, "sku_cost", INPUTS)
    assert {row["sku"]: row["energy_per"] for row in found.tables["articles"].to_pylist()} == {"a": 75.0, "b": 300.0}
    assert found.facts["energy_per"] == 120.0
    assert found.sentences == (
        "600 kWh of “Energy [kWh]” were used for 2 articles: 120 kWh for each 1,000 pcs.",
        "b takes most (300 kWh for each 1,000 pcs, 4 times as much) and a least (75 kWh for each 1,000 pcs).",
    )
    assert found.warnings == ("Without a price or a tariff only energy is told; give your tariff for its cost.",)


def test_the_cost_of_an_article_is_a_ratio_of_sums_at_the_price_of_each_row(tmp_path: Path) -> None:
    """a: 100 × 0.1 + 200 × 0.2 = 50 EUR for 4,000; b: 300 × 0.1 = 30 EUR for 1,000."""
    path = plant(tmp_path, **{"Price [EUR/MWh]": [100, 200, 100]})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "sku_cost", {**INPUTS, "price": "Price [EUR/MWh]"})
    rows = {row["sku"]: row for row in found.tables["articles"].to_pylist()}
    assert (rows["a"]["cost"], rows["a"]["cost_per"], rows["b"]["cost_per"]) == pytest.approx((50, 12.5, 30))
    assert (rows["a"]["share_percent"], found.facts["cost_per"]) == pytest.approx((62.5, 16))
    assert found.headlines[0].unit == "EUR"


def test_the_tariff_of_the_user_makes_a_cost_of_its_own(tmp_path: Path) -> None:
    with opened(plant(tmp_path), tmp_path, ROLES) as frame:
        found = result(frame, "sku_cost", INPUTS, tariff=0.2, per="unit")
    assert found.facts["cost"] == pytest.approx(120)
    assert found.facts["cost_per"] == pytest.approx(120 / 5000)
    assert found.facts["per"] == "pcs"


def test_a_mass_is_told_by_the_tonne(tmp_path: Path) -> None:
    path = written(tmp_path, {"Article": ["a", "b"], "Energy [MWh]": [1, 3], "Made [kg]": [2000, 2000]})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "sku_cost", {**INPUTS, "energy": "Energy [MWh]", "production": "Made [kg]"})
    assert (found.facts["energy_per"], found.facts["per"]) == (1000.0, "t")


def test_energy_of_articles_of_which_nothing_was_made_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, {"Article": ["a", None, "b"], "Energy [kWh]": [60, 40, None], "Made [pcs]": [1000, 0, 5]})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "sku_cost", INPUTS)
    rows = {row["sku"]: row["energy_per"] for row in found.tables["articles"].to_pylist()}
    assert rows == {"a": 60.0, "(blank)": None}
    assert found.sentences[-1] == "40.0 % of the energy fall to 1 article of which nothing was made."
    assert "1 row left out for want of a value or a time." in found.warnings


def test_only_the_first_twenty_articles_are_drawn(tmp_path: Path) -> None:
    columns: dict[str, Sequence[Cell]] = {
        "Article": [f"n{n}" for n in range(30)],
        "Energy [kWh]": list(range(30)),
        "Made [pcs]": [1000] * 30,
    }
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        found = result(frame, "sku_cost", INPUTS)
    assert (found.tables["articles"].num_rows, found.tables["first"].num_rows) == (30, 20)
    assert found.figures[0].table == "first"
    assert found.tables["first"]["sku"].to_pylist()[0] == "n29"


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 99) | st.none(), st.integers(0, 99), st.integers(1, 9)),
        min_size=2,
        max_size=40,
    ).filter(lambda rows: any(energy is not None and made for _, energy, made, _ in rows))
)
@settings(max_examples=times(12), deadline=None)
def test_articles_add_up_to_the_whole(rows: list[tuple[int, int | None, int, int]]) -> None:
    columns: dict[str, Sequence[Cell]] = {
        "Article": [f"a{article}" for article, *_ in rows],
        "Energy [kWh]": [energy for _, energy, *_ in rows],
        "Made [pcs]": [made for _, _, made, _ in rows],
        "Price [EUR/kWh]": [price for *_, price in rows],
    }
    with tempfile.TemporaryDirectory() as folder, opened(written(Path(folder), columns), Path(folder), ROLES) as frame:
        found = result(frame, "sku_cost", {**INPUTS, "price": "Price [EUR/kWh]"})
    cost: dict[str, float] = defaultdict(float)
    for article, energy, _, price in rows:
        if energy is not None:
            cost[f"a{article}"] += energy * price
    assert {row["sku"]: row["cost"] for row in found.tables["articles"].to_pylist()} == pytest.approx(cost)
    assert found.facts["cost"] == pytest.approx(sum(cost.values()))
