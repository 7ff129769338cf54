"""A database server as a source: how it is reached and as whom, out of a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from headgate.errors import InputError

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^@/?#]*))?@)?"
    r"(?P<host>\[[^\]/?#]*\]|[^:/?#\[\]@]*)(?::(?P<port>[0-9]*))?"
    r"(?:/(?P<database>[^/?#]*))?(?:\?(?P<options>[^#]*))?"
)
_STARTS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_SCHEMES = frozenset({"postgresql", "postgres"})
_OPTIONS = frozenset({"sslmode", "sslrootcert"})
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})?")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", re.ASCII)
_PORT = 5432
_FORM = "postgresql://user@host:5432/database"


class SslMode(StrEnum):
    """How far a connection is held to TLS, in the words of PostgreSQL's own clients."""

    DISABLE = "disable"  # none
    REQUIRE = "require"  # TLS with whoever answers
    VERIFY_CA = "verify-ca"  # a certificate of a trusted authority, for any name
    VERIFY_FULL = "verify-full"  # and for this host


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database: host, port, database, user, and the password where there is one.

    `mode` is None where the person said nothing of TLS: then no TLS to this machine, and `VERIFY_FULL` to any other.
    `root` is a PEM file of the only authorities to trust, None for the system's. Its `repr` says nothing of it.
    """

    host: str = field(repr=False)
    port: int = field(repr=False)
    database: str = field(repr=False)
    user: str = field(repr=False)
    password: str | None = field(repr=False, default=None)
    mode: SslMode | None = field(repr=False, default=None)
    root: Path | None = field(repr=False, default=None)


def is_url(source: str) -> bool:
    """Whether this is meant as an address and not as the path of a file: `scheme:/…`."""
    return _STARTS.match(source) is not None and not re.match(r"[A-Za-z]:/", source)


def server(url: str) -> Server:
    """The server that a URL names: `postgresql://user:password@host:5432/database?sslmode=…&sslrootcert=…`.

    Raises InputError, without a word of the URL, where it is another address or leaves out what is needed.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise InputError(f"the database's URL is not of the form {_FORM}; write other characters in it as %XX")
    if found["scheme"].lower() not in _SCHEMES:
        raise InputError(f"of addresses only {_FORM} is read; give the path of a file, or such a URL")
    host = _plain(found["host"] or "").removeprefix("[").removesuffix("]")
    if not host or host.startswith("/"):
        raise InputError(f"the database's URL names no host, and no socket on this machine is used: {_FORM}")
    if not _HOST.fullmatch(host):
        raise InputError(f"the host in the database's URL is not one name or address: {_FORM}")
    user, database = _plain(found["user"] or ""), _plain(found["database"] or "")
    if not user or not database:
        raise InputError(f"the database's URL has to name a user and a database: {_FORM}")
    port = int(found["port"] or _PORT) if len(found["port"] or "") <= 5 else 0
    if not 0 < port < 1 << 16:
        raise InputError("the port in the database's URL is not a number from 1 to 65535")
    password = found["password"]
    options = _options(found["options"] or "")
    mode = options.get("sslmode")
    if mode is not None and mode not in set(SslMode):
        raise InputError(f"sslmode in the database's URL is one of {', '.join(SslMode)}")
    root = options.get("sslrootcert")
    if root == "":
        raise InputError("sslrootcert in the database's URL is the path of a PEM file, or system")
    return Server(
        host,
        port,
        database,
        user,
        _plain(password) if password else None,
        SslMode(mode) if mode else None,
        Path(root).absolute() if root and root != "system" else None,
    )


def _options(text: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in text.split("&") if each]
    if not {name for name, _, _ in pairs} <= _OPTIONS or len({name for name, _, _ in pairs}) < len(pairs):
        raise InputError(f"the database's URL may say {' and '.join(sorted(_OPTIONS))}, each once, and nothing else")
    return {name: _plain(value) for name, _, value in pairs}


def _plain(text: str) -> str:
    """The text that its %XX stand for (RFC 3986 2.1), in UTF-8."""

    def byte(found: re.Match[str]) -> str:
        return chr(int(found[1] or "", 16))

    try:
        whole = _ESCAPED.sub(byte, text.encode().decode("latin-1")).encode("latin-1").decode()
    except ValueError:
        raise InputError("a %XX in the database's URL is no character of UTF-8") from None
    if "\x00" in whole:
        raise InputError("the database's URL holds a zero character")
    return whole
