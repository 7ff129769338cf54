"""What else a good energy manager or analyst would want to see, where the columns allow it, in three rounds."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.catalogue.meaning import Fold, Medium, Quantity, Role
from headgate.plan.choosing import Field, Fields
from headgate.plan.draft import Draft

_DRIVERS = (Role.PRODUCTION_OUT, Role.TEMPERATURE_OUTDOOR, Role.OCCUPANCY, Role.MASS_INTERVAL, Role.HUMIDITY)
_EXPECTED = (Role.TARGET, Role.BASELINE_MODEL)
_MOST_DRIVERS = 3
_MOST_SETPOINTS = 2
_FEWEST_PARTS = 2
_NARROW = 2  # categories a pivot needs


def first(draft: Draft, fields: Fields) -> None:
    """What nobody should miss: registers turned into use, weather, hours nobody works in, what was expected."""
    time, load = fields.time, fields.load
    if time is None:
        return
    for register in fields.of(Role.ENERGY_CUMULATIVE)[:1]:
        inputs = {"register": [register], "timestamp": [time], "entity": fields.of(Role.ENTITY)[:1]}
        draft.add(
            "register_to_interval", inputs, f"Use from {register.phrase}", "A register only rises; use is its steps."
        )
    if load is None:
        return
    _weather(draft, fields, load, time)
    timed = {"load": [load], "timestamp": [time], "occupancy": fields.of(Role.OCCUPANCY, Role.SHIFT)[:1]}
    draft.add("out_of_hours", timed, f"{load.phrase} out of hours", "What runs while nobody works can be switched off.")
    at = {"measure": [load], "timestamp": [time]}
    draft.add("expected_band", at, f"Where {load.phrase} was not as expected", "Points to faults and odd days.")
    for expected in [one for one in fields.of(*_EXPECTED) if one.scale == load.scale][:1]:
        inputs = {"actual": [load], "target": [expected], "timestamp": [time]}
        draft.add(
            "target_vs_actual", inputs, f"{load.phrase} against {expected.phrase}", "Where it went over, and when."
        )
        beside = {"actual": [load], "expected": [expected], "timestamp": [time]}
        draft.add(
            "cusum", beside, f"Running sum of {load.phrase} against {expected.phrase}", "Shows the day a change began."
        )


def then(draft: Draft, fields: Fields) -> None:
    """What turns use into money, drivers and parts, and how plant is run."""
    time, load = fields.time, fields.load
    if load is not None:
        _drivers(draft, fields, load)
        _money(draft, fields, load)
        _parts(draft, fields, load)
    if time is not None:
        _plant(draft, fields, time)
    _general(draft, fields)


def last(draft: Draft, fields: Fields) -> None:
    """What looks further: what stands out, when the level changed, what kinds of day there are, what comes next."""
    time, load = fields.time, fields.load
    measure = load or next(iter(fields.measures), None)
    if time is None or measure is None:
        return
    at = {"measure": [measure], "timestamp": [time]}
    if load is not None:
        timed = {"load": [load], "timestamp": [time]}
        draft.add(
            "change_points", at, f"When the level of {measure.phrase} changed", "Something was added or switched off."
        )
        draft.add("day_clusters", timed, f"Kinds of day in {load.phrase}", "Which days are run alike.")
    draft.add("forecast", at, f"{measure.phrase} to come", "What to expect if nothing changes.")


def _weather(draft: Draft, fields: Fields, load: Field, time: Field) -> None:
    """The signature of what heats or cools, gas and heat before electricity; without it the picture and degree days."""
    outdoor = fields.of(Role.TEMPERATURE_OUTDOOR)[:1]
    if not outdoor:
        return
    loads = [
        one for one in fields.of(Role.ENERGY_INTERVAL, Role.POWER) if one.meaning.medium in (Medium.GAS, Medium.HEAT)
    ]
    totals = [one for one in loads if one.is_total]
    if "energy_signature" in draft.without:
        energy = next(iter(totals or loads), load)
        title = f"{energy.phrase} against outdoor temperature"
        draft.add("scatter_xy", {"x": outdoor, "y": [energy]}, title, "How much of it the weather makes.", fit="none")
        asked = {"temperature": outdoor, "timestamp": [time]}
        draft.add("degree_days", asked, "Degree days", "What the weather asked for.")
        return
    for energy in dict.fromkeys([*(totals or loads)[:1], load]):
        inputs = {"energy": [energy], "temperature": outdoor, "timestamp": [time]}
        draft.add(
            "energy_signature",
            inputs,
            f"{energy.phrase} against outdoor temperature",
            "How much of it the weather makes.",
        )


def _drivers(draft: Draft, fields: Fields, load: Field) -> None:
    drivers = [one for one in fields.of(*_DRIVERS) if one is not load][:_MOST_DRIVERS]
    if drivers and fields.time is not None:
        inputs = {"y": [load], "x": drivers, "timestamp": [fields.time]}
        draft.add(
            "driver_regression", inputs, f"What drives {load.phrase}", "How much each driver adds, and what is left."
        )


def _money(draft: Draft, fields: Fields, load: Field) -> None:
    at: Sequence[Field] = [fields.time] if fields.time is not None else []
    for price in fields.of(Role.PRICE)[:1]:
        inputs = {"energy": [load], "timestamp": at, "price": [price]}
        draft.add("energy_cost", inputs, f"Cost of {load.phrase}", "When the money is spent, and at what price.")
    for factor in fields.of(Role.EMISSION_FACTOR)[:1]:
        inputs = {"energy": [load], "timestamp": at, "factor": [factor]}
        draft.add("emissions", inputs, f"Emissions of {load.phrase}", "What a report on emissions asks for.")
    products = fields.of(Role.SKU)[:1]
    made = fields.of(Role.PRODUCTION_OUT, Role.QUANTITY_COUNT)[:1]
    if products and made:
        inputs = {"energy": [load], "production": made, "sku": products, "price": fields.of(Role.PRICE)[:1]}
        draft.add("sku_cost", inputs, f"{load.phrase} of each product", "Which product takes more than it earns.")


def _parts(draft: Draft, fields: Fields, load: Field) -> None:
    """The balance of a main meter and its parts; generation beside the load."""
    if fields.time is None:
        return
    parts = [one for one in fields.parts(fields.of(load.meaning.role)) if one is not load and one.scale == load.scale]
    alike = [one for one in parts if one.meaning.medium is load.meaning.medium]
    if load.is_total and not load.is_computed and len(alike) >= _FEWEST_PARTS:
        inputs = {"main": [load], "parts": alike[:200], "timestamp": [fields.time]}
        draft.add("meter_balance", inputs, f"{load.phrase} against its parts", "What no meter accounts for.")
    generation = [one for one in fields.of(Role.GENERATION) if one is not load]
    if len(generation) == 1 and load.meaning.role is not Role.GENERATION:
        inputs = {"generation": generation, "load": [load], "timestamp": [fields.time]}
        draft.add("self_consumption", inputs, "Own generation: used here, fed in", "What own generation is worth.")


def _plant(draft: Draft, fields: Fields, time: Field) -> None:
    for setpoint in fields.of(Role.SETPOINT)[:_MOST_SETPOINTS]:
        value = _controlled(fields, setpoint)
        if value is not None:
            inputs = {"value": [value], "setpoint": [setpoint], "timestamp": [time], "state": fields.of(Role.STATE)[:1]}
            draft.add("setpoint_deviation", inputs, f"{value.phrase} against its setpoint", "Whether control holds it.")
    heating = [one for one in fields.of(Role.POSITION) if "heat" in one.tags]
    cooling = [one for one in fields.of(Role.POSITION) if "chilled" in one.tags]
    if heating and cooling:
        inputs = {"heating": heating[:1], "cooling": cooling[:1], "timestamp": [time]}
        draft.add("simultaneous_heat_cool", inputs, "Heating and cooling at once", "Energy that fights itself.")
    for state in fields.of(Role.STATE)[:1]:
        if fields.load is None:
            inputs = {"state": [state], "timestamp": [time]}
            draft.add(
                "runtime_starts", inputs, f"Running hours and starts of {state.phrase}", "Wear, and what runs too long."
            )


def _controlled(fields: Fields, setpoint: Field) -> Field | None:
    """The measured value that shares most of its name's words with the setpoint, of the same quantity."""
    same = [
        one
        for one in fields.all
        if one is not setpoint
        and one.meaning.quantity is setpoint.meaning.quantity
        and one.meaning.quantity is not None
        and one.meaning.role not in (Role.SETPOINT, Role.TEMPERATURE_OUTDOOR)
    ]
    shared = [(len(one.tags & setpoint.tags), -abs(one.position - setpoint.position), one) for one in same]
    best = max(shared, key=lambda found: found[:2], default=None)
    return best[2] if best is not None and best[0] > 0 else None


