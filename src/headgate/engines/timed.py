"""A measure over time as the kinds see it that cut it into periods: what is one value, and whether gaps can be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from headgate.catalogue.meaning import Fold
from headgate.engines import timing
from headgate.engines.frame import Frame

REGULAR = 0.9  # of the steps between stamps are alike: below that stamps mark events, and no gap can be told
_EXCEPTION = 0.05  # of the stamps: where more than that occur twice, the rows are different things, and all count


@dataclass(frozen=True, slots=True)
class Timed:
    """The values of one column that have a stamp: `rows` holds `t`, the start of the interval, and `value`.

    `step` is the interval in seconds. Where doubled stamps are the exception, such a stamp has the mean of its values,
    and `doubled` says how many there are; in the hour that a clock set back repeats, amounts are added up. `first` and
    `last` are the ends of the data.
    """

    rows: ir.Table
    step: int
    first: datetime
    last: datetime
    doubled: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """What has to be said of the stamps."""
        if not self.doubled:
            return ()
        if self.doubled == 1:
            return ("1 stamp occurs more than once and counts with the mean of its values.",)
        return (f"{self.doubled:,} stamps occur more than once and count with the mean of their values.",)


def open_timed(frame: Frame, column: str, time: str) -> Timed | None:
    """The values of a column over a time column, None where fewer than two different stamps have one."""
    step = frame.interval(time)
    rows = frame.rows.select(t=frame.start(time), value=frame.rows[column])
    rows = rows.filter(rows.t.notnull() & rows["value"].notnull())
    found = frame.execute(
        rows.aggregate(n=rows.count(), stamps=rows.t.nunique(), first=rows.t.min(), last=rows.t.max())
    ).to_pylist()[0]
    if step is None or found["stamps"] < 2:
        return None
    doubled, how = found["n"] - found["stamps"], frame.meaning(column).fold
    if not 0 < doubled <= _EXCEPTION * found["stamps"] or how is Fold.COUNT:
        return Timed(rows, step, found["first"], found["last"], 0)
    single = rows.group_by("t").aggregate(mean=rows["value"].mean(), total=rows["value"].sum(), n=rows.count())
    repeated = is_set_back(single.t) if step <= timing.DAY // 24 and how is Fold.SUM else ibis.literal(False)
    value = ibis.ifelse(repeated & (single.n == 2), single["total"], single["mean"])
    twice = frame.number(((single.n > 1) & ~(repeated & (single.n == 2))).sum()) or 0
    return Timed(single.select("t", value=value), step, found["first"], found["last"], round(twice))


def is_regular(frame: Frame, time: str) -> bool:
    """Whether nine tenths of the steps between the stamps of a time column are alike, so that a gap can be told."""
    counts = timing.step_counts(frame.stamps(time))
    found = frame.execute(counts.aggregate(n=counts.n.max(), all=counts.n.sum())).to_pylist()[0]
    return bool(found["all"]) and found["n"] >= REGULAR * found["all"]


def is_set_back(t: ir.Value) -> ir.Value:
    """Whether clocks may be set back then: in the early hours of a Sunday in spring or autumn."""
    return (t.day_of_week.index() == 6) & t.month().isin([3, 4, 9, 10, 11]) & (t.hour() <= 3)
