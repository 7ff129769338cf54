"""The cost of energy: by a price column or the user's own tariff, with hours of a higher price and a demand charge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.amounts import Joint, open_amount, open_joint, open_price
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, clock_text, energy_text, period_text, stamped
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

PEAK, OTHER = "Peak hours", "Other hours"
NO_PRICE = "There is no price: choose a price column, or give your tariff for each kWh."
_NUMBERS = ("kwh", "energy_cost", "demand_cost", "cost", "mean_price")


@dataclass(frozen=True, slots=True)
class _Priced:
    """`rows` holds `t`, `kwh`, `rate` (money for each kWh) and `peak` (whether the peak tariff holds).

    `currency` is "" where none is named. `by_column` says whether prices come from the table, `hours` puts the peak
    hours in words ("" without any), `demand` is the charge for each kW of a month's peak.
    """

    rows: ir.Table
    count: int
    currency: str
    by_column: bool
    hours: str
    demand: float
    daily: bool
    warnings: tuple[str, ...]

    def money(self, value: float) -> str:
        """An amount of money in words."""
        return number(value, self.currency)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The cost of all energy, by month (table `months`), by hour of the day (`hours`) and by tariff (`bands`).

    Cost = Σ kWh × price of the row. The user's tariff, with a peak tariff at some hours of every day if there is one,
    comes before a price column. A demand charge is added for the highest mean demand of one interval of each month.
    """
    priced = _priced(frame, analysis)
    if isinstance(priced, Skipped):
        return priced
    time, rows = stamped(frame, analysis), priced.rows
    total = frame.execute(rows.aggregate(**_sums(rows), plain=rows.rate.mean())).to_pylist()[0]
    months = _months(frame, analysis, priced) if time else []
    demand = sum(row["demand_cost"] for row in months)
    facts = _facts(priced, total, demand)
    tables: dict[str, pa.Table] = {}
    if months:
        tables["months"] = pa.Table.from_pylist(months, schema=_schema("month", pa.string(), _NUMBERS))
    if priced.daily:
        tables["hours"] = _hours(frame, priced)
    if priced.hours:
        tables["bands"] = _bands(frame, priced)
    sentences = _sentences(frame, analysis, priced, facts, months)
    price = f"{number(total['cost'] / total['kwh'], _each(priced))}" if total["kwh"] else ""
    return Result(
        analysis,
        tables,
        facts,
        figures=_figures(frame, analysis, priced, tables, sentences),
        sentences=sentences,
        headlines=(Headline("Cost of energy", total["cost"] + demand, priced.currency, price),),
        warnings=priced.warnings,
    )


def _priced(frame: Frame, analysis: Analysis) -> _Priced | Skipped:
    energy, time = analysis.inputs["energy"][0], stamped(frame, analysis)
    amount = open_amount(frame, energy, time)
    if isinstance(amount, str):
        return Skipped(analysis, amount)
    if amount.unit != "kWh":
        return Skipped(analysis, f"“{frame.label(energy)}” is in {amount.each}, which is no energy that has a price.")
    rate = open_price(frame, analysis, amount, energy)
    if rate is None or isinstance(rate, str):
        return Skipped(analysis, rate or NO_PRICE)
    peak, first, last = (float(analysis.params[each]) for each in ("peak_tariff", "peak_from", "peak_to"))
    daily = time is not None and (frame.interval(time) or 0) <= HOUR
    if peak > 0:
        reason = _no_bands(analysis, daily, first, last)
        if reason is not None:
            return Skipped(analysis, reason)
    by_column = float(analysis.params["tariff"]) == 0
    joint = open_joint(frame, time, {"kwh": amount.value, **({"rate": rate.value} if by_column else {})})
    if not joint.count:
        return Skipped(analysis, f"No row of “{frame.label(energy)}” has all that a cost needs.")
    demand = float(analysis.params["demand_charge"])
    return _Priced(
        _rated(joint, None if by_column else rate.value, (peak, first, last)),
        joint.count,
        rate.over,
        by_column,
        f"{clock_text(first * HOUR)} to {clock_text(last * HOUR)}" if peak > 0 else "",
        demand if daily else 0.0,
        daily,
        (*amount.warnings, *rate.warnings, *joint.warnings, *_unused(demand, daily, peak)),
    )


