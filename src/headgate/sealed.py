"""`python -m headgate.sealed NAME CONFINEMENT PLACE PARENT`: a process that seals itself and then serves one of two.

Only `headgate.sandbox.process.started` runs it. Nothing large is imported before the seal: `cell` and `gate` below are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from headgate import settings
from headgate.sandbox import system
from headgate.sandbox.process import Answering, serve
from headgate.sandbox.record import from_json
from headgate.sandbox.seal import Confinement, Isolation

# What each may be asked at most, in bytes: three ids; a table's columns and an answer.
_ASKED = {"gate": 1 << 12, "cell": 1 << 26}


def main() -> None:
    """The process has served until its channel was closed."""
    name, given, place, parent = sys.argv[1:]

    def load(isolation: Isolation) -> Answering:
        if name == "gate":
            from headgate.gate.program import gate

            return gate(Path(place), settings.key, isolation.level)
        from headgate.cell.program import cell

        return cell(Path(place))

    if name == "cell" and system.machine() is not None:
        system.die_with(int(parent))
    serve(from_json(Confinement, json.loads(given)), _ASKED[name], load)


if __name__ == "__main__":
    main()
