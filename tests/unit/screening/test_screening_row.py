"""What the headers of one row say together."""

from __future__ import annotations

import pytest

from headgate.screening import Category, Verdict, screen


def test_a_repeated_unknown_word_is_said_to_be_a_site_or_client() -> None:
    row = ["time", "Wexmoor_kWh", "Wexmoor_temp", "flow Wexmoor"]
    for screened in screen(row)[1:]:
        (finding,) = screened.findings
        assert finding.category is Category.ORG
        assert "site or a client" in finding.reason


def test_the_control_an_unknown_word_met_twice_is_only_unknown() -> None:
    categories = {f.category for s in screen(["time", "Wexmoor_kWh", "Wexmoor_temp"]) for f in s.findings}
    assert categories == {Category.UNKNOWN_WORD}


@pytest.mark.parametrize(
    "row",
    [
        ["M", "0.455", "0.365", "0.095", "15"],
        ["gas", "std", "two", "13495", "88.60", "111"],
        ["Private", "39", "77516", "13"],
    ],
)
def test_in_a_row_of_values_no_word_passes(row: list[str]) -> None:
    assert all(screened.verdict is not Verdict.CLEAN for screened in screen(row))


@pytest.mark.parametrize("row", [["country", "2001", "2002", "2003"], ["time", "temp", "flow", "3.5"]])
def test_years_that_count_up_and_a_single_value_leave_the_words_clean(row: list[str]) -> None:
    screened = screen(row)
    assert screened[0].verdict is Verdict.CLEAN
    assert screened[-1].verdict is Verdict.REVIEW


def test_a_word_that_is_also_a_name_waits_in_a_row_of_names() -> None:
    row = ["Wexford", "Kowal", "Zuber", "Price", "Imhof"]
    assert screen(row)[3].findings[0].category is Category.PERSON
    assert screen(["Price", "cost", "date", "customer"])[0].verdict is Verdict.CLEAN


def test_an_empty_row_gives_nothing() -> None:
    assert screen([]) == ()
