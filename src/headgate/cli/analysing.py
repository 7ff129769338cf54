"""`analyse` and `wire`: from what was given on the command line to the library, and the outcome to the terminal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from headgate import app
from headgate.analysis import LOCAL, Decide, screened_headers
from headgate.cli import documents, reviewing, show
from headgate.errors import InputError, RefusalError
from headgate.gate import DEFAULT_TEMPLATE, envelope, hold_budget, load_template, wire_bytes
from headgate.headers import Header, Table
from headgate.ledger import DecidedBy
from headgate.manifest import Decided, Decision, propose, wire_names
from headgate.providers import Profile
from headgate.report import Report, refuse_foreign, refuse_unknown
from headgate.screening import Screened


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
    engine: str = app.DUCKDB


def analyse(given: Given, also: Sequence[str] = (), *, as_json: bool) -> None:
    """The report is written, with the files that `also` adds, and what it holds is said."""
    refuse_unknown(also)
    out = given.out or Path("report")
    refuse_foreign(out.resolve())
    profile = None if given.provider == LOCAL else app.profile_named(given.provider)
    table = app.read(given.source, given.sheet, given.names)
    if table.headless is not None:
        show.headless(table.headless)
    wanted = _decide(given, profile, table)
    if profile is not None:
        app.require_key(profile)
    if given.save_review is not None:
        refuse_to_replace(given.save_review)
    decide = _asking(wanted, given, profile)
    _say_engine(given.engine)
    with show.Progress() as progress:
        report = app.analyse(
            given.source,
            table=table,
            provider=given.provider,
            review=decide,
            progress=progress,
            engine=given.engine,
        )
        progress(0, 0, "drawing")
        page = report.save(out, also)
    if as_json:
        show.document(documents.report(report, str(page.parent)))
    else:
        _say(report, page)


def run(plan: Path, given: Given, also: Sequence[str] = (), *, as_json: bool) -> None:
    """The report of a saved plan is written, and what it holds and what changed is said."""
    refuse_unknown(also)
    out = given.out or Path("report")
    refuse_foreign(out.resolve())
    _say_engine(given.engine)
    with show.Progress() as progress:
        report = app.run(
            plan, given.source, names=given.names, sheet=given.sheet, progress=progress, engine=given.engine
        )
        progress(0, 0, "drawing")
        page = report.save(out, also)
    if as_json:
        show.document(documents.report(report, str(page.parent)))
        return
    for change in report.changes:
        show.err.print(change, style="yellow", markup=False)
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
    if warning := reviewing.cut_answer(names, profile):
        show.err.print(warning, style="yellow")
    if as_json:
        show.document(documents.envelope(made, names))
    else:
        show.raw(wire_bytes(made) + b"\n")


def review(given: Given, *, as_json: bool) -> None:
    """The names of a table were reviewed at the terminal: the approval is recorded, and nothing is sent."""
    profile = None if given.provider == LOCAL else app.profile_named(given.provider)
    already = None if given.review is None else app.read_decisions(given.review)
    if given.save_review is not None:
        refuse_to_replace(given.save_review)
    if not _watched():
        raise RefusalError(
            "a review needs a terminal: without one write decisions into a file and give it to headgate analyse with "
            "--review FILE"
        )
    table = app.read(given.source, given.sheet, given.names)
    if table.headless is not None:
        show.headless(table.headless)
    decided = reviewing.Review(table, profile, False, already)(table.headers, screened_headers(table, app.own_names()))
    if given.save_review is not None:
        _save(given.save_review, decided.decisions)
    manifest, receipt = app.approved(table, decided)
    if as_json:
        show.document(documents.approval(manifest, decided, receipt))
    else:
        show.out.print(f"Approved manifest {manifest.id}, ledger entry {receipt.index}. Nothing was sent.")
        if given.save_review is not None:
            show.out.print(f"The decisions: {given.save_review}, for headgate analyse --review", soft_wrap=True)


def forget(header: str | None) -> None:
    """What is remembered of this header, or of all of them, is gone."""
    show.out.print(f"{app.forget(header)} remembered decisions are forgotten.")


def _say_engine(engine: str) -> None:
    """Where the rows go is said before they go."""
    if engine != app.DUCKDB:
        show.err.print(
            "The rows go to the engine you named, for this run alone; results come back from it.", style="dim"
        )


def _watched() -> bool:
    """Whether a person can see and answer."""
    return show.err.is_terminal and show.interactive()


def _decide(given: Given, profile: Profile | None, table: Table) -> Decide:
    """Decisions from what was given; else from the person at the terminal; else nothing is approved."""
    if given.review is not None or given.approve is not None:
        return app.deciding(given.review, given.approve)
    if _watched():
        asked = reviewing.Review(table, profile, profile is not None)
        return asked if profile is not None else partial(reviewing.offered, asked)
    if profile is not None:
        raise RefusalError(
            f"nothing is approved for {given.provider}: give decisions with --review FILE or --approve clean"
        )
    return app.withhold_undecided


def _asking(decide: Decide, given: Given, profile: Profile | None) -> Decide:
    """The same decisions, shown, and kept where asked for."""

    def shown(headers: Sequence[Header], screened: Sequence[Screened]) -> Decided:
        decided = decide(headers, screened)
        decisions = decided.decisions
        undecided = decided.by is DecidedBy.NOBODY
        if decided.by is not DecidedBy.PERSON and not (undecided and _watched()):  # who was asked has seen them
            show.review(propose(headers, screened), None if undecided else decisions, app.own_names())
        if undecided:
            show.err.print("Nothing was decided, and nothing leaves: every column is analysed here.", style="dim")
        if given.save_review is not None:
            _save(given.save_review, decisions)
        if profile is not None and decided.by is not DecidedBy.PERSON:
            names = wire_names([each.public_name for each in decisions if each.public_name is not None])
            if warning := reviewing.cut_answer(names, profile):
                show.err.print(warning, style="yellow")
        return decided

    return shown


def refuse_to_replace(path: Path) -> None:
    """Decisions can be saved to the path: earlier ones may be replaced, anything else may not.

    Raises InputError where it cannot, before anybody takes a decision.
    """
    if path.exists():
        app.read_decisions(path)
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path}: there is no such folder to save the decisions in")


def _save(path: Path, decisions: Sequence[Decision]) -> None:
    """The decisions are in the file, which only its owner reads; anything but earlier decisions is never replaced."""
    refuse_to_replace(path)
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
