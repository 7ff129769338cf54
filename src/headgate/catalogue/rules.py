"""What tags, units and quantities together mean, as tables read from the top: the first line that fits decides.

A line's condition lists tags: all that stand bare must be there, none of those behind `!`. `=energy` stands for a unit
that measures energy, `@point` for a row of building-automation points, `@mix` for a table of a grid's generation mix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue.meaning import Fold, Medium, Quantity, Role


@dataclass(frozen=True, slots=True)
class Condition:
    """Which tags must be there and which must not."""

    all: frozenset[str]
    none: frozenset[str]

    def holds(self, tags: frozenset[str]) -> bool:
        """Whether the tags fit."""
        return self.all <= tags and self.none.isdisjoint(tags)


def _condition(text: str) -> Condition:
    words = text.split()
    return Condition(
        frozenset(word for word in words if not word.startswith("!")),
        frozenset(word[1:] for word in words if word.startswith("!")),
    )


# condition | quantity | confidence
_QUANTITIES = """
co2 rate @mix | emissions | 0.8
exchange @mix !=energy | power | 0.6
pumping @mix !=energy | power | 0.6
model @mix !=energy | power | 0.6
@technology @mix !=energy !consumption | power | 0.6
=reactive_energy | reactive_energy | 0.95
=emissions | emissions | 0.95
=energy | energy | 0.95
=power reactive | reactive_energy | 0.6
=power | power | 0.95
=temperature | temperature | 0.95
=flow | flow | 0.95
=pressure | pressure | 0.95
=humidity | humidity | 0.95
=co2 | co2 | 0.9
=illuminance | illuminance | 0.95
=current | current | 0.95
=voltage | voltage | 0.95
=enthalpy | enthalpy | 0.95
=speed | speed | 0.9
=money | money | 0.95
=volume | volume | 0.9
=mass | mass | 0.9
=area | area | 0.95
=count | count | 0.9
=duration | duration | 0.9
=ratio co2 | emissions | 0.9
=ratio emissions | emissions | 0.9
powerfactor | power_factor | 0.8
power factor | power_factor | 0.9
reactive energy | reactive_energy | 0.8
reactive power | reactive_energy | 0.6
reactive | reactive_energy | 0.6
enthalpy | enthalpy | 0.8
alarm temperature !setpoint | alarm | 0.7
alarm pressure !setpoint | alarm | 0.6
alarm !setpoint | alarm | 0.8
co2 @point | co2 | 0.8
co2 process | co2 | 0.8
co2 occupancy | co2 | 0.8
co2 rate | emissions | 0.8
emissions factor | emissions | 0.8
emissions | emissions | 0.8
parameter @point | control_parameter | 0.6
^position @point | position | 0.8
humidity | humidity | 0.8
current !money !price !cost | current | 0.7
voltage | voltage | 0.8
temperature setpoint | temperature | 0.8
lighting energy | energy | 0.7
lighting consumption | energy | 0.6
lighting @point | illuminance | 0.6
irradiance | illuminance | 0.8
flow setpoint @point | flow | 0.7
flow @point | flow | 0.7
position @point !setpoint | position | 0.8
speed @point | speed | 0.7
pressure @point | pressure | 0.7
energy @point | energy | 0.7
power @point | power | 0.7
occupancy clg_htg setpoint | temperature | 0.7
clg_htg setpoint | temperature | 0.7
occupancy process setpoint | temperature | 0.6
occupancy @point | occupancy | 0.7
setpoint process @point | temperature | 0.6
state @point !temperature | state | 0.7
temperature @point | temperature | 0.7
setpoint @point | temperature | 0.4
fan @point | state | 0.4
clg_htg @point | state | 0.4
cost | money | 0.8
price | money | 0.8
intensity energy | ratio | 0.7
intensity | ratio | 0.6
temperature | temperature | 0.8
pressure | pressure | 0.7
flow !money | flow | 0.7
speed | speed | 0.7
energy !power | energy | 0.6
power @mix | power | 0.6
consumption @mix | power | 0.6
generation power | power | 0.7
power | power | 0.7
^count | count | 0.7
money rate | money | 0.6
money !count !volume | money | 0.7
money | money | 0.6
total @single | money | 0.4
occupancy | occupancy | 0.6
area | area | 0.8
mass | mass | 0.7
duration !clock | duration | 0.6
rate | ratio | 0.6
production count | count | 0.7
production | count | 0.5
count !volume | count | 0.7
count volume money | count | 0.5
volume | volume | 0.5
position | position | 0.5
lighting | illuminance | 0.4
consumption electricity | energy | 0.6
consumption gas | energy | 0.5
consumption heat | energy | 0.5
consumption steam | energy | 0.5
consumption chilled | energy | 0.5
consumption water !heat | volume | 0.5
consumption fuel | energy | 0.4
consumption total | energy | 0.4
consumption | energy | 0.4
electricity @mix | power | 0.5
generation @technology | energy | 0.5
generation pv | energy | 0.5
electricity @timed | energy | 0.4
target | - | 0.5
model | - | 0.5
"""

# What is left: no quantity was found.
_REST = """
id | id | identifier
sequence @single | interval_id | time
calendar | category | time
type !@point | category | text
"""

# condition (quantity as `:energy`) | role
_ROLES = """
:power_factor | power_factor
:reactive_energy cumulative | energy_cumulative
:reactive_energy =reactive_energy | reactive_energy
:reactive_energy !power !=power | reactive_energy
:reactive_energy | measure
:emissions =ratio | emission_factor
:emissions rate | emission_factor
:emissions factor | emission_factor
:emissions price | price
:emissions intensity | emission_factor
:emissions | emissions
:energy setpoint | setpoint
:energy target | target
:energy model | baseline_model
:energy price | price
:energy cost | cost
:energy cumulative | energy_cumulative
:energy @technology !consumption !heat !chilled | generation
:energy generation !consumption | generation
:energy | energy_interval
:power setpoint | setpoint
:power target | target
:power model | baseline_model
:power exchange @mix | measure
:power pumping @mix | measure
:power reactive | measure
:power @technology !consumption | generation
:power generation !consumption | generation
:power | power
:temperature setpoint | setpoint
:temperature outdoor | temperature_outdoor
:temperature @weather | temperature_outdoor
:temperature | temperature_process
:humidity setpoint | setpoint
:humidity | humidity
:pressure setpoint | setpoint
:pressure | pressure
:flow setpoint | setpoint
:flow | flow
:speed setpoint | setpoint
:speed | speed
:position setpoint | setpoint
:position | position
:occupancy | occupancy
:alarm | state
:state | state
:money target | target
:money =ratio | price
:money price | price
:money model | baseline_model
:money cost | cost
:money rate !total | rate
:money | amount
:count target | target
:count production | production_out
:count | quantity_count
:mass emissions | emissions
:mass production | production_out
:mass | mass_interval
:volume cumulative | energy_cumulative
:volume | volume_interval
:area | area
:duration | duration
:ratio price | price
:ratio | rate
target | target
model | baseline_model
"""

# condition | role | quantity: columns that are not measured. `^date` is a tag of the name's head: the last word, or the
# first before `of`, `de`. Tried only where the name states no unit, before the quantities.
_LABELS = """
geo | unknown | identifier
^timestamp !setpoint | timestamp | time
timestamp date | timestamp | time
date of ^calendar | category | time
date of calendar | category | time
^date clock | timestamp | time
^date | date | time
^clock | time_of_day | time
^calendar | category | time
calendar ^type | category | time
^shift | shift | text
^sequence @single | interval_id | time
^truth @point | state | alarm
^type !@point | category | text
^type load | category | text
^id sku | sku | identifier
^id !count | id | identifier
^id !of !@first_id | id | identifier
^flag !@point | flag_quality | state
^entity ^free | entity | text
entity ^free | entity | text
^sku !production | sku | text
^entity !@point !energy !temperature !flow !power | entity | text
^free !@point | text_free | text
^naming person | text_free | text
^naming !@point | entity | text
"""

_MEDIA = """
pv | pv
electricity | electricity
gas | gas
steam | steam
air_compressed | compressed_air
fuel | fuel
chilled | chilled_water
heat | heat
water | water
"""


def _lines(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]


def _labels(table: str) -> tuple[tuple[Condition, Role, Quantity], ...]:
    return tuple((_condition(when), Role(role), Quantity(quantity)) for when, role, quantity in _lines(table))


QUANTITIES: tuple[tuple[Condition, Quantity | None, float], ...] = tuple(
    (_condition(when), None if quantity == "-" else Quantity(quantity), float(confidence))
    for when, quantity, confidence in _lines(_QUANTITIES)
)
ROLES: tuple[tuple[Condition, Role], ...] = tuple((_condition(when), Role(role)) for when, role in _lines(_ROLES))
LABELS = _labels(_LABELS)
REST = _labels(_REST)
MEDIA: tuple[tuple[Condition, Medium], ...] = tuple(
    (_condition(when), Medium(medium)) for when, medium in _lines(_MEDIA)
)

_SUMMED = frozenset(
    {
        Role.ENERGY_INTERVAL,
        Role.REACTIVE_ENERGY,
        Role.VOLUME_INTERVAL,
        Role.MASS_INTERVAL,
        Role.PRODUCTION_OUT,
        Role.MATERIAL_IN,
        Role.COST,
        Role.EMISSIONS,
        Role.AMOUNT,
        Role.QUANTITY_COUNT,
        Role.DURATION,
    }
)
_UNFOLDED = frozenset(
    {
        Role.TIMESTAMP,
        Role.DATE,
        Role.TIME_OF_DAY,
        Role.INTERVAL_ID,
        Role.ENTITY,
        Role.CATEGORY,
        Role.SKU,
        Role.SHIFT,
        Role.MODE,
        Role.FLAG_QUALITY,
        Role.ID,
        Role.TEXT_FREE,
        Role.UNKNOWN,
    }
)
_FLOWING = frozenset(
    {Quantity.ENERGY, Quantity.REACTIVE_ENERGY, Quantity.MONEY, Quantity.COUNT, Quantity.MASS, Quantity.VOLUME}
)


def fold_of(role: Role, quantity: Quantity | None) -> Fold:
    """How a column of that role folds where nothing else is said: what flows is summed, what stands is averaged."""
    if role in _UNFOLDED:
        return Fold.NONE
    if role in _SUMMED:
        return Fold.SUM
    match role:
        case Role.ENERGY_CUMULATIVE:
            return Fold.LAST
        case Role.STATE:
            return Fold.MAX
        case Role.GENERATION | Role.TARGET | Role.BASELINE_MODEL:
            return Fold.SUM if quantity in _FLOWING else Fold.MEAN
        case _:
            return Fold.MEAN


# The unit a role has where the name states none. It is a custom, not a fact: the engine looks at the rows.
CUSTOMARY_UNITS: Mapping[Role, str] = {Role.POWER_FACTOR: "%"}

# Published naming schemes that keep units in a data dictionary instead of the name, or shorten them beyond recognition:
# NREL's End-Use Load Profiles (ComStock, ResStock), where `m_btu` is a million Btu.
CONVENTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"out\.[a-z_]+\.[a-z_]+\.energy_consumption"), "kWh"),
    (re.compile(r"out\.[a-z_]+\.[a-z_]+\.energy_consumption_intensity"), "kWh/ft2"),
    (re.compile(r"(?:upgrade\d+\.)?report_simulation_output\.\w+_m_btu"), "MMBtu"),
    (re.compile(r"(?:upgrade\d+\.)?report_simulation_output\.peak_electricity_\w+_w"), "W"),
)

# The custom of grid operators who publish a generation mix (RTE, ENTSO-E, Elexon): mean power of the interval in MW,
# and grams of CO2 for each kilowatt-hour.
MIX_UNITS: Mapping[Quantity | None, str] = {Quantity.POWER: "MW", Quantity.EMISSIONS: "gCO2/kWh"}
