"""Approved manifests in the database: one sealed record each, checked whenever it is read."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from headgate.clock import stamp
from headgate.database import Database, Records, records_table
from headgate.errors import InputError, IntegrityError
from headgate.ledger import DecidedBy
from headgate.manifest.approved import ApprovedManifest, Column
from headgate.manifest.close import names_digest
from headgate.manifest.public_name import shown

_manifests = records_table("manifests")


class ManifestStore:
    """The approved manifests of one state folder."""

    def __init__(self, database: Database) -> None:
        self._records = Records(database, _manifests)

    def save(self, approved: ApprovedManifest) -> None:
        """The manifest is on disk, all but its id sealed. It is saved once; again is an IntegrityError."""
        # ASCII escapes carry whatever a source calls a column, lone surrogates included.
        plain = json.dumps({**asdict(approved), "approved_at": stamp(approved.approved_at)}, ensure_ascii=True)
        self._records.keep(approved.id, plain.encode("ascii"))

    def load(self, manifest_id: str) -> ApprovedManifest:
        """The manifest as it was saved; raises InputError for an unknown id, IntegrityError if it was changed since."""
        plain = self._records.find(manifest_id)
        if plain is None:
            raise InputError(f"there is no approved manifest {shown(manifest_id)} here")
        approved = _parse(plain)
        public = sorted(column.public_name for column in approved.columns if column.public_name is not None)
        whole = approved.id == manifest_id and approved.names == tuple(public)
        if not whole or names_digest(approved.names) != approved.digest:
            raise IntegrityError(f"manifest {manifest_id} does not hold the names that were approved; approve it again")
        return approved


def _parse(plain: bytes) -> ApprovedManifest:
    found = json.loads(plain)
    return ApprovedManifest(
        id=found["id"],
        columns=tuple(Column(**column) for column in found["columns"]),
        names=tuple(found["names"]),
        digest=found["digest"],
        actor=found["actor"],
        by=DecidedBy(found["by"]),
        vocabulary=found["vocabulary"],
        policy=found["policy"],
        flagged=tuple(found["flagged"]),
        listed=tuple(found["listed"]),
        approved_at=datetime.fromisoformat(found["approved_at"]),
    )
