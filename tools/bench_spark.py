"""Measure a plan on a Spark cluster of this machine beside the same analysis written by hand in PySpark."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from bench_scans import GENERATED, METERS, _opened, _planned

sys.path.insert(0, str(Path(__file__).parents[1]))

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from tests import spark_server

from headgate.engines.kinds import RUNNERS
from headgate.engines.spark import Spark
from headgate.engines.spark_connect import Client
from headgate.headers.cluster import cluster
from headgate.sandbox.connection import connected

ROWS = 500_000


def section() -> str:
    """The part of docs/benchmarks.md on Spark: one worker with one core, rows cached on both sides."""
    with tempfile.TemporaryDirectory() as folder, spark_server.spark() as server:
        path = Path(folder) / "rows.parquet"
        duckdb.execute(
            GENERATED.format(meters=METERS, rows=ROWS, per_shift=METERS * 480, per_mode=METERS * 60, path=path)
        )
        place = cluster(server.url)
        engine = Spark(Client(connected((place.host, place.port)), place))
        with _opened(path, Path(folder)) as here, here.moved(engine) as frame:
            plan = _planned(frame)
            analyses = {each.kind: each for each in plan.analyses if each.kind in _BY_HAND}
            ours = {
                kind: _median(lambda kind=kind: RUNNERS[kind](frame.under(plan.meanings), analyses[kind]))
                for kind in _BY_HAND
            }
        session = SparkSession.builder.remote(server.url).getOrCreate()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        rows = session.read.parquet(str(path)).toDF(*(f"c{at}" for at in range(1, 9))).cache()
        rows.count()
        theirs = {kind: _median(lambda kind=kind: _BY_HAND[kind](rows)) for kind in _BY_HAND}
        session.stop()
    pairs = {kind: (ours[kind], theirs[kind]) for kind in _BY_HAND}
    lines = "\n".join(f"| `{kind}` | {a:.2f} s | {b:.2f} s | {a / b:.2f} |" for kind, (a, b) in pairs.items())
    return f"""## {ROWS:,} generated rows on Spark

A standalone master, one worker with one core for the session and a Spark Connect server on this machine; rows cached on
both sides, medians of five (target 1.1). By hand: PySpark over Spark Connect, with `toArrow` at the end.

| kind | here | PySpark by hand | ratio |
|---|---|---|---|
{lines}
"""


def _trend(rows: DataFrame) -> None:
    kept = rows.where(f.col("c1").isNotNull() & f.col("c3").isNotNull())
    rows.agg(f.min("c1"), f.max("c1")).toArrow()
    week = f.date_trunc("week", "c1").alias("w")
    kept.groupBy(week).agg(f.sum("c3"), f.min("c1"), f.max("c1")).orderBy("w").toArrow()


def _pivot(rows: DataFrame) -> None:
    kept = rows.where(f.col("c3").isNotNull()).select(
        f.coalesce("c2", f.lit("(blank)")).alias("a"), f.coalesce("c8", f.lit("(blank)")).alias("d"), "c3"
    )
    kept.agg(f.countDistinct("a"), f.countDistinct("d")).toArrow()
    kept.groupBy("a", "d").agg(f.sum("c3"), f.count("*"), f.sum(f.abs("c3"))).toArrow()


_BY_HAND: dict[str, Callable[[DataFrame], None]] = {"trend": _trend, "pivot_heatmap": _pivot}


def _median(work: Callable[[], object], runs: int = 5) -> float:
    work()
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    print(section())
