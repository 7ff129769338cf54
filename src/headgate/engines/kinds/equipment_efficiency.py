"""What a machine makes for the energy it takes: coefficient of performance, kW for each ton, specific power."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Quantity
from headgate.catalogue.units import UNITS
from headgate.engines.folding import Grain, at_least, fitting, period_start, period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import HOUR, energy_text, not_numbers, stamped
from headgate.engines.wording import number, share
from headgate.plan.kinds import LOAD
from headgate.plan.language import Analysis

TON_KW = 3.5168528420667  # a ton of refrigeration, 12,000 Btu/h
BANDS = 10  # of load, each a tenth of full load
FULL = 0.99  # the quantile of output that stands for full load: one reading too high does not halve all others
FEWEST = 24  # rows under load
TOLD = 0.01  # of the energy: less while idle is not worth a sentence
LIKELY = {"cop": (0.5, 12.0), "kw_per_ton": (0.25, 3.0), "specific_power": (2.0, 20.0)}
_ENERGIES = frozenset({Quantity.ENERGY, Quantity.POWER})
_VOLUMES = frozenset({Quantity.VOLUME, Quantity.FLOW})
_RATES = frozenset({Quantity.POWER, Quantity.FLOW})


@dataclass(frozen=True, slots=True)
class _Measure:
    """How efficiency is said: `unit`, the figure of the sums `made` and `used`, and whether more is better."""

    name: str
    spoken: str
    unit: str
    factor: float
    more_is_better: bool

    def of(self, made: float | None, used: float | None) -> float | None:
        """The ratio of the sums; None where one of them is not above zero."""
        if made is None or used is None or made <= 0 or used <= 0:
            return None
        return self.factor * (made / used if self.more_is_better else used / made)


MEASURES = {
    "cop": _Measure("cop", "coefficient of performance", "", 1.0, True),
    "kw_per_ton": _Measure("kw_per_ton", "power for each ton of refrigeration", "kW/ton", TON_KW, False),
    "specific_power": _Measure("specific_power", "specific power", "kW/(m3/min)", 60.0, False),
}


@dataclass(frozen=True, slots=True)
class _Plant:
    """`rows`: `made` (kW of heat or cold, or m3/h) and `used` (kW), mean over the interval, `t` where it is known.

    `step` is None without a time; then both may be amounts of each row, kWh or m3. `hours` is what makes the sum of
    `used` kWh, None where nothing does, and `full` the output at full load in `unit`.
    """

    rows: ir.Table
    measure: _Measure
    step: int | None
    hours: float | None
    full: float
    unit: str
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `bands` (by tenths of full load) and, with a time, `periods`; both are ratios of sums under load.

    Rows below `min_load_percent` of full load (the 99 % quantile of output) are not judged; what they take is told
    apart. Needs heat or cold with energy, or a volume of air with energy, in known units and 24 rows under load.
    """
    plant = _plant(frame, analysis)
    if isinstance(plant, Skipped):
        return plant
    rows, limit = plant.rows, plant.full * float(analysis.params["min_load_percent"]) / 100
    working = rows.filter((rows.made >= limit) & (rows.made > 0))
    sums = frame.execute(rows.aggregate(n=rows.count(), made=rows.made.sum(), used=rows.used.sum())).to_pylist()[0]
    under = frame.execute(
        working.aggregate(n=working.count(), made=working.made.sum(), used=working.used.sum())
    ).to_pylist()[0]
    figure = plant.measure.of(under["made"], under["used"])
    if under["n"] < FEWEST or figure is None:
        return Skipped(analysis, f"Fewer than {FEWEST} rows have an output under load and energy taken.")
    bands = _bands(frame, plant, working)
    facts = _facts(plant, sums, under, figure, float(analysis.params["min_load_percent"]))
    tables = {"bands": pa.Table.from_pylist(bands, schema=_schema(("from_percent", pa.int64()), ("load", pa.string())))}
    grain, periods = _periods(frame, plant, working)
    if grain is not None:
        tables["periods"] = pa.Table.from_pylist(periods, schema=_schema(("start", pa.timestamp("us"))))
    told = tuple(_sentences(plant, facts, bands, periods, grain))
    note = "under load, ratio of sums"
    return Result(
        analysis,
        tables,
        facts,
        _figures(plant, grain, told),
        told,
        (Headline(plant.measure.spoken.capitalize(), figure, plant.measure.unit, note),),
        (*plant.warnings, *_unlikely(plant, figure)),
    )


def _schema(*keys: tuple[str, pa.DataType]) -> pa.Schema:
    numbers = [(name, pa.float64()) for name in ("efficiency", "mean_output", "mean_input_kw")]
    return pa.schema([*keys, *numbers, ("rows", pa.int64())])


