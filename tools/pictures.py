"""Draw the picture of each kind of analysis in docs/analyses.md, from real tables; the same again for the same tables.

    python tools/pictures.py [KIND …]

Reads the bundled table and those of ../shared/data, runs one analysis of each kind, writes docs/pictures/KIND.svg (PNG
where that is smaller) and links it under the kind's heading. A kind without a chart shows its headline figures. What is
drawn is results: sums, means, shares; no table is copied.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

from headgate.catalogue import understand
from headgate.charts import palette
from headgate.charts.export import charts_png, charts_svg
from headgate.charts.parts import FONT
from headgate.engines.frame import open_frame
from headgate.engines.interface import Result
from headgate.engines.profile import refine
from headgate.engines.run import run
from headgate.engines.wording import compact
from headgate.headers import read
from headgate.manifest import Column
from headgate.plan import Analysis, Plan
from headgate.plan.kinds import KINDS
from headgate.plan.language import Param

ROOT = Path(__file__).parents[1]
DOCS, PICTURES = ROOT / "docs" / "analyses.md", ROOT / "docs" / "pictures"
SHARED = ROOT.parent / "shared" / "data"
MOST_BYTES = 60_000
STEEL = ROOT / "src" / "headgate" / "demo" / "steel_industry_15min.csv.gz"
CAMBRIDGE = SHARED / "b_cambridge_estates_2019_hourly_weather.csv"
AIR = SHARED / "c_lbnl_fdd_mzvav-2-1_head.csv"
STORE = SHARED / "h_comstock_bldg98542_up10_15min.parquet"
SALES = SHARED / "g_eia861_sales_ult_cust_2019.xlsx"
GRID = SHARED / "i_rte_eco2mix_2016-06_latin1_tsv.xls"

Inputs = Mapping[str, str | tuple[str, ...]]
Recipe = tuple[Path, Inputs, Mapping[str, Param], int]
LOAD = {"load": "Usage_kWh", "timestamp": "date"}
USE = {"measures": "Usage_kWh", "timestamp": "date"}
REACTIVE = "Lagging_Current_Reactive.Power_kVarh"
SOLD, CUSTOMERS = "TOTAL / Sales / Total Sales Megawatthours", "TOTAL / Customers / Total Customers Count"
OF_UTILITY = "Utility Characteristics / "
BUILDING = "UCam_Building_b0 gas heating load [kWh]"
OUTSIDE = "air_temperature [degC]"
END_USES = ("cooling", "fans", "interior_equipment", "interior_lighting", "exterior_lighting", "water_systems", "pumps")
RECIPES: Mapping[str, Recipe] = {
    "data_profile": (STEEL, {"columns": ("Usage_kWh", "CO2(tCO2)", "Load_Type")}, {}, 0),
    "timestamp_audit": (STEEL, {"timestamp": "date"}, {}, 0),
    "flatline": (
        STEEL,
        {"measures": ("Lagging_Current_Power_Factor", "Leading_Current_Power_Factor"), "timestamp": "date"},
        {},
        0,
    ),
    "outliers": (GRID, {"measures": "Gaz - Cogén.", "timestamp": "Date"}, {}, 0),
    "kpi_summary": (STEEL, {"measures": ("Usage_kWh", "CO2(tCO2)", REACTIVE), "timestamp": "date"}, {}, 0),
    "trend": (STEEL, USE, {}, 0),
    "period_compare": (STEEL, USE, {}, 0),
    "distribution": (STEEL, {"measures": "Usage_kWh", "category": "Load_Type"}, {}, 0),
    "breakdown": (STEEL, {"measure": "Usage_kWh", "category": "Day_of_week"}, {}, 0),
    "pareto": (SALES, {"measure": SOLD, "category": OF_UTILITY + "Ownership"}, {}, 0),
    "concentration": (SALES, {"measure": SOLD, "category": OF_UTILITY + "Utility Name"}, {}, 0),
    "pivot_heatmap": (STEEL, {"measure": "Usage_kWh", "categories": ("Load_Type", "Day_of_week")}, {}, 0),
    "benchmark_entities": (SALES, {"measure": SOLD, "entity": OF_UTILITY + "State"}, {"top_n": 12}, 0),
    "target_vs_actual": (
        GRID,
        {"actual": "Consommation", "target": "Prévision J-1", "timestamp": "Date"},
        {"tolerance_percent": 1.0},
        0,
    ),
    "correlation": (STEEL, {"measures": ("Usage_kWh", "CO2(tCO2)", REACTIVE, "Lagging_Current_Power_Factor")}, {}, 0),
    "scatter_xy": (CAMBRIDGE, {"x": "air_temperature [degC]", "y": BUILDING}, {"sample": 1000}, 0),
    "discords": (STEEL, {"measure": "Usage_kWh", "timestamp": "date"}, {}, 0),
    "load_profile": (STEEL, LOAD, {}, 0),
    "load_heatmap": (GRID, {"load": "Consommation", "timestamp": "Date"}, {}, 0),
    "load_duration": (STEEL, LOAD, {}, 0),
    "peak_demand": (STEEL, LOAD, {}, 0),
    "base_load": (STEEL, LOAD, {}, 0),
    "out_of_hours": (STEEL, LOAD, {}, 0),
    "load_factor": (STEEL, LOAD, {}, 0),
    "day_clusters": (STORE, {"load": "out.electricity.total.energy_consumption", "timestamp": "timestamp"}, {}, 0),
    "meter_balance": (
        STORE,
        {
            "main": "out.electricity.total.energy_consumption",
            "parts": tuple(f"out.electricity.{use}.energy_consumption" for use in END_USES[:-3]),
            "timestamp": "timestamp",
        },
        {"grain": "week"},
        0,
    ),
    "self_consumption": (
        GRID,
        {"generation": "Eolien", "load": "Consommation", "timestamp": "Date"},
        {"grain": "day"},
        0,
    ),
    "power_factor": (STEEL, {"energy": "Usage_kWh", "reactive": REACTIVE, "timestamp": "date"}, {}, 0),
    "setpoint_deviation": (
        AIR,
        {
            "value": "AHU: Supply Air Temperature",
            "setpoint": "AHU: Supply Air Temperature Set Point",
            "timestamp": "Date",
        },
        {},
        0,
    ),
    "runtime_starts": (STEEL, {"state": "Usage_kWh", "timestamp": "date"}, {"threshold": 50.0}, 0),
    "simultaneous_heat_cool": (
        AIR,
        {
            "heating": "AHU: Heating Coil Valve Control Signal",
            "cooling": "AHU: Cooling Coil Valve Control Signal",
            "timestamp": "Date",
        },
        {},
        0,
    ),
    "event_rule": (STEEL, {"above": "Usage_kWh", "timestamp": "date"}, {"upper": 120.0}, 0),
    "intensity": (STEEL, {"energy": "Usage_kWh", "denominator": "CO2(tCO2)", "timestamp": "date"}, {}, 0),
    "sku_cost": (SALES, {"energy": SOLD, "production": CUSTOMERS, "sku": OF_UTILITY + "Ownership"}, {}, 0),
    "energy_cost": (STEEL, {"energy": "Usage_kWh", "timestamp": "date"}, {"tariff": 0.15}, 0),
    "emissions": (STEEL, {"energy": "Usage_kWh", "timestamp": "date"}, {"kg_per_unit": 0.38}, 0),
    "cusum": (GRID, {"actual": "Consommation", "expected": "Prévision J-1", "timestamp": "Date"}, {}, 0),
    "operational_drift": (
        GRID,
        {"actual": "Consommation", "model": "Prévision J-1", "timestamp": "Date"},
        {"grain": "day"},
        0,
    ),
    "degree_days": (CAMBRIDGE, {"temperature": "air_temperature [degC]", "timestamp": "datetime"}, {}, 0),
    "energy_signature": (CAMBRIDGE, {"energy": BUILDING, "temperature": OUTSIDE, "timestamp": "datetime"}, {}, 0),
    "baseline_mv": (
        CAMBRIDGE,
        {"energy": BUILDING, "temperature": OUTSIDE, "timestamp": "datetime"},
        {"baseline_days": 270, "force": "yes"},
        0,
    ),
    "driver_regression": (CAMBRIDGE, {"y": BUILDING, "x": (OUTSIDE, "rltv_hum [%]"), "timestamp": "datetime"}, {}, 0),
    "change_points": (CAMBRIDGE, {"measure": BUILDING, "timestamp": "datetime"}, {}, 0),
    "expected_band": (CAMBRIDGE, {"measure": BUILDING, "timestamp": "datetime", "drivers": OUTSIDE}, {}, 0),
    "forecast": (STEEL, {"measure": "Usage_kWh", "timestamp": "date"}, {}, 0),
    "normalised_compare": (CAMBRIDGE, {"energy": BUILDING, "drivers": OUTSIDE, "timestamp": "datetime"}, {}, 0),
}


def main() -> None:
    """Each kind named, or all, has its picture and the link to it."""
    PICTURES.mkdir(exist_ok=True)
    for kind in sys.argv[1:] or RECIPES:
        name, data = drawn(kind)
        for old in PICTURES.glob(f"{kind}.*"):
            old.unlink()
        (PICTURES / name).write_bytes(data)
        link(kind, name)
        print(f"{name}: {len(data):,} bytes")


def drawn(kind: str) -> tuple[str, bytes]:
    """The file's name and bytes."""
    result, place = found(kind), RECIPES[kind][3]
    if not result.figures:
        return f"{kind}.svg", cards(result).encode()
    (picture,) = list(charts_svg(result, 1).values())[place : place + 1]
    if len(picture.encode()) <= MOST_BYTES:
        return f"{kind}.svg", picture.encode()
    ((_, image),) = charts_png({"": picture}, scale=1).items()
    return f"{kind}.png", image