def _general(draft: Draft, fields: Fields) -> None:
    """What any table of business is read for: who makes the most, how it is spread, against the period before."""
    main = next(iter(fields.measures), None)
    if main is None:
        return
    groups = fields.groups
    adds_up = main.meaning.fold is Fold.SUM
    if fields.time is not None and fields.load is None:
        title = f"{main.phrase} against the period before"
        draft.add(
            "period_compare",
            {"timestamp": [fields.time], "measures": [main]},
            title,
            "Growth or decline, like for like.",
        )
    named = [one for one in groups if one.meaning.quantity is not Quantity.TIME]
    if named and adds_up and fields.load is None:
        title = f"A few of {named[0].phrase} make most of {main.phrase}"
        draft.add("pareto", {"measure": [main], "category": named[:1]}, title, "Where to look first.")
    if len(groups) >= _NARROW:
        title = f"{main.phrase} by {groups[0].phrase} and {groups[1].phrase}"
        draft.add("pivot_heatmap", {"measure": [main], "categories": groups[:_NARROW]}, title, "Which pairs stand out.")
    entities = fields.of(Role.ENTITY)
    if entities and fields.time is None:
        inputs = {"measure": [main], "entity": entities[:1], "denominator": fields.of(Role.AREA)[:1]}
        draft.add("benchmark_entities", inputs, f"{main.phrase}: a ranking", "Who is far from the middle.")
    if fields.time is None:
        title = f"How {main.phrase} is spread"
        draft.add("distribution", {"measures": [main], "category": named[:1]}, title, "What is usual and what is not.")
