"""HG-1: somebody with the database file changes, removes, reorders, adds or rolls back what the ledger says.

Each attack is made by hand with another connection, after the triggers are dropped; the control is the same ledger
before it, which verifies.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headgate.database import open_database
from headgate.errors import IntegrityError
from headgate.isolation import IsolationLevel
from headgate.ledger import AnalysisRun, Entry, Head, Ledger, Problem, ProviderKind, Verification
from headgate.ledger.head import write_head
from headgate.ledger.merkle import Peaks, leaf_hash

AT = datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)
SIZE = 7


def entry(number: int) -> Entry:
    return Entry(AT, AnalysisRun(None, ProviderKind.LOCAL, IsolationLevel.L3, number, 0, 0))


def append(home: Path, *numbers: int) -> None:
    with closing(open_database(home)) as database:
        for number in numbers:
            Ledger(database).append(entry(number))


def verify(home: Path) -> Verification:
    with closing(open_database(home)) as database:
        return Ledger(database).verify()


def edit(home: Path, *statements: str, **values: bytes) -> None:
    with closing(sqlite3.connect(home / "headgate.db", isolation_level=None)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            assert connection.execute(statement, values).rowcount != 0, "the attack changed nothing"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    append(tmp_path, *range(SIZE))
    assert verify(tmp_path) == Verification(SIZE)  # the control
    return tmp_path


FORGED = entry(99).leaf()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE ledger_entries SET leaf = x'00' WHERE position = 1", "never changed"),
        ("DELETE FROM ledger_entries WHERE position = 1", "never removed"),
        ("UPDATE ledger_head SET size = 3", "grows by one"),
        ("UPDATE ledger_head SET size = size + 2", "grows by one"),
        ("DELETE FROM ledger_head", "never removed"),
    ],
)
def test_the_triggers_refuse_what_is_not_an_append(home: Path, statement: str, message: str) -> None:
    with (
        closing(sqlite3.connect(home / "headgate.db", isolation_level=None)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=message),
    ):
        connection.execute(statement)
    assert verify(home).ok


SWAP_ROWS = [
    "UPDATE ledger_entries SET position = -9 WHERE position = 2",
    "UPDATE ledger_entries SET position = 2 WHERE position = 5",
    "UPDATE ledger_entries SET position = 5 WHERE position = -9",
]
SWAP_LEAVES = [
    "CREATE TEMP TABLE old AS SELECT * FROM ledger_entries",
    "UPDATE ledger_entries SET (leaf, leaf_hash) = (SELECT leaf, leaf_hash FROM old WHERE old.position"
    " = 7 - ledger_entries.position) WHERE position IN (2, 5)",
]
CLOSE_THE_GAP = "UPDATE ledger_entries SET position = position - 1 WHERE position > 3"


@pytest.mark.parametrize(
    ("statements", "problem", "index"),
    [
        (["UPDATE ledger_entries SET leaf = :leaf WHERE position = 3"], Problem.ALTERED, 3),
        (["UPDATE ledger_entries SET leaf = :leaf, leaf_hash = :hash WHERE position = 3"], Problem.ALTERED, 3),
        (["UPDATE ledger_entries SET leaf_hash = :hash WHERE position = 0"], Problem.ALTERED, 0),
        (["UPDATE ledger_entries SET root = :hash WHERE position = 6"], Problem.ALTERED, 6),
        (["UPDATE ledger_head SET root = :hash"], Problem.ALTERED, None),
        (["UPDATE ledger_head SET peaks = :hash"], Problem.ALTERED, None),
        (["DELETE FROM ledger_entries WHERE position = 3"], Problem.REMOVED, 3),
        (["DELETE FROM ledger_entries WHERE position = 0"], Problem.REMOVED, 0),
        (["DELETE FROM ledger_entries WHERE position = 6"], Problem.REMOVED, 6),
        (["DELETE FROM ledger_entries WHERE position > 1"], Problem.REMOVED, 2),
        (["DELETE FROM ledger_entries"], Problem.REMOVED, 0),
        (["DELETE FROM ledger_entries WHERE position = 3", CLOSE_THE_GAP], Problem.REMOVED, 3),
        (["DELETE FROM ledger_head"], Problem.REMOVED, None),
        (["DROP TABLE ledger_entries"], Problem.REMOVED, 0),
        (SWAP_ROWS, Problem.REORDERED, 2),
        (SWAP_LEAVES, Problem.REORDERED, 2),
        (["INSERT INTO ledger_entries VALUES (7, :leaf, :hash, :hash)"], Problem.ADDED, 7),
        (["INSERT INTO ledger_entries VALUES (-1, :leaf, :hash, :hash)"], Problem.ADDED, 0),
        (["UPDATE ledger_head SET size = 6"], Problem.ADDED, 6),
    ],
)
def test_what_was_done_to_the_rows_is_told(
    home: Path, statements: list[str], problem: Problem, index: int | None
) -> None:
    edit(home, *statements, leaf=FORGED, hash=leaf_hash(FORGED))
    found = verify(home)
    assert not found.ok
    assert (found.problem, found.index) == (problem, index)


def test_a_history_rewritten_from_one_entry_on_with_all_its_hashes_is_told(home: Path) -> None:
    rewrite(home)
    assert verify(home).problem is Problem.ALTERED


def rewrite(home: Path) -> Head:
    """Entry 3 forged, and every hash after it and the head made to fit, as by somebody who knows the format."""
    peaks = Peaks()
    for number in range(SIZE):
        leaf = FORGED if number == 3 else entry(number).leaf()
        peaks = peaks.push(leaf_hash(leaf))
        edit(
            home,
            f"UPDATE ledger_entries SET leaf = :leaf, leaf_hash = :hash, root = :root WHERE position = {number}",
            leaf=leaf,
            hash=leaf_hash(leaf),
            root=peaks.root(),
        )
    edit(home, "UPDATE ledger_head SET root = :root, peaks = :peaks", root=peaks.root(), peaks=b"".join(peaks.hashes))
    return Head(SIZE, peaks.root().hex())


def test_only_a_receipt_kept_elsewhere_shows_a_history_rewritten_together_with_its_head_file(home: Path) -> None:
    with closing(open_database(home)) as database:
        receipt = Ledger(database).receipt(3)
    write_head(home, rewrite(home))
    assert verify(home).ok  # the documented limit
    with closing(open_database(home)) as database:
        assert Ledger(database).receipt(3).root != receipt.root


def copy_database(home: Path, to: Path) -> None:
    to.mkdir(exist_ok=True)
    for name in ("headgate.db", "headgate.db-wal", "headgate.db-shm"):
        (to / name).unlink(missing_ok=True)
        if (home / name).exists():
            shutil.copy2(home / name, to / name)


@pytest.mark.parametrize("since", [1, 2, 5])
def test_an_older_copy_of_the_database_is_told(home: Path, since: int) -> None:
    copy_database(home, home / "backup")
    append(home, *range(SIZE, SIZE + since))
    assert verify(home) == Verification(SIZE + since)
    copy_database(home / "backup", home)
    assert verify(home) == Verification(SIZE, Problem.ROLLED_BACK, SIZE)


def test_an_older_head_file_is_told(home: Path) -> None:
    old = (home / "ledger.head").read_bytes()
    append(home, 7, 8)
    (home / "ledger.head").write_bytes(old)
    assert verify(home) == Verification(SIZE + 2, Problem.HEAD_OLDER)


@pytest.mark.parametrize("size", [0, 3, SIZE - 1, SIZE])
def test_a_head_file_with_a_root_the_ledger_never_had_is_told(home: Path, size: int) -> None:
    write_head(home, Head(size, "ab" * 32))
    assert verify(home).problem is Problem.ALTERED


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b'{"root":"","size":7}\n',
        b'{"root":"%s","size":-1}\n' % (b"ab" * 32),
        b'{"root":"%s","size":true}\n' % (b"ab" * 32),
        b'{"root":"%s","size":7} \n' % (b"ab" * 32),
    ],
)
def test_a_head_file_that_is_missing_or_no_head_is_told(home: Path, content: bytes | None) -> None:
    (home / "ledger.head").unlink()
    if content is not None:
        (home / "ledger.head").write_bytes(content)
    assert verify(home) == Verification(SIZE, Problem.HEAD_MISSING)


def test_a_damaged_database_is_told(home: Path) -> None:
    path = home / "headgate.db"
    data = path.read_bytes()
    start = data.index(entry(0).leaf())
    page = start - start % 4096
    path.write_bytes(data[:page] + b"\xff" * 64 + data[page + 64 :])
    assert verify(home).problem is Problem.UNREADABLE


def forget_head(home: Path) -> None:
    (home / "ledger.head").unlink()


def remember_more(home: Path) -> None:
    write_head(home, Head(SIZE + 1, "ab" * 32))


def remember_less(home: Path) -> None:
    write_head(home, Head(2, "ab" * 32))


def lose_the_last(home: Path) -> None:
    edit(home, "DELETE FROM ledger_entries WHERE position = 6")


def lose_the_head(home: Path) -> None:
    edit(home, "DELETE FROM ledger_head")


def forge_the_head(home: Path) -> None:
    edit(home, "UPDATE ledger_head SET root = x'00'")


@pytest.mark.parametrize(
    "attack", [forget_head, remember_more, remember_less, lose_the_last, lose_the_head, forge_the_head]
)
def test_nothing_is_appended_to_a_ledger_whose_end_is_not_as_written(
    home: Path, attack: Callable[[Path], None]
) -> None:
    attack(home)
    before = verify(home)
    with pytest.raises(IntegrityError, match="ledger"):
        append(home, SIZE)
    assert verify(home) == before
    assert not before.ok


def test_a_ledger_as_written_takes_the_next_entry(home: Path) -> None:
    append(home, SIZE)
    assert verify(home) == Verification(SIZE + 1)


def test_no_receipt_is_given_for_entries_that_do_not_lead_to_the_head(home: Path) -> None:
    edit(home, "UPDATE ledger_entries SET leaf_hash = :hash WHERE position = 3", hash=leaf_hash(FORGED))
    with closing(open_database(home)) as database, pytest.raises(IntegrityError, match="do not lead"):
        Ledger(database).receipt(3)
