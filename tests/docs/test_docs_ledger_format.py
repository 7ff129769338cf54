"""docs/formats/ledger.md says what the ledger does: its example is hashed by hand, its table is the schema."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path

from headgate.ledger import AnalysisRun, ManifestApproved, Problem, SendIntended, SendOutcome, parse_entry
from headgate.ledger.merkle import leaf_hash, root

TEXT = (Path(__file__).parents[2] / "docs" / "formats" / "ledger.md").read_text(encoding="utf-8")
LEAVES, HEAD = (block.strip() for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
EVENTS = {
    "MANIFEST_APPROVED": ManifestApproved,
    "SEND_INTENDED": SendIntended,
    "SEND_OUTCOME": SendOutcome,
    "ANALYSIS_RUN": AnalysisRun,
}


def rows(heading: str) -> list[list[str]]:
    """The code words in each cell of the rows of the last table under a heading."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    table = section.split("|---|")[-1]
    return [re.findall(r"`([^`]+)`", cell) for row in re.findall(r"^\|(.*)\|$", table, re.M) for cell in row.split("|")]


def test_the_leaves_of_the_example_are_entries_and_lead_to_its_head() -> None:
    leaves = [line.encode() for line in LEAVES.splitlines()]
    assert [type(parse_entry(leaf).event) for leaf in leaves] == list(EVENTS.values())
    a, b, c, d = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves)
    left, right = hashlib.sha256(b"\x01" + a + b).digest(), hashlib.sha256(b"\x01" + c + d).digest()
    assert json.loads(HEAD) == {"root": hashlib.sha256(b"\x01" + left + right).hexdigest(), "size": 4}
    assert root([leaf_hash(leaf) for leaf in leaves]).hex() == json.loads(HEAD)["root"]


def test_the_table_of_keys_is_the_schema() -> None:
    documented: dict[str, list[str]] = {}
    kind = ""
    cells = rows("An entry")
    for named, keys, _ in zip(cells[0::3], cells[1::3], cells[2::3], strict=True):
        kind = named[0] if named else kind
        documented.setdefault(kind, []).extend(keys)
    assert documented == {name: [field.name for field in fields(event)] for name, event in EVENTS.items()}


def test_every_problem_is_explained() -> None:
    assert {cell[0] for cell in rows("Verification")[::2]} == {problem.value for problem in Problem}
