"""The isolation level: how far the system itself keeps a process from what it must not reach."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum


class IsolationLevel(StrEnum):
    """What of the three layers (namespaces, Landlock, seccomp) holds, as shown by probes when the process started.

    `ENGINE` is a cell that holds one connection to one engine, made before the seal: L2 or L3 but for that connection.
    """

    L0 = "L0"  # none
    L1 = "L1"  # one of Landlock and seccomp
    L2 = "L2"  # Landlock and seccomp
    L3 = "L3"  # both, in namespaces of its own
    ENGINE = "engine"


MEANINGS: Mapping[IsolationLevel, str] = {
    IsolationLevel.L0: "processes of their own, kept apart by nothing but what each imports",
    IsolationLevel.L1: "one of Landlock and seccomp",
    IsolationLevel.L2: "Landlock and seccomp",
    IsolationLevel.L3: "namespaces, Landlock and seccomp",
    IsolationLevel.ENGINE: "sealed but for one connection to a database or cluster",
}
FLOORS = (IsolationLevel.L0, IsolationLevel.L1, IsolationLevel.L2, IsolationLevel.L3)


def usual_floor() -> IsolationLevel:
    """The floor where nobody set one: L2 on Linux; L0 elsewhere, where no other level can be reached."""
    return IsolationLevel.L2 if sys.platform == "linux" else IsolationLevel.L0
