"""The review on the command line: what is shown, what is kept, what can be looked up afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.commands import headgate

TABLE = "timestamp,Usage_kWh,Wexmoor_Boiler_kWh\n" + "".join(f"2026-01-01 {n:02d}:00,{n},{n}\n" for n in range(24))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "plant.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize("file", ["saved.toml", "saved.json"])
def test_decisions_that_were_saved_can_be_applied_again(file: str, source: Path, tmp_path: Path) -> None:
    names = '[names]\ntimestamp = true\nWexmoor_Boiler_kWh = "site1 \\"boiler\\" kWh"\n'
    (tmp_path / "names.toml").write_text(names, encoding="utf-8")
    out, saved = tmp_path / "out", tmp_path / file
    first = headgate(
        "analyse", source, "--out", out, "--review", tmp_path / "names.toml", "--save-review", saved, "--json"
    )
    assert first.code == 0, first.err
    again = headgate("analyse", source, "--out", out, "--review", saved, "--json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["decisions"] == json.loads(first.out)["decisions"]
    assert json.loads(again.out)["decisions"] == {"approved": 1, "renamed": 1, "withheld": 1, "by": "file"}


def test_a_new_name_that_nobody_knows_is_pointed_out(source: Path, tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text('[names]\nUsage_kWh = "Ringaskiddy kWh"\n', encoding="utf-8")
    done = headgate("analyse", source, "--out", tmp_path / "out", "--review", tmp_path / "names.toml")
    assert done.code == 0
    assert "The new name “Ringaskiddy kWh”" in done.err
    (tmp_path / "names.toml").write_text('[names]\nUsage_kWh = "site1 kWh"\n', encoding="utf-8")
    done = headgate("analyse", source, "--out", tmp_path / "out", "--review", tmp_path / "names.toml")
    assert "The new name" not in done.err


def test_no_name_is_cut_in_the_review(source: Path, tmp_path: Path) -> None:
    name = "out.electricity.interior_equipment.energy_consumption_intensity_of_the_whole_year_in_the_north_wing"
    source.write_text(TABLE.replace("Usage_kWh", name), encoding="utf-8")
    done = headgate("analyse", source, "--out", tmp_path / "out", "--approve", "clean")
    assert "…" not in done.err.partition("decision")[2].partition("Wexmoor")[0]


def test_what_was_approved_and_by_whom_can_be_looked_up(source: Path, tmp_path: Path) -> None:
    headgate("analyse", source, "--out", tmp_path / "out", "--approve", "clean")
    shown = json.loads(headgate("ledger", "show", "0").out)
    assert shown["manifest"]["names"] == ["Usage_kWh", "timestamp"]
    assert shown["manifest"]["actor"] == "tester"
    assert "Usage_kWh" not in json.dumps(shown["entry"]), "the ledger itself holds no name"


def test_help_and_version_answer_by_themselves() -> None:
    assert headgate().out.startswith("Usage: ")
    assert headgate("--version").out.startswith("headgate ")
    assert headgate("wire", "x.csv", "--provider", "local").code == 2


@pytest.mark.parametrize("file", ["plant.csv", "page.html"])
def test_saving_decisions_never_replaces_anything_else(file: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("somebody's page", encoding="utf-8")
    before = (tmp_path / file).read_bytes()
    done = headgate("analyse", source, "--out", tmp_path / "out", "--save-review", tmp_path / file)
    assert done.code == 2, done.err
    assert (tmp_path / file).read_bytes() == before


@pytest.mark.parametrize(
    "text",
    ['{"names": {"timestamp": false, "timestamp": true}}', '{"names": ' + "[" * 100_000, '{"other": 1}', "[]"],
    ids=["twice", "deep", "other", "list"],
)
def test_decisions_that_contradict_themselves_are_refused(text: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text(text, encoding="utf-8")
    done = headgate("analyse", source, "--out", tmp_path / "out", "--review", tmp_path / "names.json")
    assert done.code == 2, done.err
    assert not (tmp_path / "out").exists()


def test_decisions_saved_by_an_editor_with_a_byte_order_mark_are_read(source: Path, tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text("[names]\ntimestamp = true\n", encoding="utf-8-sig")
    done = headgate("analyse", source, "--out", tmp_path / "out", "--review", tmp_path / "names.toml")
    assert done.code == 0, done.err


def test_a_report_folder_with_somebodys_file_among_the_results_is_kept(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert headgate("analyse", source, "--out", out).code == 0
    (out / "results" / "mine.txt").write_text("mine", encoding="utf-8")
    assert headgate("analyse", source, "--out", out).code == 2
    assert (out / "results" / "mine.txt").read_text(encoding="utf-8") == "mine"
