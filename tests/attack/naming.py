"""`naming.py`, as root of a network of its own: a name server on port 53, and a sealed gate that asks it."""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys
import threading

GATE = """
import socket
from headgate.isolation import IsolationLevel
from headgate.sandbox.seal import Confinement, seal
seal(Confinement((), (), (443, 53), IsolationLevel.L2))
print(socket.getaddrinfo("provider.example", 443, type=socket.SOCK_STREAM)[0][4][0])
"""


def serve(channel: socket.socket) -> None:
    """Every name has the address 192.0.2.7 (RFC 5737) and no other (RFC 1035 4.1)."""
    while True:
        asked, whom = channel.recvfrom(512)
        end = asked.index(b"\0", 12) + 5
        (kind,) = struct.unpack(">H", asked[end - 4 : end - 2])
        found = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("192.0.2.7") if kind == 1 else b""
        head = asked[:2] + b"\x81\x80" + struct.pack(">4H", 1, bool(found), 0, 0)
        channel.sendto(head + asked[12:end] + found, whom)


with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
threading.Thread(target=serve, args=(server,), daemon=True).start()
sys.exit(subprocess.run([sys.executable, "-I", "-c", GATE], check=False).returncode)
