"""The correlation of measures, pair by pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.wording import count, listed, number
from headgate.plan.language import Analysis

_ENOUGH = 50
_COMMON = 0.8  # of the rows hold every measure: then all pairs are taken over these rows, in one pass
_STRONG = 0.5
_SAME = 0.999
_MOST_ALIKE = 3
_MOST_WITH = 3


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `matrix` (`a`, `b`, `r`, every cell) and `pairs` (each pair once, the strongest first, with its rows).

    Spearman is the Pearson correlation of mean ranks, Pearson that of the values, from -1 to 1. Rows on which one value
    of the pair is missing are left out; a pair needs 50 rows. Constant columns have no correlation.
    """
    numbers = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    varying = _varying(frame, numbers)
    if len(varying) < 2:
        return Skipped(analysis, "Fewer than two of the chosen columns hold numbers that vary.")
    spearman = analysis.params["method"] == "spearman"
    pairs = _pairs(frame, varying, spearman)
    kept = [pair for pair in pairs if pair["rows"] >= _ENOUGH and pair["r"] is not None]
    if not kept:
        return Skipped(analysis, f"No pair of the chosen columns has values on {_ENOUGH} rows.")
    kept.sort(key=lambda pair: (-abs(pair["r"]), pair["a"], pair["b"]))
    labels = {each: frame.label(each) for each in varying}
    tables = {"matrix": _matrix(varying, labels, kept), "pairs": _named(kept, labels)}
    told = _sentences(kept, labels, analysis.inputs["measures"][0])
    left_out = [frame.label(each) for each in analysis.inputs["measures"] if each not in varying]
    return Result(
        analysis,
        tables,
        {"strongest_r": kept[0]["r"], "pairs": float(len(kept)), "least_rows": float(min(p["rows"] for p in kept))},
        (_figure(analysis, told),),
        told,
        warnings=(f"{count(len(left_out), 'column')} without varying numbers left out: {listed(left_out)}.",)
        if left_out
        else (),
    )


def _varying(frame: Frame, columns: Sequence[str]) -> list[str]:
    if not columns:
        return []
    figures = {f"{each}_{name}": getattr(frame.rows[each], name)() for each in columns for name in ("min", "max")}
    found = frame.execute(frame.rows.aggregate(**figures)).to_pylist()[0]
    return [each for each in columns if found[f"{each}_min"] != found[f"{each}_max"]]


def _pairs(frame: Frame, columns: Sequence[str], spearman: bool) -> list[dict[str, Any]]:
    """`a`, `b`, `r` and `rows` of every pair: in one pass where most rows hold all measures, else pair by pair."""
    values = frame.rows.select(*columns)
    complete = values.drop_null(list(columns), how="any")
    rows = int(frame.number(complete.count()) or 0)
    if rows >= max(_ENOUGH, _COMMON * frame.count):
        return _together(frame, complete, columns, rows, spearman)
    found = []
    for a, b in combinations(columns, 2):
        both = values.select(a, b).drop_null([a, b], how="any")
        found += _together(frame, both, (a, b), int(frame.number(both.count()) or 0), spearman)
    return found


def _together(
    frame: Frame, values: ir.Table, columns: Sequence[str], rows: int, spearman: bool
) -> list[dict[str, Any]]:
    if rows < _ENOUGH:
        return [{"a": a, "b": b, "r": None, "rows": rows} for a, b in combinations(columns, 2)]
    ranked = values.select(**{each: _mean_rank(values[each]) for each in columns}) if spearman else values
    pairs = {f"r{at}": pair for at, pair in enumerate(combinations(columns, 2))}
    figures = {name: ranked[a].corr(ranked[b], how="pop") for name, (a, b) in pairs.items()}
    found = frame.execute(ranked.aggregate(**figures)).to_pylist()[0]
    return [{"a": a, "b": b, "r": _within(found[name]), "rows": rows} for name, (a, b) in pairs.items()]


def _within(r: float | None) -> float | None:
    """The coefficient without what rounding put beyond -1 or 1; none where a column is constant on the pair's rows."""
    return None if r is None or math.isnan(r) else max(-1.0, min(1.0, r))


