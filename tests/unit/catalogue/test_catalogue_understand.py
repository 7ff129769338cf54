import pytest

from headgate.catalogue import Fold, Medium, Origin, Quantity, Role, understand
from headgate.headers import LocalType as T

STEEL = {
    "date": T.DATETIME,
    "Usage_kWh": T.NUMBER,
    "Lagging_Current_Reactive.Power_kVarh": T.NUMBER,
    "Leading_Current_Reactive_Power_kVarh": T.NUMBER,
    "CO2(tCO2)": T.NUMBER,
    "Lagging_Current_Power_Factor": T.NUMBER,
    "Leading_Current_Power_Factor": T.NUMBER,
    "NSM": T.INTEGER,
    "WeekStatus": T.TEXT,
    "Day_of_week": T.TEXT,
    "Load_Type": T.TEXT,
}
MIX = ("Date", "Heures", "Consommation", "Prévision J-1", "Gaz", "Nucléaire", "Eolien", "Solaire", "Taux de Co2")
MIX_TYPES = (T.DATE, T.TIME, *(T.INTEGER,) * 7)


def roles(names, types=None):
    return [meaning.role for meaning in understand(names, types or [None] * len(names))]


def one(name, kind=None):
    return understand([name], [kind])[0]


def test_names_and_types_of_different_number_are_refused():
    with pytest.raises(ValueError, match="one local type"):
        understand(["a", "b"], [None])


def test_an_empty_table_has_no_meanings():
    assert understand([], []) == ()


@pytest.mark.parametrize("name", ["", " ", "x1", "\u202e", "💡", "a" * 10_000, "\n", "(((", "Zzyzx"])
def test_a_name_that_says_nothing_is_unknown_and_a_number_is_a_measure_of_low_confidence(name):
    assert one(name).role is Role.UNKNOWN
    measured = one(name, T.NUMBER)
    assert measured.role is Role.MEASURE
    assert measured.confidence <= 0.3


def test_the_steel_table_is_understood():
    found = understand(list(STEEL), list(STEEL.values()))
    said = [(m.role, m.quantity, m.unit, m.medium, m.fold) for m in found]
    reactive = (Role.REACTIVE_ENERGY, Quantity.REACTIVE_ENERGY, "kVArh", Medium.ELECTRICITY, Fold.SUM)
    factor = (Role.POWER_FACTOR, Quantity.POWER_FACTOR, "%", Medium.ELECTRICITY, Fold.MEAN)
    day = (Role.CATEGORY, Quantity.TIME, None, None, Fold.NONE)
    assert said == [
        (Role.TIMESTAMP, Quantity.TIME, None, None, Fold.NONE),
        (Role.ENERGY_INTERVAL, Quantity.ENERGY, "kWh", Medium.ELECTRICITY, Fold.SUM),
        reactive,
        reactive,
        (Role.EMISSIONS, Quantity.EMISSIONS, "tCO2", None, Fold.SUM),
        factor,
        factor,
        (Role.INTERVAL_ID, Quantity.TIME, None, None, Fold.NONE),
        day,
        day,
        (Role.CATEGORY, Quantity.TEXT, None, None, Fold.NONE),
    ]


@pytest.mark.parametrize(
    ("name", "role", "unit", "medium", "fold"),
    [
        ("Site b0 electricity equipment load [kWh]", Role.ENERGY_INTERVAL, "kWh", Medium.ELECTRICITY, Fold.SUM),
        ("Site b0 gas heating load [kWh]", Role.ENERGY_INTERVAL, "kWh", Medium.GAS, Fold.SUM),
        ("out.electricity.total.energy_consumption", Role.ENERGY_INTERVAL, "kWh", Medium.ELECTRICITY, Fold.SUM),
        ("out.natural_gas.total.energy_consumption_intensity", Role.RATE, "kWh/ft2", Medium.GAS, Fold.MEAN),
        ("Meter reading (kWh)", Role.ENERGY_CUMULATIVE, "kWh", Medium.ELECTRICITY, Fold.LAST),
        ("Zählerstand kWh", Role.ENERGY_CUMULATIVE, "kWh", Medium.ELECTRICITY, Fold.LAST),
        ("demand kW", Role.POWER, "kW", Medium.ELECTRICITY, Fold.MEAN),
        ("PV generation kW", Role.GENERATION, "kW", Medium.PV, Fold.MEAN),
        ("PV generation kWh", Role.GENERATION, "kWh", Medium.PV, Fold.SUM),
        ("steam t/h", Role.FLOW, "t/h", Medium.STEAM, Fold.MEAN),
        ("outdoor temperature [degC]", Role.TEMPERATURE_OUTDOOR, "°C", None, Fold.MEAN),
        ("room temp_f", Role.TEMPERATURE_PROCESS, "°F", None, Fold.MEAN),
        ("price EUR/MWh", Role.PRICE, "EUR/MWh", None, Fold.MEAN),
        ("production_t", Role.PRODUCTION_OUT, "t", None, Fold.SUM),
        ("floor area sqm", Role.AREA, "m2", None, Fold.MEAN),
    ],
)
def test_what_is_measured_and_how_it_folds(name, role, unit, medium, fold):
    found = one(name)
    assert (found.role, found.unit, found.medium, found.fold) == (role, unit, medium, fold)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Revenue", Role.AMOUNT), ("monto", Role.AMOUNT), ("Umsatz", Role.AMOUNT), ("Kosten", Role.COST),
        ("precio", Role.PRICE), ("cantidad", Role.QUANTITY_COUNT), ("Units Sold", Role.QUANTITY_COUNT),
        ("Number of customers", Role.QUANTITY_COUNT), ("Total Customers Count", Role.QUANTITY_COUNT),
        ("fecha", Role.DATE), ("Order Date", Role.DATE), ("Order ID", Role.ID), ("cliente_id", Role.ID),
        ("producto", Role.SKU), ("Kunde", Role.ENTITY), ("Machine", Role.ENTITY), ("categoria", Role.CATEGORY),
        ("Status", Role.CATEGORY), ("shift", Role.SHIFT), ("notes", Role.TEXT_FREE), ("lat", Role.UNKNOWN),
        ("Consommation (MWh)", Role.ENERGY_INTERVAL), ("Verbrauch", Role.ENERGY_INTERVAL), ("budget", Role.TARGET),
    ],
)  # fmt: skip
def test_names_of_general_tables_in_five_languages(name, role):
    assert one(name).role is role


