"""Energy out of hours: what is used while nobody works, by the clock or by a column that says who is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import (
    DAY,
    HOUR,
    SHORTEST_DAYS,
    Load,
    energy_text,
    open_load,
    period_text,
    power_text,
    second_of_day,
)
from headgate.engines.stretches import is_on
from headgate.engines.wording import count, share
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis

QUIET = 0.1  # of the time out of hours demand is at or below its quiet level
_WHOLE_WEEK = 0.98  # of its hours: a clock set forward takes less than that from a week
_WORKING = {"monday_to_friday": 5, "monday_to_saturday": 6, "every_day": 7}
_DAYS = {"monday_to_friday": "Monday to Friday", "monday_to_saturday": "Monday to Saturday", "every_day": "every day"}
IN, NIGHT, HOLIDAY, OUT = "Working hours", "Nights", "Public holidays", "Out of hours"
_PARTS = pa.schema(
    [("part", pa.string()), *((name, pa.float64()) for name in ("hours", "kwh", "share_percent", "mean_kw"))]
)
_WEEKS = pa.schema([("start", pa.timestamp("us")), *((n, pa.float64()) for n in ("kwh", "out_kwh", "out_percent"))])


@dataclass(frozen=True, slots=True)
class _Hours:
    """`rows` are those of the load with `part` (IN, or why not); `said` puts the hours in words."""

    load: Load
    said: str
    warnings: tuple[str, ...] = ()


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """Energy and time in and out of hours (table `parts`) and by full week (`weeks`).

    Hours are those of the clock, Monday to Friday 07:00 to 19:00 unless said otherwise, without the public holidays of
    a country where one is given; a night belongs to the day before it. A column that says when people are there or
    which shift works overrules the clock. Needs intervals of an hour or less and 14 days.
    """
    load = open_load(frame, analysis, days=SHORTEST_DAYS)
    if isinstance(load, Skipped):
        return load
    if load.kwh <= 0:
        return Skipped(analysis, f"“{load.name}” has no energy above zero, so no part of it is out of hours.")
    column = next(iter(analysis.inputs.get("occupancy", ())), None)
    hours = _by_column(frame, analysis, load, column) if column else _by_clock(analysis, load)
    if isinstance(hours, Skipped):
        return hours
    parts = _parts(frame, hours.load)
    if {row["part"] for row in parts} <= {IN} or IN not in {row["part"] for row in parts}:
        never = "out of" if parts and parts[0]["part"] == IN else "within"
        return Skipped(analysis, f"No interval is {never} hours ({hours.said}), so there is nothing to compare.")
    return _result(frame, analysis, hours, parts)


def _by_clock(analysis: Analysis, load: Load) -> _Hours | Skipped:
    """A day begins at its first hour, so that hours past midnight and nights belong to the day before."""
    first, last = int(analysis.params["first_hour"]), int(analysis.params["last_hour"])
    days, country = str(analysis.params["days"]), str(analysis.params["holidays"])
    length = (last - first if last > first else last - first + 24) * HOUR
    free = () if country == "none" else _holidays(country, load)
    if free is None:
        return Skipped(analysis, "Public holidays need the calendar of holidays: install headgate[models].")
    began = load.rows.t - ibis.interval(hours=first)
    other = "Sundays" if _WORKING[days] == 6 else "Weekends"
    cases = [(began.day_of_week.index() >= _WORKING[days], other)]
    cases += [(began.date().isin(list(free)), HOLIDAY)] if free else []
    part = ibis.cases(*cases, (second_of_day(began) < length, IN), else_=NIGHT)
    said = f"{_DAYS[days]} {first:02d}:00 to {last:02d}:00"
    warnings: tuple[str, ...] = ()
    if _is_assumed(analysis):
        warnings = (f"The working hours ({said}) are an assumption: give your own where they differ.",)
    if country != "none":
        said += f", without the public holidays of {country}"
        warnings += (f"Only public holidays of all of {country} are known; regional and company holidays are not.",)
    return _Hours(replace(load, rows=load.rows.mutate(part=part)), said, warnings)


def _is_assumed(analysis: Analysis) -> bool:
    """Whether the clock is the one of this analysis and not one that somebody chose."""
    own = KINDS["out_of_hours"].params
    return all(analysis.params[name] == own[name].default for name in ("first_hour", "last_hour", "days"))


def _holidays(country: str, load: Load) -> Sequence[date] | None:
    """The public holidays from the first day to the last, None where no calendar of them is installed."""
    try:
        import holidays
    except ImportError:
        return None
    known = holidays.country_holidays(country, years=range(load.first.year, load.last.year + 1))
    return sorted(each for each in known if load.first.date() <= each <= load.last.date())


def _by_column(frame: Frame, analysis: Analysis, load: Load, column: str) -> _Hours | Skipped:
    """Within hours is when the column is on, above zero or, for shifts, names one. Of several rows one is enough."""
    on, shift = is_on(frame, column), frame.meaning(column).role is Role.SHIFT
    if on is None and not shift:
        return Skipped(
            analysis, f"“{frame.label(column)}” says neither on nor off; choose another column, or go by the clock."
        )
    if on is None:
        on = ibis.ifelse(frame.rows[column].notnull(), 1.0, 0.0)
    elif shift:
        on = on.fill_null(0.0)
    known = frame.rows.select(at=frame.start(analysis.inputs["timestamp"][0]), on=on)
    known = known.filter(known["at"].notnull() & known["on"].notnull())
    known = known.group_by("at").aggregate(on=known["on"].max())
    rows = load.rows.inner_join(known, load.rows.t == known["at"])
    rows = rows.mutate(part=ibis.ifelse(rows["on"] > 0, IN, OUT)).select("t", "kw", "kwh", "part")
    kept = round(frame.number(rows.count()) or 0)
    left = load.count - kept
    warnings = (f"{count(left, 'interval')} without a value of “{frame.label(column)}” left out.",) if left else ()
    return _Hours(replace(load, rows=rows, count=kept), f"as “{frame.label(column)}” says", warnings)


def _parts(frame: Frame, load: Load) -> list[dict[str, Any]]:
    """The parts that there are, working hours first, then the one with most energy."""
    rows = load.rows
    sums = rows.group_by("part").aggregate(n=rows.count(), kwh=rows.kwh.sum(), mean_kw=rows.kw.mean())
    found = frame.execute(sums).to_pylist()
    total = sum(row["kwh"] for row in found)
    for row in found:
        row["hours"] = row["n"] * load.step / HOUR
        row["share_percent"] = 100 * row["kwh"] / total if total > 0 else None
    return sorted(found, key=lambda row: (row["part"] != IN, -row["kwh"]))


def _weeks(frame: Frame, load: Load) -> list[dict[str, Any]]:
    rows = load.rows.mutate(start=load.rows.t.truncate("W"))
    sums = rows.group_by("start").aggregate(
        n=rows.count(), kwh=rows.kwh.sum(), out_kwh=rows.kwh.sum(where=rows.part != IN)
    )
    found = frame.execute(sums.order_by("start")).to_pylist()
    full = [row for row in found if row["n"] >= _WHOLE_WEEK * 7 * DAY / load.step and row["kwh"] > 0]
    return [{**row, "out_percent": 100 * (row["out_kwh"] or 0.0) / row["kwh"]} for row in full]


def _facts(frame: Frame, load: Load, parts: list[dict[str, Any]]) -> dict[str, float | str | None]:
    out = load.rows.filter(load.rows.part != IN)
    quiet = frame.number(out.kw.quantile(QUIET)) or 0.0
    above = frame.number((out.kw - quiet).clip(lower=0.0).sum()) or 0.0
    rest = [row for row in parts if row["part"] != IN]
    kwh, hours = sum(row["kwh"] for row in rest), sum(row["hours"] for row in rest)
    total, time = sum(row["kwh"] for row in parts), sum(row["hours"] for row in parts)
    return {
        "out_of_hours_kwh": kwh,
        "out_of_hours_share": kwh / total if total > 0 else None,
        "out_of_hours_time_share": hours / time,
        "working_hours_mean_kw": parts[0]["mean_kw"],
        "out_of_hours_mean_kw": kwh / hours,
        "quiet_kw": quiet,
        "above_quiet_kwh": above * load.step / HOUR,
    }


def _sentences(
    hours: _Hours, parts: list[dict[str, Any]], weeks: list[dict[str, Any]], facts: dict[str, Any]
) -> tuple[str, ...]:
    load, part, kwh = hours.load, facts["out_of_hours_share"] or 0.0, facts["out_of_hours_kwh"]
    said = [
        f"{energy_text(kwh)} of “{load.name}”, {share(part)}, are used out of hours, which are "
        f"{share(facts['out_of_hours_time_share'])} of the time (working hours: {hours.said})."
    ]
    if len(parts) > 2:
        pieces = [f"{row['part'].lower()} {energy_text(row['kwh'])}" for row in parts if row["part"] != IN]
        said.append(f"Of these, {' and '.join([', '.join(pieces[:-1]), pieces[-1]])}.")
    working, out = facts["working_hours_mean_kw"], facts["out_of_hours_mean_kw"]
    if working > 0:
        said.append(
            f"Mean demand is {power_text(out)} out of hours, {share(out / working)} of the {power_text(working)} in "
            "working hours."
        )
    if facts["above_quiet_kwh"] > 0 and facts["quiet_kw"] >= 0:
        spare = energy_text(facts["above_quiet_kwh"])
        spare_share = share(facts["above_quiet_kwh"] / sum(row["kwh"] for row in parts))
        said.append(
            f"For a tenth of the time out of hours {power_text(facts['quiet_kw'])} or less are enough: never more than "
            f"that would save {spare} ({spare_share} of all energy)."
        )
    if len(weeks) > 3:
        low, high = (pick(weeks, key=lambda row: row["out_percent"]) for pick in (min, max))
        said.append(
            f"By full week the share out of hours lies between {share(low['out_percent'] / 100)} "
            f"({period_text(low['start'], 'week')}) and {share(high['out_percent'] / 100)} "
            f"({period_text(high['start'], 'week')})."
        )
    return tuple(said)


def _result(frame: Frame, analysis: Analysis, hours: _Hours, parts: list[dict[str, Any]]) -> Result:
    load = hours.load
    facts, weeks = _facts(frame, load, parts), _weeks(frame, load)
    sentences = _sentences(hours, parts, weeks, facts)
    alt = " ".join(sentences)
    figures = [
        Figure(
            Form.BARS,
            "parts",
            x="part",
            y="kwh",
            title=f"Energy of {load.spoken} in and out of hours",
            x_label="Part of the week",
            y_label="Energy",
            unit="kWh",
            alt=alt,
        )
    ]
    if len(weeks) > 3:
        line = Figure(
            Form.LINE,
            "weeks",
            x="start",
            y="out_percent",
            title=f"Share of {load.spoken} out of hours by full week",
            x_label="Week",
            y_label="Out of hours",
            unit="%",
            alt=alt,
        )
        figures.append(line)
    part = 100 * float(facts["out_of_hours_share"] or 0.0)
    return Result(
        analysis,
        {"parts": pa.Table.from_pylist(parts, schema=_PARTS), "weeks": pa.Table.from_pylist(weeks, schema=_WEEKS)},
        facts,
        figures=tuple(figures),
        sentences=sentences,
        headlines=(Headline("Energy out of hours", part, "%", f"of all energy; working hours: {hours.said}"),),
        warnings=(*load.warnings, *hours.warnings),
    )
