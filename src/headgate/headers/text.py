"""The beginning of a text file as text: its encoding found, cut at the last complete line."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import InputError
from headgate.headers.content import read_start

_FIRST = 1 << 20  # bytes looked at: enough for 1,000 rows of most tables
_MOST = 1 << 26  # bytes looked at where one line is very long
_LINES = 5  # fewer complete lines than this, and more of the file is read
_BEYOND = 1 << 25  # bytes of a file that begins in plain ASCII, searched for the encoding of the rest
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_RUNS = re.compile(rb"[\x80-\xff]{3,}")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Start:
    """The first complete lines of a file; `whole` where they are all of it. `encoding` is a Python codec name."""

    text: str
    encoding: str
    whole: bool


def decoded_start(path: Path, compression: str) -> Start:
    """The first MiB of the file or more, as text that ends with a complete line.

    Raises InputError where the bytes are no text, in no known encoding, or one line is longer than 64 MiB.
    """
    size = _FIRST
    while True:
        raw = read_start(path, compression, size + 1)
        whole = len(raw) <= size
        if whole or raw.count(b"\n") >= _LINES or raw.count(b"\r") >= _LINES or size >= _MOST:
            break
        size *= 8
    encoding = _encoding(path, compression, raw, whole=whole)
    text = codecs.getincrementaldecoder(encoding)().decode(raw, final=whole)
    if not whole:
        end = max(text.rfind("\n"), text.rfind("\r", 0, -1))
        if end < 0:
            raise InputError(
                f"{path.name}: its first line is longer than {_MOST >> 20} MiB; give a table with line ends"
            )
        text = text[: end + 1]
    if not text.strip():
        raise InputError(f"{path.name} is empty; give a file with at least a row of column names")
    return Start(text, encoding, whole)


def _encoding(path: Path, compression: str, raw: bytes, *, whole: bool) -> str:
    for mark, marked in _MARKS:
        if raw.startswith(mark):
            if not _decodes(raw, marked, final=whole):
                raise InputError(f"{path.name} begins like {marked} text but is not; save it as UTF-8")
            return marked
    if encoding := _bare_utf16(raw, whole=whole):
        return encoding
    if b"\x00" in raw:
        raise InputError(f"{path.name} is binary, not a table; give CSV, Excel, Parquet or JSON lines")
    if not whole and raw.isascii():
        raw = read_start(path, compression, _BEYOND)
    if _decodes(raw, "utf-8", final=whole):
        return "utf-8"
    if _is_western(raw) and _decodes(raw, "cp1252", final=True):
        return "cp1252"
    raise InputError(f"{path.name} is neither UTF-8 nor Windows-1252 text; save it as UTF-8")


def _bare_utf16(raw: bytes, *, whole: bool) -> str | None:
    """The byte order of UTF-16 without a mark: every other byte of mostly Latin text is zero."""
    for encoding, zeros, letters in (("utf-16-le", raw[1::2], raw[::2]), ("utf-16-be", raw[::2], raw[1::2])):
        if zeros.count(0) > 0.8 * len(zeros) > 0 == letters.count(0) and _decodes(raw, encoding, final=whole):
            return encoding
    return None


def _decodes(raw: bytes, encoding: str, *, final: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(raw, final=final)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(raw: bytes) -> bool:
    """True where the bytes may be Western European: hardly any control characters, accented letters among plain ones.

    Three bytes beyond ASCII in a row are rare there, and the rule in Cyrillic, Greek and East Asian encodings.
    """
    controls = len(_CONTROLS.findall(raw))
    beyond = len(_BEYOND_ASCII.findall(raw))
    in_runs = sum(len(run) for run in _RUNS.findall(raw))
    return controls * 1000 <= len(raw) and in_runs * 4 <= beyond
