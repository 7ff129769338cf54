"""Arrow columns as the plain values a chart specification holds."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from headgate.charts.text import shown
from headgate.engines.wording import day, moment, number

DAY = 86_400_000
_LABEL = 60


class Scale(StrEnum):
    """The kind of axis a column needs, in Vega-Lite's words."""

    TEMPORAL = "temporal"
    QUANTITATIVE = "quantitative"
    ORDINAL = "ordinal"


def scale_of(table: pa.Table, name: str) -> Scale:
    """The scale that fits the Arrow type of a column; times of day count as hours."""
    kind = table.schema.field(name).type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Scale.TEMPORAL
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_time(kind):
        return Scale.QUANTITATIVE
    return Scale.ORDINAL


def numbers(table: pa.Table, name: str) -> list[float | None]:
    """A column as numbers.

    Moments are milliseconds since 1970 of the local wall clock, so that the page shows the same on every machine; times
    of day are hours. What is not a finite number is None.
    """
    return [_as_number(value) for value in wall_clock(table, name)]


def labels(table: pa.Table, name: str) -> list[str]:
    """A column as text for a label or a legend: numbers and dates in the report's spelling, nothing invisible in it."""
    values = wall_clock(table, name)
    months = len(values) > 1 and all(isinstance(value, date) and _starts_month(value) for value in values)
    texts = [_as_label(value, months) for value in values]
    return _told_apart(texts, [str(value) for value in values]) if len(set(texts)) < len(set(values)) else texts


def _told_apart(labels: list[str], wholes: list[str]) -> list[str]:
    """The labels, those that were cut alike with the end of their text instead, or with a number where that is alike.

    A chart takes equal labels for one group.
    """
    meant: dict[str, dict[str, None]] = {}
    for label, whole in zip(labels, wholes, strict=True):
        meant.setdefault(label, {})[whole] = None
    named: dict[tuple[str, str], str] = {}
    for label, alike in meant.items():
        ends = {whole: f"…{shown(whole[-_LABEL:])}" if len(whole) > _LABEL else label for whole in alike}
        for place, whole in enumerate(alike, 1):
            unlike = len(set(ends.values())) == len(alike)
            named[label, whole] = label if len(alike) == 1 else ends[whole] if unlike else f"{label} ({place})"
    return [named[pair] for pair in zip(labels, wholes, strict=True)]


def wall_clock(table: pa.Table, name: str) -> list[object]:
    """A column's values, moments to the microsecond and without a zone, as a clock on the wall there showed them."""
    column = table.column(name)
    if pa.types.is_timestamp(column.type):
        column = pc.local_timestamp(column) if column.type.tz else column
        column = column.cast(pa.timestamp("us"), safe=False)
    return list(column.to_pylist())


def _starts_month(value: date) -> bool:
    return value.day == 1 and (not isinstance(value, datetime) or value.time() == time())


def _as_number(value: object) -> float | None:
    match value:
        case bool() | int() | float() | Decimal():
            found = float(value)
            return found if math.isfinite(found) else None
        case datetime():
            return value.replace(tzinfo=UTC).timestamp() * 1000
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000
        case time():
            return value.hour + value.minute / 60 + value.second / 3600
        case _:
            return None


def _as_label(value: object, months: bool) -> str:
    match value:
        case None:
            label = "(none)"
        case bool():
            label = "yes" if value else "no"
        case int():
            label = str(value)
        case float() | Decimal():
            label = number(float(value))
        case datetime() if value.time() != time():
            label = moment(value)
        case date():
            label = f"{value:%b %Y}" if months else day(value)
        case time():
            label = f"{value:%H:%M}"
        case _:
            label = shown(str(value), _LABEL)
    return label
