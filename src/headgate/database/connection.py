"""The state folder's one database: opened, created whole, checked to be ours, closed."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from headgate.database.durable import disk_error, sync_folder
from headgate.database.sealed import Sealed, Sealer, create_master_key, read_sealer
from headgate.errors import HeadgateError, InputError, IntegrityError, UnavailableError

METADATA = MetaData()

APPLICATION_ID = 0x48474154  # "HGAT" in the SQLite file header
SCHEMA_VERSION = 1

_WRITES = "headgate_writes"
_BUSY_SECONDS = 30
_PROOF_ID = "master-key"
_PROOF = b"this master key opens this database"

_key_proof = Table(
    "key_proof",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("cipher", LargeBinary, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. `home` is the state folder; `sealer` seals fields under its master key."""

    home: Path
    engine: Engine
    sealer: Sealer

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction that is the only writer from its first statement; durable when the block ends without an error.

        Waits up to 30 s for another writer, then raises UnavailableError. Every failure of the database inside the
        block leaves it as it was and is raised as UnavailableError (full disk), InputError (cannot be written) or
        IntegrityError (not as we wrote it).
        """
        return _transaction(self.engine, self.home, writes=True)

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one unchanging state and waits for nobody; raises as `begin` does."""
        return _transaction(self.engine, self.home, writes=False)

    def ensure(self, *tables: Table) -> None:
        """The tables, with their triggers and first rows, are in the database; those that were there are untouched."""
        with self.begin() as connection:
            METADATA.create_all(connection, tables=tables, checkfirst=True)

    def close(self) -> None:
        """Every connection is closed."""
        self.engine.dispose()


def open_database(home: Path) -> Database:
    """The database of this state folder, open; folder (0700), file and master key (0600) are created where missing.

    Raises InputError if the folder cannot be used, UnavailableError if the disk is full, RefusalError if the master key
    can be read by others, and IntegrityError if the file is damaged, not ours, of a newer schema, or does not belong to
    the master key. A key that is missing is made anew only where nothing was ever sealed.
    """
    path = home / "headgate.db"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
    except OSError as error:
        raise disk_error(error, home) from None
    engine = _engine(path)
    try:
        with _transaction(engine, home, writes=True) as connection:
            _check_ours(connection, path)
            sealer = _open_sealer(connection, home)
    except HeadgateError:
        engine.dispose()
        raise
    return Database(home, engine, sealer)


def _create(path: Path) -> None:
    """A database of ours with no tables stands at the path, made elsewhere first so that nobody sees half of it."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                # Stays with the file. It is never set on a file that was found, which may be another program's.
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            raise _database_error(error, path.parent) from None
        # A link, unlike a rename, fails if another process was first; its database is then the one to use.
        with suppress(FileExistsError):
            os.link(fresh, path)
    sync_folder(path.parent)


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite+pysqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # pysqlite would begin transactions by itself, and later than we need; see `begin` below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted must not stay readable in free pages.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _transaction(engine: Engine, home: Path, *, writes: bool) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            connection.execution_options(**{_WRITES: writes})
            with connection.begin():
                yield connection
    except DBAPIError as error:
        cause = error.orig if isinstance(error.orig, sqlite3.Error) else sqlite3.Error()
        raise _database_error(cause, home) from None
    except sqlite3.Error as error:
        raise _database_error(error, home) from None


def _database_error(error: sqlite3.Error, home: Path) -> HeadgateError:
    """What an error of SQLite means to the caller; only its code is told, since its text may quote what is stored."""
    path = home / "headgate.db"
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    match code & 0xFF:
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_NOMEM:
            return UnavailableError(f"{path}: the disk is full or failing ({name}); free some space and try again")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return UnavailableError(f"{path}: another Headgate is writing to it ({name}); try again when it is done")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return InputError(f"{path} cannot be written ({name}); name another state folder with HEADGATE_HOME")
        case _:
            return IntegrityError(
                f"{path} is not the database Headgate wrote ({name}); put it back from a backup, or name another "
                f"state folder with HEADGATE_HOME"
            )


def _check_ours(connection: Connection, path: Path) -> None:
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
        raise IntegrityError(f"{path} is not a Headgate database; name another state folder with HEADGATE_HOME")
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version != SCHEMA_VERSION:
        raise IntegrityError(
            f"{path} has schema version {version} and this Headgate knows {SCHEMA_VERSION}; use a newer Headgate"
        )


def _open_sealer(connection: Connection, home: Path) -> Sealer:
    """The sealer of the folder's master key, proved to be the key this database was written with."""
    key_file = home / "master.key"
    METADATA.create_all(connection, tables=[_key_proof], checkfirst=True)
    row = connection.execute(select(_key_proof.c.wrapped_key, _key_proof.c.cipher)).one_or_none()
    if row is not None:
        sealer = read_sealer(key_file)
        sealer.unseal(_PROOF_ID, Sealed(row.wrapped_key, row.cipher))
        return sealer
    create_master_key(key_file)
    sealer = read_sealer(key_file)
    sealed = sealer.seal(_PROOF_ID, _PROOF)
    connection.execute(insert(_key_proof).values(id=1, wrapped_key=sealed.wrapped_key, cipher=sealed.cipher))
    return sealer
