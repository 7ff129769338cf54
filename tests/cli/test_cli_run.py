"""`headgate run`: a saved plan on another table, with no provider and no new plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.commands import headgate

ROWS = [f"2024-01-{day:02d} {hour:02d}:00,{10 + hour},{day}" for day in range(1, 22) for hour in range(24)]


def table(path: Path, header: str = "time,Usage_kWh,Gas_kWh", rows: list[str] = ROWS) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    env = {"HEADGATE_HOME": str(folder / "home")}
    done = headgate("analyse", table(folder / "plant.csv"), "--out", folder / "report", env=env)
    assert done.code == 0, done.err
    return folder / "report" / "plan.json"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": "other"}', "\x00"])
def test_what_is_no_saved_plan_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(content, encoding="utf-8")
    done = headgate("run", tmp_path / "plan.json", table(tmp_path / "plant.csv"), "--out", tmp_path / "out")
    assert done.code == 2
    assert "no saved plan" in done.last_line
    assert not (tmp_path / "out").exists()


def test_a_table_without_a_column_that_is_used_is_refused_and_named(plan: Path, tmp_path: Path) -> None:
    rows = [row.rpartition(",")[0] for row in ROWS]
    done = headgate("run", plan, table(tmp_path / "other.csv", "time,Strom_kWh", rows), "--out", tmp_path / "out")
    assert done.code == 2
    assert "does not fit this table any more" in done.last_line
    assert "“Usage_kWh”" in done.last_line
    assert not (tmp_path / "out").exists()


def test_the_same_plan_on_the_same_rows_gives_the_same_figures_wherever_columns_stand(
    plan: Path, tmp_path: Path
) -> None:
    turned = [",".join([row.split(",")[2], row.split(",")[0], row.split(",")[1]]) for row in ROWS]
    first = headgate("run", plan, table(tmp_path / "plant.csv"), "--out", tmp_path / "a", "--json")
    other = table(tmp_path / "turned.csv", "Gas_kWh,time,Usage_kWh", turned)
    second = headgate("run", plan, other, "--out", tmp_path / "b", "--json")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    found = [json.loads(done.out) for done in (first, second)]
    assert [one["changes"] for one in found] == [[], []]
    assert found[0]["sent"] is None
    said = [[result["sentences"] for result in one["results"] if result["kind"] != "data_profile"] for one in found]
    assert said[0] == said[1]
    assert len(said[0]) > 5


def test_new_columns_are_told_and_get_no_analysis(plan: Path, tmp_path: Path) -> None:
    wider = table(tmp_path / "more.csv", "time,Usage_kWh,Gas_kWh,Water_m3", [f"{row},7" for row in ROWS])
    done = headgate("run", plan, wider, "--out", tmp_path / "c")
    assert done.code == 0, done.err
    assert "New in this table, and in no analysis of the plan: “Water_m3”." in done.err.replace("\n", " ")
    saved = json.loads(plan.read_text(encoding="utf-8"))
    again = json.loads((tmp_path / "c" / "plan.json").read_text(encoding="utf-8"))
    assert [one["kind"] for one in again["analyses"]] == [one["kind"] for one in saved["analyses"]]
    assert {"Water_m3"} == {one["header"] for one in again["columns"]} - {one["header"] for one in saved["columns"]}
