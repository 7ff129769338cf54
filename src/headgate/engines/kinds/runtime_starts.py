"""When a machine runs: hours on, starts, the length of its runs, and the hours of the day in which it is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, is_weekend
from headgate.engines.spread import spread_of
from headgate.engines.stretches import Moments, events, hours_text, is_on, open_moments, stretch_text, stretches
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

LEVEL = 0.1  # of the 95 % quantile: a machine that is off draws less
OFTEN = 0.05  # of the time: below this level a machine is off now and then, not by a slip of the meter
BINS = 256
APART = (
    0.8  # of the variance: two levels, off (or idle) and on, explain at least this; evenly spread values explain 0.75
)
SHORT_MINUTES = 15.0
FEW = 4  # runs: up to here a middle one says nothing
ENOUGH_HOURS = 48  # for a number of starts a day
_DAYS = pa.schema([("date", pa.date32()), ("hours_on", pa.float64()), ("hours", pa.float64()), ("starts", pa.int64())])


@dataclass(frozen=True, slots=True)
class _Machine:
    """`rows`: `t`, `entity`, `on` (0 or 1) and `level` (its value, null for words); `said` how on was told from off."""

    moments: Moments
    rows: ir.Table
    threshold: float | None
    said: str


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `days` (hours on and starts), `hours` (share of time on by hour of the day) and `runs` (the longest).

    A start is a moment on that follows a moment off without a gap. On is what `threshold` says, else what the values
    show (see `_threshold`). Needs stamps with a regular interval and, without a threshold, values of two levels.
    """
    machine = _machine(frame, analysis)
    if isinstance(machine, Skipped):
        return machine
    step = machine.moments.step
    rows = machine.rows
    sums = frame.execute(
        rows.aggregate(
            n=rows.count(),
            on=rows.on.sum(),
            level_on=rows.level.mean(where=rows.on == 1),
            level_off=rows.level.mean(where=rows.on == 0),
            entities=rows.entity.nunique(),
        )
    ).to_pylist()[0]
    runs = stretches(rows.mutate(holds=rows.on == 1), step)
    lengths = _lengths(frame, runs, step)
    listed = events(frame, runs, step, 0)
    days = _days(frame, machine, runs)
    facts = _facts(frame, machine, sums, lengths, days)
    told = tuple(_sentences(frame, analysis, machine, facts, listed.listed))
    tables = {"days": days, "hours": _hours(frame, machine), "runs": listed.table(machine.moments.several, {})}
    headline = Headline("Running", float(facts["on_share"] or 0.0) * 100, "%", f"{count(lengths['starts'], 'start')}")
    figures = _figures(frame, analysis, machine, told)[: 2 if days.num_rows > 1 else 1]  # one day makes no line
    return Result(analysis, tables, facts, figures, told, (headline,))


def _machine(frame: Frame, analysis: Analysis) -> _Machine | Skipped:
    state, given = analysis.inputs["state"][0], float(analysis.params["threshold"])
    name = frame.label(state)
    if not frame.is_number(state):
        on = is_on(frame, state)
        if on is None:
            return Skipped(analysis, f"No word in “{name}” says that something is on or off.")
        threshold, said, columns = None, f"the words of “{name}”", {"on": on}
    else:
        threshold = given or _threshold(frame, state)
        if threshold is None:
            return Skipped(
                analysis, f"The values of “{name}” show no level for off and one for on; set the parameter threshold."
            )
        said = f"“{name}” above {number(threshold, frame.unit(state))}"
        columns = {"level": frame.rows[state]}
    moments = open_moments(frame, analysis, columns)
    if isinstance(moments, Skipped):
        return moments
    rows = moments.rows
    if threshold is None:
        on, level = rows.on >= 0.5, ibis.null("float64")
    else:
        on, level = rows.level > threshold, rows.level
    rows = rows.select("t", "entity", on=ibis.ifelse(on, 1, 0), level=level)
    if not frame.number(rows.count()):
        return Skipped(analysis, f"“{name}” holds no value with a time.")
    return _Machine(moments, rows, threshold, said)


