"""`analyse` and `wire`: from what was given on the command line to the library, and the outcome to the terminal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headgate import app
from headgate.analysis import LOCAL, Decide
from headgate.cli import documents, reviewing, show
from headgate.errors import InputError, RefusalError
from headgate.gate import DEFAULT_TEMPLATE, envelope, hold_budget, load_template, wire_bytes
from headgate.headers import Header
from headgate.manifest import Choice, Decided, Decision, propose, wire_names
from headgate.providers import Profile
from headgate.report import Report, refuse_foreign
from headgate.screening import Screened

# Measured on answers built for real tables: what is said of one name, and the analyses beside it.
_TOKENS_A_NAME, _TOKENS_OF_A_PLAN = 55, 2_000


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a run."""

    source: str | Path
    out: Path | None
    provider: str
    review: Path | None
    approve: str | None
    names: Sequence[str] | None
    sheet: str | None
    save_review: Path | None


def analyse(given: Given, *, as_json: bool) -> None:
    """The report is written, and what it holds is said."""
    out = given.out or Path("report")
    refuse_foreign(out.resolve())
    profile = None if given.provider == LOCAL else app.profile_named(given.provider)
    table = app.read(given.source, given.sheet, given.names)
    if table.headless is not None:
        show.headless(table.headless)
    wanted = _decide(given, profile)
    if profile is not None:
        app.require_key(profile)
    decide = _asking(wanted, given, profile)
    with show.Progress() as progress:
        report = app.analyse(given.source, table=table, provider=given.provider, review=decide, progress=progress)
        progress(0, 0, "drawing")
        page = report.save(out)
    if as_json:
        show.document(documents.report(report, str(page.parent)))
    else:
        _say(report, page)


def wire(given: Given, *, as_json: bool) -> None:
    """The exact request is printed; nothing is sent."""
    if given.provider == LOCAL:
        raise InputError("the built-in planner sends nothing, so there is nothing to show; name a profile")
    profile = app.profile_named(given.provider)
    table = app.read(given.source, given.sheet, given.names)
    manifest = app.preview(table, app.deciding(given.review, given.approve))
    names = wire_names(manifest.names)
    made = envelope(load_template(DEFAULT_TEMPLATE), names, profile)
    hold_budget(made, profile)
    if len(names) < len(manifest.names):
        show.err.print(f"{len(names)} names, one of each family, for {len(manifest.names)} approved ones", style="dim")
    _warn_of_a_cut_answer(names, profile)
    if as_json:
        show.document(documents.envelope(made, names))
    else:
        show.raw(wire_bytes(made) + b"\n")


def _decide(given: Given, profile: Profile | None) -> Decide:
    """Decisions from what was given; else from the person at the terminal; else nothing is approved."""
    if given.review is not None or given.approve is not None:
        return app.deciding(given.review, given.approve)
    if show.err.is_terminal and show.interactive():
        return reviewing.ask if profile is not None else reviewing.offer
    if profile is not None:
        raise RefusalError(
            f"nothing is approved for {given.provider}: give decisions with --review FILE or --approve clean"
        )
    return app.withhold_undecided


def _asking(decide: Decide, given: Given, profile: Profile | None) -> Decide:
    """The same decisions, shown, kept where asked for, and confirmed before names go to a provider."""

    def shown(headers: Sequence[Header], screened: Sequence[Screened]) -> Decided:
        decided = decide(headers, screened)
        decisions = decided.decisions
        undecided = decide is app.withhold_undecided
        show.review(propose(headers, screened), None if undecided else decisions)
        if undecided:
            show.err.print("Nothing was decided, and nothing leaves: every column is analysed here.", style="dim")
        if given.save_review is not None:
            _save(given.save_review, decisions)
        asked = given.review is None and given.approve is None
        if profile is not None:
            chosen = [d.public_name for d in decisions if d.choice is not Choice.WITHHOLD and d.public_name]
            _warn_of_a_cut_answer(wire_names(chosen), profile)
        if profile is not None and asked:
            names = wire_names([d.public_name for d in decisions if d.choice is not Choice.WITHHOLD and d.public_name])
            reviewing.confirm_sending(names, profile.host)
        return decided

    return shown


def _warn_of_a_cut_answer(names: Sequence[str], profile: Profile) -> None:
    """Where the answer will hardly fit, say so before it is paid for: it says something of every name."""
    wanted = _TOKENS_A_NAME * len(names) + _TOKENS_OF_A_PLAN
    if wanted > profile.settings.max_tokens:
        show.err.print(
            f"An answer about {len(names)} names takes about {wanted:,} tokens and {profile.name} allows "
            f"{profile.settings.max_tokens:,}: raise 'max_tokens' in its settings, or it is cut and of no use.",
            style="yellow",
        )


def _save(path: Path, decisions: Sequence[Decision]) -> None:
    """The decisions are in the file, which only its owner reads; anything but earlier decisions is never replaced."""
    if path.exists():
        app.read_decisions(path)
    text = documents.decisions(decisions, path.suffix)
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)


def _count(names: Sequence[str]) -> str:
    """How many names are sent, of how many that are approved: in a wide table one of each family."""
    sent = len(wire_names(names))
    return f"{sent} names left" if sent == len(names) else f"{sent} names left for {len(names)}, one of each family"


def _say(report: Report, page: Path) -> None:
    for result in report.results:
        for headline in result.headlines:
            show.headline(headline)
    sent = f"{_count(report.manifest.names)}, to {report.provider}" if report.answer else "nothing left"
    skipped = f", {len(report.skipped)} skipped" if report.skipped else ""
    show.out.print(f"\n{len(report.results)} analyses{skipped}; {sent}; ledger entry {report.receipt.index}.")
    show.out.print(f"The report: {page}", style="bold", soft_wrap=True)
