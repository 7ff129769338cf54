"""The built-in planner: what a good energy manager or analyst would want to see of a table, with no AI at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from headgate.catalogue.meaning import Fold, Meaning, Medium, Quantity, Role
from headgate.manifest.approved import Column
from headgate.plan import advice
from headgate.plan.choosing import Field, Fields
from headgate.plan.draft import Draft
from headgate.plan.language import Plan, Question
from headgate.plan.titles import listed

MOST_ANALYSES = 17
_MOST_LINES = 6
_MOST_KEY_FIGURES = 8
_MOST_BARS = 50
_MOST_CORRELATED = 12
_MOST_GROUPS = 3
_MOST_QUESTIONS = 3
_DRIVERS = (
    Role.PRODUCTION_OUT,
    Role.TEMPERATURE_OUTDOOR,
    Role.HUMIDITY,
    Role.OCCUPANCY,
    Role.GENERATION,
    Role.REACTIVE_ENERGY,
    Role.POWER_FACTOR,
    Role.EMISSIONS,
    Role.COST,
    Role.PRICE,
    Role.MEASURE,
    Role.TEMPERATURE_PROCESS,
    Role.FLOW,
    Role.SPEED,
    Role.PRESSURE,
)
_DENOMINATORS = (Role.PRODUCTION_OUT, Role.MASS_INTERVAL, Role.QUANTITY_COUNT)
_FLOOR = re.compile(r"(?i)floor|gross|sqm|sq_?ft|gfa")
_USED_FLOOR = re.compile(r"(?i)conditioned|gross|total|gfa")


def propose(columns: Sequence[Column], meanings: Mapping[str, Meaning], without: frozenset[str] = frozenset()) -> Plan:
    """A plan of at most 17 analyses over columns whose meanings are known, the most useful first.

    None is of the kinds in `without`.

    (1) The key figures; (2) the main load over time, in the day, at its peak and its base; (3) by group and by part;
    (4) per unit made; (5) what moves together; (6) how good the stamps and the columns are. Titles use the headers.
    """
    fields = Fields(columns, meanings)
    sums = {field.id: field.meaning for field in fields.all if field.is_computed}
    draft = Draft({**meanings, **sums}, without)
    if not fields.measures and fields.time is None:
        _quality(draft, fields)
        return Plan(dict(meanings), analyses=tuple(draft.analyses))
    _key_figures(draft, fields)
    if fields.load is not None and fields.time is not None:
        _load_over_time(draft, fields, fields.load, fields.time)
    else:
        _trends(draft, fields)
    advice.first(draft, fields)
    _groups(draft, fields)
    _intensities(draft, fields)
    advice.then(draft, fields)
    _load_in_depth(draft, fields)
    _correlation(draft, fields)
    advice.last(draft, fields)
    closing = Draft(meanings)
    _quality(closing, fields)
    kept = draft.analyses[: MOST_ANALYSES - len(closing.analyses)]
    analyses = [replace(each, priority=rank) for rank, each in enumerate((*kept, *closing.analyses), start=1)]
    return Plan(dict(meanings), fields.sums, tuple(analyses), _questions(fields), _hints(fields))


def _one(field: Field | None) -> tuple[Field, ...]:
    return () if field is None else (field,)


def _main(fields: Fields) -> Field | None:
    return fields.load or next(iter(fields.measures), None)


def _key_measures(fields: Fields) -> list[Field]:
    """At most eight measures: of parallel columns the totals, or else the first, and one of each other kind."""
    if len({one.meaning.role for one in fields.measures}) == 1:
        return fields.measures[:_MOST_KEY_FIGURES]
    totals = fields.totals()
    chosen: list[Field] = []
    seen: set[tuple[Role, Medium | None]] = set()
    mix = fields.load is not None and len(fields.of(Role.GENERATION)) > _MOST_GROUPS
    for one in fields.measures:
        if mix and one.meaning.role in (Role.GENERATION, Role.MEASURE):
            continue
        is_load = one.meaning.role in (Role.ENERGY_INTERVAL, Role.POWER)
        if is_load and totals and one not in totals:
            continue
        key = (one.meaning.role, one.meaning.medium if is_load else None)
        alike = sum(other.meaning.role is one.meaning.role for other in fields.measures)
        if key not in seen or (alike <= _MOST_GROUPS and not is_load):
            chosen.append(one)
            seen.add(key)
    return chosen[:_MOST_KEY_FIGURES]


def _key_figures(draft: Draft, fields: Fields) -> None:
    chosen = _key_measures(fields)
    if chosen:
        title = "Key figures: " + listed([one.phrase for one in chosen])
        inputs = {"measures": chosen, "timestamp": _one(fields.time)}
        draft.add("kpi_summary", inputs, title, "The size of everything that follows.")


def _load_over_time(draft: Draft, fields: Fields, load: Field, time: Field) -> None:
    """The load's course, day and peak: what anybody who pays for energy asks first."""
    timed = {"load": [load], "timestamp": [time]}
    beside = [one for one in fields.of(Role.BASELINE_MODEL, Role.TARGET) if one.scale == load.scale][:2]
    totals = [one for one in fields.totals() if one is not load and one.meaning.medium is not None]
    lines = [load, *totals[: _MOST_LINES - 1 - len(beside)], *beside]
    title = f"{listed([one.phrase for one in lines])} over time"
    draft.add("trend", {"timestamp": [time], "measures": lines}, title, "Shows seasons, shutdowns and drift.")
    draft.add("load_profile", timed, f"{load.phrase} over the day", "Shows when the plant or building is awake.")
    draft.add("peak_demand", timed, f"Highest {load.phrase}", "Peaks set the demand charge and the connection.")
    draft.add("load_heatmap", timed, f"{load.phrase} by date and hour", "Shows schedules, holidays and odd nights.")


