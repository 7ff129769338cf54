"""Approved manifests are read back as they were saved, and their approval is found in the ledger, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headgate.database import Database, open_database
from headgate.errors import InputError, IntegrityError, RefusalError
from headgate.ledger import DecidedBy, Ledger, ManifestApproved
from headgate.manifest import (
    ApprovedManifest,
    Column,
    ManifestStore,
    check_approval,
    names_digest,
    record_approval,
)

NAMES = ("Energy", "site power")
POLICY = "3-0a1b2c3d4e5f"
APPROVED = ApprovedManifest(
    id="m_0123456789abcdef",
    columns=(
        Column("c1", 2, "Energy", "Energy"),
        Column("c2", 0, "Acme \U0001f3ed", "site power"),
        Column("c3", 1, "half \ud83c", None),
    ),
    names=NAMES,
    digest=names_digest(NAMES),
    actor="Änne Tester",
    by=DecidedBy.FILE,
    vocabulary="1-0a1b2c3d4e5f",
    policy=POLICY,
    flagged=("site power",),
    listed=("site power",),
    approved_at=datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path)) as opened:
        yield opened


def renamed(name: str) -> ApprovedManifest:
    """The same manifest with other names, its digest made to fit."""
    columns = (APPROVED.columns[0], replace(APPROVED.columns[1], public_name=name), APPROVED.columns[2])
    return replace(APPROVED, columns=columns, names=("Energy", name), digest=names_digest(("Energy", name)))


@pytest.mark.parametrize("unknown", ["m_ffffffffffffffff", "", "m_0123456789abcdef' OR '1'='1"])
def test_an_unknown_id_is_an_input_error(database: Database, unknown: str) -> None:
    store = ManifestStore(database)
    store.save(APPROVED)
    with pytest.raises(InputError, match="no approved manifest"):
        store.load(unknown)


def test_a_manifest_is_saved_once(database: Database) -> None:
    store = ManifestStore(database)
    store.save(APPROVED)
    with pytest.raises(IntegrityError):
        store.save(renamed("Zeta"))
    assert store.load(APPROVED.id) == APPROVED


def test_a_manifest_is_read_back_by_another_process_whatever_its_headers_hold(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database:
        ManifestStore(database).save(APPROVED)
    with closing(open_database(tmp_path)) as database:
        assert ManifestStore(database).load(APPROVED.id) == APPROVED


def check(approved: ApprovedManifest, ledger: Ledger, policy: str = POLICY, actor: str = APPROVED.actor) -> None:
    check_approval(approved, ledger, policy=policy, actor=actor)


def test_a_manifest_the_ledger_does_not_know_is_refused(database: Database) -> None:
    ledger = Ledger(database)
    with pytest.raises(RefusalError, match="no approval"):
        check(APPROVED, ledger)
    record_approval(replace(APPROVED, id="m_ffffffffffffffff"), ledger)
    with pytest.raises(RefusalError, match="no approval"):
        check(APPROVED, ledger)


def test_an_approval_ends_when_the_policy_or_the_actor_is_another(database: Database) -> None:
    ledger = Ledger(database)
    record_approval(APPROVED, ledger)
    check(APPROVED, ledger)  # the control
    with pytest.raises(RefusalError, match=f"under policy {POLICY}, and today's is 4-0a1b2c3d4e5f"):
        check(APPROVED, ledger, policy="4-0a1b2c3d4e5f")
    for other in ("Änne", "A\u0308nne Tester", "änne tester", ""):
        with pytest.raises(RefusalError, match="by another person") as refused:
            check(APPROVED, ledger, actor=other)
        assert "nne" not in str(refused.value), "who somebody is stays out of a message"


def test_a_manifest_made_to_fit_another_policy_or_actor_is_an_integrity_error(database: Database) -> None:
    ledger = Ledger(database)
    record_approval(APPROVED, ledger)
    for changed in ({"policy": "4-0a1b2c3d4e5f"}, {"actor": "Mallory"}):
        with pytest.raises(IntegrityError, match="somebody else or under another policy"):
            check(replace(APPROVED, **changed), ledger, **changed)


def test_names_changed_together_with_their_digest_are_an_integrity_error(database: Database) -> None:
    ledger = Ledger(database)
    record_approval(APPROVED, ledger)
    check(APPROVED, ledger)  # the control
    for other in (renamed("Zeta"), replace(APPROVED, names=("Energy", "Zeta"))):
        with pytest.raises(IntegrityError, match="approval of other names"):
            check(other, ledger)


def test_the_recorded_approval_counts_what_was_decided(database: Database) -> None:
    ledger = Ledger(database)
    receipt = record_approval(APPROVED, ledger)
    entry = ledger.entry(receipt.index)
    assert isinstance(entry.event, ManifestApproved)
    assert (entry.event.approved, entry.event.renamed, entry.event.withheld) == (1, 1, 1)
    assert entry.at == APPROVED.approved_at
    assert (entry.event.by, entry.event.policy) == (DecidedBy.FILE, POLICY)
    assert ledger.opens(entry.event.names, APPROVED.digest.encode())
    assert ledger.opens(entry.event.actor, "Änne Tester".encode())
    assert not ledger.opens(entry.event.actor, b"Mallory")
