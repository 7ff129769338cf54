"""Headers of a JSON array of objects: the keys of its first objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from headgate.errors import InputError
from headgate.headers.content import read_start
from headgate.headers.jsonlines import MOST_OBJECTS, table_of
from headgate.headers.table import JsonArray, Table

_FIRST = 1 << 20  # bytes looked at
_MOST = 1 << 26  # bytes looked at where one object is very large
_BLANKS = " \t\r\n"


def read(path: Path, compression: str) -> Table:
    """The table of one JSON array: the keys of its first 1,000 objects as they appear, nested values as text.

    Raises InputError where it is not UTF-8 (RFC 8259 8.1), or holds something else than objects.
    """
    size = _FIRST
    while True:
        raw = read_start(path, compression, size)
        objects = list(islice(_objects(path, _text(path, raw), whole=len(raw) < size), MOST_OBJECTS))
        if objects or len(raw) < size or size >= _MOST:
            break
        size *= 8
    if not objects:
        raise InputError(f"{path.name}: the JSON array holds no objects; write one object for each row")
    keys, headers, doubt = table_of(path, objects)
    return Table(path, JsonArray(keys), headers, doubt=doubt)


def _text(path: Path, raw: bytes) -> str:
    """The bytes as text, without half a character at the end."""
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    cut = text.rstrip("".join(map(chr, range(0xDC80, 0xDD00))))
    if any("\udc80" <= mark <= "\udcff" for mark in cut):
        raise InputError(f"{path.name} is JSON, but not in UTF-8; write it again")
    return cut


def _objects(path: Path, text: str, *, whole: bool) -> Iterator[dict[str, object]]:
    """The objects of the array that are there completely. Between them stands nothing but commas and blanks."""
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip(_BLANKS)) + 1  # behind the bracket
    number = 0
    while True:
        while at < len(text) and text[at] in (_BLANKS + "," if number else _BLANKS):
            at += 1
        if at >= len(text) or text[at] == "]":
            return
        number += 1
        try:
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if whole:
                raise InputError(f"{path.name}: item {number} of the array is not JSON; write it again") from None
            return
        if not isinstance(found, dict):
            raise InputError(f"{path.name}: item {number} of the array is not an object; write one object for each row")
        yield found
