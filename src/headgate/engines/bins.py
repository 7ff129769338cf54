"""Values counted in bins: of equal width, or between the round numbers 1, 2, 5, 10 … of each decade."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame

_ROUND = (1, 2, 5)
_FEW = 20
_COUNTED = pa.schema([("value", pa.float64()), ("rows", pa.int64())])


def equal_bins(frame: Frame, column: str, low: float, high: float, bins: int) -> pa.Table:
    """`from`, `to` and `rows` of bins of one width from low to high; empty ones are there with 0 rows.

    What lies beyond an end is counted in the bin there.
    """
    width = (high - low) / bins
    place = ((frame.values(column)["value"] - low) / width).floor().cast("int64")
    edges = [low + width * at for at in range(bins + 1)]
    return _counted(frame, column, ibis.greatest(ibis.least(place, bins - 1), 0), edges)


def are_few(distinct: int, values: int) -> bool:
    """Whether a measure has so few different values that each of them is counted on its own, and not in bins."""
    return distinct <= _FEW and values >= 3 * distinct


def each_value(frame: Frame, column: str) -> pa.Table:
    """`value` and `rows`: how many rows hold each value, in the order of the values."""
    values = frame.values(column)
    counted = values.select(value=values["value"].cast("float64"), rows=values["n"])
    found = frame.execute(counted.order_by("value")).to_pylist()
    return pa.Table.from_pylist(found, schema=_COUNTED)


def round_bins(frame: Frame, column: str, edges: Sequence[float]) -> pa.Table:
    """The same between `edges`, each bin with its lower edge and without its upper one; few enough to compare with."""
    value = frame.values(column)["value"]
    place = sum((ibis.ifelse(value >= edge, 1, 0) for edge in edges[1:-1]), start=ibis.literal(0))
    return _counted(frame, column, place, edges)


def round_edges(low: float, high: float, most: int) -> list[float]:
    """The numbers 1, 2 and 5 of each decade (powers of ten alone where there are more than `most`) around both ends."""
    first, last = math.floor(math.log10(low)), math.floor(math.log10(high)) + 1
    for steps in (_ROUND, (1,)):
        edges = [float(f"{step}e{power}") for power in range(first, last + 1) for step in steps]
        below, above = max(e for e in edges if e <= low), min(e for e in edges if e > high)
        edges = [edge for edge in edges if below <= edge <= above]
        if len(edges) <= most:
            break
    return edges


def _counted(frame: Frame, column: str, place: ir.Value, edges: Sequence[float]) -> pa.Table:
    values = frame.values(column).select("n", bin=place)
    found = frame.execute(values.group_by("bin").aggregate(rows=values.n.sum())).to_pylist()
    counts = {row["bin"]: row["rows"] for row in found}
    bins = range(len(edges) - 1)
    return pa.table(
        {
            "from": pa.array(list(edges[:-1]), pa.float64()),
            "to": pa.array(list(edges[1:]), pa.float64()),
            "rows": pa.array([counts.get(at, 0) for at in bins], pa.int64()),
        }
    )
