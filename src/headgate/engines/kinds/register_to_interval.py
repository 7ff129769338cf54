"""A register (a meter's running count) made into what was used between its readings, rollovers and exchanges told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.folding import Grain, at_least, fact_key, fitting, period_end, period_start
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.timing import seconds
from headgate.engines.wording import count, day, moment, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

MONOTONE = 0.98  # of the steps rise, stay level or roll over: below that it is no register
_NEAR_END = 0.1  # of the register's range: a rollover leads from the last tenth of it into the first
_GAP = 1.5  # times the usual step: a longer one spans a gap
_COVERED = 0.98  # of a period: below that it is marked
_MOST_LISTED = 100
_MOST_ENTITIES = 200
_ENTITIES = pa.schema(
    [("entity", pa.string()), ("readings", pa.int64()), ("first", pa.timestamp("us")), ("last", pa.timestamp("us"))]
    + [(name, pa.float64()) for name in ("first_reading", "last_reading", "used", "rolled_over", "left_out")]
    + [(name, pa.int64()) for name in ("rollovers", "exchanges", "too_large")]
)
_EXCEPTIONS = pa.schema(
    [(name, pa.string()) for name in ("entity", "taken_as")]
    + [("since", pa.timestamp("us")), ("until", pa.timestamp("us"))]
    + [(name, pa.float64()) for name in ("before", "after", "used")]
)
_PERIODS = pa.schema(
    [("start", pa.timestamp("us")), ("used", pa.float64()), ("covered_share", pa.float64()), ("incomplete", pa.bool_())]
)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps between the readings of each entity in order of time, and what holds of all.

    `rows` holds `entity`, `since`, `t`, `before`, `value`, `delta` (after less before), `top` (where the register
    starts again), `taken_as` ("rise", "rollover", "exchange" or "too large"), `used` (null where left out) and
    `length` in seconds.
    """

    rows: ir.Table
    step: int
    whole: Mapping[str, Any]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `periods` (what was used), `entities` and, where a step is no plain rise, `exceptions`.

    A fall is a rollover where the user gave `rollover`, or where it leads from the last tenth of the digits into the
    first and makes a step no larger than others; else the meter was exchanged or set back and the step is left out,
    like one larger than `max_step`. What was used is last − first reading + rollovers − steps left out.
    """
    register, time = analysis.inputs["register"][0], analysis.inputs["timestamp"][0]
    entity = next(iter(analysis.inputs.get("entity", ())), None)
    name = frame.label(register)
    if not frame.is_number(register):
        return Skipped(analysis, f"“{name}” does not hold numbers.")
    step = frame.interval(time)
    if step is None:
        return Skipped(analysis, f"“{frame.label(time)}” holds fewer than two different times.")
    steps = _steps(frame, analysis, register, time, entity, step)
    if not steps.whole["steps"]:
        return Skipped(analysis, f"“{name}” has fewer than two readings with a time.")
    falls = steps.whole["exchanges"] / steps.whole["steps"]
    if 1 - falls < MONOTONE:
        return Skipped(
            analysis,
            f"“{name}” falls on {share(falls)} of its steps; a register rises on {number(MONOTONE * 100)} % or more.",
        )
    entities = _entities(frame, steps, limit=_MOST_ENTITIES)
    exceptions = _exceptions(frame, steps)
    grain, periods = _periods(frame, steps)
    tables = {
        "periods": pa.Table.from_pylist(periods, schema=_PERIODS),
        "entities": pa.Table.from_pylist(entities, schema=_ENTITIES),
    }
    if exceptions:
        tables["exceptions"] = pa.Table.from_pylist(exceptions, schema=_EXCEPTIONS)
    unit, sums = frame.unit(register), _sums(frame, steps)
    sentences = tuple(_sentences(steps, entities, sums, name, unit))
    ends = f"{day(steps.whole['first'])} to {day(steps.whole['last'])}"
    return Result(
        analysis,
        tables,
        _facts(steps, sums, unit),
        (_figure(frame, register, grain, unit, sentences),) if len(periods) > 1 else (),
        sentences,
        (Headline(f"{sentence(frame.phrase(register))}: used", sums["used"], unit, ends),),
        tuple(_warnings(analysis, steps, unit)),
    )


def _readings(frame: Frame, register: str, time: str, entity: str | None, step: int) -> ir.Table:
    """One row an entity and moment: the highest reading, since a register only rises."""
    taken = frame.start(time)
    if frame.timing(time).ending:  # a reading is of its moment, whatever interval it closes
        taken = taken + ibis.interval(seconds=step)
    named = frame.text(entity).fill_null("(blank)") if entity is not None else ibis.literal("")
    rows = frame.rows.select(t=taken, entity=named, value=frame.rows[register])
    rows = rows.filter(rows.t.notnull() & rows["value"].notnull())
    return rows.group_by(["entity", "t"]).aggregate(value=rows["value"].max())


def _steps(frame: Frame, analysis: Analysis, register: str, time: str, entity: str | None, step: int) -> _Steps:
    readings = _readings(frame, register, time, entity, step)
    own = ibis.window(group_by=readings.entity, order_by=readings.t)
    rows = readings.mutate(
        since=readings.t.lag().over(own),
        before=readings["value"].lag().over(own),
        highest=readings["value"].max().over(ibis.window(group_by=readings.entity)),
    )
    rows = rows.filter(rows.since.notnull())
    rows = rows.mutate(delta=rows["value"] - rows.before, length=seconds(rows.t) - seconds(rows.since))
    rows = _judged(rows, float(analysis.params["rollover"]), float(analysis.params["max_step"]))
    kinds = {
        name: (rows.taken_as == kind).sum()
        for name, kind in (("rollovers", "rollover"), ("exchanges", "exchange"), ("too_large", "too large"))
    }
    spanning = (rows.length > _GAP * step) & rows.used.notnull()
    whole = frame.execute(
        rows.aggregate(
            steps=rows.count(),
            first=rows.since.min(),
            last=rows.t.max(),
            highest=rows.highest.max(),
            entities=rows.entity.nunique(),
            gaps=spanning.sum(),
            in_gaps=rows.used.sum(where=spanning),
            **kinds,
        )
    ).to_pylist()[0]
    return _Steps(rows, step, whole)


def _judged(rows: ir.Table, rollover: float, max_step: float) -> ir.Table:
    """Each step with what it is taken as and what was used in it."""
    if rollover:
        rows = rows.mutate(top=ibis.literal(rollover))
        whole = rows.delta + rows.top
        is_rollover = (rows.delta < 0) & (rows.before <= rows.top) & (whole >= 0) & (whole <= rollover / 2)
    else:
        # The register's digits end at the next power of ten above its highest reading.
        digits = ibis.greatest(rows.highest, 1.0).log10().floor() + 1
        widest = ibis.greatest(rows.delta, 0.0).max().over(ibis.window(group_by=rows.entity))
        rows = rows.mutate(top=(ibis.literal(10.0) ** digits).cast("float64"), widest=widest)
        whole = rows.delta + rows.top
        at_end = (rows.before >= (1 - _NEAR_END) * rows.top) & (rows["value"] <= _NEAR_END * rows.top)
        is_rollover = (rows.delta < 0) & at_end & (rows["value"] >= 0) & (whole <= rows.widest)
    gained = ibis.ifelse(is_rollover, whole, rows.delta)
    taken_as = ibis.cases(
        (~is_rollover & (rows.delta < 0), "exchange"),
        (gained > (max_step or float("1e300")), "too large"),
        (is_rollover, "rollover"),
        else_="rise",
    )
    rows = rows.mutate(gained=gained, taken_as=taken_as, rolled=ibis.ifelse(is_rollover, rows.top, 0.0))
    return rows.mutate(used=ibis.ifelse(rows.taken_as.isin(["rise", "rollover"]), rows.gained, ibis.null("float64")))


def _by_entity(rows: ir.Table) -> ir.Table:
    """One row an entity; `left_out` is what the steps left out would have counted."""
    return rows.group_by("entity").aggregate(
        readings=rows.count() + 1,
        first=rows.since.min(),
        last=rows.t.max(),
        first_reading=rows.before.argmin(rows.since),
        last_reading=rows["value"].argmax(rows.t),
        used=rows.used.sum().coalesce(0.0),
        rolled_over=rows.rolled.sum(),
        left_out=rows.gained.sum(where=rows.used.isnull()).coalesce(0.0),
        rollovers=(rows.taken_as == "rollover").sum(),
        exchanges=(rows.taken_as == "exchange").sum(),
        too_large=(rows.taken_as == "too large").sum(),
    )


def _entities(frame: Frame, steps: _Steps, limit: int) -> list[dict[str, Any]]:
    by = _by_entity(steps.rows)
    found: list[dict[str, Any]] = frame.execute(by.order_by([ibis.desc("used"), "entity"]).limit(limit)).to_pylist()
    return found


def _sums(frame: Frame, steps: _Steps) -> dict[str, float]:
    by = _by_entity(steps.rows)
    difference = by.last_reading - by.first_reading
    found: dict[str, float] = frame.execute(
        by.aggregate(
            used=by.used.sum(),
            difference=difference.sum(),
            rolled_over=by.rolled_over.sum(),
            left_out=by.left_out.sum(),
        )
    ).to_pylist()[0]
    return found


def _exceptions(frame: Frame, steps: _Steps) -> list[dict[str, Any]]:
    rows = steps.rows.filter(steps.rows.taken_as != "rise")
    rows = rows.select(
        "entity", "taken_as", "since", until=rows.t, before=rows.before, after=rows["value"], used=rows.used
    )
    found: list[dict[str, Any]] = frame.execute(rows.order_by(["since", "entity"]).limit(_MOST_LISTED)).to_pylist()
    return found


def _periods(frame: Frame, steps: _Steps) -> tuple[Grain, list[dict[str, Any]]]:
    """What was used in each period; a step that crosses the end of one is divided by time."""
    length = (steps.whole["last"] - steps.whole["first"]).total_seconds()
    grain = fitting(length, steps.step)
    grain = at_least(Grain.HOUR if grain is Grain.RAW else grain, steps.step)
    rows = steps.rows.filter(steps.rows.used.notnull())
    rows = rows.mutate(
        start=period_start(rows.since, grain), end=period_start(rows.t - ibis.interval(seconds=1), grain)
    )
    inside = rows.filter(rows.start == rows.end)
    sums: dict[datetime, list[float]] = {}
    grouped = inside.group_by("start").aggregate(used=inside.used.sum(), length=inside.length.sum())
    for row in frame.execute(grouped).to_pylist():
        sums[row["start"]] = [row["used"], row["length"]]
    crossing = rows.filter(rows.start != rows.end).select("start", "since", "t", "used", "length")
    for row in frame.execute(crossing.order_by(["since", "t"])).to_pylist():
        for start, part in _divided(row, grain):
            amounts = sums.setdefault(start, [0.0, 0.0])
            amounts[0] += row["used"] * part
            amounts[1] += row["length"] * part
    return grain, [_period(start, sums[start], grain, steps.whole["entities"]) for start in sorted(sums)]


def _period(start: datetime, amounts: Sequence[float], grain: Grain, entities: int) -> dict[str, Any]:
    used, length = amounts
    whole = (period_end(start, grain, None) - start).total_seconds() * entities
    return {"start": start, "used": used, "covered_share": length / whole, "incomplete": length < _COVERED * whole}


def _divided(row: Mapping[str, Any], grain: Grain) -> Iterator[tuple[datetime, float]]:
    """The periods that a step lies in, each with its part of the step's time."""
    start, whole = row["start"], (row["t"] - row["since"]).total_seconds()
    while start < row["t"]:
        end = period_end(start, grain, None)
        yield start, (min(end, row["t"]) - max(start, row["since"])).total_seconds() / whole
        start = end


