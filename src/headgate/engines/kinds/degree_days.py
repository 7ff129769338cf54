"""Degree days: how cold and how warm it was, as far as heating and cooling are concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.folding import Grain, period_end
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import DAY, not_numbers, period_text
from headgate.engines.periods import celsius, is_too_hot
from headgate.engines.wording import count, day, number
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

SHORTEST = 30  # days
ENOUGH = 0.8  # of a day's hours have a value, else it has no mean
_DAYS = pa.schema([("day", pa.timestamp("us")), *((name, pa.float64()) for name in ("mean_c", "hdd", "cdd"))])
_PERIODS = pa.schema(
    [
        ("start", pa.timestamp("us")),
        ("period", pa.string()),
        *((name, pa.float64()) for name in ("hdd", "cdd", "mean_c")),
        *((name, pa.int64()) for name in ("days", "days_missing")),
    ]
)


@dataclass(frozen=True, slots=True)
class _Weather:
    """`days` holds, for each day that has a mean, `day`, `mean_c`, `hdd`, `cdd` and those by hours; in order."""

    days: list[dict[str, Any]]
    heat: float
    cool: float
    hourly: bool
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """Heating and cooling degree days by day (table `days`) and by period (`periods`).

    By daily means (ASHRAE Handbook, Fundamentals): HDD = Σ max(0, base − mean of the day), CDD = Σ max(0, mean of the
    day − base). A day needs a value in four fifths of its hours. Facts also give them by hours (CIBSE TM41, mean
    degree-hours). Needs 30 days.
    """
    weather = _weather(frame, analysis)
    if isinstance(weather, Skipped):
        return weather
    grain = Grain(str(analysis.params["grain"]))
    periods = _periods(weather, grain)
    facts = _facts(weather)
    sentences = _sentences(weather, facts, periods, grain)
    return Result(
        analysis,
        {
            "periods": pa.Table.from_pylist(periods, schema=_PERIODS),
            "days": pa.Table.from_pylist(weather.days, schema=_DAYS),
        },
        facts,
        figures=_figures(weather, grain, periods, sentences),
        sentences=sentences,
        headlines=_headlines(weather, facts),
        warnings=(*weather.warnings, *_gaps(weather, periods)),
    )


def _weather(frame: Frame, analysis: Analysis) -> _Weather | Skipped:
    column, time = analysis.inputs["temperature"][0], analysis.inputs["timestamp"][0]
    reason = not_numbers(frame, column)
    if reason is not None:
        return Skipped(analysis, reason)
    step = frame.interval(time)
    if step is None or step > DAY:
        return Skipped(analysis, f"“{frame.label(time)}” has no interval of a day or less, so days have no mean.")
    rows = frame.rows.select(t=frame.start(time), c=celsius(frame, column)).filter(
        lambda r: r.t.notnull() & r.c.notnull()
    )
    rows = rows.group_by("t").aggregate(c=rows.c.mean())
    if is_too_hot(frame, column):
        return Skipped(
            analysis,
            f"“{frame.label(column)}” names no unit and is too high for °C; name one in the header, such as [°F].",
        )
    heat, cool = float(analysis.params["heat_base"]), float(analysis.params["cool_base"])
    found = _by_day(frame, rows, heat, cool)
    days = [row for row in found if row["n"] * step >= ENOUGH * DAY]
    if len(days) < SHORTEST:
        return Skipped(
            analysis,
            f"{count(len(days), 'day')} of “{frame.label(column)}” have a value in four fifths of their hours; degree "
            f"days need {SHORTEST}.",
        )
    for row in days:
        row |= {"hdd": max(0.0, heat - row["mean_c"]), "cdd": max(0.0, row["mean_c"] - cool)}
    warnings = () if frame.unit(column) else (f"“{frame.label(column)}” names no unit; it is taken to be °C.",)
    return _Weather(days, heat, cool, step < DAY, warnings)


def _by_day(frame: Frame, rows: ir.Table, heat: float, cool: float) -> list[dict[str, Any]]:
    rows = rows.mutate(day=rows.t.truncate("D"))
    means = rows.group_by("day").aggregate(
        n=rows.count(),
        mean_c=rows.c.mean(),
        hdd_by_hours=(heat - rows.c).clip(lower=0.0).mean(),
        cdd_by_hours=(rows.c - cool).clip(lower=0.0).mean(),
    )
    return list(frame.execute(means.order_by("day")).to_pylist())


def _periods(weather: _Weather, grain: Grain) -> list[dict[str, Any]]:
    """The sums of each period over the days that count, and how many days of it do not."""
    grouped: dict[datetime, list[dict[str, Any]]] = {}
    for row in weather.days:
        start: datetime = row["day"]
        start = start.replace(day=1) if grain is Grain.MONTH else start - timedelta(days=start.weekday())
        grouped.setdefault(start, []).append(row)
    return [
        {
            "start": start,
            "period": period_text(start, grain),
            "hdd": sum(row["hdd"] for row in rows),
            "cdd": sum(row["cdd"] for row in rows),
            "mean_c": sum(row["mean_c"] for row in rows) / len(rows),
            "days": len(rows),
            "days_missing": (period_end(start, grain, None) - start).days - len(rows),
        }
        for start, rows in grouped.items()
    ]


def _facts(weather: _Weather) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {
        "hdd": sum(row["hdd"] for row in weather.days),
        "cdd": sum(row["cdd"] for row in weather.days),
        "heat_base_c": weather.heat,
        "cool_base_c": weather.cool,
        "mean_c": sum(row["mean_c"] for row in weather.days) / len(weather.days),
        "days": float(len(weather.days)),
    }
    if weather.hourly:
        facts["hdd_by_hours"] = sum(row["hdd_by_hours"] for row in weather.days)
        facts["cdd_by_hours"] = sum(row["cdd_by_hours"] for row in weather.days)
    return facts


def _sentences(
    weather: _Weather, facts: Mapping[str, Any], periods: Sequence[Mapping[str, Any]], grain: Grain
) -> tuple[str, ...]:
    first, last = weather.days[0]["day"], weather.days[-1]["day"]
    said = [
        f"From {day(first)} to {day(last)} there were {number(facts['hdd'])} heating degree days (base "
        f"{number(weather.heat, '°C')}) and {number(facts['cdd'])} cooling degree days (base "
        f"{number(weather.cool, '°C')}), by daily means of {count(len(weather.days), 'day')}."
    ]
    full = [row for row in periods if row["days_missing"] == 0]
    if len(full) > 2 and facts["hdd"] > 0:
        cold = max(full, key=lambda row: row["hdd"])
        said.append(
            f"The full {grain} with the most heating degree days is {cold['period']}: {number(cold['hdd'])}, at a "
            f"mean of {number(cold['mean_c'], '°C')}."
        )
    if len(full) > 2 and facts["cdd"] > 0:
        warm = max(full, key=lambda row: row["cdd"])
        said.append(f"That with the most cooling degree days is {warm['period']}: {number(warm['cdd'])}.")
    if weather.hourly:
        said.append(
            "Counted by hours instead, which also sees cool nights of warm days, they are "
            f"{number(facts['hdd_by_hours'])} and {number(facts['cdd_by_hours'])}: compare only figures of one kind."
        )
    return tuple(said)


def _gaps(weather: _Weather, periods: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Days without a mean, and days that are not there at all between the first and the last."""
    whole = (weather.days[-1]["day"] - weather.days[0]["day"]).days + 1
    missing = whole - len(weather.days)
    if not missing:
        return ()
    of = sum(row["days_missing"] > 0 for row in periods)
    return (f"{count(missing, 'day')} without a mean left out; {count(of, 'period')} of the table affected.",)


def _headlines(weather: _Weather, facts: Mapping[str, Any]) -> tuple[Headline, ...]:
    note = f"base {number(weather.heat, '°C')}, {count(len(weather.days), 'day')}"
    return (Headline("Heating degree days", facts["hdd"], "K·d", note),) if facts["hdd"] else ()


def _figures(
    weather: _Weather, grain: Grain, periods: Sequence[Mapping[str, Any]], sentences: tuple[str, ...]
) -> tuple[Figure, ...]:
    alt, label = " ".join(sentences), sentence(str(grain))
    figures = []
    for name, word in (("hdd", "Heating"), ("cdd", "Cooling")):
        if len(periods) > 1 and any(row[name] > 0 for row in periods):
            title = f"{word} degree days by {grain}"
            figures.append(Figure(Form.BARS, "periods", "period", name, title, label, "Degree days", "K·d", alt=alt))
    figures.append(
        Figure(
            Form.LINE,
            "days",
            x="day",
            y="mean_c",
            title="Mean outdoor temperature of each day",
            x_label="Day",
            y_label="Temperature",
            unit="°C",
            rule=(weather.heat, f"Heating base {number(weather.heat, '°C')}"),
            alt=alt,
        )
    )
    return tuple(figures)
