"""Unique tokens, and a search that finds one in bytes whatever spelling or packing it hides in.

`spotted` looks at the bytes, then at everything they can be read as (backwards, without the zeros of UTF-16, as
base64, hexadecimal, URL or JSON escapes, compressed), and again at what that gave; upper and lower case are one. A word
counts as found by any six of its letters, a number only whole: six digits stand in every hash.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote_to_bytes

GRAM = 6
# Neither hexadecimal digits nor vowels: no hash and no word of ours holds six of them in a row.
_LETTERS = "gjkmnpqrtvwxzGJKMNPQRTVWXZ"
_MOST = 1 << 20


class Kind(StrEnum):
    """What a token stands for."""

    CELL = "cell"
    WITHHELD = "withheld header"
    RENAMED = "original of a renamed header"
    FILE = "file or folder"
    SHEET = "sheet"
    ACTOR = "actor"
    LOGIN = "login"
    HOME = "home folder"
    VARIABLE = "environment variable"
    REPLY = "reply"
    LISTED = "entry of an own list"


ALL = frozenset(Kind)
PEOPLE = frozenset({Kind.ACTOR, Kind.LOGIN, Kind.VARIABLE})
HEADERS = frozenset({Kind.WITHHELD, Kind.RENAMED})
PLACES = frozenset({Kind.FILE, Kind.SHEET, Kind.HOME})


@dataclass
class Canaries:
    """Mints tokens, each once, and knows which bytes give which kind away."""

    chance: random.Random
    needles: dict[bytes, Kind] = field(default_factory=dict)

    def word(self, kind: Kind) -> str:
        """A word of twelve letters, of which no other word has six in a row, read from either end."""
        while True:
            made = "".join(self.chance.choice(_LETTERS) for _ in range(12))
            folded = made.lower().encode()
            pieces = [folded[at : at + GRAM] for at in range(len(folded) - GRAM + 1)]
            if not any(piece in self.needles or piece[::-1] in self.needles for piece in pieces):
                self.needles |= dict.fromkeys(pieces, kind)
                return made

    def number(self) -> str:
        """The text of a number, which is looked for as text, and as the eight bytes of a double."""
        made = f"{self.chance.randrange(10**8, 10**9)}.{self.chance.randrange(1, 10)}{self.chance.randrange(1, 10)}"
        whole, point = made.split(".")
        for text in (whole, made, f"{whole},{point}"):
            self.needles[text.encode()] = Kind.CELL
        for order in "<>":
            self.needles[struct.pack(f"{order}d", float(made)).lower()] = Kind.CELL
        return made

    def day(self) -> datetime:
        """A day at midnight; every quarter of an hour of it is looked for as text, and in seconds since 1970."""
        made = datetime(2100, 1, 1) + timedelta(days=self.chance.randrange(30_000))
        self.needles[made.strftime("%Y-%m-%d").encode()] = Kind.CELL
        for quarter in range(96):
            at = int((made - datetime(1970, 1, 1)).total_seconds()) + 900 * quarter
            self.needles[str(at).encode()] = Kind.CELL
        return made

    def spotted(self, data: bytes | str, kinds: Iterable[Kind] = ALL, depth: int = 2) -> set[str]:
        """What gives a token of these kinds away in the data: kind, way of reading, and the bytes themselves."""
        wanted = {needle: kind for needle, kind in self.needles.items() if kind in set(kinds)}
        sizes = {len(needle) for needle in wanted}
        found: set[str] = set()
        for way, read in _readings(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data, depth):
            folded = read.lower()
            for size in sizes:
                pieces = {folded[at : at + size] for at in range(len(folded) - size + 1)}
                found |= {f"{wanted[each]} {way}: {each!r}" for each in pieces & wanted.keys()}
        return found


def _readings(data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """The data, and everything it can be read as, so many times over."""
    yield "plain", data
    seen = {data}
    level = [("", data)]
    for _ in range(depth):
        below = []
        for way, each in level:
            for name, read in _views(each):
                if len(read) >= GRAM and read not in seen:
                    seen.add(read)
                    below.append((f"{way} {name}".strip(), read))
        yield from below
        level = below


def _views(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "reversed", data[::-1]
    if b"\0" in data:
        yield "UTF-16 or 32", data.replace(b"\0", b"")
    yield "URL", unquote_to_bytes(data.replace(b"+", b" "))
    yield "escapes", re.sub(rb"\\(?:u00|x)([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), data)
    yield from (("base64", each) for each in _base64(data))
    yield from (("hexadecimal", each) for each in _hexadecimal(data))
    yield from (("compressed", each) for each in _inflated(data))


def _base64(data: bytes) -> Iterator[bytes]:
    """What runs of base64 spell, in both alphabets, from each of the four places a group could begin at."""
    for lines in {data, re.sub(rb"\r?\n|\\r|\\n", b"", data)}:
        runs = re.findall(rb"[A-Za-z0-9+/_-]{8,}", lines)
        for start in range(4):
            parts = []
            for run in runs:
                cut = run[start:].replace(b"-", b"+").replace(b"_", b"/")
                cut = cut[: len(cut) - len(cut) % 4] if len(cut) % 4 == 1 else cut + b"=" * (-len(cut) % 4)
                parts.append(base64.b64decode(cut))
            yield b"\n".join(parts)


def _hexadecimal(data: bytes) -> Iterator[bytes]:
    for lines in {data, re.sub(rb"(?<=[0-9a-fA-F])[ :](?=[0-9a-fA-F])", b"", data)}:
        runs = re.findall(rb"[0-9a-fA-F]{12,}", lines)
        for start in range(2):
            yield b"\n".join(binascii.unhexlify(run[start : len(run) - (len(run) - start) % 2]) for run in runs)


def _inflated(data: bytes) -> Iterator[bytes]:
    """What begins anywhere as gzip, zlib or bare deflate (RFC 1950–1952) and gives something."""
    bare = len(data) <= 1 << 16
    parts = []
    for at in range(len(data) - 2):
        head = data[at : at + 2]
        if head == b"\x1f\x8b" or (head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0):
            parts.append(_inflate(data[at:], 47, _MOST))
        elif bare and head[0] & 6 != 6:
            parts.append(_inflate(data[at : at + 512], -15, 1024))
    yield b"\n".join(part for part in parts if len(part) >= GRAM)


def _inflate(data: bytes, form: int, most: int) -> bytes:
    """What is compressed there, as far as it goes."""
    engine, got = zlib.decompressobj(form), b""
    for at in range(0, len(data), 64):
        try:
            got += engine.decompress(data[at : at + 64], most)
        except zlib.error:
            break
        if engine.eof or len(got) >= most:
            break
    return got
