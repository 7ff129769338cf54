"""The reduced frame the models see: one row a day, week or month, with a measure and what may drive it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis.expr.types as ir

from headgate.catalogue.meaning import Fold, Quantity, Role
from headgate.engines.amounts import open_amount, open_joint
from headgate.engines.folding import Grain, at_least, period_end, period_start
from headgate.engines.frame import Frame
from headgate.engines.loads import energy_text, not_numbers
from headgate.engines.wording import count, number

FULL = 0.8  # of a period's intervals have every value, else its sum says nothing
HOTTEST = 45.0  # °C: no place has a mean outdoor temperature above it; a column without a unit is then in °F
MOST_PERIODS = 50_000


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a period: its header, the same in words, its unit, and whether a period adds it up."""

    name: str
    spoken: str
    unit: str
    summed: bool

    def text(self, value: float) -> str:
        """A value in words."""
        return energy_text(value) if self.unit == "kWh" else number(value, self.unit)


@dataclass(frozen=True, slots=True)
class Periods:
    """The full periods in order of time: `starts`, the `values` of the `measure`, and one row of `drivers` each.

    `left_out` is the number of periods that are not full, `step` the interval of the rows in seconds.
    """

    measure: Column
    drivers: tuple[Column, ...]
    grain: Grain
    step: int
    starts: tuple[datetime, ...]
    values: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...]
    left_out: int
    warnings: tuple[str, ...]

    @property
    def days(self) -> int:
        """Days from the start of the first period to the end of the last."""
        return (period_end(self.starts[-1], self.grain, self.step) - self.starts[0]).days

    def counted(self, amount: int) -> str:
        """So many periods in words: `14 days`."""
        return count(amount, "interval" if self.grain is Grain.RAW else str(self.grain))


def open_periods(frame: Frame, measure: str, time: str, grain: Grain, drivers: Sequence[str] = ()) -> Periods | str:
    """The full periods on which the measure and every driver have values, or why there are none.

    Amounts are in base units (kWh, m3, t; a power is the energy of its interval), temperatures in °C. A period shorter
    than the interval of the rows becomes one that is not.
    """
    reason = not_numbers(frame, measure, *drivers)
    if reason is not None:
        return reason
    step = frame.interval(time)
    if step is None:
        return f"“{frame.label(time)}” has no two stamps in order, so nothing can be told over time."
    grain = at_least(grain, step)
    columns: list[Column] = []
    values: dict[str, ir.Value] = {}
    warnings: list[str] = []
    for at, each in enumerate((measure, *drivers)):
        found = _value(frame, each, time)
        if isinstance(found, str):
            return found
        column, value, said = found
        columns.append(column)
        values["y" if at == 0 else f"x{at}"] = value
        warnings += said
    joint = open_joint(frame, time, values)
    rows = joint.rows.select(*values, t=joint.rows.t, start=period_start(joint.rows.t, grain))
    folds = {name: rows[name].sum() if c.summed else rows[name].mean() for name, c in zip(values, columns, strict=True)}
    found_rows = rows.group_by("start").aggregate(stamps=rows.t.nunique(), **folds).order_by("start")
    all_rows = frame.execute(found_rows.limit(MOST_PERIODS)).to_pylist()
    full = [row for row in all_rows if _is_full(row, grain, step)]
    if not full:
        return f"No {'interval' if grain is Grain.RAW else grain} has values in four fifths of its intervals."
    names = list(values)
    return Periods(
        columns[0],
        tuple(columns[1:]),
        grain,
        step,
        tuple(row["start"] for row in full),
        tuple(float(row["y"]) for row in full),
        tuple(tuple(float(row[name]) for name in names[1:]) for row in full),
        len(all_rows) - len(full),
        (*warnings, *joint.warnings, *_gaps(len(all_rows) - len(full), grain)),
    )


def _is_full(row: dict[str, Any], grain: Grain, step: int) -> bool:
    length = (period_end(row["start"], grain, step) - row["start"]).total_seconds()
    return bool(row["stamps"] * step >= FULL * length)


def _gaps(left_out: int, grain: Grain) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (f"{count(left_out, str(grain))} left out: fewer than four fifths of the intervals have every value.",)


def _value(frame: Frame, column: str, time: str) -> tuple[Column, ir.Value, tuple[str, ...]] | str:
    """What stands for a column, its value row by row, and what has to be said of it; or why it cannot be used."""
    spoken = frame.phrase(column)
    if frame.meaning(column).role is Role.TEMPERATURE_OUTDOOR:
        if is_too_hot(frame, column):
            return f"“{frame.label(column)}” names no unit and is too high for °C; name one in it, such as [°F]."
        said = () if frame.unit(column) else (f"“{frame.label(column)}” names no unit; it is taken to be °C.",)
        return Column(frame.label(column), spoken, "°C", False), celsius(frame, column), said
    if frame.is_power(column) or frame.meaning(column).fold in (Fold.SUM, Fold.COUNT):
        amount = open_amount(frame, column, time)
        if isinstance(amount, str):
            return amount
        return Column(frame.label(column), spoken, amount.unit, True), amount.value, amount.warnings
    if frame.meaning(column).quantity is Quantity.TEMPERATURE:
        unit = "°C" if frame.unit(column) else ""
        return Column(frame.label(column), spoken, unit, False), celsius(frame, column), ()
    return Column(frame.label(column), spoken, frame.unit(column), False), frame.rows[column], ()


def celsius(frame: Frame, column: str) -> ir.Value:
    """The temperatures of a column in °C; one without a unit is taken to be."""
    cell = frame.rows[column]
    match frame.unit(column):
        case "°F":
            return (cell - 32) / 1.8
        case "K":
            return cell - 273.15
        case _:
            return cell


def is_too_hot(frame: Frame, column: str) -> bool:
    """Whether an outdoor temperature without a unit can be no °C."""
    return not frame.unit(column) and (frame.number(frame.rows[column].mean()) or 0.0) > HOTTEST