def _plant(frame: Frame, analysis: Analysis) -> _Plant | Skipped:
    output, used = analysis.inputs["output"][0], analysis.inputs["input"][0]
    measure = MEASURES[str(analysis.params["measure"])]
    time = stamped(frame, analysis)
    step = frame.interval(time) if time else None
    factors = _factors(frame, output, used, measure, step)
    if isinstance(factors, str):
        return Skipped(analysis, factors)
    rows = frame.rows.select(
        t=frame.start(time) if time else ibis.null("timestamp"),
        made=frame.rows[output] * factors[0],
        used=frame.rows[used] * factors[1],
    )
    rows = rows.filter(rows.made.notnull() & rows.used.notnull() & (rows.used >= 0))
    rows = rows.filter(rows.t.notnull()) if time else rows
    full = frame.number(rows.made.quantile(FULL))
    if full is None or full <= 0:
        return Skipped(analysis, f"“{frame.label(output)}” is hardly ever above zero on a row that has both values.")
    hours = step / HOUR if step else None if _is_rate(frame, used) else 1.0
    volume = _quantity(frame, output) in _VOLUMES
    unit = ("m3/h" if volume else "kW") if step or _is_rate(frame, output) else "m3" if volume else "kWh"
    return _Plant(rows, measure, step, hours, full, unit, _unit_warnings(frame, output, used))


def _unit_warnings(frame: Frame, *columns: str) -> tuple[str, ...]:
    nameless = [each for each in columns if not frame.unit(each)]
    taken = {each: "kW" if _is_rate(frame, each) else "kWh an interval" for each in nameless}
    return tuple(f"“{frame.label(each)}” names no unit; it is taken to be {taken[each]}." for each in nameless)


def _factors(frame: Frame, output: str, used: str, measure: _Measure, step: int | None) -> tuple[float, float] | str:
    """What turns both columns into kW (or m3/h), or both into kWh (or m3) of each row; or why that cannot be."""
    reason = not_numbers(frame, output, used)
    if reason is not None:
        return reason
    wanted = _VOLUMES if measure.name == "specific_power" else _ENERGIES
    for column, quantities in ((output, wanted), (used, _ENERGIES)):
        unit = UNITS.get(frame.unit(column))
        if _quantity(frame, column) not in quantities:
            what = "a volume or flow in m3, L, m3/h …" if quantities is _VOLUMES else "heat, cold or power in kWh, kW …"
            return f"“{frame.label(column)}” is not {what}, which {measure.spoken} needs; choose another measure."
        if unit is not None and not unit.scale:
            return f"“{frame.label(column)}” is in {unit.name}, from which no energy follows."
    rates = _is_rate(frame, output), _is_rate(frame, used)
    if step is None and rates[0] is not rates[1]:
        return "One of the columns is a rate and the other an amount; without a regular time they cannot be compared."
    factors = [
        _scale(frame, column) * (HOUR / step if step and not rate else 1.0)
        for column, rate in zip((output, used), rates, strict=True)
    ]
    return factors[0], factors[1]


def _quantity(frame: Frame, column: str) -> Quantity | None:
    """By the unit; a load without one is a power or an energy."""
    unit = UNITS.get(frame.unit(column))
    if unit is not None:
        return unit.quantity
    if frame.meaning(column).role not in LOAD:
        return None
    return Quantity.POWER if frame.is_power(column) else Quantity.ENERGY


def _is_rate(frame: Frame, column: str) -> bool:
    return _quantity(frame, column) in _RATES


def _scale(frame: Frame, column: str) -> float:
    unit = UNITS.get(frame.unit(column))
    return unit.scale if unit is not None and unit.scale else 1.0


def _bands(frame: Frame, plant: _Plant, working: ir.Table) -> list[dict[str, Any]]:
    place = (working.made / plant.full * BANDS).floor().cast("int64").clip(upper=BANDS - 1)
    rows = working.mutate(place=place)
    found = frame.execute(rows.group_by("place").aggregate(**_sums(rows)).order_by("place")).to_pylist()
    percent = 100 // BANDS
    return [
        {"from_percent": row["place"] * percent, "load": _load_text(row["place"] * percent), **_ratio(plant, row)}
        for row in found
    ]


def _load_text(percent: int) -> str:
    step = 100 // BANDS
    return f"{percent} % and more" if percent == 100 - step else f"{percent} to {percent + step} %"


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    return {"made": rows.made.sum(), "used": rows.used.sum(), "rows": rows.count()}


def _ratio(plant: _Plant, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "efficiency": plant.measure.of(row["made"], row["used"]),
        "mean_output": row["made"] / row["rows"],
        "mean_input_kw": row["used"] / row["rows"],
        "rows": row["rows"],
    }


