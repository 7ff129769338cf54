"""Amounts row by row (energy in kWh, volume in m3, mass in t) and what stands beside them on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from headgate.catalogue.meaning import Quantity, Role
from headgate.catalogue.units import UNITS
from headgate.engines.frame import Frame
from headgate.engines.loads import HOUR, not_numbers
from headgate.engines.timed import is_set_back
from headgate.engines.wording import count
from headgate.plan.language import Analysis

_BASES = {Quantity.ENERGY: "kWh", Quantity.VOLUME: "m3", Quantity.MASS: "t", Quantity.EMISSIONS: "tCO2"}
_EXCEPTION = 0.05  # of the stamps: where more than that occur twice, the rows are different things, and all count


@dataclass(frozen=True, slots=True)
class Amount:
    """What a column holds on each row, in `unit` ("" where none is known); a power is the energy of its interval."""

    value: ir.Value
    unit: str
    warnings: tuple[str, ...] = ()

    @property
    def each(self) -> str:
        """The unit after “for each”."""
        return self.unit or "unit"


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of an amount costs or emits, in `over` ("" where none is known)."""

    value: ir.Value
    over: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joint:
    """The rows on which all values are there: `t` (start of the interval, null without time) and the values.

    `step` is the interval in seconds, None without a regular time.
    """

    rows: ir.Table
    step: int | None
    count: int
    warnings: tuple[str, ...] = ()


def open_amount(frame: Frame, column: str, time: str | None) -> Amount | str:
    """The amounts of a column, or why it holds none. `time` is the column whose step makes energy of a power."""
    reason = not_numbers(frame, column)
    if reason is not None:
        return reason
    if frame.is_power(column):
        return _of_power(frame, column, time)
    cell, unit = frame.rows[column], UNITS.get(frame.unit(column))
    if not frame.unit(column) and _is_energy(frame, column):
        return Amount(cell, "kWh", (_taken(frame, column, "kWh"),))
    if unit is None or unit.scale is None or unit.quantity not in _BASES:
        return Amount(cell, frame.unit(column))
    return Amount(cell * unit.scale, _BASES[unit.quantity])


def _of_power(frame: Frame, column: str, time: str | None) -> Amount | str:
    unit = UNITS.get(frame.unit(column))
    if unit is not None and unit.scale is None:
        return f"“{frame.label(column)}” is in {unit.name}, which cannot be added up to an energy."
    factor = frame.interval_energy(column, frame.interval(time) if time else None)
    if factor is None:
        return f"“{frame.label(column)}” is a power; without a regular time it gives no energy."
    return Amount(frame.rows[column] * factor, "kWh", () if unit else (_taken(frame, column, "kW"),))


def _is_energy(frame: Frame, column: str) -> bool:
    meaning = frame.meaning(column)
    return meaning.quantity is Quantity.ENERGY or meaning.role is Role.ENERGY_INTERVAL


def _taken(frame: Frame, column: str, unit: str) -> str:
    return f"“{frame.label(column)}” names no unit; it is taken to be {unit}."


def open_rate(frame: Frame, column: str, amount: Amount, of: str) -> Rate | str:
    """A price or factor for each unit of the amounts of the column `of`, or why the two cannot be multiplied.

    One that does not say what it is for is taken to be for each unit that `of` is written in.
    """
    reason = not_numbers(frame, column)
    if reason is not None:
        return reason
    over, stroke, under = frame.unit(column).partition("/")
    value: ir.Value = frame.rows[column]
    own = amount.unit if frame.is_power(of) else frame.unit(of) or amount.unit
    named, base = UNITS.get(under if stroke else own), UNITS.get(amount.unit)
    said: tuple[str, ...] = ()
    if not stroke:
        said = (f"“{frame.label(column)}” does not say what it is for; it is taken to be for each {own or 'unit'}.",)
    if over == "ct":
        value, over = value / 100, ""
        said += (f"“{frame.label(column)}” is in hundredths of a currency; costs are told in whole ones.",)
    if named is not None and base is not None and named.quantity is base.quantity and named.scale and base.scale:
        return Rate(value * (base.scale / named.scale), over, said)
    if (under if stroke else own) == amount.unit:
        return Rate(value, over, said)
    return (
        f"“{frame.label(column)}” is for each {under} and “{frame.label(of)}” is in {amount.each}, "
        "so the two cannot be multiplied."
    )


