"""Which few groups make most, worked out by hand."""

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
BY_LINE = {"measure": [ENERGY], "category": ["Line"]}
LINE = {"Line": (Role.CATEGORY, Fold.NONE)}


@pytest.mark.parametrize(
    ("columns", "inputs", "reason"),
    [
        ({ENERGY: ["x", "y"], "Line": "AB"}, BY_LINE, "None of the chosen columns holds numbers."),
        ({ENERGY: [1, 2], "Line": "AB"}, BY_LINE, "“Line” has 2 groups with a value; it takes 3"),
        ({ENERGY: [1, -2, 3], "Line": "ABC"}, BY_LINE, "Some groups of “Line” are below zero"),
        ({ENERGY: [0, 0, 0], "Line": "ABC"}, BY_LINE, "The groups of “Line” add up to zero."),
        (
            {"Temperature [°C]": [1, 2, 3], "Line": "ABC"},
            {"measure": ["Temperature [°C]"], "category": ["Line"]},
            "“Temperature [°C]” is not added up (mean), so its groups make no whole.",
        ),
        ({ENERGY: [1, 2], "B [kWh]": [1, 2]}, {"measure": [ENERGY, "B [kWh]"]}, "has 2 parts with a value"),
    ],
)
def test_what_makes_no_whole_of_three_is_skipped(
    tmp_path: Path, columns: dict[str, list[Cell]], inputs: dict[str, list[str]], reason: str
) -> None:
    with opened(written(tmp_path, columns), tmp_path, LINE) as frame:
        assert reason in refused(frame, "pareto", inputs)


def test_the_few_that_reach_the_threshold_are_counted(tmp_path: Path) -> None:
    """50 + 30 = 80 of 100: two of five groups reach 80 %, three are needed for 81 %."""
    path = written(tmp_path, {ENERGY: [10, 20, 30, 25, 6, 5, 4, None], "Line": ["B", "B", "A", "C", "D", "E", "", "A"]})
    with opened(path, tmp_path, LINE) as frame:
        said = found(frame, "pareto", BY_LINE, threshold_percent=60)
        more = found(frame, "pareto", BY_LINE, threshold_percent=61)
    assert [(row["group"], row["value"], row["share"]) for row in said.tables["groups"].to_pylist()] == [
        ("A", 30, 0.3),
        ("B", 30, 0.3),
        ("C", 25, 0.25),
        ("D", 6, 0.06),
        ("E", 5, 0.05),
        ("(blank)", 4, 0.04),
    ]
    assert said.tables["groups"]["running_share"].to_pylist() == pytest.approx([0.3, 0.6, 0.85, 0.91, 0.96, 1.0])
    assert (said.facts["c1_vital"], more.facts["c1_vital"]) == (2, 3)
    assert said.sentences == (
        "“Energy [kWh]” by “Line”: 2 of 6 groups (33.3 %) make 60.0 % of the total; work on them comes first.",
        "The greatest, A, makes 30.0 %.",
    )


def test_groups_alike_are_said_to_decide_nothing(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [1] * 10, "Line": "ABCDEFGHIJ"}), tmp_path, LINE) as frame:
        said = found(frame, "pareto", BY_LINE)
    assert said.sentences[0].endswith("it takes 8 of 10 groups to reach 80 %; no few of them decide.")


def test_tenths_that_add_up_to_the_threshold_reach_it(tmp_path: Path) -> None:
    """0.1 + 0.2 + 0.5 is 0.7999… in binary."""
    with opened(written(tmp_path, {ENERGY: [0.1, 0.2, 0.5, 0.1, 0.1], "Line": "ABCDE"}), tmp_path, LINE) as frame:
        assert found(frame, "pareto", BY_LINE).facts["c1_vital"] == 3


def test_many_groups_are_all_counted_and_fifty_shown(tmp_path: Path) -> None:
    """1 to 200 make 20,100; the greatest k make 80 % from k = 111 on: 200 + … + 90 = 16,095 ≥ 16,080."""
    path = written(tmp_path, {ENERGY: range(1, 201), "Line": [f"L{n}" for n in range(200)]})
    with opened(path, tmp_path, LINE) as frame:
        said = found(frame, "pareto", BY_LINE)
    assert (said.facts["c1_groups"], said.facts["c1_vital"]) == (200, 111)
    rows = said.tables["groups"].to_pylist()
    assert (len(rows), rows[-1]["group"], rows[-1]["value"]) == (51, "150 others", sum(range(1, 151)))
    assert rows[-1]["running_share"] == 1


def test_parts_in_different_units_are_added_in_the_first_one_s(tmp_path: Path) -> None:
    """2 kWh, 0.5 MWh, 40 kWh; °C is no part."""
    columns = {"A [kWh]": [1, 1], "B [MWh]": [0.25, 0.25], "C [kWh]": [20, 20], "Temperature [°C]": [20, 21]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "pareto", {"measure": list(columns)})
    assert said.tables["parts"]["value"].to_pylist() == [500, 40, 2]
    assert said.facts["parts_total_kwh"] == 542
    assert said.warnings == ("1 measure that cannot be added to the others left out: Temperature [°C].",)


def test_the_steel_plant_s_load_types_are_those_of_its_file(tmp_path: Path) -> None:
    totals: dict[str, float] = defaultdict(float)
    with gzip.open(STEEL, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            totals[row["Load_Type"]] += float(row["Usage_kWh"])
    with opened(STEEL, tmp_path) as frame:
        said = found(frame, "pareto", {"measure": ["Usage_kWh"], "category": ["Load_Type"]})
    assert {row["group"]: row["value"] for row in said.tables["groups"].to_pylist()} == pytest.approx(totals)
    assert said.facts["c2_greatest_share"] == pytest.approx(max(totals.values()) / sum(totals.values()))
    assert said.facts["c2_vital"] == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 999) | st.none()), max_size=40), st.integers(1, 99))
@settings(max_examples=times(12), deadline=None)
def test_the_vital_groups_are_the_fewest_that_reach_the_threshold(
    rows: list[tuple[int, int | None]], threshold: int
) -> None:
    rows = [*rows, (0, 1), (1, 1), (2, 1)]
    totals: dict[int, int] = defaultdict(int)
    for group, value in rows:
        if value is not None:
            totals[group] += value
    ranked = sorted(totals.values(), reverse=True)
    fewest = next(n for n in range(1, len(ranked) + 1) if 100 * sum(ranked[:n]) >= threshold * sum(ranked))
    with tempfile.TemporaryDirectory() as folder:
        columns = {"Line": [f"line {group}" for group, _ in rows], ENERGY: [value for _, value in rows]}
        with opened(written(Path(folder), columns), Path(folder), LINE) as frame:
            said = found(frame, "pareto", BY_LINE, threshold_percent=threshold)
    assert said.facts["c2_vital"] == fewest
    assert said.tables["groups"]["running_share"].to_pylist()[-1] == pytest.approx(1)
