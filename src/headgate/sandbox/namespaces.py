"""Namespaces: a user of its own, and for a process without network a network in which nothing is reachable.

Source: user_namespaces(7), network_namespaces(7).
"""

from __future__ import annotations

import os
from pathlib import Path

from headgate.sandbox import system

_NEW_USER, _NEW_NETWORK, _NEW_IPC, _NEW_NAMES = 0x10000000, 0x40000000, 0x08000000, 0x04000000


def enter(*, network: bool) -> None:
    """This process has namespaces of its own, as the same user; without `network` no interface in it is up.

    Raises OSError where the system gives no user namespaces, or a thread runs already.
    """
    user, group = os.geteuid(), os.getegid()
    flags = _NEW_USER | _NEW_IPC | _NEW_NAMES | (0 if network else _NEW_NETWORK)
    system.call(system.number("unshare"), flags)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")
