"""HG-5: an approved manifest is changed later, by somebody with the database file or even the master key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.approvals import ACTOR, BOUND

from headgate.database import Sealed, open_database
from headgate.errors import IntegrityError
from headgate.headers.table import Header, LocalType
from headgate.ledger import Ledger
from headgate.manifest import (
    ApprovedManifest,
    Choice,
    Decision,
    ManifestStore,
    check_approval,
    close,
    names_digest,
    record_approval,
)
from headgate.policy import policy_id


def approve(home: Path, alias: str) -> ApprovedManifest:
    headers = [Header(0, "Energy", LocalType.NUMBER), Header(1, "Acme", LocalType.NUMBER)]
    decisions = [Decision(0, "Energy", Choice.APPROVE, "Energy"), Decision(1, "Acme", Choice.RENAME, alias)]
    approved = close(headers, decisions, **BOUND)
    with closing(open_database(home)) as database:
        ManifestStore(database).save(approved)
        record_approval(approved, Ledger(database))
    return approved


def load(home: Path, manifest_id: str) -> ApprovedManifest:
    """What the gate does before it sends."""
    with closing(open_database(home)) as database:
        found = ManifestStore(database).load(manifest_id)
        check_approval(found, Ledger(database), policy=policy_id(), actor=ACTOR)
    return found


def edit(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "headgate.db", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER manifests_keep")
        assert connection.execute(statement, values).rowcount == 1


def reseal(home: Path, manifest_id: str, change: Callable[[dict], None]) -> None:
    """The record changed and sealed again, as somebody with the master key can."""
    record = f"manifests:{manifest_id}"
    with closing(open_database(home)) as database:
        with database.read() as connection:
            row = connection.exec_driver_sql("SELECT wrapped_key, cipher FROM manifests").one()
        plain = json.loads(database.sealer.unseal(record, Sealed(row.wrapped_key, row.cipher)))
        change(plain)
        sealed = database.sealer.seal(record, json.dumps(plain).encode())
    edit(home, "UPDATE manifests SET wrapped_key = ?, cipher = ?", sealed.wrapped_key, sealed.cipher)


@pytest.fixture
def approved(tmp_path: Path) -> ApprovedManifest:
    made = approve(tmp_path, "site power")
    assert load(tmp_path, made.id) == made  # the control
    return made


def test_the_database_refuses_to_change_a_manifest(tmp_path: Path, approved: ApprovedManifest) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "headgate.db", isolation_level=None)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        connection.execute("UPDATE manifests SET cipher = x'00'")


@pytest.mark.parametrize(
    "change",
    [
        "cipher = x''",
        "wrapped_key = x''",
        "cipher = CAST(cipher || x'00' AS BLOB)",
        "cipher = CAST(substr(cipher, 1, 12) || zeroblob(64) AS BLOB)",
    ],
)
def test_a_changed_record_is_told(tmp_path: Path, approved: ApprovedManifest, change: str) -> None:
    edit(tmp_path, f"UPDATE manifests SET {change}")
    with pytest.raises(IntegrityError):
        load(tmp_path, approved.id)


def test_an_approval_replayed_under_another_id_is_told(tmp_path: Path, approved: ApprovedManifest) -> None:
    edit(tmp_path, "INSERT INTO manifests SELECT 'm_ffffffffffffffff', wrapped_key, cipher FROM manifests")
    with pytest.raises(IntegrityError, match="m_ffffffffffffffff"):
        load(tmp_path, "m_ffffffffffffffff")
    assert load(tmp_path, approved.id) == approved


def add_name(plain: dict) -> None:
    plain["names"].append("zz Acme")


def change_column(plain: dict) -> None:
    plain["columns"][1]["public_name"] = "zz Acme"


def change_both(plain: dict) -> None:
    change_column(plain)
    plain["names"] = ["Energy", "zz Acme"]


def change_all(plain: dict) -> None:
    change_both(plain)
    plain["digest"] = names_digest(plain["names"])


def change_id(plain: dict) -> None:
    plain["id"] = "m_ffffffffffffffff"


@pytest.mark.parametrize("change", [add_name, change_column, change_both, change_all, change_id])
def test_names_changed_by_somebody_with_the_master_key_are_told(
    tmp_path: Path, approved: ApprovedManifest, change: Callable[[dict], None]
) -> None:
    reseal(tmp_path, approved.id, change)
    with pytest.raises(IntegrityError, match=r"names that were approved|approval of other names"):
        load(tmp_path, approved.id)


def test_a_record_sealed_again_unchanged_is_accepted(tmp_path: Path, approved: ApprovedManifest) -> None:
    reseal(tmp_path, approved.id, lambda plain: None)
    assert load(tmp_path, approved.id) == approved