def _no_bands(analysis: Analysis, daily: bool, first: float, last: float) -> str | None:
    """Why the hours of a peak tariff cannot be told, None where they can."""
    if float(analysis.params["tariff"]) == 0:
        return "A peak tariff needs the tariff of the other hours too."
    if first == last:
        return "The peak tariff begins and ends at the same hour; choose two different ones."
    return None if daily else "A peak tariff needs a time with intervals of an hour or less."


def _unused(demand: float, daily: bool, peak: float) -> tuple[str, ...]:
    said = () if daily or not demand else ("The demand charge is left out: it needs intervals of an hour or less.",)
    return (*said, "The peak tariff is taken to hold on every day of the week.") if peak > 0 else said


def _rated(joint: Joint, flat: ir.Value | None, bands: tuple[float, float, float]) -> ir.Table:
    rows, (peak, first, last) = joint.rows, bands
    rows = rows if flat is None else rows.mutate(rate=flat)
    if peak == 0:
        return rows.mutate(peak=ibis.literal(False))
    hour = rows.t.hour()
    within = (hour >= first) & (hour < last) if first < last else (hour >= first) | (hour < last)
    return rows.mutate(peak=within, rate=ibis.ifelse(within, peak, rows.rate))


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    cost = rows.kwh * rows.rate
    return {
        "kwh": rows.kwh.sum(),
        "cost": cost.sum(),
        "peak_kwh": rows.kwh.sum(where=rows.peak),
        "peak_cost": cost.sum(where=rows.peak),
    }


def _schema(key: str, kind: pa.DataType, names: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(key, kind), *((name, pa.float64()) for name in names)])


def _months(frame: Frame, analysis: Analysis, priced: _Priced) -> list[dict[str, Any]]:
    """The months in order, each with its own peak where demand is charged."""
    rows = priced.rows.mutate(start=priced.rows.t.truncate("M"))
    found = frame.execute(rows.group_by("start").aggregate(**_sums(rows)).order_by("start")).to_pylist()
    peaks: Mapping[Any, float] = {}
    if priced.demand:
        load = frame.load(analysis.inputs["energy"][0], analysis.inputs["timestamp"][0])
        load = load.mutate(start=load.t.truncate("M"))
        peaks = {
            row["start"]: max(row["kw"], 0.0)
            for row in frame.execute(load.group_by("start").aggregate(kw=load.kw.max())).to_pylist()
        }
    return [
        {
            "month": period_text(row["start"], "month"),
            "kwh": row["kwh"],
            "energy_cost": row["cost"],
            "demand_cost": priced.demand * peaks.get(row["start"], 0.0),
            "cost": row["cost"] + priced.demand * peaks.get(row["start"], 0.0),
            "mean_price": row["cost"] / row["kwh"] if row["kwh"] else None,
        }
        for row in found
    ]


def _hours(frame: Frame, priced: _Priced) -> pa.Table:
    """Sums by hour of the day, the price paid (weighted by energy) and the plain mean of the price."""
    rows = priced.rows.mutate(hour=priced.rows.t.hour())
    sums = rows.group_by("hour").aggregate(**_sums(rows), plain_price=rows.rate.mean())
    found = frame.execute(sums.order_by("hour")).to_pylist()
    for row in found:
        row["mean_price"] = row["cost"] / row["kwh"] if row["kwh"] else None
    return pa.Table.from_pylist(
        found, schema=_schema("hour", pa.float64(), ("kwh", "cost", "mean_price", "plain_price"))
    )


def _bands(frame: Frame, priced: _Priced) -> pa.Table:
    rows = priced.rows.mutate(band=ibis.ifelse(priced.rows.peak, PEAK, OTHER))
    sums = rows.group_by("band").aggregate(kwh=rows.kwh.sum(), cost=(rows.kwh * rows.rate).sum())
    found = frame.execute(sums.order_by(ibis.desc("band"))).to_pylist()
    return pa.Table.from_pylist(found, schema=_schema("band", pa.string(), ("kwh", "cost")))


