"""The distribution: how the values of a measure are spread, overall and by the groups of a category."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import ibis
import pyarrow as pa

from headgate.engines.bins import are_few, each_value, equal_bins, round_bins, round_edges
from headgate.engines.folding import fact_key
from headgate.engines.frame import Frame
from headgate.engines.groups import in_own_order, with_value
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.spread import spread_of
from headgate.engines.wording import count, listed, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

_MOST_GROUPS = 12
_DECADES = 100  # times: the 95 % quantile over the 5 % one, from which on equal widths show nothing of the small values
_FAR = 20  # times the middle 98 %: a range wider than that is made of a few values far out
_PULLED = 0.2  # of the quartile's width between mean and median: from here on a typical value is not the mean
_MOMENTS = ("mean", "sd", "skewness")
_QUANTILES = {"min": 0.0, "p01": 0.01, "p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("measure", "unit")]
    + [("values", pa.int64())]
    + [(name, pa.float64()) for name in (*_MOMENTS, *_QUANTILES, "max", "zero_share")]
)
_GROUPS = pa.schema(
    [("group", pa.string()), ("values", pa.int64())]
    + [(name, pa.float64()) for name in ("p25", "median", "p75", "mean")]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `figures` (one row a measure), `bins` (`bins_2` …) and, with a category, `groups` (`groups_2` …).

    A measure of at most 20 different values, each of them on three rows or more on average, has each of them counted.
    Else bins are of equal width, or between 1, 2, 5, 10 … where `scale` is log: "auto" is log where all values are
    above zero and the 95 % quantile is 100 times the 5 % quantile or more. Quantiles are exact.
    """
    ids = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    if not ids:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    rows = [row for each in ids if (row := _figures(frame, each))["values"]]
    if not rows:
        return Skipped(analysis, "None of the chosen columns holds a value.")
    tables = {"figures": pa.Table.from_pylist(rows, schema=_SCHEMA)}
    figures: list[Figure] = []
    sentences: list[str] = []
    warnings: list[str] = []
    for place, row in enumerate(rows, 1):
        told = list(_sentences(row))
        sentences += told
        if row["min"] == row["max"]:
            continue
        ending = "" if place == 1 else f"_{place}"
        tables[f"bins{ending}"], figure, note = _counted(frame, analysis, row, f"bins{ending}", told)
        warnings += note
        figures.append(figure)
        category = next(iter(analysis.inputs.get("category", ())), None)
        groups = [] if category is None else _groups(frame, row["id"], category)
        if category is not None and len(groups) > 1:
            tables[f"groups{ending}"] = pa.Table.from_pylist(groups, schema=_GROUPS)
            said = _group_sentence(frame, row, category, groups)
            sentences.append(said)
            figures.append(_group_figure(frame, row, category, f"groups{ending}", said))
    silent = [frame.label(each) for each in analysis.inputs["measures"] if each not in {row["id"] for row in rows}]
    if silent:
        warnings.append(f"{count(len(silent), 'column')} without numbers left out: {listed(silent)}.")
    facts = {key: value for row in rows for key, value in _facts(row)}
    return Result(analysis, tables, facts, tuple(figures), tuple(sentences), warnings=tuple(warnings))


def _figures(frame: Frame, column: str) -> dict[str, Any]:
    """The figures of one measure; skewness is the third standardised moment g1 = m3 / m2^1.5, moments over n."""
    own = spread_of(frame, [column], {name: at for name, at in _QUANTILES.items() if at})[column]
    values, mean = own["filled"], own["mean"]
    found = {"id": column, "measure": frame.label(column), "unit": frame.unit(column), "values": values, **own}
    found |= {"sd": None, "skewness": None, "zero_share": None}
    if not values:
        return found
    each = frame.values(column)
    apart = each["value"] - mean
    moments = each.aggregate(
        second=(apart**2 * each["n"]).sum(),
        third=(apart**3 * each["n"]).sum(),
        zeros=each["n"].sum(where=each["value"] == 0),
    )
    sums = frame.execute(moments).to_pylist()[0]
    found["zero_share"] = (sums["zeros"] or 0) / values
    if values > 1:
        found["sd"] = math.sqrt(sums["second"] / (values - 1))
    if found["sd"] and own["distinct"] > 1:
        found["skewness"] = (sums["third"] / values) / (sums["second"] / values) ** 1.5
    return found


