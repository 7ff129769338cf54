"""The expected band: what is usual at each time of the week, and the events that lie outside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.folding import Grain, fact_key, period_end
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, moment, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.usual_week import Band

FEWEST_DAYS = 28
LEAST_EXPLAINED = 0.2  # of the weeks kept apart: below it the week has no pattern to hold values against
_SHOWN = timedelta(days=5)  # on either side of the greatest event
_MOST_LISTED = 50
_HOURS = pa.schema(
    [
        ("start", pa.timestamp("us")),
        *((name, pa.float64()) for name in ("value", "expected", "low", "high")),
        ("outside", pa.bool_()),
    ]
)
_EVENTS = pa.schema(
    [("start", pa.timestamp("us")), ("end", pa.timestamp("us")), ("intervals", pa.int64()), ("side", pa.string())]
    + [(name, pa.float64()) for name in ("excess", "cost")]
)
_DAYS = pa.schema(
    [("day", pa.timestamp("us")), *((n, pa.float64()) for n in ("actual", "expected", "beyond")), ("event", pa.bool_())]
)


@dataclass(frozen=True, slots=True)
class _Event:
    """A stretch outside the band on one side: its first start, its end, its intervals, and actual less expected."""

    start: datetime
    end: datetime
    intervals: int
    excess: float


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `events` (the greatest 50), `around` (the days about the greatest) and `days` (actual and expected).

    Expected is what is usual at that hour of the week (day of the week where values are a day apart) and under the
    drivers; half of the weeks teach it, a quarter sets the width for `coverage_percent`, a quarter checks it. An event
    is `min_event` intervals in a row on one side. Needs four weeks, and a week with a pattern.
    """
    measure, drivers = analysis.inputs["measure"][0], list(analysis.inputs.get("drivers", ()))
    periods = open_periods(frame, measure, analysis.inputs["timestamp"][0], Grain.HOUR, drivers)
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    found = _band(frame, periods, drivers, float(analysis.params["coverage_percent"]) / 100)
    if isinstance(found, str):
        return Skipped(analysis, found)
    events = sorted(_events(periods, found, int(analysis.params["min_event"])), key=lambda event: -abs(event.excess))
    tariff = float(analysis.params["tariff"])
    facts = _facts(periods, found, events, tariff)
    told = tuple(_sentences(periods, found, events, facts))
    tables = {"events": _event_table(events, tariff), "days": _days(periods, found, events)}
    figures = [_day_figure(frame, measure, periods, told)]
    if events:
        tables["around"] = _around(periods, found, events[0])
        figures.insert(0, _figure(frame, measure, periods, told))
    return Result(analysis, tables, facts, tuple(figures), told, warnings=periods.warnings)


