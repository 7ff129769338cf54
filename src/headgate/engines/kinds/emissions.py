"""Emissions of the energy used: by a column of factors or the user's own kilograms for each unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Medium, Quantity
from headgate.catalogue.units import UNITS
from headgate.engines.amounts import Amount, Rate, open_amount, open_joint, open_rate
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, energy_text, period_text, stamped
from headgate.engines.wording import number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

MOST_PER_KWH = 3.0  # kg: no fuel and no grid emits more for a kilowatt-hour; a factor without a unit is then in grams
TONNE = 1000
NO_FACTOR = "There is no emission factor: choose a column of factors, or give your kilograms for each {}."
SCOPES = {"scope_1": "scope 1, burnt on site", "scope_2": "scope 2, bought in, by the factors given"}
_BURNT = frozenset({Medium.GAS, Medium.FUEL})


@dataclass(frozen=True, slots=True)
class _Emitted:
    """`rows` holds `t`, `amount` (in `unit`) and `factor` (kg for each unit)."""

    rows: ir.Table
    unit: str
    by_column: bool
    daily: bool
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The emissions of all rows in kgCO2e, by month (table `months`) and by hour of the day (`hours`).

    Emissions = Σ amount × factor of the row (activity data × emission factor, GHG Protocol). The user's own factor
    comes before a column of factors.
    """
    emitted = _emitted(frame, analysis)
    if isinstance(emitted, Skipped):
        return emitted
    rows = emitted.rows
    total = frame.execute(rows.aggregate(**_sums(rows), plain=rows.factor.mean())).to_pylist()[0]
    facts: dict[str, float | str | None] = {
        "kgco2e": total["kgco2e"],
        "amount": total["amount"],
        "unit": emitted.unit,
        "kgco2e_per_unit": total["kgco2e"] / total["amount"] if total["amount"] else None,
        "scope": str(analysis.params["scope"]),
    }
    if emitted.by_column:
        facts["plain_kgco2e_per_unit"] = total["plain"]
    tables: dict[str, pa.Table] = {}
    if stamped(frame, analysis):
        tables["months"] = _months(frame, emitted)
    if emitted.daily and emitted.by_column:
        tables["hours"] = _hours(frame, emitted)
    sentences = _sentences(frame, analysis, emitted, facts, tables)
    return Result(
        analysis,
        tables,
        facts,
        figures=_figures(frame, analysis, emitted, tables, sentences),
        sentences=sentences,
        headlines=(
            Headline("Emissions", total["kgco2e"] / TONNE, "tCO2e", str(analysis.params["scope"]).replace("_", " ")),
        ),
        warnings=emitted.warnings,
    )


def _emitted(frame: Frame, analysis: Analysis) -> _Emitted | Skipped:
    energy, time = analysis.inputs["energy"][0], stamped(frame, analysis)
    amount = open_amount(frame, energy, time)
    if isinstance(amount, str):
        return Skipped(analysis, amount)
    column = next(iter(analysis.inputs.get("factor", ())), None)
    own = float(analysis.params["kg_per_unit"])
    if own == 0 and column is None:
        return Skipped(analysis, NO_FACTOR.format(amount.each))
    rate: Rate | str = Rate(ibis.literal(own), "") if own or column is None else _factor(frame, column, amount, energy)
    if isinstance(rate, str):
        return Skipped(analysis, rate)
    values = {"amount": amount.value} if own else {"amount": amount.value, "factor": rate.value}
    joint = open_joint(frame, time, values)
    if not joint.count:
        return Skipped(analysis, f"No row of “{frame.label(energy)}” has all that emissions need.")
    rows = joint.rows.mutate(factor=rate.value) if own else joint.rows
    warnings = (*amount.warnings, *rate.warnings, *joint.warnings, *_doubts(frame, analysis, column, own))
    daily = time is not None and (frame.interval(time) or 0) <= HOUR
    return _Emitted(rows, amount.unit, own == 0, daily, warnings)


def _factor(frame: Frame, column: str, amount: Amount, energy: str) -> Rate | str:
    """The factor in kg for each unit, or why it cannot be told."""
    rate = open_rate(frame, column, amount, energy)
    if isinstance(rate, str):
        return rate
    unit = UNITS.get(rate.over)
    if unit is not None and unit.scale is not None and unit.quantity in (Quantity.EMISSIONS, Quantity.MASS):
        return Rate(rate.value * unit.scale * TONNE, rate.over, rate.warnings)
    highest = frame.number(rate.value.max())
    if amount.unit == "kWh" and highest is not None and highest > MOST_PER_KWH:
        return (
            f"“{frame.label(column)}” names no unit and is too large for kilograms a kWh; name one in the header, such "
            "as [gCO2/kWh], or give your kilograms for each kWh."
        )
    return Rate(rate.value, "", (*rate.warnings, f"“{frame.label(column)}” is taken to be in kilograms."))