def _scale(analysis: Analysis, row: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Whether bins grow with the values, and what has to be said of the choice."""
    asked = analysis.params["scale"]
    if asked == "linear":
        return False, []
    if row["min"] <= 0:
        note = f"“{row['measure']}” is not above zero throughout, so its bins are of equal width."
        return False, [note] if asked == "log" else []
    return asked == "log" or row["p95"] >= _DECADES * row["p05"], []


def _counted(
    frame: Frame, analysis: Analysis, row: dict[str, Any], table: str, told: Sequence[str]
) -> tuple[pa.Table, Figure, list[str]]:
    """How often each value occurs, or the values of each bin; its figure; and what has to be said of the choice."""
    if are_few(row["distinct"], row["values"]):
        return each_value(frame, row["id"]), _figure(frame, row, table, "value", told), []
    logarithmic, note = _scale(analysis, row)
    bins = int(analysis.params["bins"])
    counted = _log_bins(frame, row, bins) if logarithmic else _bins(frame, row, bins)
    return counted, _figure(frame, row, table, "range" if logarithmic else "from", told), note


def _bins(frame: Frame, row: dict[str, Any], bins: int) -> pa.Table:
    """Bins of equal width; where a few values lie far out, over the middle 98 % and a quarter of it on both sides."""
    low, high, middle = row["min"], row["max"], row["p99"] - row["p01"]
    if middle and high - low > _FAR * middle:
        low, high = max(low, row["p01"] - middle / 4), min(high, row["p99"] + middle / 4)
        row["far"] = True
    return equal_bins(frame, row["id"], low, high, bins)


def _log_bins(frame: Frame, row: Mapping[str, Any], bins: int) -> pa.Table:
    edges = round_edges(row["min"], row["max"], bins)
    found = round_bins(frame, row["id"], edges)
    names = [f"{number(low)} to {number(high)}" for low, high in pairwise(edges)]
    return found.append_column("range", pa.array(names, pa.string()))


def _groups(frame: Frame, column: str, category: str) -> list[dict[str, Any]]:
    """The groups with most values, the highest median first, weekdays and months in their own order."""
    rows = with_value(frame, column, category)
    value = rows["value"]
    quantiles = {name: value.quantile(_QUANTILES[name]) for name in ("p25", "median", "p75")}
    by_group = rows.group_by("group").aggregate(values=rows.count(), mean=value.mean(), **quantiles)
    found = frame.execute(by_group.order_by([ibis.desc("values"), "group"]).limit(_MOST_GROUPS)).to_pylist()
    found.sort(key=lambda row: (-row["median"], row["group"]))
    order = in_own_order([row["group"] for row in found])
    return found if order is None else sorted(found, key=lambda row: order.index(row["group"]))


def _facts(row: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    for name in ("mean", "sd", "p05", "p25", "median", "p75", "p95"):
        yield fact_key(row["id"], name, row["unit"]), row[name]
    yield fact_key(row["id"], "skewness"), row["skewness"]
    yield fact_key(row["id"], "zero_share"), row["zero_share"]


def _sentences(row: Mapping[str, Any]) -> Iterator[str]:
    name, unit = row["measure"], row["unit"]
    if row["min"] == row["max"]:
        yield f"Every value of “{name}” is {number(row['min'], unit)}."
        return
    yield (
        f"Half of the values of “{name}” lie between {number(row['p25'], unit)} and {number(row['p75'], unit)}, "
        f"with {number(row['median'], unit)} in the middle; one in twenty is above {number(row['p95'], unit)}."
    )
    pulled, width = row["mean"] - row["median"], row["p75"] - row["p25"]
    if width and abs(pulled) > _PULLED * width:
        way = "A few high" if pulled > 0 else "A few low"
        yield (
            f"{way} values pull the mean of “{name}” to {number(row['mean'], unit)}: the median says better what is "
            "usual."
        )
    if 0.01 <= row["zero_share"] < 1:
        yield f"{share(row['zero_share'])} of the values of “{name}” are zero."


def _group_sentence(frame: Frame, row: Mapping[str, Any], category: str, groups: Sequence[Mapping[str, Any]]) -> str:
    low, high = min(groups, key=lambda one: one["median"]), max(groups, key=lambda one: one["median"])
    by = f"By “{frame.label(category)}”, the median of “{row['measure']}”"
    if low["median"] == high["median"]:
        return f"{by} is {number(low['median'], row['unit'])} in every group."
    return (
        f"{by} is lowest for {low['group']} ({number(low['median'], row['unit'])}) and highest for {high['group']} "
        f"({number(high['median'], row['unit'])})."
    )


def _figure(frame: Frame, row: Mapping[str, Any], table: str, along: str, told: Sequence[str]) -> Figure:
    """The figure over the values, named ranges or edges (`from`) of the bins."""
    spoken, edges = sentence(frame.phrase(row["id"])), along == "from"
    beyond = "; values far out are in the first and last bar" if row.get("far") else ""
    return Figure(
        Form.HISTOGRAM if edges else Form.BARS,
        table,
        x=along,
        x2="to" if edges else None,
        y="rows",
        title=f"{spoken}: how often each value occurs{beyond}",
        x_label=spoken if edges or not row["unit"] else f"{spoken} ({row['unit']})",
        y_label="Rows",
        unit=row["unit"] or None if edges else None,
        alt=" ".join(told),
    )


def _group_figure(frame: Frame, row: Mapping[str, Any], category: str, table: str, said: str) -> Figure:
    spoken = frame.phrase(row["id"])
    return Figure(
        Form.BARS,
        table,
        x="group",
        y="median",
        title=sentence(f"median {spoken} by {frame.phrase(category)}"),
        x_label=sentence(frame.phrase(category)),
        y_label=f"{sentence(spoken)}, median",
        unit=row["unit"] or None,
        alt=said,
    )
