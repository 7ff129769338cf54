"""The review in a terminal: the person at the keyboard approves, renames or withholds each name that is not clean."""

from __future__ import annotations

from collections.abc import Sequence

from rich.prompt import Confirm, Prompt

from headgate.canonical import nfc
from headgate.charts.text import shown
from headgate.cli import show
from headgate.errors import RefusalError
from headgate.headers import Header
from headgate.ledger import DecidedBy
from headgate.manifest import Choice, Decided, Decision, Proposal, close, propose, withhold_all
from headgate.screening import Screened, Verdict, screen


def ask(headers: Sequence[Header], screened: Sequence[Screened]) -> Decided:
    """The decisions a person took, one a header, in source order. Nothing is approved without a key pressed for it."""
    proposals = propose(headers, screened)
    show.review(proposals)
    clean = sum(each.choice is Choice.APPROVE for each in proposals)
    take_clean = clean > 0 and Confirm.ask(
        f"Approve the {clean} names found clean, as they are?", console=show.err, default=True
    )
    decisions = tuple(
        _decision(each, Choice.APPROVE, each.header.name)
        if take_clean and each.choice is Choice.APPROVE
        else _ask_one(each)
        for each in proposals
    )
    return Decided(decisions, DecidedBy.PERSON)


def offer(headers: Sequence[Header], screened: Sequence[Screened]) -> Decided:
    """The decisions for the built-in planner, where nothing leaves: withheld, unless the person wants to review now."""
    show.review(propose(headers, screened))
    if Confirm.ask("Nothing leaves with the built-in planner. Review the names now?", console=show.err, default=False):
        return ask(headers, screened)
    return Decided(withhold_all(headers), DecidedBy.NOBODY)


def confirm_sending(names: Sequence[str], host: str) -> None:
    """Return where the person agrees that exactly these names go to this host.

    Raises:
        RefusalError: the person does not agree; nothing left.
    """
    show.err.print(f"\nThese {len(names)} names, and nothing else of yours, would go to {host}:", style="bold")
    for found in screen(names):
        note = f"  {found.findings[0].reason}" if found.findings else ""
        show.err.print(show.shown(found.header).append(note, style="yellow"), style="cyan")
    if not Confirm.ask("Send them?", console=show.err, default=False):
        raise RefusalError("not sent: you said no; the built-in planner needs no provider (--provider local)")


def _ask_one(proposal: Proposal) -> Decision:
    """The decision on one header; asked again where it is not allowed."""
    one = proposal.screened
    show.err.print()
    show.err.print(show.shown(one.header), style="bold")
    for finding in one.findings:
        show.err.print(f"  {shown(finding.reason, 200)}", style=show.VERDICT_STYLE[one.verdict.value], markup=False)
    keys = {"w": "[w]ithhold", "n": "[n]ew name"}
    if proposal.public_name is not None and proposal.choice is Choice.RENAME:
        keys = {"r": f"[r]ename to “{shown(proposal.public_name, 60)}”", **keys}
    if one.verdict is not Verdict.BLOCKED:
        keys = {"a": "[a]pprove as it is", **keys}
    show.err.print("  " + ", ".join(keys.values()), markup=False)
    pressed = Prompt.ask("  ", choices=list(keys), default="w", console=show.err, show_choices=False)
    match pressed:
        case "a":
            taken = _decision(proposal, Choice.APPROVE, one.header)
        case "r":
            taken = _decision(proposal, Choice.RENAME, proposal.public_name)
        case "n":
            taken = _decision(proposal, Choice.RENAME, Prompt.ask("  public name", console=show.err).strip())
        case _:
            taken = _decision(proposal, Choice.WITHHOLD, None)
    try:
        close([proposal.header], [taken], actor="", by=DecidedBy.PERSON, vocabulary="", policy="", headless=None)
    except RefusalError as refusal:
        show.err.print(f"  {refusal}", style="red", markup=False)
        return _ask_one(proposal)
    return taken


def _decision(proposal: Proposal, choice: Choice, public_name: str | None) -> Decision:
    return Decision(proposal.header.position, proposal.header.name, choice, public_name and nfc(public_name))
