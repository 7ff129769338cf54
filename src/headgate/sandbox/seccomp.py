"""seccomp: which system calls a process may make, in every one of its threads.

Source: Documentation/userspace-api/seccomp_filter.rst of the Linux kernel; classic BPF as in linux/filter.h.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from headgate.sandbox import system

# By name, for a reader; by number, for the kernel: (x86_64, aarch64), None where the machine has no such call.
_FORBIDDEN: Mapping[str, tuple[int | None, int | None]] = {
    # start or take over another program
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # get round the rules on files and sockets
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # reach into the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "syslog": (103, 116),
    "acct": (163, 89),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    # take connections
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
}
_NETWORK: Mapping[str, tuple[int, int]] = {
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
}
_SOCKET, _CLONE, _CLONE3, _IOCTL = (41, 198), (56, 220), (435, 435), (16, 29)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK: what looking a name up takes
_RAW, _TYPE_MASK = 3, 0xF
_CLONE_THREAD = 0x10000
_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into the terminal

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE, _UNKNOWN = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
_SET_MODE_FILTER, _ALL_THREADS = 1, 1


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction of classic BPF; `yes` and `no` are the steps jumped over."""

    code: int
    value: int
    yes: int = 0
    no: int = 0

    def packed(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.yes, self.no, self.value)


def restrict(*, network: bool) -> None:
    """From now on no thread of this process makes a forbidden call; without `network` none makes a socket either.

    A refused call fails with EPERM. It cannot be undone. Raises OSError where the machine or the kernel does not do it.
    """
    which = system.machine()
    if which is None:
        raise OSError(errno.ENOSYS, "no filter is known for this machine")
    steps = b"".join(step.packed() for step in _program(*_ARCHITECTURES[which], network=network))
    program = ctypes.create_string_buffer(steps, len(steps))
    head = struct.pack("@HP", len(steps) // 8, ctypes.addressof(program))
    late = system.call(
        system.number("seccomp"), _SET_MODE_FILTER, _ALL_THREADS, ctypes.create_string_buffer(head, len(head))
    )
    if late:
        raise OSError(errno.EBUSY, "a thread could not be brought under the filter")


def _program(column: int, architecture: int, *, network: bool) -> list[_Step]:
    steps = [_Step(_LOAD, _ARCHITECTURE), _Step(_EQUAL, architecture, 1, 0), _Step(_RETURN, _KILL)]
    steps.append(_Step(_LOAD, _NUMBER))
    if column == 0:
        # The x32 calls of x86_64 have numbers of their own.
        steps += [_Step(_AT_LEAST, 0x40000000, 0, 1), _Step(_RETURN, _REFUSE)]
    forbidden = [numbers[column] for numbers in _FORBIDDEN.values()]
    if not network:
        forbidden += [numbers[column] for numbers in (*_NETWORK.values(), _SOCKET)]
    for number in forbidden:
        if number is not None:
            steps += [_Step(_EQUAL, number, 0, 1), _Step(_RETURN, _REFUSE)]
    # The C library then uses clone, whose flags can be read.
    steps += [_Step(_EQUAL, _CLONE3[column], 0, 1), _Step(_RETURN, _UNKNOWN)]
    steps += _where(_CLONE[column], _argument(0), [_Step(_ANY_BIT, _CLONE_THREAD, 1, 0), _Step(_RETURN, _REFUSE)])
    terminal = [part for one in _TERMINAL for part in (_Step(_EQUAL, one, 0, 1), _Step(_RETURN, _REFUSE))]
    steps += _where(_IOCTL[column], _argument(1), terminal)
    if network:
        left = len(_FAMILIES)
        families = [_Step(_EQUAL, family, left - at, 0) for at, family in enumerate(_FAMILIES)]
        steps += _where(_SOCKET[column], _argument(0), [*families, _Step(_RETURN, _REFUSE)])
        kind = [_argument(1), _Step(_AND, _TYPE_MASK), _Step(_EQUAL, _RAW, 0, 1), _Step(_RETURN, _REFUSE)]
        steps += _where(_SOCKET[column], _argument(0), [_Step(_EQUAL, 16, len(kind), 0), *kind])
    return [*steps, _Step(_RETURN, _ALLOW)]


def _where(number: int, load: _Step, test: list[_Step]) -> list[_Step]:
    """The test is made for this call alone; the accumulator holds the call's number again afterwards."""
    return [_Step(_EQUAL, number, 0, len(test) + 2), load, *test, _Step(_LOAD, _NUMBER)]


def _argument(at: int) -> _Step:
    """Loads the lower half of an argument: both machines are little-endian."""
    return _Step(_LOAD, _ARGUMENTS + 8 * at)