def _load_in_depth(draft: Draft, fields: Fields) -> None:
    load, time = fields.load, fields.time
    if load is None or time is None:
        return
    timed = {"load": [load], "timestamp": [time]}
    draft.add("base_load", timed, f"Base load of {load.phrase}", "What runs when nothing should.")
    draft.add("load_duration", timed, f"Duration curve of {load.phrase}", "How many hours the high load lasts.")
    draft.add("load_factor", timed, f"Load factor of {load.phrase}", "How evenly the connection is used.")
    reactive, factor = fields.of(Role.REACTIVE_ENERGY), fields.of(Role.POWER_FACTOR)
    why = "A low power factor is billed and heats the cables."
    if reactive and load.meaning.medium in (Medium.ELECTRICITY, None):
        inputs = {"energy": [load], "reactive": reactive[:1], "timestamp": [time]}
        draft.add("power_factor", inputs, "Power factor", why)
    elif factor:
        draft.add("power_factor", {"factor": factor[:1], "timestamp": [time]}, "Power factor", why)
    for title, lines in _beside(fields, load):
        draft.add("trend", {"timestamp": [time], "measures": lines}, title, "What stands beside the main load.")


def _beside(fields: Fields, load: Field) -> list[tuple[str, list[Field]]]:
    """The generation, and the first load of another medium where no totals tell of it."""
    found: list[tuple[str, list[Field]]] = []
    generation = fields.parts([one for one in fields.of(Role.GENERATION) if one is not load])[:_MOST_LINES]
    if generation:
        found.append((f"{listed([one.phrase for one in generation])} over time", generation))
    others = [
        one for one in fields.of(Role.ENERGY_INTERVAL, Role.POWER) if one.meaning.medium is not load.meaning.medium
    ]
    if others and not fields.totals():
        found.append((f"{others[0].phrase} over time", others[:1]))
    return found


def _trends(draft: Draft, fields: Fields) -> None:
    """At most three trends, each of measures that share an axis."""
    if fields.time is None:
        return
    scales: dict[tuple[Role | Quantity, str | None], list[Field]] = {}
    for one in fields.measures:
        scales.setdefault((one.meaning.quantity or one.meaning.role, one.meaning.unit), []).append(one)
    for lines in list(scales.values())[:_MOST_GROUPS]:
        shown = lines[:_MOST_LINES]
        title = f"{listed([one.phrase for one in shown])} over time"
        draft.add("trend", {"timestamp": [fields.time], "measures": shown}, title, "Shows growth, seasons and breaks.")


def _groups(draft: Draft, fields: Fields) -> None:
    """The main measure by at most three groups, then parallel columns side by side."""
    main = _main(fields)
    if main is None:
        return
    for group in fields.groups[:_MOST_GROUPS]:
        title = f"{main.phrase} by {group.phrase}"
        flows = main.meaning.fold is Fold.SUM
        why = "Shows where most of it goes." if flows else "Shows whether the groups differ."
        draft.add("breakdown", {"measure": [main], "category": [group]}, title, why)
    for title, parts in _side_by_side(fields, main):
        draft.add("breakdown", {"measure": parts[:_MOST_BARS]}, title, "Shows which is the largest.")


