"""The audit of time stamps, worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import STEEL, opened, stamps, written

TIME = {"timestamp": ["Time"]}
HOURS = stamps("2024-01-01", 100, 60)


def audited(tmp_path: Path, times: list[str]) -> dict[str, float | str | None]:
    with opened(written(tmp_path, {"Time": times, "n": range(len(times))}), tmp_path) as frame:
        return dict(found(frame, "timestamp_audit", TIME).facts)


def test_a_column_of_other_things_is_no_time(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Time": ["a", "b", "c"], "n": [1, 2, 3]}), tmp_path) as frame:
        assert refused(frame, "timestamp_audit", TIME) == "Fewer than 95 % of the cells of “Time” are dates or times."


def test_one_stamp_has_no_step(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Time": ["2024-01-01"] * 3, "n": [1, 2, 3]}), tmp_path) as frame:
        assert refused(frame, "timestamp_audit", TIME) == "“Time” holds fewer than two different times."


@pytest.mark.parametrize(
    ("times", "facts"),
    [
        (HOURS, {"gaps": 0, "missing_intervals": 0, "double_rows": 0, "out_of_order_rows": 0, "completeness_share": 1}),
        (HOURS[:10] + HOURS[13:50] + HOURS[51:], {"gaps": 2, "missing_intervals": 4, "completeness_share": 0.96}),
        (HOURS + HOURS[20:25], {"double_rows": 5, "gaps": 0, "out_of_order_rows": 1, "distinct_stamps": 100}),
        (HOURS[:50] + HOURS[50:52][::-1] + HOURS[52:], {"out_of_order_rows": 1, "gaps": 0}),
        ([*HOURS, "", "late"], {"rows_without_stamp": 2, "rows": 102, "distinct_stamps": 100}),
    ],
    ids=["regular", "gaps", "doubles", "order", "blanks"],
)
def test_what_is_wrong_with_stamps_is_counted(tmp_path: Path, times: list[str], facts: dict[str, float]) -> None:
    said = audited(tmp_path, times)
    assert said["interval_s"] == 3600
    assert {name: said[name] for name in facts} == facts


def test_gaps_are_told_entity_by_entity(tmp_path: Path) -> None:
    """Meter B misses an hour that meter A has."""
    times = HOURS + HOURS[:40] + HOURS[41:]
    columns = {"Time": times, "Meter": ["A"] * 100 + ["B"] * 99}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        split = found(frame, "timestamp_audit", {**TIME, "entity": ["Meter"]})
        merged = found(frame, "timestamp_audit", TIME)
    assert (split.facts["gaps"], split.facts["double_rows"], split.facts["out_of_order_rows"]) == (1, 0, 0)
    assert split.tables["gaps"].to_pylist()[0]["missing"] == 1
    assert (merged.facts["gaps"], merged.facts["double_rows"]) == (0, 99)


def local_clock(start: datetime, hours: int, changes: dict[datetime, int]) -> list[str]:
    """Hourly stamps of a clock that is set by so many hours at these moments of its own."""
    times, at = [], start
    for _ in range(hours):
        at += timedelta(hours=changes.pop(at, 0))
        times.append(f"{at:%Y-%m-%d %H:%M}")
        at += timedelta(hours=1)
    return times


@pytest.mark.parametrize(
    ("forward", "back"),
    [(datetime(2024, 3, 31, 2), datetime(2024, 10, 27, 3)), (datetime(2024, 3, 10, 2), datetime(2024, 11, 3, 2))],
    ids=["Europe", "North America"],
)
def test_days_of_23_and_25_hours_are_named(tmp_path: Path, forward: datetime, back: datetime) -> None:
    times = local_clock(datetime(2024, 3, 1), 24 * 260, {forward: 1, back: -1})
    with opened(written(tmp_path, {"Time": times, "n": range(len(times))}), tmp_path) as frame:
        said = found(frame, "timestamp_audit", TIME)
    assert (said.facts["days_of_23_hours"], said.facts["days_of_25_hours"]) == (1, 1)
    assert f"{forward.day} Mar 2024 (23 hours) and {back.day} {back:%b} 2024 (25 hours)" in said.sentences[-1]


def test_an_hour_missing_on_a_working_day_is_no_change_of_clocks(tmp_path: Path) -> None:
    times = stamps("2024-03-01", 24 * 60, 60)
    del times[24 * 26 + 2]
    said = audited(tmp_path, times)
    assert (said["days_of_23_hours"], said["missing_intervals"]) == (0, 1)


def test_stamps_of_events_have_no_gaps(tmp_path: Path) -> None:
    times = [f"{datetime(2024, 1, 1) + timedelta(minutes=n * n):%Y-%m-%d %H:%M}" for n in range(50)]
    with opened(written(tmp_path, {"Time": times, "n": range(50)}), tmp_path) as frame:
        said = found(frame, "timestamp_audit", TIME)
    assert (said.facts["gaps"], said.facts["missing_intervals"]) == (None, None)
    assert said.sentences[0].endswith("it marks events, so no gap can be told.")


def test_the_late_midnights_of_the_steel_table_are_found(tmp_path: Path) -> None:
    with opened(STEEL, tmp_path) as frame:
        said = found(frame, "timestamp_audit", {"timestamp": ["date"]})
    assert (said.facts["out_of_order_rows"], said.facts["stamp_names"], said.facts["gaps"]) == (365, "end", 0)
    assert any("The rows at 00:00 close the day they are dated with: 365 rows" in line for line in said.sentences)
