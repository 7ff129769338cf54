"""One byte spelling for everything that is hashed, compared or sent."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence

import rfc8785

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical_json(value: Json) -> bytes:
    """The RFC 8785 spelling of a JSON value, in UTF-8.

    Raises `rfc8785.CanonicalizationError` for what JSON cannot spell (NaN, lone surrogates, integers beyond 2**53).
    """
    return rfc8785.dumps(value)


def sha256(data: bytes) -> str:
    """The SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def nfc(text: str) -> str:
    """The text in Unicode normalisation form C (UAX #15)."""
    return unicodedata.normalize("NFC", text)
