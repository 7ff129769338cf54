"""What was sent and what came back, sealed: kept before it leaves, so that it can be shown afterwards."""

from __future__ import annotations

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, event, insert, select

from headgate.database import METADATA, Database, Sealed

_sent = Table(
    "sent",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("cipher", LargeBinary, nullable=False),
    sqlite_strict=True,
)


@event.listens_for(_sent, "after_create")
def _guard(_target: Table, connection: Connection, **_options: object) -> None:
    connection.exec_driver_sql(
        "CREATE TRIGGER sent_keep BEFORE UPDATE ON sent"
        " BEGIN SELECT RAISE(ABORT, 'what was sent is never changed'); END"
    )


class SentStore:
    """The requests and replies of one state folder, under the ledger's own references to them."""

    def __init__(self, database: Database) -> None:
        database.ensure(_sent)
        self._database = database

    def keep(self, reference: str, data: bytes) -> None:
        """The bytes are on disk, sealed, under a reference that has none yet; again is an IntegrityError."""
        record = f"sent:{reference}"
        sealed = self._database.sealer.seal(record, data)
        with self._database.begin() as connection:
            connection.execute(insert(_sent).values(id=record, wrapped_key=sealed.wrapped_key, cipher=sealed.cipher))

    def find(self, reference: str) -> bytes | None:
        """The bytes kept under this reference, None where there are none; IntegrityError where they were changed."""
        record = f"sent:{reference}"
        with self._database.read() as connection:
            row = connection.execute(
                select(_sent.c.wrapped_key, _sent.c.cipher).where(_sent.c.id == record)
            ).one_or_none()
        return None if row is None else self._database.sealer.unseal(record, Sealed(row.wrapped_key, row.cipher))
