"""A database's URL: what it says, and that nothing of it is repeated where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.app import read
from headgate.errors import InputError
from headgate.headers.server import Server, SslMode, is_url, server
from headgate.settings import database_password

SECRET = "hunter2zq"
REFUSED = {
    f"mysql://me:{SECRET}@host/db": "of addresses only",
    f"postgresql:/me:{SECRET}@host/db": "not of the form",
    f"postgresql://me:{SECRET}@b@host/db": "not of the form",
    f"postgresql://me:{SECRET}@/db": "names no host",
    f"postgresql://me:{SECRET}@%2Fvar%2Frun/db": "names no host",
    f"postgresql://me:{SECRET}@one,two/db": "not one name",
    f"postgresql://me:{SECRET}@ho%00st/db": "zero character",
    f"postgresql://:{SECRET}@host/db": "a user and a database",
    f"postgresql://me:{SECRET}@host": "a user and a database",
    f"postgresql://me:{SECRET}@host:0/db": "from 1 to 65535",
    f"postgresql://me:{SECRET}@host:70000/db": "from 1 to 65535",
    f"postgresql://me:{SECRET}@host:{'9' * 5000}/db": "from 1 to 65535",
    f"postgresql://me:{SECRET}%zz@host/db": "no character of UTF-8",
    f"postgresql://me:{SECRET}%ff@host/db": "no character of UTF-8",
    f"postgresql://me:{SECRET}@host/db?sslmode=prefer": "sslmode in the database's URL is one of",
    f"postgresql://me:{SECRET}@host/db?sslmode=disable&sslmode=disable": "each once",
    f"postgresql://me:{SECRET}@host/db?options=-csearch_path": "and nothing else",
    f"postgresql://me:{SECRET}@host/db?host=other": "and nothing else",
    f"postgresql://me:{SECRET}@host/db?sslrootcert=": "a PEM file",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_is_wrong_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(InputError, match=REFUSED[url]) as refused:
        read(url)
    assert SECRET not in repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_url_that_became_a_path_is_refused_without_a_word_of_it() -> None:
    with pytest.raises(InputError, match="given as a text") as refused:
        read(Path(f"postgresql://me:{SECRET}@host"))
    assert SECRET not in str(refused.value)
    # The control: as the path of a file its name would have been said.
    assert SECRET in Path(f"postgresql://me:{SECRET}@host").name


def test_a_server_says_nothing_of_itself() -> None:
    made = server(f"postgresql://me:{SECRET}@db.plant.example/plant?sslrootcert=/home/me/ca.pem")
    assert repr(made) == "Server()"
    assert (made.host, made.password) == ("db.plant.example", SECRET)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://me@host/db", Server("host", 5432, "db", "me")),
        ("postgres://me:pw@[::1]:6000/db", Server("::1", 6000, "db", "me", "pw")),
        ("POSTGRESQL://m%C3%A9:%40%2F%25@10.0.0.1/a%20b", Server("10.0.0.1", 5432, "a b", "mé", "@/%")),
        ("postgresql://me@host/db?sslmode=verify-ca", Server("host", 5432, "db", "me", mode=SslMode.VERIFY_CA)),
        ("postgresql://me@host/db?sslrootcert=%2Fca.pem", Server("host", 5432, "db", "me", root=Path("/ca.pem"))),
        ("postgresql://me@host/db?sslrootcert=system", Server("host", 5432, "db", "me")),
    ],
)
def test_a_url_says_how_a_database_is_reached(url: str, found: Server) -> None:
    assert server(url) == found


def test_the_path_of_a_file_is_no_url() -> None:
    assert not any(map(is_url, ("plant.csv", "C:/plant.csv", "/a/b:c/d", "a b://c", "./postgresql://x")))
    assert is_url("postgresql://x")
    assert is_url("http://x")


PASSFILE = r"""# a note
other:5432:plant:me:not this
host:5433:*:me:not this either
host:*:pl\:nt:me:an\:escaped\\one
*:5432:plant:me:the one
*:*:*:*:too late
"""


def test_a_password_is_the_first_that_fits_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert database_password("host", 5432, "plant", "me") is None
    (tmp_path / ".pgpass").write_text(PASSFILE)
    with pytest.raises(InputError, match="chmod 600"):
        database_password("host", 5432, "plant", "me")
    (tmp_path / ".pgpass").chmod(0o600)
    assert database_password("host", 5432, "plant", "me") == "the one"
    assert database_password("host", 5432, "pl:nt", "me") == "an:escaped\\one"
    assert database_password("host", 5432, "plant", "you") == "too late"
    monkeypatch.setenv("PGPASSWORD", "said")
    assert database_password("host", 5432, "plant", "me") == "said"
