"""The load calendar, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, result, stamps, written

LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}


def test_a_cell_is_the_mean_demand_of_its_hour(tmp_path: Path) -> None:
    """Quarter hours of 1, 2, 3 and 4 kWh are 4, 8, 12 and 16 kW, 10 kW on average."""
    count = 14 * 96
    path = written(
        tmp_path, {"Time": stamps("2024-01-01", count, 15), "Energy [kWh]": [1 + n % 4 for n in range(count)]}
    )
    with opened(path, tmp_path) as frame:
        table = result(frame, "load_heatmap", LOAD).tables["calendar"]
    assert table.num_rows == 14 * 24
    assert set(table["kw"].to_pylist()) == {10.0}


def test_a_weekend_day_that_works_like_a_weekday_is_named(tmp_path: Path) -> None:
    """Saturday 13 January 2024 uses as much as a working day; the other three weekend days a tenth."""
    times = stamps("2024-01-01", 14 * 24, 60)
    quiet = {"2024-01-06", "2024-01-07", "2024-01-14"}
    path = written(tmp_path, {"Time": times, "Energy [kWh]": [1 if time[:10] in quiet else 10 for time in times]})
    with opened(path, tmp_path) as frame:
        found = result(frame, "load_heatmap", LOAD)
    assert found.facts["busy_weekend_days"] == 1
    assert found.sentences[-1].startswith(
        "1 weekend day used three quarters of a typical working day or more: Sat 13 Jan"
    )


def test_the_busiest_and_the_quietest_hour_of_the_week_are_named(tmp_path: Path) -> None:
    times = stamps("2024-01-01", 14 * 24, 60)
    special = {(1, "14:00"): 30, (6, "03:00"): 0}
    energy = [special.get((n // 24 % 7, time[11:]), 5) for n, time in enumerate(times)]
    with opened(written(tmp_path, {"Time": times, "Energy [kWh]": energy}), tmp_path) as frame:
        said = result(frame, "load_heatmap", LOAD).sentences[0]
    assert said == (
        "The busiest hour of the week is Tuesday 14:00 to 15:00, 30 kW on average; "
        "the quietest is Sunday 03:00 to 04:00, 0 kW."
    )


@pytest.mark.parametrize(("days", "columns"), [(400, 400), (401, 58)])
def test_a_long_period_is_drawn_by_week_and_says_so(tmp_path: Path, days: int, columns: int) -> None:
    """401 days from a Monday on are 57 whole weeks and two days."""
    path = written(tmp_path, {"Time": stamps("2024-01-01", days * 24, 60), "Energy [kWh]": [5] * days * 24})
    with opened(path, tmp_path) as frame:
        found = result(frame, "load_heatmap", LOAD)
    assert len(set(found.tables["calendar"]["date"].to_pylist())) == columns
    assert found.figures[0].x_label == ("Date" if days == columns else "Week of")


def test_weekends_that_always_work_are_nothing_to_ask_about(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 14 * 24, 60), "Energy [kWh]": [10] * 14 * 24})
    with opened(path, tmp_path) as frame:
        found = result(frame, "load_heatmap", LOAD)
    assert found.facts["busy_weekend_days"] == 4
    assert not [said for said in found.sentences if "planned" in said]
