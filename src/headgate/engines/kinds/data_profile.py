"""The profile of the columns: what each holds, how much of it is missing, and how its values are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.bins import are_few, each_value, equal_bins
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.spread import spread_of
from headgate.engines.wide import Sort, figures_of, is_stacked
from headgate.engines.wording import count, listed, moment, number, share
from headgate.headers.table import LocalType
from headgate.plan.kinds import GROUP, LOAD, MEASURED
from headgate.plan.language import Analysis

_WIDE = 50
_MOST_GROUPED = 20
_MOST_HISTOGRAMS = 3
_MOST_GAPS_DRAWN = 20
_BINS = 40
_SORTS = {
    LocalType.INTEGER: "numbers",
    LocalType.NUMBER: "numbers",
    LocalType.BOOLEAN: "yes or no",
    LocalType.DATETIME: "times",
    LocalType.DATE: "times",
    LocalType.TIME: "times of day",
    LocalType.EMPTY: "nothing",
}
_QUANTILES = {"p05": 0.05, "median": 0.5, "p95": 0.95}
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "column", "type", "unit")]
    + [(name, pa.int64()) for name in ("filled", "empty", "sentinels", "unparsed", "distinct")]
    + [("constant", pa.bool_())]
    + [(name, pa.float64()) for name in ("min", "p05", "median", "mean", "p95", "max")]
    + [(name, pa.timestamp("us")) for name in ("first", "last")]
)
_TOP = pa.schema([("column", pa.string()), ("value", pa.string()), ("rows", pa.int64()), ("share", pa.float64())])


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The profile of the chosen columns, or of all.

    Tables: `columns` (one row a column), `top_values` (the `top_n` most frequent of each group column), `gaps` and a
    histogram for up to three measures. Quantiles are exact; a sentinel is a mark for a missing value (`ND`).
    """
    ids = analysis.inputs.get("columns") or frame.ids
    if not frame.count:
        return Skipped(analysis, "The table has no row.")
    columns = list(_columns(frame, ids))
    tables = {
        "columns": pa.Table.from_pylist(columns, schema=_SCHEMA),
        "top_values": _top_values(frame, ids, int(analysis.params["top_n"])),
    }
    figures = [*_gap_figure(frame, columns, tables), *_histograms(frame, columns, tables)]
    cells = frame.count * len(columns)
    facts: dict[str, float | str | None] = {
        "rows": float(frame.count),
        "columns": float(len(columns)),
        "empty_share": sum(column["empty"] for column in columns) / cells,
        "empty_columns": float(sum(not column["filled"] for column in columns)),
        "constant_columns": float(sum(column["constant"] for column in columns)),
        "sentinel_cells": float(sum(column["sentinels"] for column in columns)),
        "unparsed_cells": float(sum(column["unparsed"] for column in columns)),
    }
    return Result(
        analysis, tables, facts, tuple(figures), _sentences(facts, columns), warnings=tuple(_warnings(columns))
    )


