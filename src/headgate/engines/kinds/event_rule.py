"""The user's own rule: how often, when and how long values are above or below the limits they set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.folding import Grain, at_least, fitting, period_start
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, clock_text, energy_text, not_numbers
from headgate.engines.stretches import Events, Moments, events, hours_text, open_moments, stretch_text, stretches
from headgate.engines.wording import listed, number, share
from headgate.plan.kinds import LOAD
from headgate.plan.language import Analysis

FEW = 4  # events: up to here a middle one says nothing


@dataclass(frozen=True, slots=True)
class _Rule:
    """The conditions over `moments`: `rows` has `t`, `entity`, `holds` and `excess` (kWh beyond the upper limit).

    `words` says the rule; `energy` whether the first column above a limit is a load, so that there is an excess.
    """

    moments: Moments
    rows: ir.Table
    words: str
    energy: bool


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `events` (longest first), `hours` (share of the time by hour of the day) and `periods`.

    Each column of `above` has to be above `upper` and each of `below` below `lower`, or one of them (`join` or), for
    `min_minutes`. A limit of 0 is none. Needs the limits that the columns call for and a regular interval.
    """
    rule = _rule(frame, analysis)
    if isinstance(rule, Skipped):
        return rule
    rows, moments = rule.rows, rule.moments
    sums = frame.execute(
        rows.aggregate(n=rows.count(), held=rows.holds.sum(), first=rows.t.min(), last=rows.t.max())
    ).to_pylist()[0]
    if not sums["n"]:
        return Skipped(analysis, "At no moment all columns of the rule have a value.")
    minutes = float(analysis.params["min_minutes"])
    runs = stretches(rows, moments.step, {"excess_kwh": lambda held: held.excess.sum()})
    found = events(frame, runs, moments.step, minutes)
    long = runs.filter(runs.n * moments.step >= minutes * 60)
    more = frame.execute(long.aggregate(excess=long.excess_kwh.sum(), median=long.n.median())).to_pylist()[0]
    facts: dict[str, float | str | None] = {
        "events": float(found.count),
        "event_hours": moments.hours(found.rows),
        "hours": moments.hours(sums["n"]),
        "event_share": found.rows / sums["n"],
        "longest_hours": found.listed[0]["hours"] if found.listed else None,
        "median_hours": None if more["median"] is None else moments.hours(more["median"]),
        "excess_kwh": more["excess"] if rule.energy else None,
        "upper": float(analysis.params["upper"]) or None,
        "lower": float(analysis.params["lower"]) or None,
    }
    grain = at_least(Grain.DAY, moments.step)
    grain = max(fitting((sums["last"] - sums["first"]).total_seconds(), moments.step), grain, key=list(Grain).index)
    tables = {
        "events": found.table(moments.several, {"excess_kwh": pa.float64()} if rule.energy else {}),
        "hours": _hours(frame, rows),
        "periods": _periods(frame, rule, grain),
    }
    told = tuple(_sentences(rule, facts, found, tables["hours"], minutes))
    headline = (Headline("Times the rule held", float(found.count), "", rule.words),) if found.count else ()
    return Result(analysis, tables, facts, _figures(rule, grain, told), told, headline)


def _rule(frame: Frame, analysis: Analysis) -> _Rule | Skipped:
    sides = {side: analysis.inputs.get(side, ()) for side in ("above", "below")}
    columns = list(dict.fromkeys([*sides["above"], *sides["below"]]))
    reason = not_numbers(frame, *columns) or _unfit(frame, analysis, sides)
    if reason is not None:
        return Skipped(analysis, reason)
    moments = open_moments(frame, analysis, {each: frame.rows[each] for each in columns})
    if isinstance(moments, Skipped):
        return moments
    upper, lower = (float(analysis.params[each]) for each in ("upper", "lower"))
    rows, both = moments.rows, analysis.params["join"] == "and"
    if both:
        rows = rows.drop_null(columns, how="any")
    conditions = [rows[each] > upper for each in sides["above"]] + [rows[each] < lower for each in sides["below"]]
    holds = reduce(lambda a, b: a & b if both else a | b, [each.fill_null(False) for each in conditions])
    load = next((each for each in sides["above"] if frame.meaning(each).role in LOAD), None)
    factor = frame.interval_energy(load, moments.step) if load else None
    excess = (rows[load] - upper).clip(lower=0.0) * factor if load and factor else ibis.null("float64")
    rows = rows.select("t", "entity", holds=holds, excess=excess)
    return _Rule(moments, rows, _words(frame, sides, upper, lower, both), factor is not None)


