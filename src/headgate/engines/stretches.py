"""Columns read moment by moment, when equipment is on, and the stretches of time over which something holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.frame import Frame
from headgate.engines.interface import Skipped
from headgate.engines.timed import is_regular
from headgate.engines.timing import seconds
from headgate.engines.wording import count, moment
from headgate.plan.language import Analysis

MOST_LISTED = 100
HOUR = 3600
_APART = 1.5  # steps: a longer way to the next stamp is a gap, and nobody knows what held in it
_ON = ("on", "true", "yes", "1", "run", "running", "active", "occupied", "occ", "enabled", "open", "start", "started")
_OFF = ("off", "false", "no", "0", "stop", "stopped", "idle", "inactive", "unoccupied", "unocc", "disabled", "closed")


@dataclass(frozen=True, slots=True)
class Moments:
    """`rows` holds `t` (start of the interval), `entity` ("" where no column tells) and the values asked for.

    A stamp that occurs twice for one entity is there once, with the mean of its values. `step` is the interval in
    seconds; `several` says whether a column tells entities apart.
    """

    rows: ir.Table
    step: int
    several: bool

    def hours(self, rows: float) -> float:
        """How long so many rows are."""
        return rows * self.step / HOUR


def open_moments(frame: Frame, analysis: Analysis, values: Mapping[str, ir.Value]) -> Moments | Skipped:
    """The values (numbers or null) by the analysis's `timestamp`, or why they cannot be told over time.

    Rows count only where at least one of the values is there. Needs stamps of which nine tenths are one step apart.
    """
    time = analysis.inputs["timestamp"][0]
    step = frame.interval(time)
    if step is None or not is_regular(frame, time):
        return Skipped(
            analysis, f"The stamps of “{frame.label(time)}” have no regular interval, so a length of time is not known."
        )
    entity = entity_of(frame)
    text = ibis.literal("") if entity is None else entity
    rows = frame.rows.select(t=frame.start(time), entity=text, **values)
    present = [rows[each].notnull() for each in values]
    rows = rows.filter(rows.t.notnull() & ibis.or_(*present))
    means = {each: rows[each].mean() for each in values}
    return Moments(rows.group_by(["t", "entity"]).aggregate(**means), step, entity is not None)


def entity_of(frame: Frame) -> ir.Value | None:
    """What tells the rows of one moment apart: the entity columns as one text, None where there is none."""
    entity: ir.Value | None = None
    for each in frame.ids:
        if frame.meaning(each).role is Role.ENTITY:
            text = frame.text(each).fill_null("(blank)")
            entity = text if entity is None else entity + " / " + text
    return entity


def is_on(frame: Frame, column: str) -> ir.Value | None:
    """1.0 where a state is on, 0.0 where it is off, null where it is empty; None where its words say neither.

    A number is on above zero.
    """
    cell = frame.rows[column]
    if frame.is_number(column):
        return ibis.cases((cell.isnull(), ibis.null("float64")), (cell > 0, 1.0), else_=0.0)
    word = frame.text(column).strip().lower()
    known = frame.execute(frame.rows.aggregate(on=word.isin(_ON).sum(), off=word.isin(_OFF).sum())).to_pylist()[0]
    if not known["on"] and not known["off"]:
        return None
    on = word.isin(_ON) if known["on"] else ~word.isin(_OFF)
    return ibis.cases((word.isnull(), ibis.null("float64")), (on, 1.0), else_=0.0)


def stretches(
    rows: ir.Table, step: int, figures: Mapping[str, Callable[[ir.Table], ir.Value]] | None = None
) -> ir.Table:
    """One row for each unbroken run of `rows` (`t`, `entity`, `holds`) in which `holds` is true.

    It has `entity`, `start`, `last` (stamps of its first and last row), `n` (rows), `begun` (whether the row before is
    there and does not hold, so that it surely began then) and the aggregates asked for. A gap ends a run. Runs are
    found by the difference of two row numbers.
    """
    own = ibis.window(group_by="entity", order_by="t")
    rows = rows.mutate(gap=seconds(rows.t) - seconds(rows.t.lag().over(own)))
    rows = rows.mutate(apart=ibis.ifelse(rows.gap.isnull() | (rows.gap > _APART * step), 1, 0))
    rows = rows.mutate(part=rows.apart.sum().over(ibis.cumulative_window(group_by="entity", order_by="t")))
    alike = ibis.window(group_by=["entity", "part", "holds"], order_by="t")
    rows = rows.mutate(place=ibis.row_number().over(own) - ibis.row_number().over(alike))
    held = rows.filter(rows.holds)
    more = {name: made(held) for name, made in (figures or {}).items()}
    return held.group_by(["entity", "part", "place"]).aggregate(
        start=held.t.min(), last=held.t.max(), n=held.count(), begun=held.apart.max() == 0, **more
    )


@dataclass(frozen=True, slots=True)
class Events:
    """The stretches that are long enough: how many, the rows in them, and the longest (or greatest) `listed`."""

    count: int
    rows: int
    listed: list[dict[str, Any]]

    def table(self, several: bool, columns: Mapping[str, pa.DataType]) -> pa.Table:
        """`start`, `end`, `hours`, `entity` where there are several, and the columns asked for."""
        schema = [("start", pa.timestamp("us")), ("end", pa.timestamp("us")), ("hours", pa.float64())]
        schema += [("entity", pa.string())] if several else []
        return pa.Table.from_pylist(self.listed, schema=pa.schema([*schema, *columns.items()]))


def events(frame: Frame, runs: ir.Table, step: int, minutes: float, by: str = "n") -> Events:
    """The runs of `stretches` that last `minutes` or more; the first 100 listed, greatest `by` first."""
    runs = runs.filter(runs.n * step >= minutes * 60)
    whole = frame.execute(runs.aggregate(count=runs.count(), rows=runs.n.sum())).to_pylist()[0]
    order = [ibis.desc(by), "start", "entity"] if by == "n" else [ibis.desc(by), ibis.desc("n"), "start", "entity"]
    listed = frame.execute(runs.order_by(order).limit(MOST_LISTED)).to_pylist()
    for row in listed:
        row["end"] = row["last"] + timedelta(seconds=step)
        row["hours"] = row["n"] * step / HOUR
    return Events(int(whole["count"]), int(whole["rows"] or 0), listed)


def stretch_text(start: datetime, end: datetime) -> str:
    """From when to when, in words: `22 Nov 2018 09:45 to 11:00`, `22 Nov 2018 22:00 to 23 Nov 2018 06:00`."""
    until = f"{end:%H:%M}" if end.date() == start.date() else moment(end)
    return f"{moment(start)} to {until}"


def hours_text(hours: float) -> str:
    """A length of time in words: `45 minutes`, `3.5 hours`, `12 days`."""
    if hours < 1:
        return count(round(hours * 60), "minute")
    if hours < 72:
        whole = f"{hours:.1f}".removesuffix(".0")
        return f"{whole} {'hour' if whole == '1' else 'hours'}"
    return f"{hours / 24:.1f}".removesuffix(".0") + " days" if hours < 2400 else f"{hours:,.0f} hours"
