"""A load as the load kinds see it: demand and energy by interval, with the preconditions they share.

Every kind that reads a load opens it here, so that "intervals of an hour or less" and "14 days" mean the same in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis.expr.types as ir

from headgate.engines.frame import Frame
from headgate.engines.interface import Skipped
from headgate.engines.wording import day, number, span
from headgate.plan.language import Analysis

HOUR = 3600
DAY = 86_400
SHORTEST_DAYS = 14  # two weeks: each weekday is there twice


@dataclass(frozen=True, slots=True)
class Load:
    """One load over time. `name` is its header, `spoken` the same in words.

    `rows` holds `t` (start of the interval, local time), `kw` (mean demand over it) and `kwh` (energy of it): one row
    an interval, no empty value. `step` is the interval in seconds. The figures are over all rows.
    """

    name: str
    spoken: str
    rows: ir.Table
    step: int
    count: int
    first: datetime
    last: datetime
    kwh: float
    mean_kw: float
    peak_kw: float
    lowest_kw: float
    warnings: tuple[str, ...] = ()

    @property
    def days(self) -> float:
        """Days from the start of the first interval to the end of the last."""
        return ((self.last - self.first).total_seconds() + self.step) / DAY

    @property
    def hours(self) -> float:
        """Hours that have a value; gaps are not counted."""
        return self.count * self.step / HOUR


def open_load(frame: Frame, analysis: Analysis, *, days: int = 0, longest: int = HOUR) -> Load | Skipped:
    """The load an analysis names, or why it cannot be analysed.

    `longest` is the longest interval accepted, in seconds, and `days` the shortest period.
    """
    load_id, time_id = analysis.inputs["load"][0], analysis.inputs["timestamp"][0]
    reason = not_numbers(frame, load_id)
    if reason is not None:
        return Skipped(analysis, reason)
    step = frame.interval(time_id)
    if step is None:
        return Skipped(analysis, f"“{frame.label(time_id)}” has no regular interval, so demand cannot be worked out.")
    if step > longest:
        return Skipped(analysis, f"The values are {span(step)} apart; this analysis needs {span(longest)} or less.")
    rows = frame.load(load_id, time_id)
    figures = frame.execute(
        rows.aggregate(
            count=rows.count(),
            first=rows.t.min(),
            last=rows.t.max(),
            kwh=rows.kwh.sum(),
            mean_kw=rows.kw.mean(),
            peak_kw=rows.kw.max(),
            lowest_kw=rows.kw.min(),
        )
    ).to_pylist()[0]
    if not figures["count"]:
        return Skipped(analysis, f"“{frame.label(load_id)}” holds no value with a time.")
    load = Load(
        name=frame.label(load_id),
        spoken=frame.phrase(load_id),
        rows=rows,
        step=step,
        warnings=_unit_warning(frame, load_id),
        **figures,
    )
    if load.days < days:
        return Skipped(analysis, f"The values cover {number(load.days)} days; this analysis needs {days} or more.")
    return load


def _unit_warning(frame: Frame, column: str) -> tuple[str, ...]:
    if frame.unit(column):
        return ()
    taken = "kW" if frame.is_power(column) else "kWh an interval"
    return (f"“{frame.label(column)}” names no unit; it is taken to be {taken}.",)


def not_numbers(frame: Frame, *columns: str) -> str | None:
    """Why these columns cannot be calculated with, None where they can."""
    for column in columns:
        if not frame.is_number(column):
            return f"“{frame.label(column)}” does not hold numbers."
    return None


def stamped(frame: Frame, analysis: Analysis) -> str | None:
    """The analysis's time column where it names one that holds time stamps with a step."""
    time = (analysis.inputs.get("timestamp") or (None,))[0]
    return time if time is not None and frame.interval(time) is not None else None


def second_of_day(t: ir.Value) -> ir.Value:
    """Seconds since midnight, 0 to 86,399."""
    return t.hour() * HOUR + t.minute() * 60 + t.second()


def is_weekend(t: ir.Value) -> ir.Value:
    """True on Saturdays and Sundays."""
    return t.day_of_week.index() >= 5


def second_of(moment: datetime) -> int:
    """Seconds since midnight of one moment, 0 to 86,399."""
    return moment.hour * HOUR + moment.minute * 60 + moment.second


def power_text(kw: float) -> str:
    """A power in words, in the unit that keeps it short: `628.7 kW`, `54.25 GW`."""
    for size, unit in ((1e7, "GW"), (1e5, "MW")):
        if abs(kw) >= size:
            return number(kw / (1e6 if unit == "GW" else 1e3), unit)
    return number(kw, "kW")


def energy_text(kwh: float) -> str:
    """An energy in words, in the unit that keeps it short: `959,637 kWh`, `20,614 GWh`."""
    for size, unit in ((1e10, "GWh"), (1e7, "MWh")):
        if abs(kwh) >= size:
            return number(kwh / (1e6 if unit == "GWh" else 1e3), unit)
    return number(kwh, "kWh")


def clock_text(second: float) -> str:
    """A time of day in words: `09:45`; the end of the day is `24:00`."""
    minutes = round(second / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def interval_text(start: datetime, step: int) -> str:
    """An interval in words: `Thu 22 Nov 2018, 09:45 to 10:00`."""
    second = second_of(start)
    return f"{start:%a} {day(start)}, {clock_text(second)} to {clock_text(second + step)}"


def period_text(start: datetime, grain: str) -> str:
    """A period of a grain in words: `Nov 2018`, `week of 19 Nov 2018`, `22 Nov 2018`."""
    match grain:
        case "month":
            return f"{start:%b %Y}"
        case "week":
            return f"week of {day(start)}"
        case _:
            return day(start)


def step_adjective(seconds: int) -> str:
    """A length of time before a noun: `15-minute`, `hourly`, `daily`."""
    if seconds in (HOUR, DAY):
        return "hourly" if seconds == HOUR else "daily"
    amount, noun = span(seconds).split(" ")
    return f"{amount}-{noun.removesuffix('s')}"
