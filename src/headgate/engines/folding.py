"""How the values of one column become one, and how time is cut into periods."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

import ibis.expr.types as ir

from headgate.catalogue.meaning import Fold
from headgate.engines.wording import day, moment

_HOUR = 3_600
_DAY = 86_400
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]+")


def folded(value: ir.Value, how: Fold, order: ir.Value) -> ir.Value:
    """The aggregate of `value`; LAST is the value at the greatest `order`. What has no fold of its own is averaged."""
    match how:
        case Fold.SUM:
            return value.sum()
        case Fold.MAX:
            return value.max()
        case Fold.MIN:
            return value.min()
        case Fold.LAST:
            return value.argmax(order)
        case Fold.COUNT:
            return value.count()
        case Fold.MEAN | Fold.NONE:
            return value.mean()
        case _ as never:
            assert_never(never)


def fold_word(how: Fold) -> str:
    """The fold as an adjective: `total`, `mean`, `highest` …"""
    match how:
        case Fold.SUM:
            return "total"
        case Fold.MAX:
            return "highest"
        case Fold.MIN:
            return "lowest"
        case Fold.LAST:
            return "last"
        case Fold.COUNT:
            return "number of"
        case Fold.MEAN | Fold.NONE:
            return "mean"
        case _ as never:
            assert_never(never)


def fact_key(*parts: str) -> str:
    """The name of a fact from its parts, unit last: `fact_key("c7", "sum", "kWh")` → `c7_sum_kwh`."""
    return "_".join(_NOT_A_WORD.sub("_", part).strip("_").lower() for part in parts if part)


class Grain(StrEnum):
    """The length of a period; RAW is the interval of the data."""

    RAW = "raw"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def coarser(self) -> Grain:
        """The next longer one up to a month; a month stays a month and a year a year."""
        return _ORDER[min(_ORDER.index(self) + 1, len(_ORDER) - 1)] if self in _ORDER else self


_ORDER = (Grain.RAW, Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH)
_UNITS = {Grain.HOUR: "h", Grain.DAY: "D", Grain.WEEK: "W", Grain.MONTH: "M", Grain.YEAR: "Y"}
_SECONDS = {
    Grain.RAW: 0,
    Grain.HOUR: _HOUR,
    Grain.DAY: _DAY,
    Grain.WEEK: 7 * _DAY,
    Grain.MONTH: 28 * _DAY,
    Grain.YEAR: 365 * _DAY,
}


def fitting(seconds: float, step: int | None) -> Grain:
    """The grain for a span: up to 3 days raw, 90 days by day, 2 years by week, else month; never below the step."""
    if seconds <= 3 * _DAY:
        grain = Grain.RAW
    elif seconds <= 90 * _DAY:
        grain = Grain.DAY
    elif seconds <= 731 * _DAY:
        grain = Grain.WEEK
    else:
        grain = Grain.MONTH
    return at_least(grain, step)


def at_least(grain: Grain, step: int | None) -> Grain:
    """The grain, or the next one that is no shorter than the step of the data."""
    while grain is not Grain.RAW and grain is not grain.coarser and _SECONDS[grain] < (step or 0):
        grain = grain.coarser
    return grain


def points(grain: Grain, seconds: float, step: int | None) -> float:
    """About how many periods of a grain lie in a span."""
    return seconds / (_SECONDS[grain] or step or 1)


def period_start(stamp: ir.Value, grain: Grain) -> ir.Value:
    """The start of the period a stamp lies in; weeks start on Monday."""
    return stamp if grain is Grain.RAW else stamp.truncate(_UNITS[grain])


def period_end(start: datetime, grain: Grain, step: int | None) -> datetime:
    """The moment the period ends that starts at `start`."""
    match grain:
        case Grain.RAW:
            return start + timedelta(seconds=step or 0)
        case Grain.HOUR:
            return start + timedelta(hours=1)
        case Grain.DAY:
            return start + timedelta(days=1)
        case Grain.WEEK:
            return start + timedelta(days=7)
        case Grain.MONTH:
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        case Grain.YEAR:
            return start.replace(year=start.year + 1, month=1, day=1)
        case _ as never:
            assert_never(never)


def period_word(start: datetime, grain: Grain) -> str:
    """The period in words: `24 Nov 2018 16:45`, `24 Nov 2018`, `the week of 19 Nov 2018`, `Nov 2018`."""
    match grain:
        case Grain.RAW | Grain.HOUR:
            return moment(start)
        case Grain.DAY:
            return day(start)
        case Grain.WEEK:
            return f"the week of {day(start)}"
        case Grain.MONTH:
            return f"{start:%b %Y}"
        case Grain.YEAR:
            return f"{start.year}"
        case _ as never:
            assert_never(never)
