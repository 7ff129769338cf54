import json

import pytest

from headgate.catalogue import understand
from headgate.headers import LocalType as T
from headgate.manifest.approved import Column
from headgate.plan import check, from_json, propose, to_json
from headgate.plan.planner import MOST_ANALYSES
from headgate.plan.titles import phrase

STEEL = {
    "date": T.DATETIME,
    "Usage_kWh": T.NUMBER,
    "Lagging_Current_Reactive.Power_kVarh": T.NUMBER,
    "CO2(tCO2)": T.NUMBER,
    "Lagging_Current_Power_Factor": T.NUMBER,
    "NSM": T.INTEGER,
    "WeekStatus": T.TEXT,
    "Day_of_week": T.TEXT,
    "Load_Type": T.TEXT,
}
ORDERS = {"Order Date": T.DATE, "Order ID": T.TEXT, "Category": T.TEXT, "Quantity": T.INTEGER, "Revenue": T.NUMBER}
PLANT = {"day": T.DATE, "steam kWh": T.NUMBER, "electricity kWh": T.NUMBER, "pieces produced": T.INTEGER}
METERS = {"time": T.DATETIME} | {f"building {n} electricity [kWh]": T.NUMBER for n in range(30)}
TOTALS = METERS | {"Total electricity [kWh]": T.NUMBER}


def plan_of(table):
    columns = [Column(f"c{place + 1}", place, name, None) for place, name in enumerate(table)]
    meanings = dict(zip((c.id for c in columns), understand(list(table), list(table.values())), strict=True))
    return propose(columns, meanings), columns


def of_kind(plan, kind):
    return [one for one in plan.analyses if one.kind == kind]


@pytest.mark.parametrize("table", [{}, {"": T.EMPTY}, {"notes": T.TEXT}], ids=str)
def test_a_table_with_nothing_to_measure_still_gets_its_profile(table):
    assert [one.kind for one in plan_of(table)[0].analyses] == ["data_profile"]


@pytest.mark.parametrize("table", [STEEL, ORDERS, PLANT, METERS, TOTALS, {"x": T.NUMBER, "y": T.NUMBER}], ids=len)
def test_every_plan_fits_its_columns_is_short_ranked_and_ends_with_the_profile(table):
    plan, columns = plan_of(table)
    assert check(plan, columns).dropped == ()
    assert 0 < len(plan.analyses) <= MOST_ANALYSES
    assert [one.priority for one in plan.analyses] == list(range(1, len(plan.analyses) + 1))
    assert plan.analyses[0].kind == "kpi_summary"
    assert plan.analyses[-1].kind == "data_profile"
    assert all(one.title and len(one.title) <= 160 and one.why for one in plan.analyses)


def test_a_load_over_time_gets_every_load_analysis():
    kinds = [one.kind for one in plan_of(STEEL)[0].analyses]
    assert {
        "kpi_summary", "trend", "load_profile", "load_heatmap", "load_duration", "peak_demand", "base_load",
        "load_factor", "power_factor", "breakdown", "correlation", "timestamp_audit", "data_profile", "out_of_hours",
        "pivot_heatmap", "expected_band",
    } == set(kinds)  # fmt: skip


def test_titles_speak_in_words():
    titles = [one.title for one in plan_of(STEEL)[0].analyses]
    assert "Electricity use by load type" in titles
    assert not any("_" in title or "kWh" in title for title in titles)


def test_a_general_table_gets_figures_trend_groups_and_correlation():
    plan, _ = plan_of(ORDERS)
    assert [one.kind for one in plan.analyses] == [
        "kpi_summary", "trend", "trend", "breakdown", "period_compare", "pareto", "correlation", "forecast",
        "timestamp_audit", "data_profile",
    ]  # fmt: skip
    assert of_kind(plan, "breakdown")[0].title == "Revenue by category"
    assert plan.hints == {"default_measure": "c5", "time": "c1"}


def test_electricity_comes_before_other_supplies_and_output_divides_it():
    plan, _ = plan_of(PLANT)
    assert plan.hints["default_measure"] == "c3"
    assert of_kind(plan, "intensity")[0].inputs["denominator"] == ("c4",)


def test_many_parallel_meters_are_bars_and_not_lines():
    plan, _ = plan_of(METERS)
    assert max(len(one.inputs["measures"]) for one in of_kind(plan, "trend")) <= 6
    assert [len(one.inputs["measure"]) for one in of_kind(plan, "breakdown")] == [30]


def test_a_total_is_the_main_load_and_no_bar_beside_its_parts():
    plan, _ = plan_of(TOTALS)
    assert plan.hints["default_measure"] == "c32"
    assert all("c32" not in one.inputs["measure"] for one in of_kind(plan, "breakdown"))


