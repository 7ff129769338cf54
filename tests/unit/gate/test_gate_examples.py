"""Both reductions see the same numbers that count in every name made of their words, not only the same examples."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.gate import examples
from headgate.manifest.families import _CAPITALISED, _ONE_WORD, _shape

NUMBERS = ("1", "2", "3", "4", "7", "10", "25", "42", "2.5", "1.2.30")
GAPS = ("", "-", "_", " ", "^", ".", "%", "°", "‰", "X")
SIGNS = "0123456789.-_ ^%°‰ABCEFabmnsMx²٣é/("


def places(name: str) -> str:
    """The name as the second reduction sees it, spelled as the first one does."""
    return "".join(piece or "\0" for piece in examples._pieces(examples._without_scenario(name)))


def words() -> list[str]:
    """The letters of every word in the lists of either, each in the three ways it may be written."""
    listed = {word.rstrip("-.0123456789") for word in _ONE_WORD} | _CAPITALISED
    listed |= {*examples._WHOLE, *examples._BELOW_ZERO, *examples._SPANS, *examples._TITLED, "mod", "tco", "mins", "x"}
    return sorted({spelled for word in listed for spelled in (word, word.capitalize(), word.upper(), f"{word}s")})


def names() -> Iterator[str]:
    for word, gap, number in product(words(), GAPS, NUMBERS):
        yield f"{word}{gap}{number}"
        yield f"{number}{gap}{word}"
    for word, gap, behind in product(words(), ("", "-", "_", " "), ("5", " 5", "é", ".", "²")):
        yield f"a 42{gap}{word}{behind}"
        yield f"{behind}{word}{gap}2"


def test_both_reductions_see_the_same_numbers_that_count() -> None:
    assert [name for name in names() if places(name) != _shape(name)] == []


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from([*words(), *SIGNS, "upgrade5.", "Upgrade05.", "upgrade.", "UPGRADE"]), max_size=8).map(
        "".join
    )
)
def test_they_see_them_in_any_name_made_of_such_signs(name: str) -> None:
    assert places(name) == _shape(name)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("VAV-101.HTG-O", "VAV-\0.HTG-O"),
        ("AISLE-1.13_T", "AISLE-\0.\0_T"),
        ("RM_3200B_T", "RM_\0_T"),
        ("RM_3200B", "RM_\0"),
        ("RM_3B_T", "RM_\0B_T"),
        ("RM_32BC_T", "RM_32BC_T"),
        ("F 10F", "F \0F"),
        ("upgrade05.option_02", "option_\0"),
        ("upgrade05a.1", "upgrade05a.\0"),
        ("upgrade05", "upgrade\0"),
        ("upgrade.5", "upgrade.\0"),
        ("channel05.1", "channel\0.\0"),
        ("PM2.5 CO2 m3", "PM2.5 CO2 m3"),
        ("kWh m-2 7", "kWh m-2 \0"),
        ("B1F2 Zone12Temp", "B\0F\0 Zone\0Temp"),
        ("15Min 24 hours 7 min", "15Min 24 hours \0 min"),
        ("3.", "\0."),
        (".3", ".\0"),
    ],
)
def test_these_are_the_places_of_a_name(name: str, seen: str) -> None:
    assert (places(name), _shape(name)) == (seen, seen)