def _facts(steps: _Steps, sums: Mapping[str, float], unit: str) -> dict[str, float | str | None]:
    whole = steps.whole
    return {
        fact_key("used", unit): sums["used"],
        fact_key("last_less_first", unit): sums["difference"],
        fact_key("rolled_over", unit): sums["rolled_over"],
        fact_key("left_out", unit): sums["left_out"],
        "steps": float(whole["steps"]),
        "entities": float(whole["entities"]),
        "rollovers": float(whole["rollovers"]),
        "exchanges": float(whole["exchanges"]),
        "too_large": float(whole["too_large"]),
        "rising_share": 1 - whole["exchanges"] / whole["steps"],
    }


def _sentences(
    steps: _Steps, entities: Sequence[Mapping[str, Any]], sums: Mapping[str, float], name: str, unit: str
) -> Iterator[str]:
    whole = steps.whole
    ends = f"from {moment(whole['first'])} to {moment(whole['last'])}"
    several = whole["entities"] > 1
    of = f"the {whole['entities']:,} registers “{name}” together" if several else f"“{name}”"
    yield f"{sentence(of)} counted {number(sums['used'], unit)} {ends}."
    if several:
        top, part = entities[0], entities[0]["used"] / sums["used"] if sums["used"] else 0.0
        yield f"Most was counted for {top['entity']}: {number(top['used'], unit)} ({share(part)})."
    if not (whole["rollovers"] or whole["exchanges"] or whole["too_large"]):
        yield f"That is the last less the first reading{' of each' if several else ''}: no step falls."
    if whole["rollovers"]:
        yield (
            f"{count(whole['rollovers'], 'time')} a register came to the end of its digits and started again at zero; "
            f"{number(sums['rolled_over'], unit)} more than the last less the first reading stand for that."
        )
    if whole["exchanges"]:
        fell = count(whole["exchanges"], "step falls", "steps fall")
        yield (
            f"{fell} without a rollover, as when a meter is exchanged or set back: what was used in "
            f"{'it' if whole['exchanges'] == 1 else 'them'} is not known and left out."
        )
    if whole["too_large"]:
        over = count(whole["too_large"], "step is", "steps are")
        yield f"{over} larger than the largest step you gave and left out."


def _warnings(analysis: Analysis, steps: _Steps, unit: str) -> Iterator[str]:
    whole, rollover = steps.whole, float(analysis.params["rollover"])
    if whole["gaps"]:
        spans = count(whole["gaps"], "step spans a gap", "steps span a gap")
        yield f"{spans} between readings: {number(whole['in_gaps'], unit)} spread evenly over it."
    if rollover and whole["highest"] > rollover:
        yield "Some readings are above the rollover you gave, so it is not where this register starts again."


def _figure(frame: Frame, register: str, grain: Grain, unit: str, told: Sequence[str]) -> Figure:
    spoken = sentence(frame.phrase(register))
    return Figure(
        Form.LINE,
        "periods",
        x="start",
        y="used",
        title=f"{spoken}: what was counted in each {grain}; a {grain} not wholly covered is marked",
        x_label=sentence(str(grain)),
        y_label="Counted",
        unit=unit or None,
        marked="incomplete",
        alt=" ".join(told),
    )
