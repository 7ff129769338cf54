"""Every threat has a number of its own and tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
THREAT = re.compile(r"^### T(\d+) ", re.MULTILINE)
NAMED = re.compile(r"^- (?:Control: )?(\S+\.py)::(\w+)$", re.MULTILINE)


def sections(text: str) -> dict[int, str]:
    """The text under each threat, by its number, in order."""
    parts = THREAT.split(text)
    return {int(number): body for number, body in zip(parts[1::2], parts[2::2], strict=True)}


def missing(text: str) -> list[str]:
    """The tests a text names that are not there, and the list items that name none."""
    named = NAMED.findall(text)
    wrong = [f"{file}::{name}" for file, name in named if name not in functions_of(ROOT / file)]
    return wrong + [line for line in text.splitlines() if line.startswith("- ") and not NAMED.match(line)]


def functions_of(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_a_test_that_does_not_exist_would_be_seen() -> None:
    here = "tests/structure/test_structure_threat_model.py"
    assert missing(f"- {here}::test_a_test_that_does_not_exist_would_be_seen") == []
    assert missing(f"- {here}::test_of_nothing") != []
    assert missing("- tests/attack/test_absent.py::test_of_nothing") != []
    assert missing("- somehow held") != []


def test_every_threat_is_held_by_tests_that_exist() -> None:
    threats = sections((ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8"))
    assert list(threats) == list(range(1, len(threats) + 1))
    assert [number for number, body in threats.items() if not NAMED.search(body)] == []
    assert {number: missing(body) for number, body in threats.items() if missing(body)} == {}
