"""What is no table is refused with one sentence that names the file and the way out, and no cell of it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from headgate.errors import InputError
from headgate.headers import read

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
CELL = "Ballineen"

REFUSED = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b" \n\n\t\n", "is empty"),
    "mark.csv": (b"\xef\xbb\xbf", "is empty"),
    "commas.csv": (b",,,\n,,\n", "holds no column names"),
    "binary.csv": (bytes(range(256)) * 40, "is binary"),
    "zero.csv": (b"a,b\n1,\x002\n", "is binary"),
    "shift-jis.csv": ("日付,電力量\n2019-01-01,3\n".encode("shift-jis"), "save it as UTF-8"),
    "cyrillic.csv": ("Дата;Энергия\n2019-01-01;3\n".encode("cp1251"), "save it as UTF-8"),
    "utf-16.csv": ("a;b\n".encode("utf-16") + b"\x00\xd8\x00", "save it as UTF-8"),
    "cut.xlsx": (b"PK\x03\x04" + b"\x14" * 300, "cut short or damaged"),
    "cut.parquet": (b"PAR1" + b"\x15" * 300, "cut short or damaged"),
    "cut.csv.gz": (gzip.compress(os.urandom(9000))[:4000], "cut short or damaged"),
    "parquet.gz": (gzip.compress(b"PAR1 and more"), "unpack it first"),
    "old.xls": (OLE + bytes(600), "save it as .xlsx"),
    "locked.xlsx": (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "page.xls": (b"<html><table><tr><td>a</td></tr></table>", "web page"),
    "report.pdf": (b"%PDF-1.7\n", "PDF"),
    "store.db": (b"SQLite format 3\x00" + bytes(80), "SQLite database is damaged"),
    "store.duckdb": (bytes(8) + b"DUCK" + bytes(80), "DuckDB database is damaged"),
    "old.feather": (b"FEA1" + bytes(80), "version 1"),
    "cut.feather": (b"ARROW1" + bytes(80), "cut short or damaged"),
    "numbers.json": (b"[1, 2]", "is not an object"),
    "rows.json": (b"[[1, 2]]", "is not an object"),
    "empty.json": (b"[]", "holds no objects"),
    "cut.json": (b'[{"a": 1}, {"a": ', "item 2 of the array is not JSON"),
    "latin.json": ('[{"Z\u00e4hler": 1}]'.encode("latin-1"), "not in UTF-8"),
    "half.json": (b'[{"\\ud800": 1}]', "half a character"),
    "pretty.json": (b'{\n "a": 1\n}\n', "one JSON object a line"),
    "number.jsonl": (b'{"a": 1}\n5\n', "line 2 is not a JSON object"),
    "nothing.jsonl": (b"{}\n{}\n", "has no columns"),
    "half.jsonl": (b'{"\\ud800": 1}\n', "half a character"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_the_file_and_the_way_out(tmp_path: Path, name: str) -> None:
    content, sentence = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as refused:
        read(path)
    assert name in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_paths_that_lead_to_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for path, sentence in (
        (tmp_path / "missing.csv", "no such file"),
        (tmp_path / "pipe.csv", "not a regular file"),
        (tmp_path / "loop.csv", "cannot be read"),
        (tmp_path / ("x" * 300), "cannot be read"),
        (Path("a\0b"), "not one that a file can have"),
    ):
        with pytest.raises(InputError, match=sentence):
            read(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        read(path)


def test_a_refusal_holds_no_cell(tmp_path: Path) -> None:
    lines = [json.dumps({"site": CELL}), f'{{"site": {CELL}']
    path = tmp_path / "broken.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError) as refused:
        read(path)
    assert CELL not in str(refused.value)
    assert CELL in path.read_text()  # the control: the cell was there to be told


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Meters"
    book.active.append(["when", "kWh"])
    book.create_sheet("Notes")
    path = tmp_path / "plant.xlsx"
    book.save(path)
    with pytest.raises(InputError, match=r"no sheet 'Meter'; choose one of 'Meters', 'Notes'"):
        read(path, sheet="Meter")
    with pytest.raises(InputError, match="'Notes' is empty"):
        read(path, sheet="Notes")


def test_a_sheet_of_a_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plant.csv"
    path.write_text("when,kWh\n2019-01-01,3\n")
    with pytest.raises(InputError, match="has no sheets"):
        read(path, sheet="Meters")


@pytest.mark.parametrize("names", [[], ["when"], ["when", "kWh", "kW"]])
def test_names_for_another_count_of_columns_are_refused(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "plant.csv"
    path.write_text("2019-01-01,3.1\n2019-01-02,3.2\n")
    with pytest.raises(InputError, match=f"has 2 columns but {len(names)} names"):
        read(path, names=names)
