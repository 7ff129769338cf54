"""Tables of sealed records: bytes under an id, kept once and never changed."""

from __future__ import annotations

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, event, insert, select

from headgate.database.connection import METADATA, Database
from headgate.database.sealed import Sealed


def records_table(name: str) -> Table:
    """A table of this name whose rows can be added and removed, not changed."""
    table = Table(
        name,
        METADATA,
        Column("id", Text, primary_key=True),
        Column("wrapped_key", LargeBinary, nullable=False),
        Column("cipher", LargeBinary, nullable=False),
        sqlite_strict=True,
    )

    @event.listens_for(table, "after_create")
    def guard(_target: Table, connection: Connection, **_options: object) -> None:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name}_keep BEFORE UPDATE ON {name}"
            " BEGIN SELECT RAISE(ABORT, 'a sealed record is never changed'); END"
        )

    return table


class Records:
    """The sealed records of one table. Table and id are bound into the seal, so that none passes for another."""

    def __init__(self, database: Database, table: Table) -> None:
        database.ensure(table)
        self._database = database
        self._table = table

    def keep(self, record_id: str, plain: bytes) -> None:
        """The bytes are on disk, sealed, under an id that has none yet; again is an IntegrityError."""
        sealed = self._database.sealer.seal(self._bound(record_id), plain)
        with self._database.begin() as connection:
            connection.execute(
                insert(self._table).values(id=record_id, wrapped_key=sealed.wrapped_key, cipher=sealed.cipher)
            )

    def find(self, record_id: str) -> bytes | None:
        """The bytes kept under the id, None where there are none; raises IntegrityError where they were changed."""
        columns = self._table.c
        with self._database.read() as connection:
            row = connection.execute(
                select(columns.wrapped_key, columns.cipher).where(columns.id == record_id)
            ).one_or_none()
        if row is None:
            return None
        return self._database.sealer.unseal(self._bound(record_id), Sealed(row.wrapped_key, row.cipher))

    def _bound(self, record_id: str) -> str:
        return f"{self._table.name}:{record_id}"
