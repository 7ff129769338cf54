"""Delimited text: encoding, delimiter, quote, decimal mark, header row and local types come from the first rows."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from headgate.headers import Delimited, JsonLines, LocalType, Table, read

DAY, NUMBER, INTEGER, TEXT, EMPTY = (
    LocalType.DATE,
    LocalType.NUMBER,
    LocalType.INTEGER,
    LocalType.TEXT,
    LocalType.EMPTY,
)
MOMENT = LocalType.DATETIME


def table(folder: Path, content: str | bytes, name: str = "plant.csv") -> Table:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)


def names(found: Table) -> list[str]:
    return [header.name for header in found.headers]


def types(found: Table) -> list[LocalType]:
    return [header.local_type for header in found.headers]


LAYOUTS = {
    "comma": ("a,b\n1,2.5\n", Delimited("utf-8", ",", '"', ".", 1)),
    "semicolon and decimal comma": ("a;b\n1;2,5\n", Delimited("utf-8", ";", '"', ",", 1)),
    "decimal comma in quotes": ('a,b\n"1","2,5"\n', Delimited("utf-8", ",", '"', ",", 1)),
    "comma in a name": ("Datum;Wert, kWh\n01.02.2018;3,17\n", Delimited("utf-8", ";", '"', ",", 1)),
    "tab": ("a\tb\nx, y\t2.5\n", Delimited("utf-8", "\t", '"', ".", 1)),
    "bar": ("a|b\nx, y|2.5\n", Delimited("utf-8", "|", '"', ".", 1)),
    "single quotes": ("'a','b'\n'x, y','z'\n", Delimited("utf-8", ",", "'", ".", 1)),
    "a quote that never closes": ('a,b\n1,"x\n2,y\n3,z\n', Delimited("utf-8", ",", "", ".", 1)),
    "a quote that never closes, twice": ('a,b\n1,"x\n2,y\na,b\n1,"x\n2,y\n', Delimited("utf-8", ",", "", ".", 1)),
    "a cell of several lines": ('a,b\n1,"x, y\nz, w"\n2,"v\n\nu, t"\n', Delimited("utf-8", ",", '"', ".", 1)),
    "quotes within quotes": ('a,b\n"5" pipe",1\n"6, long",2\n', Delimited("utf-8", ",", '"', ".", 1)),
    "a long cell at the cut": (
        "a,b\n1,x\n" + '2,"' + "line of text, with a comma\n" * 4_000 + '"\n' + '3,"y\nz"\n' * 150_000,
        Delimited("utf-8", ",", '"', ".", 1),
    ),
    "inches": ('a,b\n5" pipe,1\n6" pipe,2\n', Delimited("utf-8", ",", '"', ".", 1)),
    "Excel's hint": ("sep=;\na;b\n1;2,5\n", Delimited("utf-8", ";", '"', ",", 2)),
    "byte order mark": (b"\xef\xbb\xbfa,b\n1,2\n", Delimited("utf-8-sig", ",", '"', ".", 1)),
    "UTF-16 with its mark": ("a,b\n1,2\n".encode("utf-16"), Delimited("utf-16", ",", '"', ".", 1)),
    "UTF-16 without one": ("a,b\n1,2\n".encode("utf-16-le"), Delimited("utf-16-le", ",", '"', ".", 1)),
    "Windows-1252": ("a,é\n1,2\n".encode("cp1252"), Delimited("cp1252", ",", '"', ".", 1)),
    "an accent far below": (b"a,b\n" + b"1,2\n" * 300_000 + b"\xe9,3\n", Delimited("cp1252", ",", '"', ".", 1)),
    "old Macintosh line ends": ("a,b\r1,2\r3,4\r", Delimited("utf-8", ",", '"', ".", 1)),
    "no line end": ("a,b", Delimited("utf-8", ",", '"', ".", 1)),
    "a name over two lines": ('"a\nb",c\n1,2\n', Delimited("utf-8", ",", '"', ".", 2)),
    "a title": ("Energy 2019\nby X\n\na,b,c\n1,2,3\n4,5,6\n", Delimited("utf-8", ",", '"', ".", 4)),
    "a padded title": ("Energy 2019,,\n,,\na,b,c\n1,2,3\n", Delimited("utf-8", ",", '"', ".", 3)),
    "comments": ("# a, b, c\n# d\na,b,c\n1,2,3\n4,5,6\n", Delimited("utf-8", ",", '"', ".", 3)),
    "names behind a hash": ("#a,b,c\n2019-01-01,2.5,3\n2019-01-02,5.5,6\n", Delimited("utf-8", ",", '"', ".", 1)),
    "gzip": (gzip.compress(b"a,b\n1,2\n"), Delimited("utf-8", ",", '"', ".", 1)),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_the_layout_is_found(tmp_path: Path, case: str) -> None:
    content, layout = LAYOUTS[case]
    found = table(tmp_path, content)
    assert found.layout == layout
    assert found.headless is None


NAMES = {
    "as found": ("a, b ,a\n1,2,3\n", ["a", " b ", "a"]),
    "blank in the middle": ("a,,b\n1,,2\n", ["a", "", "b"]),
    "blank over values": ("a,b,\n1,2,x\n", ["a", "b", ""]),
    "delimiter at each end": ("a,b,\n1,2,\n3,4,\n", ["a", "b"]),
    "delimiter at the ends of the rows": ("a,b\n1,2,\n3,4,\n", ["a", "b"]),
    "running number without a name": ("a,b\n1,0.5,x\n2,0.7,y\n3,0.9,z\n", ["", "a", "b"]),
    "index without a name": (",b\nx,Anna\ny,Bob\n", ["", "b"]),
    "rows of other lengths": ("a,b,c\n1,2\n3,4,5,6\n7,8,9\n1,2,3\n", ["a", "b", "c"]),
    "hidden marks": ("te\u202emp,ze\u200bro\n1,2\n", ["te\u202emp", "ze\u200bro"]),
    "10 kB": (f"{'x' * 10_240},b\n1,2\n", ["x" * 10_240, "b"]),
    "years": ("country,2019,2020\nA,3.5,4\nB,4,4.5\n", ["country", "2019", "2020"]),
    "one column": ("kWh\n1\n2\n", ["kWh"]),
    "brackets": ("[kWh],{x}\n1,2\n", ["[kWh]", "{x}"]),
}


@pytest.mark.parametrize("case", NAMES)
def test_names_are_the_exact_text_of_the_source(tmp_path: Path, case: str) -> None:
    content, expected = NAMES[case]
    assert names(table(tmp_path, content)) == expected


TYPES = {
    "01/02/2018 00:15": MOMENT,
    "2018-02-01T00:15:00Z": MOMENT,
    "1/31/2018 1:15 PM": MOMENT,
    "31.01.2018 00:15": MOMENT,
    "01-Jan-2018 13:00": MOMENT,
    "20180131T001500Z": MOMENT,
    "2018-02-01": DAY,
    "5 janv. 2018": DAY,
    "Jan 5 2018": DAY,
    "14h30": LocalType.TIME,
    "24:00": LocalType.TIME,
    "12": INTEGER,
    "-3": INTEGER,
    "3.17": NUMBER,
    "1e-5": NUMBER,
    "True": LocalType.BOOLEAN,
    "no": LocalType.BOOLEAN,
    "ND": EMPTY,
    "": EMPTY,
    "01234": TEXT,
    "32/13/2018": TEXT,
    "25:00": TEXT,
    "A1": TEXT,
    "1" * 30: TEXT,
}


@pytest.mark.parametrize("cell", TYPES)
def test_the_local_type_is_read_off_the_cells(tmp_path: Path, cell: str) -> None:
    assert types(table(tmp_path, f"a;b\nx;{cell}\ny;{cell}\n")) == [TEXT, TYPES[cell]]


def test_a_decimal_comma_and_grouped_thousands_are_numbers(tmp_path: Path) -> None:
    assert types(table(tmp_path, "a;b\n1.234,5;3\n-2,25;1.000\n")) == [NUMBER, INTEGER]


@pytest.mark.parametrize(
    ("cells", "local"),
    [
        (["1", "2", "2.5"], NUMBER),
        (["2019-01-01", "2019-01-01 00:15"], MOMENT),
        (["1"] * 19 + ["a notice below the table"], INTEGER),
        (["1"] * 8 + ["a"] * 2, TEXT),
    ],
)
def test_cells_of_several_types_give_the_type_of_nearly_all(tmp_path: Path, cells: list[str], local: LocalType) -> None:
    rows = "".join(f"x;{cell}\n" for cell in cells)
    assert types(table(tmp_path, "a;b\n" + rows))[1] is local


def test_names_without_rows_are_a_table_of_empty_columns(tmp_path: Path) -> None:
    assert types(table(tmp_path, "timestamp,kWh\r\n")) == [EMPTY, EMPTY]


@pytest.mark.parametrize("title", ["", "Energy report\n\n"])
def test_a_first_row_of_data_gives_no_name_and_counts_as_data(tmp_path: Path, title: str) -> None:
    rows = "2019-01-01,3.25,Ballineen\n" + "2019-01-02,4.25,Cork\n" * 3
    found = table(tmp_path, title + rows)
    assert found.headless
    assert names(found) == ["column 1", "column 2", "column 3"]
    assert types(found) == [DAY, NUMBER, TEXT]
    assert isinstance(found.layout, Delimited)
    assert found.layout.skip == title.count("\n")
    assert "Ballineen" not in repr(found)
    assert "3.25" not in repr(found)
    named = table(tmp_path, title + "when,kWh,Ballineen\n" + rows)
    assert named.headless is None
    assert "Ballineen" in repr(named)  # the control: as a name it would be shown


def test_names_a_person_gave_stand_in_place_of_those_found(tmp_path: Path) -> None:
    found = table(tmp_path, "2019-01-01,3.25\n2019-01-02,4.25\n")
    given = read(found.path, names=["when", "kWh"])
    assert names(given) == ["when", "kWh"]
    assert given.headless is None
    assert (given.layout, types(given)) == (found.layout, types(found))


@pytest.mark.timeout(60)
def test_twenty_thousand_columns_are_read(tmp_path: Path) -> None:
    content = ",".join(f"name {n}" for n in range(20_000)) + "\n" + (",".join(["1.5"] * 20_000) + "\n") * 100
    path = tmp_path / "wide.csv"
    path.write_text(content)
    assert len(read(path).headers) == 20_000


def test_only_the_beginning_of_a_large_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"when,kWh\n" + b"2019-01-01 00:15,3.25\n" * 60_000)
        file.truncate(1 << 30)  # a hole of zeros: read, it would be binary
    assert types(read(path)) == [MOMENT, NUMBER]


def test_keys_of_json_lines_are_names_as_they_appear(tmp_path: Path) -> None:
    content = '{"a": 1, "b": {"c": 2}, "d": null}\n\n{"a": 2.5, "e": "2019-01-01", "f": true}\n'
    found = table(tmp_path, content, "plant.jsonl")
    assert found.layout == JsonLines(("a", "b", "d", "e", "f"))
    assert types(found) == [NUMBER, TEXT, EMPTY, DAY, LocalType.BOOLEAN]
    assert found.headless is None
