"""Every kind of source has a real file that is read, and broken ones that are refused in one sentence without a cell.

PostgreSQL's are in test_headers_postgres.py, what never was a table in test_headers_refusals.py.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from headgate.errors import InputError
from headgate.headers import Table, read

CELL = "Ballineen"
ROWS = [
    {"stamp": f"2026-01-{n // 24 + 1:02d} {n % 24:02d}:00", "kWh": n * 1.5, "site": f"{CELL}{n}"} for n in range(400)
]
NAMES = list(ROWS[0])
TABLE = pa.Table.from_pylist(ROWS)
TEXT = "\n".join([",".join(NAMES), *(",".join(map(str, row.values())) for row in ROWS), ""])


def sheet(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (NAMES, *(list(row.values()) for row in ROWS)):
        book.active.append(row)
    book.save(path)


def lite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE t (stamp TEXT, kWh REAL, site TEXT)")
        made.executemany("INSERT INTO t VALUES (?, ?, ?)", [tuple(row.values()) for row in ROWS])


def duck(path: Path) -> None:
    with duckdb.connect(str(path)) as made:
        made.register("found", TABLE)
        made.execute("CREATE TABLE t AS SELECT * FROM found")


WHOLE: dict[str, Callable[[Path], object]] = {
    "a.csv": lambda path: path.write_text(TEXT),
    "a.csv.gz": lambda path: path.write_bytes(gzip.compress(TEXT.encode())),
    "a.xlsx": sheet,
    "a.parquet": lambda path: pyarrow.parquet.write_table(TABLE, path),
    "a.feather": lambda path: pyarrow.feather.write_feather(TABLE, path),
    "a.json": lambda path: path.write_text(json.dumps(ROWS)),
    "a.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, ROWS))),
    "a.sqlite": lite,
    "a.duckdb": duck,
}


def cut(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * share)]


def less(count: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:-count]


def zeros(start: float, count: int) -> Callable[[bytes], bytes]:
    def damage(data: bytes) -> bytes:
        at = int(len(data) * start)
        return data[:at] + bytes(count) + data[at + count :]

    return damage


def within(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """One file in a zip archive is changed, and the archive is whole."""

    def damage(data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for each in old.infolist():
                content = old.read(each)
                new.writestr(each, change(content) if each.filename == name else content)
        return out.getvalue()

    return damage


def encrypted(data: bytes) -> bytes:
    """Every entry says that it is encrypted (APPNOTE 4.4.4, bit 0)."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        parts = data.split(mark)
        data = mark.join(
            [parts[0], *(part[: at - 4] + bytes([part[at - 4] | 1]) + part[at - 3 :] for part in parts[1:])]
        )
    return data


BROKEN: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "text in another encoding": ("a.csv", lambda data: data.replace(b"kWh", "кВтч".encode("cp1251")), "UTF-8"),
    "text with a zero byte": ("a.csv", lambda data: data.replace(CELL.encode(), b"\0", 1), "is binary"),
    "an empty file": ("a.csv", lambda _: b"", "is empty"),
    "gzip cut in its first block": ("a.csv.gz", cut(0.5), "cut short or damaged"),
    "gzip whose checksum is wrong": ("a.csv.gz", lambda data: data[:-8] + bytes(8), "cut short or damaged"),
    "gzip of a workbook": ("a.xlsx", gzip.compress, "unpack it first"),
    "a workbook cut": ("a.xlsx", cut(0.5), "cut short or damaged"),
    "a workbook without its last byte": ("a.xlsx", less(1), "cut short or damaged"),
    "a workbook with garbage inside": ("a.xlsx", zeros(0.3, 2000), "cut short or damaged"),
    "a workbook whose sheet is half of XML": ("a.xlsx", within("xl/worksheets/sheet1.xml", cut(0.01)), "damaged"),
    "a workbook whose list of sheets is no XML": ("a.xlsx", within("xl/workbook.xml", lambda _: b"<"), "damaged"),
    "a workbook with a password in the archive": ("a.xlsx", encrypted, "damaged"),
    "Parquet without its footer": ("a.parquet", less(8), "cut short or damaged"),
    "Parquet with half of its footer": ("a.parquet", lambda data: data[:-300] + data[-8:], "cut short or damaged"),
    "Parquet cut": ("a.parquet", cut(0.5), "cut short or damaged"),
    "Feather without its footer": ("a.feather", less(10), "cut short or damaged"),
    "Feather cut": ("a.feather", cut(0.5), "cut short or damaged"),
    "a stream of Arrow": ("a.feather", lambda data: data[8:], "is binary"),
    "a JSON array cut in an object": ("a.json", less(10), "is not JSON"),
    "a JSON array of texts": ("a.json", lambda data: json.dumps(TEXT.split("\n")).encode(), "is not an object"),
    "JSON lines cut in an object": ("a.jsonl", less(10), "line 400 is not JSON"),
    "SQLite with a destroyed page": ("a.sqlite", zeros(0.3, 8192), "database is damaged"),
    "SQLite cut": ("a.sqlite", cut(0.5), "database is damaged"),
    "SQLite with a destroyed schema": ("a.sqlite", lambda data: data[:100] + bytes(3996) + data[4096:], "damaged"),
    "DuckDB of a later version": ("a.duckdb", lambda data: data[:12] + b"\xff\x0f" + data[14:], "another version"),
    "DuckDB with both headers destroyed": (
        "a.duckdb",
        lambda data: data[:4096] + bytes(8192) + data[12288:],
        "damaged",
    ),
    "DuckDB cut": ("a.duckdb", cut(0.01), "damaged"),
}


