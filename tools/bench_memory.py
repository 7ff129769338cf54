"""Measure the memory of the cell on a text file three times as large as what it is allowed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from bench_scans import GENERATED, METERS

ROWS = 58_000_000
ALLOWED = 1_000_000_000


def section() -> str:
    """The part of docs/benchmarks.md on memory: the whole command, the peak of the largest of its processes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        made = GENERATED.format(meters=METERS, rows=ROWS, per_shift=METERS * 480, per_mode=METERS * 60, path=path)
        duckdb.execute(made.replace("(FORMAT parquet)", "(FORMAT csv, HEADER)"))
        size = path.stat().st_size
        env = {**os.environ, "HEADGATE_HOME": f"{folder}/home", "HEADGATE_MEMORY": f"{ALLOWED / 1e9:g}GB"}
        env |= {"TMPDIR": folder}
        command = [sys.executable, "-m", "headgate", "analyse", str(path), "--approve", "clean"]
        begun = time.perf_counter()
        with Path(folder, "said").open("wb") as said:
            ran = subprocess.Popen([*command, "--out", f"{folder}/out"], stdout=said, stderr=said, env=env)
            _, status, used = os.wait4(ran.pid, 0)
        taken = time.perf_counter() - begun
        if status:
            raise RuntimeError(Path(folder, "said").read_text(encoding="utf-8"))
    peak = used.ru_maxrss * 1024  # of the command or the largest process below it
    return f"""## Memory

`HEADGATE_MEMORY={ALLOWED / 1e9:g}GB headgate analyse` on a CSV of {size / 1e9:.1f} GB ({ROWS // 1_000_000} million
rows), report and all, in {taken:.0f} s: the largest process took {peak / 1e9:.2f} GB, {peak / ALLOWED:.2f} times what
it was allowed (target 1.2).
"""


if __name__ == "__main__":
    print(section())
