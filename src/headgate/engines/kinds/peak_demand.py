"""Peak demand: the highest mean demand over an interval or a longer window, when it fell and how often it is near."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import (
    HOUR,
    Load,
    clock_text,
    interval_text,
    open_load,
    power_text,
    second_of,
    step_adjective,
)
from headgate.engines.wording import count, day, listed, span
from headgate.plan.language import Analysis

NEAR_PEAK = 0.9
RARE = 0.01  # of the windows: up to here a peak is made of spikes that can be moved
ALONE = 1.25  # times the next highest: a peak that stands so far out may be a wrong reading
PEAKS = pa.schema([("rank", pa.int64()), ("start", pa.timestamp("us")), ("kw", pa.float64())])


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `peaks` (the `top_n` highest windows), `months` (the highest of each month) and, if asked, `entities`.

    `window_minutes` 0 is the data's own interval; else the mean over windows aligned to the clock, complete ones only.
    `limit_kw` above 0 counts the windows over it. Needs intervals of an hour or less.
    """
    load = open_load(frame, analysis)
    if isinstance(load, Skipped):
        return load
    window = int(analysis.params["window_minutes"]) * 60 or load.step
    if window % load.step:
        return Skipped(
            analysis,
            f"A window of {span(window)} cannot be made of values {span(load.step)} apart; "
            f"choose a multiple of {span(load.step)}.",
        )
    windows = _windows(load.rows, load.step, window)
    top = _top(frame, windows, int(analysis.params["top_n"]))
    if not top:
        return Skipped(analysis, f"“{load.name}” has no {step_adjective(window)} window without a gap.")
    limit = float(analysis.params["limit_kw"])
    facts = _facts(frame, windows, window, top[0], limit)
    months = _months(frame, windows)
    tables = {"peaks": pa.Table.from_pylist(top, schema=PEAKS), "months": months}
    sentences = [*_peak_sentences(top, window, facts), *_limit_sentences(window, limit, facts)]
    if analysis.inputs.get("entity"):
        tables["entities"] = _entities(frame, analysis, load.step, window, top[0]["start"])
        sentences += _entity_sentences(tables["entities"], top[0]["kw"])
    return Result(
        analysis,
        tables,
        facts,
        figures=(_figure(load, window, limit, sentences),) if months.num_rows > 1 else (),
        sentences=tuple(sentences),
        headlines=_headlines(window, top[0], limit, facts),
        warnings=load.warnings,
    )


