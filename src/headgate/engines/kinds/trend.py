"""The trend: each measure over time, folded into periods as its meaning says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa

from headgate.catalogue.meaning import Fold
from headgate.engines.folding import (
    Grain,
    at_least,
    fact_key,
    fitting,
    fold_word,
    folded,
    period_end,
    period_start,
    period_word,
    points,
)
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.wording import count, listed, number
from headgate.plan.language import Analysis
from headgate.plan.titles import listed as in_title
from headgate.plan.titles import sentence

_MOST_POINTS = 3_000
_MOST_ENTITIES = 8
_SLACK = 0.02  # of a period may be missing at an end of the data before the period counts as cut off
_ADVERBS = {
    Grain.RAW: "interval by interval",
    Grain.HOUR: "by hour",
    Grain.DAY: "by day",
    Grain.WEEK: "by week",
    Grain.MONTH: "by month",
}


@dataclass(frozen=True, slots=True)
class _Series:
    """One line: the column it comes from and its points in order of time, cut-off ends left out.

    A point is a period: its `start`, its `value`, and the `first` and `last` stamp in it that have one.
    """

    column: str
    name: str
    points: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Window:
    """The span of the data, its step and the grain it is cut into."""

    first: datetime
    last: datetime
    step: int | None
    grain: Grain

    def is_full(self, start: datetime) -> bool:
        """Whether the period that starts here is not cut off by the first or the last stamp."""
        end = period_end(start, self.grain, self.step)
        slack = _SLACK * (end - start).total_seconds() + (self.step or 0)
        late = (self.first - start).total_seconds()
        early = (end - self.last).total_seconds()
        return late < slack and early <= slack


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `trend` (`series`, `start`, `value`, `unit`), one line a measure, or one an entity where one is given.

    `grain` "auto" follows the span: up to 3 days every interval, 90 days by day, 2 years by week, else by month.
    A first or last period that the data cut off is left out. Measures of one unit share a drawing.
    """
    time = analysis.inputs["timestamp"][0]
    measures = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    if not frame.is_time(time):
        return Skipped(analysis, f"“{frame.label(time)}” holds no dates or times.")
    if not measures:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    window = _window(frame, time, str(analysis.params["grain"]))
    if window is None:
        return Skipped(analysis, f"“{frame.label(time)}” holds fewer than two different times.")
    entity = next(iter(analysis.inputs.get("entity", ())), None)
    series, cut = [], False
    for column in measures:
        lines = list(_lines(frame, column, time, entity, window))
        trimmed = [_trimmed(line, window) for line in lines]
        cut = cut or any(len(line.points) > len(kept.points) for line, kept in zip(lines, trimmed, strict=True))
        series += trimmed
    series = [line for line in series if line.points]
    if not any(len(line.points) > 1 for line in series):
        return Skipped(analysis, f"There are fewer than two full periods {_ADVERBS[window.grain]}.")
    tables, figures = _drawn(frame, series, window.grain)
    return Result(
        analysis,
        tables,
        dict(_facts(frame, series)),
        figures,
        tuple(_sentences(frame, series, window.grain)),
        warnings=tuple(_warnings(frame, analysis, window, cut)),
    )


def _window(frame: Frame, time: str, asked: str) -> _Window | None:
    start, step = frame.start(time), frame.interval(time)
    ends = frame.execute(frame.rows.aggregate(first=start.min(), last=start.max())).to_pylist()[0]
    if step is None or ends["first"] is None or ends["first"] == ends["last"]:
        return None
    length = (ends["last"] - ends["first"]).total_seconds() + step
    grain = fitting(length, step) if asked == "auto" else at_least(Grain(asked), step)
    while points(grain, length, step) > _MOST_POINTS and grain is not Grain.MONTH:
        grain = grain.coarser
    return _Window(ends["first"], ends["last"], step, grain)


def _lines(frame: Frame, column: str, time: str, entity: str | None, window: _Window) -> Iterator[_Series]:
    start = frame.start(time)
    keys = {"entity": frame.text(entity).fill_null("(blank)")} if entity else {}
    rows = frame.rows.select(t=start, start=period_start(start, window.grain), value=frame.rows[column], **keys)
    rows = rows.filter(rows.t.notnull() & rows["value"].notnull())
    if entity:
        sizes = rows.group_by("entity").aggregate(size=rows["value"].abs().sum())
        kept = frame.execute(sizes.order_by([ibis.desc("size"), "entity"]).limit(_MOST_ENTITIES))["entity"].to_pylist()
        rows = rows.filter(rows["entity"].isin(kept)) if kept else rows
    value = folded(rows["value"], frame.meaning(column).fold, rows.t)
    point = {"value": value, "first": rows.t.min(), "last": rows.t.max()}
    found = frame.execute(rows.group_by([*keys, "start"]).aggregate(**point).order_by("start")).to_pylist()
    label = frame.label(column)
    for name in kept if entity else [""]:
        own = [row for row in found if not entity or row["entity"] == name]
        yield _Series(column, name or label, own)


