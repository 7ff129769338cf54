"""How well a controlled value keeps to its setpoint: how often, how far and how long it is outside a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.units import UNITS
from headgate.engines.folding import Grain, fitting, period_start
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import not_numbers
from headgate.engines.stretches import Events, Moments, events, hours_text, is_on, open_moments, stretch_text, stretches
from headgate.engines.wording import number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

BANDS = {"°C": 1.0, "K": 1.0, "°F": 2.0, "%RH": 5.0}
RELATIVE = 0.05  # of the mean setpoint, for all other units
REACH = 10  # half bands each way in the picture; what is farther away belongs to the outermost
MOST_ENTITIES = 20
MOSTLY = 0.5  # of the time on one side: the difference stays
_LISTED = {"side": pa.string(), "mean_deviation": pa.float64(), "greatest_deviation": pa.float64()}


@dataclass(frozen=True, slots=True)
class _Control:
    """`rows`: `t`, `entity`, `d` (value less setpoint) of the moments that count; `band` and `d` are in `unit`."""

    moments: Moments
    rows: ir.Table
    unit: str
    band: float
    while_on: str
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `events` (longest first), `deviation` by period, `spread`, and `entities` where there are several.

    Deviation is value less setpoint. A stretch of one side beyond the band counts as an event from `min_minutes` on.
    With a `state`, only moments in which it is on count. Needs one unit for both and stamps with a regular interval.
    """
    control = _control(frame, analysis)
    if isinstance(control, Skipped):
        return control
    d, band = control.rows.d, control.band
    sums = frame.execute(
        control.rows.aggregate(
            rows=control.rows.count(),
            mean=d.mean(),
            absolute=d.abs().mean(),
            above=(d > band).sum(),
            below=(d < -band).sum(),
            worst=d.abs().max(),
            first=control.rows.t.min(),
            last=control.rows.t.max(),
        )
    ).to_pylist()[0]
    long = _events(frame, control, float(analysis.params["min_minutes"]))
    facts = _facts(control, sums, long)
    told = tuple(_sentences(frame, analysis, control, facts, long))
    span = (sums["last"] - sums["first"]).total_seconds() + control.moments.step
    grain = fitting(span, control.moments.step)
    tables = {
        "deviation": _periods(frame, control, grain),
        "spread": _spread(frame, control),
        "events": long.table(control.moments.several, _LISTED),
    }
    if control.moments.several:
        tables["entities"] = _entities(frame, control)
    within = float(facts["within_share"] or 0.0)
    return Result(
        analysis,
        tables,
        facts,
        _figures(frame, analysis, control, grain, told),
        told,
        (Headline("Within the setpoint's band", within * 100, "%", f"±{number(band, control.unit)}"),),
        control.warnings,
    )


def _control(frame: Frame, analysis: Analysis) -> _Control | Skipped:
    value, setpoint = analysis.inputs["value"][0], analysis.inputs["setpoint"][0]
    state = next(iter(analysis.inputs.get("state", ())), None)
    columns = _columns(frame, value, setpoint, state)
    if isinstance(columns, str):
        return Skipped(analysis, columns)
    moments = open_moments(frame, analysis, columns)
    if isinstance(moments, Skipped):
        return moments
    rows = moments.rows
    rows = rows.filter(rows["value"].notnull() & rows.setpoint.notnull())
    if state is not None:
        rows = rows.filter(rows.state >= 0.5)
    found = frame.execute(rows.aggregate(n=rows.count(), level=rows.setpoint.abs().mean())).to_pylist()[0]
    while_on = f" while “{frame.label(state)}” is on" if state is not None else ""
    if not found["n"]:
        return Skipped(analysis, f"At no moment both have a value{while_on}.")
    band, warnings = _band(frame, analysis, value, found["level"])
    if not band:
        return Skipped(analysis, "The setpoint is zero throughout, so no band follows from it; set the parameter band.")
    rows = rows.select("t", "entity", d=rows["value"] - rows.setpoint)
    return _Control(moments, rows, frame.unit(value) or frame.unit(setpoint), band, while_on, warnings)


