"""Trends, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import opened, stamps, written

from headgate.catalogue.meaning import Fold, Role

TREND = {"timestamp": ["Time"], "measures": ["Energy [kWh]"]}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"Time": ["a", "b", "c"], "Energy [kWh]": [1, 2, 3]}, "“Time” holds no dates or times."),
        ({"Time": stamps("2024-01-01", 3, 60), "Energy [kWh]": ["x"] * 3}, "None of the chosen columns holds numbers."),
        ({"Time": ["2024-01-01"] * 3, "Energy [kWh]": [1, 2, 3]}, "“Time” holds fewer than two different times."),
        (
            {"Time": stamps("2024-01-15", 100 * 24, 60), "Energy [kWh]": [None] * 2400},
            "None of the chosen columns holds numbers.",
        ),
    ],
)
def test_what_has_no_course_is_skipped(tmp_path: Path, columns: dict[str, list[object]], reason: str) -> None:
    with opened(written(tmp_path, columns), tmp_path) as frame:
        assert refused(frame, "trend", TREND) == reason


def test_one_full_period_is_no_trend(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-10", 28 * 24, 60), "Energy [kWh]": [1] * 672})
    with opened(path, tmp_path) as frame:
        assert refused(frame, "trend", TREND, grain="month") == "There are fewer than two full periods by month."


def test_periods_that_the_data_cut_off_are_left_out_and_said(tmp_path: Path) -> None:
    """From Wednesday 10 January 2024, 26 days: weeks of 168 kWh from the 15th, 22nd and 29th."""
    path = written(tmp_path, {"Time": stamps("2024-01-10", 26 * 24, 60), "Energy [kWh]": [1] * 624})
    with opened(path, tmp_path) as frame:
        said = found(frame, "trend", TREND, grain="week")
    rows = said.tables["trend"].to_pylist()
    assert [(f"{row['start']:%d %b}", row["value"]) for row in rows] == [
        ("15 Jan", 168),
        ("22 Jan", 168),
        ("29 Jan", 168),
    ]
    assert said.warnings == ("A first or last week that the data cut off is left out.",)
    assert said.sentences == ("“Energy [kWh]” is 168 kWh throughout.",)


def test_whole_periods_are_all_there(tmp_path: Path) -> None:
    """January to March 2024 in hours: 744, 696 and 744 kWh."""
    path = written(tmp_path, {"Time": stamps("2024-01-01", 91 * 24, 60), "Energy [kWh]": [1] * 2184})
    with opened(path, tmp_path) as frame:
        said = found(frame, "trend", TREND, grain="month")
    assert said.tables["trend"]["value"].to_pylist() == [744, 696, 744]
    assert said.warnings == ()
    assert said.facts == {
        "c2_highest_per_period_kwh": 744,
        "c2_lowest_per_period_kwh": 696,
        "c2_mean_per_period_kwh": 728,
    }
    assert said.sentences == (
        "“Energy [kWh]” by month averages 728 kWh: highest 744 kWh (Jan 2024), lowest 696 kWh (Feb 2024).",
    )


def test_measures_of_one_unit_share_a_drawing_and_others_do_not(tmp_path: Path) -> None:
    columns = {"Time": stamps("2024-01-01", 96, 60)}
    columns |= {name: range(96) for name in ("Energy A [kWh]", "Energy B [kWh]", "Temperature [°C]")}
    inputs = {"timestamp": ["Time"], "measures": ["Energy A [kWh]", "Temperature [°C]", "Energy B [kWh]"]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "trend", inputs)
    assert [(figure.table, figure.unit, figure.series) for figure in said.figures] == [
        ("trend", "kWh", "series"),
        ("trend_2", "°C", None),
    ]
    assert set(said.tables["trend"]["series"].to_pylist()) == {"Energy A [kWh]", "Energy B [kWh]"}
    assert said.tables["trend_2"]["value"].to_pylist() == [11.5, 35.5, 59.5, 83.5]


def test_an_entity_has_a_line_each_the_greatest_eight(tmp_path: Path) -> None:
    times = [time for time in stamps("2024-01-01", 48, 60) for _ in range(10)]
    columns = {"Time": times, "Energy [kWh]": [n % 10 for n in range(480)], "Line": [f"L{n % 10}" for n in range(480)]}
    with opened(written(tmp_path, columns), tmp_path, {"Line": (Role.ENTITY, Fold.NONE)}) as frame:
        said = found(frame, "trend", {**TREND, "entity": ["Line"]}, grain="day")
    lines = dict.fromkeys(said.tables["trend"]["series"].to_pylist())
    assert list(lines) == ["L9", "L8", "L7", "L6", "L5", "L4", "L3", "L2"]
    assert said.tables["trend"]["value"].to_pylist()[:2] == [216, 216]


@pytest.mark.parametrize(
    ("count", "minutes", "asked", "periods"),
    [
        (72, 60, "auto", 72),
        (96, 60, "auto", 4),
        (2184, 60, "auto", 13),
        (200 * 24, 60, "hour", 200),
        (60, 1440, "hour", 60),
    ],
    ids=["three days", "four days", "a quarter", "too many hours", "too coarse"],
)
def test_the_grain_follows_span_and_step(tmp_path: Path, count: int, minutes: int, asked: str, periods: int) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", count, minutes), "Energy [kWh]": range(count)})
    with opened(path, tmp_path) as frame:
        said = found(frame, "trend", TREND, grain=asked)
    assert said.tables["trend"].num_rows == periods
    assert bool(said.warnings) == (asked == "hour")


def test_a_line_that_ends_within_a_period_ends_before_it(tmp_path: Path) -> None:
    """Ten days of stamps; the measured load ends at noon of the eighth day, the forecast runs on."""
    columns = {
        "Time": stamps("2024-01-01", 240, 60),
        "Load [kW]": [10.0] * 180 + [None] * 60,
        "Forecast [kW]": [float(n % 24) for n in range(240)],
    }
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "trend", {"timestamp": ["Time"], "measures": ["Load [kW]", "Forecast [kW]"]}, grain="day")
    days = said.tables["trend"]["series"].to_pylist()
    assert (days.count("Load [kW]"), days.count("Forecast [kW]")) == (7, 10)