def found(kind: str) -> Result:
    """What the kind finds on its table."""
    source, inputs, params, _ = RECIPES[kind]
    table = read(source)
    columns = [Column(f"c{at.position + 1}", at.position, at.name, at.name) for at in table.headers]
    understood = understand([at.name for at in table.headers], [at.local_type for at in table.headers])
    meanings = dict(zip((column.id for column in columns), understood, strict=True))
    ids = {column.header: column.id for column in columns}
    named = {
        name: tuple(ids[header] for header in ((given,) if isinstance(given, str) else given))
        for name, given in inputs.items()
    }
    chosen = {name: given.default for name, given in KINDS[kind].params.items()} | dict(params)
    analysis = Analysis(kind, named, chosen, "", "", 1)
    with tempfile.TemporaryDirectory() as work, open_frame(table, columns, meanings, work=Path(work) / "work") as frame:
        (outcome,) = run(Plan(refine(frame), (), (analysis,)), frame, lambda done, of, what: None)
    assert isinstance(outcome, Result), f"{kind}: {outcome}"
    return outcome


def cards(result: Result) -> str:
    """The headline figures side by side; where there are none, the first sentences."""
    lines = [(one.label, " ".join(compact(one.value, one.unit)).strip()) for one in result.headlines[:3]]
    lines = lines or [("", sentence) for sentence in result.sentences[:3]]
    rows = "".join(
        f'<text x="20" y="{34 + 44 * at}" font-size="13" fill="{palette.MUTED}">{escape(label)}</text>'
        f'<text x="20" y="{(54 if label else 40) + 44 * at}" font-size="{18 if label else 13}" fill="{palette.INK}">'
        f"{escape(said)}</text>"
        for at, (label, said) in enumerate(lines)
    )
    size = f'width="760" height="{34 + 44 * len(lines)}"'
    ground = f'<rect {size} fill="{palette.CARD}" />'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{escape(FONT)}">{ground}{rows}</svg>'


def link(kind: str, name: str) -> None:
    """The picture stands under the heading of its kind, once."""
    text = DOCS.read_text(encoding="utf-8")
    text = re.sub(rf"!\[[^\]]*\]\(pictures/{kind}\.\w+\)\n\n", "", text)
    picture = f"![What {kind.replace('_', ' ')} looks like](pictures/{name})"
    DOCS.write_text(text.replace(f"\n### {kind}\n\n", f"\n### {kind}\n\n{picture}\n\n", 1), encoding="utf-8")


if __name__ == "__main__":
    main()
