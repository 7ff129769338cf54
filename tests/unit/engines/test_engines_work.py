"""Rows that a run put aside are gone when it ends, and those of a killed run when the next one begins."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from headgate.engines.work import work_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for temporary files of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_is_private_and_gone_afterwards(place: Path) -> None:
    with work_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "rows").write_text("1", encoding="utf-8")
    assert list(place.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_nothing_else(place: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead = place / f"headgate-{int(done.stdout)}-x1"
    running, foreign = place / f"headgate-{os.getppid()}-x1", place / "headgate-notes-2026"
    for folder in (dead, running, foreign):
        folder.mkdir()
        (folder / "rows").write_text("1", encoding="utf-8")
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    link = place / f"headgate-{int(done.stdout)}-x2"
    link.symlink_to(elsewhere)
    with work_folder():
        pass
    assert not dead.exists()
    assert running.exists()
    assert foreign.exists()
    assert elsewhere.exists()
    assert link.is_symlink()
