"""An actual value beside the one expected of it by a target, a model or a forecast, row by row and by period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from headgate.catalogue.meaning import Fold
from headgate.catalogue.units import UNITS
from headgate.engines.amounts import Amount, Joint, open_amount, open_joint
from headgate.engines.folding import Grain, at_least, period_start
from headgate.engines.frame import Frame
from headgate.engines.loads import energy_text, not_numbers
from headgate.engines.wording import number


@dataclass(frozen=True, slots=True)
class Pairs:
    """The rows on which an actual and an expected value are there, both in `unit`.

    `joint` holds `actual`, `expected` and what else was asked for. `summed` says whether a period adds them up (else it
    averages them), `grain` how long it is.
    """

    name: str
    against: str
    unit: str
    joint: Joint
    summed: bool
    grain: Grain
    warnings: tuple[str, ...]

    def text(self, value: float) -> str:
        """A value in words."""
        return energy_text(value) if self.unit == "kWh" else number(value, self.unit)


def open_pairs(
    frame: Frame,
    columns: tuple[str, str],
    time: str | None,
    grain: str,
    others: Mapping[str, ir.Value] | None = None,
    group: ir.Value | None = None,
) -> Pairs | str:
    """An actual and an expected column over a time column, or why they cannot be compared.

    An expected value without a unit is in that of the actual one. A power is the energy of its interval, so it needs a
    time. `group` is a text that tells rows apart and stands in the joint under that name.
    """
    actual, expected = columns
    reason = not_numbers(frame, actual, expected)
    if reason is not None:
        return reason
    step = frame.interval(time) if time is not None else None
    if time is not None and step is None:
        return f"“{frame.label(time)}” has no two stamps in order, so nothing can be told over time."
    first, second = _both(frame, actual, expected, time)
    if isinstance(first, str) or isinstance(second, str):
        return first if isinstance(first, str) else str(second)
    if first.unit != second.unit:
        return (
            f"“{frame.label(actual)}” is in {first.each} and “{frame.label(expected)}” in {second.each}; only values "
            "of one unit can be compared."
        )
    joint = open_joint(frame, time, {"actual": first.value, "expected": second.value, **(others or {})}, group)
    if not joint.count:
        return f"“{frame.label(actual)}” and “{frame.label(expected)}” have no row on which both have a value."
    return Pairs(
        frame.label(actual),
        frame.label(expected),
        first.unit,
        joint,
        _is_summed(frame, actual),
        at_least(Grain(grain), step),
        (*first.warnings, *second.warnings, *joint.warnings),
    )


def _is_summed(frame: Frame, column: str) -> bool:
    return frame.is_power(column) or frame.meaning(column).fold in (Fold.SUM, Fold.COUNT)


def _both(frame: Frame, actual: str, expected: str, time: str | None) -> tuple[Amount | str, Amount | str]:
    first = _value(frame, actual, time)
    if frame.unit(expected) or isinstance(first, str):
        return first, _value(frame, expected, time)
    cell = frame.rows[expected]
    if frame.is_power(actual):
        cell = cell * (frame.interval_energy(actual, frame.interval(time) if time else None) or 1.0)
    elif _is_summed(frame, actual) and first.unit != frame.unit(actual):
        unit = UNITS.get(frame.unit(actual))
        cell = cell * ((unit.scale if unit is not None else None) or 1.0)
    said = f"“{frame.label(expected)}” names no unit; it is taken to be in that of “{frame.label(actual)}”."
    return first, Amount(cell, first.unit, (said,) if first.unit else ())


def _value(frame: Frame, column: str, time: str | None) -> Amount | str:
    if _is_summed(frame, column):
        return open_amount(frame, column, time)
    return Amount(frame.rows[column], frame.unit(column))


def by_period(frame: Frame, pairs: Pairs, more: Mapping[str, ir.Value] | None = None) -> list[dict[str, Any]]:
    """Each period's `start`, `actual`, `expected` and the sums asked for, in order of time."""
    rows = pairs.joint.rows
    named = {"actual": rows.actual, "expected": rows.expected, **(more or {})}
    rows = rows.select(start=period_start(rows.t, pairs.grain), **named)
    folds = {
        name: rows[name].mean() if name in ("actual", "expected") and not pairs.summed else rows[name].sum()
        for name in named
    }
    return list(frame.execute(rows.group_by("start").aggregate(**folds).order_by("start")).to_pylist())
