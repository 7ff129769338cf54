"""Breakdowns, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import opened, written

from headgate.catalogue.meaning import Fold, Role

ENERGY = "Energy [kWh]"
BY_LINE = {"measure": [ENERGY], "category": ["Line"]}
LINE = {"Line": (Role.CATEGORY, Fold.NONE)}


@pytest.mark.parametrize(
    ("columns", "inputs", "reason"),
    [
        ({ENERGY: [1, 2], "Line": ["A", "A"]}, BY_LINE, "“Line” has fewer than two groups with a value."),
        ({ENERGY: ["x", "y"], "Line": ["A", "B"]}, BY_LINE, "None of the chosen columns holds numbers."),
        ({ENERGY: [1, 2], "Line": ["A", "B"]}, {"measure": [ENERGY]}, "A single measure has no parts"),
        (
            {ENERGY: [1, 2], "Temperature [°C]": [1, 2]},
            {"measure": [ENERGY, "Temperature [°C]"]},
            "differ in unit or in how they fold",
        ),
    ],
)
def test_what_has_no_parts_is_skipped(
    tmp_path: Path, columns: dict[str, list[object]], inputs: dict[str, list[str]], reason: str
) -> None:
    with opened(written(tmp_path, columns), tmp_path, LINE) as frame:
        assert reason in refused(frame, "breakdown", inputs)


def test_groups_come_the_greatest_first_with_their_share(tmp_path: Path) -> None:
    """A 6, B 1 + 1, blank 2 of 10 kWh."""
    path = written(tmp_path, {ENERGY: [1, 6, 1, 2, None], "Line": ["B", "A", "B", "", "C"]})
    with opened(path, tmp_path, LINE) as frame:
        said = found(frame, "breakdown", BY_LINE)
    assert [tuple(row.values()) for row in said.tables["groups"].to_pylist()] == [
        ("A", 6.0, 1, 0.6),
        ("(blank)", 2.0, 1, 0.2),
        ("B", 2.0, 2, 0.2),
    ]
    assert said.facts == {"c1_greatest_sum_kwh": 6.0, "c1_greatest_share": 0.6, "c1_greatest_group": "A"}


def test_the_rest_is_other_and_folded_over_its_rows(tmp_path: Path) -> None:
    """Means of 10, 8 and then 1 (three rows) and 5 (one row): other is (3 × 1 + 5) / 4 = 2, not (1 + 5) / 2."""
    path = written(tmp_path, {"Power [kW]": [10, 8, 1, 1, 1, 5], "Line": ["A", "B", "C", "C", "C", "D"]})
    with opened(path, tmp_path, LINE) as frame:
        said = found(frame, "breakdown", {"measure": ["Power [kW]"], "category": ["Line"]}, top_n=2)
    rows = said.tables["groups"].to_pylist()
    assert [(row["group"], row["value"], row["share"]) for row in rows] == [
        ("A", 10, None),
        ("B", 8, None),
        ("Other", 2, None),
    ]


def test_a_negative_value_makes_shares_senseless(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [10, -4], "Line": ["A", "B"]}), tmp_path, LINE) as frame:
        assert found(frame, "breakdown", BY_LINE).tables["groups"]["share"].to_pylist() == [None, None]


@pytest.mark.parametrize(
    "names", [["Monday", "Tuesday", "Wednesday", "Sunday"], ["Jan", "Feb", "Nov"], ["mon", "FRI", "Sat"]]
)
def test_weekdays_and_months_keep_their_order(tmp_path: Path, names: list[str]) -> None:
    cells = {ENERGY: range(1, len(names) + 1), "Line": names}
    with opened(written(tmp_path, cells), tmp_path, LINE) as frame:
        assert found(frame, "breakdown", BY_LINE).tables["groups"]["group"].to_pylist() == names


def test_a_whole_number_is_named_without_a_point(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [3, 2, 1], "Line": [1, 2, 10]}), tmp_path, LINE) as frame:
        assert found(frame, "breakdown", BY_LINE).tables["groups"]["group"].to_pylist() == ["1", "2", "10"]


def test_measures_of_one_unit_are_parts_of_a_whole(tmp_path: Path) -> None:
    """3, 12 and 5 of 20 kWh; the temperature is no part."""
    columns = {"A [kWh]": [1, 2], "B [kWh]": [5, 7], "C [kWh]": [5, 0], "Temperature [°C]": [20, 21]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "breakdown", {"measure": list(columns)})
        top = found(frame, "breakdown", {"measure": list(columns)[:3]}, top_n=2)
    rows = said.tables["parts"].to_pylist()
    assert [(row["group"], row["value"], row["share"]) for row in rows] == [
        ("B", 12, 0.6),
        ("C", 5, 0.25),
        ("A", 3, 0.15),
    ]
    assert said.warnings == ("1 measure of another unit or fold left out: Temperature [°C].",)
    assert top.tables["parts"]["group"].to_pylist() == ["B", "C", "Other"]


def test_a_group_that_is_called_other_is_a_group(tmp_path: Path) -> None:
    columns = {"Kind": ["Other", "a", "b", "c"], "Energy [kWh]": [4, 3, 2, 1]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        inputs = {"measure": ["Energy [kWh]"], "category": ["Kind"]}
        every, few = found(frame, "breakdown", inputs), found(frame, "breakdown", inputs, top_n=2)
    assert "Other has the greatest total with 4 kWh (40.0 %), c the smallest" in every.sentences[0]
    assert few.tables["groups"]["group"].to_pylist() == ["Other", "a", "All others"]
    assert few.sentences[0].endswith("the 2 greatest are shown, the rest together as “All others”.")