def _doubts(frame: Frame, analysis: Analysis, column: str | None, own: float) -> tuple[str, ...]:
    said = []
    if own and column is not None:
        said.append(f"“{frame.label(column)}” is not used: your own factor is.")
    elif column is not None and frame.unit(column).partition("/")[0].endswith("CO2"):
        said.append(f"“{frame.label(column)}” counts carbon dioxide alone, not the other greenhouse gases.")
    energy = analysis.inputs["energy"][0]
    if analysis.params["scope"] == "scope_2" and frame.meaning(energy).medium in _BURNT:
        said.append(f"“{frame.label(energy)}” looks like a fuel; what is burnt on site is scope 1.")
    return tuple(said)


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    return {"amount": rows.amount.sum(), "kgco2e": (rows.amount * rows.factor).sum()}


def _ratio(row: Mapping[str, Any]) -> float | None:
    return row["kgco2e"] / row["amount"] if row["amount"] else None


def _months(frame: Frame, emitted: _Emitted) -> pa.Table:
    rows = emitted.rows.mutate(start=emitted.rows.t.truncate("M"))
    found = frame.execute(rows.group_by("start").aggregate(**_sums(rows)).order_by("start")).to_pylist()
    named = [{**row, "month": period_text(row["start"], "month"), "kgco2e_per_unit": _ratio(row)} for row in found]
    numbers = [(name, pa.float64()) for name in ("amount", "kgco2e", "kgco2e_per_unit")]
    return pa.Table.from_pylist(named, schema=pa.schema([("month", pa.string()), *numbers]))


def _hours(frame: Frame, emitted: _Emitted) -> pa.Table:
    """The factor by hour of the day: the mean over the rows, and weighted by what was used."""
    rows = emitted.rows.mutate(hour=emitted.rows.t.hour())
    sums = rows.group_by("hour").aggregate(**_sums(rows), plain=rows.factor.mean())
    named = [
        {**row, "kgco2e_per_unit": _ratio(row), "plain_kgco2e_per_unit": row["plain"]}
        for row in frame.execute(sums.order_by("hour")).to_pylist()
    ]
    names = ("hour", "amount", "kgco2e", "kgco2e_per_unit", "plain_kgco2e_per_unit")
    return pa.Table.from_pylist(named, schema=pa.schema([(name, pa.float64()) for name in names]))


def _mass(kg: float) -> str:
    return number(kg / TONNE, "tCO2e") if abs(kg) >= 10 * TONNE else number(kg, "kgCO2e")


def _sentences(
    frame: Frame,
    analysis: Analysis,
    emitted: _Emitted,
    facts: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
) -> tuple[str, ...]:
    name, unit, each = frame.label(analysis.inputs["energy"][0]), emitted.unit, facts["kgco2e_per_unit"]
    per = f"kgCO2e/{unit or 'unit'}"
    factor = f", {number(each, per)}" if each is not None else ""
    amount = energy_text(facts["amount"]) if unit == "kWh" else number(facts["amount"], unit)
    said = [
        f"{amount} of “{name}” stand for {_mass(facts['kgco2e'])}{factor} ({SCOPES[str(analysis.params['scope'])]})."
    ]
    plain = facts.get("plain_kgco2e_per_unit")
    if emitted.by_column and each is not None and plain and abs(each / plain - 1) >= 0.001:
        off = each / plain - 1
        said.append(
            f"That is {share(abs(off))} {'less' if off < 0 else 'more'} than the plain mean of the factor "
            f"({number(plain, per)}): more is used when it is {'low' if off < 0 else 'high'}."
        )
    hours = tables["hours"].to_pylist() if "hours" in tables else []
    if len(hours) > 2:
        said += _by_hour(hours, per)
    months = tables["months"].to_pylist() if "months" in tables else []
    if len(months) > 2:
        low, high = (pick(months, key=lambda row: row["kgco2e"]) for pick in (min, max))
        said.append(
            f"By month they lie between {_mass(low['kgco2e'])} ({low['month']}) and {_mass(high['kgco2e'])} "
            f"({high['month']})."
        )
    return tuple(said)


def _by_hour(hours: list[dict[str, Any]], per: str) -> list[str]:
    low, high = (pick(hours, key=lambda row: row["plain_kgco2e_per_unit"]) for pick in (min, max))
    least, most = low["plain_kgco2e_per_unit"], high["plain_kgco2e_per_unit"]
    if most <= least:
        return []
    return [
        f"The factor is lowest in the hour from {int(low['hour']):02d}:00 ({number(least, per)} on average) and "
        f"highest in that from {int(high['hour']):02d}:00 ({number(most, per)})."
    ]


def _figures(
    frame: Frame,
    analysis: Analysis,
    emitted: _Emitted,
    tables: Mapping[str, pa.Table],
    sentences: tuple[str, ...],
) -> tuple[Figure, ...]:
    spoken, alt = frame.phrase(analysis.inputs["energy"][0]), " ".join(sentences)
    figures = []
    if "months" in tables and tables["months"].num_rows > 1:
        title = sentence(f"emissions of {spoken} by month")
        figures.append(Figure(Form.BARS, "months", "month", "kgco2e", title, "Month", "Emissions", "kgCO2e", alt=alt))
    if "hours" in tables:
        figures.append(
            Figure(
                Form.PROFILE,
                "hours",
                x="hour",
                y="plain_kgco2e_per_unit",
                title="Mean emission factor by hour of the day",
                x_label="Hour of day",
                y_label="Emission factor",
                unit=f"kgCO2e/{emitted.unit or 'unit'}",
                alt=alt,
            )
        )
    return tuple(figures)
