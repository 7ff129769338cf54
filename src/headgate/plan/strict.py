"""Strict JSON: what RFC 8259 leaves open is refused, and size, depth and count are bounded before anything is built."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from headgate.canonical import Json
from headgate.errors import InputError

MOST_BYTES = 1_048_576
MOST_DEPTH = 24
MOST_ITEMS = 200_000
_LONGEST_NUMBER = 40
_BLANK = " \t\r\n"


def loads(text: str) -> Json:
    """The value of a JSON text of at most 1 MiB.

    Refused with `InputError`, whose message holds nothing of the text: anything around the value but blanks, an object
    with two equal keys, NaN and infinities also by overflow, more than 24 levels or 200,000 values.
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise InputError("it is larger than 1 MiB")
    bare = text.strip(_BLANK)
    _bound(bare)
    try:
        value: Json = json.loads(
            bare, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        # The library's message is followed by the text itself, so neither is passed on.
        raise InputError(f"it is not JSON (at character {error.pos})") from None
    return value


def _bound(text: str) -> None:
    """Counts brackets and separators outside strings, so that the parser never recurses deeper than allowed."""
    depth = items = 0
    in_string = escaped = False
    for sign in text:
        if in_string:
            in_string = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_string = True
        elif sign in "[{":
            depth, items = depth + 1, items + 1
        elif sign in "]}":
            depth -= 1
        elif sign == ",":
            items += 1
        if depth > MOST_DEPTH:
            raise InputError(f"it is nested deeper than {MOST_DEPTH} levels")
        if items > MOST_ITEMS:
            raise InputError(f"it holds more than {MOST_ITEMS} values")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InputError("an object holds the same key twice")
    return found


def _constant(_: str) -> NoReturn:
    raise InputError("it holds NaN or Infinity, which JSON does not have")


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise InputError("a number is too long")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise InputError("a number is beyond what a float holds")
    return value
