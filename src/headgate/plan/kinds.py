"""The kinds of analysis a plan can ask for: each one's inputs, by role, and its parameters with defaults and bounds.

This is the contract (04-plan); how a kind runs is in `engines/kinds/<kind>.py`. A kind that is not here does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue.meaning import Role
from headgate.plan.language import Param

TIME = frozenset({Role.TIMESTAMP, Role.DATE})
GROUP = frozenset({Role.ENTITY, Role.CATEGORY, Role.SKU, Role.SHIFT, Role.STATE, Role.MODE, Role.FLAG_QUALITY, Role.ID})
LOAD = frozenset({Role.POWER, Role.ENERGY_INTERVAL, Role.GENERATION})
NOT_MEASURED = TIME | GROUP | frozenset({Role.TIME_OF_DAY, Role.INTERVAL_ID, Role.TEXT_FREE, Role.UNKNOWN})
MEASURED = frozenset(Role) - NOT_MEASURED
DENOMINATOR = frozenset({Role.PRODUCTION_OUT, Role.AREA, Role.QUANTITY_COUNT, Role.MASS_INTERVAL, Role.OCCUPANCY})
ANY = frozenset(Role)
_FLOWS = LOAD | {Role.VOLUME_INTERVAL, Role.MASS_INTERVAL}
_EXPECTED = frozenset({Role.TARGET, Role.BASELINE_MODEL})
_OUTDOOR = frozenset({Role.TEMPERATURE_OUTDOOR})
_POSITIONS = frozenset({Role.POSITION, Role.SETPOINT, Role.STATE})
# Countries whose public holidays are known, by ISO 3166-1 code.
HOLIDAYS = (
    *(
        "none",
        "AT",
        "AU",
        "BE",
        "CA",
        "CH",
        "CZ",
        "DE",
        "DK",
        "ES",
        "FI",
        "FR",
        "GB",
        "IE",
        "IT",
        "NL",
        "NO",
        "NZ",
        "PL",
    ),
    *("PT", "SE", "US"),
)


@dataclass(frozen=True, slots=True)
class Input:
    """One input: the roles it takes and how many columns (`least` 0 means it may be left out)."""

    roles: frozenset[Role]
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Choices:
    """A parameter that is one of a few words; the first is the default."""

    words: tuple[str, ...]

    @property
    def default(self) -> Param:
        """The first word."""
        return self.words[0]


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter that is a number from `low` to `high`, whole where `whole` says so.

    One of the user's (`yours`) is a figure only they can say, such as a contract's limit: a provider's is not taken.
    """

    default: Param
    low: float
    high: float
    whole: bool = False
    yours: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of analysis: its inputs and parameters by name."""

    name: str
    inputs: Mapping[str, Input]
    params: Mapping[str, Choices | Number]


GRAIN = Choices(("auto", "hour", "day", "week", "month"))
_PERIOD = Choices(("day", "week", "month"))
_SHARE = Number(5.0, 0.0, 100.0)
_ONE_OF_GROUP = Input(GROUP, 0)
_TIMED_LOAD = {"load": Input(LOAD), "timestamp": Input(TIME)}
_TIMED = {"timestamp": Input(TIME)}
_AT_SOME_TIME = {"timestamp": Input(TIME, 0)}
_PRICE = {"price": Input(frozenset({Role.PRICE}), 0)}

_GENERAL = (
    Kind("data_profile", {"columns": Input(ANY, 0, 20_000)}, {"top_n": Number(20, 1, 100, True)}),
    Kind("timestamp_audit", {**_TIMED, "entity": _ONE_OF_GROUP}, {"label": Choices(("start", "end"))}),
    Kind(
        "register_to_interval",
        {"register": Input(frozenset({Role.ENERGY_CUMULATIVE})), **_TIMED, "entity": _ONE_OF_GROUP},
        {"rollover": Number(0.0, 0, 1e15, yours=True), "max_step": Number(0.0, 0, 1e15, yours=True)},
    ),
    Kind(
        "flatline",
        {"measures": Input(MEASURED, 1, 50), **_AT_SOME_TIME},
        {"min_run": Number(12, 2, 10_000, True), "ignore_zero": Choices(("yes", "no"))},
    ),
    Kind(
        "outliers",
        {"measures": Input(MEASURED, 1, 12), **_AT_SOME_TIME},
        {"method": Choices(("hampel", "iqr")), "window_days": Number(7, 1, 90), "k": Number(4.0, 1, 20)},
    ),
    Kind(
        "kpi_summary",
        {"measures": Input(MEASURED, 1, 50), **_AT_SOME_TIME},
        {"period": Choices(("all", "day", "week", "month"))},
    ),
    Kind("trend", {**_TIMED, "measures": Input(MEASURED, 1, 12), "entity": _ONE_OF_GROUP}, {"grain": GRAIN}),
    Kind(
        "period_compare",
        {**_TIMED, "measures": Input(MEASURED, 1, 12)},
        {"period": Choices(("month", "week", "year")), "align": Choices(("weekday", "date"))},
    ),
    Kind(
        "distribution",
        {"measures": Input(MEASURED, 1, 6), "category": _ONE_OF_GROUP},
        {"bins": Number(40, 5, 200, True), "scale": Choices(("auto", "linear", "log"))},
    ),
    Kind(
        "breakdown",
        {"measure": Input(MEASURED, 1, 50), "category": _ONE_OF_GROUP},
        {"top_n": Number(10, 2, 50, True)},
    ),
    Kind(
        "pareto",
        {"measure": Input(MEASURED, 1, 50), "category": _ONE_OF_GROUP},
        {"threshold_percent": Number(80.0, 1, 99)},
    ),
    Kind(
        "pivot_heatmap",
        {"measure": Input(MEASURED), "categories": Input(GROUP, 2, 2)},
        {"fold": Choices(("auto", "sum", "mean", "count"))},
    ),
    Kind("concentration", {"measure": Input(MEASURED), "category": Input(GROUP)}, {"top_percent": Number(10.0, 1, 50)}),
    Kind("correlation", {"measures": Input(MEASURED, 2, 50)}, {"method": Choices(("spearman", "pearson"))}),
    Kind(
        "scatter_xy",
        {"x": Input(MEASURED), "y": Input(MEASURED), "colour": _ONE_OF_GROUP},
        {"sample": Number(20_000, 100, 50_000, True), "fit": Choices(("line", "none"))},
    ),
    Kind(
        "benchmark_entities",
        {"measure": Input(MEASURED), "entity": Input(GROUP), "denominator": Input(DENOMINATOR, 0)},
        {"top_n": Number(20, 3, 200, True)},
    ),
    Kind(
        "target_vs_actual",
        {"actual": Input(MEASURED), "target": Input(_EXPECTED), **_AT_SOME_TIME, "entity": _ONE_OF_GROUP},
        {"tolerance_percent": _SHARE, "cumulative": Choices(("no", "yes"))},
    ),
)

_LOADS = (
    Kind("load_profile", _TIMED_LOAD, {"split": Choices(("weekday", "season", "none"))}),
    Kind("load_heatmap", _TIMED_LOAD, {}),
    Kind("load_duration", _TIMED_LOAD, {}),
    Kind(
        "peak_demand",
        {**_TIMED_LOAD, "entity": _ONE_OF_GROUP},
        {
            "window_minutes": Number(0, 0, 1440, True),
            "top_n": Number(10, 1, 100, True),
            "limit_kw": Number(0.0, 0, 1e9, yours=True),
        },
    ),
    Kind("base_load", _TIMED_LOAD, {"method": Choices(("p05", "night"))}),
    Kind(
        "out_of_hours",
        {**_TIMED_LOAD, "occupancy": Input(frozenset({Role.OCCUPANCY, Role.SHIFT, Role.STATE}), 0)},
        {
            "first_hour": Number(7, 0, 23, True),
            "last_hour": Number(19, 1, 24, True),
            "days": Choices(("monday_to_friday", "monday_to_saturday", "every_day")),
            "holidays": Choices(HOLIDAYS),
        },
    ),
    Kind("load_factor", _TIMED_LOAD, {"grain": Choices(("month", "week", "day"))}),
    Kind(
        "power_factor",
        {
            "energy": Input(LOAD, 0),
            "reactive": Input(frozenset({Role.REACTIVE_ENERGY}), 0),
            "factor": Input(frozenset({Role.POWER_FACTOR}), 0),
            **_AT_SOME_TIME,
        },
        {"threshold": Number(0.95, 0.0, 1.0, yours=True)},
    ),
    Kind(
        "meter_balance",
        {"main": Input(_FLOWS), "parts": Input(_FLOWS, 1, 200), **_TIMED},
        {"grain": _PERIOD, "tolerance_percent": _SHARE},
    ),
    Kind(
        "self_consumption",
        {"generation": Input(frozenset({Role.GENERATION})), "load": Input(LOAD - {Role.GENERATION}), **_TIMED},
        {"grain": Choices(("month", "week", "day"))},
    ),
    Kind("day_clusters", _TIMED_LOAD, {"k": Number(0, 0, 8, True)}),
)

_COSTS_AND_GOALS = (
    Kind(
        "intensity",
        {
            "energy": Input(_FLOWS | {Role.EMISSIONS, Role.COST}),
            "denominator": Input(DENOMINATOR),
            **_AT_SOME_TIME,
            "entity": _ONE_OF_GROUP,
        },
        {"grain": Choices(("week", "day", "month", "all"))},
    ),
    Kind(
        "sku_cost",
        {
            "energy": Input(_FLOWS),
            "production": Input(DENOMINATOR - {Role.AREA, Role.OCCUPANCY}),
            "sku": Input(frozenset({Role.SKU, Role.CATEGORY})),
            **_PRICE,
        },
        {"per": Choices(("thousand_units", "unit", "tonne")), "tariff": Number(0.0, 0, 1e6, yours=True)},
    ),
    Kind(
        "energy_cost",
        {"energy": Input(LOAD), **_AT_SOME_TIME, **_PRICE},
        {
            "tariff": Number(0.0, 0, 1e6, yours=True),
            "peak_tariff": Number(0.0, 0, 1e6, yours=True),
            "peak_from": Number(8, 0, 23, True, yours=True),
            "peak_to": Number(20, 1, 24, True, yours=True),
            "demand_charge": Number(0.0, 0, 1e6, yours=True),
        },
    ),
    Kind(
        "emissions",
        {"energy": Input(_FLOWS), "factor": Input(frozenset({Role.EMISSION_FACTOR}), 0), **_AT_SOME_TIME},
        {"scope": Choices(("scope_2", "scope_1")), "kg_per_unit": Number(0.0, 0, 1e6, yours=True)},
    ),
    Kind("cusum", {"actual": Input(MEASURED), "expected": Input(MEASURED), **_TIMED}, {"grain": _PERIOD}),
    Kind(
        "operational_drift",
        {"actual": Input(MEASURED), "model": Input(_EXPECTED), **_TIMED, **_PRICE},
        {"grain": Choices(("week", "day", "month"))},
    ),
)

_PLANT = (
    Kind(
        "equipment_efficiency",
        {"output": Input(_FLOWS | {Role.FLOW}), "input": Input(LOAD), **_AT_SOME_TIME},
        {"measure": Choices(("cop", "kw_per_ton", "specific_power")), "min_load_percent": Number(10.0, 0, 100)},
    ),
    Kind(
        "setpoint_deviation",
        {
            "value": Input(MEASURED - {Role.SETPOINT}),
            "setpoint": Input(frozenset({Role.SETPOINT})),
            **_TIMED,
            "state": Input(frozenset({Role.STATE, Role.OCCUPANCY}), 0),
        },
        {"band": Number(0.0, 0, 1e9), "min_minutes": Number(30, 0, 10_080, True)},
    ),
    Kind(
        "simultaneous_heat_cool",
        {"heating": Input(_POSITIONS), "cooling": Input(_POSITIONS), **_AT_SOME_TIME},
        {"threshold_percent": _SHARE},
    ),
    Kind(
        "runtime_starts",
        {"state": Input(frozenset({Role.STATE, Role.POWER, Role.SPEED, Role.ENERGY_INTERVAL})), **_TIMED},
        {"threshold": Number(0.0, 0, 1e9)},
    ),
    Kind(
        "event_rule",
        {"above": Input(MEASURED, 0, 4), "below": Input(MEASURED, 0, 4), **_TIMED},
        {
            "upper": Number(0.0, -1e9, 1e9, yours=True),
            "lower": Number(0.0, -1e9, 1e9, yours=True),
            "join": Choices(("and", "or")),
            "min_minutes": Number(0, 0, 10_080, True),
        },
    ),
)

_OVER_TIME = (
    Kind(
        "degree_days",
        {"temperature": Input(_OUTDOOR), **_TIMED},
        {"heat_base": Number(15.5, -10, 30), "cool_base": Number(18.0, -10, 40), "grain": Choices(("month", "week"))},
    ),
    Kind(
        "energy_signature",
        {"energy": Input(_FLOWS), "temperature": Input(_OUTDOOR), **_TIMED},
        {"model": Choices(("auto", "2p", "3p_heating", "3p_cooling", "4p", "5p")), "grain": Choices(("day", "week"))},
    ),
    Kind(
        "baseline_mv",
        {
            "energy": Input(_FLOWS),
            **_TIMED,
            "temperature": Input(_OUTDOOR, 0),
            "drivers": Input(MEASURED, 0, 6),
        },
        {
            "model": Choices(("auto", "change_point", "linear")),
            "baseline_days": Number(365, 30, 3_650, True, yours=True),
            "grain": Choices(("day", "week")),
            "force": Choices(("no", "yes")),
        },
    ),
    Kind(
        "driver_regression",
        {"y": Input(MEASURED), "x": Input(MEASURED, 1, 6), **_AT_SOME_TIME},
        {"grain": Choices(("day", "week", "month"))},
    ),
    Kind(
        "normalised_compare",
        {"energy": Input(_FLOWS), "drivers": Input(MEASURED, 1, 6), **_TIMED},
        {"split_percent": Number(50.0, 10, 90), "grain": Choices(("day", "week"))},
    ),
    Kind(
        "change_points",
        {"measure": Input(MEASURED), **_TIMED},
        {"grain": Choices(("day", "week")), "min_size": Number(7, 2, 365, True)},
    ),
    Kind(
        "expected_band",
        {"measure": Input(MEASURED), **_TIMED, "drivers": Input(MEASURED, 0, 6)},
        {
            "coverage_percent": Number(95.0, 50, 99.9),
            "min_event": Number(2, 1, 1_000, True),
            "tariff": Number(0.0, 0, 1e6, yours=True),
        },
    ),
    Kind(
        "forecast",
        {"measure": Input(MEASURED), **_TIMED},
        {"horizon_days": Number(14, 1, 366, True), "method": Choices(("auto", "ets", "mstl", "naive"))},
    ),
    Kind(
        "discords",
        {"measure": Input(MEASURED), **_TIMED},
        {"window_hours": Number(24, 1, 168, True), "top_n": Number(3, 1, 20, True)},
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (*_GENERAL, *_LOADS, *_COSTS_AND_GOALS, *_PLANT, *_OVER_TIME)}
