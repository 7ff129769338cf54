"""A decisions file is read strictly: what it does not say clearly is refused by name."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from headgate.errors import InputError, RefusalError
from headgate.headers.table import Header, LocalType
from headgate.manifest import Choice, Decision, from_mapping, to_mapping
from headgate.screening import Category, Finding, Screened, Verdict

NAMES = ["Energy", "Acme", "anna@example.org", "Temp", "Temp", "Za\u0308hler"]
VERDICTS = [Verdict.CLEAN, Verdict.REVIEW, Verdict.BLOCKED, Verdict.CLEAN, Verdict.CLEAN, Verdict.CLEAN]
HEADERS = [Header(at, name, LocalType.NUMBER) for at, name in enumerate(NAMES)]
CONTACT = (Finding(0, 16, Category.CONTACT, "an e-mail address"),)
SCREENED = [
    Screened(name, verdict, CONTACT if verdict is Verdict.BLOCKED else (), f"column {at}")
    for at, (name, verdict) in enumerate(zip(NAMES, VERDICTS, strict=True))
]


def read(mapping: dict[str, Any]) -> dict[int, tuple[str, str | None]]:
    """The decisions that are not withheld, or are the only thing said, by position."""
    decided = from_mapping(mapping, HEADERS, SCREENED)
    assert [(each.position, each.header) for each in decided] == list(enumerate(NAMES))
    return {each.position: (each.choice.value, each.public_name) for each in decided if each.choice != "withhold"}


def one(**line: object) -> dict[str, Any]:
    return {"decision": [line]}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"decisions": []}, "unknown key 'decisions'"),
        ({"decision": {}}, r"write \[\[decision\]\]"),
        ({"decision": "all"}, r"write \[\[decision\]\]"),
        ({"decision": ["Energy"]}, "decision 1 is not a table"),
        ({"names": []}, r"write \[names\]"),
        ({"names": {"Energy": 1}}, "'Energy' is none of an alias, true and false"),
        ({"names": {"Energy": None}}, "'Energy' is none of"),
        ({"names": {"Enregy": True}}, "no header 'Enregy'"),
        ({"names": {"Temp": True}}, r"2 columns have the header 'Temp' \(positions 3, 4\)"),
        ({"names": {"Energy": True}, **one(header="Energy", choice="withhold")}, "'Energy' is decided twice"),
        ({"names": {"Zähler": True, "Za\u0308hler": False}}, "decided twice"),
        (one(header="Energy", choice="approve", note="x"), "unknown key 'note' in decision 1"),
        (one(choice="approve"), "decision 1 has no `header`"),
        (one(header=7, choice="approve"), "decision 1 has no `header`"),
        (one(header="Energy"), "'Energy'.* none of 'approve', 'rename', 'withhold'"),
        (one(header="Energy", choice="allow"), "none of 'approve'"),
        (one(header="Energy", choice=["approve"]), "none of 'approve'"),
        (one(header="Energy", choice="rename"), "`public_name` is missing"),
        (one(header="Energy", choice="rename", public_name=3), "not a text"),
        (one(header="Energy", choice="approve", public_name="Power"), "choice = 'rename'"),
        (one(header="Energy", choice="withhold", public_name="Power"), "withheld and has a `public_name`"),
        (one(header="Energy", choice="approve", position="0"), "not a whole number"),
        (one(header="Energy", choice="approve", position=True), "not a whole number"),
        (one(header="Energy", choice="approve", position=1), "position 1 does not have the header 'Energy'"),
        (one(header="Temp", choice="approve", position=9), "position 9 does not have the header 'Temp'"),
    ],
)
def test_what_is_not_clear_is_refused_by_name(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(mapping)


@pytest.mark.parametrize(
    "mapping", [{"names": {"anna@example.org": True}}, one(header="anna@example.org", choice="approve")]
)
def test_a_blocked_header_cannot_be_approved_by_a_file(mapping: dict[str, Any]) -> None:
    with pytest.raises(RefusalError, match=r"'anna@example\.org' cannot leave \(an e-mail address\)"):
        read(mapping)


def test_a_header_in_a_message_is_cut_and_shows_nothing_unprintable() -> None:
    with pytest.raises(InputError) as caught:
        read({"names": {"\u202eevil\n" + "x" * 5000: True}})
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({}, {}),
        ({"names": {"Energy": True, "Acme": False}}, {0: ("approve", "Energy")}),
        ({"names": {"Acme": True}}, {1: ("approve", "Acme")}),
        ({"names": {"anna@example.org": "contact 1"}}, {2: ("rename", "contact 1")}),
        ({"names": {"anna@example.org": False}}, {}),
        ({"names": {"Z\u00e4hler": True}}, {5: ("approve", "Z\u00e4hler")}),
        (one(header="Energy", choice="approve", public_name="Energy"), {0: ("approve", "Energy")}),
        (one(header="Temp", choice="rename", public_name="supply", position=4), {4: ("rename", "supply")}),
        (
            {"names": {"Energy": "site energy"}, **one(header="Temp", choice="approve", position=3)},
            {0: ("rename", "site energy"), 3: ("approve", "Temp")},
        ),
    ],
)
def test_what_is_decided_is_read_and_the_rest_is_withheld(
    mapping: dict[str, Any], expected: dict[int, tuple[str, str]]
) -> None:
    assert read(mapping) == expected


def test_the_file_of_the_documentation_is_read() -> None:
    from headgate.manifest import decisions

    _, _, example = (decisions.__doc__ or "").partition("\n\n")
    found = tomllib.loads(example)
    headers = [Header(3, "Energy_kWh", LocalType.NUMBER), Header(4, "Lagging PF", LocalType.NUMBER)]
    headers.append(Header(5, "Client", LocalType.TEXT))
    screened = [Screened(each.name, Verdict.CLEAN, (), each.name) for each in headers]
    assert from_mapping(found, headers, screened) == (
        Decision(3, "Energy_kWh", Choice.RENAME, "site energy"),
        Decision(4, "Lagging PF", Choice.APPROVE, "Lagging PF"),
        Decision(5, "Client", Choice.WITHHOLD, None),
    )


def test_decisions_written_are_read_again_the_same_duplicates_included() -> None:
    decided = (
        Decision(0, "Energy", Choice.APPROVE, "Energy"),
        Decision(1, "Acme", Choice.RENAME, "site 1"),
        Decision(2, "anna@example.org", Choice.WITHHOLD, None),
        Decision(3, "Temp", Choice.APPROVE, "Temp"),
        Decision(4, "Temp", Choice.RENAME, "Temp return"),
        Decision(5, "Za\u0308hler", Choice.APPROVE, "Z\u00e4hler"),
    )
    written = json.loads(json.dumps(to_mapping(tuple(reversed(decided)))))
    assert [line["position"] for line in written["decision"]] == [0, 1, 2, 3, 4, 5]
    assert from_mapping(written, HEADERS, SCREENED) == decided
