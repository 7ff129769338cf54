"""The headers of a large source take no more bytes than those of a small one: no row is read that is not looked at."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from headgate.headers import read

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bytes a process has read are counted by Linux")
ROW = {"stamp": "2026-01-01 00:00", "kWh": 1.5, "n": 1}
MIB = 1 << 20


def text(start: str, line: str) -> bytes:
    return (start + line * (2 * MIB // len(line))).encode()


def filled(path: Path, start: bytes, factor: int) -> None:
    """The file is so many times 40 MiB, of which only the start takes room on the disk: the rest is a hole."""
    path.write_bytes(start)
    with path.open("r+b") as file:
        file.truncate(40 * MIB * factor)


def csv(path: Path, factor: int) -> None:
    filled(path, text("stamp,kWh,n\n", "2026-01-01 00:00,1.5,1\n"), factor)


def json_lines(path: Path, factor: int) -> None:
    filled(path, text("", json.dumps(ROW) + "\n"), factor)


def json_array(path: Path, factor: int) -> None:
    filled(path, text("[" + json.dumps(ROW), "," + json.dumps(ROW)), factor)


def arrow(factor: int) -> pa.Table:
    return pa.Table.from_pylist([ROW] * 1000 * factor)


def parquet(path: Path, factor: int) -> None:
    pyarrow.parquet.write_table(arrow(factor), path, use_dictionary=False, compression=None)


def feather(path: Path, factor: int) -> None:
    pyarrow.feather.write_feather(arrow(factor), path, compression="uncompressed")


def lite(path: Path, factor: int) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE t (stamp TEXT, kWh REAL, n INTEGER)")
        made.executemany("INSERT INTO t VALUES (?, ?, ?)", [tuple(ROW.values())] * 2000 * factor)


def duck(path: Path, factor: int) -> None:
    with duckdb.connect(str(path)) as made:
        rows = f"range({60_000 * factor}) AS r(n)"
        made.execute(f"CREATE TABLE t AS SELECT now()::TIMESTAMP AS stamp, random() AS kWh, n FROM {rows}")


KINDS: dict[str, Callable[[Path, int], None]] = {
    "csv": csv,
    "jsonl": json_lines,
    "json": json_array,
    "parquet": parquet,
    "feather": feather,
    "sqlite": lite,
    "duckdb": duck,
}


def bytes_read() -> int:
    """What this process has asked the system to read so far (proc(5), rchar)."""
    return int(Path("/proc/self/io").read_text().split()[1])


def taken(path: Path) -> int:
    read(path)  # so that what is imported is not counted
    before = bytes_read()
    assert [header.name for header in read(path).headers] == list(ROW)
    return bytes_read() - before


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_ten_times_as_large_takes_hardly_a_byte_more(kind: str, tmp_path: Path) -> None:
    small, large = tmp_path / f"small.{kind}", tmp_path / f"large.{kind}"
    KINDS[kind](small, 1)
    KINDS[kind](large, 10)
    assert large.stat().st_size > 4 * small.stat().st_size
    assert taken(large) < taken(small) + MIB // 2
    before = bytes_read()
    large.read_bytes()
    assert bytes_read() - before >= large.stat().st_size  # the control: who reads it all is seen to


def test_of_a_text_the_rows_looked_at_are_few_and_the_rest_is_seen_for_its_encoding_alone(tmp_path: Path) -> None:
    json_array(tmp_path / "a.json", 10)
    csv(tmp_path / "a.csv", 10)
    assert taken(tmp_path / "a.json") < 2 * MIB
    assert taken(tmp_path / "a.csv") < 35 * MIB  # a file that begins in plain ASCII may not go on so


def test_five_thousand_columns_of_parquet_take_the_footer_alone(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    columns = {f"meter {n} kWh": pa.array([0.5] * 1000) for n in range(5000)}
    pyarrow.parquet.write_table(pa.table(columns), path, use_dictionary=False, compression=None)
    assert len(read(path).headers) == 5000
    before = bytes_read()
    read(path)
    assert bytes_read() - before < path.stat().st_size // 10