def _side_by_side(fields: Fields, main: Field) -> list[tuple[str, list[Field]]]:
    """Parallel columns: the totals by supply, the parts of each supply, the sources of generation."""
    found = [("Energy by supply", [one for one in fields.totals() if one.meaning.medium is not None])]
    role = main.meaning.role
    if main.meaning.fold is Fold.SUM or role is Role.POWER or (role is Role.MEASURE and fields.time is not None):
        parallel = fields.of(role)
        for medium in dict.fromkeys(one.meaning.medium for one in [main, *parallel]):
            supply = f"{medium} ".replace("_", " ") if medium else ""
            measured = [one for one in parallel if one.meaning.unit is not None or main.meaning.unit is None]
            parts = fields.parts([one for one in measured if one.meaning.medium is medium])
            noun = f"{supply}{_noun(main)}"
            found.append((f"{noun} by meter" if fields.sums else f"{noun}, column by column", parts))
    found.append(("Generation by source", fields.parts(fields.of(Role.GENERATION))))
    return [(title, parts) for title, parts in found if len(parts) > 1][:_MOST_GROUPS]


def _noun(main: Field) -> str:
    match main.meaning.role:
        case Role.ENERGY_INTERVAL:
            return "use"
        case Role.POWER:
            return "demand"
        case _:
            return str(main.meaning.quantity or "values").replace("_", " ")


def _intensities(draft: Draft, fields: Fields) -> None:
    load = fields.load
    if load is None:
        return
    found = _floor_area(fields) or fields.of(*_DENOMINATORS)
    alike = [one for one in found if one.is_total == load.is_total]
    for under in (alike or found)[:2]:
        inputs = {"energy": [load], "denominator": [under], "timestamp": _one(fields.time)}
        title = f"{load.phrase} for each unit of {under.phrase}"
        works = "Use that follows output is work; the rest can be saved."
        why = works if fields.time else "Makes large and small comparable."
        draft.add("intensity", inputs, title, why)


def _floor_area(fields: Fields) -> list[Field]:
    """The area that energy is compared by, where rows are buildings: of several the floor that is heated or cooled."""
    areas = [one for one in fields.of(Role.AREA) if one.meaning.unit is not None]
    if fields.time is not None or not areas:
        return []
    if len(areas) > 1:
        areas = [one for one in areas if _FLOOR.search(one.header)] or areas
        areas.sort(key=lambda one: _USED_FLOOR.search(one.header) is None)
    return areas[:1]


def _correlation(draft: Draft, fields: Fields) -> None:
    """The main measure with what may drive it; where nothing is known, the first measures with each other."""
    main = _main(fields)
    if main is None:
        return
    drivers = [one for one in fields.of(*_DRIVERS) if one is not main]
    if fields.load is None:
        drivers = [one for one in fields.measures if one is not main]
    others = _spread(drivers)[: _MOST_CORRELATED - 1]
    if others:
        title = f"What moves with {main.phrase}"
        draft.add("correlation", {"measures": [main, *others]}, title, "Points to what drives it, not to a cause.")


def _spread(drivers: Sequence[Field]) -> list[Field]:
    """The drivers with at most four of one role, so that parallel columns do not fill the picture."""
    kept: list[Field] = []
    for one in drivers:
        if sum(other.meaning.role is one.meaning.role for other in kept) < 4 or one.meaning.role is Role.MEASURE:
            kept.append(one)
    return kept


def _quality(draft: Draft, fields: Fields) -> None:
    if fields.time is not None:
        why = "Every figure over time rests on these stamps."
        # Rows of several meters share their stamps: without the meter each would count as a double one.
        inputs = {"timestamp": [fields.time], "entity": fields.of(Role.ENTITY)[:1]}
        draft.add("timestamp_audit", inputs, "Time stamps: steps, gaps and duplicates", why)
    draft.add("data_profile", {"columns": ()}, "What the columns hold", "Empty, constant and odd columns.")


def _questions(fields: Fields) -> tuple[Question, ...]:
    """What would change the figures most and cannot be known from names: the load's unit, what opaque names mean."""
    load = fields.load
    asked = [Question(load.id, "unit")] if load is not None and load.meaning.unit is None else []
    opaque = [one for one in fields.of(Role.MEASURE) if one.meaning.quantity is None]
    return tuple([*asked, *(Question(one.id, "meaning") for one in opaque)][:_MOST_QUESTIONS])


def _hints(fields: Fields) -> dict[str, str]:
    main = _main(fields)
    hints = {} if main is None else {"default_measure": main.id}
    return hints if fields.time is None else hints | {"time": fields.time.id}
