"""A plan on the rows: every analysis has its outcome, in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.engines.asking import analysis
from tests.engines.opening import opened, stamps, written

from headgate.engines.interface import Result, Skipped
from headgate.engines.kinds import RUNNERS
from headgate.engines.run import run
from headgate.plan.kinds import KINDS
from headgate.plan.language import Plan

COLUMNS = {"Time": stamps("2024-01-01", 48, 60), "Energy [kWh]": range(48), "Note": ["a"] * 48}


def silent(done: int, of: int, title: str) -> None: ...


def test_every_kind_of_the_contract_runs_and_no_other() -> None:
    assert set(RUNNERS) == set(KINDS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "horoscope"}, "no analysis of the kind 'horoscope'"),
        ({"inputs": {"measures": ("c9", "d1", "c2")}}, "It needs c9, d1, which is no column of this table."),
        ({"inputs": {"measures": ("c3",)}}, "holds numbers"),
    ],
)
def test_what_cannot_run_is_skipped_with_its_reason(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        wrong = replace(analysis(frame, "kpi_summary", {"measures": ["Energy [kWh]"]}), **change)
        good = analysis(frame, "data_profile", {})
        first, second = run(
            Plan({each: frame.meaning(each) for each in frame.ids}, analyses=(wrong, good)), frame, silent
        )
    assert isinstance(first, Skipped)
    assert reason in first.reason
    assert isinstance(second, Result)


def test_progress_tells_how_far_it_is(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        steps = tuple(replace(analysis(frame, "data_profile", {}), title=title) for title in ("one", "two"))
        run(Plan({}, analyses=steps), frame, lambda *told: seen.append(told))
    assert seen == [(0, 2, "one"), (1, 2, "two"), (2, 2, "")]


def test_the_meanings_of_the_plan_hold_and_not_those_the_rows_were_opened_with(tmp_path: Path) -> None:
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        meanings = {each: replace(frame.meaning(each), unit="MWh") for each in frame.ids}
        plan = Plan(meanings, analyses=(analysis(frame, "kpi_summary", {"measures": ["Energy [kWh]"]}),))
        (outcome,) = run(plan, frame, silent)
    assert isinstance(outcome, Result)
    assert outcome.headlines[0].unit == "MWh"