def test_a_stamp_of_when_a_job_ran_is_no_time_of_a_load():
    plan, _ = plan_of({"started_at": T.DATETIME, "use kWh": T.NUMBER})
    assert of_kind(plan, "load_profile") == []
    assert of_kind(plan_of({"time": T.DATETIME, "use kWh": T.NUMBER})[0], "load_profile")


def test_what_cannot_be_known_of_names_is_asked():
    plan, _ = plan_of({"time": T.DATETIME, "consumption": T.NUMBER, "x1": T.NUMBER})
    assert [(one.about, one.ask) for one in plan.questions] == [("c2", "unit"), ("c3", "meaning")]


@pytest.mark.parametrize(
    "names",
    [
        ["kW avg", "kW max", "kW min"],
        ["meter 1 [kWh]", "meter 2 [kWh]"],
        ["meter 1 [kWh]", "meter 2 [kW]", "meter 3 [MWh]"],
        ["meter 1 [kWh]", "meter 2 [kWh]", "meter 3 [kWh]", "total [kWh]"],
        ["hall 1 meter 1 [kWh]", "hall 1 meter 2 [kWh]", "hall 2 meter 1 [kWh]"],
    ],
    ids=str,
)
def test_what_may_overlap_is_not_added_up(names):
    assert plan_of({"time": T.DATETIME} | dict.fromkeys(names, T.NUMBER))[0].derived == ()


def test_numbered_meters_without_a_total_are_added_up_and_the_sum_is_the_main_load():
    plan, columns = plan_of(METERS)
    (total,) = plan.derived
    assert total.name == "Electricity use of all meters"
    assert of_kind(plan, "peak_demand")[0].inputs["load"] == (total.id,)
    assert of_kind(plan, "peak_demand")[0].title == "Highest electricity use of all meters"
    assert from_json(json.loads(json.dumps(to_json(plan, columns))))[0].derived == plan.derived


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("out.electricity.total.energy_consumption", "total electricity use"),
        ("out.electricity.cooling.energy_consumption_intensity", "electricity use for cooling per floor area"),
        ("report_simulation_output.energy_use_net_m_btu", "net energy use"),
        ("report_simulation_output.end_use_natural_gas_hot_water_m_btu", "natural gas use for hot water"),
        ("Utility / Data Type\nO = Observed\nI = Imputed", "data type"),
    ],
)
def test_clumsy_names_are_spoken(header, spoken):
    assert phrase(header, understand([header], [T.TEXT if "\n" in header else T.NUMBER])[0]) == spoken


def test_a_column_that_is_another_in_a_variant_is_no_part_and_no_total():
    plan, _ = plan_of({"time": T.DATETIME, "plant.use kWh": T.NUMBER, "upgrade.plant.use kWh": T.NUMBER})
    assert not any("c3" in ids for one in plan.analyses for ids in one.inputs.values())


PLANT_AIR = {
    "time": T.DATETIME, "Supply air temperature": T.NUMBER, "Supply air temperature setpoint": T.NUMBER,
    "Outdoor temperature": T.NUMBER, "Heating valve position": T.NUMBER, "Cooling valve position": T.NUMBER,
    "Supply fan status": T.BOOLEAN,
}  # fmt: skip


def test_what_a_plant_controls_is_asked_after_and_what_fights_itself():
    plan, _ = plan_of(PLANT_AIR)
    assert of_kind(plan, "setpoint_deviation")[0].inputs["value"] == ("c2",)
    assert of_kind(plan, "setpoint_deviation")[0].inputs["setpoint"] == ("c3",)
    assert of_kind(plan, "simultaneous_heat_cool")[0].inputs["heating"] == ("c5",)


def test_a_price_a_factor_and_a_register_each_bring_their_own_analysis():
    plan, _ = plan_of(
        {"time": T.DATETIME, "Usage_kWh": T.NUMBER, "Price EUR/MWh": T.NUMBER, "Meter reading kWh": T.NUMBER}
    )
    assert of_kind(plan, "energy_cost")[0].inputs["price"] == ("c3",)


def test_the_control_a_table_without_them_has_none_of_these():
    kinds = {one.kind for one in plan_of(STEEL)[0].analyses}
    assert not kinds & {"setpoint_deviation", "energy_cost", "emissions", "register_to_interval", "meter_balance"}


def test_rows_of_several_meters_are_told_apart_by_their_meter():
    table = {"time": T.DATETIME, "meter": T.TEXT, "electricity [kWh]": T.NUMBER, "mode": T.TEXT, "shift": T.TEXT}
    plan, _ = plan_of(table)
    assert of_kind(plan, "timestamp_audit")[0].inputs == {"timestamp": ("c1",), "entity": ("c2",)}
    assert of_kind(plan, "breakdown")[0].inputs["category"] == ("c2",)
    alone, _ = plan_of({name: kind for name, kind in table.items() if name != "meter"})
    assert of_kind(alone, "timestamp_audit")[0].inputs == {"timestamp": ("c1",)}
