"""When the level changed: steps made by hand are found on their day, and a series without one has none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.engines.opening import Cell, opened, reason, result, stamps, written

DATA = Path(__file__).parents[3] / "shared" / "data"
INPUTS = {"measure": "Electricity [kWh]", "timestamp": "Day"}
CHANCE = random.Random(3)
NOISE = [CHANCE.gauss(0, 10) for _ in range(300)]
WEEK = (0, 0, 0, 0, 0, -200, -250)  # the weekend takes less


def table(folder: Path, levels: list[tuple[int, float]], noise: float = 1.0) -> Path:
    use: list[Cell] = []
    for days, level in levels:
        use += [level + WEEK[(len(use) + at) % 7] + noise * NOISE[len(use) + at] for at in range(days)]
    return written(folder, {"Day": stamps("2024-01-01", len(use), 1440), "Electricity [kWh]": use})


def test_sixty_days_are_needed(tmp_path: Path) -> None:
    with opened(table(tmp_path, [(59, 500)]), tmp_path) as frame:
        assert reason(frame, "change_points", INPUTS) == ("There are 59 days with values; this analysis needs 60.")


def test_a_steady_week_has_one_level(tmp_path: Path) -> None:
    with opened(table(tmp_path, [(200, 500)]), tmp_path) as frame:
        found = result(frame, "change_points", INPUTS)
    assert found.facts["changes"] == 0
    assert "did not change by more than its usual ups and downs" in found.sentences[0]


def test_two_steps_are_found_on_their_days(tmp_path: Path) -> None:
    """From 1 January 100 days at 500, 60 at 620 and 80 at 560 kWh: changes on 10 April and 9 June."""
    with opened(table(tmp_path, [(100, 500), (60, 620), (80, 560)]), tmp_path) as frame:
        found = result(frame, "change_points", INPUTS)
    rows = found.tables["segments"].to_pylist()
    assert [f"{row['first']:%d %b}" for row in rows] == ["01 Jan", "10 Apr", "09 Jun"]
    assert [row["periods"] for row in rows] == [100, 60, 80]
    assert rows[1]["change"] == pytest.approx(120, abs=6)
    assert rows[2]["change"] == pytest.approx(-60, abs=6)
    assert found.facts["greatest_change_at"] == "2024-04-10T00:00:00"
    assert found.sentences[1].startswith("On 10 Apr 2024 it rose by")


def test_a_level_is_no_shorter_than_was_asked(tmp_path: Path) -> None:
    with opened(table(tmp_path, [(100, 500), (10, 900), (90, 500)]), tmp_path) as frame:
        short = result(frame, "change_points", INPUTS, min_size=7)
        long = result(frame, "change_points", INPUTS, min_size=40)
    assert [row["periods"] for row in short.tables["segments"].to_pylist()] == [100, 10, 90]
    assert all(row["periods"] >= 40 for row in long.tables["segments"].to_pylist())


def test_rows_out_of_order_and_a_null_change_nothing(tmp_path: Path) -> None:
    levels = [(100, 500.0), (60, 620.0), (80, 560.0)]
    with opened(table(tmp_path, levels), tmp_path) as frame:
        before = result(frame, "change_points", INPUTS).facts
    path = table(tmp_path, levels)
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    CHANCE.shuffle(lines)
    path.write_text("\n".join([head, *lines, "2024-03-01 00:00,"]) + "\n", encoding="utf-8")
    with opened(path, tmp_path) as frame:
        after = result(frame, "change_points", INPUTS).facts
    assert after == pytest.approx(before)


@pytest.mark.shared
def test_the_steel_works_stood_still_about_the_new_year_of_the_moon(tmp_path: Path) -> None:
    """Ten days before Seollal 2018 (16 February) the days fall to a third: 10 to 18 February by hand in the file."""
    inputs = {"measure": "Usage_kWh", "timestamp": "date"}
    with opened(DATA / "a_steel_industry_15min.csv", tmp_path) as frame:
        found = result(frame, "change_points", inputs)
    low = min(found.tables["segments"].to_pylist(), key=lambda row: row["mean"])
    assert (f"{low['first']:%d %b}", low["periods"]) == ("10 Feb", 9)
