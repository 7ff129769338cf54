"""The typical day: mean demand by time of day, with the range between days, for parts of the week or of the year."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import (
    HOUR,
    SHORTEST_DAYS,
    Load,
    clock_text,
    is_weekend,
    open_load,
    power_text,
    second_of_day,
)
from headgate.engines.wording import share
from headgate.plan.language import Analysis

SLOTS = (900, 1800, HOUR)  # a finer profile than quarter hours cannot be read off a page
PARTS = {
    "weekday": ("Monday to Friday", "Saturday and Sunday"),
    "season": ("January to March", "April to June", "July to September", "October to December"),
    "none": ("All days",),
}
SCHEMA = pa.schema(
    [
        ("part", pa.string()),
        ("hour", pa.float64()),
        ("mean_kw", pa.float64()),
        ("p10_kw", pa.float64()),
        ("p90_kw", pa.float64()),
        ("days", pa.int64()),
    ]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `profile` (part, hour 0–24, mean, 10th and 90th percentile of the days in kW, number of days).

    Percentiles are exact and interpolated, over days. Needs intervals of an hour or less and 14 days.
    """
    load = open_load(frame, analysis, days=SHORTEST_DAYS)
    if isinstance(load, Skipped):
        return load
    split = str(analysis.params["split"])
    table = _profile(frame, load, split)
    weekend, time = _weekend(frame, load)
    parts = _parts(table)
    facts: dict[str, float | str | None] = {"weekend_share": weekend, "weekend_time_share": time}
    headlines: tuple[Headline, ...] = ()
    if weekend is not None:
        headlines = (Headline("Weekend share of energy", weekend * 100, "%", f"{share(time)} of the time"),)
    return Result(
        analysis,
        {"profile": table},
        facts,
        figures=(_figure(load, split, parts),),
        sentences=(*_sentences(parts), *_weekend_sentence(weekend, time)),
        headlines=headlines,
        warnings=load.warnings,
    )


def _profile(frame: Frame, load: Load, split: str) -> pa.Table:
    slot = next((s for s in SLOTS if s >= load.step and s % load.step == 0), HOUR)
    rows = load.rows.mutate(
        part=_part(load.rows.t, split), day=load.rows.t.date(), slot=second_of_day(load.rows.t) // slot
    )
    days = rows.group_by(["part", "day", "slot"]).aggregate(kw=rows.kw.mean())
    slots = days.group_by(["part", "slot"]).aggregate(
        mean_kw=days.kw.mean(), p10_kw=days.kw.quantile(0.1), p90_kw=days.kw.quantile(0.9), days=days.count()
    )
    found = frame.execute(slots.order_by(["part", "slot"])).to_pylist()
    return pa.Table.from_pylist(
        [{**row, "part": PARTS[split][row["part"]], "hour": row["slot"] * slot / HOUR} for row in found], schema=SCHEMA
    )


def _part(t: ir.TimestampValue, split: str) -> ir.IntegerValue:
    match split:
        case "weekday":
            return ibis.ifelse(is_weekend(t), 1, 0)
        case "season":
            return t.quarter() - 1
        case _:
            return ibis.literal(0)


def _weekend(frame: Frame, load: Load) -> tuple[float | None, float]:
    """The weekend's share of all energy (None where there is no energy) and of all intervals."""
    days = load.rows.mutate(weekend=is_weekend(load.rows.t))
    sums = days.aggregate(kwh=days.kwh.sum(where=days.weekend), count=days.weekend.sum())
    found = frame.execute(sums).to_pylist()[0]
    return (found["kwh"] or 0.0) / load.kwh if load.kwh > 0 else None, (found["count"] or 0) / load.count


def _parts(table: pa.Table) -> dict[str, list[dict[str, float]]]:
    parts: dict[str, list[dict[str, float]]] = {}
    for row in table.to_pylist():
        parts.setdefault(row.pop("part"), []).append(row)
    return parts


def _sentences(parts: dict[str, list[dict[str, float]]]) -> tuple[str, ...]:
    return tuple(
        f"{part}: demand is highest at about {_clock(high)} ({power_text(high['mean_kw'])} on average) and lowest at "
        f"about {_clock(low)} ({power_text(low['mean_kw'])}); at {_clock(wide)} days differ most: one in ten stays "
        f"below {power_text(wide['p10_kw'])}, one in ten goes above {power_text(wide['p90_kw'])}."
        for part, rows in parts.items()
        for high in [max(rows, key=lambda row: row["mean_kw"])]
        for low in [min(rows, key=lambda row: row["mean_kw"])]
        for wide in [max(rows, key=lambda row: row["p90_kw"] - row["p10_kw"])]
    )


def _clock(row: dict[str, float]) -> str:
    return clock_text(row["hour"] * HOUR)


def _weekend_sentence(weekend: float | None, time: float) -> tuple[str, ...]:
    if weekend is None or not 0 < time < 1 or weekend >= 1:
        return ()
    ratio = (weekend / time) / ((1 - weekend) / (1 - time))
    return (
        f"Saturdays and Sundays take {share(weekend)} of all energy in {share(time)} of the time: an hour at the "
        f"weekend uses {100 * ratio:.0f} % of what an hour from Monday to Friday uses.",
    )


def _figure(load: Load, split: str, parts: dict[str, list[dict[str, float]]]) -> Figure:
    return Figure(
        Form.PROFILE,
        "profile",
        x="hour",
        y="mean_kw",
        title=f"Typical day of {load.spoken}",
        x_label="Time of day",
        y_label="Demand, mean and range of 8 days in 10",
        unit="kW",
        series="part",
        series_label="Days" if split == "weekday" else "Season",
        low="p10_kw",
        high="p90_kw",
        alt=" ".join(_sentences(parts)),
    )
