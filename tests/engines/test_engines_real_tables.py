"""The real tables beside the repository load, with the types and the time they are known to have."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.engines.opening import opened

from headgate.engines.frame import Frame, open_frame
from headgate.headers.reading import read
from headgate.manifest.approved import Column

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(
    ("name", "rows", "numbers", "time", "first", "last", "step"),
    [
        ("a_steel_industry_15min.csv", 35_040, 7, 1, (2018, 1, 1, 0, 0), (2018, 12, 31, 23, 45), 900),
        ("b_cambridge_estates_2019_hourly_weather.csv", 8_760, 47, 1, (2019, 1, 1, 0, 0), (2019, 12, 31, 23, 0), 3600),
        ("c_lbnl_fdd_mzvav-2-1_head.csv", 500, 18, 1, (2007, 8, 28, 0, 0), (2007, 8, 28, 8, 19), 60),
        ("g_eia861_sales_ult_cust_2019.xlsx", 4_486, 17, None, None, None, None),
        ("h_comstock_bldg98542_up10_15min.parquet", 35_040, 55, 1, (2018, 1, 1, 0, 15), (2019, 1, 1, 0, 0), 900),
        ("i_rte_eco2mix_2016-06_latin1_tsv.xls", 2_497, 32, 3, (2016, 6, 1, 0, 0), (2016, 6, 26, 23, 45), 900),
    ],
)
def test_a_real_table_loads(
    shared: Path,
    tmp_path: Path,
    name: str,
    rows: int,
    numbers: int,
    time: int | None,
    first: tuple[int, ...] | None,
    last: tuple[int, ...] | None,
    step: int | None,
) -> None:
    with opened(shared / "data" / name, tmp_path) as frame:
        assert (frame.count, sum(frame.is_number(each) for each in frame.ids)) == (rows, numbers)
        if time is not None and first is not None and last is not None:
            assert ends(frame, f"c{time}") == (datetime(*first), datetime(*last))
            assert frame.interval(f"c{time}") == step


def ends(frame: Frame, time: str) -> tuple[datetime, datetime]:
    (row,) = frame.execute(frame.rows.aggregate(a=frame.rows[time].min(), b=frame.rows[time].max())).to_pylist()
    return row["a"], row["b"]


def test_a_table_of_1415_columns_loads(shared: Path, tmp_path: Path) -> None:
    with opened(shared / "data/e_resstock_wide_1415cols_100rows.csv", tmp_path) as frame:
        assert (frame.count, len(frame.ids)) == (100, 1415)
        assert sum(frame.is_number(each) for each in frame.ids) > 900


def test_a_table_of_names_alone_has_no_rows(shared: Path, tmp_path: Path) -> None:
    with opened(shared / "data/c3_bms_point_headers_IBM_Dublin_headeronly.csv", tmp_path) as frame:
        assert (frame.count, len(frame.ids)) == (0, 1684)


def test_a_table_without_a_header_row_loses_none_of_its_rows(shared: Path, tmp_path: Path) -> None:
    table = read(shared / "data/f_lbnl_loadshape_kw_15min_noheader.csv")
    assert table.headless is not None
    columns = [Column(f"c{at.position + 1}", at.position, at.name, None) for at in table.headers]
    with open_frame(table, columns, {}, work=tmp_path) as frame:
        assert (frame.count, frame.interval("c1"), frame.sentinels("c2")) == (5_472, 900, 743)
        assert ends(frame, "c1") == (datetime(2013, 8, 1), datetime(2013, 9, 26, 23, 45))


def test_stamps_that_end_an_interval_are_moved_to_its_start(shared: Path, tmp_path: Path) -> None:
    with opened(shared / "data/h_comstock_bldg98542_up10_15min.parquet", tmp_path) as frame:
        assert frame.timing("c1").ending
        total = next(each for each in frame.ids if frame.header(each) == "out.electricity.total.energy_consumption")
        load = frame.load(total, "c1")
        (row,) = frame.execute(load.aggregate(a=load.t.min(), b=load.t.max(), n=load.count())).to_pylist()
    assert (row["a"], row["b"], row["n"]) == (datetime(2018, 1, 1), datetime(2018, 12, 31, 23, 45), 35_040)


def test_marks_and_the_notice_of_a_french_table_are_no_numbers(shared: Path, tmp_path: Path) -> None:
    with opened(shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls", tmp_path) as frame:
        load = next(each for each in frame.ids if frame.header(each) == "Consommation")
        assert frame.sentinels(next(each for each in frame.ids if frame.header(each) == "Prévision J-1")) == 95
        assert frame.number(frame.rows[load].max()) == 56_223
        assert frame.number(frame.rows["c1"].count()) == 2_497


def test_a_frame_needs_only_the_columns_asked_for(shared: Path, tmp_path: Path) -> None:
    table = read(shared / "data/a_steel_industry_15min.csv")
    columns = [Column("c1", 1, table.headers[1].name, None)]
    with open_frame(replace(table), columns, {}, work=tmp_path) as frame:
        assert (frame.ids, frame.number(frame.rows["c1"].max())) == (("c1",), 157.18)
