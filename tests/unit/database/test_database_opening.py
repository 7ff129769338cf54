"""The state folder's database: what is refused, what is created, and what is kept from others."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, event, insert, select

from headgate.database import Database, open_database
from headgate.errors import InputError, IntegrityError, RefusalError, UnavailableError

_NOTES = Table("notes", MetaData(), Column("id", Integer, primary_key=True), Column("text", LargeBinary))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "state" / "home"


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with closing(open_database(home)) as opened:
        yield opened


def edit(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "headgate.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def make(home: Path) -> None:
    open_database(home).close()


def test_a_folder_below_a_file_is_refused_as_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="HEADGATE_HOME"):
        open_database(tmp_path / "file" / "home")


def test_a_folder_that_is_a_file_is_refused_as_input(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(InputError, match="HEADGATE_HOME"):
        open_database(tmp_path / "home")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_refused_as_input(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        open_database(tmp_path / "home")


@pytest.mark.parametrize("content", [b"", b"not a database at all, " * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_an_integrity_error_and_is_left_alone(home: Path, content: bytes) -> None:
    home.mkdir(parents=True)
    (home / "headgate.db").write_bytes(content)
    with pytest.raises(IntegrityError, match=r"headgate\.db"):
        open_database(home)
    assert (home / "headgate.db").read_bytes() == content


def test_a_database_of_another_program_is_an_integrity_error_and_gets_no_table(home: Path) -> None:
    home.mkdir(parents=True)
    edit(home, "CREATE TABLE theirs (x)")
    with pytest.raises(IntegrityError, match="not a Headgate database"):
        open_database(home)
    with closing(sqlite3.connect(home / "headgate.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert not (home / "master.key").exists()


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_database_of_another_schema_version_is_an_integrity_error(home: Path, version: int) -> None:
    make(home)
    edit(home, f"PRAGMA user_version = {version}")
    with pytest.raises(IntegrityError, match=f"schema version {version}"):
        open_database(home)


def test_a_damaged_page_is_an_integrity_error(home: Path, database: Database) -> None:
    database.ensure(_NOTES)
    with database.begin() as connection:
        connection.execute(insert(_NOTES), [{"text": b"x" * 3000} for _ in range(50)])
    database.close()
    path = home / "headgate.db"
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match="SQLITE_CORRUPT"), database.read() as connection:
        connection.execute(select(_NOTES)).all()


def test_a_full_disk_is_unavailable_and_what_was_there_stays(database: Database) -> None:
    database.ensure(_NOTES)
    with database.begin() as connection:
        connection.execute(insert(_NOTES).values(text=b"before"))

    @event.listens_for(database.engine, "begin")
    def small(connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 20")

    with pytest.raises(UnavailableError, match="full"), database.begin() as connection:
        connection.execute(insert(_NOTES).values(text=b"x" * 200_000))
    with database.read() as connection:
        assert connection.execute(select(_NOTES.c.text)).scalars().all() == [b"before"]


def test_a_second_writer_that_waits_in_vain_is_unavailable(home: Path, database: Database) -> None:
    @event.listens_for(database.engine, "connect")
    def impatient(connection, _entry) -> None:
        connection.execute("PRAGMA busy_timeout = 20")

    database.engine.dispose()
    other = sqlite3.connect(home / "headgate.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="another Headgate"), database.begin():
        pass
    with database.read() as connection:  # a reader waits for nobody
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    other.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_master_key_that_others_can_read_is_refused(home: Path) -> None:
    make(home)
    (home / "master.key").chmod(0o640)
    with pytest.raises(RefusalError, match="chmod 600"):
        open_database(home)
    (home / "master.key").chmod(0o600)
    make(home)


def test_a_missing_master_key_is_an_integrity_error_and_no_new_one_is_made(home: Path) -> None:
    make(home)
    kept = (home / "master.key").rename(home / "elsewhere")
    with pytest.raises(IntegrityError, match=r"master\.key is missing"):
        open_database(home)
    assert not (home / "master.key").exists()
    kept.rename(home / "master.key")
    make(home)


@pytest.mark.parametrize("key", [b"", b"short", bytes(32), bytes(33)])
def test_another_master_key_is_an_integrity_error(home: Path, key: bytes) -> None:
    make(home)
    (home / "master.key").write_bytes(key)
    with pytest.raises(IntegrityError):
        open_database(home)


def test_an_error_inside_a_transaction_leaves_nothing_of_it(database: Database) -> None:
    def change_my_mind() -> None:
        with database.begin() as connection:
            connection.execute(insert(_NOTES).values(text=b"half"))
            raise InputError("changed my mind")

    database.ensure(_NOTES)
    with pytest.raises(InputError):
        change_my_mind()
    with database.read() as connection:
        assert connection.execute(select(_NOTES)).all() == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_folder_and_files_are_the_owners_alone_whatever_the_umask(home: Path) -> None:
    before = os.umask(0)
    try:
        with closing(open_database(home)) as database:
            database.ensure(_NOTES)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert set(modes) >= {"headgate.db", "headgate.db-wal", "master.key"}
    assert set(modes.values()) == {0o600}


def test_every_connection_is_durable_and_clears_what_is_deleted(database: Database) -> None:
    with database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_opening_twice_finds_the_same_key_and_rows(home: Path) -> None:
    with closing(open_database(home)) as first:
        first.ensure(_NOTES)
        sealed = first.sealer.seal("r", b"plain")
        with first.begin() as connection:
            connection.execute(insert(_NOTES).values(text=b"kept"))
    with closing(open_database(home)) as second:
        second.ensure(_NOTES)
        assert second.sealer.unseal("r", sealed) == b"plain"
        with second.read() as connection:
            assert connection.execute(select(_NOTES.c.text)).scalars().all() == [b"kept"]
    assert sorted(path.name for path in home.iterdir()) == ["headgate.db", "master.key"]
