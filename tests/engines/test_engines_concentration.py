"""How unevenly a total is shared, against values worked out by hand and by definition."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import Cell, opened, reason, result, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

ENERGY = "Energy [kWh]"
ASKED = {"measure": ENERGY, "category": "Line"}
LINE = {"Line": (Role.CATEGORY, Fold.NONE)}


def gini(values: list[float]) -> float:
    """By its definition: half of the mean difference of all pairs over the mean."""
    n, mean = len(values), sum(values) / len(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * n * mean)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({ENERGY: ["x", "y"], "Line": "AB"}, "“Energy [kWh]” does not hold numbers."),
        ({ENERGY: [1, 2], "Line": "AA"}, "“Line” has fewer than two groups with a value."),
        ({ENERGY: [1, 2], "Line": ["A", ""]}, "“Line” has fewer than two groups with a value."),
        ({ENERGY: [1, -2], "Line": "AB"}, "below zero"),
        ({ENERGY: [0, 0], "Line": "AB"}, "adds up to zero"),
    ],
)
def test_what_cannot_be_shared_is_skipped(tmp_path: Path, columns: dict[str, list[Cell]], expected: str) -> None:
    with opened(written(tmp_path, columns), tmp_path, LINE) as frame:
        assert expected in reason(frame, "concentration", ASKED)


def test_a_mean_has_no_shares(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"T [°C]": [1, 2], "Line": "AB"}), tmp_path, LINE) as frame:
        assert "not added up" in reason(frame, "concentration", {"measure": "T [°C]", "category": "Line"})


def test_the_share_of_the_greatest_and_the_gini_coefficient_of_five_groups(tmp_path: Path) -> None:
    """1, 2, 3, 4, 90 of 100: Gini 2 × (1 + 4 + 9 + 16 + 450) / 500 − 6 / 5 = 0.72; squares 0.8130."""
    path = written(tmp_path, {ENERGY: [90, 1, 2, 3, 1, 3, None, 7], "Line": ["E", "A", "B", "C", "D", "D", "A", ""]})
    with opened(path, tmp_path, LINE) as frame:
        said = result(frame, "concentration", ASKED)
        half = result(frame, "concentration", ASKED, top_percent=50)
    assert said.facts["gini"] == pytest.approx(0.72)
    assert said.facts["herfindahl"] == pytest.approx((90**2 + 1 + 4 + 9 + 16) / 1e4)
    assert (said.facts["top_groups"], said.facts["top_share"]) == (1, pytest.approx(0.9))
    assert (half.facts["top_groups"], half.facts["top_share"]) == (3, pytest.approx(0.97))
    assert said.tables["curve"]["total_percent"].to_pylist() == pytest.approx([0, 90, 94, 97, 99, 100])
    assert said.sentences[0] == "The greatest 1 of 5 groups of “Line” (20.0 %) has 90.0 % of “Energy [kWh]”."
    assert said.warnings == ("1 row without a group left out.",)


def test_equal_groups_are_not_uneven(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [4] * 8, "Line": "ABCDEFGH"}), tmp_path, LINE) as frame:
        facts = result(frame, "concentration", ASKED).facts
    assert (facts["gini"], facts["equal_groups"]) == (pytest.approx(0, abs=1e-12), pytest.approx(8))


def test_a_thousand_groups_make_a_curve_of_two_hundred_points(tmp_path: Path) -> None:
    path = written(tmp_path, {ENERGY: range(1000), "Line": [f"L{n}" for n in range(1000)]})
    with opened(path, tmp_path, LINE) as frame:
        said = result(frame, "concentration", ASKED)
    curve = said.tables["curve"].to_pylist()
    assert len(curve) == 201
    assert curve[100] == {"groups_percent": 50, "total_percent": pytest.approx(100 * sum(range(500, 1000)) / 499_500)}
    assert said.facts["gini"] == pytest.approx(gini([float(n) for n in range(1000)]))


@pytest.mark.shared
def test_floor_area_by_site_is_as_uneven_as_the_file_says(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/bdg2/bdg2_metadata.csv"
    totals: dict[str, float] = defaultdict(float)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            totals[row["site_id"]] += float(row["sqm"])
    roles = {"sqm": (Role.AREA, Fold.SUM), "site_id": (Role.ENTITY, Fold.NONE)}
    with opened(path, tmp_path, roles) as frame:
        said = result(frame, "concentration", {"measure": "sqm", "category": "site_id"})
    assert said.facts["groups"] == len(totals)
    assert said.facts["gini"] == pytest.approx(gini(list(totals.values())))


@given(st.lists(st.integers(0, 999), min_size=2, max_size=30).filter(any))
@settings(max_examples=times(12), deadline=None)
def test_the_coefficient_is_the_one_of_its_definition(values: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), {ENERGY: values, "Line": [f"L{n}" for n in range(len(values))]})
        with opened(path, Path(folder), LINE) as frame:
            said = result(frame, "concentration", ASKED)
    assert said.facts["gini"] == pytest.approx(gini([float(value) for value in values]), abs=1e-9)
