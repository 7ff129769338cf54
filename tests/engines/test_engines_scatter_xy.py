"""Two measures against each other: y = 3 + 2 x by hand, the steel table by numpy, and a sample that is no lottery."""

from __future__ import annotations

import csv
import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import STEEL, opened, reason, result, written
from tests.scale import times

BOTH = {"x": "Made [t]", "y": "Energy [kWh]"}


def test_nine_rows_with_both_values_are_too_few(tmp_path: Path) -> None:
    path = written(tmp_path, {"Made [t]": [*range(9), None], "Energy [kWh]": range(10)})
    with opened(path, tmp_path) as frame:
        assert reason(frame, "scatter_xy", BOTH) == "Fewer than 10 rows have both values."


def test_no_row_at_all_is_too_few(tmp_path: Path) -> None:
    path = written(tmp_path, {"Made [t]": [*range(9), None], "Energy [kWh]": [*[None] * 9, 1]})
    with opened(path, tmp_path) as frame:
        assert reason(frame, "scatter_xy", BOTH) == "Fewer than 10 rows have both values."


def test_what_never_changes_explains_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, {"Made [t]": [7131] * 20, "Energy [kWh]": range(20)})
    with opened(path, tmp_path) as frame:
        said = reason(frame, "scatter_xy", BOTH)
    assert said == "“Made [t]” has the same value on all rows, so nothing can depend on it."
    assert "7131" not in said


def test_words_are_no_measure(tmp_path: Path) -> None:
    path = written(tmp_path, {"Made [t]": ["much", "little"] * 10, "Energy [kWh]": range(20)})
    with opened(path, tmp_path) as frame:
        assert reason(frame, "scatter_xy", BOTH) == "“Made [t]” does not hold numbers."


def test_a_straight_line_is_found_exactly(tmp_path: Path) -> None:
    path = written(tmp_path, {"Made [t]": range(20), "Energy [kWh]": [3 + 2 * x for x in range(20)]})
    with opened(path, tmp_path) as frame:
        found = result(frame, "scatter_xy", BOTH)
    assert found.facts == pytest.approx(
        {
            "rows": 20,
            "points": 20,
            "x_unit": "t",
            "y_unit": "kWh",
            "slope": 2,
            "intercept": 3,
            "r_squared": 1,
            "residual_spread": 0,
        }
    )
    assert found.tables["fit"].to_pydict() == {"x": [0, 19], "y": pytest.approx([3, 41])}
    assert found.sentences[0] == (
        "“Energy [kWh]” rises by 2 kWh for each t of “Made [t]”, which explains 100.0 % of its variation over 20 rows."
    )
    assert "At zero “Made [t]” the line is at 3 kWh." in found.sentences


def test_large_values_with_small_differences_lose_no_digits(tmp_path: Path) -> None:
    """Sums of squares of 10^9 would leave nothing of differences of 0.001."""
    x = [1e9 + n for n in range(50)]
    path = written(tmp_path, {"Made [t]": x, "Energy [kWh]": [1e9 + 0.001 * n for n in range(50)]})
    with opened(path, tmp_path) as frame:
        facts = result(frame, "scatter_xy", BOTH).facts
    assert facts["slope"] == pytest.approx(0.001, rel=1e-4)
    assert facts["r_squared"] == pytest.approx(1, abs=1e-6)


def test_each_group_has_its_own_line_and_the_rare_ones_share_one(tmp_path: Path) -> None:
    """Ten groups of 20, 19 … rows: seven keep their name, three are one."""
    rows = [(f"L{g}", x, g * x) for g in range(1, 11) for x in range(21 - g)]
    path = written(
        tmp_path,
        {"Line": [r[0] for r in rows], "Made [t]": [r[1] for r in rows], "Energy [kWh]": [r[2] for r in rows]},
    )
    with opened(path, tmp_path) as frame:
        found = result(frame, "scatter_xy", {**BOTH, "colour": "Line"})
    groups = {row["group"]: row for row in found.tables["groups"].to_pylist()}
    assert list(groups) == ["Other", "L1", "L2", "L3", "L4", "L5", "L6", "L7"]
    assert groups["L6"]["slope"] == pytest.approx(6)
    assert groups["L6"]["r_squared"] == pytest.approx(1)
    assert sum(row["rows"] for row in groups.values()) == len(rows)
    assert any("steepest for L7" in each and "flattest for L1" in each for each in found.sentences)


def test_the_sample_is_the_same_every_time_about_as_large_as_asked_and_even(tmp_path: Path) -> None:
    """20,000 rows in a daily rhythm of 96: a sample of 2,000 holds about as many of every quarter and of every hour."""
    count = 20_000
    path = written(tmp_path, {"Made [t]": range(count), "Energy [kWh]": [n % 96 for n in range(count)]})
    with opened(path, tmp_path) as frame:
        once, again = (result(frame, "scatter_xy", BOTH, sample=2_000) for _ in range(2))
    assert once.tables["points"] == again.tables["points"]
    x = once.tables["points"]["x"].to_numpy()
    assert abs(len(x) - 2_000) < 150
    quarters = np.bincount((x // 5_000).astype(int), minlength=4)
    hours = np.bincount((x % 96 // 4).astype(int), minlength=24)
    assert min(quarters) > 420
    assert max(quarters) < 580
    assert min(hours) > 50
    assert max(hours) < 120
    assert once.sentences[-1].endswith(f"{len(x):,} of 20,000 rows; the line is that of all rows.")
    assert once.facts["rows"] == 20_000


def test_without_a_fit_nothing_is_said_of_a_line(tmp_path: Path) -> None:
    path = written(tmp_path, {"Made [t]": range(20), "Energy [kWh]": range(20)})
    with opened(path, tmp_path) as frame:
        found = result(frame, "scatter_xy", BOTH, fit="none")
    assert "slope" not in found.facts
    assert found.figures[0].fit is None
    assert found.sentences == ("“Energy [kWh]” against “Made [t]” on 20 rows.",)


def test_the_line_of_the_steel_table_is_that_of_numpy(tmp_path: Path) -> None:
    with gzip.open(STEEL, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    x = np.array([float(row["Lagging_Current_Reactive.Power_kVarh"]) for row in rows])
    y = np.array([float(row["Usage_kWh"]) for row in rows])
    slope, intercept = np.polyfit(x, y, 1)
    with opened(STEEL, tmp_path) as frame:
        facts = result(frame, "scatter_xy", {"x": "Lagging_Current_Reactive.Power_kVarh", "y": "Usage_kWh"}).facts
    assert (facts["slope"], facts["intercept"]) == pytest.approx((slope, intercept))
    assert facts["r_squared"] == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=12, max_size=40))
@settings(max_examples=times(10), deadline=None)
def test_a_row_without_both_values_changes_nothing(pairs: list[tuple[int, int]]) -> None:
    pairs = [*pairs, (99, 0)]
    padded = [*pairs, (None, 5), (5, None)]
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for rows in (pairs, padded):
            columns = {"Made [t]": [row[0] for row in rows], "Energy [kWh]": [row[1] for row in rows]}
            with opened(written(Path(folder), columns), Path(folder)) as frame:
                found.append(result(frame, "scatter_xy", BOTH))
    assert found[0].facts == found[1].facts
    assert found[0].tables == found[1].tables
