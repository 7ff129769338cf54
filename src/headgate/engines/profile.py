"""What the rows say of the columns, over what their names say: the local profiler (04-plan, rule 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import ibis
import ibis.expr.types as ir

from headgate.catalogue.meaning import Fold, Meaning, Origin, Quantity, Role
from headgate.catalogue.rules import fold_of
from headgate.catalogue.understand import understand
from headgate.engines.frame import Frame
from headgate.engines.timing import DAY, seconds
from headgate.engines.wide import Sort, figures_of
from headgate.headers.table import LocalType

_AT_ONCE = 200
_RISING = 0.98
_ENOUGH_STEPS = 24
_STEPS_DEEP = 20  # a register's level is many steps high; an interval that happens to grow is not
_DAYS_ALIKE = 2
_APART = 100_000  # more than the seconds of a day, so that a sum of clock and value has one reading
_FEW_GROUPS = 50
_MOSTLY = 0.5  # of the rows have a time of their own, or the column does not say when the rows were
_MANY_TEXTS = 100
_STAYS_CONSTANT = frozenset(
    {Role.AREA, Role.PRICE, Role.EMISSION_FACTOR, Role.TARGET, Role.SETPOINT, Role.OCCUPANCY, Role.UNKNOWN}
)
_TIMES = frozenset({Role.TIMESTAMP, Role.DATE})
_GROUPS = frozenset({Role.ENTITY, Role.CATEGORY, Role.SKU, Role.SHIFT, Role.STATE, Role.MODE, Role.FLAG_QUALITY})
_METERED = frozenset({Role.ENERGY_INTERVAL, Role.ENERGY_CUMULATIVE, Role.VOLUME_INTERVAL})
_UNSURE = frozenset({Role.MEASURE, Role.UNKNOWN, Role.DURATION, Role.QUANTITY_COUNT})


@dataclass(frozen=True, slots=True)
class _Extent:
    """How many values a column holds, its least and greatest number (None for other types), and its distinct values."""

    values: int
    least: float | None
    most: float | None
    distinct: int


def refine(frame: Frame) -> Mapping[str, Meaning]:
    """What each column means once the rows were seen; what a user or a provider said is left as it is.

    (1) The names are read again with the types over all rows; (2) a constant measures nothing; (3) a power factor is a
    share or per cent; (4) a meter that only rises is a register, one that falls is none; (5) a number that follows from
    the time of day is a time of day; (6) texts are groups where few differ. What the rows settle has origin ROWS; a
    table without rows settles nothing.
    """
    if not frame.count:
        return {each: frame.meaning(each) for each in frame.ids}
    types = [frame.type(each) for each in frame.ids]
    again = understand([frame.header(each) for each in frame.ids], types)  # (1)
    extents = dict(_extents(frame))
    meanings: dict[str, Meaning] = {}
    for column, read in zip(frame.ids, again, strict=True):
        given = frame.meaning(column)
        if given.origin in (Origin.USER, Origin.PROVIDER):
            meanings[column] = given
            continue
        meaning = _settled(frame.type(column), read, extents[column])
        meanings[column] = _stamps(frame, column, meaning, extents[column])
    _settle_meters(frame, meanings)
    _settle_clocks(frame, meanings, extents)
    return meanings


def _settled(kind: LocalType, meaning: Meaning, extent: _Extent) -> Meaning:
    """The meaning where one column's extent settles it."""
    if kind is LocalType.EMPTY or not extent.values:
        return _by_rows(meaning, Role.UNKNOWN, None, Fold.NONE)
    if kind in (LocalType.INTEGER, LocalType.NUMBER):
        constant = extent.least == extent.most and extent.values > 1
        if constant and meaning.role not in _STAYS_CONSTANT:  # (2)
            return _by_rows(meaning, Role.UNKNOWN, meaning.quantity, Fold.NONE)
        if meaning.role is Role.POWER_FACTOR and extent.most is not None and extent.least is not None:  # (3)
            unit = None if max(extent.most, -extent.least) <= 1 else "%"
            return replace(meaning, unit=unit, origin=Origin.ROWS)
        return meaning
    if kind is LocalType.TEXT:
        return _settled_text(meaning, extent)
    return meaning


def _settled_text(meaning: Meaning, extent: _Extent) -> Meaning:
    if extent.distinct == 1 and extent.values > 1 and meaning.role in _GROUPS:  # (2)
        return _by_rows(meaning, Role.UNKNOWN, Quantity.TEXT, Fold.NONE)
    unlike = extent.values > _MANY_TEXTS and extent.distinct > 0.9 * extent.values
    if meaning.role in _GROUPS and unlike:  # (6)
        return _by_rows(meaning, Role.TEXT_FREE, Quantity.TEXT, Fold.NONE)
    if meaning.role in (Role.UNKNOWN, Role.TEXT_FREE) and 1 < extent.distinct <= _FEW_GROUPS and not unlike:
        return _by_rows(meaning, Role.CATEGORY, Quantity.TEXT, Fold.NONE, 0.6)
    return meaning


def _stamps(frame: Frame, column: str, meaning: Meaning, extent: _Extent) -> Meaning:
    """A time where the rows hold times, an unlikely one where few rows do, and no time where they do not."""
    if frame.is_time(column) and extent.values < _MOSTLY * frame.count:
        return _by_rows(meaning, Role.TIMESTAMP, Quantity.TIME, Fold.NONE, 0.3)
    if frame.is_time(column) and meaning.role not in _TIMES:
        return _by_rows(meaning, Role.TIMESTAMP, Quantity.TIME, Fold.NONE)
    if not frame.is_time(column) and meaning.role in _TIMES:
        role = Role.MEASURE if frame.is_number(column) else Role.TEXT_FREE
        return _by_rows(meaning, role, None, fold_of(role, None), 0.5)
    return meaning


