"""Periods compared: a month, week or year against the one before and the same one a year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from headgate.catalogue.meaning import Fold, Quantity
from headgate.engines.folding import Grain, fact_key, fold_word, folded, period_end, period_start, period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.timed import Timed, is_regular, open_timed
from headgate.engines.timing import DAY
from headgate.engines.wording import count, listed, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

_COMPLETE = 0.98  # of a period's intervals have a value: a clock set forward takes less than that from a week
_SLACK = 1 / 28  # of a period: what may lack at an end of the data where stamps mark events
_BEFORE, _YEAR_BEFORE = "the period before", "a year before"
_PERIODS = pa.schema(
    [("measure", pa.string()), ("unit", pa.string()), ("start", pa.timestamp("us")), ("value", pa.float64())]
)
_INCOMPLETE = pa.schema(
    [("measure", pa.string()), ("start", pa.timestamp("us")), ("value", pa.float64()), ("coverage", pa.float64())]
)
_CHANGES = pa.schema(
    [(name, pa.string()) for name in ("measure", "unit", "period", "against")]
    + [("start", pa.timestamp("us")), ("against_start", pa.timestamp("us"))]
    + [(name, pa.float64()) for name in ("value", "previous", "previous_aligned", "change", "change_percent")]
)


@dataclass(frozen=True, slots=True)
class _Period:
    """One period: its value, and for each weekday (0 is Monday) its sum, its number of values and of days that count.

    Where a gap can be told those days are the ones with a value, else all there are.
    """

    start: datetime
    end: datetime
    value: float
    weekdays: Mapping[int, tuple[float, int, int]]
    coverage: float | None
    full: bool


@dataclass(frozen=True, slots=True)
class _Measure:
    """One measure by period."""

    id: str
    name: str
    unit: str
    fold: Fold
    relative: bool
    aligned: bool
    periods: list[_Period]
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `periods` (full ones, one table a measure), `changes` and, if there are any, `incomplete`.

    A period is full where 98 % of its intervals have a value. Aligned by weekday, the earlier period counts with as
    many Mondays, Tuesdays … as the later one has, each at its own mean of that weekday. Needs two full periods that
    follow each other or lie a year apart.
    """
    time, grain = analysis.inputs["timestamp"][0], Grain(str(analysis.params["period"]))
    if not frame.is_time(time):
        return Skipped(analysis, f"“{frame.label(time)}” holds no dates or times.")
    ids = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    if not ids:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    regular = is_regular(frame, time)
    by_weekday = analysis.params["align"] == "weekday"
    found = [_measure(frame, each, time, grain, regular, by_weekday) for each in ids]
    measures = [each for each in found if each is not None]
    changes = [row for each in measures for row in _changes(each, grain)]
    if not changes:
        full = max((sum(one.full for one in each.periods) for each in measures), default=0)
        return Skipped(
            analysis,
            f"There is {full or 'no'} full {grain}; a comparison needs two that follow each other or lie a year apart.",
        )
    shown = [each for each in measures if any(row["id"] == each.id for row in changes)]
    return _result(frame, analysis, shown, changes, regular, grain)


def _measure(frame: Frame, column: str, time: str, grain: Grain, regular: bool, by_weekday: bool) -> _Measure | None:
    timed = open_timed(frame, column, time)
    if timed is None:
        return None
    how, meaning = frame.meaning(column).fold, frame.meaning(column)
    rows = timed.rows.mutate(start=period_start(timed.rows.t, grain), weekday=timed.rows.t.day_of_week.index())
    values = rows.group_by("start").aggregate(value=folded(rows["value"], how, rows.t), stamps=rows.t.nunique())
    parts = rows.group_by(["start", "weekday"]).aggregate(
        total=rows["value"].sum(), n=rows.count(), days=rows.t.date().nunique()
    )
    weekdays: dict[datetime, dict[int, tuple[float, int, int]]] = {}
    for row in frame.execute(parts).to_pylist():
        start, at = row["start"], row["weekday"]
        days = row["days"] if regular else _calendar(start, period_end(start, grain, timed.step))[at]
        weekdays.setdefault(start, {})[at] = (row["total"], row["n"], days)
    periods = [
        _period(row, weekdays[row["start"]], timed, grain, regular)
        for row in frame.execute(values.order_by("start")).to_pylist()
    ]
    aligned = by_weekday and timed.step <= DAY and how in (Fold.SUM, Fold.COUNT, Fold.MEAN, Fold.NONE)
    relative = meaning.quantity is not Quantity.TEMPERATURE
    return _Measure(column, frame.label(column), frame.unit(column), how, relative, aligned, periods, timed.warnings)


