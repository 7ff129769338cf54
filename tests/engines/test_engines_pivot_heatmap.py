"""Two categories at once, worked out by hand and from the steel plant's file."""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.asking import found, refused
from tests.engines.opening import STEEL, Cell, opened, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

ENERGY = "Energy [kWh]"
ASKED = {"measure": [ENERGY], "categories": ["Line", "Shift"]}
ROLES = {"Line": (Role.CATEGORY, Fold.NONE), "Shift": (Role.SHIFT, Fold.NONE)}


@pytest.mark.parametrize(
    ("columns", "inputs", "reason"),
    [
        ({ENERGY: ["x", "y"], "Line": "AB", "Shift": "12"}, ASKED, "“Energy [kWh]” does not hold numbers."),
        ({ENERGY: [1, 2], "Line": "AA", "Shift": "12"}, ASKED, "“Line” has fewer than two groups with a value."),
        ({ENERGY: [1, 2], "Line": "AB", "Shift": "11"}, ASKED, "“Shift” has fewer than two groups with a value."),
        (
            {ENERGY: range(201), "Line": [f"L{n}" for n in range(201)], "Shift": [n % 2 for n in range(201)]},
            ASKED,
            "“Line” has 201 groups; a grid shows at most 200.",
        ),
        (
            {ENERGY: [1, 2], "Line": "AB", "Shift": "12"},
            {**ASKED, "categories": ["Line", "Line"]},
            "The two categories are the same column",
        ),
    ],
)
def test_what_makes_no_grid_is_skipped(
    tmp_path: Path, columns: dict[str, list[Cell]], inputs: dict[str, list[str]], reason: str
) -> None:
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        assert reason in refused(frame, "pivot_heatmap", inputs)


COLUMNS: dict[str, list[Cell]] = {
    ENERGY: [1, 2, 4, 8, 16, None],
    "Line": ["A", "A", "A", "B", "B", "B"],
    "Shift": ["10", "10", "2", "2", "2", "10"],
}


@pytest.mark.parametrize(
    ("fold", "cells"),
    [
        ("auto", [("B", "2", 24), ("A", "2", 4), ("A", "10", 3)]),
        ("sum", [("B", "2", 24), ("A", "2", 4), ("A", "10", 3)]),
        ("mean", [("B", "2", 12), ("A", "2", 4), ("A", "10", 1.5)]),
        ("count", [("B", "2", 2), ("A", "2", 1), ("A", "10", 2)]),
    ],
)
def test_a_cell_is_folded_and_groups_stand_by_number_or_by_size(
    tmp_path: Path, fold: str, cells: list[tuple[str, str, float]]
) -> None:
    with opened(written(tmp_path, COLUMNS), tmp_path, ROLES) as frame:
        said = found(frame, "pivot_heatmap", ASKED, fold=fold)
    assert [(row["across"], row["down"], row["value"]) for row in said.tables["cells"].to_pylist()] == cells
    assert said.facts["filled_share"] == 0.75


def test_weekdays_stand_in_their_own_order(tmp_path: Path) -> None:
    days = ["Sunday", "Monday", "Friday"]
    columns = {ENERGY: [9, 1, 5, 2, 2, 2], "Line": [*days, *days], "Shift": [1, 1, 1, 2, 2, 2]}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = found(frame, "pivot_heatmap", ASKED)
    assert said.tables["cells"]["across"].to_pylist()[:3] == ["Monday", "Friday", "Sunday"]


def test_the_pair_that_its_row_and_column_do_not_explain_is_named(tmp_path: Path) -> None:
    """Down 20 and 10, across 18 and 12: (A, 1) is 18 where 20 × 18 / 30 = 12 was to be expected."""
    columns = {ENERGY: [18, 2, 10], "Line": "ABB", "Shift": "112"}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = found(frame, "pivot_heatmap", ASKED)
    assert said.sentences == (
        "The total “Energy [kWh]” by “Line” and “Shift” is highest for A and 1 (18 kWh), lowest for B and 1 (2 kWh).",
        "A and 1 stand out: 18 kWh, where their row and column let expect 12 kWh.",
        "1 pair of 4 (25.0 %) has no value.",
    )


def test_the_steel_plant_s_days_and_load_types_are_those_of_its_file(tmp_path: Path) -> None:
    totals: dict[tuple[str, str], float] = defaultdict(float)
    with gzip.open(STEEL, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            totals[row["Day_of_week"], row["Load_Type"]] += float(row["Usage_kWh"])
    inputs = {"measure": ["Usage_kWh"], "categories": ["Day_of_week", "Load_Type"]}
    with opened(STEEL, tmp_path) as frame:
        said = found(frame, "pivot_heatmap", inputs)
    cells = said.tables["cells"].to_pylist()
    assert {(row["across"], row["down"]): row["value"] for row in cells} == pytest.approx(totals)
    assert cells[0]["across"] == "Monday"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 99) | st.none()), max_size=40))
@settings(max_examples=times(10), deadline=None)
def test_the_cells_add_up_to_the_whole(rows: list[tuple[int, int, int | None]]) -> None:
    rows = [*rows, (0, 0, 1), (1, 1, 1)]
    columns = {
        "Line": [f"L{a}" for a, _, _ in rows],
        "Shift": [f"S{b}" for _, b, _ in rows],
        ENERGY: [v for *_, v in rows],
    }
    with tempfile.TemporaryDirectory() as folder, opened(written(Path(folder), columns), Path(folder), ROLES) as frame:
        cells = found(frame, "pivot_heatmap", ASKED).tables["cells"].to_pylist()
    assert sum(cell["value"] for cell in cells) == sum(value or 0 for *_, value in rows)
    assert sum(cell["rows"] for cell in cells) == sum(value is not None for *_, value in rows)
    assert sum(cell["expected"] for cell in cells) <= sum(value or 0 for *_, value in rows) + 1e-9
