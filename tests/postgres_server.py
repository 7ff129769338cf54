"""A PostgreSQL server of the tests' own: a private cluster on a free port of this machine, with TLS and passwords.

It runs as somebody without privileges, as PostgreSQL wants it, and is gone with its folder afterwards.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pg8000.native
from tests.tls_server import Authority

NOBODY = 65534
_DEBIAN = Path("/usr/lib/postgresql")
# The user `clear` is let in by a password in clear; the database `held` wants TLS.
_WHO = """
local all owner trust
host all clear 127.0.0.0/8 password
hostssl held all 127.0.0.1/32 scram-sha-256
hostnossl held all 127.0.0.1/32 reject
host all all 127.0.0.0/8 scram-sha-256
host all all ::1/128 scram-sha-256
"""


@dataclass(frozen=True)
class Postgres:
    """A running server: where it listens, who owns it, and the authority of its certificate for localhost."""

    folder: Path
    port: int
    authority: Path
    password: str

    def run(self, *statements: str, database: str = "plant") -> list[list[object]]:
        """What the last statement gave, run by the owner, each in a transaction of its own."""
        found: list[list[object]] = []
        with pg8000.native.Connection(
            "owner", unix_sock=str(self.folder / f".s.PGSQL.{self.port}"), database=database
        ) as connection:
            for statement in statements:
                found = connection.run(statement)
        return found

    def url(
        self, user: str = "reader", password: str | None = None, database: str = "plant", more: str = "", host: str = ""
    ) -> str:
        """The URL of a database, with the password unless it is ""."""
        said = self.password if password is None else password
        who = f"{user}:{quote(said, safe='')}" if said else user
        return f"postgresql://{who}@{host or '127.0.0.1'}:{self.port}/{database}{more}"


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return folders[-1].parent if folders else None


@contextmanager
def postgres(authority: Authority, password: str) -> Iterator[Postgres]:
    """A running server with the database `plant`, and the users `reader`, `other` and `clear` with this password."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 bytes
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        pem = authority.leaf()[0].read_bytes()
        (folder / "key.pem").write_bytes(pem)
        (folder / "key.pem").chmod(0o600)
        (folder / "cluster").mkdir(mode=0o700)
        lower = []
        if os.getuid() == 0:
            for path in (folder, *folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
            lower = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        _run([*lower, str(bin_folder / "initdb"), "-D", "cluster", "-U", "owner", "-A", "trust", "-N"], folder)
        (folder / "cluster" / "pg_hba.conf").write_text(_WHO)
        settings = {
            "listen_addresses": "127.0.0.1,127.0.0.2",
            "port": port,
            "unix_socket_directories": folder,
            "ssl": "on",
            "ssl_cert_file": folder / "key.pem",
            "ssl_key_file": folder / "key.pem",
            "fsync": "off",
            "log_min_messages": "fatal",
            "log_statement": "none",
        }
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*lower, str(bin_folder / "postgres"), "-D", "cluster", *given]
        log = (folder / "log").open("wb")
        with subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=_environment()) as server, log:
            try:
                _run([*lower, str(bin_folder / "pg_isready"), "-h", str(folder), "-p", str(port)], folder, tries=200)
                made = Postgres(folder, port, authority.file, password)
                users = [f"CREATE ROLE {user} LOGIN PASSWORD '{password}'" for user in ("reader", "other", "clear")]
                made.run(*users, "CREATE DATABASE plant", "CREATE DATABASE held", database="postgres")
                yield made
            finally:
                server.send_signal(signal.SIGINT)  # a fast shutdown: SIGTERM waits for whoever is connected
                server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str], folder: Path, tries: int = 1) -> None:
    for _ in range(tries):
        done = subprocess.run(command, cwd=folder, capture_output=True, env=_environment(), check=False)
        if done.returncode == 0:
            return
    raise RuntimeError(done.stdout.decode() + done.stderr.decode())


def _environment() -> dict[str, str]:
    """Without what would lead the programs to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
