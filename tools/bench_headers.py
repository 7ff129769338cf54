"""Measure what the headers of large sources take: the work beside a bare start, and how many bytes are read for it."""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

GIGABYTE = 10**9
# In a process of its own, as in the cell: what is imported for the kind counts, the interpreter's start does not.
READING = """
import sys, time
from pathlib import Path
begun = time.perf_counter()
from headgate.headers import read
before = int(Path("/proc/self/io").read_text().split()[1])
started = time.perf_counter()
found = read(Path(sys.argv[1]))
took = time.perf_counter() - started
print(took, int(Path("/proc/self/io").read_text().split()[1]) - before, len(found.headers))
"""


def repeated(path: Path, start: str, rows: Callable[[int], str], end: str = "") -> None:
    """A gigabyte of rows."""
    block = "".join(rows(number) for number in range(2000))
    with path.open("w", encoding="utf-8") as file:
        file.write(start)
        for _ in range(GIGABYTE // len(block)):
            file.write(block)
        file.write(end)


def stamp(number: int) -> str:
    return f"2026-01-{number // 96 % 28 + 1:02d} {number // 4 % 24:02d}:{number % 4 * 15:02d}"


def as_json(number: int) -> str:
    return json.dumps({"timestamp": stamp(number), "Usage_kWh": number * 1.25, "site": "north"})


def lite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE t (timestamp TEXT, Usage_kWh REAL, note TEXT)")
        rows = ((stamp(number), number * 1.25, "x" * 200) for number in range(4_000_000))
        made.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)


def duck(path: Path) -> None:
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE t AS SELECT random() AS a, random() AS b, n FROM range(60000000) AS r(n)")


def wide(rows: int) -> pa.Table:
    chance = random.Random(1)
    return pa.table({f"meter {n} kWh": [chance.random() for _ in range(rows)] for n in range(5000)})


def wide_csv(path: Path) -> None:
    row = ",".join(f"{random.Random(1).random():.3f}" for _ in range(5000))
    path.write_text("\n".join([",".join(f"meter {n} kWh" for n in range(5000)), *[row] * 3000, ""]))


SOURCES: dict[str, Callable[[Path], object]] = {
    "a CSV, 4 columns": lambda path: repeated(
        path, "timestamp,Usage_kWh,count,site\n", lambda n: f"{stamp(n)},{n * 1.25},{n},north\n"
    ),
    "JSON lines, 3 keys": lambda path: repeated(path, "", lambda n: as_json(n) + "\n"),
    "a JSON array, 3 keys": lambda path: repeated(path, "[" + as_json(0), lambda n: "," + as_json(n), "]"),
    "SQLite, 3 columns": lite,
    "DuckDB, 3 columns": duck,
    "a CSV, 5,000 columns": wide_csv,
    "Parquet, 5,000 columns": lambda path: pyarrow.parquet.write_table(wide(1000), path),
    "Feather, 5,000 columns": lambda path: pyarrow.feather.write_feather(wide(1000), path, compression="uncompressed"),
}


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Each line of the table: what, its size, the seconds of work, the bytes that were read for it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, make in SOURCES.items():
            path = Path(folder) / "source"
            make(path)
            said = [
                subprocess.run(
                    [sys.executable, "-c", READING, str(path)], check=True, capture_output=True, text=True
                ).stdout.split()
                for _ in range(5)
            ]
            took = statistics.median(float(each[0]) for each in said)
            read = int(said[-1][1])
            yield name, f"{path.stat().st_size / 1e6:,.0f} MB", f"{took:.2f} s", f"{read / 1e6:.2f} MB"
            path.unlink()


def section() -> str:
    """The section of docs/benchmarks.md."""
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows())
    return f"""## Headers of large sources

`python tools/bench_headers.py` measures this part alone: the work of reading headers and local types, without the start
of a process, and the bytes read for it, which do not grow with the source. Text that begins in plain ASCII is searched
for its encoding as far as 32 MiB; rows are looked at as far as 1 MiB. What is mapped into memory (Feather) is not
counted.

| source | size | work | read |
|---|---|---|---|
{table}
"""


if __name__ == "__main__":
    print(section())
