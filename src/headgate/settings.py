"""The one frozen value made from the environment; nothing else in the package reads it."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import InputError
from headgate.isolation import FLOORS, IsolationLevel, usual_floor


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the state is kept, who acts, and how far processes have to be isolated.

    `home` is `HEADGATE_HOME` (default `~/.headgate`); `actor` is `HEADGATE_ACTOR` (default the login name). The actor
    is kept sealed beside the manifest, is never sent, and has to be the one who approved where something is sent.
    `floor` is `HEADGATE_ISOLATION_FLOOR` (default L2 on Linux, L0 where the system has no such layers): below it
    nothing is read and nothing is sent.
    """

    home: Path
    actor: str
    floor: IsolationLevel

    @property
    def profiles(self) -> Path:
        """The file that holds the provider profiles."""
        return self.home / "profiles.toml"


def from_environment(home: Path | None = None) -> Settings:
    """The settings of this process; `home` overrides `HEADGATE_HOME`. Raises InputError for a floor that is none."""
    folder = home or Path(os.environ.get("HEADGATE_HOME") or Path.home() / ".headgate")
    actor = os.environ.get("HEADGATE_ACTOR") or _login()
    # What is no UTF-8 in the environment could be neither committed to nor passed on.
    return Settings(folder.expanduser().absolute(), actor.encode(errors="replace").decode(), _floor())


def key(variable: str) -> str | None:
    """The provider key an environment variable holds; None where it is unset or empty."""
    return os.environ.get(variable) or None


def _floor() -> IsolationLevel:
    asked = os.environ.get("HEADGATE_ISOLATION_FLOOR")
    if asked is not None and asked not in FLOORS:
        raise InputError(f"HEADGATE_ISOLATION_FLOOR must be one of {', '.join(FLOORS)}")
    return usual_floor() if asked is None else IsolationLevel(asked)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
