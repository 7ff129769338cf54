"""seccomp: which system calls a process may make, in every one of its threads.

Source: Documentation/userspace-api/seccomp_filter.rst of the Linux kernel; classic BPF as in linux/filter.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
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
    "process_mrelease": (448, 448),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # signal another process: before ABI 6 Landlock leaves that open
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
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
    # change or watch a file that it may not open: Landlock leaves these open, cutting a file short before ABI 3
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    # talk to another process without a file or a socket
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
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
    # take connections, or make sockets that are no connection of the internet
    "socketpair": (53, 199),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
}
_NETWORK: Mapping[str, tuple[int, int]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
}
_SOCKET = _NETWORK["socket"]
_CLONE, _CLONE3, _IOCTL, _PRCTL = (56, 220), (435, 435), (16, 29), (157, 167)
_TGKILL, _PRLIMIT = (234, 131), (302, 261)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

# All that a connection and a question to a name server take. Other families, kinds and protocols (MPTCP, SCTP) are
# not held to Landlock's ports, and a socket of AF_UNIX would reach every service of this machine.
_FAMILIES, _KINDS, _PROTOCOLS = (2, 10), (1, 2), (0, 6, 17)
_KIND_MASK = 0xF  # the rest are SOCK_NONBLOCK and SOCK_CLOEXEC
_FAST_OPEN = 0x20000000  # MSG_FASTOPEN: a connection that `connect`, and so Landlock, never sees
_SENDS: Mapping[str, int] = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}  # which argument the flags are
_CLONE_THREAD = 0x10000
_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into the terminal
_UNDOING = (1, 4)  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE

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
    steps = b"".join(step.packed() for step in _program(*_ARCHITECTURES[which], os.getpid(), network=network))
    program = ctypes.create_string_buffer(steps, len(steps))
    head = struct.pack("@HP", len(steps) // 8, ctypes.addressof(program))
    late = system.call(
        system.number("seccomp"), _SET_MODE_FILTER, _ALL_THREADS, ctypes.create_string_buffer(head, len(head))
    )
    if late:
        raise OSError(errno.EBUSY, "a thread could not be brought under the filter")


def _program(column: int, architecture: int, own: int, *, network: bool) -> list[_Step]:
    steps = [_Step(_LOAD, _ARCHITECTURE), _Step(_EQUAL, architecture, 1, 0), _Step(_RETURN, _KILL)]
    steps.append(_Step(_LOAD, _NUMBER))
    if column == 0:
        # The x32 calls of x86_64 have numbers of their own.
        steps += [_Step(_AT_LEAST, 0x40000000, 0, 1), _Step(_RETURN, _REFUSE)]
    forbidden = [numbers[column] for numbers in _FORBIDDEN.values()]
    if not network:
        forbidden += [numbers[column] for numbers in _NETWORK.values()]
    for number in forbidden:
        if number is not None:
            steps += [_Step(_EQUAL, number, 0, 1), _Step(_RETURN, _REFUSE)]
    # The C library then uses clone, whose flags can be read.
    steps += [_Step(_EQUAL, _CLONE3[column], 0, 1), _Step(_RETURN, _UNKNOWN)]
    steps += _where(_CLONE[column], _argument(0), [_Step(_ANY_BIT, _CLONE_THREAD, 1, 0), _Step(_RETURN, _REFUSE)])
    steps += _where(_IOCTL[column], _argument(1), _none_of(_TERMINAL))
    steps += _where(_PRCTL[column], _argument(0), _none_of(_UNDOING))
    # A process ends itself by a signal, and asks for its own limits.
    steps += _where(_TGKILL[column], _argument(0), _one_of((own,)))
    steps += _where(_PRLIMIT[column], _argument(0), _one_of((0, own)))
    if network:
        steps += _where(_SOCKET[column], _argument(0), _one_of(_FAMILIES))
        steps += _where(_SOCKET[column], _argument(1), [_Step(_AND, _KIND_MASK), *_one_of(_KINDS)])
        steps += _where(_SOCKET[column], _argument(2), _one_of(_PROTOCOLS))
        for name, at in _SENDS.items():
            quick = [_Step(_ANY_BIT, _FAST_OPEN, 0, 1), _Step(_RETURN, _REFUSE)]
            steps += _where(_NETWORK[name][column], _argument(at), quick)
    return [*steps, _Step(_RETURN, _ALLOW)]


def _one_of(values: tuple[int, ...]) -> list[_Step]:
    """The call is refused unless what was loaded is one of these."""
    jumps = [_Step(_EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [*jumps, _Step(_RETURN, _REFUSE)]


def _none_of(values: tuple[int, ...]) -> list[_Step]:
    """The call is refused where what was loaded is one of these."""
    return [step for value in values for step in (_Step(_EQUAL, value, 0, 1), _Step(_RETURN, _REFUSE))]


def _where(number: int, load: _Step, test: list[_Step]) -> list[_Step]:
    """The test is made for this call alone; the accumulator holds the call's number again afterwards."""
    return [_Step(_EQUAL, number, 0, len(test) + 2), load, *test, _Step(_LOAD, _NUMBER)]


def _argument(at: int) -> _Step:
    """Loads the lower half of an argument: both machines are little-endian."""
    return _Step(_LOAD, _ARGUMENTS + 8 * at)
