"""Typical days: days grouped by the shape of their load, and which weekdays fall into which group."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.loads import DAY, HOUR, Load, clock_text, energy_text, open_load
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.wording import count, day, listed, number
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.day_shapes import Division

FEWEST_DAYS, MOST_DAYS = 30, 5_000
CLEAR = 0.25  # of the silhouette: up to here no structure of substance was found (Kaufman & Rousseeuw 1990)
USUAL = 0.8  # of the days of a weekday are of one type: then another type is an exception
IDLE = 0.1
HOURS = 24
_ALL_OR_NONE = ("of no weekday in particular", "of all weekdays")
_PROFILE = pa.schema([("type", pa.string()), *((name, pa.float64()) for name in ("hour", "kw", "p10_kw", "p90_kw"))])
_DAYS = pa.schema([("date", pa.date32()), ("weekday", pa.string()), ("type", pa.string()), ("kwh", pa.float64())])
_WEEKDAYS = pa.schema([("weekday", pa.string()), ("type", pa.string()), ("days", pa.int64())])


@dataclass(frozen=True, slots=True)
class _Day:
    """One full day: its mean demand in each hour, and its type from 0."""

    date: date
    kw: tuple[float, ...]
    type: int = 0

    @property
    def kwh(self) -> float:
        """Its energy."""
        return sum(self.kw)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `profiles` (demand by hour of each type), `days` and `weekdays` (days of each weekday and type).

    Each full day is divided by its mean, so that only its shape counts, and the days are grouped by k-means into `k`
    types (0: the number from 2 to 8 with the greatest silhouette). Needs 30 full days with a mean above zero.
    """
    wanted = int(analysis.params["k"])
    if wanted == 1:
        return Skipped(analysis, "One type is no division; set the parameter k to 0 or to 2 and more.")
    load = open_load(frame, analysis, days=FEWEST_DAYS)
    if isinstance(load, Skipped):
        return load
    full = _full_days(frame, load)
    days = _working(full)
    division = _divided(days, wanted)
    if isinstance(division, str):
        return Skipped(analysis, division)
    typed = [_Day(each.date, each.kw, label) for each, label in zip(days, division.labels, strict=True)]
    odd = _exceptions(typed, division.groups)
    told = tuple(_sentences(typed, division.groups, odd))
    facts: dict[str, float | str | None] = {
        "types": float(division.groups),
        "silhouette": division.silhouette,
        "days": float(len(typed)),
        "largest_type_days": float(sum(each.type == 0 for each in typed)),
        "exceptions": float(len(odd)),
        "idle_days": float(len(full) - len(days)),
    }
    tables = {
        "profiles": _profiles(typed, division.groups),
        "days": _days(typed),
        "weekdays": _weekdays(typed, division.groups),
    }
    return Result(
        analysis,
        tables,
        facts,
        _figures(load, told),
        told,
        warnings=(*load.warnings, *_warnings(len(full) - len(days), division.silhouette)),
    )


