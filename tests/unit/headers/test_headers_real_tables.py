"""The real tables of ../shared are read as their README and their publishers describe them."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.headers import Delimited, Layout, LocalType, Parquet, Sheet, read

COMMA = Delimited("utf-8", ",", '"', ".", 1)
STATES = "g_eia861_sales_ult_cust_2019.xlsx"
WIDE = "e_resstock_wide_1415cols_100rows.csv"

TABLES: dict[str, tuple[int, Layout, dict[str, str]]] = {
    "a_steel_industry_15min.csv": (11, COMMA, {"date": "datetime", "Usage_kWh": "number", "Load_Type": "text"}),
    "b_cambridge_estates_2019_hourly_weather.csv": (
        48,
        COMMA,
        {"datetime": "datetime", "UCam_Building_b0 gas heating load [kWh]": "number"},
    ),
    "bdg2/bdg2_electricity_Healthcare_100001_200000.csv": (3, COMMA, {"Mouse_health_Justin": "number"}),
    "bdg2/bdg2_electricity_Office_25001_50000.csv": (10, COMMA, {"timestamp": "datetime"}),
    "bdg2/bdg2_electricity_Retail_100001_200000.csv": (2, COMMA, {"timestamp": "datetime"}),
    "bdg2/bdg2_metadata.csv": (32, COMMA, {"building_id": "text", "sqm": "number"}),
    "c_lbnl_fdd_mzvav-2-1_head.csv": (
        19,
        COMMA,
        {"Date": "datetime", "AHU: Supply Air Temperature": "number", "AHU: Supply Air Fan Status": "integer"},
    ),
    "c3_bms_point_headers_IBM_Dublin_headeronly.csv": (1684, COMMA, {"timestamp": "empty", "421_U10_DAT": "empty"}),
    WIDE: (1415, COMMA, {"building_id": "integer", "started_at": "datetime", "completed_status": "text"}),
    "f_lbnl_loadshape_kw_15min_noheader.csv": (
        2,
        Delimited("utf-8", ",", '"', ".", 0),
        {"column 1": "datetime", "column 2": "number"},
    ),
    STATES: (
        25,
        Sheet("States", 3),
        {
            "Utility Characteristics / Data Year": "integer",
            "Utility Characteristics / Data Type\nO = Observed\nI = Imputed": "text",
            "RESIDENTIAL / Sales / Residential Sales Megawatthours": "integer",
            "TOTAL / Revenues / Total Revenue Thousand Dollars": "number",
        },
    ),
    "h_comstock_bldg98542_up10_15min.parquet": (56, Parquet(), {"timestamp": "datetime", "bldg_id": "integer"}),
    "i_rte_eco2mix_2016-06_latin1_tsv.xls": (
        36,
        Delimited("cp1252", "\t", '"', ".", 1),
        {"Périmètre": "text", "Date": "date", "Heures": "time", "Nucléaire": "integer"},
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", TABLES)
def test_a_real_table_is_read_as_it_is_described(shared: Path, name: str) -> None:
    count, layout, some = TABLES[name]
    found = read(shared / "data" / name)
    assert len(found.headers) == count
    assert found.layout == layout
    types = {header.name: header.local_type for header in found.headers}
    assert {header: types[header] for header in some} == {header: LocalType(local) for header, local in some.items()}
    assert (found.headless is not None) == ("noheader" in name)


@pytest.mark.shared
def test_other_sheets_are_read_by_name(shared: Path) -> None:
    found = read(shared / "data" / STATES, sheet="Decoupled")
    assert found.layout == Sheet("Decoupled", 2)
    assert found.headers[14].name == "Revenue Adjustment Method / Transportation"