def _trimmed(line: _Series, window: _Window) -> _Series:
    """The line without a first or last period that its own values cut off: its total would be no total."""
    if not line.points:
        return line
    own = replace(window, first=line.points[0]["first"], last=line.points[-1]["last"])
    return _Series(line.column, line.name, [point for point in line.points if own.is_full(point["start"])])


def _drawn(frame: Frame, series: Sequence[_Series], grain: Grain) -> tuple[dict[str, pa.Table], tuple[Figure, ...]]:
    """One table and one figure for each unit and fold, so that no axis carries two."""
    groups: dict[tuple[str, Fold], list[_Series]] = {}
    for line in series:
        groups.setdefault((frame.unit(line.column), frame.meaning(line.column).fold), []).append(line)
    tables, figures = {}, []
    for at, ((unit, how), lines) in enumerate(groups.items(), start=1):
        name = "trend" if at == 1 else f"trend_{at}"
        tables[name] = pa.table(
            {
                "series": pa.array([line.name for line in lines for _ in line.points], pa.string()),
                "start": pa.array([point["start"] for line in lines for point in line.points], pa.timestamp("us")),
                "value": pa.array([point["value"] for line in lines for point in line.points], pa.float64()),
                "unit": pa.array([unit for line in lines for _ in line.points], pa.string()),
            }
        )
        names = list(dict.fromkeys(line.name for line in lines))
        several = len({line.column for line in lines}) > 1
        spoken = list(dict.fromkeys(frame.phrase(line.column) for line in lines))
        what = in_title(spoken) if several or len(names) == 1 else f"{spoken[0]} of {listed(names, 3)}"
        figures.append(
            Figure(
                Form.LINE,
                name,
                x="start",
                y="value",
                title=sentence(f"{what} {_ADVERBS[grain]}"),
                x_label="Time",
                y_label=_axis(sentence(spoken[0]), how, grain)
                if not several
                else f"{fold_word(how).capitalize()} per period",
                unit=unit or None,
                series="series" if len(lines) > 1 else None,
                alt=" ".join(_sentences(frame, lines, grain)),
            )
        )
    return tables, tuple(figures)


def _axis(column: str, how: Fold, grain: Grain) -> str:
    return column if grain is Grain.RAW else f"{column}, {fold_word(how)} {_ADVERBS[grain]}"


def _facts(frame: Frame, series: Sequence[_Series]) -> Iterator[tuple[str, float]]:
    for line in series:
        if line.name != frame.label(line.column):
            continue
        values, unit = [point["value"] for point in line.points], frame.unit(line.column)
        for name, value in (("highest", max(values)), ("lowest", min(values)), ("mean", sum(values) / len(values))):
            yield fact_key(line.column, name, "per period", unit), value


def _sentences(frame: Frame, series: Sequence[_Series], grain: Grain) -> Iterator[str]:
    for line in series:
        if len(line.points) < 2:
            continue
        unit = frame.unit(line.column)
        high = max(line.points, key=lambda point: point["value"])
        low = min(line.points, key=lambda point: point["value"])
        if high["value"] == low["value"]:
            yield f"“{line.name}” is {number(high['value'], unit)} throughout."
            continue
        mean = sum(point["value"] for point in line.points) / len(line.points)
        told = "" if grain is Grain.RAW else f"{_ADVERBS[grain]} "
        yield (
            f"“{line.name}” {told}averages {number(mean, unit)}: highest {number(high['value'], unit)} "
            f"({period_word(high['start'], grain)}), lowest {number(low['value'], unit)} "
            f"({period_word(low['start'], grain)})."
        )


def _warnings(frame: Frame, analysis: Analysis, window: _Window, cut: bool) -> Iterator[str]:
    if cut:
        yield f"A first or last {window.grain} that the data cut off is left out."
    asked = str(analysis.params["grain"])
    if asked not in ("auto", str(window.grain)):
        yield f"Shown {_ADVERBS[window.grain]}: the data are too coarse or too long for {asked}."
    silent = [frame.label(each) for each in analysis.inputs["measures"] if not frame.is_number(each)]
    if silent:
        yield f"{count(len(silent), 'column')} without numbers left out: {listed(silent)}."
