"""The balance of meters, worked out by hand, and on a simulated building whose parts are known to add up."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written
from tests.scale import times

INPUTS = {"main": ["Main [kWh]"], "parts": ["Hall [kWh]", "Office [kWh]"], "timestamp": ["Time"]}
HOURS = stamps("2024-01-01", 48, 60)


def plant(tmp_path: Path, main: Sequence[Cell], hall: Sequence[Cell], office: Sequence[Cell]) -> Path:
    columns = {"Time": HOURS[: len(main)], "Main [kWh]": main, "Hall [kWh]": hall, "Office [kWh]": office}
    return written(tmp_path, columns)


def test_a_meter_is_no_part_of_itself(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [1] * 48, [1] * 48, [1] * 48), tmp_path) as frame:
        said = refused(frame, "meter_balance", {**INPUTS, "parts": ["Hall [kWh]", "Main [kWh]"]})
    assert said == "“Main [kWh]” cannot be a part of itself."


@pytest.mark.parametrize(
    ("main", "part", "why"),
    [
        ("Electricity [kWh]", "Gas [kWh]", "“Gas [kWh]” is of gas and “Electricity [kWh]” of electricity"),
        ("Water [m3]", "Hall water [t]", "“Hall water [t]” is in t and “Water [m3]” in m3"),
    ],
)
def test_other_media_and_units_have_no_balance(tmp_path: Path, main: str, part: str, why: str) -> None:
    with opened(written(tmp_path, {"Time": HOURS, main: [2] * 48, part: [1] * 48}), tmp_path) as frame:
        said = refused(frame, "meter_balance", {"main": [main], "parts": [part], "timestamp": ["Time"]})
    assert said.startswith(why)


def test_meters_that_never_measure_together_are_refused(tmp_path: Path) -> None:
    path = plant(tmp_path, [1] * 24 + [None] * 24, [None] * 24 + [1] * 24, [1] * 48)
    with opened(path, tmp_path) as frame:
        assert "no interval in which all of them have a value" in refused(frame, "meter_balance", INPUTS)


def test_what_the_parts_do_not_account_for_is_told_by_day(tmp_path: Path) -> None:
    """Day one: 240 − 120 − 96 = 24 (10 %); day two: 240 − 120 − 115.2 = 4.8 (2 %)."""
    with opened(plant(tmp_path, [10] * 48, [5] * 48, [4] * 24 + [4.8] * 24), tmp_path) as frame:
        said = found(frame, "meter_balance", INPUTS)
    assert [row["residual"] for row in said.tables["periods"].to_pylist()] == pytest.approx([24, 4.8])
    assert [row["beyond"] for row in said.tables["periods"].to_pylist()] == [True, False]
    assert (said.facts["residual"], said.facts["residual_percent"]) == pytest.approx((28.8, 6.0))
    assert said.facts["periods_beyond"] == 1
    assert said.sentences == (
        "“Main [kWh]” measured 480 kWh and its 2 parts together 451.2 kWh: 28.8 kWh (6.0 %) are not accounted for.",
        "1 of 2 days is beyond ±5 %; the largest residual is 24 kWh (10.0 %) (1 Jan 2024).",
    )
    assert {row["meter"]: row["value"] for row in said.tables["parts"].to_pylist()} == pytest.approx(
        {"Hall": 240, "Office": 211.2, "Not accounted for": 28.8}
    )


def test_parts_that_measure_more_than_the_main_meter_raise_the_question_why(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [10] * 48, [6] * 48, [5] * 48), tmp_path) as frame:
        said = found(frame, "meter_balance", INPUTS)
    assert said.facts["residual_percent"] == pytest.approx(-10)
    assert "48 kWh (10.0 %) more: a part may be counted twice" in said.sentences[0]


def test_only_intervals_with_all_meters_are_compared_and_a_silent_part_is_left_out(tmp_path: Path) -> None:
    columns: dict[str, Sequence[Cell]] = {
        "Time": HOURS,
        "Main [kWh]": [10] * 48,
        "Hall [kWh]": [10] * 46 + [None] * 2,
        "Office [kWh]": [None] * 48,
    }
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "meter_balance", INPUTS)
    assert (said.facts["main"], said.facts["residual"]) == (460.0, 0.0)
    assert said.warnings == (
        "1 part without any value left out: “Office [kWh]”.",
        "2 rows left out for want of a value or a time.",
    )


def test_units_of_one_quantity_are_made_one(tmp_path: Path) -> None:
    """15-minute kW and MWh beside kWh: 40 kW is 10 kWh in a quarter of an hour."""
    columns: dict[str, Sequence[Cell]] = {
        "Time": stamps("2024-01-01", 8, 15),
        "Main power [kW]": [40] * 8,
        "Hall [MWh]": [0.006] * 8,
        "Office [Wh]": [4000] * 8,
    }
    with opened(written(tmp_path, columns), tmp_path) as frame:
        inputs = {"main": ["Main power [kW]"], "parts": ["Hall [MWh]", "Office [Wh]"], "timestamp": ["Time"]}
        said = found(frame, "meter_balance", inputs)
    assert (said.facts["main"], said.facts["residual"]) == pytest.approx((80, 0))


def test_a_main_meter_that_stands_still_while_a_part_runs_is_beyond_any_tolerance(tmp_path: Path) -> None:
    with opened(plant(tmp_path, [0] * 24 + [9] * 24, [3] * 24 + [9] * 24, [0] * 48), tmp_path) as frame:
        said = found(frame, "meter_balance", INPUTS)
    assert [row["beyond"] for row in said.tables["periods"].to_pylist()] == [True, False]
    assert said.tables["periods"].to_pylist()[0]["residual_percent"] is None


@given(
    st.lists(st.tuples(*[st.integers(0, 50) | st.none()] * 3), min_size=2, max_size=48).filter(
        lambda rows: any(None not in row for row in rows)
    )
)
@settings(max_examples=times(12), deadline=None)
def test_parts_and_the_rest_add_up_to_the_main_meter(rows: list[tuple[int | None, int | None, int | None]]) -> None:
    whole = [(main, hall, office) for main, hall, office in rows if None not in (main, hall, office)]
    with tempfile.TemporaryDirectory() as folder:
        path = plant(Path(folder), *(list(column) for column in zip(*rows, strict=True)))
        with opened(path, Path(folder)) as frame:
            said = found(frame, "meter_balance", INPUTS)
    main = sum(row[0] or 0 for row in whole)
    assert said.facts["main"] == pytest.approx(main)
    assert sum(said.tables["parts"]["value"].to_pylist()) == pytest.approx(main)
    assert sum(row["residual"] for row in said.tables["periods"].to_pylist()) == pytest.approx(said.facts["residual"])


@pytest.mark.shared
def test_the_end_uses_of_a_simulated_building_are_its_electricity_and_one_of_them_missing_is_found(
    shared: Path, tmp_path: Path
) -> None:
    path = shared / "data/h_comstock_bldg98542_up10_15min.parquet"
    total = "out.electricity.total.energy_consumption"
    table = pq.read_table(path)
    names = [
        each
        for each in table.column_names
        if each.startswith("out.electricity.")
        and each.endswith(".energy_consumption")
        and each.split(".")[2] not in ("total", "net", "pv", "purchased")
    ]
    lights = "out.electricity.interior_lighting.energy_consumption"
    sums = {each: sum(table[each].to_pylist()) for each in (total, lights)}
    with opened(path, tmp_path) as frame:
        whole = found(frame, "meter_balance", {"main": [total], "parts": names, "timestamp": ["timestamp"]})
        rest = [each for each in names if each != lights]
        dark = found(frame, "meter_balance", {"main": [total], "parts": rest, "timestamp": ["timestamp"]})
    assert whole.facts["main"] == pytest.approx(sums[total])
    assert whole.facts["residual_percent"] == pytest.approx(0, abs=0.01)
    assert (whole.facts["periods"], whole.facts["periods_beyond"]) == (365, 0)
    assert dark.facts["residual"] == pytest.approx(sums[lights], rel=1e-3)


@pytest.mark.shared
def test_what_france_uses_is_what_it_makes_stores_and_exchanges(shared: Path, tmp_path: Path) -> None:
    """The grid's own books are kept to a MW a column: they balance to less than 0.1 %; gas burnt for power is power."""
    path = shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls"
    parts = ["Fioul", "Charbon", "Gaz", "Nucléaire", "Eolien", "Solaire", "Hydraulique", "Pompage", "Bioénergies"]
    parts.append("Ech. physiques")
    with path.open(encoding="latin-1", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["Consommation"]]
    rest = sum(float(row["Consommation"]) - sum(float(row[each]) for each in parts) for row in rows) * 250
    with opened(path, tmp_path) as frame:
        inputs = {"main": ["Consommation"], "parts": parts, "timestamp": ["Date"]}
        said = found(frame, "meter_balance", inputs, tolerance_percent=0.1)
    assert said.facts["residual"] == pytest.approx(rest)
    assert said.facts["periods_beyond"] == 0
    assert "(less than 0.1 %)" in said.sentences[0]
