"""Computed columns: a sum of meters is analysed as a meter is; what is no sum of one kind of column is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, stamps, written

from headgate.catalogue.meaning import Fold
from headgate.engines.interface import Result, Skipped
from headgate.engines.run import run
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis, Derived, Expression, Folded, Operation, Plan

COLUMNS = {
    "Time": stamps("2024-01-01", 4, 60),
    "Meter 1 [kWh]": [1.0, 2.0, 3.0, None],
    "Meter 2 [kWh]": [10.0, 20.0, 30.0, 40.0],
    "Air [°C]": [5.0, 5.0, 6.0, 6.0],
    "Note": ["a", "b", "c", "d"],
}
ONE, TWO, AIR, NOTE = (Folded(Fold.SUM, "c2"), Folded(Fold.SUM, "c3"), Folded(Fold.MEAN, "c4"), Folded(Fold.SUM, "c5"))


def outcome(tmp_path: Path, expression: Expression) -> Result | Skipped:
    params = {name: allowed.default for name, allowed in KINDS["kpi_summary"].params.items()}
    asked = Analysis("kpi_summary", {"measures": ("d1",), "timestamp": ("c1",)}, params, "", "", 1)
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        meanings = {each: frame.meaning(each) for each in frame.ids}
        plan = Plan(meanings, (Derived("d1", "Both meters", expression),), (asked,))
        (found,) = run(plan, frame, lambda *told: None)
    return found


@pytest.mark.parametrize(
    "expression",
    [
        Operation("add", ONE, AIR),
        Operation("mul", ONE, TWO),
        Operation("div", ONE, TWO),
        Operation("add", ONE, Operation("abs", TWO)),
        Operation("add", ONE, Folded(Fold.MAX, "c3")),
        Operation("add", NOTE, NOTE),
        Operation("add", ONE, Folded(Fold.SUM, "c99")),
    ],
)
def test_what_is_no_sum_of_columns_of_one_kind_is_skipped(tmp_path: Path, expression: Expression) -> None:
    found = outcome(tmp_path, expression)
    assert isinstance(found, Skipped)
    assert "d1" in found.reason


@pytest.mark.parametrize(
    ("expression", "total"),
    [
        (Operation("add", ONE, TWO), 66.0),  # 11 + 22 + 33; the fourth hour has a gap, so it has no sum
        (Operation("sub", TWO, ONE), 54.0),  # 9 + 18 + 27
        (Operation("sub", TWO, Operation("neg", ONE)), 66.0),
        (TWO, 100.0),
    ],
)
def test_a_sum_of_meters_is_folded_hour_by_hour(tmp_path: Path, expression: Expression, total: float) -> None:
    found = outcome(tmp_path, expression)
    assert isinstance(found, Result), found
    assert found.facts["d1_sum_kwh"] == total
    assert found.tables["measures"]["measure"].to_pylist() == ["Both meters"]
