"""How the time stamps of a table are meant: their step, whether they name the start or the end of an interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Timing:
    """What was found of a time column over all rows.

    `step` is the most frequent difference of distinct sorted stamps in seconds, None under two stamps. `late_midnight`
    says that the rows at 00:00 close the day they are dated with (they follow 23:45 of the same date), so each is a day
    early; `ending` that a stamp, so corrected, names the end of its interval.
    """

    step: int | None
    ending: bool
    late_midnight: bool


def seconds(stamp: ir.Value) -> ir.Value:
    """Whole seconds since 1970 of a naive stamp."""
    return stamp.epoch_seconds().cast("int64")


def steps(stamps: ir.Table) -> ir.Table:
    """The distinct stamps of `t` in order, each with `gap`, the seconds since the one before (null at the first)."""
    distinct = stamps.select("t").distinct()
    before = distinct.t.lag().over(ibis.window(order_by=distinct.t))
    return distinct.mutate(gap=seconds(distinct.t) - seconds(before))


def step_counts(stamps: ir.Table) -> ir.Table:
    """How often each `gap` occurs (`n`), the most frequent first, the shorter first among equals."""
    gaps = steps(stamps)
    counted = gaps.filter(gaps.gap.notnull()).group_by("gap").aggregate(n=lambda t: t.count())
    return counted.order_by([ibis.desc("n"), "gap"])


def midnights(times: ir.Table, step: int) -> ir.Table:
    """One row: `all` stamps at 00:00, and `late` ones, a whole day less one step before the row above them.

    `times` holds `row` (source order, without a hole) and `t`. A join finds the few rows above; ordering all of them
    to look back would take longer than everything else.
    """
    present = times.filter(times.t.notnull())
    midnight = present.filter(seconds(present.t) % DAY == 0)
    asked = midnight.select(above=midnight.row - 1, at=seconds(midnight.t))
    above = asked.inner_join(times, asked.above == times.row)
    late = above.filter(seconds(above.t) - above["at"] == DAY - step)
    return midnight.aggregate(all=midnight.count()).cross_join(late.aggregate(late=late.count()))


def is_ending(first: datetime, last: datetime, step: int) -> bool:
    """Whether whole days are covered only if stamps end intervals: the first a step past 00:00, the last at 00:00."""
    start = first.hour * 3600 + first.minute * 60 + first.second
    end = last.hour * 3600 + last.minute * 60 + last.second
    return step < DAY and start == step and end == 0 and last > first
