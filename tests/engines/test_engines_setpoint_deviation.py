"""How far a value is from its setpoint: counted by hand, and on an air handler's table with the standard library."""

from __future__ import annotations

import csv
from datetime import datetime
from itertools import groupby
from pathlib import Path
from statistics import fmean

import pytest
from tests.engines.opening import opened, reason, result, stamps, written

from headgate.catalogue.meaning import Fold, Role

ROLES = {"Room [°C]": (Role.TEMPERATURE_PROCESS, Fold.MEAN), "Wanted [°C]": (Role.SETPOINT, Fold.MEAN)}
BOTH = {"value": "Room [°C]", "setpoint": "Wanted [°C]", "timestamp": "Time"}
AHU = "c_lbnl_fdd_mzvav-2-1_head.csv"


def table(folder: Path, room: list[float | None], minutes: int = 10, **more: list[str]) -> Path:
    columns = {"Time": stamps("2024-01-01", len(room), minutes), "Room [°C]": room, "Wanted [°C]": [20.0] * len(room)}
    return written(folder, {**columns, **more})


def test_units_that_no_factor_converts_are_refused(tmp_path: Path) -> None:
    columns = {"Time": stamps("2024-01-01", 9, 10), "Room [°C]": [20.5] * 9, "Wanted [°F]": [68.0] * 9}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = reason(frame, "setpoint_deviation", {**BOTH, "setpoint": "Wanted [°F]"})
    assert said == "“Room [°C]” is in °C and “Wanted [°F]” in °F; they cannot be compared as they are."


def test_stamps_without_a_regular_interval_are_refused(tmp_path: Path) -> None:
    times = [f"2024-01-01 00:{minute:02d}" for minute in (0, 1, 3, 9, 10, 25, 31, 33, 59)]
    columns = {"Time": times, "Room [°C]": [20.5] * 9, "Wanted [°C]": [20.0] * 9}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        assert "have no regular interval" in reason(frame, "setpoint_deviation", BOTH)


def test_words_that_say_neither_on_nor_off_are_refused(tmp_path: Path) -> None:
    path = table(tmp_path, [20.5] * 9, Fan=["purple"] * 9)
    with opened(path, tmp_path, ROLES) as frame:
        said = reason(frame, "setpoint_deviation", {**BOTH, "state": "Fan"})
    assert said == "No word in “Fan” says that something is on or off."


def test_a_fan_that_never_runs_leaves_nothing_to_judge(tmp_path: Path) -> None:
    with opened(table(tmp_path, [20.5] * 9, Fan=["off"] * 9), tmp_path, ROLES) as frame:
        said = reason(frame, "setpoint_deviation", {**BOTH, "state": "Fan"})
    assert said == "At no moment both have a value while “Fan” is on."


def test_time_outside_is_counted_and_only_long_stretches_are_events(tmp_path: Path) -> None:
    """Ten-minute values: 3 above (30 minutes), 1 below, 2 above, and the band's edge itself is inside."""
    room = [20.0, 22.0, 22.5, 23.0, 20.0, 18.0, 21.0, 21.5, 21.5, 20.0]
    with opened(table(tmp_path, room), tmp_path, ROLES) as frame:
        found = result(frame, "setpoint_deviation", BOTH)
    facts = found.facts
    assert (facts["above_share"], facts["below_share"], facts["within_share"]) == pytest.approx((0.5, 0.1, 0.4))
    assert (facts["band"], facts["events"], facts["event_hours"]) == (1.0, 1.0, 0.5)
    assert facts["mean_deviation"] == pytest.approx(9.5 / 10)
    assert facts["greatest_deviation"] == 3.0
    (event,) = found.tables["events"].to_pylist()
    assert (event["start"], event["end"]) == (datetime(2024, 1, 1, 0, 10), datetime(2024, 1, 1, 0, 40))
    assert (event["side"], event["mean_deviation"], event["greatest_deviation"]) == ("above", 2.5, 3.0)
    assert sum(found.tables["spread"]["time_percent"].to_pylist()) == pytest.approx(100)


