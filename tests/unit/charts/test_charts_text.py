from __future__ import annotations

import math

import pytest

from headgate.charts.text import aligned, decimals, labelled, shown, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Usage kWh", "Usage kWh"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("two\nlines\t", "two ↵ lines⇥"),
        ("no\u00a0break", "no\\u00a0break"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("half\ud800", "half\\ud800"),
        ("Größe 電力 ημέρα", "Größe 電力 ημέρα"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out_and_the_rest_is_left(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_a_very_long_text_is_cut_with_an_ellipsis() -> None:
    assert shown("x" * 10_000) == "x" * 120 + "…"
    assert shown("x" * 120) == "x" * 120


@pytest.mark.parametrize("text", ["", "  ", "\n", "\u00a0"])
def test_a_blank_text_says_so(text: str) -> None:
    assert shown(text) == "(blank)"


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([], 0),
        ([None, math.nan], 0),
        ([0.0], 0),
        ([1.0, 200.0], 0),
        ([628.72, 3.5], 1),
        ([10.964], 2),
        ([0.17413], 4),
        ([0.25, 0.5], 2),
        ([123_456.7], 0),
        ([1e-12], 12),
    ],
)
def test_a_column_has_as_many_decimals_as_its_largest_number_needs(values: list[float | None], places: int) -> None:
    assert decimals(values) == places


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (1234567.891, 1, "1,234,567.9"),
        (-5.0, 2, "−5.00"),
        (None, 2, "–"),
        (math.nan, 2, "–"),
        (math.inf, 2, "inf"),
        (1e300, 0, "1e+300"),
    ],
)
def test_numbers_of_a_column_line_up(value: float | None, places: int, text: str) -> None:
    assert aligned(value, places) == text


def test_a_label_bears_its_unit_in_brackets() -> None:
    assert labelled("Power", "kW") == "Power (kW)"
    assert labelled("Load factor", None) == "Load factor"
