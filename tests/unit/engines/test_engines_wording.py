"""How numbers, moments and spans are spelt."""

from __future__ import annotations

from datetime import datetime

import pytest

from headgate.engines import wording


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (959636.71, "kWh", "959,637 kWh"),
        (628.72, "kW", "628.7 kW"),
        (0.17424, None, "0.1742"),
        (0.00022009, None, "0.0002201"),
        (10.96, "kW", "10.96 kW"),
        (12.0, "°C", "12 °C"),
        (100.0, None, "100"),
        (999.96, None, "1,000"),
        (-5.2, "°C", "−5.2 °C"),
        (0.0, "t", "0 t"),
        (-1e-16, None, "0"),
        (1e-30, None, "0"),
        (999_999.0, "kWh", "999,999 kWh"),
        (-14_709_511, "kWh", "−14.71 GWh"),
        (401_738_144, "kUSD", "401.7 billion USD"),
        (170_102_025, None, "170,102,025"),
        (float("nan"), "kW", "not a number"),
        (float("inf"), None, "not a number"),
    ],
)
def test_a_number_has_four_digits_that_count(value: float, unit: str | None, text: str) -> None:
    assert wording.number(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.12206, "12.2 %"), (1, "100.0 %"), (-0.5, "−50.0 %"), (12.5, "1,250.0 %")]
)
def test_a_share_is_told_in_per_cent(value: float, text: str) -> None:
    assert wording.share(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (900, "15 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86400, "1 day"),
        (604800, "1 week"),
        (1, "1 second"),
    ],
)
def test_a_span_is_told_in_its_largest_whole_unit(seconds: int, text: str) -> None:
    assert wording.span(seconds) == text


def test_a_count_has_its_plural() -> None:
    assert [wording.count(1, "gap"), wording.count(1200, "gap"), wording.count(2, "entry", "entries")] == [
        "1 gap",
        "1,200 gaps",
        "2 entries",
    ]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcdefg"), "a, b, c, d, e and 2 more"),
    ],
)
def test_names_are_told_as_one_phrase(names: list[str], text: str) -> None:
    assert wording.listed(names) == text


def test_seconds_are_told_only_where_there_are_any() -> None:
    assert wording.moment(datetime(2018, 11, 4, 16, 45)) == "4 Nov 2018 16:45"
    assert wording.moment(datetime(2018, 11, 4, 16, 45, 7)) == "4 Nov 2018 16:45:07"


@pytest.mark.parametrize(
    ("value", "unit", "spelled"),
    [
        (628.72, "kW", ("628.7", "kW")),
        (959_636.71, "kWh", ("959,637", "kWh")),
        (56_223_000, "kW", ("56.22", "GW")),
        (14_709_511, "kWh", ("14.71", "GWh")),
        (2_330_381, "kWh", ("2,330", "MWh")),
        (4_394_581_699, "MWh", ("4,395", "TWh")),
        (170_102_025, "", ("170.1 million", "")),
        (9_500_000, "EUR", ("9,500,000", "EUR")),
        (401_738_144, "kUSD", ("401.7 billion", "USD")),
        (9_500, "kEUR", ("9,500", "kEUR")),
        (-4.2e9, "EUR", ("−4.2 billion", "EUR")),
    ],
)
def test_a_headline_has_room_for_every_size(value: float, unit: str, spelled: tuple[str, str]) -> None:
    assert wording.compact(value, unit) == spelled


@pytest.mark.parametrize(
    ("largest", "unit", "divisor", "shown"),
    [
        (99_999, "kWh", 1, "kWh"),
        (628_700, "kW", 1e3, "MW"),
        (-12_000_000, "kWh", 1e6, "GWh"),
        (60_000_000, "kW", 1e6, "GW"),
        (4_394_581_699, "MWh", 1e6, "TWh"),
        (401_738_144, "kUSD", 1e6, "billion USD"),
        (11_088_125, "kUSD", 1e6, "billion USD"),
        (640_000, "kEUR", 1e3, "million EUR"),
        (5_061_483, "customers", 1e6, "million customers"),
        (170_102_025, "", 1e6, "million"),
        (875_000, "ft2", 1, "ft2"),
        (float("inf"), "kWh", 1, "kWh"),
    ],
)
def test_an_axis_is_divided_until_its_numbers_are_short(largest: float, unit: str, divisor: float, shown: str) -> None:
    assert wording.axis_unit(largest, unit) == (pytest.approx(divisor), shown)
