"""The words for what a column means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What part a column plays in an analysis."""

    TIMESTAMP = "timestamp"
    DATE = "date"
    TIME_OF_DAY = "time_of_day"
    INTERVAL_ID = "interval_id"
    ENTITY = "entity"
    CATEGORY = "category"
    SKU = "sku"
    SHIFT = "shift"
    STATE = "state"
    MODE = "mode"
    FLAG_QUALITY = "flag_quality"
    ID = "id"
    TEXT_FREE = "text_free"
    ENERGY_INTERVAL = "energy_interval"
    ENERGY_CUMULATIVE = "energy_cumulative"
    POWER = "power"
    REACTIVE_ENERGY = "reactive_energy"
    POWER_FACTOR = "power_factor"
    VOLUME_INTERVAL = "volume_interval"
    FLOW = "flow"
    MASS_INTERVAL = "mass_interval"
    PRODUCTION_OUT = "production_out"
    MATERIAL_IN = "material_in"
    TEMPERATURE_OUTDOOR = "temperature_outdoor"
    TEMPERATURE_PROCESS = "temperature_process"
    HUMIDITY = "humidity"
    PRESSURE = "pressure"
    SETPOINT = "setpoint"
    POSITION = "position"
    SPEED = "speed"
    OCCUPANCY = "occupancy"
    PRICE = "price"
    COST = "cost"
    EMISSIONS = "emissions"
    EMISSION_FACTOR = "emission_factor"
    AREA = "area"
    TARGET = "target"
    GENERATION = "generation"
    BASELINE_MODEL = "baseline_model"
    UNKNOWN = "unknown"
    AMOUNT = "amount"
    QUANTITY_COUNT = "quantity_count"
    RATE = "rate"
    DURATION = "duration"
    MEASURE = "measure"


class Quantity(StrEnum):
    """What is measured, coarsely."""

    TEMPERATURE = "temperature"
    FLOW = "flow"
    POSITION = "position"
    STATE = "state"
    OCCUPANCY = "occupancy"
    ALARM = "alarm"
    ILLUMINANCE = "illuminance"
    CONTROL_PARAMETER = "control_parameter"
    PRESSURE = "pressure"
    SPEED = "speed"
    HUMIDITY = "humidity"
    CO2 = "co2"
    CURRENT = "current"
    VOLTAGE = "voltage"
    POWER = "power"
    ENERGY = "energy"
    POWER_FACTOR = "power_factor"
    REACTIVE_ENERGY = "reactive_energy"
    ENTHALPY = "enthalpy"
    VOLUME = "volume"
    MASS = "mass"
    COUNT = "count"
    MONEY = "money"
    RATIO = "ratio"
    DURATION = "duration"
    AREA = "area"
    EMISSIONS = "emissions"
    TIME = "time"
    IDENTIFIER = "identifier"
    TEXT = "text"


class Medium(StrEnum):
    """What carries the energy or the mass."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    STEAM = "steam"
    HEAT = "heat"
    CHILLED_WATER = "chilled_water"
    COMPRESSED_AIR = "compressed_air"
    WATER = "water"
    FUEL = "fuel"
    PV = "pv"


class Fold(StrEnum):
    """How values of one column become one value of a longer interval."""

    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    MIN = "min"
    LAST = "last"
    COUNT = "count"
    NONE = "none"


class Origin(StrEnum):
    """Where a meaning came from."""

    NAME = "name"
    ROWS = "rows"
    PROVIDER = "provider"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one column means. `unit` is a spelling of the catalogue's own unit list, or None; `confidence` is 0 to 1."""

    role: Role
    quantity: Quantity | None
    unit: str | None
    medium: Medium | None
    fold: Fold
    confidence: float
    origin: Origin
    synonyms: tuple[str, ...] = ()
    part_of: str | None = None