def test_a_stretch_ends_where_the_rows_end_and_where_the_side_changes(tmp_path: Path) -> None:
    """An hour above, then an hour below, then a gap in an hour above: four events, not one or three."""
    room = [*[22.0] * 6, *[18.0] * 6, *[22.0] * 6, None, None, *[22.0] * 6]
    with opened(table(tmp_path, room), tmp_path, ROLES) as frame:
        found = result(frame, "setpoint_deviation", BOTH)
    assert [(row["side"], row["hours"]) for row in found.tables["events"].to_pylist()] == [
        ("above", 1.0),
        ("below", 1.0),
        ("above", 1.0),
        ("above", 1.0),
    ]


@pytest.mark.parametrize("words", [("on", "off"), ("1", "0"), ("TRUE", "FALSE"), ("Occupied", "Unoccupied")])
def test_only_the_time_in_which_it_runs_counts(tmp_path: Path, words: tuple[str, str]) -> None:
    path = table(tmp_path, [20.0, 20.0, 25.0, 25.0, 15.0], Fan=[words[0], words[0], words[0], words[1], words[1]])
    with opened(path, tmp_path, ROLES) as frame:
        facts = result(frame, "setpoint_deviation", {**BOTH, "state": "Fan"}).facts
    assert facts["hours"] == pytest.approx(0.5)
    assert facts["above_share"] == pytest.approx(1 / 3)
    assert facts["below_share"] == 0.0


def test_units_of_one_quantity_are_made_alike(tmp_path: Path) -> None:
    """1.4 kPa against a setpoint of 1,500 Pa is 0.1 kPa below."""
    columns = {"Time": stamps("2024-01-01", 9, 10), "Duct [kPa]": [1.4] * 9, "Duct set point [Pa]": [1500] * 9}
    inputs = {"value": "Duct [kPa]", "setpoint": "Duct set point [Pa]", "timestamp": "Time"}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        found = result(frame, "setpoint_deviation", inputs)
    assert found.facts["mean_deviation"] == pytest.approx(-0.1)
    assert found.facts["band"] == pytest.approx(0.075)
    assert found.warnings == ("No band was given; ±0.075 kPa is taken (5 % of the mean setpoint).",)


def test_rooms_in_one_table_are_kept_apart(tmp_path: Path) -> None:
    """Two rooms at the same moments, one always 3 above: its stretch is not broken by the other's rows."""
    times = [each for each in stamps("2024-01-01", 12, 10) for _ in "ab"]
    columns = {"Time": times, "Room": ["a", "b"] * 12, "Room [°C]": [20, 23] * 12, "Wanted [°C]": [20] * 24}
    with opened(written(tmp_path, columns), tmp_path, {**ROLES, "Room": (Role.ENTITY, Fold.NONE)}) as frame:
        found = result(frame, "setpoint_deviation", BOTH)
    (event,) = found.tables["events"].to_pylist()
    assert (event["entity"], event["hours"]) == ("b", 2.0)
    assert [(row["entity"], row["outside_share"]) for row in found.tables["entities"].to_pylist()] == [
        ("b", 1.0),
        ("a", 0.0),
    ]


@pytest.mark.shared
def test_the_supply_air_of_a_real_air_handler(shared: Path, tmp_path: Path) -> None:
    """Counted over the file with the standard library alone: 200 minutes with the fan on."""
    with (shared / "data" / AHU).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    fan = [float(row["AHU: Supply Air Fan Status"]) > 0 for row in rows]
    off = [
        float(row["AHU: Supply Air Temperature"]) - float(row["AHU: Supply Air Temperature Set Point"]) for row in rows
    ]
    kept = [d for d, on in zip(off, fan, strict=True) if on]
    sides = [(d > 2) - (d < -2) if on else 0 for d, on in zip(off, fan, strict=True)]
    runs = [len(list(run)) for side, run in groupby(sides) if side]
    inputs = {
        "value": "AHU: Supply Air Temperature",
        "setpoint": "AHU: Supply Air Temperature Set Point",
        "timestamp": "Date",
        "state": "AHU: Supply Air Fan Status",
    }
    with opened(shared / "data" / AHU, tmp_path) as frame:
        facts = result(frame, "setpoint_deviation", inputs, band=2.0).facts
    assert facts["hours"] == pytest.approx(len(kept) / 60)
    assert facts["mean_deviation"] == pytest.approx(fmean(kept))
    assert facts["within_share"] == pytest.approx(sum(abs(d) <= 2 for d in kept) / len(kept))
    assert facts["events"] == sum(run >= 30 for run in runs)
