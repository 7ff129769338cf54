"""The one frozen value made from the environment; nothing else in the package reads it."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the state is kept and who acts.

    `home` is `HEADGATE_HOME` (default `~/.headgate`); `actor` is `HEADGATE_ACTOR` (default the login name). The actor
    is kept sealed beside the manifest and is never sent.
    """

    home: Path
    actor: str

    @property
    def profiles(self) -> Path:
        """The file that holds the provider profiles."""
        return self.home / "profiles.toml"


def from_environment(home: Path | None = None) -> Settings:
    """The settings of this process; `home` overrides `HEADGATE_HOME`."""
    folder = home or Path(os.environ.get("HEADGATE_HOME") or Path.home() / ".headgate")
    return Settings(folder.expanduser().absolute(), os.environ.get("HEADGATE_ACTOR") or _login())


def key(variable: str) -> str | None:
    """The provider key an environment variable holds; None where it is unset or empty."""
    return os.environ.get(variable) or None


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
