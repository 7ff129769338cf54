"""The same figures of many columns in as few queries as the number of columns allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

import ibis
import ibis.expr.types as ir

from headgate.engines.frame import Frame

_AT_ONCE = 200
_WIDE = 50
_MOST_STACKED = 2_000_000  # cells: a stack is a copy of the values


class Sort(Enum):
    """What figures a column can have."""

    NUMBER = auto()
    TIME = auto()
    OTHER = auto()


Figures = Callable[[ir.Value, Sort], Mapping[str, ir.Value]]


def figures_of(frame: Frame, ids: Sequence[str], figures: Figures) -> dict[str, dict[str, Any]]:
    """The figures of each column by its id; `figures` gives their expressions for one column.

    Many columns of few rows are stacked by sort, so that the query stays small.
    """
    found: dict[str, dict[str, Any]] = {}
    for at in range(0, len(ids), _AT_ONCE):
        part = ids[at : at + _AT_ONCE]
        found |= (_stacked if is_stacked(frame, part) else _side_by_side)(frame, part, figures)
    return {each: found[each] for each in ids}


def is_stacked(frame: Frame, ids: Sequence[str]) -> bool:
    """Whether these are many columns of few rows."""
    return len(ids) >= _WIDE and min(len(ids), _AT_ONCE) * frame.count <= _MOST_STACKED


def _side_by_side(frame: Frame, ids: Sequence[str], figures: Figures) -> dict[str, dict[str, Any]]:
    asked = {
        f"{each}_{name}": value for each in ids for name, value in figures(frame.rows[each], _sort(frame, each)).items()
    }
    own: dict[str, dict[str, Any]] = {each: {} for each in ids}
    for key, value in frame.execute(frame.rows.aggregate(**asked)).to_pylist()[0].items():
        column, _, name = key.partition("_")
        own[column][name] = value
    return own


def _stacked(frame: Frame, ids: Sequence[str], figures: Figures) -> dict[str, dict[str, Any]]:
    own: dict[str, dict[str, Any]] = {}
    for sort in Sort:
        part = [each for each in ids if _sort(frame, each) is sort]
        if part:
            rows = frame.rows.select(*part).pivot_longer(ibis.selectors.all(), names_to="id", values_to="cell")
            found = rows.group_by("id").aggregate(**figures(rows["cell"], sort))
            own |= {row.pop("id"): row for row in frame.execute(found).to_pylist()}
    return own


def _sort(frame: Frame, column: str) -> Sort:
    if frame.is_number(column):
        return Sort.NUMBER
    return Sort.TIME if frame.is_time(column) else Sort.OTHER
