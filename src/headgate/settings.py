"""The one frozen value made from the environment; nothing else in the package reads it."""

from __future__ import annotations

import getpass
import os
import re
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import InputError
from headgate.isolation import FLOORS, IsolationLevel, usual_floor

_LEAST_MEMORY = 1_000_000_000  # a line of a text file may be 16 MB long, and several are read at once
_PASSED_ON = ("PATH", "HOME", "JAVA_HOME", "LANG", "SPARK_LOCAL_IP")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the state is kept, who acts, and how far processes have to be isolated.

    `home` is `HEADGATE_HOME` (default `~/.headgate`); `actor` is `HEADGATE_ACTOR` (default the login name). The actor
    is kept sealed beside the manifest, is never sent, and has to be the one who approved where something is sent.
    `floor` is `HEADGATE_ISOLATION_FLOOR` (default L2 on Linux, L0 where the system has no such layers): below it
    nothing is read and nothing is sent. `memory` is `HEADGATE_MEMORY` (`4GB`): the bytes the cell may take before rows
    are put on disk, None for four fifths of this machine's.
    """

    home: Path
    actor: str
    floor: IsolationLevel
    memory: int | None = None

    @property
    def profiles(self) -> Path:
        """The file that holds the provider profiles."""
        return self.home / "profiles.toml"


def from_environment(home: Path | None = None) -> Settings:
    """The settings of this process; `home` overrides `HEADGATE_HOME`. Raises InputError for a floor or a memory that is
    none.
    """
    folder = home or Path(os.environ.get("HEADGATE_HOME") or Path.home() / ".headgate")
    actor = os.environ.get("HEADGATE_ACTOR") or _login()
    # What is no UTF-8 in the environment could be neither committed to nor passed on.
    return Settings(folder.expanduser().absolute(), actor.encode(errors="replace").decode(), _floor(), _memory())


def key(variable: str) -> str | None:
    """The provider key an environment variable holds; None where it is unset or empty."""
    return os.environ.get(variable) or None


def program_environment() -> dict[str, str]:
    """What a program started for a run is given of the environment: where programs, Java and the user's files are."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def database_password(host: str, port: int, database: str, user: str) -> str | None:
    """The password of `PGPASSWORD`, else of the first line in `~/.pgpass` that fits (host:port:database:user:password,
    `*` for any); None without either. Raises InputError where others may read that file, since it is not used then.
    """
    said = os.environ.get("PGPASSWORD")
    if said:
        return said
    path = Path.home() / ".pgpass"
    try:
        others = path.stat().st_mode & 0o077 if os.name == "posix" else 0
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    if others:
        raise InputError("others may read ~/.pgpass, so it is not used: chmod 600 ~/.pgpass")
    wanted = (host, str(port), database, user)
    for line in lines:
        parts = [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:^|:)((?:\\.|[^:\\])*)", line)]
        if len(parts) == 5 and all(part in {"*", each} for part, each in zip(parts, wanted, strict=False)):
            return parts[4]
    return None


def _floor() -> IsolationLevel:
    asked = os.environ.get("HEADGATE_ISOLATION_FLOOR")
    if asked is not None and asked not in FLOORS:
        raise InputError(f"HEADGATE_ISOLATION_FLOOR must be one of {', '.join(FLOORS)}")
    return usual_floor() if asked is None else IsolationLevel(asked)


def _memory() -> int | None:
    asked = os.environ.get("HEADGATE_MEMORY")
    if not asked:
        return None
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([MG])B\s*", asked, re.IGNORECASE)
    memory = 0 if found is None else int(float(found[1]) * (1e6 if found[2] in "mM" else 1e9))
    if memory < _LEAST_MEMORY:
        raise InputError("HEADGATE_MEMORY is what the cell may take of this machine's memory, from 1GB up, such as 4GB")
    return memory


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
