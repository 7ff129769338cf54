"""From screened headers to decisions: what is proposed to a person, and the two rules a person can set instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.canonical import nfc
from headgate.headers.table import Header
from headgate.ledger import DecidedBy
from headgate.manifest.approved import Choice, Decision
from headgate.manifest.public_name import flaw, likeness
from headgate.screening.characters import tidy
from headgate.screening.finding import Screened, Verdict


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


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions for one table, and who or what took them."""

    decisions: tuple[Decision, ...]
    by: DecidedBy


def propose(headers: Sequence[Header], screened: Sequence[Screened]) -> tuple[Proposal, ...]:
    """A proposal for every header, in order; `screened` is the screening of the same names in the same order.

    A clean name is proposed as it is, anything else under the alias that screening suggests; a name or alias that
    another column has is numbered (`meter 2`). What cannot be named so, and a name in doubt with its whole table that
    has no other alias, is proposed to be withheld.
    """
    pairs = list(zip(headers, screened, strict=True))
    taken = set[str]()
    kept = set[int]()
    for header, found in pairs:
        if found.header != header.name:
            raise ValueError("the screened names are not those of the headers")
        name = nfc(header.name)
        if _is_clean_as_it_is(name, found) and likeness(name) not in taken:
            taken.add(likeness(name))
            kept.add(header.position)
    proposals = list[Proposal]()
    for header, found in pairs:
        if header.position in kept:
            proposals.append(Proposal(header, found, Choice.APPROVE, nfc(header.name)))
            continue
        doubted = found.verdict is not Verdict.CLEAN and nfc(found.suggested) == nfc(header.name)
        alias = None if doubted else _free_alias(found.suggested, taken)
        proposals.append(Proposal(header, found, Choice.WITHHOLD if alias is None else Choice.RENAME, alias))
    return tuple(proposals)


def approve_clean(headers: Sequence[Header], screened: Sequence[Screened]) -> tuple[Decision, ...]:
    """Clean names approved, all else withheld; of clean names that differ at most in case, the first is approved.

    A clean name in which only the spaces are not as they should be is renamed to the same name with plain single ones.
    """
    return tuple(
        Decision(each.header.position, each.header.name, each.choice, each.public_name)
        if each.choice is Choice.APPROVE or _is_only_tidied(each)
        else _withheld(each.header)
        for each in propose(headers, screened)
    )


def withhold_all(headers: Sequence[Header]) -> tuple[Decision, ...]:
    """Every name withheld: nothing could leave, and all of it is usable here."""
    return tuple(_withheld(header) for header in headers)


def _is_clean_as_it_is(name: str, found: Screened) -> bool:
    return found.verdict is Verdict.CLEAN and flaw(name) is None and tidy(name) == name


def _is_only_tidied(proposal: Proposal) -> bool:
    clean = proposal.screened.verdict is Verdict.CLEAN
    return clean and proposal.public_name == tidy(nfc(proposal.header.name))


def _withheld(header: Header) -> Decision:
    return Decision(header.position, header.name, Choice.WITHHOLD, None)


def _free_alias(suggested: str, taken: set[str]) -> str | None:
    """The suggestion, or its first numbered form that no other name of this table is like; None if it is no name."""
    alias, number = suggested, 1
    while likeness(alias) in taken:
        number += 1
        alias = f"{suggested} {number}"
    if flaw(alias) is not None:
        return None
    taken.add(likeness(alias))
    return alias
