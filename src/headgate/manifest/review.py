"""From screened headers to decisions: what is proposed, what may be decided, and two rules that decide.

A decision made here is allowed by the standard of the moment; `close` binds the decisions to the names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from headgate.canonical import nfc
from headgate.errors import RefusalError
from headgate.headers.table import Header
from headgate.manifest.approved import Choice, Decision
from headgate.manifest.public_name import flaw, likeness, shown
from headgate.screening.finding import Screened, Verdict

Screen = Callable[[str], Screened]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One header with what screening says of it and the decision we propose; nobody has decided anything yet.

    `public_name` is the name the provider would see under that decision, None for withhold. The public names of the
    proposals for one table differ in more than case.
    """

    header: Header
    screened: Screened
    choice: Choice
    public_name: str | None


def propose(headers: Sequence[Header], screened: Sequence[Screened]) -> tuple[Proposal, ...]:
    """A proposal for every header, in order; `screened` is the screening of the same names in the same order.

    A clean name is proposed as it is, anything else under the alias that screening suggests; a name or alias that an
    earlier column has is numbered (`meter 2`). What cannot be named so is proposed to be withheld.
    """
    taken = set[str]()
    proposals = dict[int, Proposal]()
    pairs = list(zip(headers, screened, strict=True))
    for header, found in pairs:
        if found.header != header.name:
            raise ValueError("the screened names are not those of the headers")
        name = nfc(header.name)
        if found.verdict is Verdict.CLEAN and flaw(name) is None and likeness(name) not in taken:
            taken.add(likeness(name))
            proposals[header.position] = Proposal(header, found, Choice.APPROVE, name)
    for header, found in pairs:
        if header.position not in proposals:
            alias = _free_alias(found.suggested, taken)
            choice = Choice.WITHHOLD if alias is None else Choice.RENAME
            proposals[header.position] = Proposal(header, found, choice, alias)
    return tuple(proposals[header.position] for header in headers)


def decide(proposal: Proposal, choice: Choice, alias: str | None = None, *, screen: Screen) -> Decision:
    """The decision of a person for one header; `alias` is given for rename only.

    Raises RefusalError if a blocked header is approved, if the alias is blocked or is the header itself, or if the
    name cannot be a public name. A name that needs review is allowed: deciding is the review.
    """
    header = proposal.header
    match choice:
        case Choice.APPROVE:
            _refuse_blocked(proposal.screened, f"header {shown(header.name)}")
            return _named(header, choice, nfc(header.name))
        case Choice.RENAME:
            alias = nfc(alias or "")
            if alias == nfc(header.name):
                raise RefusalError(
                    f"header {shown(header.name)}: the alias is the header itself; approve it or withhold it"
                )
            decision = _named(header, choice, alias)
            _refuse_blocked(screen(alias), f"alias {shown(alias)} of header {shown(header.name)}")
            return decision
        case Choice.WITHHOLD:
            return Decision(header.position, header.name, choice, None)
        case _:
            assert_never(choice)


def approve_clean(proposals: Sequence[Proposal]) -> tuple[Decision, ...]:
    """Clean names approved, all else withheld; of clean names that differ at most in case, the first is approved."""
    return tuple(
        Decision(each.header.position, each.header.name, each.choice, each.public_name)
        if each.choice is Choice.APPROVE and each.screened.verdict is Verdict.CLEAN
        else _withheld(each)
        for each in proposals
    )


def withhold_all(proposals: Sequence[Proposal]) -> tuple[Decision, ...]:
    """Every name withheld: nothing could leave, and all of it is usable here."""
    return tuple(_withheld(each) for each in proposals)


def _withheld(proposal: Proposal) -> Decision:
    return Decision(proposal.header.position, proposal.header.name, Choice.WITHHOLD, None)


def _named(header: Header, choice: Choice, name: str) -> Decision:
    wrong = flaw(name)
    if wrong is not None:
        what = "it" if choice is Choice.APPROVE else f"the alias {shown(name)}"
        raise RefusalError(f"header {shown(header.name)}: {what} {wrong}; give it another public name, or withhold it")
    return Decision(header.position, header.name, choice, name)


def _refuse_blocked(screened: Screened, what: str) -> None:
    if screened.verdict is Verdict.BLOCKED:
        why = "; ".join(dict.fromkeys(finding.reason for finding in screened.findings)) or "screening blocks it"
        raise RefusalError(f"{what} cannot be approved ({why}); rename it, or withhold it")


def _free_alias(suggested: str, taken: set[str]) -> str | None:
    """The suggestion, or its first numbered form that no other name of this table is like."""
    if flaw(suggested) is not None:
        return None
    alias, number = suggested, 1
    while likeness(alias) in taken:
        number += 1
        alias = f"{suggested} {number}"
    taken.add(likeness(alias))
    return alias if flaw(alias) is None else None
