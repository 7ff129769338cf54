"""Measure speed and size beside a bare equivalent in the same run; write docs/benchmarks.md.

Every figure is a median over runs on one machine, most of all useful as the ratio in its last column.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path

import bench_gate
import bench_headers
import bench_scans
import bench_spark

ROOT = Path(__file__).parents[1]
HEADGATE = [sys.executable, "-m", "headgate"]
PANDAS = """
import pandas as pd
table = pd.read_csv({path!r})
table["date"] = pd.to_datetime(table["date"], format="%d/%m/%Y %H:%M")
table.describe(include="all"); table.corr(numeric_only=True); table.groupby("Load_Type").sum(numeric_only=True)
table.set_index("date")["Usage_kWh"].resample("D").sum()
"""

PROFILING = """
import pandas as pd
from ydata_profiling import ProfileReport
table = pd.read_csv({path!r})
table["date"] = pd.to_datetime(table["date"], format="%d/%m/%Y %H:%M")
ProfileReport(table, progress_bar=False).to_file({out!r})
"""


def seconds(command: list[str], runs: int, env: dict[str, str] | None = None) -> float:
    """The median wall-clock seconds of a command over some runs, after one that does not count."""
    taken = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=env)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def megabytes(folder: Path) -> float:
    """The size of a folder's files, in MB of 10^6 bytes, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def core_megabytes() -> float:
    """The size of an environment that holds the core install alone, made as `make demo` makes it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(Path(folder) / "bin" / "python"), "-B", "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "uninstall", "--yes", "setuptools"], check=True)
        subprocess.run(
            [*pip, "install", "--no-compile", "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True
        )
        return megabytes(Path(folder))


def profiling(folder: str, path: str) -> float:
    """The seconds ydata-profiling takes, in an environment of its own: it wants older packages than ours."""
    subprocess.run([sys.executable, "-m", "venv", f"{folder}/venv"], check=True)
    python = f"{folder}/venv/bin/python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "ydata-profiling", "setuptools<81"]
    subprocess.run(pip, check=True, capture_output=True)
    return seconds([python, "-c", PROFILING.format(path=path, out=f"{folder}/profile.html")], 3)


def alone(tool: str) -> str:
    """The section of a tool in a process of its own: a process keeps the peak of what it was forked from."""
    command = [sys.executable, str(Path(__file__).with_name(tool))]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip("\n") + "\n"


def rows() -> list[tuple[str, str, str, str]]:
    """Each line of the table: what, ours, beside what, ratio."""
    python = seconds([sys.executable, "-c", "pass"], 11)
    answered = seconds([*HEADGATE, "--help"], 11)
    with (
        tempfile.TemporaryDirectory() as folder,
        as_file(files("headgate") / "demo" / "steel_industry_15min.csv.gz") as steel,
    ):
        env = {**os.environ, "HEADGATE_HOME": f"{folder}/home"}
        whole = seconds([*HEADGATE, "analyse", str(steel), "--out", f"{folder}/report"], 5, env)
        bare = seconds([sys.executable, "-c", PANDAS.format(path=str(steel))], 5)
        profiled = profiling(folder, str(steel))
    sent = bench_gate.rows()
    size = core_megabytes()
    return [
        ("`headgate --help`", f"{answered:.2f} s", f"a bare Python start: {python:.2f} s", f"{answered / python:.1f}"),
        (
            "the whole local path on the steel table, report and charts included",
            f"{whole:.2f} s",
            f"pandas: read, describe, correlate, one group, one resample; no chart, no page: {bare:.2f} s",
            f"{whole / bare:.1f}",
        ),
        (
            "the same",
            f"{whole:.2f} s",
            f"ydata-profiling on the same file, its default report: {profiled:.2f} s (target 0.3)",
            f"{whole / profiled:.2f}",
        ),
        *sent,
        ("the core install, its environment included", f"{size:.0f} MB", "budget: 450 MB", f"{size / 450:.2f}"),
    ]


def main() -> int:
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows())
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    text = f"""# Benchmarks

Written by `make bench` on {machine}. Medians; the machine was shared.

| what | here | beside | ratio |
|---|---|---|---|
{table}

{bench_headers.section()}
{bench_scans.section()}
{alone("bench_memory.py")}
{bench_spark.section()}"""
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