def _threshold(frame: Frame, column: str) -> float | None:
    """Above what a number is on, None where the values do not show it.

    (1) A state is on above zero, and so is whatever has two values, above the lower. (2) Where at least 5 % of the
    values are below a tenth of the 95 % quantile, that is the limit. (3) Else the level that divides the values best
    into two (Otsu 1979), where the two explain 80 % of the variance.
    """
    cell = frame.rows[column]
    found = spread_of(frame, [column], {"high": 0.95})[column]
    least, most = found["min"], found["max"]
    if least is None or (least == most and frame.meaning(column).role is not Role.STATE):
        return None
    if frame.meaning(column).role is Role.STATE and least >= 0:
        return 0.0
    if found["distinct"] == 2:
        return float(least)
    low = LEVEL * found["high"]
    if least >= 0 and low > 0 and (frame.number((cell <= low).mean()) or 0) >= OFTEN:
        return float(low)
    return _two_levels(frame, column, least, most)


def _two_levels(frame: Frame, column: str, least: float, most: float) -> float | None:
    """The edge of 256 bins of equal width with the greatest variance between below and above, where it is clear."""
    cell = frame.rows[column]
    place = ((cell - least) / (most - least) * BINS).floor().cast("int64").clip(upper=BINS - 1)
    rows = frame.rows.select(place=place, value=cell).filter(cell.notnull())
    bins = rows.group_by("place").aggregate(
        n=rows.count(), total=rows["value"].sum(), squares=(rows["value"] ** 2).sum()
    )
    return otsu(
        [(row["place"], row["n"], row["total"], row["squares"]) for row in frame.execute(bins).to_pylist()],
        least,
        (most - least) / BINS,
    )


def otsu(bins: Sequence[tuple[int, int, float, float]], least: float, width: float) -> float | None:
    """The dividing edge of a histogram of `(place, n, sum, sum of squares)`; None where no edge explains 80 %."""
    bins = sorted(bins)
    n, total = sum(each[1] for each in bins), sum(each[2] for each in bins)
    variance = sum(each[3] for each in bins) / n - (total / n) ** 2
    best, edge, below, under = 0.0, None, 0, 0.0
    for place, size, value, _ in bins[:-1]:
        below, under = below + size, under + value
        between = (total * below / n - under) ** 2 / (below * (n - below))
        if between > best:
            best, edge = between, least + (place + 1) * width
    return edge if variance > 0 and best / variance >= APART else None


def _lengths(frame: Frame, runs: ir.Table, step: int) -> dict[str, Any]:
    """How many runs and starts there are, and how long the runs that were seen to begin are, in hours."""
    hours = runs.n * (step / HOUR)
    found = frame.execute(
        runs.aggregate(
            runs=runs.count(),
            starts=runs.begun.sum(),
            median=hours.median(),
            longest=hours.max(),
            short=(runs.begun & (runs.n * step < SHORT_MINUTES * 60)).sum(),
        )
    ).to_pylist()[0]
    return {**found, "starts": int(found["starts"] or 0), "short": int(found["short"] or 0)}


def _days(frame: Frame, machine: _Machine, runs: ir.Table) -> pa.Table:
    rows = machine.rows.mutate(date=machine.rows.t.date())
    on = rows.group_by("date").aggregate(on=rows.on.sum(), n=rows.count()).order_by("date")
    begun = runs.filter(runs.begun).mutate(date=runs.start.date())
    starts = frame.execute(begun.group_by("date").aggregate(starts=begun.count())).to_pylist()
    known = {row["date"]: row["starts"] for row in starts}
    hours = machine.moments.hours
    found = [
        {
            "date": row["date"],
            "hours_on": hours(row["on"]),
            "hours": hours(row["n"]),
            "starts": known.get(row["date"], 0),
        }
        for row in frame.execute(on).to_pylist()
    ]
    return pa.Table.from_pylist(found, schema=_DAYS)


