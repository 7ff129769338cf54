"""Closing decisions: what may not become a public name is refused, and what may is bound to its exact bytes."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from tests.approvals import BOUND

from headgate.errors import RefusalError
from headgate.headers.table import Header, LocalType
from headgate.manifest import ApprovedManifest, Choice, Decision, close
from headgate.screening.own import own_names
from headgate.screening.spelling import OwnKind, OwnName

APPROVE, RENAME, WITHHOLD = Choice.APPROVE, Choice.RENAME, Choice.WITHHOLD


def headers(*names: str) -> list[Header]:
    return [Header(at, name, LocalType.NUMBER) for at, name in enumerate(names)]


def closed(names: list[str], decisions: list[Decision], headless: str | None = None) -> ApprovedManifest:
    return close(headers(*names), decisions, **(BOUND | {"headless": headless}))


def rename(at: int, header: str, alias: str | None) -> Decision:
    return Decision(at, header, RENAME, alias)


@pytest.mark.parametrize(
    ("alias", "rule"),
    [
        ("", "alias of its own|blank"),
        (" ", "blank"),
        ("\u3000", "blank"),
        ("x" * 201, "201 characters"),
        ("a\nb", "control character or line break"),
        ("a\x00b", "control character"),
        ("a\x85b", "control character"),
        ("a\u2028b", "line separator"),
        ("a\u2029b", "paragraph separator"),
        ("a\u202eb", "direction-changing"),
        ("a\u2066b", "direction-changing"),
        ("a\u200fb", "direction-changing"),
        ("a\u200bb", "invisible"),
        ("a\u200db", "invisible"),
        ("a\ufeffb", "invisible"),
        ("a\u00adb", "invisible"),
        ("a\u034fb", "invisible"),
        ("a\u3164b", "invisible"),
        ("a\ufe0fb", "invisible"),
        ("a\U000e0041b", "invisible"),
        ("a\U000e0101b", "invisible"),
        ("a\ud800b", "surrogate"),
        ("a\ue000b", "private-use"),
        ("a\U000fffffb", "private-use|unassigned"),
    ],
)
def test_a_name_that_is_not_plain_visible_text_is_refused(alias: str, rule: str) -> None:
    with pytest.raises(RefusalError, match=rule):
        closed(["Acme"], [rename(0, "Acme", alias)])
    assert closed(["Acme"], [rename(0, "Acme", "energy")]).names == ("energy",)


def test_an_approved_header_keeps_the_same_rules_as_an_alias() -> None:
    with pytest.raises(RefusalError, match="line break"):
        closed(["Energy\n(kWh)"], [Decision(0, "Energy\n(kWh)", APPROVE, "Energy\n(kWh)")])


@pytest.mark.parametrize("decision", [APPROVE, RENAME])
def test_a_name_that_screening_blocks_is_refused_however_it_comes(decision: Choice) -> None:
    address = "anna@example.org"
    header = address if decision is APPROVE else "Contact"
    with pytest.raises(RefusalError, match="cannot leave"):
        closed([header], [Decision(0, header, decision, address)])
    assert closed([header], [Decision(0, header, WITHHOLD, None)]).names == ()


@pytest.mark.parametrize("decision", [APPROVE, RENAME])
def test_a_name_of_an_own_list_is_refused_however_it_comes(decision: Choice) -> None:
    own = own_names([OwnName(OwnKind.CLIENT, "Qwzxia Foods Ltd")])
    header = "QWZXIA_FOODS kWh" if decision is APPROVE else "Contact"
    given = [Decision(0, header, decision, "QWZXIA_FOODS kWh")]
    with pytest.raises(RefusalError, match=r"cannot leave .*is a client on your own list") as refused:
        close(headers(header), given, **BOUND, own=own)
    assert "Ltd" not in str(refused.value)
    assert close(headers(header), given, **BOUND).listed == (), "the control: without the list it is let out"


def test_what_a_list_finds_in_a_name_that_a_person_approves_is_recorded() -> None:
    own = own_names([OwnName(OwnKind.CLIENT, "Qwzxia Foods Ltd")])
    decisions = [Decision(0, "QFL_kWh", APPROVE, "QFL_kWh"), Decision(1, "temp", APPROVE, "temp")]
    approved = close(headers("QFL_kWh", "temp"), decisions, **BOUND, own=own)
    assert (approved.names, approved.listed) == (("QFL_kWh", "temp"), ("QFL_kWh",))


def test_a_name_that_needs_review_is_allowed_by_a_persons_decision() -> None:
    assert closed(["Qwzx"], [Decision(0, "Qwzx", APPROVE, "Qwzx")]).names == ("Qwzx",)


@pytest.mark.parametrize(
    ("first", "second"), [("Temp", "Temp"), ("Temp", "temp"), ("Stra\u00dfe", "STRASSE"), ("\u00c5", "A\u030a")]
)
def test_two_names_that_are_alike_are_refused_naming_both_headers(first: str, second: str) -> None:
    with pytest.raises(RefusalError, match=r"'one' \(position 0\).*'two' \(position 1\)"):
        closed(["one", "two"], [rename(0, "one", first), rename(1, "two", second)])
    assert len(closed(["one", "two"], [rename(0, "one", first), rename(1, "two", "else")]).names) == 2


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (Decision(0, "Power", APPROVE, "Power"), "does not stand at position 0"),
        (Decision(1, "Energy", APPROVE, "Energy"), "does not stand at position 1"),
        (Decision(7, "Energy", WITHHOLD, None), "does not stand at position 7"),
        (Decision(0, "Energy ", WITHHOLD, None), "does not stand at position 0"),
        (Decision(0, "Energy", APPROVE, "Energie"), "approved under another name"),
        (Decision(0, "Energy", APPROVE, "energy"), "approved under another name"),
        (Decision(0, "Energy", APPROVE, None), "approved under another name"),
        (Decision(0, "Energy", RENAME, None), "alias of its own"),
        (Decision(0, "Energy", RENAME, "Energy"), "alias of its own"),
        (Decision(0, "Energy", WITHHOLD, "Energy"), "withheld and has a public name"),
    ],
)
def test_a_decision_that_is_not_for_this_header_or_contradicts_itself_is_refused(
    decision: Decision, message: str
) -> None:
    with pytest.raises(RefusalError, match=message):
        closed(["Energy", "Power"], [decision])


def test_a_header_decided_twice_is_refused() -> None:
    decision = Decision(0, "Energy", WITHHOLD, None)
    with pytest.raises(RefusalError, match="decided twice"):
        closed(["Energy"], [decision, decision])


def test_without_a_header_row_nothing_is_approved_before_it_is_named() -> None:
    approve = Decision(0, "column 1", APPROVE, "column 1")
    with pytest.raises(RefusalError, match="name the columns first"):
        closed(["column 1"], [approve], headless="the first row looks like data")
    with pytest.raises(RefusalError, match="alias of its own"):
        closed(["column 1"], [rename(0, "column 1", "column 1")], headless="the first row looks like data")
    named = closed(["column 1"], [rename(0, "column 1", "energy")], headless="the first row looks like data")
    assert named.names == ("energy",)
    assert closed(["column 1"], [approve]).names == ("column 1",)  # the control: a table with a header row


def test_ids_follow_the_code_points_of_the_names_and_the_withheld_come_last_in_source_order() -> None:
    names = ["zulu", "secret", "Energy", "other", "Äther"]
    manifest = closed(
        names,
        [
            rename(0, "zulu", "power"),
            Decision(2, "Energy", APPROVE, "Energy"),
            Decision(3, "other", WITHHOLD, None),
            rename(4, "Äther", "\u00e4ir temperature"),
        ],
    )
    assert [(each.id, each.position, each.header, each.public_name) for each in manifest.columns] == [
        ("c1", 2, "Energy", "Energy"),
        ("c2", 0, "zulu", "power"),
        ("c3", 4, "Äther", "\u00e4ir temperature"),
        ("c4", 1, "secret", None),
        ("c5", 3, "other", None),
    ]
    spelled = '["Energy","power","äir temperature"]'.encode()
    assert manifest.names == tuple(json.loads(spelled))
    assert manifest.digest == hashlib.sha256(spelled).hexdigest()


def test_duplicate_headers_are_told_apart_by_position() -> None:
    manifest = closed(["Temp", "Temp"], [Decision(0, "Temp", APPROVE, "Temp"), rename(1, "Temp", "supply Temp")])
    assert [(each.position, each.public_name) for each in manifest.columns] == [(0, "Temp"), (1, "supply Temp")]


def test_an_approval_of_a_decomposed_header_is_of_its_composed_form() -> None:
    found = "Ra\u0308ume"
    for said in (found, "R\u00e4ume"):
        manifest = closed([found], [Decision(0, found, APPROVE, said)])
        assert manifest.names == ("R\u00e4ume",)
        assert manifest.columns[0].header == found


def test_nothing_approved_is_a_manifest_with_no_names() -> None:
    manifest = closed(["Energy"], [])
    assert manifest.names == ()
    assert manifest.digest == hashlib.sha256(b"[]").hexdigest()
    assert [(each.id, each.public_name) for each in manifest.columns] == [("c1", None)]


def test_every_manifest_has_an_id_of_its_own_that_says_nothing() -> None:
    ids = {closed(["Energy"], []).id for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"m_[0-9a-f]{16}", each) for each in ids)
