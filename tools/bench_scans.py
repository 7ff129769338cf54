"""Measure what the rows cost: 50 million generated ones, one kind and a whole report, beside SQL written by hand."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from headgate.catalogue import understand
from headgate.engines.frame import Frame, open_frame
from headgate.engines.interface import Skipped
from headgate.engines.kinds import RUNNERS
from headgate.engines.models import MODELLED
from headgate.engines.profile import refine
from headgate.engines.run import run
from headgate.headers import read
from headgate.manifest import Column
from headgate.plan import Plan, check, propose

ROWS = 50_000_000
METERS = 50
GENERATED = """COPY (SELECT TIMESTAMP '2020-01-01' + (i // {meters}) * INTERVAL 60 SECOND AS "Timestamp",
    'M' || lpad((i % {meters})::VARCHAR, 2, '0') AS "Meter",
    round(10 + 5 * sin((i // {meters}) * 6.283 / 1440) + random() * 3, 3) AS "Electricity kWh",
    round(2 + random(), 3) AS "Reactive energy kVArh",
    round(12 + 8 * sin((i // {meters}) * 6.283 / 525600) + random(), 1) AS "Outdoor temperature °C",
    round(100 * random()) AS "Units produced",
    ['A', 'B', 'C', 'D'][1 + (i // {per_shift}) % 4] AS "Shift",
    ['Normal', 'Idle', 'Peak'][1 + (i // {per_mode}) % 3] AS "Mode"
    FROM range({rows}) AS numbers(i)) TO '{path}' (FORMAT parquet)"""
LOAD = """WITH single AS (SELECT c1 AS t, c2, avg(c3) AS v FROM rows WHERE c1 IS NOT NULL AND c3 IS NOT NULL
    GROUP BY ALL),
    load AS MATERIALIZED (SELECT t, sum(v) * 60 AS kw, sum(v) AS kwh FROM single GROUP BY t)"""
BY_HAND: dict[str, tuple[str, ...]] = {
    "kpi_summary": (
        "SELECT "
        + ", ".join(
            f"sum({c}), count({c}), avg({c}), quantile_cont({c}, 0.5), min({c}), max({c}), arg_min(c1, {c}), "
            f"arg_max(c1, {c})"
            for c in ("c3", "c4", "c5", "c6")
        )
        + " FROM rows",
    ),
    "trend": (
        "SELECT date_trunc('week', c1) AS w, sum(c3), min(c1), max(c1) FROM rows "
        "WHERE c1 IS NOT NULL AND c3 IS NOT NULL GROUP BY w ORDER BY w",
    ),
    "load_profile": (
        f"{LOAD} SELECT dayofweek(t) IN (0, 6) AS part, slot, avg(kw), quantile_cont(kw, 0.1), quantile_cont(kw, 0.9), "
        "count(*) FROM (SELECT t, kw, (epoch(t)::BIGINT % 86400) // 900 AS slot FROM load) GROUP BY ALL ORDER BY ALL",
    ),
    "peak_demand": (
        f"{LOAD} SELECT t, kw FROM load ORDER BY kw DESC, t LIMIT 10",
        f"{LOAD} SELECT date_trunc('month', t) AS m, max(kw), arg_max(t, kw) FROM load GROUP BY m ORDER BY m",
    ),
    "load_heatmap": (
        f"{LOAD} SELECT t::DATE AS d, hour(t) AS h, avg(kw), sum(kwh), max(kw) FROM load GROUP BY ALL ORDER BY ALL",
    ),
    "scatter_xy": (
        "SELECT count(*), regr_slope(c3, c5), regr_intercept(c3, c5), corr(c5, c3) FROM rows "
        "WHERE c5 IS NOT NULL AND c3 IS NOT NULL",
        "SELECT c5, c3, row FROM rows WHERE (row * 48271 + 11) % 2147483647 < 858993 ORDER BY row",
    ),
    "degree_days": (
        "SELECT c1::DATE AS d, count(*), avg(c5), avg(greatest(0, 15.5 - c5)), avg(greatest(0, c5 - 18)) FROM rows "
        "WHERE c1 IS NOT NULL AND c5 IS NOT NULL GROUP BY d ORDER BY d",
    ),
    "out_of_hours": ("SELECT lower(trim(c7)) AS shift, count(*) FROM rows GROUP BY shift",),
    "breakdown": (
        "SELECT coalesce(c2, '(blank)') AS g, sum(c3) AS v, count(*) FROM rows WHERE c3 IS NOT NULL GROUP BY g "
        "ORDER BY v DESC",
    ),
    "intensity": (
        "SELECT date_trunc('week', c1) AS w, sum(c3), sum(c6), sum(c3) FILTER (c6 = 0) FROM rows "
        "WHERE c3 IS NOT NULL AND c6 IS NOT NULL GROUP BY w ORDER BY w",
    ),
    "pivot_heatmap": (
        "SELECT coalesce(c2, '(blank)') AS a, coalesce(c8, '(blank)') AS d, sum(c3), count(*) FROM rows "
        "WHERE c3 IS NOT NULL GROUP BY ALL",
    ),
    "base_load": (
        f"{LOAD} SELECT date_trunc('month', t) AS m, quantile_cont(kw, 0.05) FROM load GROUP BY ROLLUP (m) ORDER BY m",
    ),
    "load_duration": (
        f"{LOAD} SELECT place // 4000, max(kw), min(place) FROM (SELECT kw, row_number() OVER (ORDER BY kw DESC) AS "
        "place FROM load) GROUP BY 1 ORDER BY 1",
    ),
    "load_factor": (
        f"{LOAD} SELECT date_trunc('month', t) AS m, avg(kw) / max(kw), count(*) FROM load GROUP BY ROLLUP (m) "
        "ORDER BY m",
    ),
    "power_factor": (
        "WITH both AS (SELECT c1 AS t, sum(c3) AS p, sum(c4) AS q FROM rows WHERE c1 IS NOT NULL AND c3 IS NOT NULL "
        "AND c4 IS NOT NULL GROUP BY t) SELECT date_trunc('month', t) AS m, sum(p), sum(q), count(*) FILTER (p < 0.95 "
        "* sqrt(p * p + q * q)) FROM both GROUP BY ROLLUP (m) ORDER BY m",
    ),
    "timestamp_audit": (
        "SELECT count(*), min(c1), max(c1), count(*) FILTER (c1 < before) FROM (SELECT c1, lag(c1) OVER (PARTITION BY "
        "c2 ORDER BY row) AS before FROM rows)",
        "WITH stamps AS (SELECT c2, c1 AS t, count(*) AS n FROM rows GROUP BY ALL), gaps AS (SELECT t, n, epoch(t - "
        "lag(t) OVER (PARTITION BY c2 ORDER BY t)) AS gap FROM stamps) SELECT gap, count(*), sum(n) FROM gaps "
        "GROUP BY gap ORDER BY 2 DESC",
        "SELECT c1::DATE AS d, count(DISTINCT c1) FROM rows GROUP BY d ORDER BY d",
    ),
    "data_profile": (
        "SELECT "
        + ", ".join(f"count({c}), count(DISTINCT {c}), min({c}), max({c})" for c in ("c1", "c2", "c7", "c8"))
        + ", "
        + ", ".join(
            f"count({c}), count(DISTINCT {c}), min({c}), avg({c}), max({c}), quantile_cont({c}, [0.05, 0.5, 0.95])"
            for c in ("c3", "c4", "c5", "c6")
        )
        + " FROM rows",
        *(f"SELECT {c}, count(*) AS n FROM rows GROUP BY {c} ORDER BY n DESC LIMIT 20" for c in ("c2", "c7", "c8")),
        *(f"SELECT floor({c} * 2), count(*) FROM rows GROUP BY 1" for c in ("c3", "c4", "c5")),
    ),
}
ONE_KIND = ("trend", "breakdown", "kpi_summary")


def section() -> str:
    """The part of docs/benchmarks.md on rows. Raises KeyError where the planner chose a kind without SQL by hand."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        steps = ROWS // METERS
        duckdb.execute(
            GENERATED.format(
                meters=METERS, rows=steps * METERS, per_shift=METERS * 480, per_mode=METERS * 60, path=path
            )
        )
        hand = _loaded(path, Path(folder))
        with _opened(path, Path(folder)) as frame:
            plan = _planned(frame)
            lines = [_one_kind(plan, frame, hand, kind) for kind in ONE_KIND]
            lines.append(_together(plan, frame, hand))
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"""## {ROWS // 1_000_000} million generated rows, {METERS} meters, DuckDB

The kinds that are SQL alone, without models. The rows are in DuckDB already on both sides, each in a file of its own
with two threads. By hand: SQL as one writes it for that analysis alone (`tools/bench_scans.py`), on a connection with
DuckDB's own defaults. Medians of three.

| what | here | beside | ratio |
|---|---|---|---|
{table}
"""


def _opened(path: Path, folder: Path) -> Frame:
    table = read(path)
    columns = [Column(f"c{at.position + 1}", at.position, at.name, at.name) for at in table.headers]
    found = understand([at.name for at in table.headers], [at.local_type for at in table.headers])
    return open_frame(table, columns, {c.id: m for c, m in zip(columns, found, strict=True)}, work=folder / "work")


def _planned(frame: Frame) -> Plan:
    columns = [Column(each, at, frame.header(each), frame.header(each)) for at, each in enumerate(frame.ids)]
    return check(propose(columns, refine(frame), MODELLED), columns)


def _loaded(path: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(folder / "hand.duckdb"), config={"threads": "2"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        f"CREATE TABLE rows AS SELECT file_row_number AS row, * EXCLUDE file_row_number FROM read_parquet('{path}', "
        "file_row_number=true)"
    )
    for at in range(1, 9):
        name = connection.execute("SELECT * FROM rows LIMIT 0").description[at][0]  # type: ignore[index]
        connection.execute(f'ALTER TABLE rows RENAME COLUMN "{name}" TO c{at}')
    return connection


def _median(work: Callable[[], object], runs: int = 3) -> float:
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _by_hand(hand: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> None:
    for kind in kinds:
        for statement in BY_HAND[kind]:
            hand.sql(statement).to_arrow_table()


def _one_kind(plan: Plan, frame: Frame, hand: duckdb.DuckDBPyConnection, kind: str) -> tuple[str, str, str, str]:
    analysis = next(each for each in plan.analyses if each.kind == kind)
    frame.timing("c1")  # found once for all kinds, before the first
    ours = _median(lambda: RUNNERS[kind](frame.under(plan.meanings, plan.derived), analysis))
    theirs = _median(lambda: _by_hand(hand, [kind]))
    return f"`{kind}` through the plan", f"{ours:.2f} s", f"by hand: {theirs:.2f} s", f"{ours / theirs:.2f}"


def _together(plan: Plan, frame: Frame, hand: duckdb.DuckDBPyConnection) -> tuple[str, str, str, str]:
    found = run(plan, frame, lambda *told: None)
    ran = sum(not isinstance(each, Skipped) for each in found)
    ours = _median(lambda: run(plan, frame, lambda *told: None))
    theirs = _median(lambda: _by_hand(hand, [each.kind for each in plan.analyses]))
    what = f"the {len(plan.analyses)} analyses of the planner's report together ({ran} with a result)"
    return what, f"{ours:.1f} s", f"one after another by hand: {theirs:.1f} s", f"{ours / theirs:.2f}"


if __name__ == "__main__":
    print(section())
