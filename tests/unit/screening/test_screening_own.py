"""The workspace's own names: what is found, as what, with which reason; what is not; and what the alias makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.spellings import AROUND, exact, short
from tests.unit.screening.ordinary_lists import ORDINARY

from headgate.screening import Category, screen
from headgate.screening.mark import Mark
from headgate.screening.own import NOBODY, OwnNames, laid_over, own_names
from headgate.screening.spelling import OwnKind, OwnName, flaw
from headgate.screening.vocabulary import vocabulary

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "headers" / "dev.jsonl"
LISTS = own_names(
    [
        *(OwnName(OwnKind.CLIENT, name) for name in ("Hexley Polymers Ltd", "Müller & Söhne GmbH", "Pfizer", "ESB")),
        *(OwnName(OwnKind.CLIENT, name) for name in ("Total S.A.", "Steel Works Ltd", "The Wexmoor Group")),
        *(OwnName(OwnKind.SITE, name) for name in ("Ringaskiddy", "St. John's", "Reading", "Templemore")),
        *(OwnName(OwnKind.PERSON, name) for name in ("Aoife Ní Bhriain", "Liam O'Brien", "John Power")),
    ]
)


def found(header: str, own: OwnNames = LISTS) -> list[tuple[str, bool]]:
    """What is marked, and whether it blocks."""
    return [(header[mark.start : mark.end], mark.blocks) for mark in own.own_marks(header)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "fewer than 3 letters"),
        ("AB", "fewer than 3 letters"),
        ("3M", "fewer than 3 letters"),
        ("4711", "digits alone"),
        ("site", "stand for names"),
        ("Site 1", "stand for names"),
        ("x" * 201, "200 are allowed"),
    ],
)
def test_what_would_be_found_everywhere_or_nowhere_is_no_entry(text: str, why: str) -> None:
    assert why in str(flaw(OwnName(OwnKind.SITE, text)))
    assert own_names([OwnName(OwnKind.SITE, text)]).own_marks(text) == []


@pytest.mark.parametrize(
    "header",
    [
        *("steel flow", "power kW", "temp", "TEMP_1", "ring diameter", "meter reading", "esbjerg", "steel"),
        *("flow temp", "hexadecimal", "johns", "obr", "the group", "group kWh"),
    ],
)
def test_general_words_are_no_names_though_a_name_holds_or_begins_with_them(header: str) -> None:
    assert found(header) == []


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("hexley_polymers kWh", "hexley_polymers"),
        ("HexleyPolymers", "HexleyPolymers"),
        ("HEXLEYPOLYMERS2", "HEXLEYPOLYMERS"),
        ("Hexley Polymers Ltd flow", "Hexley Polymers Ltd"),
        ("hexley temp", "hexley"),
        ("steamhexleykwh", "hexley"),
        ("ＨＥＸＬＥＹ", "ＨＥＸＬＥＹ"),
        ("Mueller", "Mueller"),
        ("Muller & Sohne", "Muller & Sohne"),
        ("MüllerUndSöhne", "MüllerUndSöhne"),
        ("esbload", "esb"),
        ("ESB2", "ESB"),
        ("Total SA kWh", "Total SA"),
        ("wexmoor", "wexmoor"),
        ("Saint_Johns", "Saint_Johns"),
        ("St John", "St John"),
        ("a.nibhriain", "a.nibhriain"),
        ("Ní Bhriain, Aoife", "Ní Bhriain, Aoife"),
        ("lobrien", "lobrien"),
    ],
)
def test_a_name_blocks_however_it_is_spelt(header: str, text: str) -> None:
    assert found(header) == [(text, True)]


@pytest.mark.parametrize(
    ("header", "text", "reason"),
    [
        ("HPL_kWh", "HPL", "“HPL” reads as a short form of a client on your own list."),
        ("hxly temp", "hxly", "“hxly” reads as a short form of a client on your own list."),
        ("pfzr temp", "pfzr", "“pfzr” reads as a short form of a client on your own list."),
        ("HexPol_kWh", "HexPol", "“HexPol” reads as a short form of a client on your own list."),
        ("Ringa_1", "Ringa", "“Ringa” begins as a site on your own list does."),
        ("RING_kWh", "RING", "“RING” begins as a site on your own list does."),
        ("Ringaskidy flow", "Ringaskidy", "“Ringaskidy” is one letter away from a site on your own list."),
        ("Hexely flow", "Hexely", "“Hexely” is one letter away from a client on your own list."),
        ("NiBhriain_kWh", "NiBhriain", "“NiBhriain” is the family name of a person on your own list."),
        ("O’Brien", "O’Brien", "“O’Brien” is the family name of a person on your own list."),
        ("Aoife kWh", "Aoife", "“Aoife” is the given name of a person on your own list, as of many others."),
        ("total kWh", "total", "“total” is a client on your own list, and general words too."),
        ("j.power", "j.power", "“j.power” is a person on your own list, and general words too."),
    ],
)
def test_what_may_be_a_name_asks_a_person_and_says_why(header: str, text: str, reason: str) -> None:
    (mark,) = LISTS.own_marks(header)
    assert (header[mark.start : mark.end], mark.blocks) == (text, False)
    assert mark.reason.startswith(reason)


def test_a_reason_names_the_list_and_never_the_entry() -> None:
    for header in ("HPL_kWh", "hxly", "Ringa 1", "pfzr", "Hexlay", "anibhr", "RING 1"):
        (mark,) = LISTS.own_marks(header)
        assert not any(
            word in mark.reason.lower() for word in ("hexley", "polymers", "ringaskiddy", "pfizer", "bhriain")
        )
    assert "exley" not in repr(LISTS)


def test_every_spelling_of_an_entry_has_the_same_placeholder() -> None:
    written = ("Hexley Polymers Ltd", "HEXLEY", "hxly 1", "HPL", "hexlay", "HexPol")
    assert len({mark.same for header in written for mark in LISTS.own_marks(header)}) == 1
    kinds = {
        m.same: (m.category, m.placeholder) for h in ("Pfizer", "Ringaskiddy", "lobrien") for m in LISTS.own_marks(h)
    }
    assert kinds == {
        "pfizer": (Category.ORG, "site"),
        "ringaskiddy": (Category.PLACE, "site"),
        "liamobrien": (Category.PERSON, "name"),
    }


def test_a_short_name_is_found_over_any_sign_and_before_what_runs_on() -> None:
    own = own_names([OwnName(OwnKind.PERSON, "Ann O'Dea"), OwnName(OwnKind.SITE, "E.ON Wex")])
    for header in (
        "O Dea",
        "O_DeaKwh",
        "o-dea 2",
        "A O Dea",
        "flow E ON Wex",
        "E.ONWexFlow",
        "a_o_dea",
    ):
        assert found(header, own), header
    assert found("no deal", own) == found("eon flow", own)[1:] == []


def test_two_names_run_together_are_two() -> None:
    assert found("PfizerRingaskiddy_Boiler2") == [("Pfizer", True), ("Ringaskiddy", True)]
    assert found("pfizerringaskiddy_boiler2") == [("pfizer", True), ("ringaskiddy", True)]


def test_the_alias_has_one_placeholder_for_an_entry_and_keeps_what_is_measured() -> None:
    row = ["PfizerRingaskiddy_Boiler2_Steam_kWh", "pfzr gas m3", "HEXLEY POLYMERS LTD temp", "hxly flow", "temp"]
    assert [one.suggested for one in screen(row, LISTS)] == [
        *("site1 site2 boiler2 steam kWh", "site1 gas m3", "site3 temp", "site3 flow", "temp"),
    ]
    assert [one.verdict for one in screen(row, LISTS)] == [*("blocked", "review", "blocked", "review", "clean")]
    assert [one.verdict for one in screen(["total kWh"])] == ["clean"], "the control: no list finds it"
    assert [one.verdict for one in screen(["total kWh"], LISTS)] == ["review"]


def test_what_a_name_leaves_of_another_mark_stays_marked() -> None:
    header = "Hexley Polymers Castle kWh"
    unknown = Mark(0, 22, Category.UNKNOWN_WORD, "“Hexley Polymers Castle” is not in the vocabulary.", "")
    name, rest = laid_over(header, [unknown], LISTS.own_marks(header))
    assert header[name.start : name.end] == "Hexley Polymers"
    assert (header[rest.start : rest.end], rest.reason) == ("Castle", "“Castle” is not in the vocabulary.")
    assert laid_over(header, [unknown], NOBODY.own_marks(header)) == [unknown]


def test_a_mark_that_blocks_is_kept_whole() -> None:
    header = "a.nibhriain@hexley.com"
    contact = Mark(0, len(header), Category.CONTACT, "…", "contact", blocks=True)
    assert laid_over(header, [contact], LISTS.own_marks(header)) == [contact]


def test_ordinary_lists_are_found_in_almost_every_way_in_which_they_are_written() -> None:
    own = own_names(ORDINARY)
    spelt = [around.format(each) for name in ORDINARY for each in sorted(set(exact(name))) for around in AROUND]
    missed = [header for header in spelt if not own.own_marks(header)]
    assert len(missed) <= len(spelt) / 100, missed[:20]
    words = vocabulary().words | vocabulary().camel_parts | set(vocabulary().companions)
    forms = {each.strip("_ ") for name in ORDINARY for each in short(name)}
    shortened = [f"{each}_kWh" for each in sorted(forms) if each.lower() not in words]
    missed = [header for header in shortened if not own.own_marks(header)]
    assert len(missed) <= len(shortened) / 20, missed[:20]


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.exists(), reason="the header corpus is not beside the repository")
def test_ordinary_lists_find_next_to_nothing_in_public_headers() -> None:
    own = own_names(ORDINARY)
    lines = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    public = [line["header"] for line in lines if line["label"] == "public"]
    flagged = [header for header in public if own.own_marks(header)]
    assert len(public) > 1_000
    assert len(flagged) < len(public) / 100, flagged
