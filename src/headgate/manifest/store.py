"""Approved manifests in the database: one sealed record each, checked whenever it is read."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Column as Field
from sqlalchemy import Connection, LargeBinary, Table, Text, event, insert, select

from headgate.clock import stamp
from headgate.database import METADATA, Database, Sealed
from headgate.errors import InputError, IntegrityError
from headgate.manifest.approved import ApprovedManifest, Column
from headgate.manifest.close import names_digest
from headgate.manifest.public_name import shown

_manifests = Table(
    "manifests",
    METADATA,
    Field("id", Text, primary_key=True),
    Field("wrapped_key", LargeBinary, nullable=False),
    Field("cipher", LargeBinary, nullable=False),
    sqlite_strict=True,
)


@event.listens_for(_manifests, "after_create")
def _guard(_target: Table, connection: Connection, **_options: object) -> None:
    connection.exec_driver_sql(
        "CREATE TRIGGER manifests_keep BEFORE UPDATE ON manifests"
        " BEGIN SELECT RAISE(ABORT, 'an approved manifest is never changed'); END"
    )


class ManifestStore:
    """The approved manifests of one state folder."""

    def __init__(self, database: Database) -> None:
        database.ensure(_manifests)
        self._database = database

    def save(self, approved: ApprovedManifest) -> None:
        """The manifest is on disk, all but its id sealed. It is saved once; again is an IntegrityError."""
        # ASCII escapes carry whatever a source calls a column, lone surrogates included.
        plain = json.dumps({**asdict(approved), "approved_at": stamp(approved.approved_at)}, ensure_ascii=True)
        sealed = self._database.sealer.seal(_record_id(approved.id), plain.encode("ascii"))
        with self._database.begin() as connection:
            connection.execute(
                insert(_manifests).values(id=approved.id, wrapped_key=sealed.wrapped_key, cipher=sealed.cipher)
            )

    def load(self, manifest_id: str) -> ApprovedManifest:
        """The manifest as it was saved; raises InputError for an unknown id, IntegrityError if it was changed since."""
        with self._database.read() as connection:
            row = connection.execute(
                select(_manifests.c.wrapped_key, _manifests.c.cipher).where(_manifests.c.id == manifest_id)
            ).one_or_none()
        if row is None:
            raise InputError(f"there is no approved manifest {shown(manifest_id)} here")
        plain = self._database.sealer.unseal(_record_id(manifest_id), Sealed(row.wrapped_key, row.cipher))
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
        vocabulary=found["vocabulary"],
        approved_at=datetime.fromisoformat(found["approved_at"]),
    )


def _record_id(manifest_id: str) -> str:
    return f"manifest:{manifest_id}"
