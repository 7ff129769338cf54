"""A plant's table that holds a column of every role the kinds of analysis ask for, made by arithmetic."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.engines.opening import Cell, stamps, written

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.frame import Frame
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis

DAYS = 120
ROLES: dict[str, tuple[Role, Fold]] = {
    "Time": (Role.TIMESTAMP, Fold.NONE),
    "Electricity [kWh]": (Role.ENERGY_INTERVAL, Fold.SUM),
    "Register [kWh]": (Role.ENERGY_CUMULATIVE, Fold.LAST),
    "Press line [kWh]": (Role.ENERGY_INTERVAL, Fold.SUM),
    "Paint line [kWh]": (Role.ENERGY_INTERVAL, Fold.SUM),
    "Reactive [kVArh]": (Role.REACTIVE_ENERGY, Fold.SUM),
    "Outdoor temperature [°C]": (Role.TEMPERATURE_OUTDOOR, Fold.MEAN),
    "Zone temperature [°C]": (Role.TEMPERATURE_PROCESS, Fold.MEAN),
    "Zone setpoint [°C]": (Role.SETPOINT, Fold.MEAN),
    "Heating valve [%]": (Role.POSITION, Fold.MEAN),
    "Cooling valve [%]": (Role.POSITION, Fold.MEAN),
    "Fan state": (Role.STATE, Fold.MEAN),
    "Units made": (Role.PRODUCTION_OUT, Fold.SUM),
    "Product": (Role.SKU, Fold.NONE),
    "Area": (Role.CATEGORY, Fold.NONE),
    "Shift": (Role.SHIFT, Fold.NONE),
    "Price [EUR/kWh]": (Role.PRICE, Fold.MEAN),
    "Factor [kgCO2/kWh]": (Role.EMISSION_FACTOR, Fold.MEAN),
    "Target [kWh]": (Role.TARGET, Fold.SUM),
    "Model [kWh]": (Role.BASELINE_MODEL, Fold.SUM),
    "Roof PV [kWh]": (Role.GENERATION, Fold.SUM),
    "Chilled water [kW]": (Role.POWER, Fold.MEAN),
    "Stands still": (Role.MEASURE, Fold.MEAN),
}


def table(folder: Path, days: int = DAYS, names: Sequence[str] = tuple(ROLES)) -> Path:
    """The table as a CSV file: hours of some days, with a gap, a double stamp, an empty cell and a row out of order."""
    chance = random.Random(4)
    rows = days * 24
    columns: dict[str, list[Cell]] = {name: [] for name in ROLES}
    columns["Time"] = list(stamps("2024-02-01", rows, 60))
    register = 1000.0
    for at in range(rows):
        hour, day = at % 24, at // 24
        busy = day % 7 < 5 and 7 <= hour < 18
        warm = round(9 + 8 * math.sin(day / 30) + 4 * math.sin(hour / 24 * 6.283) + chance.random(), 2)
        press, paint = round(20 + 60 * busy + 5 * chance.random(), 3), round(10 + 15 * busy + 4 * chance.random(), 3)
        heat = round(max(0.0, 14 - warm) * 1.5, 3)
        whole = round(press + paint + heat + 5, 3)
        register = round(register + whole, 3)
        made = round(40 * busy * chance.random())
        values: dict[str, Cell] = {
            "Electricity [kWh]": whole if at % 997 else None,
            "Register [kWh]": register,
            "Press line [kWh]": press,
            "Paint line [kWh]": paint,
            "Reactive [kVArh]": round(0.4 * whole, 3),
            "Outdoor temperature [°C]": warm,
            "Zone temperature [°C]": round(21 + 1.5 * math.sin(at / 40) + chance.random() / 4, 2),
            "Zone setpoint [°C]": 21.0 if busy else 18.0,
            "Heating valve [%]": round(min(100.0, max(0.0, 14 - warm) * 9), 1),
            "Cooling valve [%]": round(min(100.0, max(0.0, warm - 12) * 9), 1),
            "Fan state": 1 if busy or hour == 3 else 0,
            "Units made": made,
            "Product": ("A", "B", "C")[day % 3],
            "Area": ("north", "south", "east", "west")[at % 4],
            "Shift": "day" if busy else "off",
            "Price [EUR/kWh]": 0.31 if busy else 0.24,
            "Factor [kgCO2/kWh]": round(0.3 + 0.1 * math.sin(at / 50), 4),
            "Target [kWh]": round(whole * 0.97, 3),
            "Model [kWh]": round(whole * (1.02 if day < 60 else 0.95), 3),
            "Roof PV [kWh]": round(max(0.0, math.sin((hour - 6) / 12 * 3.1416)) * 30, 3),
            "Chilled water [kW]": round(80 * busy + 10 * chance.random(), 2),
            "Stands still": 7.0 if 200 < at < 260 else round(chance.random(), 3),
        }
        for name, value in values.items():
            columns[name].append(value)
    return written(folder, {name: _faulty(columns[name]) for name in names})


def _faulty(cells: Sequence[Cell]) -> list[Cell]:
    """Without three hours, one row twice, and two rows in the wrong order."""
    kept = [*cells[:500], *cells[503:]]
    kept[900:902] = [kept[901], kept[900]]
    return [*kept, kept[700]]


def asked(frame: Frame) -> Iterator[Analysis]:
    """Each kind over the first columns whose roles it takes; what takes several gets two or three."""
    for kind in KINDS.values():
        inputs: dict[str, tuple[str, ...]] = {}
        taken: set[str] = set()
        for name, wanted in kind.inputs.items():
            fitting = [each for each in frame.ids if frame.meaning(each).role in wanted.roles]
            fresh = [each for each in fitting if each not in taken] or fitting
            # A state has two values and makes poor groups; a setpoint's value is of its own kind.
            fresh.sort(key=lambda each: (frame.meaning(each).role is Role.STATE, name == "value" and each != "c8"))
            amount = 1 if wanted.most == 1 else min(3, max(wanted.least, 2))
            if fresh and (wanted.least or name in _WANTED.get(kind.name, ())):
                inputs[name] = tuple(fresh[:amount])
                taken |= set(inputs[name])
        params = {name: given.default for name, given in kind.params.items()} | dict(_PARAMS.get(kind.name, {}))
        yield Analysis(kind.name, inputs, params, kind.name, "", 1)


# What a kind may do without, but shows more with.
_WANTED: Mapping[str, tuple[str, ...]] = {
    "breakdown": ("category",),
    "pareto": ("category",),
    "distribution": ("category",),
    "concentration": ("category",),
    "energy_cost": ("price", "timestamp"),
    "emissions": ("factor", "timestamp"),
    "intensity": ("timestamp",),
    "kpi_summary": ("timestamp",),
    "outliers": ("timestamp",),
    "power_factor": ("energy", "reactive", "timestamp"),
    "driver_regression": ("timestamp",),
    "baseline_mv": ("temperature",),
    "event_rule": ("above",),
    "scatter_xy": ("colour",),
    "equipment_efficiency": ("timestamp",),
    "timestamp_audit": (),
}
_PARAMS: Mapping[str, Mapping[str, float | str | bool]] = {
    "baseline_mv": {"baseline_days": 60, "force": "yes"},
    "event_rule": {"upper": 50.0},
    "peak_demand": {"limit_kw": 90.0},
}