def _unfit(frame: Frame, analysis: Analysis, sides: Mapping[str, tuple[str, ...]]) -> str | None:
    """Why there is no rule: no column, no limit, or one limit for two units."""
    if not any(sides.values()):
        return "The rule has no condition; choose a column that has to be above or below a limit."
    for side, limit in (("above", "upper"), ("below", "lower")):
        if sides[side] and not float(analysis.params[limit]):
            return f"No limit is given for “{frame.label(sides[side][0])}”; set the parameter {limit}."
        units = {frame.unit(each) for each in sides[side]} - {""}
        if len(units) > 1:
            return f"One limit cannot hold for columns in {listed(sorted(units))}; choose columns of one unit."
    return None


def _words(frame: Frame, sides: Mapping[str, tuple[str, ...]], upper: float, lower: float, both: bool) -> str:
    limits = {"above": upper, "below": lower}
    each = [
        f"“{frame.label(column)}” {side} {number(limits[side], frame.unit(column))}"
        for side, columns in sides.items()
        for column in columns
    ]
    return (" and " if both else " or ").join(each)


def _hours(frame: Frame, rows: ir.Table) -> pa.Table:
    """Per cent of the time in which the conditions hold, by hour of the day."""
    rows = rows.mutate(hour=rows.t.hour().cast("float64"), percent=ibis.ifelse(rows.holds, 100.0, 0.0))
    return frame.execute(rows.group_by("hour").aggregate(percent=rows.percent.mean()).order_by("hour"))


def _periods(frame: Frame, rule: _Rule, grain: Grain) -> pa.Table:
    """For how many hours the conditions hold, period by period."""
    rows = rule.rows.mutate(start=period_start(rule.rows.t, grain), one=ibis.ifelse(rule.rows.holds, 1.0, 0.0))
    hours = rows.group_by("start").aggregate(hours=rows.one.sum() * (rule.moments.step / HOUR))
    return frame.execute(hours.order_by("start"))


def _sentences(rule: _Rule, facts: Mapping[str, Any], found: Events, hours: pa.Table, minutes: float) -> Iterator[str]:
    lasting = f" for {hours_text(minutes / 60)} or longer" if minutes else ""
    if not found.count:
        yield f"{rule.words}: at no time{lasting} in the {hours_text(facts['hours'])} that have the values."
        return
    times = "once" if found.count == 1 else f"{found.count:,} times"
    yield (
        f"{rule.words}: {times}{lasting}, {hours_text(facts['event_hours'])} in all, "
        f"{share(facts['event_share'])} of the time."
    )
    top = found.listed[0]
    where = f" ({top['entity']})" if rule.moments.several else ""
    half = f"; half of them last {hours_text(facts['median_hours'])} or less" if found.count > FEW else ""
    longest = f"{stretch_text(top['start'], top['end'])}{where}, {hours_text(top['hours'])}"
    yield f"{'The longest is' if found.count > 1 else 'It was'} {longest}{half}."
    busiest = max(hours.to_pylist(), key=lambda row: row["percent"])
    if found.count > FEW:
        at, part = int(busiest["hour"]) * HOUR, share(busiest["percent"] / 100)
        yield f"It holds most often from {clock_text(at)} to {clock_text(at + HOUR)}, {part} of that hour."
    if facts["excess_kwh"]:
        yield f"{energy_text(facts['excess_kwh'])} lie above the limit in that time."


def _figures(rule: _Rule, grain: Grain, told: tuple[str, ...]) -> tuple[Figure, ...]:
    return (
        Figure(
            Form.PROFILE,
            "hours",
            x="hour",
            y="percent",
            title="When the rule holds, by hour of the day",
            x_label="Hour of the day",
            y_label="Share of the time",
            unit="%",
            alt=" ".join(told),
        ),
        Figure(
            Form.LINE,
            "periods",
            x="start",
            y="hours",
            title=f"Hours in which the rule holds, by {grain}",
            x_label="Time",
            y_label="Held",
            unit="h",
            alt=" ".join(told),
        ),
    )
