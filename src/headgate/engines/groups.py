"""The groups of a category and the parts that measures make: their values, their names and their own order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

import ibis.expr.types as ir

from headgate.catalogue.meaning import Fold
from headgate.engines.folding import fold_word, folded
from headgate.engines.frame import Frame
from headgate.plan.titles import sentence

BLANK = "(blank)"
_ORDERS = (
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)  # fmt: skip


def with_value(frame: Frame, column: str, category: str) -> ir.Table:
    """The rows on which the column has a value: `row`, `group` (text, blank cells as one) and `value`."""
    rows = frame.rows.select("row", group=frame.text(category).fill_null(BLANK), value=frame.rows[column])
    return rows.filter(rows["value"].notnull())


def valued(frame: Frame, column: str, category: str) -> ir.Table:
    """One row a `group`: its `value`, the column folded as its meaning says, and the `rows` that have one.

    It is worked out once for every analysis of the same column and category.
    """

    def find() -> ir.Table:
        rows = with_value(frame, column, category)
        value = folded(rows["value"], frame.meaning(column).fold, rows["row"])
        return rows.group_by("group").aggregate(value=value, rows=rows.count())

    return frame.shared(("groups", column, category), find)


def rest(frame: Frame, column: str, category: str, kept: Sequence[str]) -> dict[str, Any]:
    """The `value` and `rows` of all other groups as one. Only the latest value needs the rows themselves again."""
    how = frame.meaning(column).fold
    source = with_value(frame, column, category) if how is Fold.LAST else valued(frame, column, category)
    others = source.filter(~source["group"].isin(list(kept)))
    value = others["value"]
    match how:
        case Fold.LAST:
            found = {"value": value.argmax(others["row"]), "rows": others.count()}
        case Fold.MEAN | Fold.NONE:
            found = {"value": (value * others["rows"]).sum() / others["rows"].sum(), "rows": others["rows"].sum()}
        case Fold.SUM | Fold.COUNT:
            found = {"value": value.sum(), "rows": others["rows"].sum()}
        case Fold.MAX | Fold.MIN:
            found = {"value": value.max() if how is Fold.MAX else value.min(), "rows": others["rows"].sum()}
        case _ as never:
            assert_never(never)
    return dict(frame.execute(others.aggregate(**found)).to_pylist()[0])


def makes_no_whole(frame: Frame, column: str) -> str | None:
    """Why the groups of a column have no share of a total, None where they have."""
    how = frame.meaning(column).fold
    if how in (Fold.SUM, Fold.COUNT):
        return None
    return f"“{frame.label(column)}” is not added up ({fold_word(how)}), so its groups make no whole."


def parts_of(frame: Frame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The columns that have a value as `column`, `group` (name), `value` (folded) and `rows`, the greatest first."""
    figures = {f"{each}_v": folded(frame.rows[each], frame.meaning(each).fold, frame.rows["row"]) for each in columns}
    figures |= {f"{each}_n": frame.rows[each].count() for each in columns}
    found = frame.execute(frame.rows.aggregate(**figures)).to_pylist()[0]
    names = part_names(frame, columns)
    known = [each for each in columns if found[f"{each}_v"] is not None]
    named = [
        {"column": each, "group": names[each], "value": found[f"{each}_v"], "rows": found[f"{each}_n"]}
        for each in known
    ]
    return sorted(named, key=lambda row: -row["value"])


def in_own_order(names: Sequence[str]) -> list[str] | None:
    """Weekdays or months in their order; None where the names have no order of their own."""
    for order in _ORDERS:
        if {name.casefold() for name in names} <= set(order):
            return sorted(names, key=lambda name: order.index(name.casefold()))
    return None


def part_names(frame: Frame, columns: Sequence[str]) -> dict[str, str]:
    """The parts in words, without what they all begin or end with where that leaves each of them something."""
    spoken = {each: frame.phrase(each) for each in columns}
    if len(set(spoken.values())) < len(spoken):
        return {each: frame.label(each) for each in columns}
    words = [name.split() for name in spoken.values()]
    first, last = _common(words), _common([line[::-1] for line in words])
    if any(first + last >= len(line) for line in words):
        return {each: sentence(name) for each, name in spoken.items()}
    return {each: sentence(" ".join(line[first : len(line) - last])) for each, line in zip(spoken, words, strict=True)}


def _common(words: Sequence[Sequence[str]]) -> int:
    """How many words all begin with."""
    places = zip(*words, strict=False)
    return next((at for at, found in enumerate(places) if len(set(found)) > 1), min(map(len, words)))
