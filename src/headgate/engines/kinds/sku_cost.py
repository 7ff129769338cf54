"""Energy and its cost for each unit of a product: which articles take most, and which cost most to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Quantity
from headgate.catalogue.units import UNITS
from headgate.engines.amounts import Rate, open_amount, open_joint, open_price
from headgate.engines.frame import Frame
from headgate.engines.groups import BLANK
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import energy_text
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

MOST_DRAWN = 20
ENOUGH = 0.01  # of all that is made: an article with less is no fair dearest or cheapest
_FIGURES = ("energy", "produced", "energy_per", "cost", "cost_per", "share_percent")


@dataclass(frozen=True, slots=True)
class _Made:
    """`rows` holds `sku`, `energy` (in `unit`), `produced` (in what `per` counts) and, where priced, `rate`.

    `per` puts in words what the figures are for (`1,000 pcs`, `t`); `currency` is None without a price.
    """

    rows: ir.Table
    unit: str
    per: str
    currency: str | None
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """Energy, and at a price its cost, for each thousand units (unit, tonne) of every article (table `articles`).

    A ratio of sums over the rows that have all values. The user's tariff comes before a price column; without either
    only energy is told. Something has to be produced.
    """
    made = _made(frame, analysis)
    if isinstance(made, Skipped):
        return made
    articles = _articles(frame, made)
    energy, produced = (sum(row[name] for row in articles) for name in ("energy", "produced"))
    if produced <= 0:
        name = frame.label(analysis.inputs["production"][0])
        return Skipped(analysis, f"“{name}” is nowhere above zero on a row that has all values; nothing was made.")
    cost = None if made.currency is None else sum(row["cost"] for row in articles)
    whole = cost if cost is not None else energy
    for row in articles:
        own = row["cost"] if cost is not None else row["energy"]
        row["share_percent"] = 100 * own / whole if whole > 0 else None
    facts: dict[str, float | str | None] = {
        "energy": energy,
        "unit": made.unit,
        "per": made.per,
        "energy_per": energy / produced,
        "articles": float(len(articles)),
    }
    if cost is not None:
        facts |= {"cost": cost, "currency": made.currency, "cost_per": cost / produced}
    sentences = _sentences(frame, analysis, made, facts, articles)
    tables = {"articles": _table(articles, cost is not None)}
    if len(articles) > MOST_DRAWN:
        tables["first"] = tables["articles"].slice(0, MOST_DRAWN)
    return Result(
        analysis,
        tables,
        facts,
        figures=(_figure(frame, analysis, made, list(tables)[-1], sentences),) if len(articles) > 1 else (),
        sentences=sentences,
        headlines=(_headline(made, facts),),
        warnings=made.warnings,
    )


def _made(frame: Frame, analysis: Analysis) -> _Made | Skipped:
    energy, production, sku = (analysis.inputs[name][0] for name in ("energy", "production", "sku"))
    amount, produced = open_amount(frame, energy, None), open_amount(frame, production, None)
    if isinstance(amount, str) or isinstance(produced, str):
        return Skipped(analysis, amount if isinstance(amount, str) else str(produced))
    rate = open_price(frame, analysis, amount, energy)
    if isinstance(rate, str):
        return Skipped(analysis, rate)
    count_of = _counted(frame, production, str(analysis.params["per"]))
    if count_of is None:
        return Skipped(analysis, f"“{frame.label(production)}” is no mass, so there is no figure for each tonne of it.")
    size, per = count_of
    flat = rate is not None and float(analysis.params["tariff"]) > 0
    values: dict[str, ir.Value] = {"energy": amount.value, "produced": produced.value / size}
    if rate is not None and not flat:
        values["rate"] = rate.value
    something = amount.value.notnull() | produced.value.notnull()
    values["sku"] = ibis.ifelse(something, frame.text(sku).fill_null(BLANK), ibis.null("string"))
    joint = open_joint(frame, None, values)
    rows = joint.rows.mutate(rate=rate.value) if rate is not None and flat else joint.rows
    return _Made(rows, amount.unit, per, rate.over if rate else None, _warnings(amount.warnings, rate, joint.warnings))


def _warnings(amount: Sequence[str], rate: Rate | None, joint: Sequence[str]) -> tuple[str, ...]:
    unpriced = ("Without a price or a tariff only energy is told; give your tariff for its cost.",)
    return (*amount, *(rate.warnings if rate else unpriced), *joint)


def _counted(frame: Frame, production: str, per: str) -> tuple[float, str] | None:
    """How many are counted as one, and what that is in words; None where a tonne is asked of what has no mass.

    A mass is always told by the tonne.
    """
    unit = UNITS.get(frame.unit(production))
    if unit is not None and unit.quantity is Quantity.MASS and unit.scale is not None:
        return 1.0, "t"
    if per == "tonne":
        return None
    name = "m3" if unit is not None and unit.quantity is Quantity.VOLUME and unit.scale else frame.unit(production)
    return (1000.0, f"1,000 {name or 'units'}") if per == "thousand_units" else (1.0, name or "unit")


def _articles(frame: Frame, made: _Made) -> list[dict[str, Any]]:
    """The articles, the greatest cost (or energy) first."""
    rows, priced = made.rows, made.currency is not None
    sums = {"energy": rows.energy.sum(), "produced": rows.produced.sum(), "rows": rows.count()}
    if priced:
        sums["cost"] = (rows.energy * rows.rate).sum()
    by = "cost" if priced else "energy"
    found = frame.execute(rows.group_by("sku").aggregate(**sums).order_by([ibis.desc(by), "sku"])).to_pylist()
    for row in found:
        made_any = row["produced"] > 0
        row["energy_per"] = row["energy"] / row["produced"] if made_any else None
        row["cost_per"] = row["cost"] / row["produced"] if made_any and priced else None
    return list(found)


def _table(articles: list[dict[str, Any]], priced: bool) -> pa.Table:
    names = [name for name in _FIGURES if priced or not name.startswith("cost")]
    return pa.Table.from_pylist(
        articles, schema=pa.schema([("sku", pa.string()), *((name, pa.float64()) for name in names)])
    )


def _text(made: _Made, key: str, value: float) -> str:
    """A figure for each of what is made, in words: `12.3 EUR for each 1,000 pcs`."""
    unit = made.currency if key == "cost_per" else made.unit
    return f"{number(value, unit)} for each {made.per}"


def _sentences(
    frame: Frame,
    analysis: Analysis,
    made: _Made,
    facts: Mapping[str, Any],
    articles: Sequence[Mapping[str, Any]],
) -> tuple[str, ...]:
    name = frame.label(analysis.inputs["energy"][0])
    total = energy_text(facts["energy"]) if made.unit == "kWh" else number(facts["energy"], made.unit)
    used = _text(made, "energy_per", facts["energy_per"])
    said = [f"{total} of “{name}” were used for {count(len(articles), 'article')}: {used}."]
    key = "energy_per"
    if made.currency is not None:
        key = "cost_per"
        of = "" if made.currency else " in the currency of the price"
        said.append(f"They cost {number(facts['cost'], made.currency)}{of}: {_text(made, key, facts[key])}.")
    produced = sum(row["produced"] for row in articles)
    fair = [row for row in articles if row[key] is not None and row["produced"] >= ENOUGH * produced]
    if len(fair) > 1:
        low, high = min(fair, key=lambda row: row[key]), max(fair, key=lambda row: row[key])
        times = f", {number(high[key] / low[key])} times as much" if low[key] > 0 else ""
        said.append(
            f"{high['sku']} takes most ({_text(made, key, high[key])}{times}) and {low['sku']} least "
            f"({_text(made, key, low[key])})."
        )
    idle = [row for row in articles if row["produced"] <= 0 and row["energy"] > 0]
    if idle and facts["energy"] > 0:
        part = sum(row["energy"] for row in idle) / facts["energy"]
        said.append(f"{share(part)} of the energy fall to {count(len(idle), 'article')} of which nothing was made.")
    return tuple(said)


def _headline(made: _Made, facts: Mapping[str, Any]) -> Headline:
    if made.currency is not None:
        return Headline("Energy cost of what is made", facts["cost_per"], made.currency, f"for each {made.per}")
    return Headline("Energy for what is made", facts["energy_per"], made.unit, f"for each {made.per}")


def _figure(frame: Frame, analysis: Analysis, made: _Made, table: str, sentences: tuple[str, ...]) -> Figure:
    key, word = ("cost_per", "Cost") if made.currency is not None else ("energy_per", "Energy")
    spoken = frame.phrase(analysis.inputs["energy"][0])
    what = f"cost of {spoken}" if made.currency is not None else spoken
    return Figure(
        Form.BARS,
        table,
        x="sku",
        y=key,
        title=sentence(f"{what} for each {made.per}"),
        x_label=sentence(frame.phrase(analysis.inputs["sku"][0])),
        y_label=word,
        unit=(made.currency if made.currency is not None else made.unit) or None,
        alt=" ".join(sentences),
    )
