"""Headers and rows of a table or view on a PostgreSQL server, over a connection that was made before.

Nothing is set for longer than one transaction: behind a pooler the session is somebody else's next. It reads only, but
for a run whose engine the server is: that makes temporary tables, which are gone with it.
What the server or the driver says in an error may quote a cell or the password, so none of it is passed on.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from headgate.errors import HeadgateError, InputError, RefusalError, UnavailableError
from headgate.headers.cells import column_types
from headgate.headers.databases import LOOKED_AT, chosen_table, headers_of, identifier
from headgate.headers.evidence import doubt
from headgate.headers.server import Server, SslMode
from headgate.headers.table import Delimited, LocalType, Postgres, Table
from headgate.screening.first_row import looks_like_data
from headgate.tls import client_context, trust

try:
    import pg8000.core
    import pg8000.exceptions
    import pg8000.native
except ImportError:
    raise InputError("PostgreSQL needs a driver that is not installed: pip install 'headgate[postgres]'") from None

_LOOK_SECONDS, _COPY_SECONDS = 30, 3600
_GRACE_SECONDS = 15  # in which the server says itself that it took too long
_CELL = 200  # characters of a cell that is looked at
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EACCES})
_CLEAR_PASSWORD = 3  # AuthenticationCleartextPassword
_BYTES, _STAMP_WITH_ZONE = 17, 1184
# By the number of the type, which is the same in every database: src/include/catalog/pg_type.dat of PostgreSQL.
_TYPES = {
    16: LocalType.BOOLEAN,
    **dict.fromkeys((20, 21, 23, 26), LocalType.INTEGER),
    **dict.fromkeys((700, 701, 1700), LocalType.NUMBER),
    **dict.fromkeys((1114, _STAMP_WITH_ZONE), LocalType.DATETIME),
    1082: LocalType.DATE,
    **dict.fromkeys((1083, 1266), LocalType.TIME),
}
_TEXTS = frozenset({19, 25, 1042, 1043})  # may hold numbers and dates: an import makes every column text
_BEGIN = (
    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{seconds}s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'; SET LOCAL lock_timeout = '10s'; "
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL synchronize_seqscans = off"
)
# Names are looked up in the run's own tables and the system's alone: no function of another schema is called.
_WORK = (
    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ WRITE; SET LOCAL search_path = pg_temp; "
    "SET LOCAL statement_timeout = '{seconds}s'; SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'; "
    "SET LOCAL lock_timeout = '10s'; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL synchronize_seqscans = off; SET LOCAL jit = off; SAVEPOINT before"
)
_RELATIONS = """
SELECT n.nspname, c.relname, NOT c.relispartition AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY 1, 2
"""
# What a server's code says; any other is said without it, since whoever writes a view chooses what it raises.
_REFUSED = {
    "28000": "the database does not let this user in; check the user, from where it may connect, and whether "
    "it wants TLS (sslmode=verify-full in the URL)",
    "28P01": "the database does not take this user and password; check both (in the URL, PGPASSWORD or ~/.pgpass)",
    "3D000": "there is no such database on the server; check its name in the URL",
    "42501": "the user may not read this table; have SELECT on it granted, and USAGE of its schema, or name another",
    "42P01": "the table is no longer there; name another with --table",
    "42703": "the table has other columns than before; read its headers again",
    "25006": "this view writes when it is read, and nothing is written for us; name a table or another view",
}
_UNAVAILABLE = {
    "57014": "the database took too long to give its rows; name a table, or a view that is quicker",
    "55P03": "the table is locked by somebody else; try again later",
    "53300": "the database has no connection free; try again later",
    "57P03": "the database is starting up or shutting down; try again later",
    "57P01": "the database was shut down meanwhile; try again later",
}
# Classes of what a server says of the values or the size of a statement, and not of itself (PostgreSQL, appendix A).
_ROWS = frozenset({"21", "22", "54"})
# What the driver raises on a server that speaks another language.
_GARBLED = (ValueError, LookupError, TypeError, AttributeError, struct.error, pg8000.core.scramp.ScramException)


class _Driver(pg8000.native.Connection):  # type: ignore[misc]
    """The driver, which does not hand a password to whoever asks for it in clear."""

    def handle_AUTHENTICATION_REQUEST(self, data: bytes, context: object) -> None:
        if data[:4] == struct.pack("!i", _CLEAR_PASSWORD) and not isinstance(self._usock, ssl.SSLSocket):
            raise RefusalError(
                "the database asks for the password in clear, without TLS: write sslmode=verify-full in its URL, or "
                "have it use scram-sha-256"
            )
        super().handle_AUTHENTICATION_REQUEST(data, context)

    def wait(self, seconds: int) -> None:
        """From now on the server has so long for each answer."""
        self._usock.settimeout(seconds)


class Session:
    """A user logged in to a database, over a connection that is there. Raises as `table` does, and `RefusalError` where
    the connection is not as secure as it has to be."""

    def __init__(self, connection: socket.socket, server: Server) -> None:
        connection.settimeout(_LOOK_SECONDS)
        with _plain_errors():
            self._driver = _Driver(
                server.user,
                host=server.host,
                database=server.database,
                password=server.password or "",
                ssl_context=_tls(connection, server) or False,
                application_name="headgate",
                startup_params={"client_encoding": "UTF8"},
                sock=connection,
            )

    def table(self, asked: str | None) -> Table:
        """A table or view, by name (`schema.name` outside `public`) or the only one; its types are those declared, of
        texts those of its first 20 rows. No other row is read.

        Raises InputError where there is none of this name, or the user may not read it, UnavailableError where the
        database gives no usable answer.
        """
        with self._reading(_LOOK_SECONDS):
            schema, name = _found(self._rows(_RELATIONS), asked)
            described = self._columns(schema, name)
            cells = ", ".join(f"left({_as_text(column, kind)}, {_CELL})" for column, kind in described)
            first = f"SELECT {cells} FROM {_place(schema, name)} LIMIT {LOOKED_AT}"  # noqa: S608
            rows = self._rows(first) if described else []
        names = [column for column, _ in described]
        seen = column_types(rows, len(names), ".")
        types = [
            seen[at] if kind in _TEXTS else _TYPES.get(kind, LocalType.TEXT) for at, (_, kind) in enumerate(described)
        ]
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        why = looks_like_data(names, texts) or doubt(names, types, rows)
        return Table(_shown(name), Postgres(schema, name, tuple(names)), headers_of(names, types), doubt=why)

    def copied(self, table: Table, layout: Postgres, folder: Path) -> Table:
        """The same table as a file of text in the folder, with all rows as they are at one moment.

        Raises as `table` does, and UnavailableError where the folder has no room.
        """
        path = folder / table.path.name
        with self._reading(_COPY_SECONDS):
            described = self._columns(layout.schema, layout.table)
            if tuple(column for column, _ in described) != layout.columns:
                raise InputError(f"{path.name} has other columns than before; read its headers again")
            cells = ", ".join(f"coalesce({_as_text(column, kind)}, '')" for column, kind in described)
            rows = f"SELECT {cells} FROM {_place(layout.schema, layout.table)}"  # noqa: S608
            copy = f"COPY ({rows}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
            try:
                with path.open("wb") as file:
                    self._driver.execute_unnamed(copy, stream=file)
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                raise UnavailableError(f"{path.name}: the rows could not be kept ({error.strerror})") from None
        return Table(path, Delimited("utf-8", ",", '"', ".", 0), table.headers)

    def begin(self) -> None:
        """A transaction has begun in which temporary tables can be made; all of them are gone when it ends."""
        self._driver.wait(_COPY_SECONDS + _GRACE_SECONDS)
        with _plain_errors():
            self._driver.run(_WORK.format(seconds=_COPY_SECONDS))

    def work(self, statement: str, rows: Iterable[bytes] | None = None, into: BinaryIO | None = None) -> None:
        """The statement has run; it took `rows` in (COPY … FROM STDIN) or gave its own `into` a file (COPY … TO).

        Where it fails, the transaction stands as it did before. Raises InputError where the rows do not allow what it
        asks, UnavailableError where the database does not answer.
        """
        with _plain_errors():
            try:
                self._driver.execute_unnamed(statement, stream=into if rows is None else rows)
            except pg8000.exceptions.DatabaseError as error:
                self._driver.run("ROLLBACK TO SAVEPOINT before")
                said = error.args[0] if error.args else None
                code = str(said.get("C")) if isinstance(said, dict) else ""
                if code[:2] in _ROWS:
                    raise InputError(f"the database does not run this on these rows ({code})") from None
                raise
            self._driver.run("RELEASE SAVEPOINT before; SAVEPOINT before")

    def end(self) -> None:
        """The transaction is over, and nothing of it is kept."""
        with suppress(HeadgateError), _plain_errors():
            self._driver.run("ROLLBACK")

    @contextmanager
    def _reading(self, seconds: int) -> Iterator[None]:
        """One transaction that only reads, and is at an end afterwards; where it fails the session is too."""
        self._driver.wait(seconds + _GRACE_SECONDS)
        with _plain_errors():
            try:
                self._driver.run(_BEGIN.format(seconds=seconds))
                yield
                self._driver.run("ROLLBACK")
            except BaseException:
                with suppress(pg8000.exceptions.Error, OSError):
                    self._driver.close()
                raise

    def _rows(self, statement: str) -> list[list[object]]:
        found: list[list[object]] = self._driver.run(statement)
        return found

    def _columns(self, schema: str, name: str) -> list[tuple[str, int]]:
        """The columns with the numbers of their types, those of a domain's base type."""
        self._driver.run(f"SELECT * FROM {_place(schema, name)} LIMIT 0")  # noqa: S608
        return [(str(column["name"]), int(column["type_oid"])) for column in self._driver.columns]


