"""Tables of sealed records: bytes under an id, never changed in place, and gone with their key once removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, delete, event, insert, select

from headgate.database.connection import METADATA, Database
from headgate.database.sealed import Sealed

_AT_ONCE = 500  # ids in one question; SQLite takes at least 999


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

    def find_all(self, record_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes kept under each of these ids that has some; raises IntegrityError where any were changed."""
        rows = self._table.c
        with self._database.read() as connection:
            found = [
                row
                for at in range(0, len(record_ids), _AT_ONCE)
                for row in connection.execute(select(self._table).where(rows.id.in_(record_ids[at : at + _AT_ONCE])))
            ]
        unseal = self._database.sealer.unseal
        return {row.id: unseal(self._bound(row.id), Sealed(row.wrapped_key, row.cipher)) for row in found}

    def all(self) -> tuple[bytes, ...]:
        """The bytes of every record, in the order of their ids; raises IntegrityError where any were changed."""
        with self._database.read() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.id)).all()
        unseal = self._database.sealer.unseal
        return tuple(unseal(self._bound(row.id), Sealed(row.wrapped_key, row.cipher)) for row in rows)

    def replace(self, records: Mapping[str, bytes | None]) -> None:
        """These bytes are on disk, sealed, each under its id; what was kept under the same ids is gone, with its key.

        None keeps nothing under the id.
        """
        seal = self._database.sealer.seal
        sealed = {each: seal(self._bound(each), plain) for each, plain in records.items() if plain is not None}
        with self._database.begin() as connection:
            for record_id in records:
                connection.execute(delete(self._table).where(self._table.c.id == record_id))
            for record_id, one in sealed.items():
                connection.execute(
                    insert(self._table).values(id=record_id, wrapped_key=one.wrapped_key, cipher=one.cipher)
                )

    def forget(self, record_id: str | None = None) -> int:
        """How many records there were under the id, or in all where none is named; they are gone, with their keys."""
        wanted = delete(self._table)
        if record_id is not None:
            wanted = wanted.where(self._table.c.id == record_id)
        with self._database.begin() as connection:
            return connection.execute(wanted).rowcount

    def pseudonym(self, data: bytes) -> str:
        """An id for a record that is found by what it is about; as `Sealer.pseudonym`, for this table alone."""
        return self._database.sealer.pseudonym(self._table.name, data)

    def _bound(self, record_id: str) -> str:
        return f"{self._table.name}:{record_id}"