def _band(frame: Frame, periods: Periods, drivers: Sequence[str], coverage: float) -> Band | str:
    if periods.days < FEWEST_DAYS or periods.grain not in (Grain.HOUR, Grain.DAY):
        return (
            f"The values cover {count(periods.days, 'day')}, one a {periods.grain}; this analysis needs four weeks of "
            "values a day apart or less."
        )
    try:
        from headgate.engines.models.usual_week import band
    except ImportError:
        return NOT_INSTALLED
    outdoor = [at for at, each in enumerate(drivers) if frame.meaning(each).role is Role.TEMPERATURE_OUTDOOR][:1]
    first = periods.starts[0].date() - timedelta(days=periods.starts[0].weekday())
    found = band(
        [_slot(start, periods.grain) for start in periods.starts],
        [(start.date() - first).days // 7 for start in periods.starts],
        periods.values,
        [row[outdoor[0]] for row in periods.rows] if outdoor else None,
        [[x for at, x in enumerate(row) if at not in outdoor] for row in periods.rows],
        coverage,
    )
    if found is None or found.explained < LEAST_EXPLAINED:
        return (
            f"“{periods.measure.name}” has no pattern of the week that holds from week to week, so nothing is expected "
            "of it."
        )
    return found


def _slot(start: datetime, grain: Grain) -> int:
    return start.weekday() * 24 + start.hour if grain is Grain.HOUR else start.weekday()


def _sides(periods: Periods, found: Band) -> list[int]:
    """1 above the band, -1 below it, 0 inside."""
    return [
        0 if abs(value - expected) <= width else 1 if value > expected else -1
        for value, expected, width in zip(periods.values, found.expected, found.width, strict=True)
    ]


def _events(periods: Periods, found: Band, least: int) -> Iterator[_Event]:
    sides = _sides(periods, found)
    for (side, _), group in groupby(range(len(sides)), key=_run_of(periods, sides)):
        places = list(group)
        if side and len(places) >= least:
            yield _Event(
                periods.starts[places[0]],
                period_end(periods.starts[places[-1]], periods.grain, periods.step),
                len(places),
                sum(periods.values[at] - found.expected[at] for at in places),
            )


def _run_of(periods: Periods, sides: Sequence[int]) -> Any:  # noqa: ANN401 — a key for groupby
    """A key that is the same for neighbours in time on one side."""
    runs, current = [], 0
    for at, start in enumerate(periods.starts):
        follows = at and period_end(periods.starts[at - 1], periods.grain, periods.step) == start
        current += not (follows and sides[at] == sides[at - 1])
        runs.append((sides[at], current))
    return runs.__getitem__


def _event_table(events: Sequence[_Event], tariff: float) -> pa.Table:
    rows = [
        {
            "start": event.start,
            "end": event.end,
            "intervals": event.intervals,
            "side": "above" if event.excess > 0 else "below",
            "excess": event.excess,
            "cost": event.excess * tariff if tariff else None,
        }
        for event in events[:_MOST_LISTED]
    ]
    return pa.Table.from_pylist(rows, schema=_EVENTS)


def _around(periods: Periods, found: Band, event: _Event) -> pa.Table:
    """The days about an event; the band of what was never below zero is not drawn below it."""
    least = 0.0 if min(periods.values) >= 0 else float("-inf")
    rows = [
        {
            "start": start,
            "value": periods.values[at],
            "expected": found.expected[at],
            "low": max(least, found.expected[at] - found.width[at]),
            "high": max(least, found.expected[at] + found.width[at]),
            "outside": abs(periods.values[at] - found.expected[at]) > found.width[at],
        }
        for at, start in enumerate(periods.starts)
        if event.start - _SHOWN <= start <= min(event.end, event.start + _SHOWN) + _SHOWN
    ]
    return pa.Table.from_pylist(rows, schema=_HOURS)


def _days(periods: Periods, found: Band, events: Sequence[_Event]) -> pa.Table:
    """Each day's actual and expected value, what lies beyond the band of it, and whether an event began on it."""
    begun = {event.start.date() for event in events}
    rows: dict[Any, dict[str, Any]] = {}
    many: dict[Any, int] = {}
    for start, value, expected, width in zip(periods.starts, periods.values, found.expected, found.width, strict=True):
        row = rows.setdefault(
            start.date(),
            {
                "day": start.replace(hour=0, minute=0, second=0),
                "actual": 0.0,
                "expected": 0.0,
                "beyond": 0.0,
                "event": start.date() in begun,
            },
        )
        many[start.date()] = many.get(start.date(), 0) + 1
        row["actual"] += value
        row["expected"] += expected
        row["beyond"] += value - expected if abs(value - expected) > width else 0.0
    if not periods.measure.summed:
        for when, row in rows.items():
            row |= {name: row[name] / many[when] for name in ("actual", "expected", "beyond")}
    return pa.Table.from_pylist(list(rows.values()), schema=_DAYS)


def _facts(periods: Periods, found: Band, events: Sequence[_Event], tariff: float) -> dict[str, float | str | None]:
    unit = periods.measure.unit
    above = sum(event.excess for event in events if event.excess > 0)
    below = sum(event.excess for event in events if event.excess < 0)
    facts: dict[str, float | str | None] = {
        "periods": float(len(periods.values)),
        "explained_share": found.explained,
        "coverage_percent": 100 * found.coverage,
        "checked_periods": float(found.checked),
        "events": float(len(events)),
        "events_above": float(sum(event.excess > 0 for event in events)),
        "outside_share": sum(map(abs, _sides(periods, found))) / len(periods.values),
    }
    if periods.measure.summed:
        facts |= {fact_key("above", unit): above, fact_key("below", unit): below}
        facts["cost_above"] = above * tariff if tariff else None
    return facts


def _sentences(periods: Periods, found: Band, events: Sequence[_Event], facts: Mapping[str, Any]) -> Iterator[str]:
    measure = periods.measure
    if not events:
        yield f"“{measure.name}” stayed within what is usual over {periods.counted(len(periods.values))}."
    else:
        worst = events[0]
        side = "above" if worst.excess > 0 else "below"
        size = measure.text(abs(worst.excess)) if measure.summed else measure.text(abs(worst.excess) / worst.intervals)
        yield (
            f"{count(len(events), 'event')} of “{measure.name}” outside what is usual, "
            f"{count(int(facts['events_above']), 'of them', 'of them')} above it."
        )
        yield (
            f"The greatest began on {moment(worst.start)} and lasted {periods.counted(worst.intervals)}, "
            f"{'' if measure.summed else 'on average '}{size} {side} what was expected."
        )
    if measure.summed and facts["events_above"]:
        above = sum(event.excess for event in events if event.excess > 0)
        cost = "" if facts["cost_above"] is None else f", {number(facts['cost_above'])} at your tariff"
        yield f"The events above it add up to {measure.text(above)}{cost}."
    yield (
        f"On weeks kept apart from the rest the band held {share(found.coverage)} of "
        f"{periods.counted(found.checked)}, and the expected values explain {share(max(0.0, found.explained))} of the "
        "variation."
    )


def _figure(frame: Frame, measure: str, periods: Periods, told: Sequence[str]) -> Figure:
    spoken = frame.phrase(measure)
    return Figure(
        Form.LINE,
        "around",
        x="start",
        y="value",
        low="low",
        high="high",
        marked="outside",
        title=sentence(f"{spoken} and its expected band, about the greatest event"),
        x_label="Time",
        y_label=f"{sentence(spoken)} {'of' if periods.measure.summed else 'in'} each {periods.grain}",
        unit=periods.measure.unit or None,
        alt=" ".join(told),
    )


def _day_figure(frame: Frame, measure: str, periods: Periods, told: Sequence[str]) -> Figure:
    spoken = frame.phrase(measure)
    return Figure(
        Form.LINE,
        "days",
        x="day",
        y="beyond",
        marked="event",
        title=sentence(f"{spoken}: how far each day was outside its band"),
        x_label="Day",
        y_label="Actual less expected, outside the band",
        unit=periods.measure.unit or None,
        rule=(0.0, "As usual"),
        alt=" ".join(told),
    )