def open_price(frame: Frame, analysis: Analysis, amount: Amount, of: str) -> Rate | str | None:
    """What each unit of the amounts of `of` costs: the user's tariff, else the price column, None without either.

    `of` is the column of the amounts. A string says why the price column cannot be used.
    """
    column = next(iter(analysis.inputs.get("price", ())), None)
    tariff = float(analysis.params.get("tariff", 0.0))
    if tariff > 0:
        over = "" if column is None else frame.unit(column).partition("/")[0].removeprefix("ct")
        unused = () if column is None else (f"“{frame.label(column)}” is not used: your tariff is.",)
        return Rate(ibis.literal(tariff), over, unused)
    return None if column is None else open_rate(frame, column, amount, of)


def open_joint(frame: Frame, time: str | None, values: Mapping[str, ir.Value], group: ir.Value | None = None) -> Joint:
    """The rows on which all values (and, where a column is given, the time) are there, and what was left out.

    Where stamps that occur twice are the exception, such a stamp counts once, with the mean of its values; but both
    rows of an hour that a clock set back repeats count. An entity column keeps its entities apart, and so does `group`,
    a text that then stands in the rows under that name.
    """
    step = frame.interval(time) if time else None
    entities = [each for each in frame.ids if frame.meaning(each).role is Role.ENTITY]
    keys = {f"e{n}": frame.text(each).fill_null("") for n, each in enumerate(entities)}
    kept = ["t"] if group is None else ["t", "group"]
    keys |= {} if group is None else {"group": group.fill_null("(blank)")}
    stamp = frame.start(time) if time else ibis.null("timestamp")
    rows = frame.rows.select("row", t=stamp, **keys, **values)
    there = ibis.and_(*(rows[name].notnull() for name in values))
    some = ibis.or_(*(rows[name].notnull() for name in values))
    if time:
        there = there & rows.t.notnull()
    found = frame.execute(rows.aggregate(some=some.sum(), there=there.sum())).to_pylist()[0]
    left = (found["some"] or 0) - (found["there"] or 0)
    warnings: tuple[str, ...] = (f"{count(left, 'row')} left out for want of a value or a time.",) if left else ()
    rows, n = rows.filter(there), int(found["there"] or 0)
    if time is None or step is None or not n:
        return Joint(rows.select(*kept, *values), step, n, warnings)
    at = ["t", *keys]
    single = frame.execute(rows.select(*at).distinct().aggregate(n=lambda t: t.count())).to_pylist()[0]["n"]
    if not 0 < n - single <= _EXCEPTION * single:
        return Joint(rows.select(*kept, *values), step, n, warnings)
    whole = _without_doubles(frame, rows, at, list(values), step, warnings)
    return replace(whole, rows=whole.rows.select(*kept, *values))


def _without_doubles(
    frame: Frame, rows: ir.Table, at: list[str], values: list[str], step: int, warnings: tuple[str, ...]
) -> Joint:
    rows = rows.mutate(n=rows.count().over(ibis.window(group_by=at)))
    repeated = (rows.n == 2) & is_set_back(rows.t) if step <= HOUR else ibis.literal(False)
    rows = rows.mutate(apart=ibis.ifelse(repeated, rows.row, -1))
    whole = rows.group_by([*at, "apart"]).aggregate(n=rows.n.max(), **{name: rows[name].mean() for name in values})
    found = frame.execute(
        whole.aggregate(rows=whole.count(), twice=((whole.n > 1) & (whole.apart < 0)).sum())
    ).to_pylist()[0]
    twice = int(found["twice"] or 0)
    said = f"{count(twice, 'stamp')} found more than once, counted with the mean of the values."
    return Joint(whole, step, int(found["rows"]), (*warnings, said) if twice else warnings)
