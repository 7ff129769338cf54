"""The concentration: how unevenly a total is shared among the groups of a category."""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.groups import BLANK, makes_no_whole, valued
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

_POINTS = 200


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `curve` (share of the groups, the greatest first, and their share of the total) and how uneven it is.

    Gini coefficient, Herfindahl index and the share of the greatest `top_percent` of the groups (at least one). Needs
    two groups, values that are added up and none below zero. Rows without a group are left out.
    """
    measure, category = analysis.inputs["measure"][0], analysis.inputs["category"][0]
    name = frame.label(measure)
    if not frame.is_number(measure):
        return Skipped(analysis, f"“{name}” does not hold numbers.")
    reason = makes_no_whole(frame, measure)
    if reason is not None:
        return Skipped(analysis, reason)
    every = valued(frame, measure, category)
    groups = every.filter(every.group != BLANK)
    whole = frame.execute(
        groups.aggregate(groups=groups.count(), total=groups["value"].sum(), least=groups["value"].min())
    ).to_pylist()[0]
    if whole["groups"] < 2:
        return Skipped(analysis, f"“{frame.label(category)}” has fewer than two groups with a value.")
    if whole["least"] < 0:
        return Skipped(analysis, f"Some groups have a total of “{name}” below zero, so there are no shares.")
    if not whole["total"]:
        return Skipped(analysis, f"“{name}” adds up to zero.")
    facts = _facts(frame, groups, whole, float(analysis.params["top_percent"]))
    left_out = round(frame.number(every.filter(every.group == BLANK)["rows"].sum()) or 0)
    sentences = _sentences(frame, analysis, facts)
    return Result(
        analysis,
        {"curve": _curve(frame, groups, whole)},
        dict(facts),
        (_figure(frame, measure, category, sentences),),
        sentences,
        warnings=(f"{count(left_out, 'row')} without a group left out.",) if left_out else (),
    )


def _ranked(groups: ir.Table) -> ir.Table:
    """The groups with their `rank` (1 is the greatest) and the `running` total down to them."""
    order = [ibis.desc("value"), groups.group]
    return groups.mutate(
        rank=ibis.row_number().over(order_by=order) + 1,
        running=groups["value"].sum().over(ibis.cumulative_window(order_by=order)),
    )


def _facts(frame: Frame, groups: ir.Table, whole: dict[str, Any], top_percent: float) -> dict[str, float]:
    n, total = whole["groups"], whole["total"]
    top = max(1, math.ceil(n * top_percent / 100))
    ranked = _ranked(groups)
    part = ranked["value"] / total
    found = frame.execute(
        ranked.aggregate(
            weighted=((n + 1 - ranked["rank"]) * part).sum(),
            squares=(part * part).sum(),
            top=part.sum(where=ranked["rank"] <= top),
            greatest=part.max(),
        )
    ).to_pylist()[0]
    return {
        "groups": float(n),
        "gini": 2 * found["weighted"] / n - (n + 1) / n,
        "herfindahl": found["squares"],
        "equal_groups": 1 / found["squares"],
        "top_groups": float(top),
        "top_share": found["top"],
        "greatest_share": found["greatest"],
    }


def _curve(frame: Frame, groups: ir.Table, whole: dict[str, Any]) -> pa.Table:
    """At most 201 points of the Lorenz curve, from the greatest group on."""
    n = whole["groups"]
    ranked = _ranked(groups)
    placed = ranked.mutate(place=(ranked["rank"] - 1) * min(n, _POINTS) // n)
    points = placed.group_by("place").aggregate(rank=placed["rank"].max(), running=placed.running.max())
    found = frame.execute(points.order_by("rank")).to_pylist()
    return pa.table(
        {
            "groups_percent": [0.0] + [100 * row["rank"] / n for row in found],
            "total_percent": [0.0] + [100 * min(1.0, row["running"] / whole["total"]) for row in found],
        }
    )


def _sentences(frame: Frame, analysis: Analysis, facts: dict[str, float]) -> tuple[str, ...]:
    name, category = (frame.label(analysis.inputs[each][0]) for each in ("measure", "category"))
    n, top = round(facts["groups"]), round(facts["top_groups"])
    has = "has" if top == 1 else "have"
    return (
        f"The greatest {number(top)} of {count(n, 'group')} of “{category}” ({share(top / n)}) {has} "
        f"{share(facts['top_share'])} of “{name}”.",
        f"It is as uneven as if {number(round(facts['equal_groups'], 1))} groups of {n:,} had the same and the others "
        f"nothing; the Gini coefficient is {facts['gini']:.2f} (0: all have the same, 1: one has all).",
    )


def _figure(frame: Frame, measure: str, category: str, told: tuple[str, ...]) -> Figure:
    spoken = frame.phrase(measure)
    return Figure(
        Form.CURVE,
        "curve",
        x="groups_percent",
        y="total_percent",
        title=sentence(f"how much of {spoken} the greatest groups of {frame.phrase(category)} have"),
        x_label="Share of the groups, the greatest first",
        y_label=f"Share of {spoken}",
        unit="%",
        alt=" ".join(told),
    )