def _period(
    row: Mapping[str, Any], weekdays: Mapping[int, tuple[float, int, int]], timed: Timed, grain: Grain, regular: bool
) -> _Period:
    start: datetime = row["start"]
    end = period_end(start, grain, timed.step)
    seconds = (end - start).total_seconds()
    if regular:
        coverage = row["stamps"] / max(1, round(seconds / timed.step))
        return _Period(start, end, row["value"], weekdays, coverage, coverage >= _COMPLETE)
    slack = _SLACK * seconds
    begins = (timed.first - start).total_seconds() <= slack
    ends = (end - timed.last).total_seconds() <= slack + timed.step
    return _Period(start, end, row["value"], weekdays, None, begins and ends)


def _calendar(start: datetime, end: datetime) -> list[int]:
    """How many of each weekday lie between two days."""
    days, first = (end - start).days, start.weekday()
    return [(days + 6 - (at - first) % 7) // 7 for at in range(7)]


def _changes(measure: _Measure, grain: Grain) -> Iterator[dict[str, Any]]:
    """Every full period against the full one before it and the same one a year before, in order of time."""
    full = {period.start: period for period in measure.periods if period.full}
    for now in full.values():
        before = next((one for one in full.values() if one.end == now.start), None)
        earlier = None if grain is Grain.YEAR else full.get(_a_year_before(now.start, grain))
        for against, then in ((_BEFORE, before), (_YEAR_BEFORE, earlier)):
            if then is not None:
                yield _change(measure, now, then, against, grain)


def _a_year_before(start: datetime, grain: Grain) -> datetime:
    return start - timedelta(days=364) if grain is Grain.WEEK else start.replace(year=start.year - 1)


def _change(measure: _Measure, now: _Period, then: _Period, against: str, grain: Grain) -> dict[str, Any]:
    aligned = _aligned(measure.fold, now, then) if measure.aligned else None
    base = then.value if aligned is None else aligned
    return {
        "id": measure.id,
        "measure": measure.name,
        "unit": measure.unit,
        "period": period_word(now.start, grain),
        "against": against,
        "start": now.start,
        "against_start": then.start,
        "value": now.value,
        "previous": then.value,
        "previous_aligned": aligned,
        "change": now.value - base,
        "change_percent": (now.value / base - 1) * 100 if measure.relative and base > 0 else None,
    }


def _aligned(how: Fold, now: _Period, then: _Period) -> float | None:
    """What `then` comes to with the weekdays of `now`: Σ days of now × mean of that weekday in then."""
    days = _calendar(now.start, now.end)
    if how in (Fold.SUM, Fold.COUNT):
        of = {at: (total if how is Fold.SUM else n) / own for at, (total, n, own) in then.weekdays.items()}
        return sum(days[at] * mean for at, mean in of.items())
    means = {at: total / n for at, (total, n, _) in then.weekdays.items()}
    weight = sum(days[at] for at in means)
    return sum(days[at] * mean for at, mean in means.items()) / weight if weight else None


def _result(
    frame: Frame,
    analysis: Analysis,
    measures: Sequence[_Measure],
    changes: list[dict[str, Any]],
    regular: bool,
    grain: Grain,
) -> Result:
    tables: dict[str, pa.Table] = {}
    figures: list[Figure] = []
    sentences: list[str] = []
    facts: dict[str, float | str | None] = {}
    for place, measure in enumerate(measures, 1):
        table = "periods" if place == 1 else f"periods_{place}"
        rows = [
            {"measure": measure.name, "unit": measure.unit, "start": one.start, "value": one.value}
            for one in measure.periods
            if one.full
        ]
        tables[table] = pa.Table.from_pylist(rows, schema=_PERIODS)
        own = [row for row in changes if row["id"] == measure.id]
        told = list(_sentences(measure, own, grain))
        sentences += told
        facts |= _facts(measure, own)
        if len(rows) > 2:
            figures.append(_figure(frame, measure, table, grain, told))
    tables["changes"] = pa.Table.from_pylist(changes, schema=_CHANGES)
    cut = [
        {"measure": each.name, "start": one.start, "value": one.value, "coverage": one.coverage}
        for each in measures
        for one in each.periods
        if not one.full
    ]
    if cut:
        tables["incomplete"] = pa.Table.from_pylist(cut, schema=_INCOMPLETE)
    return Result(
        analysis,
        tables,
        facts,
        tuple(figures),
        tuple(sentences),
        tuple(_headlines(frame, measures[0], changes, grain)),
        tuple(_warnings(frame, analysis, measures, regular, grain)),
    )


def _latest(own: Sequence[dict[str, Any]], against: str) -> dict[str, Any] | None:
    return next((row for row in reversed(own) if row["against"] == against), None)


def _facts(measure: _Measure, own: Sequence[dict[str, Any]]) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {}
    for against, word in ((_BEFORE, "before"), (_YEAR_BEFORE, "year_before")):
        row = _latest(own, against)
        if row is not None:
            facts |= {
                fact_key(measure.id, "latest", measure.unit): row["value"],
                fact_key(measure.id, word, measure.unit): row["previous"],
                fact_key(measure.id, word, "change", measure.unit): row["change"],
                fact_key(measure.id, word, "change_percent"): row["change_percent"],
            }
            if row["previous_aligned"] is not None:
                facts[fact_key(measure.id, word, "aligned", measure.unit)] = row["previous_aligned"]
    return facts


def _sentences(measure: _Measure, own: Sequence[dict[str, Any]], grain: Grain) -> Iterator[str]:
    for against in (_BEFORE, _YEAR_BEFORE):
        row = _latest(own, against)
        if row is None:
            continue
        then = period_word(row["against_start"], grain)
        how = "" if measure.fold is Fold.SUM else f"{fold_word(measure.fold)} "
        yield (
            f"“{measure.name}”, {row['period']}: {how}{number(row['value'], measure.unit)}, "
            f"{_change_text(row, measure.unit)} {then}{_alignment(row, measure.unit)}."
        )
    steps = [row for row in own if row["against"] == _BEFORE and row["change_percent"] is not None]
    if len(steps) > 2:
        most = max(steps, key=lambda row: abs(row["change_percent"]))
        yield (
            f"The greatest of {len(steps)} changes from one {grain} to the next was in {most['period']}: "
            f"{_change_text(most, measure.unit)} the {grain} before."
        )


def _change_text(row: Mapping[str, Any], unit: str) -> str:
    if row["change"] == 0:
        return "the same as in"
    more = "more than in" if row["change"] > 0 else "less than in"
    if row["change_percent"] is None:
        return f"{number(abs(row['change']), unit)} {more}"
    return f"{share(abs(row['change_percent']) / 100)} {more}"


def _alignment(row: Mapping[str, Any], unit: str) -> str:
    aligned = row["previous_aligned"]
    if aligned is None or number(aligned) == number(row["previous"]):
        return ""
    return (
        f", whose {number(row['previous'], unit)} come to {number(aligned, unit)} with as many of each weekday as "
        f"{row['period']} has"
    )


def _figure(frame: Frame, measure: _Measure, table: str, grain: Grain, told: Sequence[str]) -> Figure:
    spoken = frame.phrase(measure.id)
    return Figure(
        Form.LINE,
        table,
        x="start",
        y="value",
        title=sentence(f"{spoken} of full {grain}s"),
        x_label=sentence(str(grain)),
        y_label=f"{sentence(spoken)}, {fold_word(measure.fold)}",
        unit=measure.unit or None,
        alt=" ".join(told),
    )


def _headlines(frame: Frame, measure: _Measure, changes: Sequence[dict[str, Any]], grain: Grain) -> Iterator[Headline]:
    """The change of the first measure against the year before, which has the same season, else the period before."""
    own = [row for row in changes if row["id"] == measure.id]
    row = _latest(own, _YEAR_BEFORE) or _latest(own, _BEFORE)
    if row is not None and row["change_percent"] is not None:
        label = f"{sentence(frame.phrase(measure.id))}, {row['period']}"
        yield Headline(label, row["change_percent"], "%", f"against {period_word(row['against_start'], grain)}")


def _warnings(
    frame: Frame, analysis: Analysis, measures: Sequence[_Measure], regular: bool, grain: Grain
) -> Iterator[str]:
    for measure in measures:
        cut = [period_word(one.start, grain) for one in measure.periods if not one.full]
        if cut:
            yield f"{count(len(cut), f'incomplete {grain}')} of “{measure.name}” left out: {listed(cut)}."
        if analysis.params["align"] == "weekday" and not measure.aligned:
            yield f"“{measure.name}” is compared as it stands: it cannot be divided among weekdays."
        yield from measure.warnings
    if not regular:
        yield f"The stamps have no regular interval, so a gap inside a {grain} cannot be told."
    silent = [frame.label(each) for each in analysis.inputs["measures"] if not frame.is_number(each)]
    if silent:
        yield f"{count(len(silent), 'column')} without numbers left out: {listed(silent)}."
