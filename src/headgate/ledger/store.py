"""The ledger's tables: entries that can only be appended, the head that can only grow by one, and the salts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    Text,
    event,
    func,
    insert,
    select,
    update,
)

from headgate.database import METADATA, Database, Sealed
from headgate.errors import IntegrityError
from headgate.ledger.entry import Commitment
from headgate.ledger.merkle import EMPTY_ROOT, Peaks

_HASH_BYTES = 32

_entries = Table(
    "ledger_entries",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    sqlite_strict=True,
)
_head = Table(
    "ledger_head",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    sqlite_strict=True,
)
# The one table here that may be deleted from: a commitment whose salt is gone says nothing about what it was made of.
_salts = Table(
    "ledger_salts",
    METADATA,
    Column("commitment", Text, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("cipher", LargeBinary, nullable=False),
    sqlite_strict=True,
)

_ENTRY_RULES = (
    "CREATE TRIGGER ledger_entries_keep BEFORE UPDATE ON ledger_entries"
    " BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END",
    "CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries"
    " BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END",
)
_HEAD_RULES = (
    "CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON ledger_head WHEN NEW.size <> OLD.size + 1"
    " BEGIN SELECT RAISE(ABORT, 'the head grows by one'); END",
    "CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head"
    " BEGIN SELECT RAISE(ABORT, 'the head is never removed'); END",
)


@event.listens_for(_entries, "after_create")
def _guard_entries(_target: Table, connection: Connection, **_options: object) -> None:
    for rule in _ENTRY_RULES:
        connection.exec_driver_sql(rule)


@event.listens_for(_head, "after_create")
def _guard_head(_target: Table, connection: Connection, **_options: object) -> None:
    connection.execute(insert(_head).values(id=1, size=0, root=EMPTY_ROOT, peaks=b""))
    for rule in _HEAD_RULES:
        connection.exec_driver_sql(rule)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One row: the leaf's bytes, its hash, and the root of the tree that ends with it."""

    position: int
    leaf: bytes
    leaf_hash: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The head row: the root as stored, and the peaks it should be the root of (`peaks.size` is the ledger's size)."""

    root: bytes
    peaks: Peaks


class Rows:
    """The ledger's rows as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> StoredHead | None:
        """The head, or None where its row is missing."""
        row = self._connection.execute(select(_head.c.size, _head.c.root, _head.c.peaks)).one_or_none()
        if row is None:
            return None
        starts = range(0, len(row.peaks), _HASH_BYTES)
        return StoredHead(row.root, Peaks(row.size, tuple(row.peaks[at : at + _HASH_BYTES] for at in starts)))

    def length(self) -> int:
        """How far the entries reach: one more than the last position, 0 where there are none."""
        last = self._connection.execute(select(func.max(_entries.c.position))).scalar_one()
        return 0 if last is None else int(last) + 1

    def append(self, entry: StoredEntry, peaks: Peaks) -> None:
        """The entry stands behind the others and the head has moved on to it."""
        self._connection.execute(
            insert(_entries).values(
                position=entry.position, leaf=entry.leaf, leaf_hash=entry.leaf_hash, root=entry.root
            )
        )
        self._connection.execute(update(_head).values(size=peaks.size, root=entry.root, peaks=b"".join(peaks.hashes)))

    def entries(self) -> tuple[StoredEntry, ...]:
        """Every entry, by position."""
        found = self._connection.execute(select(_entries).order_by(_entries.c.position))
        return tuple(StoredEntry(row.position, row.leaf, row.leaf_hash, row.root) for row in found)

    def leaves_with(self, text: str) -> tuple[bytes, ...]:
        """The bytes of every leaf in which this text stands, by position."""
        found = select(_entries.c.leaf).where(func.instr(_entries.c.leaf, text.encode()) > 0)
        return tuple(self._connection.execute(found.order_by(_entries.c.position)).scalars())

    def leaf(self, position: int) -> bytes | None:
        """The bytes of one leaf, or None where there is no such entry."""
        return self._connection.execute(
            select(_entries.c.leaf).where(_entries.c.position == position)
        ).scalar_one_or_none()

    def root(self, size: int) -> bytes:
        """The root kept for the tree of the first `size` entries; raises IntegrityError if that row is missing."""
        if size == 0:
            return EMPTY_ROOT
        kept = self._connection.execute(
            select(_entries.c.root).where(_entries.c.position == size - 1)
        ).scalar_one_or_none()
        if kept is None:
            raise IntegrityError(f"ledger entry {size - 1} is missing; headgate ledger verify says what changed")
        return bytes(kept)

    def leaf_hashes(self) -> tuple[bytes, ...]:
        """Every leaf hash as stored, by position."""
        return tuple(self._connection.execute(select(_entries.c.leaf_hash).order_by(_entries.c.position)).scalars())

    def keep_salt(self, commitment: Commitment, salt: Sealed) -> None:
        """The sealed salt of this commitment is kept."""
        self._connection.execute(
            insert(_salts).values(commitment=str(commitment), wrapped_key=salt.wrapped_key, cipher=salt.cipher)
        )

    def salt(self, commitment: Commitment) -> Sealed | None:
        """The sealed salt of this commitment, or None where it was erased or never made here."""
        row = self._connection.execute(
            select(_salts.c.wrapped_key, _salts.c.cipher).where(_salts.c.commitment == str(commitment))
        ).one_or_none()
        return None if row is None else Sealed(row.wrapped_key, row.cipher)


class LedgerStore:
    """The ledger's tables in a database, made if they were not there."""

    def __init__(self, database: Database) -> None:
        database.ensure(_entries, _head, _salts)
        self._database = database

    @property
    def home(self) -> Path:
        """The state folder."""
        return self._database.home

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """The rows for the one writer; durable when the block ends without an error."""
        with self._database.begin() as connection:
            yield Rows(connection)

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """The rows at one moment, for a reader."""
        with self._database.read() as connection:
            yield Rows(connection)

    def seal_salt(self, commitment: Commitment, salt: bytes) -> Sealed:
        """The salt, sealed for this commitment."""
        return self._database.sealer.seal(f"salt:{commitment}", salt)

    def unseal_salt(self, commitment: Commitment, sealed: Sealed) -> bytes:
        """The salt; raises IntegrityError if the sealed bytes are not those of this commitment."""
        return self._database.sealer.unseal(f"salt:{commitment}", sealed)
