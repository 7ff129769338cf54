"""Outliers: the moving median and its deviation by numpy, Tukey's fences by hand, and levels that are no exception."""

from __future__ import annotations

import csv
import random
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.asking import found, refused
from tests.engines.opening import opened, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.models.hampel import deviation, median, usual

ROOM = {"measures": ["Room [°C]"], "timestamp": ["Time"]}
CAMBRIDGE = "b_cambridge_estates_2019_hourly_weather.csv"


def room(folder: Path, values: list[float | None], **more: list[str]) -> Path:
    return written(folder, {"Time": stamps("2024-01-01", len(values), 60), "Room [°C]": values, **more})


def calm(count: int, seed: int = 5) -> list[float | None]:
    rng = random.Random(seed)
    return [round(rng.gauss(20, 0.5), 3) for _ in range(count)]


def test_ninety_nine_values_are_too_few(tmp_path: Path) -> None:
    with opened(room(tmp_path, [*calm(99), None, None]), tmp_path) as frame:
        assert refused(frame, "outliers", ROOM) == "None of the chosen columns holds 100 values."


def test_words_have_no_outliers(tmp_path: Path) -> None:
    with opened(room(tmp_path, calm(120), Note=["a", "b"] * 60), tmp_path) as frame:
        assert refused(frame, "outliers", {"measures": ["Note"]}) == "None of the chosen columns holds numbers."


