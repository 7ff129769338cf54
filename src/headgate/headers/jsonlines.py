"""Headers of a JSON lines file: the keys of its first objects, one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from headgate.errors import InputError
from headgate.headers.cells import column_types
from headgate.headers.table import Header, JsonLines, Table
from headgate.headers.text import decoded_start

MOST_OBJECTS = 1000


def read(path: Path, compression: str) -> Table:
    """The table of a JSON lines file: the keys of its first 1,000 objects as they appear, nested values as text.

    Raises InputError where a line is no JSON object, or the file is one object over several lines.
    """
    start = decoded_start(path, compression)
    keys, headers, doubt = table_of(path, list(islice(_objects(path, start.text), MOST_OBJECTS)))
    return Table(path, JsonLines(keys), headers, doubt=doubt)


def table_of(
    path: Path, objects: Sequence[dict[str, object]]
) -> tuple[tuple[str, ...], tuple[Header, ...], str | None]:
    """The keys of these objects as they appear, the headers they make, and why they may be data, if they may.

    Raises InputError where a key holds half a character.
    """
    keys = tuple(dict.fromkeys(key for found in objects for key in found))
    if any(_is_half_character(key) for key in keys):
        raise InputError(f"{path.name}: a key has half a character in it; write it as UTF-8")
    rows = [[_cell(found.get(key)) for key in keys] for found in objects]
    types = column_types(rows, len(keys), ".")
    headers = tuple(Header(at, key, local) for at, (key, local) in enumerate(zip(keys, types, strict=True)))
    rare = sum(sum(key in found for found in objects) * 2 < len(objects) for key in keys)
    return keys, headers, "most objects lack some of the keys, so keys may be data" if rare else None


def _objects(path: Path, text: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"{path.name}: line {number} is not JSON; write one JSON object a line") from None
        if not isinstance(found, dict):
            raise InputError(f"{path.name}: line {number} is not a JSON object; write one JSON object a line")
        yield found


def _is_half_character(key: str) -> bool:
    """True where a key holds a lone surrogate, which no file, screen or provider can spell."""
    return any("\ud800" <= mark <= "\udfff" for mark in key)


def _cell(value: object) -> object:
    return "nested" if isinstance(value, (dict, list)) else value
