"""Outliers: values far from what is usual around them (Hampel), or far outside the middle half (Tukey's fences)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import ibis
import pyarrow as pa

from headgate.engines.folding import Grain, period_start
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.models.hampel import NORMAL, NORMAL_MEAN, usual
from headgate.engines.spread import spread_of
from headgate.engines.stretches import MOST_LISTED, entity_of
from headgate.engines.timing import DAY
from headgate.engines.wording import count, listed, moment, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 100
MOST_POINTS = 200_000
RARE = 0.05  # of the values: where more lie far away, the values move between levels, and far away is usual
AROUND = 7  # values in a window, at least
MOST_TOLD = 3
MOST_DRAWN = 1_500
_EVENTS = pa.schema(
    [
        *(("column", pa.string()), ("entity", pa.string()), ("row", pa.int64())),
        *(("start", pa.timestamp("us")), ("end", pa.timestamp("us")), ("values", pa.int64())),
        *((name, pa.float64()) for name in ("value", "expected", "low", "high", "strength")),
    ]
)
_MEASURES = pa.schema(
    [
        *(("column", pa.string()), ("values", pa.int64()), ("outliers", pa.int64())),
        *(("share", pa.float64()), ("method", pa.string()), ("set_aside", pa.bool_())),
    ]
)
_LINE = pa.schema(
    [
        ("start", pa.timestamp("us")),
        *((name, pa.float64()) for name in ("value", "low", "high")),
        ("outlier", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One column: how many values, how many of them are outliers, the events they make, and its points to draw.

    `around` says whether each value was judged against those around it, `hourly` whether the values are means of hours.
    """

    column: str
    values: int
    outliers: int
    method: str
    events: list[dict[str, Any]]
    line: list[dict[str, Any]] = field(default_factory=list)
    around: bool = False
    hourly: bool = False

    @property
    def share(self) -> float:
        """Outliers of all values."""
        return self.outliers / self.values

    @property
    def set_aside(self) -> bool:
        """Whether so many values lie far away that this is no exception."""
        return self.share > RARE


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `events` (farthest first), `measures` and, over time, `line`, `line_2`, `line_3` (what was expected).

    hampel: more than `k` robust standard deviations from the median of the `window_days` around a value, or, without a
    time, from the median of all. iqr: more than `k` interquartile ranges outside the quartiles. A column needs 100
    values; one of which more than 5 % are outliers is set aside.
    """
    measures = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    if not measures:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    time = _time(frame, analysis)
    judged = [found for each in measures if (found := _judge(frame, analysis, each, time)) is not None]
    if not judged:
        return Skipped(analysis, f"None of the chosen columns holds {FEWEST} values.")
    kept = [each for each in judged if not each.set_aside]
    if not kept:
        names = listed([f"“{frame.label(each.column)}”" for each in judged])
        return Skipped(
            analysis,
            f"More than {share(RARE)} of the values of {names} lie far from the others: they move between levels, so "
            "being far away is no exception; expected_band takes hour and weekday into account.",
        )
    kept.sort(key=lambda each: (-each.outliers, measures.index(each.column)))
    told = tuple(_sentences(frame, kept))
    events = sorted((event for each in kept for event in each.events), key=lambda event: -event["strength"])
    tables = {
        "events": pa.Table.from_pylist(events[:MOST_LISTED], schema=_EVENTS),
        "measures": _measures(frame, judged),
    }
    figures = []
    for place, each in enumerate([each for each in kept if each.line and each.outliers][:MOST_TOLD], 1):
        name = "line" if place == 1 else f"line_{place}"
        tables[name] = pa.Table.from_pylist(each.line, schema=_LINE)
        figures.append(_figure(frame, name, each, tuple(_sentences(frame, [each]))))
    facts: dict[str, float | str | None] = {
        "outliers": float(sum(each.outliers for each in kept)),
        "events": float(sum(len(each.events) if each.around else each.outliers for each in kept)),
        "values": float(sum(each.values for each in kept)),
        "columns": float(len(kept)),
        "set_aside": float(len(judged) - len(kept)),
        "k": float(analysis.params["k"]),
    }
    return Result(
        analysis, tables, facts, tuple(figures), told, warnings=tuple(_warnings(frame, analysis, measures, judged))
    )


def _time(frame: Frame, analysis: Analysis) -> str | None:
    time = next(iter(analysis.inputs.get("timestamp", ())), None)
    return time if time is not None and frame.interval(time) is not None else None


def _judge(frame: Frame, analysis: Analysis, column: str, time: str | None) -> _Judged | None:
    """None where the column holds too few values."""
    cell = frame.rows[column]
    if (frame.number(cell.count()) or 0) < FEWEST:
        return None
    k, window = float(analysis.params["k"]), float(analysis.params["window_days"]) * DAY
    step = frame.interval(time) if time else None
    if analysis.params["method"] == "hampel" and time is not None and step is not None and window >= AROUND * step:
        return _by_window(frame, column, time, window, k)
    return _by_all(frame, column, time, str(analysis.params["method"]), k)


def _by_window(frame: Frame, column: str, time: str, window: float, k: float) -> _Judged | None:
    """Every value against those around it; means of hours where there are more than 200,000 values."""
    t, entity = frame.start(time), entity_of(frame)
    rows = frame.rows.select(t=t, entity=ibis.literal("") if entity is None else entity, value=frame.rows[column])
    rows = rows.filter(rows.t.notnull() & rows["value"].notnull())
    single = rows.group_by(["entity", "t"]).aggregate(value=rows["value"].mean())
    hourly = (frame.number(single.count()) or 0) > MOST_POINTS
    if hourly:
        hours = single.mutate(t=period_start(single.t, Grain.HOUR))
        single = hours.group_by(["entity", "t"]).aggregate(value=hours["value"].mean())
        if (frame.number(single.count()) or 0) > MOST_POINTS:
            return _by_all(frame, column, time, "hampel", k)
    points = frame.execute(single.order_by(["entity", "t"])).to_pylist()
    if len(points) < FEWEST:
        return None
    for _, group in groupby(points, key=lambda point: point["entity"]):
        own = list(group)
        seconds = [(point["t"] - own[0]["t"]).total_seconds() for point in own]
        around = usual(seconds, [point["value"] for point in own], window)
        for point, (middle, scale) in zip(own, around, strict=True):
            point |= {"expected": middle, "low": middle - k * scale, "high": middle + k * scale}
            point["strength"] = abs(point["value"] - middle) / scale if scale else 0.0
    step = 3600 if hourly else frame.interval(time) or 0
    outliers = sum(point["strength"] > k for point in points)
    line = _line(points, k) if entity is None else []
    return _Judged(
        column, len(points), outliers, "hampel", _events(frame.label(column), points, k, step), line, True, hourly
    )


def _events(name: str, points: Sequence[dict[str, Any]], k: float, step: float) -> list[dict[str, Any]]:
    """Outliers that follow each other on one side are one event, told by the farthest of them."""
    found: list[dict[str, Any]] = []
    before: tuple[str, int, datetime] | None = None
    for point in points:
        if point["strength"] <= k:
            continue
        side = 1 if point["value"] > point["expected"] else -1
        here = (point["entity"], side, point["t"])
        follows = before is not None and before[:2] == here[:2] and (here[2] - before[2]).total_seconds() <= step
        if not follows:
            found.append({"column": name, "start": point["t"], "values": 0, "strength": 0.0, "entity": point["entity"]})
        event = found[-1]
        event["values"] += 1
        event["end"] = point["t"]
        if point["strength"] > event["strength"]:
            event |= {each: point[each] for each in ("value", "expected", "low", "high", "strength")}
        before = here
    return found


def _line(points: Sequence[dict[str, Any]], k: float) -> list[dict[str, Any]]:
    """At most 1,500 points to draw: of each stretch the one that is farthest from what is usual."""
    size = -(-len(points) // MOST_DRAWN)
    chosen = [max(points[at : at + size], key=lambda point: point["strength"]) for at in range(0, len(points), size)]
    return [
        {"start": p["t"], "value": p["value"], "low": p["low"], "high": p["high"], "outlier": p["strength"] > k}
        for p in chosen
    ]


def _by_all(frame: Frame, column: str, time: str | None, method: str, k: float) -> _Judged:
    """Every value against all of them, by exact quantiles in the engine."""
    rows = frame.rows.select(
        "row", t=frame.start(time) if time else ibis.null("timestamp"), value=frame.rows[column].cast("float64")
    )
    rows = rows.filter(rows["value"].notnull())
    value = rows["value"]
    found = spread_of(frame, [column], {"q1": 0.25, "middle": 0.5, "q3": 0.75})[column]
    middle = found["middle"]
    if method == "iqr":
        low, high, scale = found["q1"], found["q3"], found["q3"] - found["q1"]
    else:
        apart = (value - middle).abs()
        spread = frame.execute(rows.aggregate(mad=apart.median(), mean=apart.mean())).to_pylist()[0]
        low = high = middle
        scale = NORMAL * spread["mad"] or NORMAL_MEAN * spread["mean"]
    if not scale:
        return _Judged(column, found["filled"], 0, method, [])
    far = rows.mutate(strength=ibis.greatest(low - value, value - high) / scale)
    far = far.filter(far.strength > k)
    outliers = int(frame.number(far.count()) or 0)
    limits = {"expected": middle, "low": low - k * scale, "high": high + k * scale, "values": 1}
    events = [
        {**row, **limits, "column": frame.label(column), "start": row["t"], "end": row["t"], "row": row["row"] + 1}
        for row in frame.execute(far.order_by([ibis.desc("strength"), "row"]).limit(MOST_LISTED)).to_pylist()
    ]
    return _Judged(column, found["filled"], outliers, method, events)


def _measures(frame: Frame, judged: Sequence[_Judged]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "column": frame.label(each.column),
                "values": each.values,
                "outliers": each.outliers,
                "share": each.share,
                "method": each.method,
                "set_aside": each.set_aside,
            }
            for each in judged
        ],
        schema=_MEASURES,
    )


def _sentences(frame: Frame, kept: Sequence[_Judged]) -> Iterator[str]:
    found = [each for each in kept if each.outliers]
    for each in found[:MOST_TOLD]:
        top = max(each.events, key=lambda event: event["strength"])
        unit, name = frame.unit(each.column), frame.label(each.column)
        when = f"on {moment(top['start'])}" if top["start"] else f"in row {top['row']:,}"
        whose = f" ({top['entity']})" if top.get("entity") else ""
        lie = "lies" if each.outliers == 1 else "lie"
        yield (
            f"“{name}”: {each.outliers:,} of {count(each.values, 'value')} ({share(each.share)}) {lie} far from what "
            f"is usual; the farthest is {number(top['value'], unit)} {when}{whose}, where "
            f"{number(top['expected'], unit)} was usual ({number(top['low'], unit)} to {number(top['high'], unit)})."
        )
    more = [f"“{frame.label(each.column)}”" for each in found[MOST_TOLD:]]
    if more:
        yield f"There are outliers in {listed(more)}, too."
    none = [f"“{frame.label(each.column)}”" for each in kept if not each.outliers]
    if none:
        yield f"No value lies far from what is usual in {listed(none)}."
    if found:
        yield "An outlier may be a fault of the meter or something that did happen; only who was there can tell."


def _warnings(frame: Frame, analysis: Analysis, measures: Sequence[str], judged: Sequence[_Judged]) -> Iterator[str]:
    for each in judged:
        if each.set_aside:
            yield (
                f"“{frame.label(each.column)}” is set aside: {share(each.share)} of its values lie far from the "
                "others, so it moves between levels, and none of them is an exception."
            )
    hourly = [f"“{frame.label(each.column)}”" for each in judged if each.hourly]
    if hourly:
        yield f"More than {MOST_POINTS:,} values: the means of hours are judged for {listed(hourly)}."
    plain = [f"“{frame.label(each.column)}”" for each in judged if each.method == "hampel" and not each.around]
    if plain:
        yield (
            f"{listed(plain)}: each value is judged against all of them, as no window of {AROUND} values or more is "
            "around it."
        )
    few = [f"“{frame.label(each)}”" for each in measures if each not in [one.column for one in judged]]
    if few:
        yield f"Fewer than {FEWEST} values in {listed(few)}."


def _figure(frame: Frame, table: str, each: _Judged, told: tuple[str, ...]) -> Figure:
    return Figure(
        Form.LINE,
        table,
        x="start",
        y="value",
        title=sentence(f"{frame.phrase(each.column)}: what is usual, and what lies far from it"),
        x_label="Time",
        y_label=sentence(frame.phrase(each.column)),
        unit=frame.unit(each.column) or None,
        low="low",
        high="high",
        marked="outlier",
        alt=" ".join(told),
    )
