"""The groups of a category and the parts that measures make: their values, their names and their own order."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from headgate.engines.folding import folded
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
    """One row a `group`: its `value`, the column folded as its meaning says, and the `rows` that have one."""
    rows = with_value(frame, column, category)
    value = folded(rows["value"], frame.meaning(column).fold, rows["row"])
    return rows.group_by("group").aggregate(value=value, rows=rows.count())


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
