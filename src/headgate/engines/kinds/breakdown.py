"""The breakdown: a measure by the groups of a category, or the parts that several measures make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import pyarrow as pa

from headgate.catalogue.meaning import Fold
from headgate.engines.folding import fact_key, fold_word
from headgate.engines.frame import Frame
from headgate.engines.groups import in_own_order, parts_of, rest, valued
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.wording import count, listed, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

_OTHER = "Other"
_SCHEMA = pa.schema([("group", pa.string()), ("value", pa.float64()), ("rows", pa.int64()), ("share", pa.float64())])


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """A table `groups` by the category (`groups_2` for a second measure, …), or `parts` for measures without one.

    The `top_n` greatest groups are shown and the rest as "Other", folded over its rows. A share is given for totals
    without negative values only. Weekdays and months keep their order.
    """
    measures = [each for each in analysis.inputs["measure"] if frame.is_number(each)]
    if not measures:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    most = int(analysis.params["top_n"])
    category = next(iter(analysis.inputs.get("category", ())), None)
    if category is not None:
        return _by_category(frame, analysis, measures, category, most)
    if len(measures) < 2:
        return Skipped(analysis, "A single measure has no parts; choose a category or more measures.")
    return _by_parts(frame, analysis, measures, most)


def _by_category(frame: Frame, analysis: Analysis, measures: Sequence[str], category: str, most: int) -> Outcome:
    tables, figures, sentences = {}, [], []
    facts: dict[str, float | str | None] = {}
    name = frame.label(category)
    for place, column in enumerate(measures, 1):
        how, unit = frame.meaning(column).fold, frame.unit(column)
        groups = _groups(frame, column, category, most)
        if len(groups) < 2:
            continue
        table = "groups" if place == 1 else f"groups_{place}"
        tables[table] = pa.Table.from_pylist(groups, schema=_SCHEMA)
        told = list(_sentences(groups, frame.label(column), how, unit, f"by {name}"))
        title = sentence(f"{frame.phrase(column)} by {frame.phrase(category)}")
        measured = f"{sentence(frame.phrase(column))}, {fold_word(how)}"
        figures.append(_figure(table, title, sentence(frame.phrase(category)), measured, unit, told))
        sentences += told
        facts |= _facts(column, groups, how, unit)
    if not tables:
        return Skipped(analysis, f"“{name}” has fewer than two groups with a value.")
    return Result(analysis, tables, facts, tuple(figures), tuple(sentences))


def _groups(frame: Frame, column: str, category: str, most: int) -> list[dict[str, Any]]:
    """The groups with their values, the greatest first, the rest as one."""
    ranked = valued(frame, column, category)
    found = frame.execute(ranked.order_by([ibis.desc("value"), "group"]).limit(most + 1)).to_pylist()
    if len(found) > most:
        kept = [row["group"] for row in found[:most]]
        found = [*found[:most], {"group": _rest_name(kept), "rest": True, **rest(frame, column, category, kept)}]
    return _in_order(_shared(found, frame.meaning(column).fold))


def _rest_name(kept: Sequence[str]) -> str:
    return _OTHER if _OTHER not in kept else "All others"


def _shared(groups: list[dict[str, Any]], how: Fold) -> list[dict[str, Any]]:
    total = sum(row["value"] for row in groups)
    divides = how in (Fold.SUM, Fold.COUNT) and total > 0 and all(row["value"] >= 0 for row in groups)
    return [{**row, "share": row["value"] / total if divides else None} for row in groups]


def _in_order(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weekdays and months in their own order; all else as it came."""
    order = in_own_order([str(row["group"]) for row in groups])
    return groups if order is None else sorted(groups, key=lambda row: order.index(str(row["group"])))


def _by_parts(frame: Frame, analysis: Analysis, measures: Sequence[str], most: int) -> Outcome:
    """The parts that measures of one unit and fold make; the others are named and left out."""
    unit, how = frame.unit(measures[0]), frame.meaning(measures[0]).fold
    alike = [each for each in measures if (frame.unit(each), frame.meaning(each).fold) == (unit, how)]
    if len(alike) < 2:
        return Skipped(analysis, "The chosen measures differ in unit or in how they fold, so they make no whole.")
    parts = parts_of(frame, alike)
    if how is Fold.SUM and len(parts) > most:
        small = parts[most:]
        value, rows = sum(row["value"] for row in small), sum(row["rows"] for row in small)
        other = {"group": _OTHER, "rest": True, "value": value, "rows": rows}
        parts = [*parts[:most], other]
    groups = _shared(parts[: most + 1], how)
    if len(groups) < 2:
        return Skipped(analysis, "Fewer than two of the chosen measures hold a value.")
    told = list(_sentences(groups, "", how, unit, "by part"))
    left_out = [frame.label(each) for each in measures if each not in alike]
    return Result(
        analysis,
        {"parts": pa.Table.from_pylist(groups, schema=_SCHEMA)},
        {fact_key("greatest_part", unit): groups[0]["value"], "greatest_part_share": groups[0]["share"]},
        (_figure("parts", "The parts side by side", "Part", fold_word(how).capitalize(), unit, told),),
        tuple(told),
        warnings=(f"{count(len(left_out), 'measure')} of another unit or fold left out: {listed(left_out)}.",)
        if left_out
        else (),
    )


def _figure(table: str, title: str, x_label: str, y_label: str, unit: str, told: list[str]) -> Figure:
    return Figure(
        Form.BARS,
        table,
        x="group",
        y="value",
        title=title,
        x_label=x_label,
        y_label=y_label,
        unit=unit or None,
        alt=" ".join(told),
    )


def _facts(column: str, groups: list[dict[str, Any]], how: Fold, unit: str) -> dict[str, float | str | None]:
    named = [row for row in groups if "rest" not in row]
    top = max(named, key=lambda row: row["value"])
    return {
        fact_key(column, "greatest", str(how), unit): top["value"],
        fact_key(column, "greatest_share"): top["share"],
        fact_key(column, "greatest_group"): str(top["group"]),
    }


def _sentences(groups: list[dict[str, Any]], name: str, how: Fold, unit: str, by: str) -> Iterator[str]:
    named = [row for row in groups if "rest" not in row]
    top, low = max(named, key=lambda row: row["value"]), min(named, key=lambda row: row["value"])
    part = f" ({share(top['share'])})" if top["share"] is not None else ""
    subject = f"“{name}” {by}" if name else f"The {fold_word(how)} {by}"
    if top["value"] == low["value"]:
        yield f"{subject}: every group has {number(top['value'], unit)}."
        return
    greatest = (
        f"{subject}: {top['group']} has the greatest{f' {fold_word(how)}' if name else ''} with "
        f"{number(top['value'], unit)}{part}"
    )
    least = f" ({share(low['share'])})" if low["share"] is not None else ""
    if len(named) < len(groups):  # the smaller ones are in "Other"
        yield f"{greatest}; the {len(named)} greatest are shown, the rest together as “{groups[-1]['group']}”."
    else:
        lowest = [str(row["group"]) for row in named if row["value"] == low["value"]]
        yield f"{greatest}, {listed(lowest, 3)} the smallest with {number(low['value'], unit)}{least}."