def _working(days: Sequence[_Day]) -> list[_Day]:
    """The days with a tenth of the middle day's energy or more: of next to nothing the shape is chance."""
    middle = sorted(each.kwh for each in days)[len(days) // 2] if days else 0.0
    return [each for each in days if each.kwh > 0 and each.kwh >= IDLE * middle]


def _divided(days: Sequence[_Day], wanted: int) -> Division | str:
    """The division of the days by shape, or why there is none."""
    if not FEWEST_DAYS <= len(days) <= MOST_DAYS:
        most = f" and at most {MOST_DAYS:,}" if len(days) > MOST_DAYS else ""
        return (
            f"{FEWEST_DAYS} full days with a load above zero{most} are needed; there "
            f"{'is' if len(days) == 1 else 'are'} {len(days):,}."
        )
    try:
        from headgate.engines.models.day_shapes import divide
    except ImportError:
        return NOT_INSTALLED
    division = divide([[kw * HOURS / each.kwh for kw in each.kw] for each in days], wanted)
    if division is None:
        return "The days do not differ in shape, so there is nothing to divide."
    if not wanted and division.silhouette <= CLEAR:
        found = number(round(division.silhouette, 2))
        return f"The days do not fall into clear types (silhouette {found}, above {number(CLEAR)} is needed)."
    return division


def _warnings(idle: int, silhouette: float) -> Iterator[str]:
    if idle:
        yield f"{count(idle, 'day')} with less than a tenth of a middle day's energy left out: they have no shape."
    if silhouette <= CLEAR:
        yield f"The division is not clear (silhouette {number(round(silhouette, 2))})."


def _full_days(frame: Frame, load: Load) -> list[_Day]:
    """The days on which every interval has a value; the day of 23 hours is none."""
    rows = load.rows.mutate(date=load.rows.t.date(), hour=load.rows.t.hour().cast("int64"))
    hours = rows.group_by(["date", "hour"]).aggregate(kw=rows.kw.mean(), n=rows.count())
    found: dict[date, list[dict[str, Any]]] = {}
    for row in frame.execute(hours.order_by(["date", "hour"])).to_pylist():
        found.setdefault(row["date"], []).append(row)
    full = {
        when: tuple(row["kw"] for row in own)
        for when, own in found.items()
        if len(own) == HOURS and sum(row["n"] for row in own) * load.step >= DAY
    }
    return [_Day(when, kw) for when, kw in full.items()]


def _name(place: int) -> str:
    return f"Type {place + 1}"


def _usual(days: Sequence[_Day], groups: int) -> list[int | None]:
    """The type of most days of each weekday from Monday; None where there is no such weekday."""
    usual: list[int | None] = []
    for weekday in range(7):
        types = Counter(each.type for each in days if each.date.weekday() == weekday)
        usual.append(max(range(groups), key=lambda place: types[place]) if types else None)
    return usual


def _exceptions(days: Sequence[_Day], groups: int) -> list[_Day]:
    """Days of another type than their weekday nearly always is."""
    usual = _usual(days, groups)
    firm = set()
    for weekday in range(7):
        own = [each.type for each in days if each.date.weekday() == weekday]
        if own and own.count(usual[weekday] or 0) >= USUAL * len(own):
            firm.add(weekday)
    return [each for each in days if each.date.weekday() in firm and each.type != usual[each.date.weekday()]]


def _sentences(days: Sequence[_Day], groups: int, odd: Sequence[_Day]) -> Iterator[str]:
    yield f"The {count(len(days), 'full day')} fall into {groups} types by the shape of their load."
    usual = _usual(days, groups)
    for place in range(groups):
        own = [each for each in days if each.type == place]
        weekdays = [index for index in range(7) if usual[index] == place]
        shape = [sum(each.kw[hour] / each.kwh for each in own) / len(own) * HOURS for hour in range(HOURS)]
        top = max(range(HOURS), key=lambda hour: shape[hour])
        mean = sum(each.kwh for each in own) / len(own)
        when = f"mostly {_weekday_text(weekdays)}" if 0 < len(weekdays) < 7 else _ALL_OR_NONE[bool(weekdays)]
        yield (
            f"{_name(place)}: {count(len(own), 'day')}, {when}, {energy_text(mean)} a day on average, highest from "
            f"{clock_text(top * HOUR)} to {clock_text((top + 1) * HOUR)} at {number(shape[top])} times the day's mean."
        )
    if odd:
        names = listed([f"{each.date:%a} {day(each.date)} ({_name(each.type)})" for each in odd])
        days_text = count(len(odd), "day")
        yield f"{days_text} had another shape than nearly all of the same weekday: {names}."


def _weekday_text(weekdays: Sequence[int]) -> str:
    names = [calendar.day_name[index] for index in weekdays]
    if len(names) > 2 and list(weekdays) == list(range(weekdays[0], weekdays[0] + len(names))):
        return f"{names[0]} to {names[-1]}"
    return listed(names)


def _profiles(days: Sequence[_Day], groups: int) -> pa.Table:
    rows = []
    for place in range(groups):
        own = [each for each in days if each.type == place]
        for hour in range(HOURS):
            values = sorted(each.kw[hour] for each in own)
            rows.append(
                {
                    "type": _name(place),
                    "hour": float(hour),
                    "kw": sum(values) / len(values),
                    "p10_kw": _quantile(values, 0.1),
                    "p90_kw": _quantile(values, 0.9),
                }
            )
    return pa.Table.from_pylist(rows, schema=_PROFILE)


def _quantile(ordered: Sequence[float], part: float) -> float:
    """Between neighbours, as the engine does it."""
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _days(days: Sequence[_Day]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"date": each.date, "weekday": f"{each.date:%A}", "type": _name(each.type), "kwh": each.kwh} for each in days],
        schema=_DAYS,
    )


def _weekdays(days: Sequence[_Day], groups: int) -> pa.Table:
    found = Counter((each.date.weekday(), each.type) for each in days)
    return pa.Table.from_pylist(
        [
            {"weekday": calendar.day_name[index], "type": _name(place), "days": found[index, place]}
            for place in range(groups)
            for index in range(7)
        ],
        schema=_WEEKDAYS,
    )


def _figures(load: Load, told: tuple[str, ...]) -> tuple[Figure, ...]:
    return (
        Figure(
            Form.PROFILE,
            "profiles",
            x="hour",
            y="kw",
            title=sentence(f"{load.spoken}: the typical days"),
            x_label="Hour of the day",
            y_label="Demand",
            unit="kW",
            series="type",
            series_label="Type of day",
            low="p10_kw",
            high="p90_kw",
            alt=" ".join(told),
        ),
        Figure(
            Form.GRID,
            "weekdays",
            x="weekday",
            y="type",
            colour="days",
            series_label="Days",
            title="Which weekdays are of which type",
            x_label="Weekday",
            y_label="Type of day",
            alt=" ".join(told),
        ),
    )