def test_values_that_move_between_levels_have_no_exceptions(tmp_path: Path) -> None:
    """One day in three 30 degrees warmer: every value of it is far from the median, and none is a surprise."""
    values = [(value or 0) + 30 * (n // 24 % 3 == 0) for n, value in enumerate(calm(600))]
    with opened(room(tmp_path, [*values]), tmp_path) as frame:
        said = refused(frame, "outliers", ROOM)
    assert said.startswith("More than 5.0 % of the values of “Room [°C]” lie far from the others")


def test_a_short_excursion_is_one_event_with_what_was_expected(tmp_path: Path) -> None:
    values = calm(600)
    values[300:303] = [25.0, 31.0, 26.0]
    values[450] = -4.0
    with opened(room(tmp_path, values), tmp_path) as frame:
        said = found(frame, "outliers", ROOM)
    far, warm = said.tables["events"].to_pylist()
    assert (far["start"], far["value"], far["values"]) == (datetime(2024, 1, 19, 18), -4.0, 1)
    assert (warm["start"], warm["end"]) == (datetime(2024, 1, 13, 12), datetime(2024, 1, 13, 14))
    assert (warm["value"], warm["values"]) == (31.0, 3)
    assert warm["expected"] == pytest.approx(np.median([v for v in values[301 - 84 : 301 + 85] if v is not None]))
    assert (said.facts["outliers"], said.facts["events"]) == (4, 2)
    assert "the farthest is −4 °C on 19 Jan 2024 18:00, where 20" in said.sentences[0]
    assert sum(said.tables["line"]["outlier"].to_pylist()) == 4


def test_a_sensor_that_drifts_slowly_has_no_outlier(tmp_path: Path) -> None:
    """Against all values the ends would be far away; against those around them they are not."""
    values = [(value or 0) + 0.05 * n for n, value in enumerate(calm(1200))]
    with opened(room(tmp_path, [*values]), tmp_path) as frame:
        said = found(frame, "outliers", ROOM, k=6.0)
    assert said.facts["outliers"] == 0
    assert said.sentences == ("No value lies far from what is usual in “Room [°C]”.",)


def test_a_column_that_never_changes_has_no_outlier(tmp_path: Path) -> None:
    with opened(room(tmp_path, [20.0] * 200), tmp_path, {"Room [°C]": (Role.MEASURE, Fold.MEAN)}) as frame:
        assert found(frame, "outliers", ROOM).facts["outliers"] == 0
        assert found(frame, "outliers", ROOM, method="iqr").facts["outliers"] == 0


def test_tukeys_fences_are_at_k_interquartile_ranges(tmp_path: Path) -> None:
    """Of −51, 0 … 100 and 150 the quartiles are 24.5 and 75.5: with k = 1.45 the fences are −49.45 and 149.45."""
    values: list[float | None] = [*map(float, range(101)), 150.0, -51.0]
    with opened(room(tmp_path, values), tmp_path) as frame:
        said = found(frame, "outliers", {"measures": ["Room [°C]"]}, method="iqr", k=1.45)
        wide = found(frame, "outliers", {"measures": ["Room [°C]"]}, method="iqr", k=1.5)
    low, high = said.tables["events"].to_pylist()
    assert (low["row"], low["value"]) == (103, -51.0)
    assert (low["low"], low["high"]) == pytest.approx((-49.45, 149.45))
    assert (high["row"], high["value"]) == (102, 150.0)
    assert "the farthest is −51 °C in row 103" in said.sentences[0]
    assert wide.facts["outliers"] == 0  # the fences are −52 and 152


def test_without_a_time_each_value_is_judged_against_all(tmp_path: Path) -> None:
    values = calm(200)
    values[7] = 29.0
    with opened(room(tmp_path, values), tmp_path) as frame:
        said = found(frame, "outliers", {"measures": ["Room [°C]"]})
    known = np.array(values, dtype=float)
    middle = np.median(known)
    scale = 1.4826 * np.median(abs(known - middle))
    (event,) = said.tables["events"].to_pylist()
    assert (event["row"], event["expected"]) == (8, pytest.approx(middle))
    assert event["strength"] == pytest.approx((29 - middle) / scale)
    assert said.warnings == (
        "“Room [°C]”: each value is judged against all of them, as no window of 7 values or more is around it.",
    )


def test_rooms_in_one_table_are_judged_one_by_one(tmp_path: Path) -> None:
    """A cold store and an office: −18 °C is usual for one of them, and 20 °C is not."""
    cold = [(value or 0) - 38 for value in calm(200, 1)]
    cold[100] = 20.0
    both = [each for pair in zip(calm(200, 2), cold, strict=True) for each in pair]
    columns = {
        "Time": [each for each in stamps("2024-01-01", 200, 60) for _ in "ab"],
        "Place": ["office", "store"] * 200,
    }
    path = written(tmp_path, {**columns, "Room [°C]": both})
    with opened(path, tmp_path, {"Place": (Role.ENTITY, Fold.NONE)}) as frame:
        (event,) = found(frame, "outliers", ROOM).tables["events"].to_pylist()
    assert (event["entity"], event["value"]) == ("store", 20.0)


@pytest.mark.shared
def test_the_humidity_of_a_real_year_by_numpy(shared: Path, tmp_path: Path) -> None:
    """Each hour against the 169 hours around it, window by window."""
    with (shared / "data" / CAMBRIDGE).open(encoding="utf-8-sig") as file:
        x = np.array([float(row["rltv_hum [%]"] or "nan") for row in csv.DictReader(file)])
    assert not np.isnan(x).any()
    far = 0
    for n in range(len(x)):
        around = x[max(0, n - 84) : n + 85]
        middle = np.median(around)
        far += abs(x[n] - middle) > 4 * 1.4826 * np.median(abs(around - middle))
    with opened(shared / "data" / CAMBRIDGE, tmp_path) as frame:
        said = found(frame, "outliers", {"measures": ["rltv_hum [%]"], "timestamp": ["datetime"]})
    assert said.facts["outliers"] == far > 0


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=40), st.integers(1, 30))
@settings(max_examples=times(40), deadline=None)
def test_the_moving_median_and_deviation_are_those_of_numpy(values: list[int], width: int) -> None:
    whole = 1.2533 * float(np.mean(np.abs(np.array(values) - np.median(values))))
    seconds = [float(n + n // 3) for n in range(len(values))]  # with gaps
    found_here = list(usual(seconds, [float(value) for value in values], width))
    for now, (middle, scale) in zip(seconds, found_here, strict=True):
        around = [value for value, at in zip(values, seconds, strict=True) if abs(at - now) <= width / 2]
        spread = float(np.median(np.abs(np.array(around) - np.median(around))))
        assert middle == float(np.median(around))
        assert scale == pytest.approx(1.4826 * spread or whole)


def test_a_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert median([1.0, 2.0, 5.0, 9.0]) == 3.5
    assert deviation([1.0, 2.0, 5.0, 9.0], 3.5) == 2.0  # of 2.5, 1.5, 1.5 and 5.5
