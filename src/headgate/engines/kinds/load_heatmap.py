"""The load calendar: mean demand by date and hour, and the days that do not behave like their kind."""

from __future__ import annotations

import calendar
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, SHORTEST_DAYS, Load, clock_text, energy_text, open_load, power_text
from headgate.engines.wording import count, day, listed
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

MOST_DAYS = 400  # beyond it a day is too thin to see, so the picture shows mean weeks
BUSY = 0.75  # of a working day's energy: a weekend day from here on was a day of work or something was left running
RARE = 0.25  # of the weekend days: where more are busy, that is the custom and nothing to ask about
FRIDAY = 4


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `calendar` (date, hour, mean kW), `week` (weekday, hour, mean kW) and `days` (date, kWh, peak kW).

    Where the period is longer than 400 days, `calendar` holds weeks by their Monday. Needs intervals of an hour or
    less and 14 days.
    """
    load = open_load(frame, analysis, days=SHORTEST_DAYS)
    if isinstance(load, Skipped):
        return load
    weekly = load.days > MOST_DAYS
    tables = {"calendar": _calendar(frame, load, weekly), "week": _week(frame, load), "days": _days(frame, load)}
    busy, working_kwh = _busy_weekend_days(tables["days"])
    sentences = (*_week_sentences(tables["week"]), *_day_sentences(tables["days"], busy, working_kwh))
    picture = Figure(
        Form.HEATMAP,
        "calendar",
        x="date",
        y="hour",
        colour="kw",
        series_label="Demand",
        title=f"{sentence(load.spoken)} by {'week' if weekly else 'date'} and hour",
        x_label="Week of" if weekly else "Date",
        y_label="Hour of the day",
        unit="kW",
        alt=" ".join(sentences),
    )
    facts: dict[str, float | str | None] = {
        "working_day_median_kwh": working_kwh,
        "busy_weekend_days": float(len(busy)),
        "days_with_values": float(tables["days"].num_rows),
    }
    return Result(analysis, tables, facts, (picture,), sentences, warnings=load.warnings)


def _hours(load: Load, **keys: ir.Value) -> ir.Table:
    rows = load.rows.mutate(hour=load.rows.t.hour().cast("int64"), **keys)
    return rows.group_by([*keys, "hour"]).aggregate(kw=rows.kw.mean()).order_by([*keys, "hour"])


def _calendar(frame: Frame, load: Load, weekly: bool) -> pa.Table:
    t = load.rows.t
    return frame.execute(_hours(load, date=(t.truncate("W") if weekly else t).date()))


def _week(frame: Frame, load: Load) -> pa.Table:
    found = frame.execute(_hours(load, weekday=load.rows.t.day_of_week.index().cast("int64")))
    names = [calendar.day_name[index] for index in found["weekday"].to_pylist()]
    return found.set_column(0, "weekday", pa.array(names, pa.string()))


def _days(frame: Frame, load: Load) -> pa.Table:
    rows = load.rows.mutate(date=load.rows.t.date())
    days = rows.group_by("date").aggregate(kwh=rows.kwh.sum(), peak_kw=rows.kw.max(), values=rows.count())
    found = frame.execute(days.order_by("date"))
    hours = [values * load.step / HOUR for values in found["values"].to_pylist()]
    return found.set_column(3, "hours", pa.array(hours, pa.float64()))


def _busy_weekend_days(days: pa.Table) -> tuple[list[dict[str, Any]], float | None]:
    """The weekend days that used 75 % or more of a middle working day, the most first, and that day's energy in kWh."""
    rows = days.to_pylist()
    working = sorted(row["kwh"] for row in rows if row["date"].weekday() <= FRIDAY)
    middle = working[len(working) // 2] if working else None
    if middle is None or middle <= 0:
        return [], middle
    busy = [row for row in rows if row["date"].weekday() > FRIDAY and row["kwh"] >= BUSY * middle]
    return sorted(busy, key=lambda row: -row["kwh"]), middle


def _week_sentences(week: pa.Table) -> tuple[str, ...]:
    rows = week.to_pylist()
    high, low = max(rows, key=lambda row: row["kw"]), min(rows, key=lambda row: row["kw"])
    return (
        f"The busiest hour of the week is {_hour(high)}, {power_text(high['kw'])} on average; the quietest is "
        f"{_hour(low)}, {power_text(low['kw'])}.",
    )


def _hour(row: dict[str, Any]) -> str:
    start = int(str(row["hour"])) * HOUR
    return f"{row['weekday']} {clock_text(start)} to {clock_text(start + HOUR)}"


def _day_sentences(days: pa.Table, busy: list[dict[str, Any]], working: float | None) -> tuple[str, ...]:
    rows = days.to_pylist()
    top = max(rows, key=lambda row: row["kwh"])
    most = f"The day with the most energy is {top['date']:%A} {day(top['date'])}, {energy_text(top['kwh'])}"
    if working is None:
        return (f"{most}.",)
    compared = f"{most}; a typical day from Monday to Friday uses {energy_text(working)}."
    weekend = sum(row["date"].weekday() > FRIDAY for row in rows)
    if not busy or len(busy) > RARE * weekend:
        return (compared,)
    names = listed([f"{row['date']:%a} {day(row['date'])}" for row in busy])
    found = count(len(busy), "weekend day")
    return (compared, f"{found} used three quarters of a typical working day or more: {names}. Was that planned?")
