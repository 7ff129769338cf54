"""What nothing in the package does but through its named doors, watched while every test runs.

An audit hook (PEP 578) sees each socket, name and program; the innermost frame of `headgate` is who asked for it. What
the tests do themselves has no such frame and is let through. A hook cannot be taken away again, so there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NETWORK = frozenset({"headgate.gate.transport", "headgate.sandbox.probes", "headgate.sandbox.connection"})
# It makes no connection: what it is given becomes one that speaks TLS, and the driver asks who made it.
_WRAPS = _NETWORK | {"headgate.headers.postgres"}
_PROGRAMS = frozenset({"headgate.sandbox.process"})
# The probes are run in sealed processes, and by tests of them; the one program they name is not there.
_EXEC = frozenset({"headgate.sandbox.probes"})
_DOORS = {
    "socket.__new__": _WRAPS,
    **dict.fromkeys(("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"), _NETWORK),
    **dict.fromkeys(("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"), _NETWORK),
    **dict.fromkeys(("socket.getnameinfo", "socket.getservbyname", "socket.getservbyport"), _NETWORK),
    **dict.fromkeys(("socket.gethostname", "socket.sethostname", "http.client.connect", "http.client.send"), _NETWORK),
    **dict.fromkeys(
        ("urllib.Request", "ftplib.connect", "smtplib.connect", "imaplib.open", "nntplib.connect"), _NETWORK
    ),
    **dict.fromkeys(("poplib.connect", "telnetlib.Telnet.open", "webbrowser.open"), frozenset[str]()),
    **dict.fromkeys(("subprocess.Popen", "os.posix_spawn", "os.spawn", "os.startfile"), _PROGRAMS),
    **dict.fromkeys(("os.system", "os.fork", "os.forkpty", "pty.spawn"), frozenset[str]()),
    "os.exec": _EXEC,
}
_seen: list[str] = []


def watch() -> None:
    """From now on each such event of the package that comes through no door is remembered, and fails where it is."""
    sys.addaudithook(_look)


@contextmanager
def nothing_through() -> Iterator[None]:
    """The block does nothing through another way than a door; else AssertionError, even if what it met was caught."""
    before = len(_seen)
    yield
    assert _seen[before:] == []


@contextmanager
def forgiven() -> Iterator[list[str]]:
    """What is done in the block through no door is given, and not held against it: for the control."""
    found: list[str] = []
    before = len(_seen)
    try:
        yield found
    finally:
        found += _seen[before:]
        del _seen[before:]


def _look(event: str, _arguments: tuple[object, ...]) -> None:
    doors = _DOORS.get(event)
    if doors is None:
        return
    # Frame 0 is this function; what follows is the code that raised the event and its callers.
    asked = _innermost(sys._getframe(1))
    if asked is not None and asked not in doors:
        _seen.append(f"{event} by {asked}")
        raise AssertionError(_seen[-1])


def _innermost(frame: FrameType | None) -> str | None:
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name == "headgate" or name.startswith("headgate."):
            return name
        if name == "weakref" or frame.f_code.co_name == "__del__":
            return None  # a finalizer: it runs wherever memory is taken back, and nobody there asked for it
        frame = frame.f_back
    return None
