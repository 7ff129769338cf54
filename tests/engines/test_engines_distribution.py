"""Distributions, worked out by hand and by another library."""

from __future__ import annotations

import csv
import statistics
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.asking import found, refused
from tests.engines.opening import STEEL, Cell, opened, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.bins import round_edges
from headgate.engines.interface import Form

ENERGY = "Energy [kWh]"
ASKED = {"measures": [ENERGY]}
BY_LINE = {"measures": [ENERGY], "category": ["Line"]}
LINE = {"Line": (Role.CATEGORY, Fold.NONE)}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [(["a", "b"], "None of the chosen columns holds numbers."), ([None, None], "None of the chosen columns holds")],
)
def test_without_numbers_there_is_no_distribution(tmp_path: Path, cells: list[Cell], reason: str) -> None:
    with opened(written(tmp_path, {ENERGY: cells, "Line": ["A", "B"]}), tmp_path) as frame:
        assert reason in refused(frame, "distribution", ASKED)


def test_values_are_counted_in_bins_of_one_width(tmp_path: Path) -> None:
    """0 to 10 in five bins of 2: the greatest value belongs to the last bin, a bin holds its lower edge."""
    with opened(written(tmp_path, {ENERGY: [0, 1, 2, 2, 9, 10, None], "Line": "ABCDEFG"}), tmp_path) as frame:
        said = found(frame, "distribution", ASKED, bins=5)
    assert [tuple(row.values()) for row in said.tables["bins"].to_pylist()] == [
        (0, 2, 2),
        (2, 4, 2),
        (4, 6, 0),
        (6, 8, 0),
        (8, 10, 2),
    ]
    assert said.facts["c1_median_kwh"] == 2
    assert said.facts["c1_mean_kwh"] == 4


def test_a_single_value_is_said_and_not_drawn(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [3, 3, 3], "Line": "ABC"}), tmp_path) as frame:
        said = found(frame, "distribution", ASKED)
    assert said.sentences == ("Every value of “Energy [kWh]” is 3 kWh.",)
    assert (said.figures, list(said.tables)) == ((), ["figures"])


@pytest.mark.parametrize(
    ("low", "high", "most", "edges"),
    [
        (1, 10, 40, [1, 2, 5, 10, 20]),
        (0.3, 4, 40, [0.2, 0.5, 1, 2, 5]),
        (7, 7000, 40, [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]),
        (7, 7000, 5, [1, 10, 100, 1000, 10000]),
    ],
)
def test_round_edges_surround_the_values(low: float, high: float, most: int, edges: list[float]) -> None:
    assert round_edges(low, high, most) == edges


def test_values_over_decades_are_counted_between_round_numbers(tmp_path: Path) -> None:
    """From 1 to 9,000: 2 is counted from 2 on, 4.9 below 5."""
    cells: list[Cell] = [1, 2, 4.9, 30, 300, 9000]
    with opened(written(tmp_path, {ENERGY: cells, "Line": "ABCDEF"}), tmp_path) as frame:
        said = found(frame, "distribution", ASKED)
        linear = found(frame, "distribution", ASKED, scale="linear")
    rows = {row["range"]: row["rows"] for row in said.tables["bins"].to_pylist()}
    assert {name: n for name, n in rows.items() if n} == {
        "1 to 2": 1,
        "2 to 5": 2,
        "20 to 50": 1,
        "200 to 500": 1,
        "5,000 to 10,000": 1,
    }
    assert said.figures[0].form == "bars"
    assert linear.tables["bins"].num_rows == 40


def test_values_with_a_zero_have_no_logarithm(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [0, 1, 10_000], "Line": "ABC"}), tmp_path) as frame:
        said = found(frame, "distribution", ASKED, scale="log")
    assert said.warnings == ("“Energy [kWh]” is not above zero throughout, so its bins are of equal width.",)
    assert said.sentences[-1] == "33.3 % of the values of “Energy [kWh]” are zero."


def test_one_value_far_out_does_not_squeeze_all_others_into_one_bar(tmp_path: Path) -> None:
    cells: list[Cell] = [*(list(range(10, 41)) * 13), 1_000_000, 0]
    with opened(written(tmp_path, {ENERGY: cells, "Line": range(405)}), tmp_path) as frame:
        said = found(frame, "distribution", ASKED)
    bins = said.tables["bins"].to_pylist()
    assert sum(row["rows"] for row in bins) == 405
    assert bins[-1]["to"] == 40 + 30 / 4
    assert "values far out are in the first and last bar" in said.figures[0].title