def broken(tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> Path:
    path = tmp_path / name
    WHOLE[name](path)
    path.write_bytes(damage(path.read_bytes()))
    return path


def named(table: Table) -> list[str]:
    return [header.name for header in table.headers]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_source_is_refused_in_a_sentence_that_names_the_file_and_no_cell(what: str, tmp_path: Path) -> None:
    name, damage, sentence = BROKEN[what]
    path = broken(tmp_path, name, damage)
    with pytest.raises(InputError, match=sentence) as refused:
        read(path)
    said = str(refused.value)
    assert said.startswith(name)
    assert ";" in said, "the way out stands behind what is wrong"
    assert CELL not in said
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("name", WHOLE)
def test_the_same_source_is_read_where_it_is_whole(name: str, tmp_path: Path) -> None:
    path = broken(tmp_path, name, lambda data: data)
    assert named(read(path)) == NAMES
    if name not in {"a.csv.gz", "a.xlsx", "a.duckdb"}:  # where cells are packed they are there all the same
        assert CELL.encode() in path.read_bytes()


def test_a_folder_whose_files_differ_or_of_which_one_is_broken_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(TEXT)
    assert named(read(folder)) == NAMES  # the control
    (folder / "b.csv").write_text(TEXT.replace("kWh", "MWh", 1))
    with pytest.raises(InputError, match=r"b\.csv and a\.csv do not have the same columns") as refused:
        read(folder)
    (folder / "b.csv").unlink()
    broken(folder, "a.parquet", less(8))
    with pytest.raises(InputError, match=r"a\.parquet: .*damaged") as also:
        read(folder)
    assert CELL not in f"{refused.value}{also.value}"


ONLY_NAMES: dict[str, Callable[[Path], object]] = {
    "a.csv": lambda path: path.write_text("stamp,kWh,site\n"),
    "a.tsv": lambda path: path.write_text("stamp\tkWh\tsite\n"),
    "a.sqlite": lambda path: lite_of_no_row(path),
    "a.xlsx": lambda path: sheet_of_no_row(path),
}


def lite_of_no_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE t (stamp TEXT, kWh REAL, site TEXT)")


def sheet_of_no_row(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    book.save(path)


@pytest.mark.parametrize("name", ONLY_NAMES)
def test_names_without_a_row_below_are_left_to_a_person(name: str, tmp_path: Path) -> None:
    ONLY_NAMES[name](tmp_path / name)
    found = read(tmp_path / name)
    assert found.headless is None
    assert named(found) == NAMES
    assert "no row below" in (found.doubt or "")


def damaged(data: bytes, chance: random.Random) -> bytes:
    at, size = chance.randrange(len(data)), chance.choice((1, 8, 100, 4096))
    match chance.randrange(4):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + bytes(len(data[at : at + size])) + data[at + size :]
        case 2:
            return data[:at] + b"\xff" * len(data[at : at + size]) + data[at + size :]
        case _:
            return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


@pytest.mark.parametrize("name", WHOLE)
def test_a_source_damaged_anywhere_is_read_or_refused_and_never_a_defect(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole = broken(tmp_path, name, lambda data: data).read_bytes()
    said = []
    for _ in range(60):
        (tmp_path / name).write_bytes(damaged(whole, chance))
        try:
            read(tmp_path / name)
        except InputError as error:
            said.append(str(error))
    assert said, "the control: some of the damage is noticed"
    assert [each for each in said if CELL in each or name not in each] == []


def test_damage_that_once_was_a_defect_is_refused(tmp_path: Path) -> None:
    path = broken(tmp_path, "a.feather", lambda data: data[:-400] + data[-400:].replace(b"kWh", b"\xff\xfe\xff"))
    with pytest.raises(InputError, match="cut short or damaged"):
        read(path)
