"""A gate that is killed: run by test_attack_crash.py, it takes a place on each line and dies there in a send.

A step is the call or the return of a function of Headgate, or a call of the system's that the gate makes through
Python: the seal of an entry, a commit, a byte on the wire. A place is `FUNCTION-NUMBER`: so many steps after a function
of the gate is entered. `send-0` kills nowhere.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

from headgate.database import open_database
from headgate.gate.send import Gate
from headgate.gate.store import sent_records
from headgate.isolation import IsolationLevel
from headgate.ledger import Ledger
from headgate.manifest import ManifestStore
from headgate.providers import load_profiles
from headgate.screening.store import OwnLists

OURS = f"{os.sep}headgate{os.sep}"
OUTSIDE = {"sendall", "send", "recv_into", "connect", "do_handshake", "execute", "commit", "replace", "fsync", "write"}


def dying(place: str) -> None:
    """Die at this place, whenever it is reached."""
    origin, _, number = place.partition("-")
    steps, counting = 0, False

    def step(frame: FrameType, event: str, argument: object) -> None:
        nonlocal steps, counting
        counting = counting or frame.f_code.co_name == origin
        outside = event.startswith("c_") and getattr(argument, "__name__", "") in OUTSIDE
        if counting and (outside or (OURS in frame.f_code.co_filename and event in {"call", "return"})):
            steps += 1
            if steps == int(number):
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(step)


def send(home: Path, place: str) -> None:
    database = open_database(home)
    profile = replace(load_profiles(home / "profiles.toml")["sink"], path=f"/step/{place}")
    gate = Gate(
        ManifestStore(database),
        Ledger(database),
        sent_records(database),
        OwnLists(database),
        {"sink": profile},
        {"SINK_KEY": "sk-a-key-of-nobody"}.get,
        IsolationLevel.L0,
        "tester",
    )
    dying(place)
    gate.send("m_0123456789abcdef", "plan-1", "sink")
    sys.setprofile(None)
    os._exit(0)


def main() -> None:
    home = Path(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            send(home, line.strip())
        _, status = os.waitpid(child, 0)
        os.write(1, b"killed\n" if os.WIFSIGNALED(status) else b"whole\n" if status == 0 else b"failed\n")


if __name__ == "__main__":
    main()