def _tls(connection: socket.socket, server: Server) -> ssl.SSLContext | None:
    """How TLS is spoken on this connection, None for not at all."""
    mode = server.mode
    if mode is None:
        here = ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0]).is_loopback
        mode = SslMode.DISABLE if here else SslMode.VERIFY_FULL
    if mode is SslMode.DISABLE:
        return None
    context = client_context()
    context.check_hostname = mode is SslMode.VERIFY_FULL
    if mode is SslMode.REQUIRE:
        context.verify_mode = ssl.CERT_NONE
        return context
    trust(context, server.root)
    return context


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What the driver raises inside becomes one of our errors, which holds nothing of its text."""
    try:
        yield
    except HeadgateError:
        raise
    except pg8000.exceptions.DatabaseError as error:
        said = error.args[0] if error.args else None
        raise _said(said.get("C") if isinstance(said, dict) else None) from None
    except pg8000.exceptions.InterfaceError as error:
        if str(error) == "Server refuses SSL":
            raise RefusalError(
                "the database speaks no TLS, and the connection has to: turn it on there, or take the risk with "
                "sslmode=disable in the URL"
            ) from None
        raise UnavailableError("the connection to the database broke off, or it answered in another way") from None
    except ssl.SSLCertVerificationError:
        raise RefusalError(
            "the database's certificate is not one to trust for this host: name its authority with sslrootcert=FILE in "
            "the URL, or say with sslmode= how much less is enough (verify-ca, require, disable)"
        ) from None
    except ssl.SSLError:
        raise RefusalError(
            "the database does not speak TLS 1.2 or newer with us: turn it on there, or say sslmode=disable in the URL"
        ) from None
    except OSError:
        raise UnavailableError("the connection to the database broke off; check that it runs") from None
    except _GARBLED:
        raise UnavailableError("what answers at this port is no PostgreSQL that is known") from None


def _said(code: object) -> HeadgateError:
    if code in _REFUSED:
        return InputError(_REFUSED[str(code)])
    return UnavailableError(
        _UNAVAILABLE.get(str(code), "the database could not give the table, for a reason of its own")
    )


def _found(relations: Sequence[Sequence[object]], asked: str | None) -> tuple[str, str]:
    """Schema and name of the table that was asked for, or the only one that may be read."""
    offered = [_short(str(schema), str(name)) for schema, name, readable in relations if readable]
    places: dict[str, set[tuple[str, str]]] = {}
    for schema, name in ((str(schema), str(name)) for schema, name, _ in relations):
        for spelling in {_short(schema, name), f"{schema}.{name}", _place(schema, name)}:
            places.setdefault(spelling, set()).add((schema, name))
    if asked is None or asked not in places:
        if relations and not offered:
            raise InputError("the user may read no table of the database; have SELECT granted on one")
        asked = chosen_table("the database", offered, asked)
    if len(places[asked]) > 1:
        listed = " or ".join(sorted(_place(*place) for place in places[asked]))
        raise InputError(f"the database has several tables that read {asked!r}; write {listed}")
    (place,) = places[asked]
    return place


def _short(schema: str, name: str) -> str:
    return name if schema == "public" else f"{schema}.{name}"


def _place(schema: str, name: str) -> str:
    return f"{identifier(schema)}.{identifier(name)}"


def _as_text(column: str, kind: int) -> str:
    """The cell as text: stamps in UTC, and bytes as nothing, since they are no cell of a table."""
    if kind == _BYTES:
        return "NULL::text"
    if kind == _STAMP_WITH_ZONE:
        return f"({identifier(column)} AT TIME ZONE 'UTC')::text"
    return f"{identifier(column)}::text"


def _shown(name: str) -> Path:
    """The table's name as a file may have it."""
    plain = name.replace("/", "_")
    return Path(plain if plain.strip(".") else "table")