def test_groups_are_told_apart_by_their_median(tmp_path: Path) -> None:
    """A 1, 2, 9: median 2. B 5, 7: median 6. The blank cell is a group."""
    path = written(tmp_path, {ENERGY: [1, 2, 9, 5, 7, 1, None], "Line": ["A", "A", "A", "B", "B", "", "C"]})
    with opened(path, tmp_path, LINE) as frame:
        said = found(frame, "distribution", BY_LINE)
    assert [(row["group"], row["values"], row["median"]) for row in said.tables["groups"].to_pylist()] == [
        ("B", 2, 6),
        ("A", 3, 2),
        ("(blank)", 1, 1),
    ]
    assert said.sentences[-1] == (
        "By “Line”, the median of “Energy [kWh]” is lowest for (blank) (1 kWh) and highest for B (6 kWh)."
    )


def test_the_steel_plant_s_energy_is_spread_as_other_libraries_say(tmp_path: Path) -> None:
    stats = pytest.importorskip("scipy.stats")
    import gzip

    with gzip.open(STEEL, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    values = [float(row["Usage_kWh"]) for row in rows]
    with opened(STEEL, tmp_path) as frame:
        said = found(frame, "distribution", {"measures": ["Usage_kWh"], "category": ["Load_Type"]}, scale="linear")
    quarter, middle, three = statistics.quantiles(values, n=4, method="inclusive")
    assert said.facts["c2_p25_kwh"] == pytest.approx(quarter)
    assert said.facts["c2_median_kwh"] == pytest.approx(middle)
    assert said.facts["c2_p75_kwh"] == pytest.approx(three)
    assert said.facts["c2_sd_kwh"] == pytest.approx(statistics.stdev(values))
    assert said.facts["c2_skewness"] == pytest.approx(float(stats.skew(values)), rel=1e-9)
    width = max(values) / 40
    counted = Counter(min(39, int(value // width)) for value in values)
    assert said.tables["bins"]["rows"].to_pylist() == [counted[at] for at in range(40)]
    assert {row["group"]: row["median"] for row in said.tables["groups"].to_pylist()} == {
        kind: pytest.approx(statistics.median(float(row["Usage_kWh"]) for row in rows if row["Load_Type"] == kind))
        for kind in ("Light_Load", "Medium_Load", "Maximum_Load")
    }


@given(st.lists(st.integers(-1000, 100_000) | st.none(), min_size=3, max_size=40), st.sampled_from(["auto", "log"]))
@settings(max_examples=times(12), deadline=None)
def test_every_value_is_in_one_bin_and_empty_cells_in_none(cells: list[int | None], scale: str) -> None:
    import tempfile

    cells = [1, 2, *cells]
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), {ENERGY: list(cells), "Line": range(len(cells))})
        with opened(path, Path(folder)) as frame:
            said = found(frame, "distribution", ASKED, scale=scale)
    assert sum(said.tables["bins"]["rows"].to_pylist()) == sum(cell is not None for cell in cells)


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ([0, 0.5, 0.5, 3, 3, 3, 0, 0, 3], [(0, 3), (0.5, 2), (3, 4)]),  # three values on nine rows: each is counted
        ([0, 1, 2, 2, 9, 10, 10, 10], None),  # five values on eight rows: bins
    ],
)
def test_few_different_values_are_counted_one_by_one(
    tmp_path: Path, cells: list[Cell], rows: list[tuple[float, int]] | None
) -> None:
    with opened(written(tmp_path, {ENERGY: cells, "Line": "A" * len(cells)}), tmp_path) as frame:
        said = found(frame, "distribution", ASKED, bins=5)
    if rows is None:
        assert said.tables["bins"].column_names == ["from", "to", "rows"]
        return
    assert [tuple(row.values()) for row in said.tables["bins"].to_pylist()] == rows
    assert (said.figures[0].form, said.figures[0].x, said.figures[0].y) == (Form.BARS, "value", "rows")
    assert said.figures[0].x_label.endswith("(kWh)")
