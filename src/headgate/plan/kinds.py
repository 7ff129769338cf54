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
_TIMED_LOAD = {"load": Input(LOAD), "timestamp": Input(TIME)}

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("data_profile", {"columns": Input(ANY, 0, 20_000)}, {"top_n": Number(20, 1, 100, True)}),
        Kind(
            "timestamp_audit",
            {"timestamp": Input(TIME), "entity": Input(GROUP, 0)},
            {"label": Choices(("start", "end"))},
        ),
        Kind(
            "kpi_summary",
            {"measures": Input(MEASURED, 1, 50), "timestamp": Input(TIME, 0)},
            {"period": Choices(("all", "day", "week", "month"))},
        ),
        Kind(
            "trend",
            {"timestamp": Input(TIME), "measures": Input(MEASURED, 1, 12), "entity": Input(GROUP, 0)},
            {"grain": GRAIN},
        ),
        Kind(
            "breakdown",
            {"measure": Input(MEASURED, 1, 50), "category": Input(GROUP, 0)},
            {"top_n": Number(10, 2, 50, True)},
        ),
        Kind(
            "correlation",
            {"measures": Input(MEASURED, 2, 50)},
            {"method": Choices(("spearman", "pearson"))},
        ),
        Kind("load_profile", _TIMED_LOAD, {"split": Choices(("weekday", "season", "none"))}),
        Kind("load_heatmap", _TIMED_LOAD, {}),
        Kind("load_duration", _TIMED_LOAD, {}),
        Kind(
            "peak_demand",
            {**_TIMED_LOAD, "entity": Input(GROUP, 0)},
            {
                "window_minutes": Number(0, 0, 1440, True),
                "top_n": Number(10, 1, 100, True),
                "limit_kw": Number(0.0, 0, 1e9, yours=True),
            },
        ),
        Kind("base_load", _TIMED_LOAD, {"method": Choices(("p05", "night"))}),
        Kind("load_factor", _TIMED_LOAD, {"grain": Choices(("month", "week", "day"))}),
        Kind(
            "power_factor",
            {
                "energy": Input(LOAD, 0),
                "reactive": Input(frozenset({Role.REACTIVE_ENERGY}), 0),
                "factor": Input(frozenset({Role.POWER_FACTOR}), 0),
                "timestamp": Input(TIME, 0),
            },
            {"threshold": Number(0.95, 0.0, 1.0, yours=True)},
        ),
        Kind(
            "intensity",
            {
                "energy": Input(LOAD | frozenset({Role.VOLUME_INTERVAL, Role.EMISSIONS, Role.COST})),
                "denominator": Input(DENOMINATOR),
                "timestamp": Input(TIME, 0),
                "entity": Input(GROUP, 0),
            },
            {"grain": Choices(("week", "day", "month", "all"))},
        ),
    )
}
