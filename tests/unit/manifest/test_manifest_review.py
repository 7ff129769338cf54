"""What is proposed for screened headers, and what the two rules approve."""

from __future__ import annotations

import pytest

from headgate.headers.table import Header, LocalType
from headgate.manifest import Choice, Proposal, approve_clean, propose, withhold_all
from headgate.screening import Screened, Verdict

CLEAN, REVIEW, BLOCKED = Verdict.CLEAN, Verdict.REVIEW, Verdict.BLOCKED
APPROVE, RENAME, WITHHOLD = Choice.APPROVE, Choice.RENAME, Choice.WITHHOLD


def row(*found: tuple[str, Verdict, str]) -> tuple[list[Header], list[Screened]]:
    headers = [Header(at, name, LocalType.NUMBER) for at, (name, _, _) in enumerate(found)]
    return headers, [Screened(name, verdict, (), suggested) for name, verdict, suggested in found]


def test_screening_of_other_names_is_refused() -> None:
    headers, _ = row(("Energy", CLEAN, "Energy"))
    _, other = row(("Power", CLEAN, "Power"))
    with pytest.raises(ValueError, match="not those of the headers"):
        propose(headers, other)
    with pytest.raises(ValueError, match="zip"):
        propose(headers, [])


def test_no_rule_approves_what_is_not_clean() -> None:
    headers, screened = row(("Acme", REVIEW, "site1"), ("a@b.de", BLOCKED, "contact1"), ("", BLOCKED, "column1"))
    assert [each.choice for each in approve_clean(headers, screened)] == [WITHHOLD] * 3


@pytest.mark.parametrize("name", ["Energy\n(kWh)", "x" * 201, "Energy\u200b", "  "])
def test_a_clean_verdict_does_not_approve_what_cannot_be_a_name(name: str) -> None:
    headers, screened = row((name, CLEAN, "Energy kWh"))
    assert approve_clean(headers, screened)[0].choice is WITHHOLD
    assert propose(headers, screened)[0].public_name == "Energy kWh"


def test_a_name_in_doubt_that_has_no_other_alias_is_proposed_to_be_withheld() -> None:
    headers, screened = row(("timestamp", REVIEW, "timestamp"), ("Wexmoor", REVIEW, "site1"))
    assert [(each.choice, each.public_name) for each in propose(headers, screened)] == [
        (WITHHOLD, None),
        (RENAME, "site1"),
    ]


def test_a_clean_name_is_let_out_with_plain_single_spaces() -> None:
    headers, screened = row(("Energy\n(kWh)", CLEAN, "Energy (kWh)"), (" flow\u00a0 rate", CLEAN, "flow rate"))
    decided = approve_clean(headers, screened)
    assert [(each.choice, each.public_name) for each in decided] == [(RENAME, "Energy (kWh)"), (RENAME, "flow rate")]


def test_of_clean_names_that_differ_at_most_in_case_the_first_is_approved() -> None:
    headers, screened = row(("Temp", CLEAN, "Temp"), ("temp", CLEAN, "temp 2"), ("Temp", CLEAN, "Temp 3"))
    assert [each.choice for each in approve_clean(headers, screened)] == [APPROVE, WITHHOLD, WITHHOLD]


def test_an_approval_is_of_the_composed_form_and_keeps_the_header_as_found() -> None:
    headers, screened = row(("Za\u0308hler", CLEAN, "Zähler"))
    (decision,) = approve_clean(headers, screened)
    assert (decision.header, decision.public_name) == ("Za\u0308hler", "Z\u00e4hler")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("kWh", CLEAN, "kWh")], [(APPROVE, "kWh")]),
        ([("Acme", REVIEW, "site 1")], [(RENAME, "site 1")]),
        ([("Acme", BLOCKED, "site 1"), ("Bcme", BLOCKED, "site 1")], [(RENAME, "site 1"), (RENAME, "site 1 2")]),
        ([("Acme", REVIEW, "kWh"), ("kWh", CLEAN, "kWh")], [(RENAME, "kWh 2"), (APPROVE, "kWh")]),
        ([("kWh", CLEAN, "kWh"), ("KWH", CLEAN, "KWH")], [(APPROVE, "kWh"), (RENAME, "KWH 2")]),
        ([("Acme", BLOCKED, "")], [(WITHHOLD, None)]),
        ([], []),
    ],
)
def test_proposals_never_share_a_name_and_clean_names_come_first(
    found: list[tuple[str, Verdict, str]], expected: list[tuple[Choice, str | None]]
) -> None:
    headers, screened = row(*found)
    proposals = propose(headers, screened)
    assert [(each.choice, each.public_name) for each in proposals] == expected
    assert [(each.header, each.screened) for each in proposals] == list(zip(headers, screened, strict=True))
    assert all(isinstance(each, Proposal) for each in proposals)


def test_withholding_all_names_no_public_name() -> None:
    headers, _ = row(("kWh", CLEAN, "kWh"), ("Acme", REVIEW, "site1"))
    decided = withhold_all(headers)
    assert [(each.position, each.header, each.choice, each.public_name) for each in decided] == [
        (0, "kWh", WITHHOLD, None),
        (1, "Acme", WITHHOLD, None),
    ]
