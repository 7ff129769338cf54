"""Hostile code for the tests: `python -I hostile.py`, its orders as JSON on standard input, what it managed on output.

It seals itself as it is told (or not at all: the control), and then tries everything. An attack that gets through
says so; a refused one gives the name of its error; one that is spelled wrongly ends the process, so that no typing
error looks like safety.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path

from headgate.isolation import IsolationLevel
from headgate.sandbox.seal import Confinement, seal

LIBC = ctypes.CDLL(None, use_errno=True)
THROUGH = "through"
MSG_FASTOPEN, MPTCP, SCTP = 0x20000000, 262, 132
TIOCSTI = 0x5412
Attack = Callable[[], object]


def call(number: int, *arguments: object) -> int:
    """A raw system call of x86_64; raises OSError."""
    made = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    found = int(LIBC.syscall(ctypes.c_long(number), *made))
    if found < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return found


def packed(data: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(data, len(data))


def reached(attempt: Attack, *otherwise: int) -> object:
    """The attempt is made; these errors show that the kernel went past the question whether it is allowed."""
    try:
        return attempt()
    except OSError as error:
        if error.errno in otherwise:
            return True
        raise


def talk(family: int, kind: int, address: object, protocol: int = 0) -> None:
    with socket.socket(family, kind, protocol) as channel:
        channel.settimeout(2)
        if kind == socket.SOCK_DGRAM:
            channel.sendto(b"x", address)
        else:
            channel.connect(address)
            channel.sendall(b"x")


def fast_open(address: tuple[str, int], message: bool) -> None:
    with socket.socket() as channel:
        if message:
            channel.sendmsg([b"x"], [], MSG_FASTOPEN, address)
        else:
            channel.sendto(b"x", MSG_FASTOPEN, address)


def made(*arguments: int) -> None:
    socket.socket(*arguments).close()


def ended(child: int) -> None:
    """What a fork gave: the child ends at once, the parent waits for it."""
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def machine_code(code: bytes) -> int:
    """These bytes, run as a function."""
    with mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        page.write(code)
        start = ctypes.c_char.from_buffer(page)
        value = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(start))()
        del start
    return int(value)


def old_gate() -> None:
    """socket(2, 1, 0) of the 32-bit calls (socketcall 102 is older; 359 is socket) by int 0x80."""
    code = b"\x53\xb8\x67\x01\x00\x00\xbb\x02\x00\x00\x00\xb9\x01\x00\x00\x00\xba\x00\x00\x00\x00\xcd\x80\x5b\xc3"
    found = machine_code(code)
    if found < 0:
        raise OSError(-found, "refused")


def in_a_thread(attempt: Attack) -> None:
    errors: list[OSError] = []

    def run() -> None:
        try:
            attempt()
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def writes(path: Path, flags: int = os.O_CREAT) -> None:
    os.close(os.open(path, os.O_WRONLY | flags, 0o600))


def limit_core() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096))
    except ValueError:
        raise OSError(errno.EPERM, "refused") from None


def network(at: dict[str, str]) -> dict[str, Attack]:
    port = int(at["port"])
    raw = [41, socket.AF_UNIX, socket.SOCK_STREAM, 0]
    return {
        "tcp4": lambda: talk(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
        "tcp6": lambda: talk(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)),
        "tcp in a thread": lambda: in_a_thread(lambda: talk(2, 1, ("127.0.0.1", port))),
        "tcp fast open": lambda: fast_open(("127.0.0.1", port), False),
        "tcp fast open by sendmsg": lambda: fast_open(("127.0.0.1", port), True),
        "mptcp": lambda: talk(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port), MPTCP),
        "sctp": lambda: reached(lambda: made(2, 1, SCTP), errno.EPROTONOSUPPORT),
        "udp": lambda: talk(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "raw": lambda: made(2, 3, 1),
        "ping": lambda: made(2, 2, 1),
        "packet": lambda: made(17, 3, 0),
        "old packet": lambda: made(2, 10, 0),
        "netlink": lambda: made(16, 3, 0),
        "vsock": lambda: reached(lambda: made(40, 1, 0), errno.EAFNOSUPPORT),
        "crypto": lambda: reached(lambda: made(38, 5, 0), errno.EAFNOSUPPORT),
        "unix abstract": lambda: talk(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + at["abstract"]),
        "unix path": lambda: talk(socket.AF_UNIX, socket.SOCK_STREAM, at["listener"]),
        "socketpair": lambda: [each.close() for each in socket.socketpair()],
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
        "look up": lambda: socket.getaddrinfo("localhost", 80),
        "socket by number": lambda: os.close(call(*raw)),
        "socket by x32 number": lambda: reached(lambda: os.close(call(0x40000000 + 41, 2, 1, 0)), errno.ENOSYS),
        "io_uring": lambda: os.close(call(425, 4, packed(bytes(120)))),
    }


def start_of(process: int) -> int:
    """Where the memory of another process starts; from within a user namespace that is not said."""
    try:
        return int(Path(f"/proc/{process}/maps").read_text(encoding="ascii").partition("-")[0], 16)
    except PermissionError:
        return mmap.PAGESIZE


def processes(at: dict[str, str]) -> dict[str, Attack]:
    victim = int(at["victim"])
    there = start_of(victim)
    here = packed(bytes(8))
    local = packed(struct.pack("=QQ", ctypes.addressof(here), 8))
    remote = packed(struct.pack("=QQ", there, 8))
    new = packed(struct.pack("=8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0))
    empty = os.memfd_create("program")
    own = resource.getrlimit(resource.RLIMIT_NOFILE)
    return {
        "exec": lambda: reached(lambda: os.execv("/nonexistent", ["x"]), errno.ENOENT),
        "exec of memory": lambda: reached(lambda: call(322, empty, packed(b"\0"), 0, 0, 0x1000), errno.ENOEXEC),
        "subprocess": lambda: subprocess.run(["/bin/true"], check=True),
        "posix_spawn": lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0),
        "fork": lambda: ended(os.fork()),
        "fork by number": lambda: ended(call(57)),
        "clone": lambda: ended(call(56, signal.SIGCHLD, 0, 0, 0, 0)),
        "clone3": lambda: ended(call(435, new, 64)),
        "ptrace": lambda: (call(101, 0x4206, victim, 0, 0), call(101, 17, victim, 0, 0)),
        "process_vm_readv": lambda: call(310, victim, local, 1, remote, 1, 0),
        "environ of another": lambda: Path(f"/proc/{victim}/environ").read_bytes(),
        "memory of another": lambda: os.close(os.open(f"/proc/{victim}/mem", os.O_RDONLY)),
        "status of another": lambda: Path(f"/proc/{victim}/status").read_bytes(),
        "list processes": lambda: os.listdir("/proc"),
        "pidfd_getfd": lambda: os.close(call(438, os.pidfd_open(victim), 0, 0)),
        "limits of another": lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, own),
        "signal 0": lambda: os.kill(victim, 0),
        "signal 0 to the parent": lambda: os.kill(os.getppid(), 0),
        "signal to a thread": lambda: call(234, victim, victim, 0),
        "queued signal": lambda: (
            reached(lambda: call(129, victim, 0, packed(bytes(128))), errno.EPERM)
            if at["control"]
            else call(129, victim, 0, packed(bytes(128)))
        ),
        "become readable": lambda: call(157, 4, 1, 0, 0, 0),
        "outlive the parent": lambda: call(157, 1, 0, 0, 0, 0),
        "core dumps": limit_core,
        "SIGTERM": lambda: os.kill(victim, signal.SIGTERM),
    }


def files(at: dict[str, str]) -> dict[str, Attack]:
    source, secret, work = Path(at["source"]), Path(at["secret"]), Path(at["work"])
    folder, packages = os.open(secret.parent, os.O_PATH), Path(sqlite3.__file__).parent
    pointed = os.open(secret, os.O_PATH)
    (work / "mine").write_text("mine")
    return {
        "read /etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
        "read another file": secret.read_bytes,
        "list its folder": lambda: os.listdir(secret.parent),
        "list the source's folder": lambda: os.listdir(source.parent),
        "list the root": lambda: os.listdir("/"),
        "read beside the source": (source.parent / "other.csv").read_bytes,
        "read where the other process may": lambda: Path(at["theirs"]).read_bytes(),
        "by a folder opened before": lambda: os.close(os.open(secret.name, os.O_RDONLY, dir_fd=folder)),
        "by /proc/self/fd": lambda: Path(f"/proc/self/fd/{pointed}").read_bytes(),
        "by /proc/self/root": lambda: Path(f"/proc/self/root{secret}").read_bytes(),
        "by /proc/self/cwd": lambda: Path(f"/proc/self/cwd/{os.path.relpath(secret)}").read_bytes(),
        "by a symbolic link": lambda: ((work / "soft").symlink_to(secret), (work / "soft").read_bytes()),
        "write by a symbolic link": lambda: ((work / "out").symlink_to(at["outside"]), writes(work / "out")),
        "hard link in": lambda: os.link(secret, work / "hard"),
        "hard link out": lambda: os.link(work / "mine", at["outside"] + ".link"),
        "move in": lambda: (os.rename(at["spare"], work / "spare"), os.rename(work / "spare", at["spare"])),
        "move out": lambda: os.rename(work / "mine", at["outside"] + ".moved"),
        "write the source": lambda: writes(source, os.O_APPEND),
        "truncate the source": lambda: os.truncate(source, source.stat().st_size),
        "cut while opening": lambda: os.close(os.open(at["spare"], os.O_RDONLY | os.O_TRUNC)),
        "write beside the source": lambda: writes(source.parent / "new.csv"),
        "make a folder": lambda: os.mkdir(source.parent / "new"),
        "delete": lambda: os.unlink(source.parent / "gone.csv"),
        "write to /tmp": lambda: os.close(os.open("/tmp", os.O_TMPFILE | os.O_WRONLY, 0o600)),
        "write to the packages": lambda: os.close(os.open(packages, os.O_TMPFILE | os.O_WRONLY, 0o600)),
        "write where the other process may": lambda: writes(Path(at["theirs"]).parent / "new"),
        "named pipe": lambda: os.mkfifo(work / "pipe"),
        "chmod": lambda: os.chmod(secret, 0o644),
        "chmod by a descriptor": lambda: os.chmod(os.open(source, os.O_RDONLY), 0o644),
        "chown": lambda: os.chown(secret, -1, -1),
        "utime": lambda: os.utime(secret),
        "setxattr": lambda: reached(lambda: os.setxattr(secret, "user.x", b"x"), errno.ENOTSUP),
        "inotify": lambda: os.close(call(294, 0)),
        "handle": lambda: (
            call(303, folder, packed(b"x\0"), packed(bytes(8)), packed(bytes(8)), 0) if not at["control"] else True
        ),
        "open by handle": lambda: reached(lambda: call(304, folder, packed(struct.pack("=Ii", 0, 1)), 0), errno.EINVAL),
    }


def kernel(at: dict[str, str], terminal: int) -> dict[str, Attack]:
    return {
        "type into the terminal": lambda: fcntl.ioctl(terminal, TIOCSTI, b"x"),
        "unshare": lambda: call(272, 0x200),
        "setns": lambda: call(308, os.open("/proc/self/ns/uts", os.O_RDONLY), 0),
        "mount": lambda: reached(lambda: call(165, None, packed(b"/nonexistent\0"), None, 0, None), errno.ENOENT),
        "new mount": lambda: os.close(call(430, packed(b"tmpfs\0"), 0)),
        "chroot": lambda: reached(lambda: os.chroot("/nonexistent"), errno.ENOENT),
        "keys": lambda: call(250, 0, -3, 0),
        "host name": lambda: socket.sethostname(socket.gethostname()),
        "shared memory": lambda: LIBC.shmctl(call(29, 0, 4096, 0o1600), 0, None),
        "message queue": lambda: LIBC.msgctl(call(68, 0, 0o1600), 0, None),
        "named queue": lambda: (os.close(call(240, packed(b"x\0"), 0o100 | 2, 0o600, 0)), call(241, packed(b"x\0"))),
    }


def kept(at: dict[str, str]) -> dict[str, Attack]:
    """What the process is for."""
    work = Path(at["work"])

    def folder() -> None:
        (work / "deep" / "er").mkdir(parents=True)
        (work / "deep" / "er" / "a").write_bytes(b"a" * 9000)
        (work / "deep" / "er" / "a").rename(work / "b")
        os.truncate(os.open(work / "b", os.O_RDWR), 10)
        os.link(work / "b", work / "c")
        assert (work / "c").read_bytes() == b"a" * 10
        shutil.rmtree(work / "deep")
        assert not (work / "deep").exists()

    def database() -> None:
        connection = sqlite3.connect(work / "x.db")
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("CREATE TABLE t (a)")
        connection.close()

    return {
        "its source": lambda: Path(at["source"]).read_bytes(),
        "its folder": folder,
        "a database in it": database,
        "threads": lambda: in_a_thread(lambda: None),
        "nothing": lambda: Path("/dev/null").write_bytes(b"x"),
        "randomness": lambda: os.getrandom(8) + Path("/dev/urandom").open("rb").read(8),
        "its own status": lambda: Path("/proc/self/status").read_bytes(),
        **({"its port": lambda: talk(2, 1, ("127.0.0.1", int(at["given"])))} if at["given"] else {}),
    }


def outcome(attempt: Attack) -> str:
    try:
        attempt()
    except socket.gaierror:
        return "EAI"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    return THROUGH


def a_terminal() -> int:
    """A terminal that is this process's own: it was started in a session of its own."""
    _, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    return terminal


def state() -> dict[str, str]:
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    return {
        "core": str(resource.getrlimit(resource.RLIMIT_CORE)),
        "readable": str(call(157, 3, 0, 0, 0, 0)),
        **{name: status[name].strip() for name in ("NoNewPrivs", "Seccomp", "CapEff", "CapPrm", "CapInh", "CapAmb")},
        "user": f"{os.getuid()} {os.geteuid()}",
    }


def main() -> None:
    at = json.loads(sys.stdin.read())
    attacks = {**network(at), **files(at), **kernel(at, a_terminal()), **processes(at)}
    only = at.get("only")
    if only == "int 0x80":
        attacks = {only: old_gate}
    said: dict[str, object] = {"level": None}
    if not at["control"]:
        given = Confinement((Path(at["source"]),), (Path(at["work"]),), tuple(at["ports"]), IsolationLevel(at["floor"]))
        found = seal(given)
        said |= {"level": found.level, "missing": found.missing}
    said["kept"] = {} if only else {name: outcome(attempt) for name, attempt in kept(at).items()}
    said["attacks"] = {name: outcome(attempt) for name, attempt in attacks.items()}
    said["state"] = state()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
