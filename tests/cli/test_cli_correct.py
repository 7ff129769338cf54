"""`headgate correct`: what the user says of a column goes before its name and its rows, and stays here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.commands import headgate

# A column called after an interval's energy whose rows only rise: without a word of the user's, a register.
TIMES = [(day, hour) for day in range(1, 22) for hour in range(24)]
ROWS = [f"2024-01-{day:02d} {hour:02d}:00,{1000 + 24 * day + hour},{hour}" for day, hour in TIMES]
HEADER = "Zaehlwerk Pfefferminz"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "plant.csv"
    path.write_text("\n".join([f"time,{HEADER},Usage_kWh", *ROWS]) + "\n", encoding="utf-8")
    return path


def meant(report: Path) -> dict[str, dict[str, object]]:
    plan = json.loads((report / "plan.json").read_text(encoding="utf-8"))
    return {each["header"]: each for each in plan["columns"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what the column means"),
        (("--unit", "parsec"), "the unit is not one of the catalogue's"),
        (("--role", "hero"), "the role is one of"),
        (("--fold", "origami"), "the fold is one of"),
        (("--medium", "mercury"), "the medium is one of"),
        (("--role", "power", "--forget"), "either what the column means or --forget"),
    ],
)
def test_what_means_nothing_is_refused(words: tuple[str, ...], said: str) -> None:
    done = headgate("correct", HEADER, *words)
    assert done.code == 2
    assert said in done.last_line
    assert headgate("correct").out == ""


def test_a_correction_is_used_by_the_next_analysis_and_can_be_undone(table: Path, tmp_path: Path) -> None:
    assert headgate("analyse", table, "--out", tmp_path / "before").code == 0
    before = meant(tmp_path / "before")[HEADER]
    assert before["origin"] != "user"
    assert headgate("correct", HEADER, "--role", "energy_cumulative", "--unit", "MWh", "--medium", "gas").code == 0
    assert headgate("analyse", table, "--out", tmp_path / "after").code == 0
    after = meant(tmp_path / "after")[HEADER]
    wanted = {"role": "energy_cumulative", "unit": "MWh", "medium": "gas", "quantity": "energy", "fold": "last"}
    assert {name: after[name] for name in wanted} == wanted
    assert after["origin"] == "user"
    plan = json.loads((tmp_path / "after" / "plan.json").read_text(encoding="utf-8"))
    assert "register_to_interval" in {each["kind"] for each in plan["analyses"]}
    assert [json.loads(line)["header"] for line in headgate("correct").out.splitlines()] == [HEADER]
    assert "1 corrections are forgotten" in headgate("correct", HEADER, "--forget").out
    assert headgate("analyse", table, "--out", tmp_path / "undone").code == 0
    assert meant(tmp_path / "undone")[HEADER] == before


def test_a_correction_lies_in_no_file_in_clear(own_home: Path) -> None:
    assert headgate("correct", HEADER, "--unit", "MWh").code == 0
    kept = [path for path in own_home.rglob("*") if path.is_file()]
    assert kept
    assert all(b"Pfefferminz" not in path.read_bytes() for path in kept)
    assert "Pfefferminz" in headgate("correct").out  # the control: it is there, for who asks here


def test_the_request_to_a_provider_is_the_same_with_and_without_a_correction(own_home: Path, table: Path) -> None:
    profile = (
        '[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = 1\nmodel = "m"\nkey_env = "K"\n'
        "loopback = true\n"
    )
    own_home.mkdir(exist_ok=True)
    (own_home / "profiles.toml").write_text(profile, encoding="utf-8")
    before = headgate("wire", table, "--provider", "sink")
    assert before.code == 0, before.err
    assert headgate("correct", "Usage_kWh", "--unit", "GJ", "--role", "power").code == 0
    assert headgate("wire", table, "--provider", "sink").out == before.out
