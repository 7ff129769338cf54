"""When the level of a measure changed for good: its segments, and by how much each differs from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from headgate.engines.folding import Grain, fact_key, period_end
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, day, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 60  # periods
MOST = 5_000
_MOST_TOLD = 3
_WEEK = 7
_SEGMENTS = pa.schema(
    [("first", pa.timestamp("us")), ("last", pa.timestamp("us")), ("periods", pa.int64())]
    + [(name, pa.float64()) for name in ("mean", "change", "change_percent")]
)
_LINES = pa.schema([("start", pa.timestamp("us")), ("series", pa.string()), ("value", pa.float64())])


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of one level: its first period, the end of its last, how many there are, and their mean."""

    first: datetime
    last: datetime
    periods: int
    mean: float
    change: float | None

    @property
    def change_share(self) -> float | None:
        """The change over the level before, None at the first and where that was not above zero."""
        before = self.mean - (self.change or 0.0)
        return None if self.change is None or before <= 0 else self.change / before


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `segments` (a row a level) and `lines` (the values and the level of their segment).

    Levels are told apart by PELT with the weekday taken out. Needs 60 days or weeks with values.
    """
    measure, size = analysis.inputs["measure"][0], int(analysis.params["min_size"])
    periods = open_periods(frame, measure, analysis.inputs["timestamp"][0], Grain(str(analysis.params["grain"])))
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    if not FEWEST <= len(periods.values) <= MOST:
        most = f" and at most {MOST:,}" if len(periods.values) > MOST else ""
        return Skipped(
            analysis,
            f"There are {periods.counted(len(periods.values))} with values; this analysis needs {FEWEST}{most}.",
        )
    try:
        from headgate.engines.models.level_shifts import segments
    except ImportError:
        return Skipped(analysis, NOT_INSTALLED)
    shortest = size if periods.grain is Grain.DAY else max(2, -(-size // _WEEK))
    ends = segments(periods.values, _WEEK if periods.grain is Grain.DAY else 1, shortest)
    found = _segments(periods, ends)
    told = tuple(_sentences(periods, found))
    return Result(
        analysis,
        {"segments": _table(found), "lines": _lines(periods, found)},
        _facts(periods, found),
        (_figure(frame, measure, periods, told),),
        told,
        warnings=periods.warnings,
    )


def _segments(periods: Periods, ends: Sequence[int]) -> list[_Segment]:
    found: list[_Segment] = []
    begin = 0
    for end in ends:
        values = periods.values[begin:end]
        mean = sum(values) / len(values)
        change = mean - found[-1].mean if found else None
        last = period_end(periods.starts[end - 1], periods.grain, periods.step) - timedelta(seconds=1)
        found.append(_Segment(periods.starts[begin], last, len(values), mean, change))
        begin = end
    return found


def _table(found: Sequence[_Segment]) -> pa.Table:
    rows = [
        {
            "first": each.first,
            "last": each.last,
            "periods": each.periods,
            "mean": each.mean,
            "change": each.change,
            "change_percent": None if each.change_share is None else 100 * each.change_share,
        }
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=_SEGMENTS)


def _lines(periods: Periods, found: Sequence[_Segment]) -> pa.Table:
    levels = [each.mean for each in found for _ in range(each.periods)]
    rows = []
    for start, value, level in zip(periods.starts, periods.values, levels, strict=True):
        rows.append({"start": start, "series": "Measured", "value": value})
        rows.append({"start": start, "series": "Level", "value": level})
    return pa.Table.from_pylist(rows, schema=_LINES)


def _facts(periods: Periods, found: Sequence[_Segment]) -> dict[str, float | str | None]:
    greatest = _greatest(found)
    unit = periods.measure.unit
    return {
        "periods": float(len(periods.values)),
        "changes": float(len(found) - 1),
        "greatest_change_at": greatest[0].first.isoformat() if greatest else None,
        fact_key("greatest_change", unit, "per", str(periods.grain)): greatest[0].change if greatest else None,
        fact_key("first_level", unit, "per", str(periods.grain)): found[0].mean,
        fact_key("last_level", unit, "per", str(periods.grain)): found[-1].mean,
    }


def _greatest(found: Sequence[_Segment]) -> list[_Segment]:
    """The segments that begin with a change, the greatest first."""
    return sorted(found[1:], key=lambda each: -abs(each.change or 0.0))


def _sentences(periods: Periods, found: Sequence[_Segment]) -> list[str]:
    measure, grain = periods.measure, str(periods.grain)
    if len(found) == 1:
        return [
            f"The level of “{measure.name}” did not change by more than its usual ups and downs over "
            f"{periods.counted(len(periods.values))}: {measure.text(found[0].mean)} a {grain}."
        ]
    said = [
        f"The level of “{measure.name}” changed {count(len(found) - 1, 'time')} over "
        f"{periods.counted(len(periods.values))}."
    ]
    for each in _greatest(found)[:_MOST_TOLD]:
        change = each.change or 0.0
        way = "rose" if change > 0 else "fell"
        part = "" if each.change_share is None else f" ({share(abs(each.change_share))})"
        said.append(
            f"On {day(each.first)} it {way} by {measure.text(abs(change))} a {grain}{part}, to "
            f"{measure.text(each.mean)}, for {periods.counted(each.periods)}."
        )
    return [*said, "A change of level is a day to ask about: what was added, switched off or set otherwise then?"]


def _figure(frame: Frame, measure: str, periods: Periods, told: Sequence[str]) -> Figure:
    spoken = frame.phrase(measure)
    total = "a" if periods.measure.summed else "mean of the"
    return Figure(
        Form.LINE,
        "lines",
        x="start",
        y="value",
        series="series",
        title=sentence(f"{spoken} and its levels"),
        x_label=sentence(str(periods.grain)),
        y_label=f"{sentence(spoken)}, {total} {periods.grain}",
        unit=periods.measure.unit or None,
        alt=" ".join(told),
    )
