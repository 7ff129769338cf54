"""JSON arrays, Feather, SQLite, DuckDB and folders: the same table in each gives the same names and types."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest

from headgate.errors import InputError
from headgate.headers import Duck, Feather, Folder, JsonArray, Layout, LocalType, Sqlite, read

ROWS = [{"stamp": f"2026-01-01 {hour:02d}:00", "Usage_kWh": hour * 1.5, "count": hour} for hour in range(24)]
TABLE = pa.Table.from_pylist(ROWS)
TYPES = [LocalType.DATETIME, LocalType.NUMBER, LocalType.INTEGER]


def json_array(path: Path) -> None:
    path.write_text(json.dumps(ROWS, indent=1), encoding="utf-8-sig")


def feather(path: Path) -> None:
    pyarrow.feather.write_feather(TABLE, path)


def sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute('CREATE TABLE "plant ""A"" data" (stamp TEXT, Usage_kWh REAL, count INTEGER)')
        made.executemany('INSERT INTO "plant ""A"" data" VALUES (?, ?, ?)', [tuple(row.values()) for row in ROWS])


def duck(path: Path) -> None:
    with duckdb.connect(str(path)) as made:
        made.register("rows", TABLE)
        made.execute("CREATE SCHEMA works")
        made.execute("CREATE TABLE works.meter AS SELECT stamp::TIMESTAMP AS stamp, Usage_kWh, count FROM rows")


def folder(path: Path) -> None:
    path.mkdir()
    for name in ("2026-02.csv", "2026-01.csv"):
        pyarrow.csv.write_csv(TABLE, path / name)
    (path / ".hidden").write_text("not a table")
    (path / "sub").mkdir()


MADE: dict[str, tuple[Callable[[Path], None], type[Layout]]] = {
    "array.json": (json_array, JsonArray),
    "plant.feather": (feather, Feather),
    "plant.sqlite": (sqlite, Sqlite),
    "plant.duckdb": (duck, Duck),
    "plant": (folder, Folder),
}


@pytest.mark.parametrize("name", MADE)
def test_each_kind_of_source_gives_its_names_and_types(tmp_path: Path, name: str) -> None:
    make, layout = MADE[name]
    make(tmp_path / name)
    found = read(tmp_path / name)
    assert [header.name for header in found.headers] == ["stamp", "Usage_kWh", "count"]
    types = [header.local_type for header in found.headers]
    # A schema that says text is believed here; the engine looks at the rows.
    assert types == ([LocalType.TEXT, *TYPES[1:]] if layout is Feather else TYPES)
    assert isinstance(found.layout, layout)
    assert found.headless is None


def test_the_parts_of_a_folder_follow_their_names(tmp_path: Path) -> None:
    folder(tmp_path / "plant")
    layout = read(tmp_path / "plant").layout
    assert isinstance(layout, Folder)
    assert [part.name for part in layout.parts] == ["2026-01.csv", "2026-02.csv"]


def test_a_database_with_several_tables_wants_one_named(tmp_path: Path) -> None:
    path = tmp_path / "plant.sqlite"
    sqlite(path)
    with closing(sqlite3.connect(path)) as made, made:
        made.execute('CREATE VIEW totals AS SELECT sum(Usage_kWh) AS total_kWh FROM "plant ""A"" data"')
    with pytest.raises(InputError, match=r"name one with --table: .*totals"):
        read(path)
    with pytest.raises(InputError, match=r"no table 'meter'"):
        read(path, "meter")
    assert [header.name for header in read(path, "totals").headers] == ["total_kWh"]


def test_files_of_different_names_are_no_table(tmp_path: Path) -> None:
    folder(tmp_path / "plant")
    pyarrow.parquet.write_table(TABLE.rename_columns(["stamp", "Usage_MWh", "count"]), tmp_path / "plant" / "b.parquet")
    with pytest.raises(InputError, match=r"b\.parquet and 2026-01\.csv do not have the same columns"):
        read(tmp_path / "plant")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="holds 0 files"):
        read(empty)


def test_one_file_of_data_makes_the_whole_folder_headless(tmp_path: Path) -> None:
    made = tmp_path / "plant"
    made.mkdir()
    for number in range(2):
        (made / f"{number}.csv").write_text("2026-01-01 00:00,1.5,2\n2026-01-01 01:00,1.6,3\n2026-01-01 02:00,1.7,4\n")
    found = read(made)
    assert found.headless is not None
    assert [header.name for header in found.headers] == ["column 1", "column 2", "column 3"]


@pytest.mark.parametrize(("name", "make", "beside"), [("a.sqlite", sqlite, "-wal"), ("a.duckdb", duck, ".wal")])
def test_a_database_that_is_being_written_is_refused(
    tmp_path: Path, name: str, make: Callable[[Path], None], beside: str
) -> None:
    make(tmp_path / name)
    (tmp_path / (name + beside)).write_bytes(b"changes")
    with pytest.raises(InputError, match="not in it yet"):
        read(tmp_path / name)


def test_reading_a_database_makes_no_file_beside_it(tmp_path: Path) -> None:
    sqlite(tmp_path / "a.sqlite")
    duck(tmp_path / "a.duckdb")
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    for name in list(before):
        read(tmp_path / name)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_a_json_array_of_one_long_line_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    path.write_text(json.dumps([{"a": "x" * 1000, "b": n} for n in range(3000)]), encoding="utf-8")
    assert path.stat().st_size > 1 << 20
    assert [header.local_type for header in read(path).headers] == [LocalType.TEXT, LocalType.INTEGER]


def test_no_rule_approves_the_names_of_a_database_that_took_a_row_of_data_for_names(tmp_path: Path) -> None:
    path = tmp_path / "imported.sqlite"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute('CREATE TABLE t ("2026-01-01 00:00" TEXT, "12.5" TEXT, "Wexmoor" TEXT)')
        made.executemany(
            "INSERT INTO t VALUES (?, ?, ?)", [(f"2026-01-01 {n:02d}:00", f"{n}.5", "Hexley") for n in range(1, 9)]
        )
        made.execute("CREATE TABLE empty (stamp TEXT, energy REAL)")
    assert read(path, "t").doubt is not None
    assert "no row below" in (read(path, "empty").doubt or "")
    sqlite(tmp_path / "plain.sqlite")  # the control
    assert read(tmp_path / "plain.sqlite").doubt is None