def _hours(frame: Frame, machine: _Machine) -> pa.Table:
    """Per cent of the time on by hour of the day, Monday to Friday and at the weekend."""
    t = machine.rows.t
    days = ibis.ifelse(is_weekend(t), "Saturday and Sunday", "Monday to Friday")
    rows = machine.rows.mutate(days=days, hour=t.hour().cast("float64"))
    shares = rows.group_by(["days", "hour"]).aggregate(on_percent=rows.on.cast("float64").mean() * 100)
    return frame.execute(shares.order_by(["days", "hour"]))


def _facts(
    frame: Frame, machine: _Machine, sums: Mapping[str, Any], lengths: Mapping[str, Any], days: pa.Table
) -> dict[str, float | str | None]:
    hours = machine.moments.hours(sums["n"])
    return {
        "hours_on": machine.moments.hours(sums["on"]),
        "hours": hours,
        "on_share": sums["on"] / sums["n"],
        "starts": float(lengths["starts"]),
        "starts_per_day": lengths["starts"] / (hours / 24) if hours >= ENOUGH_HOURS else None,
        "short_runs": float(lengths["short"]),
        "median_run_hours": lengths["median"],
        "longest_run_hours": lengths["longest"],
        "days_on_throughout": float(sum(row["hours_on"] >= row["hours"] >= 23 for row in days.to_pylist())),
        "threshold": machine.threshold,
        "mean_on": sums["level_on"],
        "mean_off": sums["level_off"],
        "machines": float(sums["entities"]),
    }


def _sentences(
    frame: Frame, analysis: Analysis, machine: _Machine, facts: Mapping[str, Any], runs: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    column, several = analysis.inputs["state"][0], machine.moments.several
    yield (
        f"On, told by {machine.said}, is {share(facts['on_share'])} of the time: {hours_text(facts['hours_on'])} of "
        f"{hours_text(facts['hours'])}" + (f" of {number(facts['machines'])} machines." if several else ".")
    )
    if not runs:
        return
    starts, daily = count(int(facts["starts"]), "start"), facts["starts_per_day"]
    often = starts if daily is None else f"{starts}, {number(daily)} a day{' and machine' if several else ''}"
    longest = f"the longest run lasts {hours_text(facts['longest_run_hours'])}"
    yield (
        f"It makes {often}; {longest} ({stretch_text(runs[0]['start'], runs[0]['end'])})"
        + (f"; half of the runs last {hours_text(facts['median_run_hours'])} or less." if len(runs) > FEW else ".")
    )
    short = int(facts["short_runs"])
    if short:
        yield (
            f"{count(short, 'run')} ended within {number(SHORT_MINUTES)} minutes: short cycles wear a machine and "
            "point to a control that hunts or to a machine that is too large."
        )
    on, off, unit = facts["mean_on"], facts["mean_off"], frame.unit(column)
    if on and off and frame.meaning(column).role in (Role.POWER, Role.ENERGY_INTERVAL) and off > 0:
        yield (
            f"While off it still draws {number(off, unit)} on average, {share(off / on)} of the {number(on, unit)} it "
            "draws while on."
        )
    whole = int(facts["days_on_throughout"])
    if whole and facts["on_share"] < 1:
        yield f"It ran all day on {count(whole, 'day')}."


def _figures(frame: Frame, analysis: Analysis, machine: _Machine, told: tuple[str, ...]) -> tuple[Figure, ...]:
    spoken = frame.phrase(analysis.inputs["state"][0])
    return (
        Figure(
            Form.PROFILE,
            "hours",
            x="hour",
            y="on_percent",
            title=sentence(f"{spoken}: share of the time on by hour of the day"),
            x_label="Hour of the day",
            y_label="On, share of the time",
            unit="%",
            series="days",
            series_label="Days",
            alt=" ".join(told),
        ),
        Figure(
            Form.LINE,
            "days",
            x="date",
            y="hours_on",
            title=sentence(f"{spoken}: hours on by day"),
            x_label="Day",
            y_label="On",
            unit="h",
            alt=" ".join(told),
        ),
    )
