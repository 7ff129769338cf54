"""Running the command as a person does: a process of its own, its exit code and what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of standard error: the one sentence of an error."""
        return self.err.strip().splitlines()[-1] if self.err.strip() else ""


def headgate(*arguments: object, stdin: str = "", env: dict[str, str] | None = None, cwd: Path | None = None) -> Done:
    """Run `headgate` with the state folder of the running test."""
    done = subprocess.run(
        [sys.executable, "-m", "headgate", *map(str, arguments)],
        input=stdin.encode(),
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