def _by_rows(meaning: Meaning, role: Role, quantity: Quantity | None, fold: Fold, confidence: float = 1.0) -> Meaning:
    return replace(meaning, role=role, quantity=quantity, fold=fold, confidence=confidence, origin=Origin.ROWS)


def _extents(frame: Frame) -> Iterator[tuple[str, _Extent]]:
    for column, own in figures_of(frame, frame.ids, _extent_figures).items():
        yield column, _Extent(own["filled"], own.get("least"), own.get("most"), own.get("distinct", 0))


def _extent_figures(cell: ir.Value, sort: Sort) -> dict[str, ir.Value]:
    match sort:
        case Sort.NUMBER:
            return {"filled": cell.count(), "least": cell.min(), "most": cell.max()}
        case Sort.OTHER:
            return {"filled": cell.count(), "distinct": cell.nunique()}
        case Sort.TIME:
            return {"filled": cell.count()}
        case _ as never:
            assert_never(never)


def _time_of(frame: Frame, meanings: Mapping[str, Meaning]) -> str | None:
    return next((each for each in frame.ids if frame.is_time(each) and meanings[each].role in _TIMES), None)


def _settle_meters(frame: Frame, meanings: dict[str, Meaning]) -> None:
    """(4) An interval that only rises, entity by entity in order of time, is a register; one that falls is none."""
    meters = [each for each in frame.ids if meanings[each].role in _METERED and frame.is_number(each)]
    meters = [each for each in meters if meanings[each].origin not in (Origin.USER, Origin.PROVIDER)]
    time = _time_of(frame, meanings)
    entities = [each for each in frame.ids if meanings[each].role is Role.ENTITY and each != time]
    for at in range(0, len(meters), _AT_ONCE):
        part = meters[at : at + _AT_ONCE]
        for column, rising in _rising(frame, part, time, entities).items():
            meaning = meanings[column]
            if rising and meaning.role is Role.ENERGY_INTERVAL:
                meanings[column] = _by_rows(meaning, Role.ENERGY_CUMULATIVE, meaning.quantity, Fold.LAST)
            elif rising and meaning.role is Role.VOLUME_INTERVAL:
                meanings[column] = _by_rows(meaning, Role.MEASURE, meaning.quantity, Fold.LAST)
            elif not rising and meaning.role is Role.ENERGY_CUMULATIVE:
                meanings[column] = _by_rows(meaning, Role.ENERGY_INTERVAL, meaning.quantity, Fold.SUM, 0.9)


def _rising(frame: Frame, meters: Sequence[str], time: str | None, entities: Sequence[str]) -> dict[str, bool]:
    """Whether each meter behaves as a register: nearly no step back, many steps up, and small ones beside its level."""
    order = frame.rows["row"] if time is None else frame.start(time)
    window = ibis.window(group_by=[frame.rows[each] for each in entities], order_by=[order, frame.rows["row"]])
    steps = {each: frame.rows[each] - frame.rows[each].lag().over(window) for each in meters}
    rows = frame.rows.select(
        *(frame.rows[each] for each in meters), **{f"{each}_s": step for each, step in steps.items()}
    )
    figures = {}
    for each in meters:
        step = rows[f"{each}_s"]
        figures[f"{each}_n"], figures[f"{each}_up"] = step.count(), (step > 0).sum()
        figures[f"{each}_back"], figures[f"{each}_level"] = (step < 0).sum(), rows[each].mean()
        figures[f"{each}_step"] = step.mean(where=step > 0)
    found = frame.execute(rows.aggregate(**figures)).to_pylist()[0] if figures else {}
    return {
        each: (found[f"{each}_up"] or 0) >= _ENOUGH_STEPS
        and (found[f"{each}_back"] or 0) <= (1 - _RISING) * found[f"{each}_n"]
        and found[f"{each}_level"] >= _STEPS_DEEP * found[f"{each}_step"]
        for each in meters
    }


def _settle_clocks(frame: Frame, meanings: dict[str, Meaning], extents: Mapping[str, _Extent]) -> None:
    """(5) A whole number that is the same at the same time of every day, another at another, is a time of day."""
    time = _time_of(frame, meanings)
    if time is None or frame.interval(time) in (None, DAY):
        return
    candidates = [each for each in frame.ids if _may_be_clock(frame, meanings[each], extents[each], each)]
    clock = seconds(frame.rows[time]) % DAY
    for at in range(0, len(candidates), _AT_ONCE):
        part = candidates[at : at + _AT_ONCE]
        rows = frame.rows.select(*part, clock=clock).filter(lambda t: t["clock"].notnull())
        figures = {"clocks": rows["clock"].nunique()}
        for each in part:
            figures[f"{each}_values"] = rows[each].nunique()
            figures[f"{each}_pairs"] = (rows["clock"] * _APART + rows[each]).nunique()
        found = frame.execute(rows.aggregate(**figures)).to_pylist()[0]
        for each in part:
            alike = found["clocks"] == found[f"{each}_values"] == found[f"{each}_pairs"]
            if alike and found["clocks"] > 1 and extents[each].values >= _DAYS_ALIKE * found["clocks"]:
                meanings[each] = _by_rows(meanings[each], Role.TIME_OF_DAY, Quantity.TIME, Fold.NONE)


def _may_be_clock(frame: Frame, meaning: Meaning, extent: _Extent, column: str) -> bool:
    if frame.type(column) is not LocalType.INTEGER or meaning.role not in _UNSURE:
        return False
    return extent.least is not None and extent.most is not None and 0 <= extent.least < extent.most <= DAY
