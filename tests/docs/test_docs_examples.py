"""Every example of the documents runs as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PLANT = "timestamp,Usage_kWh,PfizerRingaskiddy_Boiler2_Steam_kWh\n" + "".join(
    f"2026-{1 + day // 28:02d}-{1 + day % 28:02d} {hour:02d}:00,{10 + hour % 7},{3 + day % 5}\n"
    for day in range(56)
    for hour in range(24)
)
PROFILES = """[profiles.example]
dialect = "openai-chat"
host = "api.example.com"
model = "some-model"
key_env = "EXAMPLE_API_KEY"
"""


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plant.csv").write_text(PLANT, encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    return tmp_path


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HEADGATE_HOME": str(folder / "home")}
    return subprocess.run(["sh", "-e"], input=script, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("document", ["docs/cli.md"])
def test_the_commands_of_a_document_run_one_after_another(document: str, folder: Path) -> None:
    for block in blocks(document, "sh"):
        done = run(block, folder)
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("document", ["README.md"])
def test_the_python_of_a_document_runs_one_after_another(document: str, folder: Path) -> None:
    script = "\n".join(blocks(document, "python"))
    assert script
    env = {**os.environ, "HEADGATE_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_broken_example_would_be_seen(folder: Path) -> None:
    assert run("headgate analyse nowhere.csv", folder).returncode == 2


def test_the_decisions_file_of_the_document_is_taken_as_it_stands(folder: Path) -> None:
    decisions, profiles = blocks("docs/cli.md", "toml")
    (folder / "decisions.toml").write_text(decisions, encoding="utf-8")
    (folder / "home" / "profiles.toml").write_text(profiles, encoding="utf-8")
    done = run("headgate wire plant.csv --provider example --review decisions.toml", folder)
    assert done.returncode == 0, done.stderr
    assert "site1 boiler2 steam kWh" in done.stdout
    assert "Ringaskiddy" not in done.stdout