def _windows(rows: ir.Table, step: int, window: int) -> ir.Table:
    """`start`, `kw` and, if `rows` has it, `entity` of every window that has all its intervals."""
    keys = ["entity"] if "entity" in rows.columns else []
    if window == step:
        return rows.select(*keys, start=rows.t, kw=rows.kw)
    placed = rows.mutate(place=(rows.t.epoch_seconds() // window) * window)
    windows = placed.group_by([*keys, "place"]).aggregate(kw=placed.kw.mean(), intervals=placed.count())
    whole = windows.filter(windows.intervals == window // step)
    return whole.select(*keys, start=whole.place.as_timestamp("s"), kw=whole.kw)


def _highest(windows: ir.Table, key: str) -> ir.Table:
    """The highest window of each value of `key`, the first of equals."""
    order = ibis.window(group_by=key, order_by=[ibis.desc("kw"), "start"])
    ranked = windows.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0)


def _top(frame: Frame, windows: ir.Table, most: int) -> list[dict[str, Any]]:
    found = frame.execute(windows.order_by([ibis.desc("kw"), "start"]).limit(most)).to_pylist()
    return [{"rank": rank, **row} for rank, row in enumerate(found, start=1)]


def _months(frame: Frame, windows: ir.Table) -> pa.Table:
    """The highest window of each month: `month` in words, `peak_kw`, `start` of the first window that reached it."""
    rows = windows.mutate(month=windows.start.truncate("M"))
    found = frame.execute(_highest(rows, "month").order_by("month")).to_pylist()
    return pa.table(
        {
            "month": pa.array([f"{row['month']:%b %Y}" for row in found], pa.string()),
            "peak_kw": pa.array([row["kw"] for row in found], pa.float64()),
            "start": pa.array([row["start"] for row in found], pa.timestamp("us")),
        }
    )


def _facts(
    frame: Frame, windows: ir.Table, window: int, top: dict[str, Any], limit: float
) -> dict[str, float | str | None]:
    near_kw = NEAR_PEAK * top["kw"]
    near, over = windows.kw >= near_kw, windows.kw > limit
    found = frame.execute(
        windows.aggregate(
            windows=windows.count(),
            near=near.sum(),
            near_days=windows.start.date().nunique(where=near),
            over=over.sum(),
            over_days=windows.start.date().nunique(where=over),
            over_kwh=(windows.kw - limit).sum(where=over),
        )
    ).to_pylist()[0]
    facts: dict[str, float | str | None] = {
        "peak_kw": top["kw"],
        "peak_start": top["start"].isoformat(),
        "near_peak_kw": near_kw,
        "near_peak_windows": found["near"],
        "near_peak_share": found["near"] / found["windows"],
        "near_peak_days": found["near_days"],
    }
    if limit > 0:
        facts |= {
            "limit_kw": limit,
            "windows_over_limit": found["over"],
            "days_over_limit": found["over_days"],
            "hours_over_limit": found["over"] * window / HOUR,
            "kwh_over_limit": (found["over_kwh"] or 0.0) * window / HOUR,
        }
    return facts


def _entities(frame: Frame, analysis: Analysis, step: int, window: int, at: datetime) -> pa.Table:
    """Each entity's own peak, when it fell, and its demand in the window of the common peak, largest first."""
    load, time, entity = (analysis.inputs[name][0] for name in ("load", "timestamp", "entity"))
    to_kw = (frame.interval_energy(load, step) or 1.0) * HOUR / step
    rows = frame.rows.select(t=frame.start(time), entity=frame.text(entity), kw=frame.rows[load] * to_kw)
    rows = rows.filter(rows.t.notnull() & rows.entity.notnull() & rows.kw.notnull())
    windows = _windows(rows.group_by(["t", "entity"]).aggregate(kw=rows.kw.mean()), step, window)
    then = windows.filter(windows.start == at).select("entity", kw_at_peak="kw")
    own = _highest(windows, "entity").select("entity", peak_kw="kw", start="start")
    joined = own.left_join(then, "entity").select("entity", "peak_kw", "start", "kw_at_peak")
    return frame.execute(joined.order_by([ibis.coalesce(joined.kw_at_peak, 0.0).desc(), "entity"]))


def _entity_sentences(entities: pa.Table, peak_kw: float) -> list[str]:
    rows = entities.to_pylist()
    if len(rows) < 2 or peak_kw <= 0 or any(row["kw_at_peak"] is None for row in rows):
        return []
    alone = sum(row["peak_kw"] for row in rows)
    return [
        f"{rows[0]['entity']} had the largest part of that peak, {power_text(rows[0]['kw_at_peak'])}. If all "
        f"{len(rows)} had peaked together it would have been {power_text(alone)}."
    ]


def _peak_sentences(top: list[dict[str, Any]], window: int, facts: Mapping[str, Any]) -> list[str]:
    first = top[0]
    said = [
        f"The highest {step_adjective(window)} demand was {power_text(first['kw'])} on "
        f"{interval_text(first['start'], window)}."
    ]
    if len(top) > 1:
        days = list(dict.fromkeys(day(row["start"]) for row in top))
        early, late = min(second_of(row["start"]) for row in top), max(second_of(row["start"]) for row in top)
        said.append(
            f"The {len(top)} highest fall on {count(len(days), 'day')} ({listed(days)}), all between "
            f"{clock_text(early)} and {clock_text(late + window)}; the last of them was {power_text(top[-1]['kw'])}."
        )
    if first["kw"] > 0:
        said.append(_advice(top, facts))
    return said


def _advice(top: list[dict[str, Any]], facts: Mapping[str, Any]) -> str:
    """What the shape of the peak asks for: look at the reading, move a few spikes, or lower the load in general."""
    peak, near, days = top[0]["kw"], facts["near_peak_windows"], facts["near_peak_days"]
    if len(top) > 1 and peak > ALONE * top[1]["kw"]:
        return f"The next highest is {power_text(top[1]['kw'])}: look whether that one reading is right before you act."
    found = f"{count(near, 'window')} on {count(days, 'day')} came within a tenth of the peak"
    if facts["near_peak_share"] > RARE:
        return f"{found}: a lower peak needs a lower load in general, not the end of a few spikes."
    below, off = power_text(NEAR_PEAK * peak), power_text((1 - NEAR_PEAK) * peak)
    return f"Only {found}: keeping demand below {below} then takes {off} off it."


def _limit_sentences(window: int, limit: float, facts: Mapping[str, Any]) -> list[str]:
    if limit <= 0:
        return []
    over, days_over = facts["windows_over_limit"], facts["days_over_limit"]
    if not over:
        return [f"The limit of {power_text(limit)} was never passed."]
    return [
        f"The limit of {power_text(limit)} was passed in {count(over, 'window')} of {span(window)} on "
        f"{count(days_over, 'day')}, by {power_text(facts['peak_kw'] - limit)} at most."
    ]


def _figure(load: Load, window: int, limit: float, sentences: list[str]) -> Figure:
    spoken = load.spoken if load.spoken.endswith("demand") else f"demand of {load.spoken}"
    return Figure(
        Form.BARS,
        "months",
        x="month",
        y="peak_kw",
        title=f"Highest {step_adjective(window)} {spoken} by month",
        x_label="Month",
        y_label="Peak demand",
        unit="kW",
        rule=(limit, f"Limit {power_text(limit)}") if limit > 0 else None,
        alt=" ".join(sentences),
    )


def _headlines(window: int, top: dict[str, Any], limit: float, facts: Mapping[str, Any]) -> tuple[Headline, ...]:
    peak = Headline(f"Peak demand, {span(window)}", top["kw"], "kW", interval_text(top["start"], window))
    if limit <= 0:
        return (peak,)
    over = facts["hours_over_limit"]
    return (peak, Headline("Time over the limit", over, "h", f"limit {power_text(limit)}"))
