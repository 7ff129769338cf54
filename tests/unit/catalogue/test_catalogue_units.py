"""Units in headers. Factors come from the SI Brochure and the definitions of the foot, gallon, Btu and horsepower."""

import pytest

from headgate.catalogue.meaning import Quantity
from headgate.catalogue.units import UNITS, in_header, measures, spell


@pytest.mark.parametrize("text", ["", "kilo watt ish", "kWh/", "/kWh", "kWh/kWh/kWh", "x", "furlong"])
def test_what_is_not_a_unit_has_no_spelling(text):
    assert spell(text) is None


@pytest.mark.parametrize("header", ["battery min", "Class C", "Team A", "plan t", "Order s", "temperatura_x", "Kwhale"])
def test_an_initial_or_a_word_is_not_taken_for_a_unit_outside_brackets(header):
    assert in_header(header)[0] is None


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Usage_kWh", "kWh"),
        ("load [kWh]", "kWh"),
        ("CO2(tCO2)", "tCO2"),
        ("Reactive.Power_kVarh", "kVArh"),
        ("demand MW", "MW"),
        ("flow m3/h", "m3/h"),
        ("flow (m³/h)", "m3/h"),
        ("air [degC]", "°C"),
        ("Temp (°C)", "°C"),
        ("supply (C)", "°C"),
        ("meter Wh", "Wh"),
        ("use MWh/day", "MWh/day"),
        ("rltv_hum [%]", "%"),
        ("load%", "%"),
        ("sqm", "m2"),
        ("floor sqft", "ft2"),
        ("kWh_per_tonne", "kWh/t"),
        ("kWh per m2", "kWh/m2"),
        ("price EUR/MWh", "EUR/MWh"),
        ("Value (US$)", "USD"),
        ("Revenue Thousand Dollars", "kUSD"),
        ("Sales Megawatthours", "MWh"),
        ("usageKWh", "kWh"),
        ("Quantity (L.)", "L"),
    ],
)
def test_the_unit_a_header_states_is_found(header, unit):
    assert in_header(header)[0] == unit


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("MWh", 1000),
        ("GJ", 1e9 / 3.6e6),
        ("MMBtu", 1.05505585262e9 / 3.6e6),
        ("hp", 550 * 0.3048 * 4.4482216152605 / 1000),
        ("MWh/day", 1000 / 24),
        ("ft3", 0.3048**3),
        ("gal", 231 * 0.0254**3),
        ("cfm", 0.3048**3 * 60),
        ("psi", 4.4482216152605 / 0.0254**2 / 1000),
    ],
)
def test_scales_are_those_of_the_definitions(unit, scale):
    assert UNITS[unit].scale == pytest.approx(scale, rel=1e-8)


def test_every_unit_is_its_own_spelling():
    assert {name: spell(name) for name in UNITS} == {name: name for name in UNITS}


@pytest.mark.parametrize(
    ("unit", "quantity", "fits"),
    [
        ("kWh", Quantity.ENERGY, True),
        ("kWh", Quantity.POWER, False),
        ("°C", Quantity.ENERGY, False),
        ("%", Quantity.HUMIDITY, True),
        ("EUR/MWh", Quantity.MONEY, True),
        ("kWh/t", Quantity.RATIO, True),
    ],
)
def test_a_unit_measures_only_its_quantity(unit, quantity, fits):
    assert measures(unit, quantity) is fits
