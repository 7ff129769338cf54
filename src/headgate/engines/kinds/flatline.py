"""Values that stand still: a stuck sensor, a link that repeats its last value, a clamp."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.folding import fact_key
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.stretches import HOUR, MOST_LISTED, hours_text, stretches
from headgate.engines.timed import is_regular
from headgate.engines.timing import seconds
from headgate.engines.wording import count, listed, moment, number, share
from headgate.plan.language import Analysis

_STEADY = frozenset({Role.SETPOINT, Role.PRICE, Role.TARGET, Role.AREA, Role.EMISSION_FACTOR})  # stand still by nature
_GAP = 1.5  # steps: over a longer one nobody knows what the value was
_NEVER = 10**10  # seconds: no gap ends a run where stamps are not regular
_MOSTLY = 0.5  # of the values: one that stands still so often does so by nature
_MOST_TOLD = 5
_MEASURES = pa.schema(
    [("measure", pa.string()), ("unit", pa.string()), ("flat_percent", pa.float64())]
    + [(name, pa.int64()) for name in ("values", "runs", "flat_values", "longest_values")]
)


@dataclass(frozen=True, slots=True)
class _Order:
    """How rows follow each other: by a time column or, without one, as they stand; `step` (s) where it is regular."""

    time: str | None
    step: int | None
    entities: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `measures` and, where a value stands still for `min_run` values or more, the table `runs`.

    Empty cells are passed over. Where stamps are regular a gap ends a run, and a stamp that occurs twice for one entity
    counts once. `ignore_zero` leaves out runs of zeros and, since they say that nothing was used, those of registers.
    """
    numbers = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    if not numbers:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    ignore = analysis.params["ignore_zero"] == "yes"
    fitting = [each for each in numbers if not _stands_by_nature(frame, each, ignore)]
    if not fitting:
        return Skipped(analysis, "The chosen columns stand still by their nature (setpoints, prices, registers).")
    order, least = _order(frame, analysis), int(analysis.params["min_run"])
    found = [_measure(frame, each, order, least, ignore) for each in fitting]
    found = [(row, runs) for row, runs in found if row["values"]]
    if not found:
        return Skipped(analysis, "None of the chosen columns holds a value.")
    measures = sorted((row for row, _ in found), key=lambda row: -row["flat_share"])
    runs = sorted((one for _, each in found for one in each), key=lambda one: (-one["values"], one["measure"]))
    tables = {"measures": pa.Table.from_pylist(measures, schema=_MEASURES)}
    if runs:
        tables["runs"] = pa.Table.from_pylist(runs[:MOST_LISTED], schema=_schema(order))
    sentences = tuple(_sentences(measures, runs, order, least, ignore))
    several = sum(row["runs"] > 0 for row in measures) > 1
    silent = [frame.label(each) for each in analysis.inputs["measures"] if each not in {row["id"] for row in measures}]
    return Result(
        analysis,
        tables,
        {key: value for row in measures for key, value in _facts(row)},
        (_figure(sentences),) if several else (),
        sentences,
        warnings=(f"{count(len(silent), 'column')} not looked at: {listed(silent)}.",) if silent else (),
    )


def _stands_by_nature(frame: Frame, column: str, ignore: bool) -> bool:
    role = frame.meaning(column).role
    return role in _STEADY or (ignore and role is Role.ENERGY_CUMULATIVE)


def _order(frame: Frame, analysis: Analysis) -> _Order:
    time = next((each for each in analysis.inputs.get("timestamp", ()) if frame.is_time(each)), None)
    step = frame.interval(time) if time is not None and is_regular(frame, time) else None
    return _Order(time, step, tuple(each for each in frame.ids if frame.meaning(each).role is Role.ENTITY))


