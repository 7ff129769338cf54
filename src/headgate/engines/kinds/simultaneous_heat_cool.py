"""Heating and cooling at the same time: how often both valves are open, when, and how far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.stretches import (
    Events,
    Moments,
    events,
    hours_text,
    is_on,
    open_moments,
    stretch_text,
    stretches,
)
from headgate.engines.timed import is_regular
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis

ROUNDING = 1.005  # a signal may report a little more than fully open
BELOW = -0.02  # of fully open: further below zero it is no position
RARE = 0.01  # of the time: below this both open is a moment of change-over, nothing to look for
_STATES = ("neither", "heating only", "cooling only", "both")
_LISTED = {"mean_overlap_percent": pa.float64()}


@dataclass(frozen=True, slots=True)
class _Valves:
    """`rows`: `heating` and `cooling` from 0 to 1, with `t` and `entity` where `moments` is not None."""

    rows: ir.Table
    moments: Moments | None

    def hours(self, rows: float) -> float | None:
        """How long so many rows are, None where they have no time."""
        return None if self.moments is None else self.moments.hours(rows)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `states` (neither, heating only, cooling only, both) and, with regular stamps, `hours` and `events`.

    A valve is open above `threshold_percent` of fully open. Whether positions go to 1 or to 100 is found over all rows.
    Only rows that have both count.
    """
    valves = _valves(frame, analysis)
    if isinstance(valves, Skipped):
        return valves
    limit = float(analysis.params["threshold_percent"]) / 100
    rows = valves.rows.mutate(hot=valves.rows.heating > limit, cold=valves.rows.cooling > limit)
    rows = rows.mutate(holds=rows.hot & rows.cold, overlap=ibis.least(rows.heating, rows.cooling))
    sums = frame.execute(
        rows.aggregate(
            n=rows.count(),
            hot=rows.hot.sum(),
            cold=rows.cold.sum(),
            both=rows.holds.sum(),
            overlap=rows.overlap.mean(where=rows.holds),
        )
    ).to_pylist()[0]
    if not sums["n"]:
        return Skipped(analysis, "No row has both positions.")
    facts = _facts(valves, sums, limit)
    tables = {"states": _states(valves, sums)}
    long = None
    if valves.moments is not None:
        runs = stretches(rows, valves.moments.step, {"overlap": lambda held: held.overlap.mean()})
        long = _long(frame, runs, valves.moments.step)
        tables["events"] = long.table(valves.moments.several, _LISTED)
        tables["hours"] = _hours(frame, rows)
    told = tuple(_sentences(frame, analysis, valves, facts, long))
    both = float(facts["both_share"] or 0.0)
    headline = (Headline("Heating and cooling at once", both * 100, "%", "of the time"),) if both >= RARE else ()
    return Result(analysis, tables, facts, _figures(tables, told), told, headline)


def _valves(frame: Frame, analysis: Analysis) -> _Valves | Skipped:
    heating, cooling = analysis.inputs["heating"][0], analysis.inputs["cooling"][0]
    time = next(iter(analysis.inputs.get("timestamp", ())), None)
    open_to = _fully_open(frame, [heating, cooling])
    if isinstance(open_to, str):
        return Skipped(analysis, open_to)
    columns: dict[str, ir.Value] = {}
    for name, column in (("heating", heating), ("cooling", cooling)):
        if column in open_to:
            columns[name] = (frame.rows[column] / open_to[column]).clip(lower=0.0, upper=1.0)
            continue
        on = is_on(frame, column)
        if on is None:
            return Skipped(analysis, f"No word in “{frame.label(column)}” says that something is on or off.")
        columns[name] = on
    if time is None or not frame.is_time(time) or frame.interval(time) is None or not is_regular(frame, time):
        rows, moments = frame.rows.select(**columns), None
    else:
        opened = open_moments(frame, analysis, columns)
        if isinstance(opened, Skipped):
            return opened
        rows, moments = opened.rows, opened
    return _Valves(rows.filter(rows.heating.notnull() & rows.cooling.notnull()), moments)


def _fully_open(frame: Frame, columns: list[str]) -> dict[str, float] | str:
    """What stands for fully open in each column of positions, 1 or 100; or why it is none.

    Both are of one scale: a valve that never opens beyond 1 % shows no number above one. States are not asked.
    """
    asked = [each for each in columns if frame.is_number(each) and frame.meaning(each).role is not Role.STATE]
    if not asked:
        return {}
    ends = {f"{each}_{end}": getattr(frame.rows[each], end)() for each in asked for end in ("min", "max")}
    found = frame.execute(frame.rows.aggregate(**ends)).to_pylist()[0]
    highest = max((found[f"{each}_max"] for each in asked if found[f"{each}_max"] is not None), default=None)
    if highest is None:
        return "Neither column of positions holds a value."
    full = 1.0 if highest <= ROUNDING else 100.0
    for each in asked:
        least, most = found[f"{each}_min"], found[f"{each}_max"]
        if most is not None and (most > full * ROUNDING or least < full * BELOW):
            return f"The values of “{frame.label(each)}” are neither from 0 to 1 nor from 0 to 100."
    return dict.fromkeys(asked, full)


