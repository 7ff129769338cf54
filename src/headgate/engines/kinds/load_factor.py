"""The load factor: mean demand over peak demand, for the whole period and for parts of it."""

from __future__ import annotations

import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import DAY, HOUR, Load, open_load, period_text, power_text, step_adjective
from headgate.engines.wording import number
from headgate.plan.language import Analysis

FULL = 0.9  # of the hours of the fullest period (February has 0.903 of January's): a shorter one is not comparable
IDLE = 0.05  # of the highest peak: below it a plant stood still, and its load factor is no news
GRAINS = {"day": "D", "week": "W", "month": "M"}


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The load factor of the whole period and the table `periods` (start, mean and peak in kW, load factor, hours).

    Load factor = mean demand / highest demand of one interval, 0 to 1. Gaps are left out of the
    mean. A period without demand, or cut short, has none. Needs intervals of a day or less and a peak above zero.
    """
    load = open_load(frame, analysis, longest=DAY)
    if isinstance(load, Skipped):
        return load
    if load.peak_kw <= 0:
        return Skipped(analysis, f"“{load.name}” has no demand above zero, so it has no load factor.")
    grain = str(analysis.params["grain"])
    periods = _periods(frame, load, grain)
    factor = load.mean_kw / load.peak_kw
    sentences = _sentences(load, factor, grain, periods)
    return Result(
        analysis,
        {"periods": periods},
        {"load_factor": factor, "mean_kw": load.mean_kw, "peak_kw": load.peak_kw},
        figures=(_figure(load, factor, grain, sentences),) if periods.num_rows > 1 else (),
        sentences=sentences,
        headlines=(
            Headline(
                "Load factor",
                factor,
                "",
                f"mean {power_text(load.mean_kw)} of a peak of {power_text(load.peak_kw)}",
            ),
        ),
        warnings=load.warnings,
    )


def _periods(frame: Frame, load: Load, grain: str) -> pa.Table:
    rows = load.rows.mutate(start=load.rows.t.truncate(GRAINS[grain]))
    found = frame.execute(
        rows.group_by("start")
        .aggregate(mean_kw=rows.kw.mean(), peak_kw=rows.kw.max(), values=rows.count())
        .order_by("start")
    ).to_pylist()
    enough = FULL * max(row["values"] for row in found)
    factors = [
        row["mean_kw"] / row["peak_kw"] if row["peak_kw"] > 0 and row["values"] >= enough else None for row in found
    ]
    return pa.table(
        {
            "start": pa.array([row["start"] for row in found], pa.timestamp("us")),
            "period": pa.array([period_text(row["start"], grain) for row in found], pa.string()),
            "mean_kw": pa.array([row["mean_kw"] for row in found], pa.float64()),
            "peak_kw": pa.array([row["peak_kw"] for row in found], pa.float64()),
            "load_factor": pa.array(factors, pa.float64()),
            "hours": pa.array([row["values"] * load.step / HOUR for row in found], pa.float64()),
        }
    )


def _sentences(load: Load, factor: float, grain: str, periods: pa.Table) -> tuple[str, ...]:
    first = (
        f"The load factor is {number(factor)}: on average {power_text(load.mean_kw)} is used of a highest "
        f"{step_adjective(load.step)} demand of {power_text(load.peak_kw)}. The nearer to 1, the better a connection "
        "and a demand charge are used."
    )
    rows = [
        row for row in periods.to_pylist() if row["load_factor"] is not None and row["peak_kw"] >= IDLE * load.peak_kw
    ]
    if len(rows) < 2:
        return (first,)
    low, high = min(rows, key=lambda row: row["load_factor"]), max(rows, key=lambda row: row["load_factor"])
    return (
        first,
        f"By {grain} it lies between {number(low['load_factor'])} "
        f"({low['period']}, peak {power_text(low['peak_kw'])}) and "
        f"{number(high['load_factor'])} ({high['period']}, peak {power_text(high['peak_kw'])}).",
    )


def _figure(load: Load, factor: float, grain: str, sentences: tuple[str, ...]) -> Figure:
    monthly = grain == "month"
    return Figure(
        Form.BARS if monthly else Form.LINE,
        "periods",
        x="period" if monthly else "start",
        y="load_factor",
        title=f"Load factor of {load.spoken} by {grain}",
        x_label=grain.capitalize(),
        y_label="Load factor (mean / peak)",
        rule=(factor, f"Whole period {number(factor)}"),
        alt=" ".join(sentences),
    )
