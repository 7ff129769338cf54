"""PostgreSQL tables and views as a source, on a real server."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pg8000.native
import pytest
from tests.postgres_server import Postgres
from tests.tls_server import Authority, answers, provider

from headgate.analysis import screened_headers
from headgate.app import read
from headgate.errors import InputError, RefusalError, UnavailableError
from headgate.headers import LocalType, Server, SslMode, Table
from headgate.headers.postgres import Session, _tls
from headgate.headers.server import server
from headgate.manifest import approve_clean
from headgate.sandbox.connection import connected

METER = (
    'CREATE TABLE {} AS SELECT stamp, n * 1.5 AS "Usage_kWh", n AS count FROM generate_series(0, 23) AS n, '
    "LATERAL (SELECT timestamp '2026-01-01' + n * interval '1 hour' AS stamp) AS s"
)
NAMES = ["stamp", "Usage_kWh", "count"]
TYPES = [LocalType.DATETIME, LocalType.NUMBER, LocalType.INTEGER]


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Postgres]:
    """The server, whose database `plant` holds nothing; the user `reader` may read what is made in it."""
    yield postgres
    owned = postgres.run(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
    )
    drops = [f"DROP SCHEMA {_quoted(str(name))} CASCADE" for (name,) in owned]
    postgres.run(*drops, "CREATE SCHEMA public", "GRANT USAGE ON SCHEMA public TO reader, other")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def grant(database: Postgres, *statements: str, schema: str = "public") -> None:
    """These statements ran, and the user `reader` may read the schema."""
    where = _quoted(schema)
    database.run(
        *statements,
        f"GRANT USAGE ON SCHEMA {where} TO reader",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {where} TO reader",
    )


def names(table: Table) -> list[str]:
    return [header.name for header in table.headers]


def in_this_process(database: Postgres, user: str = "reader") -> Session:
    """A session without the cell around it."""
    return Session(connected(("127.0.0.1", database.port)), server(database.url(user)))


# Refusals


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"password": "not it"}, "does not take this user and password"),
        ({"password": ""}, "does not take this user and password"),
        ({"user": "nobody"}, "does not take this user and password"),
        ({"database": "absent"}, "no such database"),
        ({"database": "held"}, r"whether it wants TLS \(sslmode=verify-full"),
    ],
)
def test_who_is_not_let_in_is_told_why_and_nothing_else(
    database: Postgres, asked: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with pytest.raises(InputError, match=sentence) as refused:
        read(database.url(**asked))
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert not [said for said in (database.password, "not it", "nobody", "plant") if said in str(refused.value)]


def test_a_table_has_to_be_named_where_there_are_several_and_be_there(database: Postgres) -> None:
    with pytest.raises(InputError, match="the database holds no table"):
        read(database.url())
    database.run(METER.format("mine"))
    with pytest.raises(InputError, match="may read no table"):
        read(database.url())
    with pytest.raises(InputError, match="may not read this table"):
        read(database.url(), "mine")
    grant(database, METER.format("works.meter").replace("CREATE", "CREATE SCHEMA works; CREATE", 1), schema="works")
    assert names(read(database.url())) == NAMES  # the only one that may be read
    grant(database, "CREATE VIEW totals AS SELECT sum(count) AS pieces FROM works.meter")
    with pytest.raises(InputError, match=r"name one with --table: 'mine', 'totals', 'works.meter'"):
        read(database.url())
    with pytest.raises(InputError, match=r"no table 'meter'; choose one of 'mine', 'totals', 'works.meter'"):
        read(database.url(), "meter")
    assert names(read(database.url(), "totals")) == ["pieces"]


def test_a_schema_and_a_single_column_one_may_not_read_are_said_so(database: Postgres) -> None:
    database.run("CREATE SCHEMA closed", METER.format("closed.meter"))
    with pytest.raises(InputError, match="USAGE of its schema"):
        read(database.url(), "closed.meter")
    database.run(METER.format("half"), "GRANT SELECT (count) ON half TO reader")
    with pytest.raises(InputError, match="may not read this table"):
        read(database.url(), "half")
    database.run("GRANT SELECT ON half TO reader")  # the control
    assert names(read(database.url(), "half")) == NAMES


def test_a_table_that_is_gone_or_changed_gives_no_rows(database: Postgres, tmp_path: Path) -> None:
    grant(database, METER.format("meter"))
    session = in_this_process(database)
    table = session.table("meter")
    database.run("ALTER TABLE meter RENAME count TO pieces")
    with pytest.raises(InputError, match="meter has other columns than before"):
        session.copied(table, table.layout, tmp_path)  # type: ignore[arg-type]
    database.run("DROP TABLE meter")
    with pytest.raises(InputError, match="no longer there"):
        in_this_process(database).copied(table, table.layout, tmp_path)  # type: ignore[arg-type]


def test_a_view_that_writes_when_it_is_read_writes_nothing(database: Postgres) -> None:
    grant(
        database,
        "CREATE TABLE log (at int)",
        "CREATE FUNCTION noted() RETURNS int LANGUAGE sql AS 'INSERT INTO public.log VALUES (1) RETURNING at'",
        "CREATE VIEW noting AS SELECT noted() AS at",
        "GRANT INSERT ON log TO reader",
    )
    with pytest.raises(InputError, match="nothing is written for us"):
        read(database.url(), "noting")
    assert database.run("SELECT count(*) FROM log") == [[0]]
    with pg8000.native.Connection(
        "reader", host="127.0.0.1", port=database.port, database="plant", password=database.password
    ) as other:
        other.run("SELECT * FROM noting")
    assert database.run("SELECT count(*) FROM log") == [[1]]  # the control: this user could have written


def test_a_view_that_takes_too_long_is_given_up(database: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.headers.postgres._LOOK_SECONDS", 1)
    grant(database, "CREATE VIEW slow AS SELECT pg_sleep(60)::text AS a, 1 AS b")
    with pytest.raises(UnavailableError, match="took too long"):
        in_this_process(database).table("slow")


def test_an_error_of_a_view_says_no_cell(database: Postgres) -> None:
    grant(
        database,
        "CREATE TABLE raw AS SELECT 'Ballineen' AS cell",
        "CREATE VIEW broken AS SELECT cell::int AS a FROM raw",
        "CREATE FUNCTION told() RETURNS int LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'Ballineen' USING ERRCODE = "
        "'BALLI'; END$$",
        "CREATE VIEW telling AS SELECT told() AS a",
    )
    for name in ("broken", "telling"):
        with pytest.raises(UnavailableError, match="for a reason of its own") as refused:
            read(database.url(), name)
        assert "balli" not in str(refused.value).lower()
    with pytest.raises(pg8000.native.DatabaseError, match="Ballineen"):  # the control: the server does quote the cell
        database.run("SELECT * FROM broken")


def test_a_host_that_is_not_there_or_is_no_postgresql_is_said_so(certificate: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnavailableError, match="takes no connection at this port"):
        read(f"postgresql://me:pw@127.0.0.1:{port}/plant")
    with pytest.raises(UnavailableError, match="host is not found"):
        read("postgresql://me:pw@nothing.invalid/plant")
    web = provider(answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), reads=False)
    with web as site, pytest.raises(UnavailableError, match=r"no PostgreSQL that is known|broke off"):
        read(f"postgresql://me:pw@127.0.0.1:{site.port}/plant")


LET_IN = b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I"
GARBLED = {
    "a type that there is not": b"?\x00\x00\x00\x04",
    "a size below zero": b"R\xff\xff\xff\xff",
    "a request for nothing known": b"R\x00\x00\x00\x08\x00\x00\x00\x63",
    "half of a request": b"R\x00\x00\x00\x05\x00",
    "no way to prove a password": b"R\x00\x00\x00\x09\x00\x00\x00\x0a\x00",
    "the end of a proof that was not begun": b"R\x00\x00\x00\x08\x00\x00\x00\x0b",
    "an error without a code": b"E\x00\x00\x00\x05\x00",
    "an encoding that there is not": b"S\x00\x00\x00\x16client_encoding\x00x\x00",
    "rows that nobody asked for": LET_IN + b"D\x00\x00\x00\x06\x00\x01" + b"Z\x00\x00\x00\x05I" * 9,
    "a wish to be sent rows": LET_IN + b"G\x00\x00\x00\x07\x00\x00\x00",
    "names in no encoding": LET_IN + b"T\x00\x00\x00\x1a\x00\x01\xff\xfe\x00" + bytes(18),
    "nothing at all": LET_IN + b"Z\x00\x00\x00\x05I" * 9,
}


@pytest.mark.parametrize("name", GARBLED)
def test_a_server_that_answers_in_another_way_gives_one_sentence_of_ours(name: str) -> None:
    def reply(channel: socket.socket) -> None:
        channel.recv(4096)
        channel.sendall(GARBLED[name])
        channel.shutdown(socket.SHUT_WR)
        channel.recv(4096)

    def asked(port: int) -> Table:
        url = f"postgresql://me:hunter2zq@127.0.0.1:{port}/plant"
        return Session(connected(("127.0.0.1", port)), server(url)).table(None)

    with provider(reply, reads=False) as other, pytest.raises((UnavailableError, InputError)) as refused:
        asked(other.port)
    assert "hunter2zq" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


# How secure the connection is


def asking_for_a_password(kept: list[bytes]) -> Callable[[socket.socket], None]:
    """A server that asks for the password in clear (AuthenticationCleartextPassword), and keeps what it is told."""

    def reply(channel: socket.socket) -> None:
        channel.recv(4096)
        channel.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")
        kept.append(channel.recv(4096))

    return reply


def test_the_password_is_not_handed_in_clear_to_whoever_asks(database: Postgres) -> None:
    kept: list[bytes] = []
    with provider(asking_for_a_password(kept), reads=False) as thief:
        with pytest.raises(RefusalError, match="in clear, without TLS"):
            read(f"postgresql://me:hunter2zq@127.0.0.1:{thief.port}/plant")
        with pytest.raises((pg8000.native.InterfaceError, KeyError)):  # the control: the bare driver hands it over
            pg8000.native.Connection("me", host="127.0.0.1", port=thief.port, password="hunter2zq", ssl_context=False)
    assert b"hunter2zq" not in kept[0]
    assert b"hunter2zq" in kept[1]
    with pytest.raises(RefusalError, match="in clear, without TLS"):
        read(database.url("clear"))
    grant(database, METER.format("meter"), "GRANT SELECT ON meter TO clear", "GRANT USAGE ON SCHEMA public TO clear")
    assert names(read(database.url("clear", more=f"?sslmode=verify-full&sslrootcert={database.authority}"))) == NAMES


def test_a_certificate_that_is_not_trusted_or_for_another_host_is_refused(database: Postgres, tmp_path: Path) -> None:
    grant(database, METER.format("meter"))
    other = Authority(tmp_path)
    ours, theirs = f"&sslrootcert={database.authority}", f"&sslrootcert={other.file}"
    for host, more in (
        ("127.0.0.1", "?sslmode=verify-full"),  # the system's store does not have it
        ("127.0.0.1", "?sslmode=verify-full" + theirs),
        ("127.0.0.1", "?sslmode=verify-ca" + theirs),
        ("127.0.0.2", "?sslmode=verify-full" + ours),
    ):
        with pytest.raises(RefusalError, match=r"not one to trust for this host.*sslrootcert=FILE.*sslmode="):
            read(database.url(host=host, more=more))
    for host, more in (  # the controls
        ("127.0.0.1", "?sslmode=verify-full" + ours),
        ("localhost", "?sslmode=verify-full" + ours),
        ("127.0.0.2", "?sslmode=verify-ca" + ours),
        ("127.0.0.2", "?sslmode=require"),
    ):
        assert names(read(database.url(host=host, more=more))) == NAMES


def test_a_database_without_tls_is_refused_where_tls_has_to_be(database: Postgres) -> None:
    def no_tls(channel: socket.socket) -> None:
        channel.recv(8)
        channel.sendall(b"N")

    with provider(no_tls, reads=False) as plain, pytest.raises(RefusalError, match="speaks no TLS"):
        read(f"postgresql://me:pw@127.0.0.1:{plain.port}/plant?sslmode=require")
    grant(database, METER.format("meter"))
    assert names(read(database.url(more="?sslmode=require"))) == NAMES  # the control


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_old_tls_is_refused(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    def old(channel: socket.socket) -> None:
        channel.recv(8)
        channel.sendall(b"S")
        context.wrap_socket(channel, server_side=True)

    with provider(old, reads=False) as server, pytest.raises(RefusalError, match=r"TLS 1\.2 or newer"):
        read(f"postgresql://me:pw@127.0.0.1:{server.port}/plant?sslmode=require")


class Peer:
    """A connection as far as it says where it leads."""

    def __init__(self, address: str) -> None:
        self.address = address

    def getpeername(self) -> tuple[str, int]:
        return self.address, 5432


@pytest.mark.parametrize(
    ("address", "mode", "verify", "host"),
    [
        ("192.0.2.1", None, ssl.CERT_REQUIRED, True),
        ("fe80::1%eth0", None, ssl.CERT_REQUIRED, True),
        ("::ffff:192.0.2.1", None, ssl.CERT_REQUIRED, True),
        ("192.0.2.1", SslMode.VERIFY_CA, ssl.CERT_REQUIRED, False),
        ("192.0.2.1", SslMode.REQUIRE, ssl.CERT_NONE, False),
        ("127.0.0.1", SslMode.VERIFY_FULL, ssl.CERT_REQUIRED, True),
    ],
)
def test_another_machine_has_to_show_who_it_is_unless_the_url_says_less(
    authority: Authority, address: str, mode: SslMode | None, verify: ssl.VerifyMode, host: bool
) -> None:
    asked = Server("db", 5432, "plant", "me", mode=mode, root=authority.file)
    context = _tls(Peer(address), asked)  # type: ignore[arg-type]
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (verify, host)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    # The controls: without TLS where that is said, and to this machine.
    assert _tls(Peer(address), replace(asked, mode=SslMode.DISABLE)) is None  # type: ignore[arg-type]
    assert _tls(Peer("127.0.0.1"), replace(asked, mode=None)) is None  # type: ignore[arg-type]
    assert _tls(Peer("::1"), replace(asked, mode=None)) is None  # type: ignore[arg-type]


# What is read


@pytest.mark.parametrize(
    "make",
    [
        (METER.format("meter"),),
        (METER.format("base"), "CREATE VIEW meter AS SELECT * FROM base"),
        (METER.format("base"), "CREATE MATERIALIZED VIEW meter AS SELECT * FROM base"),
        (
            METER.format("base"),
            'CREATE TABLE meter (stamp timestamp, "Usage_kWh" numeric, count int) PARTITION BY RANGE (count)',
            "CREATE TABLE meter_low PARTITION OF meter FOR VALUES FROM (0) TO (12)",
            "CREATE TABLE meter_high PARTITION OF meter FOR VALUES FROM (12) TO (99)",
            "INSERT INTO meter SELECT * FROM base",
        ),
        (
            METER.format("base"),
            "CREATE EXTENSION IF NOT EXISTS file_fdw SCHEMA public",
            "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
            "COPY base TO '{folder}/base.csv' (FORMAT csv)",
            'CREATE FOREIGN TABLE meter (stamp timestamp, "Usage_kWh" numeric, count int) SERVER files '
            "OPTIONS (filename '{folder}/base.csv', format 'csv')",
        ),
    ],
    ids=["table", "view", "materialised view", "partitioned table", "foreign table"],
)
def test_each_kind_of_relation_gives_its_names_and_types(database: Postgres, make: tuple[str, ...]) -> None:
    grant(database, *(statement.replace("{folder}", str(database.folder)) for statement in make))
    found = read(database.url(), "meter")
    assert (names(found), [header.local_type for header in found.headers]) == (NAMES, TYPES)
    assert (found.headless, found.doubt) == (None, None)


def test_a_partition_is_not_offered_but_can_be_named(database: Postgres) -> None:
    grant(
        database,
        "CREATE TABLE meter (count int, kwh int) PARTITION BY LIST (count)",
        "CREATE TABLE meter_one PARTITION OF meter FOR VALUES IN (1)",
    )
    assert read(database.url()).path == Path("meter")
    assert read(database.url(), "meter_one").path == Path("meter_one")


ODD = ['Meter "A"', "Zähler·Größe", "a.b", "SELECT", "x'; DROP TABLE y; --", "a/b", "..", "%s :x $1", "表"]


@pytest.mark.parametrize("name", ODD)
def test_a_name_is_found_as_it_is_spelt(database: Postgres, name: str, tmp_path: Path) -> None:
    grant(database, METER.format(_quoted(name)).replace('"Usage_kWh"', _quoted(name)))
    grant(database, f"CREATE SCHEMA {_quoted(name)}", METER.format(f"{_quoted(name)}.t"), schema=name)
    found = read(database.url(), name)
    assert names(found) == ["stamp", name, "count"]
    assert found.path == Path(found.path.name)
    assert names(read(database.url(), f"{name}.t")) == NAMES
    assert names(read(database.url(), f'{_quoted(name)}."t"')) == NAMES
    session = in_this_process(database)
    copy = session.copied(found, found.layout, tmp_path)  # type: ignore[arg-type]
    assert copy.path.read_text(encoding="utf-8").count("\n") == 24


def test_a_spelling_that_two_tables_have_is_asked_for_again(database: Postgres) -> None:
    grant(database, METER.format('"a.b"'))
    grant(database, "CREATE SCHEMA a", METER.format("a.b"), schema="a")
    with pytest.raises(InputError, match=r'several tables that read .a\.b.; write "a"."b" or "public"."a.b"'):
        read(database.url(), "a.b")
    assert read(database.url(), '"a"."b"').path == Path("b")


DECLARED = {
    "smallint": LocalType.INTEGER,
    "bigint": LocalType.INTEGER,
    "real": LocalType.NUMBER,
    "numeric(9, 2)": LocalType.NUMBER,
    "boolean": LocalType.BOOLEAN,
    "date": LocalType.DATE,
    "timestamptz": LocalType.DATETIME,
    "time": LocalType.TIME,
    "timetz": LocalType.TIME,
    "money": LocalType.TEXT,
    "interval": LocalType.TEXT,
    "uuid": LocalType.TEXT,
    "bytea": LocalType.TEXT,
    "jsonb": LocalType.TEXT,
    "int[]": LocalType.TEXT,
    "inet": LocalType.TEXT,
    "degrees": LocalType.NUMBER,
}


def test_declared_types_are_local_types_and_a_domain_is_its_base(database: Postgres) -> None:
    columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(DECLARED))
    grant(
        database,
        "CREATE DOMAIN kelvin AS double precision",
        "CREATE DOMAIN degrees AS kelvin",
        f"CREATE TABLE t ({columns})",
    )
    assert [header.local_type for header in read(database.url()).headers] == list(DECLARED.values())


def test_texts_are_typed_by_their_first_rows(database: Postgres) -> None:
    grant(database, METER.format("base"))
    grant(database, "CREATE TABLE imported AS SELECT stamp::text, \"Usage_kWh\"::varchar, 'x' AS note FROM base")
    types = [header.local_type for header in read(database.url(), "imported").headers]
    assert types == [LocalType.DATETIME, LocalType.NUMBER, LocalType.TEXT]


def test_no_rule_approves_names_that_may_be_data(database: Postgres) -> None:
    grant(
        database,
        'CREATE TABLE imported ("2026-01-01 00:00" text, "12.5" text, "Wexmoor" text)',
        "INSERT INTO imported SELECT '2026-01-01 0' || n || ':00', n || '.5', 'Hexley' FROM generate_series(1, 9) AS n",
        "CREATE TABLE empty (stamp timestamp, energy real)",
        METER.format("meter"),
    )
    assert read(database.url(), "imported").doubt is not None
    assert "no row below" in (read(database.url(), "empty").doubt or "")

    def approved(name: str) -> list[str]:
        table = read(database.url(), name)
        decisions = approve_clean(table.headers, screened_headers(table))
        return [each.public_name for each in decisions if each.public_name is not None]

    assert approved("imported") == approved("empty") == []
    assert approved("meter") == NAMES  # the control


def test_no_more_rows_are_read_than_the_first_row_check_needs(database: Postgres, tmp_path: Path) -> None:
    grant(
        database,
        "CREATE VIEW mined AS SELECT n AS a, 10 / (n - 21) AS b FROM generate_series(1, 1000) AS n",
    )
    session = in_this_process(database)
    table = session.table("mined")
    assert names(table) == ["a", "b"]
    with pytest.raises(UnavailableError):  # the control: whoever reads row 21 fails
        session.copied(table, table.layout, tmp_path)  # type: ignore[arg-type]


def test_nothing_is_set_for_longer_than_the_transaction(database: Postgres) -> None:
    grant(database, METER.format("meter"))
    session = in_this_process(database)
    driver = session._driver
    shown = "SELECT name, setting FROM pg_catalog.pg_settings WHERE source IN ('session', 'client') ORDER BY 1"
    before = driver.run(shown)
    session.table("meter")
    assert driver.run(shown) == before
    assert [name for name, _ in before] == ["application_name", "client_encoding"]


def test_rows_are_copied_as_they_are(database: Postgres, tmp_path: Path) -> None:
    grant(
        database,
        "CREATE TABLE t (a text, b timestamptz, c boolean, d bytea, e numeric, f double precision)",
        "INSERT INTO t VALUES (E'one \"two\"\\nthree, four', '2026-07-01 12:00+02', true, '\\x00', 1.50, 0.1), "
        "(null, null, null, null, null, null)",
    )
    session = in_this_process(database)
    table = session.table("t")
    copy = session.copied(table, table.layout, tmp_path)  # type: ignore[arg-type]
    assert copy.path.read_text(encoding="utf-8") == (
        '"one ""two""\nthree, four","2026-07-01 10:00:00","true","","1.50","0.1"\n"","","","","",""\n'
    )


def test_a_missing_driver_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pg8000'] = None\n"
        "from headgate.errors import InputError\n"
        "try:\n import headgate.headers.postgres\nexcept InputError as error:\n print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'headgate[postgres]'" in done.stdout