def _facts(priced: _Priced, total: Mapping[str, Any], demand: float) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {
        "kwh": total["kwh"],
        "cost": total["cost"] + demand,
        "currency": priced.currency,
        "mean_price_per_kwh": total["cost"] / total["kwh"] if total["kwh"] else None,
        "energy_cost": total["cost"],
    }
    if priced.demand:
        facts["demand_cost"] = demand
    if priced.by_column:
        facts["plain_price_per_kwh"] = total["plain"]
    if priced.hours:
        facts |= {"peak_kwh": total["peak_kwh"] or 0.0, "peak_cost": total["peak_cost"] or 0.0}
    return facts


def _each(priced: _Priced) -> str:
    return f"{priced.currency}/kWh" if priced.currency else "for each kWh"


def _sentences(
    frame: Frame, analysis: Analysis, priced: _Priced, facts: Mapping[str, Any], months: list[dict[str, Any]]
) -> tuple[str, ...]:
    name, kwh, cost = frame.label(analysis.inputs["energy"][0]), facts["kwh"], facts["cost"]
    of = "" if priced.currency else f" in the currency of your {'price column' if priced.by_column else 'tariff'}"
    price = f", {number(facts['mean_price_per_kwh'], _each(priced))}" if facts["mean_price_per_kwh"] else ""
    if not priced.demand:
        said = [f"{energy_text(kwh)} of “{name}” cost {priced.money(cost)}{of}{price}."]
    else:
        said = [
            f"{energy_text(kwh)} of “{name}” cost {priced.money(cost)}{of}: {priced.money(facts['energy_cost'])} for "
            f"energy{price} and {priced.money(facts['demand_cost'])} for the peaks of {count(len(months), 'month')}.",
            f"Each kilowatt less at the peak of every month saves {priced.money(priced.demand * len(months))}.",
        ]
    if priced.hours and kwh > 0 and facts["energy_cost"] > 0:
        dearer = float(analysis.params["peak_tariff"]) - float(analysis.params["tariff"])
        moved = f": each 1,000 kWh moved out of them saves {priced.money(1000 * dearer)}" if dearer > 0 else ""
        said.append(
            f"{share(facts['peak_kwh'] / kwh)} of the energy is used from {priced.hours}, which makes "
            f"{share(facts['peak_cost'] / facts['energy_cost'])} of its cost{moved}."
        )
    if priced.by_column and facts["mean_price_per_kwh"] and (facts["plain_price_per_kwh"] or 0) > 0:
        said.append(_against_plain(priced, facts))
    if len(months) > 2:
        low, high = (pick(months, key=lambda row: row["cost"]) for pick in (min, max))
        said.append(
            f"By month it lies between {priced.money(low['cost'])} ({low['month']}) and {priced.money(high['cost'])} "
            f"({high['month']})."
        )
    return tuple(said)


def _against_plain(priced: _Priced, facts: Mapping[str, Any]) -> str:
    """Whether energy is used when it is cheap: the price paid against the mean of the price over the same rows."""
    plain = facts["plain_price_per_kwh"]
    off = facts["mean_price_per_kwh"] / plain - 1
    if abs(off) < 0.001:
        return (
            f"That is the plain mean of the price ({number(plain, _each(priced))}): it does not matter when it is used."
        )
    word = "less than" if off < 0 else "more than"
    when = "cheap" if off < 0 else "dear"
    mean = number(plain, _each(priced))
    return (
        f"That is {share(abs(off))} {word} the plain mean of the price ({mean}): energy is used more when it is {when}."
    )


def _figures(
    frame: Frame, analysis: Analysis, priced: _Priced, tables: Mapping[str, pa.Table], sentences: tuple[str, ...]
) -> tuple[Figure, ...]:
    spoken, alt = frame.phrase(analysis.inputs["energy"][0]), " ".join(sentences)
    figures = []
    if "months" in tables and tables["months"].num_rows > 1:
        title = sentence(f"cost of {spoken} by month")
        bars = Figure(Form.BARS, "months", "month", "cost", title, "Month", "Cost", priced.currency or None, alt=alt)
        figures.append(bars)
    if "hours" in tables:
        title = sentence(f"cost of {spoken} by hour of the day, whole period")
        hours = Figure(
            Form.PROFILE, "hours", "hour", "cost", title, "Hour of day", "Cost", priced.currency or None, alt=alt
        )
        figures.append(hours)
    return tuple(figures)
