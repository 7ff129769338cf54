"""Remembered decisions: found by their header and by nothing else, replaced, forgotten, and never in clear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.approvals import manifest_of

from headgate.database import Database, open_database
from headgate.errors import IntegrityError
from headgate.manifest import Choice, Decision, Memory

APPROVED = manifest_of("Qwzxia kWh", "energy", "site1", flagged=("Qwzxia kWh",))
DECISIONS = [
    Decision(0, "Qwzxia kWh", Choice.APPROVE, "Qwzxia kWh"),
    Decision(1, "energy", Choice.APPROVE, "energy"),
    Decision(2, "Brnpf", Choice.RENAME, "site1"),
    Decision(3, "Za\u0308hler 7", Choice.WITHHOLD, None),
]
HEADERS = [each.header for each in DECISIONS]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path)) as opened:
        yield opened


@pytest.fixture
def memory(database: Database) -> Memory:
    made = Memory(database)
    made.remember(DECISIONS, APPROVED)
    return made


def test_a_record_put_under_the_id_of_another_is_not_taken(database: Database, memory: Memory) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER remembered_keep")
        ids = [row.id for row in connection.exec_driver_sql("SELECT id FROM remembered ORDER BY id")]
        connection.exec_driver_sql("UPDATE remembered SET id = 'x' WHERE id = ?", (ids[0],))
        connection.exec_driver_sql("UPDATE remembered SET id = ? WHERE id = ?", (ids[0], ids[1]))
    with pytest.raises(IntegrityError):
        memory.recall(HEADERS)


def test_another_workspace_remembers_nothing_and_has_other_ids(tmp_path: Path, memory: Memory) -> None:
    with closing(open_database(tmp_path / "other")) as database:
        other = Memory(database)
        assert other.recall(HEADERS) == {}
        other.remember(DECISIONS, APPROVED)
        with database.read() as connection:
            theirs = {row.id for row in connection.exec_driver_sql("SELECT id FROM remembered")}
    with closing(open_database(tmp_path)) as database, database.read() as connection:
        ours = {row.id for row in connection.exec_driver_sql("SELECT id FROM remembered")}
    assert len(ours) == len(theirs) == 3
    assert not ours & theirs


def test_what_was_decided_is_found_by_the_composed_form_of_its_header(memory: Memory) -> None:
    found = memory.recall(["Z\u00e4hler 7", "Brnpf", "Qwzxia kWh", "energy", "never seen"])
    assert {header: (each.choice, each.public_name) for header, each in found.items()} == {
        "Qwzxia kWh": (Choice.APPROVE, "Qwzxia kWh"),
        "Brnpf": (Choice.RENAME, "site1"),
        "Z\u00e4hler 7": (Choice.WITHHOLD, None),
    }
    one = found["Brnpf"]
    assert (one.actor, one.at, one.vocabulary, one.policy) == (
        APPROVED.actor,
        APPROVED.approved_at,
        APPROVED.vocabulary,
        APPROVED.policy,
    )


def test_the_last_decision_counts_and_a_clean_approval_leaves_nothing(memory: Memory) -> None:
    later = replace(APPROVED, flagged=())
    memory.remember([Decision(0, "Brnpf", Choice.WITHHOLD, None), DECISIONS[0]], later)
    found = memory.recall(HEADERS)
    assert found["Brnpf"].choice is Choice.WITHHOLD
    assert "Qwzxia kWh" not in found


def test_one_header_or_all_of_them_can_be_forgotten(memory: Memory) -> None:
    assert memory.forget("never seen") == 0
    assert memory.forget("Z\u00e4hler 7") == 1
    assert sorted(memory.recall(HEADERS)) == ["Brnpf", "Qwzxia kWh"]
    assert memory.forget() == 2
    assert memory.recall(HEADERS) == {}


def test_as_many_as_a_wide_table_has_are_found_at_once(database: Database) -> None:
    memory = Memory(database)
    many = [Decision(at, f"half \ud83c {at}", Choice.WITHHOLD, None) for at in range(1_200)]
    memory.remember(many, APPROVED)
    assert len(memory.recall([each.header for each in many])) == 1_200