def _measure(
    frame: Frame, column: str, order: _Order, least: int, ignore: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of one measure and its longest runs."""
    rows = _rows(frame, column, order)
    own = ibis.window(group_by="entity", order_by="t")
    rows = rows.mutate(before=rows["value"].lag().over(own), previous=rows.t.lag().over(own))
    near = seconds(rows.t) - seconds(rows.previous) <= _GAP * (order.step or _NEVER)
    rows = rows.mutate(holds=((rows["value"] == rows.before) & near).fill_null(False))
    figures = {"since": lambda held: held.previous.min(), "value": lambda held: held["value"].min()}
    # A run of n values repeats its first one n − 1 times.
    runs = stretches(rows, order.step or _NEVER, figures).mutate(values=lambda run: run.n + 1)
    runs = runs.filter(runs["values"] >= least)
    runs = runs.filter(runs["value"] != 0) if ignore else runs
    whole = frame.execute(
        runs.aggregate(runs=runs.count(), flat_values=runs["values"].sum(), longest_values=runs["values"].max())
    ).to_pylist()[0]
    values = round(frame.number(rows.count()) or 0)
    names = {"id": column, "measure": frame.label(column), "unit": frame.unit(column)}
    flat = round(whole["flat_values"] or 0)
    part = flat / values if values else 0.0
    row = {**names, **whole, "values": values, "flat_values": flat, "flat_share": part, "flat_percent": 100 * part}
    if not whole["runs"]:
        return row, []
    top = runs.order_by([ibis.desc("values"), "since", "entity"]).limit(MOST_LISTED)
    return row, [{**names, **_run(one, order)} for one in frame.execute(top).to_pylist()]


def _rows(frame: Frame, column: str, order: _Order) -> ir.Table:
    """`t`, `entity` and `value` of each row that has a value; without a time column `t` is only the order of rows."""
    entity: ir.Value = ibis.literal("")
    for place, each in enumerate(order.entities):
        text = frame.text(each).fill_null("(blank)")
        entity = entity + " / " + text if place else text
    if order.time is None:
        place = ibis.timestamp("1970-01-01") + frame.rows["row"].cast("int64").as_interval("s")
        rows = frame.rows.select(t=place, entity=entity, value=frame.rows[column])
        return rows.filter(rows["value"].notnull())
    rows = frame.rows.select(t=frame.start(order.time), entity=entity, value=frame.rows[column])
    rows = rows.filter(rows.t.notnull() & rows["value"].notnull())
    if order.step is None:
        return rows
    return rows.group_by(["t", "entity"]).aggregate(value=rows["value"].mean())


def _run(one: Mapping[str, Any], order: _Order) -> dict[str, Any]:
    found = {"entity": one["entity"], "value": one["value"], "values": one["values"]}
    if order.time is None:
        return {**found, "first_row": _second(one["since"]) + 1, "last_row": _second(one["last"]) + 1}
    hours = one["values"] * order.step / HOUR if order.step else (one["last"] - one["since"]).total_seconds() / HOUR
    return {**found, "start": one["since"], "last": one["last"], "hours": hours}


def _second(when: datetime) -> int:
    """The place of a row that stands as seconds since 1970."""
    return round((when.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds())


def _schema(order: _Order) -> pa.Schema:
    fields = [("measure", pa.string()), ("unit", pa.string())]
    fields += [("entity", pa.string())] if order.entities else []
    fields += [("value", pa.float64()), ("values", pa.int64())]
    if order.time is None:
        return pa.schema([*fields, ("first_row", pa.int64()), ("last_row", pa.int64())])
    return pa.schema([*fields, ("start", pa.timestamp("us")), ("last", pa.timestamp("us")), ("hours", pa.float64())])


def _facts(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield fact_key(row["id"], "runs"), float(row["runs"])
    yield fact_key(row["id"], "flat_share"), row["flat_share"]
    yield fact_key(row["id"], "longest_values"), float(row["longest_values"] or 0)


def _sentences(
    measures: Sequence[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]], order: _Order, least: int, ignore: bool
) -> Iterator[str]:
    still = [row for row in measures if row["runs"]]
    zeros = " other than zero" if ignore else ""
    if not still:
        yield f"No measure stands at one value{zeros} for {least:,} values in a row or more."
        return
    for row in still[:_MOST_TOLD]:
        longest = next(one for one in runs if one["measure"] == row["measure"])
        value, name = number(longest["value"], row["unit"]), row["measure"]
        if row["flat_values"] == row["values"] and row["runs"] == 1:
            yield f"“{name}” is {value} throughout."
            continue
        yield (
            f"“{name}” stands at one value{zeros} for {least:,} values or more {count(row['runs'], 'time')}, "
            f"{share(row['flat_share'])} of its values; longest at {value}{_where(longest, order)}."
        )
        if row["flat_share"] > _MOSTLY:
            yield (
                f"“{name}” stands still most of the time: that is rather its nature, or how coarsely it is measured, "
                "than a fault."
            )
    if len(still) > _MOST_TOLD:
        yield f"{count(len(still) - _MOST_TOLD, 'more measure')} of {len(measures):,} stand still at times."
    yield "A value that stands still may be a stuck sensor or a link that repeats it, or a load that is steady."


def _where(longest: Mapping[str, Any], order: _Order) -> str:
    of = f" ({longest['entity']})" if longest["entity"] else ""
    if order.time is None:
        return f"{of}, {longest['values']:,} rows from row {longest['first_row']:,} on"
    return f"{of}, {hours_text(longest['hours'])} from {moment(longest['start'])} on"


def _figure(told: Sequence[str]) -> Figure:
    return Figure(
        Form.BARS,
        "measures",
        x="measure",
        y="flat_percent",
        title="How much of each measure stands still",
        x_label="Measure",
        y_label="Share of its values",
        unit="%",
        alt=" ".join(told),
    )
