"""The one connection a process may hold: made before it is sealed, because afterwards it can make none."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress
from pathlib import Path

from headgate.errors import UnavailableError

CONNECT_SECONDS = 10.0
_OPEN = Path("/proc/self/fd")


class Connection(socket.socket):
    """A connected TCP socket that needs no call of the network any more.

    What is sent is written as to a file: the seal refuses `send`, which could name another address.
    """

    def send(self, data: object, _flags: int = 0, /) -> int:
        """Bytes of the data that were written; raises TimeoutError where none is taken in time."""
        _, ready, _ = select.select([], [self], [], self.gettimeout())
        if not ready:
            raise TimeoutError
        return os.write(self.fileno(), data)  # type: ignore[arg-type]

    def sendall(self, data: object, _flags: int = 0, /) -> None:
        """All of the data was written. Raises as `send` does."""
        left = memoryview(data)  # type: ignore[arg-type]
        while left:
            left = left[self.send(left) :]


def connected(address: tuple[str, int]) -> Connection:
    """A connection to the host and port, which are looked up once; nothing else stays open of what that took.

    Raises UnavailableError where the host is not found or does not take a connection.
    """
    host, port = address
    before = _descriptors()
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnavailableError("the database's host is not found; check its name and the network") from None
    finally:
        for descriptor in _descriptors() - before:  # a name service may keep a connection of its own
            with suppress(OSError):
                os.close(descriptor)
    for family, kind, protocol, _, place in places:
        made = Connection(family, kind, protocol)
        made.settimeout(CONNECT_SECONDS)
        try:
            made.connect(place)
            # A person may think about the names for a while: what stands between must not forget the connection.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError:
            made.close()
            continue
        return made
    raise UnavailableError("the database's host takes no connection at this port; check both, and that it runs")


def _descriptors() -> set[int]:
    """The open files of this process; none where the system does not list them."""
    try:
        return {int(name) for name in os.listdir(_OPEN)}
    except OSError:
        return set()
