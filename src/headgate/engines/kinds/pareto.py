"""The Pareto analysis: how few groups, or parts, make most of a total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import ibis
import pyarrow as pa

from headgate.catalogue.units import UNITS
from headgate.engines.folding import fact_key, fold_word
from headgate.engines.frame import Frame
from headgate.engines.groups import makes_no_whole, parts_of, valued
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.wording import count, listed, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 3
_MOST_SHOWN = 50
_FEW = 0.5  # of the groups: where it takes more of them than that, no few of them decide
_ROUNDING = 1e-9  # of the total, so that 0.1 + 0.2 reaches 0.3
_SCHEMA = pa.schema(
    [("group", pa.string()), ("rows", pa.int64())]
    + [(name, pa.float64()) for name in ("value", "share", "running_share")]
)


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The first groups by value, the greatest first, and what holds of all: `vital` groups reach the threshold."""

    rows: list[dict[str, Any]]
    groups: int
    total: float
    vital: int
    vital_share: float


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `groups` by the category (`groups_2` for a second measure, …), or `parts` for measures without one.

    Each group has its share and the running share, the greatest first; beyond 50 the rest is one row. Needs three
    groups, values that are added up and none below zero.
    """
    measures = [each for each in analysis.inputs["measure"] if frame.is_number(each)]
    if not measures:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    category = next(iter(analysis.inputs.get("category", ())), None)
    if category is None:
        return _by_parts(frame, analysis, measures)
    threshold = float(analysis.params["threshold_percent"]) / 100
    tables, figures, sentences, reasons = {}, [], [], []
    facts: dict[str, float | str | None] = {}
    for place, column in enumerate(measures, 1):
        found = _ranked(frame, column, category, threshold)
        if isinstance(found, str):
            reasons.append(found)
            continue
        table = "groups" if place == 1 else f"groups_{place}"
        tables[table] = _table(found)
        told = list(_sentences(found, f"“{frame.label(column)}” by “{frame.label(category)}”", "group", threshold))
        title = f"{frame.phrase(column)} by {frame.phrase(category)}: the greatest first"
        axes = (sentence(frame.phrase(category)), f"{sentence(frame.phrase(column))}, total")
        figures.append(_figure(table, title, axes, frame.unit(column), told))
        sentences += told
        facts |= _facts(column, found, frame.unit(column))
    if not tables:
        return Skipped(analysis, reasons[0])
    return Result(analysis, tables, facts, tuple(figures), tuple(sentences), warnings=tuple(reasons))


def _ranked(frame: Frame, column: str, category: str, threshold: float) -> _Ranking | str:
    """The ranking, worked out over all groups in the engine, or why there is none."""
    reason = makes_no_whole(frame, column)
    if reason is not None:
        return reason
    groups = valued(frame, column, category)
    whole = frame.execute(
        groups.aggregate(groups=groups.count(), total=groups["value"].sum(), least=groups["value"].min())
    ).to_pylist()[0]
    reason = _unfit(whole["groups"], whole["total"], whole["least"], f"“{frame.label(category)}”", "groups")
    if reason is not None:
        return reason
    order = [ibis.desc("value"), groups.group]
    running = groups["value"].sum().over(ibis.cumulative_window(order_by=order))
    ranked = groups.mutate(running=running)
    reached = ranked.running - ranked["value"] < (threshold - _ROUNDING) * whole["total"]
    vital = frame.execute(
        ranked.filter(reached).aggregate(n=lambda rows: rows.count(), value=lambda rows: rows["value"].sum())
    ).to_pylist()[0]
    rows = frame.execute(ranked.drop("running").order_by(order).limit(_MOST_SHOWN)).to_pylist()
    if whole["groups"] > _MOST_SHOWN:
        rest = {"group": f"{whole['groups'] - _MOST_SHOWN:,} others", "rows": None}
        rows.append({**rest, "value": max(0.0, whole["total"] - sum(row["value"] for row in rows))})
    return _Ranking(rows, whole["groups"], whole["total"], vital["n"], vital["value"] / whole["total"])


def _unfit(groups: int, total: float | None, least: float | None, name: str, noun: str) -> str | None:
    if groups < FEWEST:
        return (
            f"{name} has {count(groups, noun.removesuffix('s'))} with a value; it takes {FEWEST} to say which decide."
        )
    if least is not None and least < 0:
        return f"Some {noun} of {name} are below zero, so the {noun} have no share of a total."
    if not total:
        return f"The {noun} of {name} add up to zero."
    return None


def _by_parts(frame: Frame, analysis: Analysis, measures: Sequence[str]) -> Outcome:
    """The parts that measures of one quantity make, in the unit of the first; a total among them is no part."""
    totals = {frame.meaning(each).part_of for each in measures}
    alike = [each for each in measures if each not in totals and _factor(frame, measures[0], each) is not None]
    first = measures[0]
    power = all(frame.is_power(each) for each in alike)
    reason = None if power else makes_no_whole(frame, first)
    if reason is not None:
        return Skipped(analysis, reason)
    scales = {each: _factor(frame, first, each) or 1.0 for each in alike}
    rows = [{**row, "value": row["value"] * scales[row["column"]]} for row in parts_of(frame, alike)]
    rows.sort(key=lambda row: (-row["value"], row["group"]))
    total, least = sum(row["value"] for row in rows), min((row["value"] for row in rows), default=None)
    reason = _unfit(len(rows), total, least, "The choice of measures", "parts")
    if reason is not None:
        return Skipped(analysis, reason)
    threshold = float(analysis.params["threshold_percent"]) / 100
    before = [0.0, *accumulate(row["value"] for row in rows)]
    vital = sum(at < (threshold - _ROUNDING) * total for at in before[:-1])
    found = _Ranking(rows[:_MOST_SHOWN], len(rows), total, vital, before[vital] / total)
    told = list(_sentences(found, "The whole of the chosen measures", "part", threshold))
    unit, how = frame.unit(first), fold_word(frame.meaning(first).fold)
    left_out = [frame.label(each) for each in measures if each not in alike]
    return Result(
        analysis,
        {"parts": _table(found)},
        _facts("parts", found, unit),
        (_figure("parts", "The parts, the greatest first", ("Part", how.capitalize()), unit, told),),
        tuple(told),
        warnings=(
            f"{count(len(left_out), 'measure')} that cannot be added to the others left out: {listed(left_out)}.",
        )
        if left_out
        else (),
    )


def _factor(frame: Frame, first: str, other: str) -> float | None:
    """What a value of `other` is in the unit of `first`; None where the two cannot be added."""
    one, two = UNITS.get(frame.unit(first)), UNITS.get(frame.unit(other))
    if frame.meaning(first).fold is not frame.meaning(other).fold:
        return None
    if frame.unit(first) == frame.unit(other):
        return 1.0
    if one is None or two is None or one.quantity is not two.quantity or not one.scale or not two.scale:
        return None
    return two.scale / one.scale


def _table(found: _Ranking) -> pa.Table:
    running = accumulate(row["value"] for row in found.rows)
    rows = [
        {**row, "share": row["value"] / found.total, "running_share": min(1.0, at / found.total)}
        for row, at in zip(found.rows, running, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _facts(name: str, found: _Ranking, unit: str) -> Mapping[str, float | str | None]:
    return {
        fact_key(name, "groups"): float(found.groups),
        fact_key(name, "vital"): float(found.vital),
        fact_key(name, "vital_value_share"): found.vital_share,
        fact_key(name, "greatest_share"): found.rows[0]["value"] / found.total,
        fact_key(name, "total", unit): found.total,
    }


def _sentences(found: _Ranking, name: str, noun: str, threshold: float) -> Iterator[str]:
    few = found.vital / found.groups
    aim = f"{number(threshold * 100)} %"
    if few <= _FEW:
        made = "makes" if found.vital == 1 else "make"
        yield (
            f"{name}: {found.vital:,} of {count(found.groups, noun)} ({share(few)}) {made} "
            f"{share(found.vital_share)} of the total; work on them comes first."
        )
    else:
        yield f"{name}: it takes {found.vital:,} of {count(found.groups, noun)} to reach {aim}; no few of them decide."
    top = found.rows[0]
    yield f"The greatest, {top['group']}, makes {share(top['value'] / found.total)}."


def _figure(table: str, title: str, axes: tuple[str, str], unit: str, told: Sequence[str]) -> Figure:
    return Figure(
        Form.PARETO,
        table,
        x="group",
        y="value",
        colour="running_share",
        title=sentence(title),
        x_label=axes[0],
        y_label=axes[1],
        unit=unit or None,
        alt=" ".join(told),
    )
