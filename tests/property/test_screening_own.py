"""Whatever a workspace's clients, sites and people are called: every way of writing them is noticed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.scale import times
from tests.spellings import AROUND, UMLAUTS, exact, plain, short, slips

from headgate.screening import Verdict, screen
from headgate.screening.own import NOBODY, laid_over, own_names
from headgate.screening.spelling import OwnKind, OwnName, flat, flaw
from headgate.screening.token import Kind, cut
from headgate.screening.vocabulary import vocabulary

SYLLABLES = st.sampled_from(
    [
        *("wex", "quil", "zub", "hex", "ley", "mark", "ga", "do", "ri", "mul", "fen", "lo", "ber", "nau", "tor", "vik"),
        *("lü", "mö", "bhr", "ain", "kä", "sø", "né", "ski", "ddy", "pol", "gra", "ô", "nø", "ñi", "ç", "łó", "ß"),
    ]
)
WORD = st.lists(SYLLABLES, min_size=2, max_size=4).map(lambda parts: "".join(parts).capitalize())
FORMS = st.sampled_from(["", " Ltd", " GmbH", " S.A.", " plc", " AG", " A/S", " S.p.A.", " Oyj", " GmbH & Co. KG"])
CLIENTS = st.builds(
    lambda first, rest, form: OwnName(OwnKind.CLIENT, f"{' '.join([first, *rest])}{form}"),
    WORD,
    st.lists(st.one_of(WORD, st.sampled_from(["Foods", "Steel", "Group", "Polymers"])), max_size=2),
    FORMS,
)
SITES = st.builds(
    lambda saint, first, rest: OwnName(OwnKind.SITE, f"{saint}{first}{rest}"),
    st.sampled_from(["", "", "St. "]),
    WORD,
    st.sampled_from(["", " North", " Works", " Plant 2", "'s", " Hill"]),
)
PEOPLE = st.builds(
    lambda given, particle, family: OwnName(OwnKind.PERSON, f"{given} {particle}{family}"),
    WORD,
    st.sampled_from(["", "", "Ní ", "O'", "van den ", "de "]),
    WORD,
)
RANK = {Verdict.CLEAN: 0, Verdict.REVIEW: 1, Verdict.BLOCKED: 2}
NAMES = st.one_of(CLIENTS, SITES, PEOPLE)


def unusual(*words: str) -> bool:
    """Whether none of the words is one of the vocabulary, or short enough to be anything."""
    known = vocabulary()
    return all(
        word not in known.words
        and word not in known.companions
        and word not in known.camel_parts
        and len(word) >= 3
        and all(token.kind is Kind.UNKNOWN for token in cut(word))
        for word in map(flat, words)
    )


def telling(name: OwnName) -> str:
    """The word of a name that makes it one: the first, of a saint's place the second, of a person the last."""
    words = name.text.replace("'", "").replace(".", "").split()
    return words[-1] if name.kind is OwnKind.PERSON else words[1] if words[0] == "St" else words[0]


@settings(max_examples=times(150), deadline=None)
@given(NAMES, st.sampled_from(AROUND))
def test_every_spelling_of_a_name_is_marked_and_blocks(name: OwnName, around: str) -> None:
    assume(unusual(telling(name)))
    assume(
        all(plain(w.translate(UMLAUTS)).lower() not in vocabulary().words for w in name.text.split() if plain(w) != w)
    )
    own = own_names([name])
    for spelt in set(exact(name)):
        header = around.format(spelt)
        marks = own.own_marks(header)
        assert marks, header
        assert any(mark.blocks for mark in marks), header
        assert all(0 <= mark.start < mark.end <= len(header) for mark in marks)


@settings(max_examples=times(150), deadline=None)
@given(NAMES, st.sampled_from(["{}_kWh", "{} temp", "boiler {}"]))
def test_every_short_form_of_a_name_is_marked(name: OwnName, around: str) -> None:
    assume(unusual(telling(name)))
    own = own_names([name])
    for spelt in set(short(name)):
        if unusual(spelt.strip("_ ")):
            assert own.own_marks(around.format(spelt)), around.format(spelt)


@settings(max_examples=times(100), deadline=None)
@given(WORD)
def test_every_single_slip_in_a_word_of_six_letters_is_marked(word: str) -> None:
    assume(len(word) >= 6 and word.isascii() and unusual(word))
    own = own_names([OwnName(OwnKind.SITE, word)])
    for typed in slips(word.lower()):
        if unusual(typed):
            assert own.own_marks(f"{typed}_kWh"), typed


@settings(max_examples=times(200), deadline=None)
@given(st.lists(st.builds(OwnName, st.sampled_from(OwnKind), st.text(max_size=30)), max_size=4), st.text(max_size=60))
def test_marks_are_spans_left_to_right_whatever_the_names_and_the_header(names: list[OwnName], header: str) -> None:
    own = own_names(names)
    marks = own.own_marks(header)
    assert all(0 <= mark.start < mark.end <= len(header) and mark.reason for mark in marks)
    assert all(a.end <= b.start for a, b in pairwise(marks))
    assert laid_over(header, [], marks) == marks
    assert NOBODY.own_marks(header) == []
    for name in names:
        if flaw(name) is None:
            assert own.own_marks(name.text) != [], name.text


@settings(max_examples=times(150), deadline=None)
@given(st.lists(NAMES, max_size=4), st.data())
def test_an_alias_holds_no_spelling_of_an_own_name(names: list[OwnName], data: st.DataObject) -> None:
    own = own_names(names)
    written = [spelt for name in names for spelt in (*exact(name), *short(name))]
    pieces = st.one_of(
        st.sampled_from(written or ["temp"]), st.sampled_from(["temp", "kWh", "site", "Wexmoor", "\u200b"])
    )
    row = data.draw(st.lists(st.lists(pieces, min_size=1, max_size=4).map(" ".join), max_size=5))
    screened = screen(row, own)
    suggested = [one.suggested for one in screened]
    assert len(set(suggested)) == len(row)
    for one in (*screen(suggested, own), *(each for name in suggested for each in screen([name], own))):
        assert one.verdict is Verdict.CLEAN, one
    for one, alone in zip(screened, screen(row), strict=True):
        assert RANK[one.verdict] >= RANK[alone.verdict], "a list never makes a header pass"


@settings(max_examples=times(50), deadline=None)
@given(st.lists(st.builds(OwnName, st.sampled_from(OwnKind), st.text(max_size=20)), max_size=5))
def test_an_alias_is_clean_whatever_is_on_the_lists(names: list[OwnName]) -> None:
    own = own_names([*names, OwnName(OwnKind.PERSON, "Colum N"), OwnName(OwnKind.SITE, "Total")])
    screened = screen(["Wexmoor kWh", "total_kWh", "", "temp", "temp", *(name.text for name in names)], own)
    assert all(one.verdict is Verdict.CLEAN for one in screen([one.suggested for one in screened], own))


@pytest.mark.parametrize("kind", OwnKind)
def test_a_long_header_is_looked_through_in_proportion_to_its_length(kind: OwnKind) -> None:
    own = own_names([OwnName(kind, "Wexmoor")])
    assert own.own_marks("wexmoor" * 28)
    assert own.own_marks("wexmoor" * 29) == []
