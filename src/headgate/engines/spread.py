"""How the values of columns are spread: counts, extremes, mean and exact quantiles, out of one shared pass a column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from headgate.engines.frame import Frame


def spread_of(frame: Frame, columns: Sequence[str], at: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    """`filled`, `distinct`, `min`, `mean`, `max` and the quantiles `at` (name: share, 0 to 1) of columns of numbers.

    A quantile q of n ordered values is interpolated at place q (n - 1) (Hyndman & Fan 1996, definition 7). All is None
    but the counts where a column holds no value. Exact, whatever the number of rows: ranks are running counts of the
    distinct values, so no engine has to hold all values at once.
    """
    found: dict[str, dict[str, Any]] = {each: {"filled": 0, "distinct": 0, "min": None, "mean": None, "max": None}
                                        | dict.fromkeys(at) for each in columns}  # fmt: skip
    if not columns:
        return found
    stacked = ibis.union(*(_ranked(frame, each) for each in columns)) if len(columns) > 1 else _ranked(frame, *columns)
    for row in frame.execute(stacked.group_by("id").aggregate(**_figures(stacked, at))).to_pylist():
        own = found[row.pop("id")]
        own |= {name: row[name] for name in ("filled", "distinct", "min", "mean", "max")}
        own |= {name: _between(row, name, share) for name, share in at.items()}
    return found


def _ranked(frame: Frame, column: str) -> ir.Table:
    """The distinct values with how many rows have each (`n`), that or a smaller one (`upto`), and any (`all`)."""
    values = frame.values(column)
    return values.select(
        id=ibis.literal(column),
        value=values["value"],
        n=values["n"],
        upto=values["n"].sum().over(ibis.cumulative_window(order_by=values["value"])),
        all=values["n"].sum().over(ibis.window()),
    )


def _figures(ranked: ir.Table, at: Mapping[str, float]) -> dict[str, ir.Value]:
    value, n = ranked["value"], ranked["n"]
    figures = {"filled": n.sum(), "distinct": n.count(), "min": value.min(), "max": value.max()}
    figures["mean"] = (value * n).sum() / n.sum()
    for name, share in at.items():
        place = (ranked["all"] - 1) * share
        figures[f"{name}_below"] = value.min(where=ranked["upto"] > place.floor())
        figures[f"{name}_above"] = value.min(where=ranked["upto"] > place.ceil())
    return figures


def _between(row: Mapping[str, Any], name: str, share: float) -> float:
    place: float = (row["filled"] - 1) * share
    below, above = float(row[f"{name}_below"]), float(row[f"{name}_above"])
    return below + (above - below) * (place - math.floor(place))
