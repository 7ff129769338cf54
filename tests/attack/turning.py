"""`turning.py`, told where: a cell that holds one connection tries to reach anything else with it, or without it."""

from __future__ import annotations

import ctypes
import errno
import json
import socket
import struct
import sys
from collections.abc import Callable

from headgate.isolation import IsolationLevel
from headgate.sandbox.connection import Connection, connected
from headgate.sandbox.seal import Confinement, seal

LIBC = ctypes.CDLL(None, use_errno=True)
MSG_FASTOPEN = 0x20000000


def called(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def to(port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton("127.0.0.1"))


def anew(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), 2).close()


def turned(held: Connection, port: int) -> None:
    """The connection is taken apart (AF_UNSPEC, connect(2)) and made again to another port."""
    held.setblocking(True)
    called("connect", held.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16)
    called("connect", held.fileno(), to(port), 16)


def local(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(path)


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except socket.gaierror:
        return "EAI"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    return "through"


def main() -> None:
    at = json.loads(sys.stdin.read())
    held = connected(("127.0.0.1", at["given"]))
    level = None
    if not at["control"]:
        level = seal(Confinement((), (), (), IsolationLevel.L2, engine=("127.0.0.1", at["given"]))).level
    held.sendall(b"x")
    said = {"level": level, "kept": held.recv(1).decode()}
    port = at["other"]
    attacks = {
        "another port": lambda: anew(port),
        "the same port anew": lambda: anew(at["given"]),
        "a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "a name": lambda: socket.getaddrinfo("localhost", port),
        "a local socket": lambda: local(at["path"]),
        "an address beside the bytes": lambda: called("sendto", held.fileno(), b"x", 1, 0, to(port), 16),
        "the connection turned": lambda: turned(held, port),
        "a connection opened while sending": lambda: called(
            "sendto", held.fileno(), b"x", 1, MSG_FASTOPEN, to(port), 16
        ),
    }
    print(json.dumps(said | {"attacks": {name: outcome(attempt) for name, attempt in attacks.items()}}))


if __name__ == "__main__":
    main()
