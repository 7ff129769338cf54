"""Discords: the stretches of a measure whose course is least like any other one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, not_numbers
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.stretches import hours_text, stretch_text
from headgate.engines.timing import seconds
from headgate.engines.wording import count, number
from headgate.plan.kinds import LOAD
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.matrix_profile import Profile, Stretch

MOST_POINTS = 100_000
MANY_POINTS = 20_000  # from here on means are taken, as coarse as the window allows
FEWEST_IN_WINDOW, ENOUGH_IN_WINDOW = 8, 24
FEWEST_WINDOWS = 8  # the length of the series, for something to be compared with
ALIKE = 0.9  # a correlation from which two courses are practically one
MOST_DRAWN = 3
_EPOCH = datetime(1970, 1, 1)
_DISCORDS = pa.schema(
    [
        *(("rank", pa.int64()), ("start", pa.timestamp("us")), ("end", pa.timestamp("us"))),
        *((name, pa.float64()) for name in ("distance", "correlation", "mean")),
        *(("nearest_start", pa.timestamp("us")), ("nearest_mean", pa.float64())),
    ]
)
_LINE = pa.schema([("start", pa.timestamp("us")), ("value", pa.float64()), ("discord", pa.bool_())])


@dataclass(frozen=True, slots=True)
class _Series:
    """The mean of each slot of `slot` seconds from `first` on (None where there is none); `window` slots are one."""

    first: datetime
    slot: int
    window: int
    values: list[float | None]
    unit: str

    def at(self, place: int) -> datetime:
        """When a slot begins."""
        return self.first + timedelta(seconds=place * self.slot)

    def mean(self, place: int) -> float:
        """The mean of the window that begins there."""
        return sum(value or 0.0 for value in self.values[place : place + self.window]) / self.window


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `discords` (the least alike first) and, for the first three, `discord_1` … with what is around each.

    Windows of `window_hours` are compared by their course alone, at one level and one scale, with all that do not
    overlap. Needs 8 values in a window, 8 windows of data and at most 100,000 values; from 20,000 on means are taken.
    """
    series = _series(frame, analysis)
    if isinstance(series, Skipped):
        return series
    try:
        from headgate.engines.models.matrix_profile import discords
    except ImportError:
        return Skipped(analysis, NOT_INSTALLED)
    profile = discords(series.values, series.window, int(analysis.params["top_n"]))
    if not profile.found:
        return Skipped(analysis, "Gaps or values that never change leave no two windows that could be compared.")
    told = tuple(_sentences(frame, analysis, series, profile))
    tables = {"discords": _table(series, profile.found)}
    figures = []
    for rank, each in enumerate(profile.found[:MOST_DRAWN], 1):
        tables[f"discord_{rank}"] = _line(series, each)
        figures.append(_figure(frame, analysis, series, rank, each))
    top = profile.found[0]
    facts: dict[str, float | str | None] = {
        "discords": float(len(profile.found)),
        "greatest_distance": top.distance,
        "least_correlation": top.correlation,
        "middle_distance": profile.middle,
        "window_hours": series.window * series.slot / HOUR,
        "slot_minutes": series.slot / 60,
        "values": float(sum(value is not None for value in series.values)),
    }
    return Result(analysis, tables, facts, tuple(figures), told)