def _periods(frame: Frame, plant: _Plant, working: ir.Table) -> tuple[Grain | None, list[dict[str, Any]]]:
    """Efficiency under load period by period, an hour or longer; nothing without a time."""
    ends = frame.execute(working.aggregate(first=working.t.min(), last=working.t.max())).to_pylist()[0]
    if plant.step is None or ends["first"] is None:
        return None, []
    grain = fitting((ends["last"] - ends["first"]).total_seconds() + plant.step, plant.step)
    grain = at_least(Grain.HOUR, plant.step) if grain is Grain.RAW else grain
    rows = working.mutate(start=period_start(working.t, grain))
    found = frame.execute(rows.group_by("start").aggregate(**_sums(rows)).order_by("start")).to_pylist()
    return grain, [{"start": row["start"], **_ratio(plant, row)} for row in found]


def _facts(
    plant: _Plant, sums: Mapping[str, Any], under: Mapping[str, Any], figure: float, least: float
) -> dict[str, float | str | None]:
    idle = sums["used"] - under["used"]
    return {
        "efficiency": figure,
        "measure": plant.measure.name,
        "unit": plant.measure.unit,
        "full_load": plant.full,
        "full_load_unit": plant.unit,
        "min_load_percent": least,
        "load_share": under["n"] / sums["n"],
        "mean_load_percent": 100 * under["made"] / under["n"] / plant.full,
        "used_kwh": None if plant.hours is None else sums["used"] * plant.hours,
        "idle_kwh": None if plant.hours is None else idle * plant.hours,
        "idle_share": idle / sums["used"],
    }


def _sentences(
    plant: _Plant,
    facts: Mapping[str, Any],
    bands: list[dict[str, Any]],
    periods: list[dict[str, Any]],
    grain: Grain | None,
) -> Iterator[str]:
    measure = plant.measure
    yield (
        f"Under load the {measure.spoken} is {number(facts['efficiency'], measure.unit)}; "
        f"{'more' if measure.more_is_better else 'less'} is better. It is under load for {share(facts['load_share'])} "
        f"of the time, at {number(facts['mean_load_percent'])} % of full load on average."
    )
    fair = _fair(bands)
    if len(fair) > 1:
        best, worst = _best(measure, fair), _worst(measure, fair)
        yield (
            f"It does best at {best['load']} of full load ({number(best['efficiency'], measure.unit)}) and worst at "
            f"{worst['load']} ({number(worst['efficiency'], measure.unit)})."
        )
    if facts["idle_share"] >= TOLD:
        energy = "" if facts["idle_kwh"] is None else f"{energy_text(facts['idle_kwh'])}, "
        yield (
            f"{energy}{share(facts['idle_share'])} of all it takes, goes in while its output is below "
            f"{number(facts['min_load_percent'])} % of full load."
        )
    fair = _fair(periods)
    if grain is not None and len(fair) > 2:
        best, worst = _best(measure, fair), _worst(measure, fair)
        yield (
            f"Best was {period_word(best['start'], grain)} ({number(best['efficiency'], measure.unit)}), worst "
            f"{period_word(worst['start'], grain)} ({number(worst['efficiency'], measure.unit)}); load and weather "
            "differ from one to the other."
        )


def _fair(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a figure that rest on at least a quarter of the readings of a middle one."""
    known = sorted(row["rows"] for row in rows)
    return [row for row in rows if row["efficiency"] is not None and row["rows"] >= known[len(known) // 2] / 4]


def _best(measure: _Measure, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return max(rows, key=lambda row: row["efficiency"] if measure.more_is_better else -row["efficiency"])


def _worst(measure: _Measure, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return min(rows, key=lambda row: row["efficiency"] if measure.more_is_better else -row["efficiency"])


def _unlikely(plant: _Plant, figure: float) -> tuple[str, ...]:
    low, high = LIKELY[plant.measure.name]
    if low <= figure <= high:
        return ()
    return (
        f"Machines are mostly between {number(low)} and {number(high, plant.measure.unit)}; check the units, the sides "
        "of the meter and that output and input belong to one machine.",
    )


def _figures(plant: _Plant, grain: Grain | None, told: tuple[str, ...]) -> tuple[Figure, ...]:
    measure = plant.measure
    bands = Figure(
        Form.BARS,
        "bands",
        x="load",
        y="efficiency",
        title=f"{measure.spoken.capitalize()} by load",
        x_label="Output in % of full load",
        y_label=measure.spoken.capitalize(),
        unit=measure.unit or None,
        alt=" ".join(told),
    )
    if grain is None:
        return (bands,)
    periods = Figure(
        Form.LINE,
        "periods",
        x="start",
        y="efficiency",
        title=f"{measure.spoken.capitalize()} by {grain}",
        x_label="Time",
        y_label=measure.spoken.capitalize(),
        unit=measure.unit or None,
        alt=" ".join(told),
    )
    return (bands, periods)
