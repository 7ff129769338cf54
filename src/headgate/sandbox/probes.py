"""What a sealed process must not be able to do, tried for real before and after each layer."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from headgate.errors import RefusalError


class Layer(StrEnum):
    """What the system seals with."""

    NAMESPACES = "namespaces"
    LANDLOCK = "Landlock"
    SECCOMP = "seccomp"


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing tried in a process: `before` the layer, which is the control, and `after` it.

    `before` False means that something else forbids it already, so that this probe shows nothing of the layer.
    """

    name: str
    layer: Layer
    before: bool
    after: bool


Attempt = Callable[[], bool]

_OUTSIDE = Path("/etc/passwd")  # readable by everybody on every Linux, and given to neither process
_TEMPORARY = "/tmp"  # noqa: S108
_NOWHERE = ("127.0.0.1", 9)  # this machine's discard port: nothing leaves, whoever listens


def attempts(layer: Layer, *, network: bool, ports: bool) -> dict[str, Attempt]:
    """What is tried around this layer, by name; a process with `network` keeps its own way out.

    Where the kernel holds no `ports`, that a port can be connected to says nothing of the layer.
    """
    match layer:
        case Layer.NAMESPACES:
            own = _user_namespace()
            tried = {"act as the user that started it": lambda: _user_namespace() == own}
            return tried if network else {"send a datagram (UDP)": _sends, **tried}
        case Layer.LANDLOCK:
            tried = {"open a file it was not given": _reads, "make a file in the temporary folder": _writes}
            return {"connect to a port no profile has (TCP)": _connects, **tried} if network and ports else tried
        case Layer.SECCOMP:
            name, attempt = ("take connections", _listens) if network else ("make a socket", _makes_a_socket)
            thread = _Waiting(attempt)
            tried = {
                name: attempt,
                f"{name}, in a thread that ran before": thread.try_again,
                "run a program": _runs_a_program,
            }
            return tried if network else {**tried, "connect a socket it had before (TCP)": _socket_to_connect()}


class _Waiting:
    """A thread that runs from now on, and tries the same each time it is asked."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._asked, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._could = True
        threading.Thread(target=self._run, daemon=True).start()

    def try_again(self) -> bool:
        self._asked.release()
        self._done.acquire()
        return self._could

    def _run(self) -> None:
        for _ in range(2):  # once before the layer, once after it
            self._asked.acquire()
            self._could = self._attempt()
            self._done.release()


def _user_namespace() -> int:
    return os.stat("/proc/self/ns/user").st_ino


def _sends() -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.sendto(b"", _NOWHERE)
    except OSError:
        return False
    return True


def _connects() -> bool:
    """Whether a connection can be tried: that nobody takes it is no matter."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as channel:
            channel.settimeout(1)
            channel.connect(_NOWHERE)
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def _makes_a_socket() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True


def _socket_to_connect() -> Attempt:
    """Whether a socket that is there already can be turned to an address; that nobody takes it is no matter."""
    try:
        held = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(2)]  # before the layer and after it
    except OSError:
        return lambda: False

    def connects() -> bool:
        with held.pop() as channel:
            channel.setblocking(False)
            return channel.connect_ex(_NOWHERE) != errno.EPERM

    return connects


def _listens() -> bool:
    """Whether a socket can be told to listen; it has no name, so nobody could ever reach it."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.listen()
    except OSError as error:
        return error.errno != errno.EPERM
    return True


def _reads() -> bool:
    try:
        os.close(os.open(_OUTSIDE, os.O_RDONLY))
    except OSError:
        return False
    return True


def _writes() -> bool:
    """Whether a file can be made that has no name and is gone when it is closed."""
    try:
        os.close(os.open(_TEMPORARY, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except OSError:
        return False
    return True


def _runs_a_program() -> bool:
    """Whether this process may become another program; the one named is not there."""
    try:
        os.execv("/nonexistent/program", ["program"])  # noqa: S606
    except FileNotFoundError:
        return True
    except OSError:
        return False
    raise RefusalError("a program was run that is not there")
