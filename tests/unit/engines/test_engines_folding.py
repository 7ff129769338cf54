"""Into which periods time is cut."""

from __future__ import annotations

from datetime import datetime

import pytest

from headgate.engines.folding import Grain, at_least, fact_key, fitting, period_end, period_word

DAY = 86_400


@pytest.mark.parametrize(
    ("days", "step", "grain"),
    [
        (3, 900, Grain.RAW),
        (4, 900, Grain.DAY),
        (90, 900, Grain.DAY),
        (91, 900, Grain.WEEK),
        (731, 900, Grain.WEEK),
        (732, 900, Grain.MONTH),
        (60, 7 * DAY, Grain.WEEK),
        (400, 31 * DAY, Grain.MONTH),
    ],
)
def test_the_grain_follows_the_span_and_is_never_below_the_step(days: int, step: int, grain: Grain) -> None:
    assert fitting(days * DAY, step) is grain


def test_a_grain_asked_for_gives_way_to_coarser_data() -> None:
    assert at_least(Grain.HOUR, DAY) is Grain.DAY
    assert at_least(Grain.HOUR, 900) is Grain.HOUR


@pytest.mark.parametrize(
    ("grain", "start", "end", "words"),
    [
        (Grain.RAW, datetime(2024, 1, 31, 23, 45), datetime(2024, 2, 1), "31 Jan 2024 23:45"),
        (Grain.HOUR, datetime(2024, 1, 31, 23), datetime(2024, 2, 1), "31 Jan 2024 23:00"),
        (Grain.DAY, datetime(2024, 2, 28), datetime(2024, 2, 29), "28 Feb 2024"),
        (Grain.WEEK, datetime(2024, 2, 26), datetime(2024, 3, 4), "the week of 26 Feb 2024"),
        (Grain.MONTH, datetime(2024, 12, 1), datetime(2025, 1, 1), "Dec 2024"),
    ],
)
def test_a_period_ends_where_the_next_begins(grain: Grain, start: datetime, end: datetime, words: str) -> None:
    assert period_end(start, grain, 900) == end
    assert period_word(start, grain) == words


def test_a_fact_is_named_with_its_unit_last() -> None:
    assert fact_key("c7", "sum", "kWh") == "c7_sum_kwh"
    assert fact_key("c2", "mean", "kWh/m²", "") == "c2_mean_kwh_m"
