"""The power factor: how much of the current drawn does work, over the period, by month and by share of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import acos, sqrt, tan

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import not_numbers, stamped
from headgate.engines.wording import number, share
from headgate.plan.language import Analysis

BINS = 20
ROUNDING = 1.005  # a meter may report a factor a little above one


@dataclass(frozen=True, slots=True)
class _Readings:
    """`rows`: `cos` (0 to 1), `kwh` and `kvarh` (null where not known), `t` (null without time); one interval each."""

    rows: ir.Table
    warnings: tuple[str, ...] = ()


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The power factor of all rows, the share of time and energy below `threshold`, by month (`months`) and `spread`.

    From active and reactive energy: cos φ = P / √(P² + Q²) with the sums of the period (IEEE 1459, balanced sine).
    From a column of factors: the reactive energy of each interval is P · tan φ; without energy, the mean over time.
    Intervals in which nothing flows have no factor and are left out.
    """
    found = _readings(frame, analysis)
    if isinstance(found, Skipped):
        return found
    threshold = float(analysis.params["threshold"])
    facts = _facts(frame, found.rows, threshold)
    if facts is None:
        return Skipped(analysis, "No interval has both a power factor and a flow of energy.")
    sentences = _sentences(facts, threshold)
    tables, figures = {"spread": _spread(frame, found.rows)}, [_spread_figure(sentences)]
    if stamped(frame, analysis):
        tables["months"] = _months(frame, found.rows)
        figures.insert(0, _months_figure(threshold, sentences))
    factor, below = facts["power_factor"], facts["time_share_below"]
    note = f"{share(below or 0.0)} of the time below {number(threshold)}"
    return Result(
        analysis,
        tables,
        {**facts, "threshold": threshold},
        figures=tuple(figures),
        sentences=sentences,
        headlines=(Headline("Power factor", factor or 0.0, "", note),),
        warnings=found.warnings,
    )


def _readings(frame: Frame, analysis: Analysis) -> _Readings | Skipped:
    energy, reactive, factor = ((analysis.inputs.get(name) or (None,))[0] for name in ("energy", "reactive", "factor"))
    reason = not_numbers(frame, *(column for column in (energy, reactive, factor) if column))
    if reason is not None:
        return Skipped(analysis, reason)
    time = stamped(frame, analysis)
    t = frame.start(time) if time else ibis.null("timestamp")
    step = frame.interval(time) if time else None
    kwh: ir.Value = ibis.null("float64")
    if energy:
        active = frame.interval_energy(energy, step)
        if active is None:
            return Skipped(analysis, f"“{frame.label(energy)}” is a power; without a regular time it gives no energy.")
        kwh = frame.rows[energy] * active
    if energy and reactive:
        return _from_energies(frame, analysis, t, kwh, reactive, step)
    if not factor:
        return Skipped(analysis, "A power factor needs energy with reactive energy, or a column of power factors.")
    one = _one(frame, factor)
    if one is None:
        return Skipped(analysis, f"The values of “{frame.label(factor)}” are neither from 0 to 1 nor from 0 to 100.")
    rows = frame.rows.select(t=t, kwh=kwh, cos=(frame.rows[factor] / one).abs().clip(upper=1.0))
    rows = rows.filter((rows.cos > 0) & (rows.kwh > 0)) if energy else rows.filter(rows.cos > 0)
    return _Readings(rows.mutate(kvarh=rows.kwh * (1 / rows.cos**2 - 1).sqrt()))


def _from_energies(
    frame: Frame, analysis: Analysis, t: ir.Value, kwh: ir.Value, reactive: str, step: int | None
) -> _Readings | Skipped:
    factor = frame.interval_energy(reactive, step)
    if factor is None:
        return Skipped(analysis, f"“{frame.label(reactive)}” is a power; without a regular time it gives no energy.")
    rows = frame.rows.select(t=t, kwh=kwh, kvarh=frame.rows[reactive] * factor)
    rows = rows.filter(rows.kwh.notnull() & rows.kvarh.notnull() & ((rows.kwh != 0) | (rows.kvarh != 0)))
    rows = rows.mutate(cos=rows.kwh.abs() / (rows.kwh**2 + rows.kvarh**2).sqrt())
    return _Readings(rows, _unit_warning(frame, reactive))


def _unit_warning(frame: Frame, reactive: str) -> tuple[str, ...]:
    if frame.meaning(reactive).unit is not None:
        return ()
    return (f"“{frame.label(reactive)}” names no unit; it is taken to be kVArh.",)


