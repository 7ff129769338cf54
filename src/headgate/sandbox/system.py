"""The system calls that Python has no function for."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Mapping

# The numbers that differ between the two machines; those from 424 on are the same everywhere.
_NUMBERS: Mapping[str, Mapping[str, int]] = {
    "x86_64": {"prctl": 157, "seccomp": 317, "unshare": 272, "capset": 126},
    "aarch64": {"prctl": 167, "seccomp": 277, "unshare": 97, "capset": 91},
}
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_SIGKILL = 9
_CAPABILITIES_3 = 0x20080522  # capset(2): two words of 32 bits for each of three sets


def machine() -> str | None:
    """The machine's name where its system calls are known here, None anywhere else."""
    name = platform.machine()
    return name if sys.platform == "linux" and name in _NUMBERS and sys.maxsize > 2**32 else None


def number(name: str) -> int:
    """The number of a call on this machine; raises OSError where the machine is not known."""
    found = machine()
    if found is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    return _NUMBERS[found][name]


def call(which: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """What the system call returned; raises OSError with its error where that is negative."""
    made = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    library = ctypes.CDLL(None, use_errno=True)
    returned = int(library.syscall(ctypes.c_long(which), *made))
    if returned < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return returned


def harden() -> None:
    """This process leaves no core dump and gains no privilege by any call."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    call(number("prctl"), _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def renounce() -> None:
    """This process has no capability, root's included, and no other process of its user can read it.

    Not before it has its namespaces: a process that cannot be read cannot write its own maps unless it is root.
    """
    nothing = struct.pack("=6I", *[0] * 6)
    head = struct.pack("=Ii", _CAPABILITIES_3, 0)
    call(number("capset"), ctypes.create_string_buffer(head, len(head)), ctypes.create_string_buffer(nothing, 24))
    call(number("prctl"), _PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with(parent: int) -> None:
    """This process is killed when its parent ends; it ends now where that has happened already."""
    call(number("prctl"), _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
