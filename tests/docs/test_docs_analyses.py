"""docs/analyses.md says of each kind what the contract and the results say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.engines.opening import STEEL, opened, result

from headgate.plan.kinds import KINDS, Choices

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "analyses.md").read_text(encoding="utf-8")
LOAD = {"load": "Usage_kWh", "timestamp": "date"}
FLOWS = {"energy": "Usage_kWh", "timestamp": "date"}
STEEL_RUNS = {
    "load_profile": (LOAD, {}),
    "load_heatmap": (LOAD, {}),
    "load_duration": (LOAD, {}),
    "peak_demand": ({**LOAD, "entity": "Load_Type"}, {"limit_kw": 500.0}),
    "base_load": (LOAD, {}),
    "out_of_hours": (LOAD, {}),
    "load_factor": (LOAD, {}),
    "power_factor": ({**FLOWS, "reactive": "Lagging_Current_Reactive.Power_kVarh"}, {}),
    "day_clusters": (LOAD, {}),
    "intensity": ({**FLOWS, "denominator": "CO2(tCO2)", "entity": "Load_Type"}, {}),
}


def section(kind: str) -> str:
    return re.split(r"\n##+ ", TEXT.split(f"\n### {kind}\n")[1])[0]


def words(text: str) -> set[str]:
    return set(re.findall(r"`([a-z0-9_]+)`", text))


def test_every_kind_has_a_section_and_no_other_has() -> None:
    assert re.findall(r"^### (\w+)$", TEXT, re.M) == list(dict.fromkeys(re.findall(r"^### (\w+)$", TEXT, re.M)))
    assert set(re.findall(r"^### (\w+)$", TEXT, re.M)) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_input_and_parameter_is_there_with_its_default(kind: str) -> None:
    told = section(kind)
    assert set(KINDS[kind].inputs) <= words(told)
    for name, given in KINDS[kind].params.items():
        default = " | ".join(given.words) if isinstance(given, Choices) else f"{given.default:g}"
        assert re.search(rf"`{name}` {re.escape(default)}\b", told), name


@pytest.mark.parametrize("kind", sorted(STEEL_RUNS))
def test_every_table_and_fact_of_a_run_is_named(kind: str, tmp_path: Path) -> None:
    inputs, params = STEEL_RUNS[kind]
    with opened(STEEL, tmp_path) as frame:
        found = result(frame, kind, inputs, **params)
    tables, facts = section(kind).split("**Tables**")[1].split("**Facts**")
    assert words(tables) == set(found.tables)
    assert words(facts) == set(found.facts)


# What no public table at hand holds: a meter's register, and what a machine gives beside what it takes.
UNSEEN = {"register_to_interval", "equipment_efficiency"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_shows_a_small_picture_of_itself(kind: str) -> None:
    linked = re.findall(r"^!\[[^\]]+\]\((pictures/\w+\.(?:svg|png))\)$", section(kind), re.M)
    assert len(linked) == (kind not in UNSEEN)
    for name in linked:
        data = (DOCS / name).read_bytes()
        assert 400 < len(data) < 60_000
        assert data.startswith((b"<svg", b"\x89PNG"))


def test_no_picture_stands_there_that_nothing_shows() -> None:
    kept = {f"pictures/{path.name}" for path in (DOCS / "pictures").iterdir()}
    assert kept == set(re.findall(r"\((pictures/[^)]+)\)", TEXT))
