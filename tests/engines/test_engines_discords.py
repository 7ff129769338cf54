"""The least usual stretches: planted by hand, and against every pair of windows compared as the definition says."""

from __future__ import annotations

import csv
import math
import random
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import opened, reason, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.models.matrix_profile import FLAT, discords

ROOM = {"measure": "Room [°C]", "timestamp": "Time"}
CAMBRIDGE = "b_cambridge_estates_2019_hourly_weather.csv"


def room(folder: Path, values: list[float | None], minutes: int = 60) -> Path:
    return written(folder, {"Time": stamps("2024-01-01", len(values), minutes), "Room [°C]": values})


def days(count: int) -> list[float | None]:
    """A wave a day, with a little noise."""
    rng = random.Random(11)
    return [round(20 + 3 * math.sin(n / 24 * 2 * math.pi) + rng.gauss(0, 0.1), 3) for n in range(24 * count)]


def test_a_window_of_one_value_has_no_course(tmp_path: Path) -> None:
    with opened(room(tmp_path, days(10), minutes=1440), tmp_path) as frame:
        said = reason(frame, "discords", ROOM)
    assert said == "A window of 24 hours holds 1 value; 8 are needed."


def test_seven_windows_of_data_are_too_few(tmp_path: Path) -> None:
    with opened(room(tmp_path, days(7)), tmp_path) as frame:
        assert reason(frame, "discords", ROOM) == "The values cover 7 days; this window needs 8 days or more."


def test_more_values_than_can_be_compared_are_refused(tmp_path: Path) -> None:
    """Two hours of 15 minutes are eight values, and cannot be made coarser."""
    path = room(tmp_path, [float(n % 7) for n in range(100_001)], minutes=15)
    with opened(path, tmp_path) as frame:
        said = reason(frame, "discords", ROOM, window_hours=2)
    assert said.startswith("There are more than 100,000 values to compare")


def test_words_and_values_that_never_change_are_refused(tmp_path: Path) -> None:
    with opened(room(tmp_path, [21.5] * 240), tmp_path, {"Room [°C]": (Role.MEASURE, Fold.MEAN)}) as frame:
        assert reason(frame, "discords", ROOM).startswith("Gaps or values that never change")
    with opened(
        written(tmp_path, {"Time": stamps("2024-01-01", 240, 60), "Room [°C]": ["a", "b"] * 120}), tmp_path
    ) as f:
        assert reason(f, "discords", ROOM) == "“Room [°C]” does not hold numbers."


def test_a_day_whose_course_is_turned_round_is_found(tmp_path: Path) -> None:
    """Day 13 runs backwards, day 20 is ten degrees warmer: only the first has another course."""
    values = days(30)
    values[24 * 13 : 24 * 14] = [40 - (value or 0) for value in values[24 * 13 : 24 * 14]]
    values[24 * 20 : 24 * 21] = [(value or 0) + 10 for value in values[24 * 20 : 24 * 21]]
    with opened(room(tmp_path, values), tmp_path) as frame:
        found = result(frame, "discords", ROOM, top_n=1)
    (first,) = found.tables["discords"].to_pylist()
    assert abs((first["start"] - datetime(2024, 1, 14)).total_seconds()) <= 18 * 3600
    assert first["correlation"] < 0.9
    assert sum(found.tables["discord_1"]["discord"].to_pylist()) == 24
    assert "least like any other are" in found.sentences[0]


def test_where_every_day_has_its_like_that_is_said(tmp_path: Path) -> None:
    with opened(room(tmp_path, days(30)), tmp_path) as frame:
        found = result(frame, "discords", ROOM)
    assert found.sentences[0].startswith("Every 24 hours of “Room [°C]” have a look-alike")
    assert len(found.sentences) == 1


