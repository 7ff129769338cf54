"""Entities side by side, worked out by hand and from the file of many buildings."""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from pathlib import Path

import pytest
from tests.engines.opening import Cell, opened, reason, result, written

from headgate.catalogue.meaning import Fold, Role

ENERGY, AREA = "Energy [kWh]", "Area [m2]"
ASKED = {"measure": ENERGY, "entity": "Site"}
PER_AREA = {**ASKED, "denominator": AREA}
ROLES = {"Site": (Role.ENTITY, Fold.NONE)}


@pytest.mark.parametrize(
    ("columns", "inputs", "expected"),
    [
        ({ENERGY: ["x", "y", "z"], "Site": "ABC"}, ASKED, "“Energy [kWh]” does not hold numbers."),
        (
            {ENERGY: [1, 2, 3], "Site": "AAB"},
            ASKED,
            "“Site” tells 2 entities with a value apart; a comparison needs 3.",
        ),
        ({ENERGY: [1, 2, 3], "Site": ["A", "B", ""]}, ASKED, "“Site” tells 2 entities"),
        ({ENERGY: [1, 2, 3], AREA: [1, 2, 0], "Site": "ABC"}, PER_AREA, "“Site” tells 2 entities"),
        ({ENERGY: [None, None, None], "Site": "ABC"}, ASKED, "does not hold numbers."),
    ],
)
def test_fewer_than_three_are_not_compared(
    tmp_path: Path, columns: dict[str, list[Cell]], inputs: dict[str, str], expected: str
) -> None:
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        assert expected in reason(frame, "benchmark_entities", inputs)


def test_entities_are_ranked_with_quartile_and_distance_from_the_mean(tmp_path: Path) -> None:
    """Totals 10, 20, 30, 40: mean 25, sample deviation √(500 / 3); quartiles 17.5, 25 and 32.5."""
    path = written(tmp_path, {ENERGY: [10, 5, 15, 30, 40, None, 99], "Site": ["A", "B", "B", "C", "D", "A", ""]})
    with opened(path, tmp_path, ROLES) as frame:
        said = result(frame, "benchmark_entities", ASKED)
    rows = said.tables["entities"].to_pylist()
    assert [(row["rank"], row["entity"], row["value"], row["quartile"]) for row in rows] == [
        (1, "D", 40, 4),
        (2, "C", 30, 3),
        (3, "B", 20, 2),
        (4, "A", 10, 1),
    ]
    assert rows[0]["z"] == pytest.approx(15 / (500 / 3) ** 0.5)
    assert said.sentences == (
        "“Energy [kWh]”, 4 entities: half lie between 17.5 kWh and 32.5 kWh, with 25 kWh in the middle.",
        "D has the highest (40 kWh, 1.6 times the median), A the lowest (10 kWh).",
    )
    assert said.warnings == ("1 row without “Site” left out.",)


def test_for_each_square_metre_sums_are_divided_and_an_area_counts_once(tmp_path: Path) -> None:
    """A 30 kWh on 10 m², B 30 on 20, C 60 on 60, D 5 on none; the row of C without an area counts nowhere."""
    path = written(
        tmp_path,
        {
            "Time": ["2024-01-01", "2024-01-02"] * 4,
            "Site": ["A", "A", "B", "B", "C", "C", "D", "D"],
            ENERGY: [10, 20, 15, 15, 60, 7, 2, 3],
            AREA: [10, 10, 20, 20, 60, None, 0, 0],
        },
    )
    with opened(path, tmp_path, ROLES) as frame:
        said = result(frame, "benchmark_entities", PER_AREA)
    rows = said.tables["entities"].to_pylist()
    assert [(row["entity"], row["over"], row["under"], row["value"]) for row in rows] == [
        ("A", 30, 10, 3),
        ("B", 30, 20, 1.5),
        ("C", 60, 60, 1),
    ]
    assert said.facts["unit"] == "kWh/m2"
    assert said.facts["above_median"] == 15
    assert said.sentences[0].startswith("“Energy [kWh]” for each m2 of “Area [m2]”, 3 entities: half lie between")
    assert said.sentences[-1] == (
        "Those above the median would need 15 kWh (12.5 % of the total) less if they were at it."
    )
    assert said.warnings[0] == "1 entity where “Area [m2]” is not above zero left out."
    assert said.warnings[1].startswith("1 entity has fewer than nine tenths of the rows")


def test_rows_without_a_time_are_things_of_their_own_whose_areas_add_up(tmp_path: Path) -> None:
    """Two buildings of site A: 30 kWh on 10 + 20 m²."""
    columns = {ENERGY: [10, 20, 4, 4], AREA: [10, 20, 2, 1], "Site": "AABC"}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        rows = result(frame, "benchmark_entities", PER_AREA).tables["entities"].to_pylist()
    assert {row["entity"]: row["value"] for row in rows} == {"A": 1, "B": 2, "C": 4}


def test_totals_of_a_shorter_time_are_warned_of(tmp_path: Path) -> None:
    days = [f"2024-01-{day:02d}" for day in range(1, 11)]
    columns = {"Time": [*days, *days, *days[:5]], ENERGY: [1] * 25, "Site": ["A"] * 10 + ["B"] * 10 + ["C"] * 5}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "benchmark_entities", ASKED)
    assert said.warnings == (
        "1 entity has fewer than nine tenths of the rows of the one with most: their totals may be of a shorter time.",
    )


def test_of_many_the_highest_and_the_lowest_are_listed_and_one_far_off_is_named(tmp_path: Path) -> None:
    columns = {ENERGY: [*range(10, 40), 500], "Site": [f"S{n}" for n in range(31)]}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "benchmark_entities", ASKED, top_n=3)
    assert said.tables["entities"]["entity"].to_pylist() == ["S30", "S29", "S28"]
    assert [(row["rank"], row["entity"]) for row in said.tables["lowest"].to_pylist()] == [
        (29, "S2"),
        (30, "S1"),
        (31, "S0"),
    ]
    assert said.sentences[2].startswith("S30 stands more than two standard deviations above the mean")


@pytest.mark.shared
def test_buildings_by_use_are_those_of_the_file(shared: Path, tmp_path: Path) -> None:
    """The mean floor area of a building by primary use, worked out from the file in plain Python."""
    path = shared / "data/bdg2/bdg2_metadata.csv"
    areas: dict[str, list[float]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["primaryspaceusage"]:
                areas[row["primaryspaceusage"]].append(float(row["sqm"]))
    roles = {"sqm": (Role.AREA, Fold.MEAN), "primaryspaceusage": (Role.CATEGORY, Fold.NONE)}
    with opened(path, tmp_path, roles) as frame:
        said = result(frame, "benchmark_entities", {"measure": "sqm", "entity": "primaryspaceusage"}, top_n=200)
    means = {use: statistics.fmean(each) for use, each in areas.items()}
    assert {row["entity"]: row["value"] for row in said.tables["entities"].to_pylist()} == pytest.approx(means)
    assert said.facts["median"] == pytest.approx(statistics.median(means.values()))
    assert said.facts["sd"] == pytest.approx(statistics.stdev(means.values()))
