"""Landlock: which files a process may open, and which TCP ports it may connect to.

Source: Documentation/userspace-api/landlock.rst of the Linux kernel; ABI 1 (5.13) to 7 (6.15).
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

from headgate.sandbox import system

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_MAKE_CHAR, _MAKE_SOCKET, _MAKE_FIFO, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 10, 1 << 11
_READ = _READ_FILE | _READ_DIR
_WRITE = ((1 << 15) - 1) & ~(_EXECUTE | _MAKE_CHAR | _MAKE_SOCKET | _MAKE_FIFO | _MAKE_BLOCK)
_OF_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE

_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_SCOPES = (1 << 0) | (1 << 1)  # abstract sockets and signals of processes outside
_GET_ABI, _PATH_RULE, _PORT_RULE = 1, 1, 2


def abi() -> int:
    """The version of Landlock this kernel has; raises OSError where it has none or it is off."""
    return system.call(system.LANDLOCK_CREATE_RULESET, 0, 0, _GET_ABI)


def holds_ports() -> bool:
    """Whether this kernel's Landlock says which TCP ports may be connected to: ABI 4, Linux 6.7."""
    try:
        return abi() >= 4
    except OSError:
        return False


def restrict(reads: Iterable[Path], writes: Iterable[Path], ports: Iterable[int], lists: Iterable[Path] = ()) -> None:
    """From now on this thread and those it starts open only these paths, and connect by TCP only to these ports.

    A path that is not there is passed over. Nothing can be executed. Ports are held from ABI 4 on. It cannot be undone.
    Raises OSError where the kernel has no Landlock, or where a thread runs already, which it would not reach.
    """
    version = abi()
    if len(os.listdir("/proc/self/task")) > 1:
        raise OSError(errno.EBUSY, "a thread runs already")
    known = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    attributes = [known]
    if version >= 4:
        attributes.append(_BIND_TCP | _CONNECT_TCP)
    if version >= 6:
        attributes.append(_SCOPES)
    packed = _bytes(struct.pack(f"={len(attributes)}Q", *attributes))
    rules = system.call(system.LANDLOCK_CREATE_RULESET, packed, len(attributes) * 8, 0)
    try:
        for path in reads:
            _allow_path(rules, path, _READ & known)
        for path in lists:
            _allow_path(rules, path, _READ_DIR & known)
        for path in writes:
            _allow_path(rules, path, _WRITE & known)
        for device in (Path("/dev/null"), Path("/dev/zero")):
            _allow_path(rules, device, (_READ_FILE | _WRITE_FILE | _IOCTL) & known)
        for port in ports if version >= 4 else ():
            rule = _bytes(struct.pack("=QQ", _CONNECT_TCP, port))
            system.call(system.LANDLOCK_ADD_RULE, rules, _PORT_RULE, rule, 0)
        system.call(system.LANDLOCK_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow_path(rules: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_A_FILE | _IOCTL
        rule = _bytes(struct.pack("=Qi", rights, opened))
        system.call(system.LANDLOCK_ADD_RULE, rules, _PATH_RULE, rule, 0)
    finally:
        os.close(opened)


def _bytes(packed: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(packed, len(packed))
