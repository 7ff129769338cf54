"""HG-16: no header, alias or actor can be read in any file of the state folder, the write-ahead log included."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.approvals import BOUND, manifest_of

from headgate.database import Database, open_database
from headgate.headers.table import Header, LocalType
from headgate.ledger import Ledger
from headgate.manifest import Choice, Decision, ManifestStore, Memory, close, names_digest, record_approval

CANARIES = {"kept": "qzvkept energy", "renamed": "qzvrenamed", "alias": "qzvalias power", "withheld": "qzvwithheld"}
ACTOR = "qzvactor"


def traces(home: Path, word: str) -> list[str]:
    """The files that hold the word: plain, in UTF-16, hexadecimal, base64 at any offset, or in other case."""
    data = word.encode()
    spelled = {data, word.encode("utf-16-le"), data.hex().encode(), data.hex().upper().encode()}
    spelled |= {base64.b64encode(b"\0" * pad + data)[4:-4] for pad in range(3)}
    return [
        path.name
        for path in sorted(home.iterdir())
        if any(each in path.read_bytes() or each.lower() in path.read_bytes().lower() for each in spelled)
    ]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path)) as opened:
        yield opened


def test_what_was_approved_leaves_no_trace_in_any_file(tmp_path: Path, database: Database) -> None:
    headers = [Header(at, CANARIES[n], LocalType.TEXT) for at, n in enumerate(("kept", "renamed", "withheld"))]
    decisions = [
        Decision(0, CANARIES["kept"], Choice.APPROVE, CANARIES["kept"]),
        Decision(1, CANARIES["renamed"], Choice.RENAME, CANARIES["alias"]),
    ]
    approved = close(headers, decisions, **(BOUND | {"actor": ACTOR}))
    ManifestStore(database).save(approved)
    record_approval(approved, Ledger(database))
    assert (tmp_path / "headgate.db-wal").stat().st_size > 0
    for word in (*CANARIES.values(), ACTOR, names_digest(approved.names)):
        assert traces(tmp_path, word) == [], word
    database.close()
    for word in (*CANARIES.values(), ACTOR, names_digest(approved.names)):
        assert traces(tmp_path, word) == [], word


def test_what_is_remembered_and_then_forgotten_leaves_no_trace_in_any_file(tmp_path: Path, database: Database) -> None:
    memory = Memory(database)
    decisions = [
        Decision(0, CANARIES["kept"], Choice.APPROVE, CANARIES["kept"]),
        Decision(1, CANARIES["renamed"], Choice.RENAME, CANARIES["alias"]),
        Decision(2, CANARIES["withheld"], Choice.WITHHOLD, None),
    ]
    names = (CANARIES["kept"], CANARIES["alias"])
    memory.remember(decisions, manifest_of(*names, actor=ACTOR))
    assert len(memory.recall(CANARIES.values())) == 3, "the control: it is all there to be found"
    hashes = [hashlib.sha256(word.encode()).hexdigest() for word in CANARIES.values()]
    for word in (*CANARIES.values(), ACTOR, *hashes):
        assert traces(tmp_path, word) == [], word
    assert memory.forget() == 3
    database.close()
    for word in (*CANARIES.values(), ACTOR, *hashes):
        assert traces(tmp_path, word) == [], word


def test_a_header_written_unsealed_would_be_found_in_the_log_and_then_in_the_database(
    tmp_path: Path, database: Database
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE careless (header TEXT)")
        connection.exec_driver_sql("INSERT INTO careless VALUES (?)", (CANARIES["kept"].upper(),))
    assert traces(tmp_path, CANARIES["kept"]) == ["headgate.db-wal"]
    database.close()
    assert traces(tmp_path, CANARIES["kept"]) == ["headgate.db"]


@pytest.mark.parametrize("encode", [lambda b: b, bytes.hex, base64.b64encode, lambda b: base64.b64encode(b"x" + b)])
def test_a_header_written_in_another_spelling_would_be_found(tmp_path: Path, database: Database, encode) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE careless (header)")
        connection.exec_driver_sql("INSERT INTO careless VALUES (?)", (encode(CANARIES["kept"].encode()),))
    assert traces(tmp_path, CANARIES["kept"]) == ["headgate.db-wal"]
