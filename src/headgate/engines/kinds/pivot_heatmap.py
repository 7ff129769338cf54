"""The pivot: a measure by two categories at once, one cell for each pair of groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Fold
from headgate.engines.folding import fact_key, fold_word, folded
from headgate.engines.frame import Frame
from headgate.engines.groups import BLANK, in_own_order
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

MOST_GROUPS = 200
_UNEXPECTED = 1.5  # times what its row and its column let expect
_SCHEMA = pa.schema(
    [("across", pa.string()), ("down", pa.string()), ("rows", pa.int64())]
    + [(name, pa.float64()) for name in ("value", "expected")]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `cells`: the measure folded for each pair of groups that occurs, across and down in a fixed order.

    `fold` "auto" is the fold of the measure's meaning. Weekdays and months stand in their own order, numbers by size,
    other groups the greatest first. Needs two groups each way and at most 200.
    """
    measure, (across, down) = analysis.inputs["measure"][0], analysis.inputs["categories"]
    if across == down:
        return Skipped(analysis, "The two categories are the same column; choose another one.")
    if not frame.is_number(measure):
        return Skipped(analysis, f"“{frame.label(measure)}” does not hold numbers.")
    asked = str(analysis.params["fold"])
    how = frame.meaning(measure).fold if asked == "auto" else Fold(asked)
    rows = frame.rows.select(
        "row",
        across=frame.text(across).fill_null(BLANK),
        down=frame.text(down).fill_null(BLANK),
        value=frame.rows[measure],
    )
    rows = rows.filter(rows["value"].notnull())
    reason = _unfit(frame, rows, across, down)
    if reason is not None:
        return Skipped(analysis, reason)
    cells = frame.execute(
        rows.group_by(["across", "down"]).aggregate(
            value=folded(rows["value"], how, rows["row"]), rows=rows.count(), size=rows["value"].abs().sum()
        )
    ).to_pylist()
    orders = {"across": _order(frame, across, cells, "across"), "down": _order(frame, down, cells, "down")}
    cells.sort(key=lambda cell: (orders["down"].index(cell["down"]), orders["across"].index(cell["across"])))
    _expect(cells, how)
    unit = "" if how is Fold.COUNT else frame.unit(measure)
    sentences = tuple(_sentences(frame, analysis, cells, orders, how, unit))
    return Result(
        analysis,
        {"cells": pa.Table.from_pylist(cells, schema=_SCHEMA)},
        _facts(cells, orders, how, unit),
        (_figure(frame, analysis, how, unit, sentences),),
        sentences,
    )


def _unfit(frame: Frame, rows: ir.Table, across: str, down: str) -> str | None:
    found = frame.execute(rows.aggregate(across=rows.across.nunique(), down=rows.down.nunique())).to_pylist()[0]
    for name, column in (("across", across), ("down", down)):
        if found[name] < 2:
            return f"“{frame.label(column)}” has fewer than two groups with a value."
        if found[name] > MOST_GROUPS:
            return f"“{frame.label(column)}” has {found[name]:,} groups; a grid shows at most {MOST_GROUPS}."
    return None


def _order(frame: Frame, column: str, cells: Sequence[dict[str, Any]], side: str) -> list[str]:
    """The groups of one side in the order in which they are drawn."""
    sizes: dict[str, float] = {}
    for cell in cells:
        sizes[cell[side]] = sizes.get(cell[side], 0.0) + cell["size"]
    own = in_own_order(list(sizes))
    if own is not None:
        return own
    if frame.is_number(column):
        return sorted(sizes, key=lambda name: (name == BLANK, 0.0 if name == BLANK else float(name)))
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _expect(cells: Sequence[dict[str, Any]], how: Fold) -> None:
    """Gives each cell of a total what its row and its column let expect: row total × column total / total."""
    if how not in (Fold.SUM, Fold.COUNT) or any(cell["value"] < 0 for cell in cells):
        return
    across: dict[str, float] = {}
    down: dict[str, float] = {}
    for cell in cells:
        across[cell["across"]] = across.get(cell["across"], 0.0) + cell["value"]
        down[cell["down"]] = down.get(cell["down"], 0.0) + cell["value"]
    total = sum(across.values())
    for cell in cells:
        cell["expected"] = across[cell["across"]] * down[cell["down"]] / total if total else None


def _facts(
    cells: Sequence[dict[str, Any]], orders: dict[str, list[str]], how: Fold, unit: str
) -> dict[str, float | str | None]:
    top, low = max(cells, key=lambda cell: cell["value"]), min(cells, key=lambda cell: cell["value"])
    possible = len(orders["across"]) * len(orders["down"])
    return {
        "groups_across": float(len(orders["across"])),
        "groups_down": float(len(orders["down"])),
        "filled_share": len(cells) / possible,
        fact_key("highest", fold_word(how), unit): top["value"],
        fact_key("lowest", fold_word(how), unit): low["value"],
    }


def _sentences(
    frame: Frame,
    analysis: Analysis,
    cells: Sequence[dict[str, Any]],
    orders: dict[str, list[str]],
    how: Fold,
    unit: str,
) -> Iterator[str]:
    name = frame.label(analysis.inputs["measure"][0])
    across, down = (frame.label(each) for each in analysis.inputs["categories"])
    top, low = max(cells, key=lambda cell: cell["value"]), min(cells, key=lambda cell: cell["value"])
    what = f"values of “{name}”" if how is Fold.COUNT else f"“{name}”"
    subject = f"The {fold_word(how)} {what} by “{across}” and “{down}”"
    if top["value"] == low["value"]:
        yield f"{subject} is {number(top['value'], unit)} in every cell."
    else:
        yield (
            f"{subject} is highest for {top['across']} and {top['down']} ({number(top['value'], unit)}), lowest for "
            f"{low['across']} and {low['down']} ({number(low['value'], unit)})."
        )
    odd = max((cell for cell in cells if cell.get("expected")), key=_above, default=None)
    if odd is not None and odd["value"] >= _UNEXPECTED * odd["expected"]:
        yield (
            f"{odd['across']} and {odd['down']} stand out: {number(odd['value'], unit)}, where their row and column "
            f"let expect {number(odd['expected'], unit)}."
        )
    possible = len(orders["across"]) * len(orders["down"])
    if len(cells) < possible:
        empty = possible - len(cells)
        has = "has" if empty == 1 else "have"
        yield f"{count(empty, 'pair')} of {possible:,} ({share(empty / possible)}) {has} no value."


def _above(cell: dict[str, Any]) -> float:
    return float(cell["value"] - cell["expected"])


def _figure(frame: Frame, analysis: Analysis, how: Fold, unit: str, told: Sequence[str]) -> Figure:
    measure, (across, down) = analysis.inputs["measure"][0], analysis.inputs["categories"]
    spoken = frame.phrase(measure)
    measured = f"{fold_word(how)} {spoken}" if not spoken.startswith(f"{fold_word(how)} ") else spoken
    measured = f"number of values of {spoken}" if how is Fold.COUNT else measured
    return Figure(
        Form.GRID,
        "cells",
        x="across",
        y="down",
        colour="value",
        title=sentence(f"{measured} by {frame.phrase(across)} and {frame.phrase(down)}"),
        x_label=sentence(frame.phrase(across)),
        y_label=sentence(frame.phrase(down)),
        series_label=sentence(measured),
        unit=unit or None,
        alt=" ".join(told),
    )