@pytest.mark.parametrize(
    ("name", "quantity", "role"),
    [
        ("VAV-1.ZN-T", Quantity.TEMPERATURE, Role.TEMPERATURE_PROCESS),
        ("421_U1_DAT", Quantity.TEMPERATURE, Role.TEMPERATURE_PROCESS),
        ("AH-1.OAT", Quantity.TEMPERATURE, Role.TEMPERATURE_OUTDOOR),
        ("421_U1_TEMP_SPT", Quantity.TEMPERATURE, Role.SETPOINT),
        ("421_U1_CLG_VLV", Quantity.POSITION, Role.POSITION),
        ("RM_1_DMPR_POS", Quantity.POSITION, Role.POSITION),
        ("421_U1_FAN_SPD", Quantity.SPEED, Role.SPEED),
        ("421_U1_FCU_FAULT", Quantity.ALARM, Role.STATE),
        ("RM_1_OCCHTGFL", Quantity.FLOW, Role.FLOW),
        ("VAV-1.OCC-SCHEDULE", Quantity.OCCUPANCY, Role.OCCUPANCY),
    ],
)
def test_building_points_are_read_in_a_row_of_points(name, quantity, role):
    found = understand([name, "VAV-9.ZN-T", "AH-9.CLG-VLV"], [None] * 3)[0]
    assert (found.quantity, found.role) == (quantity, role)


def test_a_short_form_alone_in_a_general_table_is_not_a_point():
    assert Role.TEMPERATURE_PROCESS not in roles(["Rat_office_Loyd", "Customer", "Revenue"])


def test_a_generation_mix_is_power_in_megawatts():
    found = dict(zip(MIX, understand(MIX, MIX_TYPES), strict=True))
    assert (found["Consommation"].role, found["Consommation"].unit) == (Role.POWER, "MW")
    assert (found["Nucléaire"].role, found["Nucléaire"].fold) == (Role.GENERATION, Fold.MEAN)
    assert found["Prévision J-1"].role is Role.BASELINE_MODEL
    assert found["Taux de Co2"].role is Role.EMISSION_FACTOR
    assert roles(["Date", "Heures"], [T.DATE, T.TIME]) == [Role.DATE, Role.TIME_OF_DAY]


def test_the_same_word_without_the_mix_around_it_is_not_megawatts():
    assert one("Consommation").unit is None


@pytest.mark.parametrize(
    ("name", "kind", "role", "origin"),
    [
        ("Usage", T.TEXT, Role.CATEGORY, Origin.ROWS),
        ("Zzyzx", T.TEXT, Role.CATEGORY, Origin.ROWS),
        ("Usage_kWh", T.DATETIME, Role.TIMESTAMP, Origin.ROWS),
        ("Usage_kWh", T.TEXT, Role.ENERGY_INTERVAL, Origin.NAME),
        ("electricity", T.BOOLEAN, Role.STATE, Origin.ROWS),
        ("Customer", T.INTEGER, Role.ID, Origin.NAME),
    ],
)
def test_the_local_type_overrules_the_name_where_it_decides(name, kind, role, origin):
    found = one(name, kind)
    assert (found.role, found.origin) == (role, origin)


def test_an_empty_column_is_unknown_but_a_table_without_rows_is_read_by_its_names():
    assert roles(["Usage_kWh", "date"], [T.EMPTY, T.DATE]) == [Role.UNKNOWN, Role.DATE]
    assert roles(["Usage_kWh", "date"], [T.EMPTY, T.EMPTY]) == [Role.ENERGY_INTERVAL, Role.DATE]
