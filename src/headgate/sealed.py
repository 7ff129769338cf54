"""`python -m headgate.sealed NAME`: a process that is told what it is given, seals itself, and serves one of two.

Only `headgate.sandbox.process.started` runs it. Nothing large is imported before the seal: `cell` and `gate` below are.
"""

from __future__ import annotations

import sys
from pathlib import Path

from headgate import settings
from headgate.sandbox.connection import Connection
from headgate.sandbox.process import Answering, serve
from headgate.sandbox.seal import Isolation

# What each may be asked at most, in bytes: three ids; a table's columns and an answer.
_ASKED = {"gate": 1 << 12, "cell": 1 << 26}


def main() -> None:
    """The process has served until its channel was closed."""
    (name,) = sys.argv[1:]

    def load(isolation: Isolation, place: Path, actor: str, held: Connection | None) -> Answering:
        if name == "gate":
            from headgate.gate.program import gate

            return gate(place, settings.key, isolation.level, actor)
        from headgate.cell.program import cell

        return cell(place, held)

    serve(_ASKED[name], load)


if __name__ == "__main__":
    main()
