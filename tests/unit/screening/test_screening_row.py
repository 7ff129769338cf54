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
    assert "a row of names" in screen(row)[3].findings[0].reason
    assert screen(["Price", "cost", "date", "customer"])[0].verdict is Verdict.CLEAN


def test_an_empty_row_gives_nothing() -> None:
    assert screen([]) == ()


@pytest.mark.parametrize("name", ["Price", "humidity total", "Target flow", "COL chance", "dignity gas m3", "TT9 temp"])
def test_in_a_row_of_unknown_names_what_may_be_a_name_waits(name: str) -> None:
    row = [name, "Wexford kWh", "Zuber_temp", "Kowal flow", "Quillmark", "water m3"]
    assert screen(row)[0].verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    "name", ["price per unit", "total energy", "meter reading", "May", "max flow", "chance of rain"]
)
def test_the_control_it_passes_elsewhere_and_ordinary_company_passes_even_there(name: str) -> None:
    row = [name, "Wexford kWh", "Zuber_temp", "Kowal flow", "Quillmark", "water m3"]
    assert screen([name, "water m3", "temp"])[0].verdict is Verdict.CLEAN
    assert (screen(row)[0].verdict is Verdict.CLEAN) == (name != "chance of rain")


def test_abbreviations_that_are_one_prefix_over_and_over_do_not_make_a_row_of_names() -> None:
    row = [*(f"lq_{word}" for word in ("white", "black", "total", "rain", "price")), "total_pop"]
    assert screen(row)[-1].verdict is Verdict.CLEAN


def test_bins_of_one_scale_pass_and_scores_do_not() -> None:
    scale = ["age", "0-4", "5-9", "10-14", "15-19"]
    assert all(screened.verdict is Verdict.CLEAN for screened in screen(scale))
    assert all(screened.verdict is Verdict.CLEAN for screened in screen(sorted(scale)))
    scores = ["team", "0-3", "1-2", "2-2", "0-1"]
    assert [s.verdict for s in screen(scores)[1:]] == [Verdict.REVIEW] * 4
    assert screen(["3-1"])[0].verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    "row", [["boiler", "12 kW", "7 %", "big"], ["pump", "-5", "3.5", "NA", "", "", "", "", "hall"]]
)
def test_amounts_and_numbers_beside_blanks_make_a_row_of_values(row: list[str]) -> None:
    assert all(screened.verdict is not Verdict.CLEAN for screened in screen(row))


def test_the_control_lags_that_count_up_leave_the_words_clean() -> None:
    assert screen(["temp", "load", "1 h", "24 h", "flow", "rain"])[0].verdict is Verdict.CLEAN


@pytest.mark.parametrize("years", [["2021", "2022", "2023"], ["2024", "2023", "2022"], ["2022", "2020", "2021"]])
def test_years_are_names_in_whatever_order(years: list[str]) -> None:
    assert screen(["Country", *years])[0].verdict is Verdict.CLEAN


def test_the_control_years_that_repeat_are_data() -> None:
    assert screen(["hall", "2021", "2021", "2023"])[0].verdict is not Verdict.CLEAN