def _long(frame: Frame, runs: ir.Table, step: int) -> Events:
    found = events(frame, runs, step, 0)
    for row in found.listed:
        row["mean_overlap_percent"] = 100 * row["overlap"]
    return found


def _facts(valves: _Valves, sums: Mapping[str, Any], limit: float) -> dict[str, float | str | None]:
    n, both = sums["n"], sums["both"]
    return {
        "both_share": both / n,
        "heating_share": sums["hot"] / n,
        "cooling_share": sums["cold"] / n,
        "both_of_heating_share": both / sums["hot"] if sums["hot"] else None,
        "both_of_cooling_share": both / sums["cold"] if sums["cold"] else None,
        "mean_overlap_percent": None if sums["overlap"] is None else 100 * sums["overlap"],
        "hours_both": valves.hours(both),
        "hours": valves.hours(n),
        "threshold_percent": limit * 100,
    }


def _states(valves: _Valves, sums: Mapping[str, Any]) -> pa.Table:
    n, hot, cold, both = (sums[each] for each in ("n", "hot", "cold", "both"))
    rows = [n - hot - cold + both, hot - both, cold - both, both]
    return pa.table(
        {
            "state": pa.array(_STATES, pa.string()),
            "rows": pa.array(rows, pa.int64()),
            "time_percent": pa.array([100 * each / n for each in rows], pa.float64()),
            "hours": pa.array([valves.hours(each) for each in rows], pa.float64()),
        }
    )


def _hours(frame: Frame, rows: ir.Table) -> pa.Table:
    """Per cent of the time both are open, by hour of the day."""
    rows = rows.mutate(hour=rows.t.hour().cast("float64"), both=ibis.ifelse(rows.holds, 100.0, 0.0))
    return frame.execute(rows.group_by("hour").aggregate(both_percent=rows.both.mean()).order_by("hour"))


def _sentences(
    frame: Frame, analysis: Analysis, valves: _Valves, facts: Mapping[str, Any], long: Events | None
) -> Iterator[str]:
    names = [f"“{frame.label(analysis.inputs[each][0])}”" for each in ("heating", "cooling")]
    limit = number(facts["threshold_percent"], "%")
    time = f" ({hours_text(facts['hours_both'])} of {hours_text(facts['hours'])})" if facts["hours"] else ""
    if not facts["both_share"]:
        yield (
            f"{names[0]} and {names[1]} are at no time both open beyond {limit}; heating is for "
            f"{share(facts['heating_share'])} of the time, cooling for {share(facts['cooling_share'])}."
        )
        if not facts["heating_share"] or not facts["cooling_share"]:
            yield "One of them never opened, so the rows do not show how the two would do together."
        return
    yield f"{names[0]} and {names[1]} are both open beyond {limit} for {share(facts['both_share'])} of the time{time}."
    yield (
        f"That is {share(facts['both_of_heating_share'])} of the time heating is open and "
        f"{share(facts['both_of_cooling_share'])} of the time cooling is; the smaller of the two is open "
        f"{number(facts['mean_overlap_percent'], '%')} on average while one works against the other."
    )
    if long is not None and long.listed and valves.moments is not None:
        top = long.listed[0]
        where = f" ({top['entity']})" if valves.moments.several else ""
        yield (
            f"{count(long.count, 'stretch', 'stretches')} of it; the longest {stretch_text(top['start'], top['end'])}"
            f"{where}, {hours_text(top['hours'])}."
        )
    yield "Drying air by cooling and reheating it does this on purpose; else it is energy paid twice."


def _figures(tables: Mapping[str, pa.Table], told: tuple[str, ...]) -> tuple[Figure, ...]:
    states = Figure(
        Form.BARS,
        "states",
        x="state",
        y="time_percent",
        title="Heating, cooling, both or neither",
        x_label="Valves open",
        y_label="Share of the time",
        unit="%",
        alt=" ".join(told),
    )
    if "hours" not in tables or not any(tables["hours"]["both_percent"].to_pylist()):
        return (states,)
    hours = Figure(
        Form.PROFILE,
        "hours",
        x="hour",
        y="both_percent",
        title="When heating and cooling are open at once",
        x_label="Hour of the day",
        y_label="Both open, share of the time",
        unit="%",
        alt=" ".join(told),
    )
    return (states, hours)