def _columns(frame: Frame, value: str, setpoint: str, state: str | None) -> dict[str, ir.Value] | str:
    """`value` and `setpoint` in one unit, and `state` where there is one; or why they cannot be compared."""
    reason = not_numbers(frame, value, setpoint)
    if reason is not None:
        return reason
    factor = _factor(frame, value, setpoint)
    if factor is None:
        units = f"“{frame.label(value)}” is in {frame.unit(value)} and “{frame.label(setpoint)}” in"
        return f"{units} {frame.unit(setpoint)}; they cannot be compared as they are."
    columns = {"value": frame.rows[value], "setpoint": frame.rows[setpoint] * factor}
    if state is None:
        return columns
    on = is_on(frame, state)
    if on is None:
        return f"No word in “{frame.label(state)}” says that something is on or off."
    return {**columns, "state": on}


def _factor(frame: Frame, value: str, setpoint: str) -> float | None:
    """What turns the setpoint's unit into the value's: 1 where they are one unit or one of them names none."""
    names = frame.unit(value), frame.unit(setpoint)
    if names[0] == names[1] or not all(names):
        return 1.0
    own, other = UNITS.get(names[0]), UNITS.get(names[1])
    if own is None or other is None or own.quantity is not other.quantity or not own.scale or not other.scale:
        return None
    return other.scale / own.scale


def _band(frame: Frame, analysis: Analysis, value: str, level: float) -> tuple[float, tuple[str, ...]]:
    """The band to each side, and what has to be said of it."""
    given, unit = float(analysis.params["band"]), frame.unit(value)
    if given > 0:
        return given, ()
    band = BANDS.get(unit, RELATIVE * level)
    why = "usual for this unit" if unit in BANDS else f"{number(RELATIVE * 100)} % of the mean setpoint"
    return band, (f"No band was given; ±{number(band, unit)} is taken ({why}).",)


def _events(frame: Frame, control: _Control, minutes: float) -> Events:
    """The stretches above the band and those below it."""
    figures: Mapping[str, Any] = {
        "mean_deviation": lambda rows: rows.d.mean(),
        "greatest_deviation": lambda rows: rows.d.argmax(rows.d.abs()),
    }
    rows, step = control.rows, control.moments.step
    above = stretches(rows.mutate(holds=rows.d > control.band), step, figures).mutate(side=ibis.literal("above"))
    below = stretches(rows.mutate(holds=rows.d < -control.band), step, figures).mutate(side=ibis.literal("below"))
    return events(frame, above.union(below), step, minutes)


def _facts(control: _Control, sums: Mapping[str, Any], long: Events) -> dict[str, float | str | None]:
    rows = sums["rows"]
    return {
        "within_share": 1 - (sums["above"] + sums["below"]) / rows,
        "above_share": sums["above"] / rows,
        "below_share": sums["below"] / rows,
        "mean_deviation": sums["mean"],
        "mean_absolute_deviation": sums["absolute"],
        "greatest_deviation": sums["worst"],
        "band": control.band,
        "unit": control.unit,
        "hours": control.moments.hours(rows),
        "events": float(long.count),
        "event_hours": control.moments.hours(long.rows),
    }


