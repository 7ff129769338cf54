"""Self-consumption: how much of the generation is used on site, and how much of the load it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.amounts import Joint, open_amount, open_joint
from headgate.engines.folding import Grain, period_start, period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, energy_text
from headgate.engines.wording import count, share, span
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEW = 0.01  # of the intervals may be below zero, as meters wobble; more of them mean another sign or another meter
FINE = 900  # seconds: in longer intervals, what goes to the grid and comes back within one is not seen
_SUMS = ("generation_kwh", "load_kwh", "self_consumed_kwh", "exported_kwh", "imported_kwh")
_RATES = ("self_consumption_percent", "autarky_percent")
_PERIODS = pa.schema([("start", pa.timestamp("us")), *((name, pa.float64()) for name in (*_SUMS, *_RATES))])
_SHARES = pa.schema([("start", pa.timestamp("us")), ("share", pa.string()), ("percent", pa.float64())])
_HOURS = pa.schema([("hour", pa.float64()), ("flow", pa.string()), ("kw", pa.float64())])


@dataclass(frozen=True, slots=True)
class _Flows:
    """`rows` holds `t`, `generation` and `load` in kWh, neither below zero, and `own`, the less of the two."""

    rows: ir.Table
    step: int
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """What is generated, used on site, sent out and drawn, in all and by period (table `periods`).

    Self-consumed is Σ min(generation, load) over intervals in which both have a value. The rate of self-consumption is
    self-consumed / generation, autarky (self-sufficiency) self-consumed / load. Needs intervals of an hour or less.
    """
    flows = _flows(frame, analysis)
    if isinstance(flows, Skipped):
        return flows
    total = frame.execute(flows.rows.aggregate(**_sums(flows.rows))).to_pylist()[0]
    names = [frame.label(analysis.inputs[name][0]) for name in ("generation", "load")]
    for name, kwh in zip(names, (total["generation_kwh"], total["load_kwh"]), strict=True):
        if kwh <= 0:
            return Skipped(
                analysis, f"“{name}” is nowhere above zero where both have a value; there is nothing to compare."
            )
    grain = Grain(str(analysis.params["grain"]))
    periods = _periods(frame, flows, grain)
    facts = _facts(frame, flows, total)
    sentences = _sentences(names, facts, periods, grain)
    tables = {
        "periods": pa.Table.from_pylist(periods, schema=_PERIODS),
        "shares": pa.Table.from_pylist(_shares(periods), schema=_SHARES),
        "hours": pa.Table.from_pylist(_hours(frame, flows), schema=_HOURS),
    }
    return Result(
        analysis,
        tables,
        facts,
        figures=_figures(grain, len(periods), sentences),
        sentences=sentences,
        headlines=(
            Headline("Self-consumption", 100 * float(facts["self_consumption_rate"] or 0), "%", "of the generation"),
            Headline("Autarky", 100 * float(facts["autarky"] or 0), "%", "of the load"),
        ),
        warnings=flows.warnings,
    )


def _flows(frame: Frame, analysis: Analysis) -> _Flows | Skipped:
    time = analysis.inputs["timestamp"][0]
    step = frame.interval(time)
    if step is None:
        return Skipped(analysis, f"“{frame.label(time)}” has no regular interval, so flows cannot be compared in time.")
    if step > HOUR:
        return Skipped(
            analysis,
            f"The values are {span(step)} apart: over more than an hour generation and load that miss each "
            "other look as if they met.",
        )
    values: dict[str, ir.Value] = {}
    said: list[str] = []
    for name in ("generation", "load"):
        column = analysis.inputs[name][0]
        amount = open_amount(frame, column, time)
        if isinstance(amount, str):
            return Skipped(analysis, amount)
        if amount.unit != "kWh":
            return Skipped(analysis, f"“{frame.label(column)}” is in {amount.each}, which is no energy.")
        values[name] = amount.value
        said += amount.warnings
    joint = open_joint(frame, time, values)
    below = _below_zero(frame, analysis, joint)
    if isinstance(below, str):
        return Skipped(analysis, below)
    rows = joint.rows.mutate(generation=joint.rows.generation.clip(lower=0.0), load=joint.rows.load.clip(lower=0.0))
    rows = rows.mutate(own=ibis.least(rows.generation, rows.load))
    said += joint.warnings
    if step > FINE:
        said.append(f"Within {span(step)} exchange with the grid is not seen, so both rates come out a little high.")
    said.append(
        f"“{frame.label(analysis.inputs['load'][0])}” is taken to be all that is used, not what the grid delivers."
    )
    return _Flows(rows, step, (*said, *below))


def _below_zero(frame: Frame, analysis: Analysis, joint: Joint) -> tuple[str, ...] | str:
    """A warning for each column that is sometimes below zero, or why the two cannot be compared."""
    if not joint.count:
        return "Generation and load have no interval in which both have a value."
    rows = joint.rows
    names = ("generation", "load")
    found = frame.execute(rows.aggregate(**{name: (rows[name] < 0).sum() for name in names})).to_pylist()[0]
    said = []
    for name in names:
        label = frame.label(analysis.inputs[name][0])
        if found[name] > FEW * joint.count:
            what = "its sign may be turned" if name == "generation" else "it may be net of the generation"
            return f"“{label}” is below zero in {share(found[name] / joint.count)} of the intervals: {what}."
        if found[name]:
            said.append(f"“{label}” is below zero in {count(int(found[name]), 'interval')}, which count as zero.")
    return tuple(said)


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    return {
        "generation_kwh": rows.generation.sum(),
        "load_kwh": rows.load.sum(),
        "self_consumed_kwh": rows.own.sum(),
        "exported_kwh": (rows.generation - rows.own).sum(),
        "imported_kwh": (rows.load - rows.own).sum(),
    }


def _rate(own: float, whole: float) -> float | None:
    return own / whole if whole > 0 else None


def _periods(frame: Frame, flows: _Flows, grain: Grain) -> list[dict[str, Any]]:
    rows = flows.rows.mutate(start=period_start(flows.rows.t, grain))
    found = frame.execute(rows.group_by("start").aggregate(**_sums(rows)).order_by("start")).to_pylist()
    for row in found:
        for name, whole in zip(_RATES, ("generation_kwh", "load_kwh"), strict=True):
            rate = _rate(row["self_consumed_kwh"], row[whole])
            row[name] = None if rate is None else 100 * rate
    return list(found)


def _shares(periods: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = {"self_consumption_percent": "Self-consumption", "autarky_percent": "Autarky"}
    return [
        {"start": row["start"], "share": word, "percent": row[name]}
        for name, word in names.items()
        for row in periods
        if row[name] is not None
    ]


def _hours(frame: Frame, flows: _Flows) -> list[dict[str, Any]]:
    """Mean power of the generation and the load at each hour of the day."""
    rows = flows.rows.mutate(hour=flows.rows.t.hour())
    means = rows.group_by("hour").aggregate(generation=rows.generation.mean(), load=rows.load.mean()).order_by("hour")
    found = frame.execute(means).to_pylist()
    return [
        {"hour": row["hour"], "flow": word, "kw": row[name] * HOUR / flows.step}
        for name, word in (("generation", "Generation"), ("load", "Load"))
        for row in found
    ]


def _facts(frame: Frame, flows: _Flows, total: Mapping[str, float]) -> dict[str, float | str | None]:
    """With a store: were all surplus of a day kept without loss for the rest of the same day, the most there is."""
    rows = flows.rows.mutate(day=flows.rows.t.truncate("D"))
    days = rows.group_by("day").aggregate(generation=rows.generation.sum(), load=rows.load.sum())
    kept = frame.number(ibis.least(days.generation, days.load).sum()) or 0.0
    own = total["self_consumed_kwh"]
    return {
        **total,
        "self_consumption_rate": _rate(own, total["generation_kwh"]),
        "autarky": _rate(own, total["load_kwh"]),
        "autarky_with_day_store": _rate(kept, total["load_kwh"]),
    }


def _sentences(
    names: Sequence[str], facts: Mapping[str, Any], periods: Sequence[Mapping[str, Any]], grain: Grain
) -> tuple[str, ...]:
    said = [
        f"Of {energy_text(facts['generation_kwh'])} of “{names[0]}”, {energy_text(facts['self_consumed_kwh'])} "
        f"({share(facts['self_consumption_rate'])}) are used on site and {energy_text(facts['exported_kwh'])} are not.",
        f"They cover {share(facts['autarky'])} of the {energy_text(facts['load_kwh'])} of “{names[1]}”; "
        f"{energy_text(facts['imported_kwh'])} come from elsewhere.",
    ]
    most = facts["autarky_with_day_store"]
    if facts["exported_kwh"] > 0:
        said.append(
            f"If all surplus were kept for the rest of its day, without loss, {share(most)} could be covered: no store "
            "for a day reaches more."
        )
    known = [row for row in periods if row["autarky_percent"] is not None]
    if len(known) > 2:
        low, high = (pick(known, key=lambda row: row["autarky_percent"]) for pick in (min, max))
        said.append(
            f"By {grain} it covers between {share(low['autarky_percent'] / 100)} ({period_word(low['start'], grain)}) "
            f"and {share(high['autarky_percent'] / 100)} ({period_word(high['start'], grain)})."
        )
    return tuple(said)


def _figures(grain: Grain, periods: int, sentences: tuple[str, ...]) -> tuple[Figure, ...]:
    alt = " ".join(sentences)
    rates = Figure(
        Form.LINE,
        "shares",
        x="start",
        y="percent",
        title=f"Self-consumption and autarky by {grain}",
        x_label=sentence(str(grain)),
        y_label="Share",
        unit="%",
        series="share",
        series_label="Share",
        alt=alt,
    )
    hours = Figure(
        Form.PROFILE,
        "hours",
        x="hour",
        y="kw",
        title="Generation and load on a mean day",
        x_label="Hour of day",
        y_label="Mean power",
        unit="kW",
        series="flow",
        series_label="Flow",
        alt=alt,
    )
    return (rates, hours) if periods > 1 else (hours,)