def test_a_window_with_a_gap_is_no_discord(tmp_path: Path) -> None:
    values = days(30)
    values[100:106] = [None] * 6
    values[300] = None
    with opened(room(tmp_path, values), tmp_path) as frame:
        found = result(frame, "discords", ROOM, top_n=20).tables["discords"].to_pylist()
    missing = [*range(100, 106), 300]
    for row in found:
        place = (row["start"] - datetime(2024, 1, 1)).total_seconds() / 3600
        assert not any(place <= hour < place + 24 for hour in missing)


def test_long_series_are_compared_by_coarser_means(tmp_path: Path) -> None:
    """20,160 quarters of an hour: a day of 96 values becomes one of 24."""
    path = room(tmp_path, [(n % 96) * 0.1 + n % 5 for n in range(20_160)], minutes=15)
    with opened(path, tmp_path) as frame:
        facts = result(frame, "discords", ROOM).facts
    assert (facts["slot_minutes"], facts["values"], facts["window_hours"]) == (60, 5_040, 24)


def by_definition(x: np.ndarray, window: int) -> np.ndarray:
    """The distance of each window to the nearest that does not overlap it, pair by pair; nan where it counts not."""
    cut = [x[place : place + window] for place in range(len(x) - window + 1)]
    spreads = np.array([np.std(each) for each in cut])
    whole = ~np.isnan(spreads)
    middle = np.median(spreads[whole]) if whole.any() else 0.0
    usable = [bool(w and s > 1e-9 and s >= FLAT * middle) for w, s in zip(whole, spreads, strict=True)]
    scaled = [(each - each.mean()) / each.std() if ok else None for each, ok in zip(cut, usable, strict=True)]
    far = np.full(len(cut), np.nan)
    for i, a in enumerate(scaled):
        others = [b for j, b in enumerate(scaled) if abs(i - j) >= window and b is not None]
        if a is not None and others:
            far[i] = min(float(np.linalg.norm(a - b)) for b in others)
    return far


@given(st.lists(st.integers(0, 30) | st.none(), min_size=30, max_size=70), st.integers(4, 8))
@settings(max_examples=times(30), deadline=None)
def test_the_profile_is_that_of_every_pair_compared(values: list[int | None], window: int) -> None:
    x = np.array([np.nan if value is None else float(value) for value in values])
    far = by_definition(x, window)
    found = discords(values, window, 1)
    if np.isnan(far).all():
        assert found.found == ()
        return
    (top,) = found.found
    assert top.distance == pytest.approx(float(np.nanmax(far)), abs=1e-5)
    assert found.middle == pytest.approx(float(np.nanmedian(far)), abs=1e-5)
    assert abs(top.place - top.nearest) >= window


@pytest.mark.shared
def test_the_humidity_of_a_real_spring_by_every_pair_of_days(shared: Path, tmp_path: Path) -> None:
    """The first 1,000 hours of a real year, every window against every other."""
    with (shared / "data" / CAMBRIDGE).open(encoding="utf-8-sig") as file:
        rows = [(row["datetime"][:16], float(row["rltv_hum [%]"])) for row in csv.DictReader(file)][:1000]
    far = by_definition(np.array([value for _, value in rows]), 24)
    path = written(tmp_path, {"Time": [stamp for stamp, _ in rows], "Humidity [%]": [value for _, value in rows]})
    with opened(path, tmp_path) as frame:
        found = result(frame, "discords", {"measure": "Humidity [%]", "timestamp": "Time"}, top_n=1)
    (first,) = found.tables["discords"].to_pylist()
    assert f"{first['start']:%Y-%m-%d %H:%M}" == rows[int(np.nanargmax(far))][0]
    assert first["distance"] == pytest.approx(float(np.nanmax(far)))
    assert found.facts["middle_distance"] == pytest.approx(float(np.nanmedian(far)))


def test_a_row_without_a_value_changes_nothing() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, said = Path(name), []
        for values in (days(10), [*days(10), None, None]):
            with opened(room(folder, values), folder) as frame:
                said.append(result(frame, "discords", ROOM))
    assert said[0].facts == said[1].facts
    assert said[0].tables == said[1].tables
