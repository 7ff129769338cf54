"""Values as JSON and back: frozen dataclasses under a closed schema, which is their own types.

Nothing is guessed: an unknown field, a missing one or a value of another type is refused. Every dataclass names its
class under `is`, which tells those of a union apart; bytes are in base64 (RFC 4648 4).
"""

from __future__ import annotations

import base64
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from headgate.canonical import Json
from headgate.errors import IntegrityError

_T = TypeVar("_T")
_PLAIN = (str, int, float, bool, type(None))


def to_json(value: object) -> Json:  # noqa: PLR0911 one for each kind of value
    """The value as JSON. Raises TypeError for a value of a type that is none of those named here."""
    match value:
        case Enum():
            return to_json(value.value)
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case datetime():
            return value.isoformat()
        case Path():
            return str(value)
        case Mapping():
            return {str(key): to_json(each) for key, each in value.items()}
        case tuple() | list():
            return [to_json(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            named = {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
            return {"is": type(value).__name__, **named}
        case _:
            raise TypeError(f"a {type(value).__name__} is not sent between processes")


def from_json(kind: type[_T], found: Json) -> _T:
    """The value of this type that the JSON spells; raises `IntegrityError` where it spells none."""
    try:
        value: _T = _value(kind, found)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise IntegrityError(
            f"a process of Headgate gave something that is no {kind.__name__}; it was not used"
        ) from None
    return value


def _value(kind: Any, found: Json) -> Any:  # noqa: ANN401, PLR0911 a type, and a value of it
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _one_of(arguments, found)
    if origin is tuple:
        return _tuple(arguments, found)
    if origin in {Mapping, dict}:
        if not isinstance(found, dict):
            raise TypeError
        return {_value(arguments[0], key): _value(arguments[1], each) for key, each in found.items()}
    if kind in _PLAIN or kind is None:
        return _plain(type(None) if kind is None else kind, found)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, found)
    if isinstance(kind, type) and issubclass(kind, Enum | str):
        return kind(_plain(str, found))
    if kind is bytes:
        return base64.b64decode(_plain(str, found), validate=True)
    if kind is datetime:
        return datetime.fromisoformat(_plain(str, found))
    if kind is Path:
        return Path(_plain(str, found))
    raise TypeError


def _plain(kind: type, found: Json) -> Any:  # noqa: ANN401
    """The JSON value itself, of exactly this type; a whole number is a float where a float is wanted."""
    if kind is float and type(found) is int:
        return float(found)
    if type(found) is not kind:
        raise TypeError
    return found


def _tuple(arguments: tuple[Any, ...], found: Json) -> tuple[Any, ...]:
    if not isinstance(found, list):
        raise TypeError
    if arguments[-1] is Ellipsis:
        return tuple(_value(arguments[0], each) for each in found)
    return tuple(_value(each, part) for each, part in zip(arguments, found, strict=True))


def _one_of(kinds: tuple[Any, ...], found: Json) -> Any:  # noqa: ANN401
    if isinstance(found, dict) and "is" in found:
        kinds = tuple(kind for kind in kinds if getattr(kind, "__name__", "") == found["is"])
    exact = [kind for kind in kinds if kind in _PLAIN and type(found) is kind]
    for kind in exact or kinds:
        try:
            return _value(kind, found)
        except (TypeError, ValueError):
            continue
    raise TypeError


def _dataclass(kind: type, found: Json) -> Any:  # noqa: ANN401
    hints = _hints(kind)
    if not isinstance(found, dict) or found.keys() != {"is", *hints} or found["is"] != kind.__name__:
        raise TypeError
    return kind(**{name: _value(hint, found[name]) for name, hint in hints.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