def _columns(frame: Frame, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    # One pass a column pays where there are rows; many columns of few rows are one query.
    numbers = [] if is_stacked(frame, ids) else [each for each in ids if frame.is_number(each)]
    found = spread_of(frame, numbers, _QUANTILES)
    found |= figures_of(frame, [each for each in ids if each not in found], _figures)
    for each in ids:
        own = found[each]
        yield {
            "id": each,
            "column": frame.header(each),
            "type": str(frame.type(each)),
            "unit": frame.unit(each),
            "empty": frame.count - own["filled"],
            "sentinels": frame.sentinels(each),
            "unparsed": frame.unparsed(each),
            "constant": own["distinct"] == 1 and own["filled"] > 1,
            **own,
        }


def _figures(cell: ir.Value, sort: Sort) -> dict[str, ir.Value]:
    figures = {"filled": cell.count(), "distinct": cell.nunique()}
    if sort is Sort.NUMBER:
        figures |= {"min": cell.min(), "mean": cell.mean(), "max": cell.max()}
        figures |= {name: cell.quantile(at) for name, at in _QUANTILES.items()}
    elif sort is Sort.TIME:
        figures |= {"first": cell.min(), "last": cell.max()}
    return figures


def _top_values(frame: Frame, ids: Sequence[str], most: int) -> pa.Table:
    grouped = [each for each in ids if frame.meaning(each).role in GROUP or frame.type(each) is LocalType.BOOLEAN]
    found: list[dict[str, Any]] = []
    for column in grouped[:_MOST_GROUPED]:
        values = frame.rows.select(value=frame.text(column))
        values = values.filter(values["value"].notnull())
        counted = values.group_by("value").aggregate(rows=values.count())
        top = frame.execute(counted.order_by([ibis.desc("rows"), "value"]).limit(most)).to_pylist()
        found += [{"column": frame.header(column), **row, "share": row["rows"] / frame.count} for row in top]
    return pa.Table.from_pylist(found, schema=_TOP)


def _gap_figure(frame: Frame, columns: list[dict[str, Any]], tables: dict[str, pa.Table]) -> Iterator[Figure]:
    partly = [column for column in columns if column["empty"] and column["filled"]]  # a note names the empty ones
    gappy = sorted(partly, key=lambda c: (-c["empty"], c["column"]))[:_MOST_GAPS_DRAWN]
    if len(gappy) < 2:  # one bar shows nothing that the sentence does not say
        return
    tables["gaps"] = pa.table(
        {"column": [c["column"] for c in gappy], "empty_percent": [100 * c["empty"] / frame.count for c in gappy]}
    )
    yield Figure(
        Form.BARS,
        "gaps",
        x="column",
        y="empty_percent",
        title="Cells without a value",
        x_label="Column",
        y_label="Share of rows",
        unit="%",
        alt=f"{count(len(gappy), 'column')} with empty cells; the most in “{gappy[0]['column']}”, "
        f"{share(gappy[0]['empty'] / frame.count)} of the rows.",
    )


def _histograms(frame: Frame, columns: list[dict[str, Any]], tables: dict[str, pa.Table]) -> Iterator[Figure]:
    measured = [c for c in columns if frame.meaning(c["id"]).role in MEASURED and c["distinct"] > 2]
    measured = [c for c in measured if c.get("min") is not None]
    measured.sort(key=lambda c: (frame.meaning(c["id"]).role not in LOAD, not c["unit"]))
    for place, column in enumerate(measured[:_MOST_HISTOGRAMS], 1):
        name = f"histogram_{place}"
        few = are_few(column["distinct"], column["filled"])
        tables[name] = each_value(frame, column["id"]) if few else _histogram(frame, column)
        unit = frame.unit(column["id"])
        yield Figure(
            Form.BARS if few else Form.HISTOGRAM,
            name,
            x="value" if few else "from",
            x2=None if few else "to",
            y="rows",
            title=f"How the values of “{frame.label(column['id'])}” are spread",
            x_label=f"{frame.label(column['id'])} ({unit})" if few and unit else frame.label(column["id"]),
            y_label="Rows",
            unit=None if few else unit or None,
            alt=f"Half of the values lie below {number(column['median'], unit)}, nine in ten between "
            f"{number(column['p05'], unit)} and {number(column['p95'], unit)}.",
        )


def _histogram(frame: Frame, column: dict[str, Any]) -> pa.Table:
    """Bins of equal width from the least to the greatest value; empty ones are there with 0 rows."""
    return equal_bins(frame, column["id"], column["min"], column["max"], _BINS)


def _sentences(facts: dict[str, Any], columns: list[dict[str, Any]]) -> tuple[str, ...]:
    empty = facts["empty_share"]
    filled = "every cell holds a value" if not empty else f"{share(empty)} of the cells hold no value"
    if 0 < empty < 0.0005:
        filled = "fewer than 0.1 % of the cells hold no value"
    sentences = [
        f"The table has {count(int(facts['rows']), 'row')} and {count(int(facts['columns']), 'column')}; {filled}."
    ]
    if len(columns) > _WIDE:
        kinds = Counter(_SORTS.get(column["type"], "text") for column in columns)
        told = [f"{amount:,} {'holds' if amount == 1 else 'hold'} {sort}" for sort, amount in kinds.most_common()]
        sentences.append(f"Of the columns, {listed(told)}.")
    timed = next((c for c in columns if c.get("first") is not None), None)
    if timed is not None:
        sentences.append(f"“{timed['column']}” runs from {moment(timed['first'])} to {moment(timed['last'])}.")
    return tuple(sentences)


def _warnings(columns: list[dict[str, Any]]) -> Iterator[str]:
    for name, text in (
        ("empty", "without any value"),
        ("constant", "with one and the same value on every row"),
        ("sentinels", "with marks for a missing value, which count as empty"),
        ("unparsed", "with cells that do not fit the column, which count as empty"),
    ):
        found = [c["column"] for c in columns if (not c["filled"] if name == "empty" else c[name])]
        if found:
            yield f"{count(len(found), 'column')} {text}: {listed(found, 5 if len(columns) <= _WIDE else 3)}."