def _series(frame: Frame, analysis: Analysis) -> _Series | Skipped:
    column, time = analysis.inputs["measure"][0], analysis.inputs["timestamp"][0]
    hours, step = float(analysis.params["window_hours"]), frame.interval(time)
    reason = _unfit(frame, column, time, hours, step)
    if reason is not None or step is None:
        return Skipped(analysis, reason or "")
    inside = int(hours * HOUR / step)
    load = frame.meaning(column).role in LOAD
    rows = _values(frame, column, time, load)
    ends = frame.execute(rows.aggregate(first=rows.t.min(), last=rows.t.max())).to_pylist()[0]
    if ends["first"] is None:
        return Skipped(analysis, f"“{frame.label(column)}” holds no value with a time.")
    length = (ends["last"] - ends["first"]).total_seconds() + step
    if length < FEWEST_WINDOWS * hours * HOUR:
        needed = hours_text(FEWEST_WINDOWS * hours)
        return Skipped(analysis, f"The values cover {hours_text(length / HOUR)}; this window needs {needed} or more.")
    coarser = max(1, inside // ENOUGH_IN_WINDOW) if length / step > MANY_POINTS else 1
    slot = step * coarser
    if length / slot > MOST_POINTS:
        return Skipped(
            analysis,
            f"There are more than {MOST_POINTS:,} values to compare; choose a longer window or a shorter period.",
        )
    first, values = _filled(frame, rows, slot)
    return _Series(first, slot, int(hours * HOUR // slot), values, "kW" if load else frame.unit(column))


def _unfit(frame: Frame, column: str, time: str, hours: float, step: int | None) -> str | None:
    """Why no window can be cut."""
    reason = not_numbers(frame, column)
    if reason is not None:
        return reason
    if step is None:
        return f"“{frame.label(time)}” has no regular interval."
    inside = int(hours * HOUR / step)
    if inside < FEWEST_IN_WINDOW:
        return f"A window of {hours_text(hours)} holds {count(inside, 'value')}; {FEWEST_IN_WINDOW} are needed."
    return None


def _values(frame: Frame, column: str, time: str, load: bool) -> ir.Table:
    """`t` and `value` of the rows that have both: demand in kW of a load, else the measure as it is."""
    if load:
        rows = frame.load(column, time)
        return rows.select("t", value=rows.kw)
    rows = frame.rows.select(t=frame.start(time), value=frame.rows[column].cast("float64"))
    return rows.filter(rows.t.notnull() & rows["value"].notnull())


def _filled(frame: Frame, rows: ir.Table, slot: int) -> tuple[datetime, list[float | None]]:
    """The start of the first slot and the mean of each one up to the last; None where a slot has no value."""
    rows = rows.mutate(place=(seconds(rows.t) / slot).floor().cast("int64"))
    found = frame.execute(rows.group_by("place").aggregate(value=rows["value"].mean()).order_by("place")).to_pylist()
    first = found[0]["place"]
    values: list[float | None] = [None] * (found[-1]["place"] - first + 1)
    for row in found:
        values[row["place"] - first] = row["value"]
    return _EPOCH + timedelta(seconds=first * slot), values


def _table(series: _Series, found: Sequence[Stretch]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "rank": rank,
                "start": series.at(each.place),
                "end": series.at(each.place + series.window),
                "distance": each.distance,
                "correlation": each.correlation,
                "mean": series.mean(each.place),
                "nearest_start": series.at(each.nearest),
                "nearest_mean": series.mean(each.nearest),
            }
            for rank, each in enumerate(found, 1)
        ],
        schema=_DISCORDS,
    )


def _line(series: _Series, each: Stretch) -> pa.Table:
    """The discord with a window before and after it."""
    first, end = max(0, each.place - series.window), min(len(series.values), each.place + 2 * series.window)
    return pa.Table.from_pylist(
        [
            {
                "start": series.at(place),
                "value": series.values[place],
                "discord": each.place <= place < each.place + series.window,
            }
            for place in range(first, end)
        ],
        schema=_LINE,
    )


def _sentences(frame: Frame, analysis: Analysis, series: _Series, profile: Profile) -> Iterator[str]:
    name = frame.label(analysis.inputs["measure"][0])
    length = hours_text(series.window * series.slot / HOUR)
    top = profile.found[0]
    if top.correlation >= ALIKE:
        yield (
            f"Every {length} of “{name}” have a look-alike: even the least usual, "
            f"{_when(series, top)}, follow another with a correlation of {number(round(top.correlation, 2))}."
        )
        return
    first, end = series.at(top.nearest), series.at(top.nearest + series.window)
    yield (
        f"The {length} of “{name}” least like any other are {_when(series, top)}: the nearest look-alike, "
        f"{first:%a} {stretch_text(first, end)}, has a correlation of {number(round(top.correlation, 2))} with them, "
        f"at {_times(top, profile)} the middle distance."
    )
    more = [each for each in profile.found[1:] if each.correlation < ALIKE]
    for each in more[: MOST_DRAWN - 1]:
        yield f"Then {_when(series, each)} ({number(round(each.correlation, 2))})."
    yield "Only the course counts, not the level; a holiday, a test, a stop or a fault can be behind it."


def _when(series: _Series, each: Stretch) -> str:
    start = series.at(each.place)
    mean = number(series.mean(each.place), series.unit)
    return f"{start:%a} {stretch_text(start, series.at(each.place + series.window))} (mean {mean})"


def _times(each: Stretch, profile: Profile) -> str:
    return f"{number(round(each.distance / profile.middle, 1))} times" if profile.middle > 0 else "many times"


def _figure(frame: Frame, analysis: Analysis, series: _Series, rank: int, each: Stretch) -> Figure:
    spoken = frame.phrase(analysis.inputs["measure"][0])
    place = "the least usual stretch" if rank == 1 else f"unusual stretch {rank}"
    return Figure(
        Form.LINE,
        f"discord_{rank}",
        x="start",
        y="value",
        title=sentence(f"{spoken}: {place}"),
        x_label="Time",
        y_label=sentence(spoken),
        unit=series.unit or None,
        marked="discord",
        alt=f"{sentence(spoken)} around {_when(series, each)}, which stand out.",
    )
