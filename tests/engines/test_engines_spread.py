"""The spread of values, out of one pass a column: against quantiles worked out by hand from the sorted values."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import opened

from headgate.catalogue.meaning import Fold
from headgate.engines.spread import spread_of
from headgate.plan.language import Derived, Folded, Operation

SHARES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p99": 0.99}
values = st.one_of(st.none(), st.integers(-50, 50), st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))


def file(folder: Path, cells: Sequence[float | None]) -> Path:
    path = folder / "rows.csv"
    path.write_text("x,kWh\n" + "".join(f"a,{'' if cell is None else cell}\n" for cell in cells), encoding="utf-8")
    return path


def quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@settings(max_examples=25, deadline=None)
@given(cells=st.lists(values, min_size=3, max_size=60).filter(lambda cells: any(c is not None for c in cells)))
def test_quantiles_and_extremes_are_those_of_the_sorted_values(cells: list[float | None]) -> None:
    present = sorted(float(cell) for cell in cells if cell is not None)
    with tempfile.TemporaryDirectory() as folder, opened(file(Path(folder), cells), Path(folder)) as frame:
        found = spread_of(frame, ["c2"], SHARES)["c2"]
    assert (found["filled"], found["distinct"]) == (len(present), len(set(present)))
    assert (found["min"], found["max"]) == (present[0], present[-1])
    assert found["mean"] == pytest.approx(math.fsum(present) / len(present), rel=1e-9, abs=1e-9)
    for name, share in SHARES.items():
        assert found[name] == pytest.approx(quantile(present, share), rel=1e-12, abs=1e-12)


def test_a_column_without_a_value_has_no_figure_but_its_counts(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a kWh,b kWh\n" + "1,\n,2\n" * 5, encoding="utf-8")
    both = Derived("d1", "Both", Operation("add", Folded(Fold.SUM, "c1"), Folded(Fold.SUM, "c2")))
    with opened(path, tmp_path) as frame:
        under = frame.under({each: frame.meaning(each) for each in frame.ids}, [both])
        found = spread_of(under, ["c1", "d1"], {"median": 0.5})
    assert found["c1"] == {"filled": 5, "distinct": 1, "min": 1, "mean": 1, "max": 1, "median": 1}
    assert found["d1"] == {"filled": 0, "distinct": 0, "min": None, "mean": None, "max": None, "median": None}


def test_the_rows_are_rolled_up_once_however_often_they_are_asked_for(tmp_path: Path) -> None:
    with opened(file(tmp_path, [1, 1, 2, None]), tmp_path) as frame:
        first = frame.values("c2")
        spread_of(frame, ["c2"], {"median": 0.5})
        assert frame.values("c2") is first
        assert sorted(frame.execute(first).to_pylist(), key=lambda row: row["value"]) == [
            {"value": 1.0, "n": 2},
            {"value": 2.0, "n": 1},
        ]


def test_stamps_are_counted_by_entity_where_one_is_given(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = ["2024-01-01 00:00,A,1", "2024-01-01 00:00,B,1", "2024-01-01 00:00,B,2", ",A,4", "2024-01-01 01:00,A,3"]
    path.write_text("time,meter,kWh\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    with opened(path, tmp_path) as frame:
        alone = {str(row["t"]): row["n"] for row in frame.execute(frame.stamps("c1")).to_pylist()}
        each = {
            (str(row["t"]), row["entity"]): row["n"]
            for row in frame.execute(frame.counted_stamps("c1", "c2")).to_pylist()
        }
    assert alone == {"2024-01-01 00:00:00": 3, "2024-01-01 01:00:00": 1}
    assert each == {
        ("2024-01-01 00:00:00", "A"): 1,
        ("2024-01-01 00:00:00", "B"): 2,
        ("2024-01-01 01:00:00", "A"): 1,
    }
