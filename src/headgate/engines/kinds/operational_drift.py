"""Operational drift: how far the actual value has moved from what a model says, period by period, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Quantity
from headgate.engines.amounts import Rate, open_amount, open_price
from headgate.engines.expected import Pairs, by_period, open_pairs
from headgate.engines.folding import period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 8  # periods: below that a first and a last quarter say nothing
_NAMES = ("actual", "model", "difference", "drift_percent")


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The drift (actual − model) / model of all rows and by period (table `periods`), and the cost of what is above it.

    Ratios are ratios of sums over rows on which both have a value. A period in which the model is not above zero has
    no drift.
    """
    columns = analysis.inputs["actual"][0], analysis.inputs["model"][0]
    if frame.meaning(columns[0]).quantity is Quantity.TEMPERATURE:
        return Skipped(analysis, f"“{frame.label(columns[0])}” is a temperature, of which per cents say nothing.")
    rate = _rate(frame, analysis)
    others = {"price": rate.value} if isinstance(rate, Rate) else {}
    pairs = open_pairs(frame, columns, analysis.inputs["timestamp"][0], str(analysis.params["grain"]), others)
    if isinstance(pairs, str):
        return Skipped(analysis, pairs)
    periods = _periods(frame, pairs, bool(others))
    drift = _ratio(periods)
    if drift is None:
        return Skipped(analysis, f"“{pairs.against}” is not above zero in sum, so nothing can be divided by it.")
    currency = rate.over if isinstance(rate, Rate) else None
    facts = _facts(pairs, periods, drift, currency)
    sentences = _sentences(pairs, facts, periods, currency)
    warned = rate.warnings if isinstance(rate, Rate) else (rate,) if rate else ()
    numbers = [(name, pa.float64()) for name in (*_NAMES, *(("cost",) if others else ()))]
    return Result(
        analysis,
        {"periods": pa.Table.from_pylist(periods, schema=pa.schema([("start", pa.timestamp("us")), *numbers]))},
        facts,
        figures=(_figure(frame, columns, pairs, sentences),) if len(periods) > 1 else (),
        sentences=sentences,
        headlines=(Headline("Drift from the model", drift, "%", frame.phrase(columns[0])),),
        warnings=(*pairs.warnings, *warned),
    )


def _rate(frame: Frame, analysis: Analysis) -> Rate | str | None:
    """The price for each unit that is compared; why it is not used where it cannot be; None without one."""
    actual = analysis.inputs["actual"][0]
    amount = open_amount(frame, actual, analysis.inputs["timestamp"][0])
    return None if isinstance(amount, str) else open_price(frame, analysis, amount, actual)


def _periods(frame: Frame, pairs: Pairs, priced: bool) -> list[dict[str, Any]]:
    rows = pairs.joint.rows
    more: dict[str, ir.Value] = {"cost": (rows.actual - rows.expected) * rows.price} if priced else {}
    found = by_period(frame, pairs, more)
    for row in found:
        row["model"] = row.pop("expected")
        row["difference"] = row["actual"] - row["model"]
        row["drift_percent"] = 100 * row["difference"] / row["model"] if row["model"] > 0 else None
    return found


def _ratio(periods: Sequence[Mapping[str, Any]]) -> float | None:
    """The drift of several periods in per cent: a ratio of their sums."""
    model = sum(row["model"] for row in periods)
    return 100 * sum(row["difference"] for row in periods) / model if model > 0 else None


def _facts(
    pairs: Pairs, periods: Sequence[Mapping[str, Any]], drift: float, currency: str | None
) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {
        "drift_percent": drift,
        "difference": sum(row["difference"] for row in periods) if pairs.summed else None,
        "unit": pairs.unit,
        "periods": float(len(periods)),
        "run_above": float(_run(periods)),
    }
    if len(periods) >= FEWEST:
        quarter = len(periods) // 4
        facts |= {
            "first_quarter_percent": _ratio(periods[:quarter]),
            "last_quarter_percent": _ratio(periods[-quarter:]),
        }
    if currency is not None:
        facts |= {"cost": sum(row["cost"] for row in periods), "currency": currency}
    return facts


def _run(periods: Sequence[Mapping[str, Any]]) -> int:
    """How many of the latest periods in a row are above the model."""
    return next((n for n, row in enumerate(reversed(periods)) if row["difference"] <= 0), len(periods))


def _sentences(
    pairs: Pairs, facts: Mapping[str, Any], periods: Sequence[Mapping[str, Any]], currency: str | None
) -> tuple[str, ...]:
    grain, drift = str(pairs.grain), facts["drift_percent"]
    total = "" if facts["difference"] is None else f", {pairs.text(abs(facts['difference']))}"
    said = [f"Over {count(len(periods), grain)} “{pairs.name}” is {_off(drift)} “{pairs.against}”{total}."]
    if currency is not None:
        word = "cost" if facts["cost"] >= 0 else "saved"
        of = "" if currency else " in the currency of the price column"
        said.append(f"At the price of each row that {word} {number(abs(facts['cost']), currency)}{of}.")
    first, last = facts.get("first_quarter_percent"), facts.get("last_quarter_percent")
    if first is not None and last is not None:
        said.append(
            f"In the first quarter of the {grain}s it is {_off(first)} the model, in the last {_off(last)} it: a drift "
            f"of {_points(last - first)}."
        )
    if facts["run_above"] >= 3:
        said.append(f"Each of the latest {facts['run_above']:.0f} {grain}s is above the model.")
    known = [row for row in periods if row["drift_percent"] is not None]
    if len(known) > 2:
        worst = max(known, key=lambda row: row["drift_percent"])
        said.append(f"Farthest above is {period_word(worst['start'], pairs.grain)}: {_off(worst['drift_percent'])} it.")
    return tuple(said)


def _off(percent: float) -> str:
    return f"{share(abs(percent) / 100)} {'above' if percent >= 0 else 'below'}"


def _points(difference: float) -> str:
    sign = "+" if difference >= 0 else "−"
    return f"{sign}{abs(difference):.1f} percentage points"


def _figure(frame: Frame, columns: tuple[str, str], pairs: Pairs, sentences: tuple[str, ...]) -> Figure:
    return Figure(
        Form.LINE,
        "periods",
        x="start",
        y="drift_percent",
        title=sentence(f"drift of {frame.phrase(columns[0])} from its model, by {pairs.grain}"),
        x_label=sentence(str(pairs.grain)),
        y_label="Above or below the model",
        unit="%",
        rule=(0.0, "As the model says"),
        alt=" ".join(sentences),
    )
