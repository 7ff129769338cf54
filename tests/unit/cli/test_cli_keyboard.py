"""What a terminal sends is cut into keys, whatever comes together and whatever has no name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.cli.keyboard import NAMED, cut


def keys(typed: str) -> list[str]:
    found = []
    while typed:
        key, typed = cut(typed)
        found.append(key)
    return found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a", ["a"]),
        ("aPä?", ["a", "P", "ä", "?"]),
        ("\r", ["enter"]),
        ("\n", ["enter"]),
        ("\x7f\b", ["backspace", "backspace"]),
        ("\x15", ["clear"]),
        ("\x04", ["q"]),
        ("\x1b", ["escape"]),
        ("\x1ba", ["escape", "a"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1b[A\x1b[B\x1b[C\x1b[D", ["up", "down", "right", "left"]),
        ("\x1bOA\x1bOD", ["up", "left"]),
        ("\x1b[H\x1b[F\x1b[1~\x1b[4~", ["home", "end", "home", "end"]),
        ("\x1b[5~\x1b[6~b", ["page up", "page down", "b"]),
        ("\x1b[1;5Ca", ["unknown", "a"]),
        ("\x1b[200~ab\x1b[201~", ["unknown", "a", "b", "unknown"]),
        ("\x1b[", ["unknown"]),
        ("\x01\u202e", ["unknown", "unknown"]),
    ],
)
def test_what_comes_is_cut_into_keys(typed: str, expected: list[str]) -> None:
    assert keys(typed) == expected


@given(st.text(alphabet=st.sampled_from("aZ?\x1b[O;~15ABC\r\x7f\x15\x00ä"), max_size=30))
def test_every_key_is_one_character_or_a_name_and_nothing_is_read_for_ever(typed: str) -> None:
    for key in keys(typed):
        assert key in {*NAMED.values(), "unknown"} or (len(key) == 1 and key.isprintable())