def _mean_rank(value: ir.Value) -> ir.Value:
    """The rank from 0, equal values sharing the mean of their ranks."""
    return ibis.rank().over(ibis.window(order_by=value)) + (value.count().over(ibis.window(group_by=value)) - 1) / 2


def _matrix(columns: Sequence[str], labels: dict[str, str], pairs: list[dict[str, Any]]) -> pa.Table:
    known = {(pair["a"], pair["b"]): pair["r"] for pair in pairs}
    cells = [(a, b, 1.0 if a == b else known.get((a, b), known.get((b, a)))) for a in columns for b in columns]
    return pa.table(
        {
            "a": pa.array([labels[a] for a, _, _ in cells], pa.string()),
            "b": pa.array([labels[b] for _, b, _ in cells], pa.string()),
            "r": pa.array([r for _, _, r in cells], pa.float64()),
        }
    )


def _named(pairs: list[dict[str, Any]], labels: dict[str, str]) -> pa.Table:
    return pa.table(
        {
            "a": pa.array([labels[pair["a"]] for pair in pairs], pa.string()),
            "b": pa.array([labels[pair["b"]] for pair in pairs], pa.string()),
            "r": pa.array([pair["r"] for pair in pairs], pa.float64()),
            "rows": pa.array([pair["rows"] for pair in pairs], pa.int64()),
        }
    )


def _sentences(pairs: list[dict[str, Any]], labels: dict[str, str], main: str) -> tuple[str, ...]:
    """What moves with the first measure, then the strongest other pair each way, apart from one quantity twice."""
    twins = [pair for pair in pairs if abs(pair["r"]) >= _SAME]
    apart = [pair for pair in pairs if abs(pair["r"]) < _SAME]
    told: list[str] = []
    if twins:
        told += [
            f"Practically the same in different scale: {listed([f'“{labels[each]}”' for each in group])}."
            for group in _alike(twins)[:_MOST_ALIKE]
        ]
    told += _with_first([pair for pair in apart if main in (pair["a"], pair["b"])], labels, main)
    apart = [pair for pair in apart if main not in (pair["a"], pair["b"])]
    for verb, way in (("rise together", 1), ("move against each other", -1)):
        strong = [pair for pair in apart if pair["r"] * way >= _STRONG]
        if strong:
            pair = strong[0]
            told.append(f"“{labels[pair['a']]}” and “{labels[pair['b']]}” {verb} (r = {number(round(pair['r'], 2))}).")
    return (*told, "A correlation does not say what causes what.")


def _with_first(pairs: list[dict[str, Any]], labels: dict[str, str], main: str) -> list[str]:
    """What rises and what falls with the first measure, at most three each way, the strongest first."""
    told = []
    for verb, way in (("rises with", 1), ("moves against", -1)):
        strong = [pair for pair in pairs if pair["r"] * way >= _STRONG][:_MOST_WITH]
        names = [f"“{labels[_other(pair, main)]}” (r = {number(round(pair['r'], 2))})" for pair in strong]
        told += [f"“{labels[main]}” {verb} {listed(names)}."] if names else []
    if not told and pairs:
        nearest = f"“{labels[_other(pairs[0], main)]}” (r = {number(round(pairs[0]['r'], 2))})"
        told.append(f"Nothing moves clearly with “{labels[main]}”; the nearest is {nearest}.")
    return told


def _other(pair: dict[str, Any], main: str) -> str:
    return str(pair["b"] if pair["a"] == main else pair["a"])


def _alike(twins: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The columns that are one quantity, group by group; a chain of pairs is one group."""
    groups: list[list[str]] = []
    for pair in twins:
        met = [group for group in groups if pair["a"] in group or pair["b"] in group]
        joined = dict.fromkeys([*(each for group in met for each in group), pair["a"], pair["b"]])
        groups = [group for group in groups if group not in met] + [list(joined)]
    return groups


def _figure(analysis: Analysis, told: tuple[str, ...]) -> Figure:
    method = "rank correlation (Spearman)" if analysis.params["method"] == "spearman" else "correlation (Pearson)"
    return Figure(
        Form.MATRIX,
        "matrix",
        x="a",
        y="b",
        colour="r",
        title=f"Which measures move together: {method}",
        x_label="Measure",
        y_label="Measure",
        alt=" ".join(told),
    )
