"""The channel between two processes: messages of a bounded size, and nothing else.

A message is its size in bytes (4 bytes, big-endian) and then one JSON object in ASCII: `{"kind":"…","value":…}`.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import IO

from headgate.canonical import Json
from headgate.errors import IntegrityError

_SIZE = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its kind and its value."""

    kind: str
    value: Json


class Channel:
    """Both directions of a connection to one other process. `limit` bounds a message that is received, in bytes."""

    def __init__(self, receiving: IO[bytes], sending: IO[bytes], limit: int) -> None:
        self._receiving = receiving
        self._sending = sending
        self._limit = limit

    def send(self, kind: str, value: Json = None) -> None:
        """The message is with the system; raises OSError (BrokenPipeError) where the other process has ended."""
        said = json.dumps({"kind": kind, "value": value}).encode("ascii")
        self._sending.write(_SIZE.pack(len(said)) + said)
        self._sending.flush()

    def receive(self) -> Message | None:
        """The next message; None where the other process has ended or closed its end between two of them.

        Raises `IntegrityError` for one that is cut short, larger than the limit or not of the form above. What is
        larger is not read.
        """
        start = self._receiving.read(_SIZE.size)
        if not start:
            return None
        size = _SIZE.unpack(start)[0] if len(start) == _SIZE.size else self._limit + 1
        said = self._receiving.read(size) if size <= self._limit else b""
        try:
            found = json.loads(said) if len(said) == size else None
        except (ValueError, RecursionError):
            found = None
        match found:
            case {"kind": str(kind), "value": value, **more} if not more:
                return Message(kind, value)
            case _:
                raise IntegrityError("a process of Headgate said what none of them says; nothing of it was used")
