"""What a file is, judged by its bytes: extensions lie."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO, cast

from headgate.errors import InputError

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_FEATHER = b"ARROW1"
_SQLITE = b"SQLite format 3\x00"
_DUCKDB = b"DUCK"  # behind a checksum of 8 bytes
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PEEK = 1 << 16
_NOT_TABLES = {
    b"%PDF": "a PDF; export the table as CSV or Excel",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\xfd7zXZ": "compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"FEA1": "a Feather file of version 1; write it as version 2 or Parquet",
    b"\x89HDF": "an HDF5 file; write the table as Parquet or CSV",
    b"\x89PNG": "a picture; give the table itself",
    b"\xff\xd8\xff": "a picture; give the table itself",
    b"GIF8": "a picture; give the table itself",
    b"\x7fELF": "a program; give a table",
    b"MZ\x90": "a program; give a table",
    b"PARE": "an encrypted Parquet file; write it without encryption",
    b"\xff\xfe\x00\x00": "UTF-32 text; save it as UTF-8",
    b"\x00\x00\xfe\xff": "UTF-32 text; save it as UTF-8",
}
_JSON_NAMES = (".json", ".jsonl", ".ndjson")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")


class Content(Enum):
    """The source kinds a file's bytes can show."""

    TEXT = auto()
    JSON_LINES = auto()
    JSON_ARRAY = auto()
    EXCEL = auto()
    PARQUET = auto()
    FEATHER = auto()
    SQLITE = auto()
    DUCKDB = auto()


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds, and how it is compressed: "" or "gzip"."""

    content: Content
    compression: str


def look_into(path: Path) -> Found:
    """What the file holds. At most the first 64 KiB are read, and a zip archive's directory.

    Raises InputError where the file is missing, not a regular file, unreadable, empty or nothing that holds a table.
    """
    _require_file(path)
    start = read_start(path, "", _PEEK)
    compression = "gzip" if start.startswith(_GZIP) else ""
    if compression:
        start = read_start(path, compression, _PEEK)
        if start.startswith((_ZIP, _OLE, _PARQUET, _GZIP, _FEATHER, _SQLITE)):
            raise InputError(
                f"{path.name}: only text is read out of gzip, and this holds another file; unpack it first"
            )
    return Found(_content(path, start), compression)


def _require_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise InputError(f"{path.name}: no such file; check the path") from None
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError:  # a name with a zero character
        raise InputError("the path is not one that a file can have; check it") from None
    if stat.S_ISDIR(mode):
        raise InputError(f"{path.name or path} is a folder; give a file")
    if not stat.S_ISREG(mode):
        raise InputError(f"{path.name} is not a regular file; save the table as a file first")


def read_start(path: Path, compression: str, most: int) -> bytes:
    """The first bytes of the file, `most` or fewer, unpacked where compressed.

    Raises InputError where they cannot be read or unpacked.
    """
    try:
        with open_bytes(path, compression) as file:
            return file.read(most)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{path.name}: the gzip file is cut short or damaged; make or copy it again") from None
    except OSError as error:
        raise unreadable(path, error) from None


def open_bytes(path: Path, compression: str) -> BinaryIO:
    """The file's bytes as a stream, unpacked where compressed. Raises what reading files and gzip raises."""
    return cast(BinaryIO, gzip.open(path, "rb")) if compression else path.open("rb")


def unreadable(path: Path, error: OSError) -> InputError:
    """The error to raise where the system does not let a file be read."""
    return InputError(f"{path.name} cannot be read ({error.strerror}); check the path and your right to read it")


def _content(path: Path, start: bytes) -> Content:
    for magic, what in _NOT_TABLES.items():
        if start.startswith(magic):
            raise InputError(f"{path.name} is {what}")
    for magic, content in ((_PARQUET, Content.PARQUET), (_FEATHER, Content.FEATHER), (_SQLITE, Content.SQLITE)):
        if start.startswith(magic):
            return content
    if start[8:12] == _DUCKDB and b"\x00" in start[:64]:
        return Content.DUCKDB
    if start.startswith(_ZIP):
        return _zip_content(path)
    if start.startswith(_OLE):
        raise _old_excel(path)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.strip(b"\x00\xff\xfe \t\r\n"):
        raise InputError(f"{path.name} is empty; give a file with at least a row of column names")
    if text[:9].lower().startswith(_MARKUP):
        raise InputError(f"{path.name} is a web page or XML, not a table; open it and save it as CSV or Excel")
    if text[:1] not in {b"{", b"["} or not _is_json(text, path.name):
        return Content.TEXT
    return Content.JSON_LINES if text[:1] == b"{" else Content.JSON_ARRAY


def _is_json(text: bytes, name: str) -> bool:
    """True where a brace or bracket is followed as JSON wants it, so that a header like `[kWh]` stays a header.

    A file that says by its name that it is JSON is taken at its word.
    """
    if name.lower().removesuffix(".gz").endswith(_JSON_NAMES):
        return True
    after = text[1:].lstrip()[:1]
    return after in ({b'"', b"}"} if text[:1] == b"{" else {b"{", b"[", b"]"})


def _zip_content(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(f"{path.name}: the Excel file is cut short or damaged; save or copy it again") from None
    if "xl/workbook.xml" in names:
        return Content.EXCEL
    if "xl/workbook.bin" in names:
        raise InputError(f"{path.name} is a binary Excel workbook (.xlsb); save it as .xlsx")
    if "content.xml" in names:
        raise InputError(f"{path.name} is an OpenDocument file; save it as .xlsx or CSV")
    raise InputError(f"{path.name} is a zip archive without an Excel workbook; unpack it and give one file in it")


def _old_excel(path: Path) -> InputError:
    try:
        with path.open("rb") as file:
            encrypted = _ENCRYPTED in file.read(1 << 24)
    except OSError as error:
        return unreadable(path, error)
    if encrypted:
        return InputError(f"{path.name} is protected by a password; save a copy without one")
    return InputError(f"{path.name} is an old binary Excel file (.xls); save it as .xlsx")
