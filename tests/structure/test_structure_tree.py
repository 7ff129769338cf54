"""The tree speaks of the project alone: no registry, no address of a package, no path of a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Spelled in two halves, so that this file does not hold what it looks for.
FORBIDDEN = [
    "pypi" + ".org",
    "files.python" + "hosted",
    "registry.npm" + "js",
    "deb.deb" + "ian.org",
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/opt/py" + "pi",
]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_and_no_path_of_a_machine_stands_in_the_tree() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in FORBIDDEN
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_the_locks_pin_every_package_by_hash_and_name_no_address() -> None:
    for lock in (ROOT / f"requirements{name}.lock" for name in ("", "-dev", "-model")):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert "==" in block
            assert "--hash=sha256:" in block


def test_there_is_no_lock_that_records_registries() -> None:
    assert not any(path.name in {"uv.lock", "poetry.lock", "package-lock.json"} for path in tracked())
