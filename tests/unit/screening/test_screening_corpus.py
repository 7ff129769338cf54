"""The targets of docs/measurements.md hold on the labelled corpus, where it is there."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from headgate.screening import Screened, Verdict

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpora_tool", ROOT / "tools" / "corpora.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged(tool: ModuleType, shared: Path) -> list[tuple[dict[str, Any], Screened]]:
    text = (shared / "corpora" / "headers" / "dev.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return list(zip(rows, tool.judge(rows), strict=True))


def flagged(judged: list[tuple[dict[str, Any], Screened]], label: str) -> float:
    group = [s for row, s in judged if row["label"] == label]
    return sum(s.verdict is not Verdict.CLEAN for s in group) / len(group)


def test_995_in_1000_identifying_headers_do_not_pass(judged: list[tuple[dict[str, Any], Screened]]) -> None:
    assert flagged(judged, "identifying") >= 0.995


def test_at_most_12_in_100_public_headers_wait(judged: list[tuple[dict[str, Any], Screened]]) -> None:
    assert 0 < flagged(judged, "public") <= 0.12


def test_no_alias_holds_a_whole_name_and_the_catalogue_reads_95_in_100_as_before(
    tool: ModuleType, judged: list[tuple[dict[str, Any], Screened]]
) -> None:
    figures = {what: figure for what, _, figure in tool.aliases(judged)}
    assert figures["proposed aliases that do not screen clean"].startswith("0 of")
    assert figures["proposed aliases that still identify (a whole name is left)"].startswith("0 of")
    assert float(figures["role, quantity and unit as from the header without the name"].split()[0]) >= 95


def test_the_control_an_alias_that_keeps_the_name_is_counted(tool: ModuleType) -> None:
    row = {"label": "identifying", "file_kind": "header", "spans": [{"start": 0, "end": 7, "text": "Wexmoor"}]}
    kept = Screened("Wexmoor kWh", Verdict.REVIEW, (), "wexmoor kWh")
    figures = {what: figure for what, _, figure in tool.aliases([(row, kept)])}
    assert figures["proposed aliases that do not screen clean"] == "1 of 1"
    assert figures["proposed aliases that still identify (a whole name is left)"] == "1 of 1"