def _sentences(
    frame: Frame, analysis: Analysis, control: _Control, facts: Mapping[str, Any], long: Events
) -> Iterator[str]:
    value, setpoint = (frame.label(analysis.inputs[each][0]) for each in ("value", "setpoint"))
    unit = control.unit
    yield (
        f"“{value}” is within ±{number(control.band, unit)} of “{setpoint}” for {share(facts['within_share'])} of the "
        f"{hours_text(facts['hours'])}{control.while_on}; above it for {share(facts['above_share'])}, below for "
        f"{share(facts['below_share'])}."
    )
    mean = facts["mean_deviation"]
    if abs(mean) > control.band / 2 and facts["above_share" if mean > 0 else "below_share"] > MOSTLY:
        yield (
            f"On average it is {number(abs(mean), unit)} {'above' if mean > 0 else 'below'} its setpoint: a difference "
            "that stays points to too little capacity, a stuck valve or a wrong sensor."
        )
    minutes = hours_text(float(analysis.params["min_minutes"]) / 60)
    if not long.count:
        yield f"At no time it stays outside for {minutes} or longer."
        return
    top = long.listed[0]
    where = f" ({top['entity']})" if control.moments.several else ""
    yield (
        f"Stretches outside of {minutes} or longer: {long.count:,}, {hours_text(facts['event_hours'])} in all; "
        f"longest {stretch_text(top['start'], top['end'])}{where}, on average "
        f"{number(abs(top['mean_deviation']), unit)} {top['side']}."
    )


def _periods(frame: Frame, control: _Control, grain: Grain) -> pa.Table:
    """Mean deviation, 10 % and 90 % quantile and the share of time outside, period by period."""
    rows = control.rows.mutate(start=period_start(control.rows.t, grain))
    outside = ibis.ifelse(rows.d.abs() > control.band, 1.0, 0.0)
    periods = rows.group_by("start").aggregate(
        mean=rows.d.mean(),
        p10=rows.d.quantile(0.1),
        p90=rows.d.quantile(0.9),
        outside_share=outside.mean(),
    )
    return frame.execute(periods.order_by("start"))


def _spread(frame: Frame, control: _Control) -> pa.Table:
    """Per cent of the time in each half band."""
    half = control.band / 2
    place = (control.rows.d / half).floor().cast("int64").clip(lower=-REACH, upper=REACH - 1)
    rows = control.rows.mutate(place=place)
    found = frame.execute(rows.group_by("place").aggregate(n=rows.count()).order_by("place")).to_pylist()
    total = sum(row["n"] for row in found)
    return pa.table(
        {
            "from": pa.array([row["place"] * half for row in found], pa.float64()),
            "to": pa.array([(row["place"] + 1) * half for row in found], pa.float64()),
            "time_percent": pa.array([100 * row["n"] / total for row in found], pa.float64()),
        }
    )


def _entities(frame: Frame, control: _Control) -> pa.Table:
    """Those that are outside most, first."""
    outside = ibis.ifelse(control.rows.d.abs() > control.band, 1.0, 0.0)
    each = control.rows.group_by("entity").aggregate(
        outside_share=outside.mean(), mean_deviation=control.rows.d.mean(), rows=control.rows.count()
    )
    return frame.execute(each.order_by([ibis.desc("outside_share"), "entity"]).limit(MOST_ENTITIES))


def _figures(
    frame: Frame, analysis: Analysis, control: _Control, grain: Grain, told: tuple[str, ...]
) -> tuple[Figure, ...]:
    spoken = sentence(frame.phrase(analysis.inputs["value"][0]))
    raw, unit = grain is Grain.RAW, control.unit or None
    return (
        Figure(
            Form.LINE,
            "deviation",
            x="start",
            y="mean",
            title=f"{spoken} less its setpoint"
            + ("" if raw else f", mean by {grain} with 10 % and 90 % of the values"),
            x_label="Time",
            y_label="Deviation",
            unit=unit,
            low=None if raw else "p10",
            high=None if raw else "p90",
            rule=(0.0, "Setpoint"),
            alt=" ".join(told),
        ),
        Figure(
            Form.HISTOGRAM,
            "spread",
            x="from",
            x2="to",
            y="time_percent",
            title=f"How far {frame.phrase(analysis.inputs['value'][0])} is from its setpoint",
            x_label=f"Deviation in {control.unit}, in half bands" if control.unit else "Deviation, in half bands",
            y_label="Share of the time in %",
            alt=" ".join(told),
        ),
    )