def _one(frame: Frame, factor: str) -> float | None:
    """What stands for a power factor of one in this column, 1 or 100; None where the values fit neither."""
    highest = frame.number(frame.rows[factor].abs().max())
    if highest is None or highest > 100 * ROUNDING:
        return None
    return 1.0 if highest <= ROUNDING else 100.0


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    return {"kwh": rows.kwh.sum(), "kvarh": rows.kvarh.sum(), "mean": rows.cos.mean()}


def _factor(sums: Mapping[str, float | None]) -> float | None:
    """P / √(P² + Q²) of the sums, or the mean over time where there is no energy."""
    kwh, kvarh = sums["kwh"], sums["kvarh"]
    if kwh is None or kvarh is None or (kwh == 0 and kvarh == 0):
        return sums["mean"]
    return abs(kwh) / sqrt(kwh**2 + kvarh**2)


def _facts(frame: Frame, rows: ir.Table, threshold: float) -> dict[str, float | None] | None:
    below = rows.cos < threshold
    sums = frame.execute(
        rows.aggregate(count=rows.count(), below=below.sum(), kwh_below=rows.kwh.sum(where=below), **_sums(rows))
    ).to_pylist()[0]
    factor = _factor(sums)
    if not sums["count"] or factor is None:
        return None
    kwh, kvarh = sums["kwh"], sums["kvarh"]
    spare = None if kwh is None or not 0 < threshold <= 1 else max(0.0, kvarh - kwh * tan(acos(threshold)))
    return {
        "power_factor": factor,
        "time_share_below": sums["below"] / sums["count"],
        "energy_share_below": (sums["kwh_below"] or 0.0) / kwh if kwh else None,
        "active_kwh": kwh,
        "reactive_kvarh": kvarh,
        "excess_reactive_kvarh": spare,
    }


def _sentences(facts: Mapping[str, float | None], threshold: float) -> tuple[str, ...]:
    low, energy, spare = facts["time_share_below"], facts["energy_share_below"], facts["excess_reactive_kvarh"]
    limit = number(threshold)
    part = "" if energy is None else f", in which {share(energy)} of the energy is used"
    said = [
        f"The power factor of the whole period is {number(facts['power_factor'] or 0.0)}; "
        f"it is below {limit} in {share(low or 0.0)} of the time{part}."
    ]
    reactive = facts["reactive_kvarh"]
    if spare and reactive:
        said.append(
            f"To reach {limit} over the period, reactive energy would have to fall by {number(spare, 'kVArh')} "
            f"({share(spare / reactive)} of it); check the compensation, and motors that run without load."
        )
    elif spare == 0:
        said.append(f"Over the period as a whole {limit} is met.")
    return tuple(said)


def _months(frame: Frame, rows: ir.Table) -> pa.Table:
    timed = rows.filter(rows.t.notnull())
    timed = timed.mutate(month=timed.t.truncate("M"))
    found = frame.execute(timed.group_by("month").aggregate(**_sums(timed)).order_by("month")).to_pylist()
    return pa.table(
        {
            "month": pa.array([row["month"] for row in found], pa.timestamp("us")),
            "power_factor": pa.array([_factor(row) for row in found], pa.float64()),
            "active_kwh": pa.array([row["kwh"] for row in found], pa.float64()),
            "reactive_kvarh": pa.array([row["kvarh"] for row in found], pa.float64()),
        }
    )


def _spread(frame: Frame, rows: ir.Table) -> pa.Table:
    """Per cent of the time in each twentieth of the scale from 0 to 1; one itself belongs to the last."""
    binned = rows.mutate(bin=(rows.cos * BINS).floor().cast("int64").clip(upper=BINS - 1))
    found = frame.execute(binned.group_by("bin").aggregate(count=binned.count()).order_by("bin")).to_pylist()
    total = sum(row["count"] for row in found)
    return pa.table(
        {
            "from": [row["bin"] / BINS for row in found],
            "to": [(row["bin"] + 1) / BINS for row in found],
            "time_percent": [100 * row["count"] / total for row in found],
        }
    )


def _months_figure(threshold: float, sentences: tuple[str, ...]) -> Figure:
    return Figure(
        Form.LINE,
        "months",
        x="month",
        y="power_factor",
        title="Power factor by month",
        x_label="Month",
        y_label="Power factor (cos φ)",
        rule=(threshold, f"Threshold {number(threshold)}"),
        alt=" ".join(sentences),
    )


def _spread_figure(sentences: tuple[str, ...]) -> Figure:
    return Figure(
        Form.HISTOGRAM,
        "spread",
        x="from",
        x2="to",
        y="time_percent",
        title="How often each power factor occurs",
        x_label="Power factor (cos φ)",
        y_label="Share of the time in %",
        alt=" ".join(sentences),
    )
