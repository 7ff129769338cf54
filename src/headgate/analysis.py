"""The whole path, from a table to a report: screening, review, manifest, gate, plan, rows, ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from headgate.canonical import nfc
from headgate.catalogue.corrections import Corrections
from headgate.cell.asking import run
from headgate.clock import now
from headgate.engines.interface import Outcome, Progress, Skipped, refuse_too_wide
from headgate.errors import HeadgateError
from headgate.gate import Answer, left
from headgate.headers import Header, Table
from headgate.isolation import IsolationLevel
from headgate.ledger import AnalysisRun, DecidedBy, Entry, Ledger, ManifestId, ProviderKind, Receipt
from headgate.manifest import (
    ApprovedManifest,
    Column,
    Decided,
    ManifestStore,
    Memory,
    close,
    record_approval,
    wire_columns,
    wire_names,
)
from headgate.plan import Plan, repeat
from headgate.policy import policy_id
from headgate.report import Report
from headgate.sandbox.process import Process
from headgate.screening import Category, Finding, Screened, Verdict, screen, vocabulary_id
from headgate.screening.own import NOBODY, OwnNames

Decide = Callable[[Sequence[Header], Sequence[Screened]], Decided]
Send = Callable[[ApprovedManifest], Answer]

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the path keeps its state, the workspace's own lists, who acts, and what they said columns mean."""

    ledger: Ledger
    manifests: ManifestStore
    memory: Memory
    own: OwnNames
    actor: str
    corrections: Corrections


def analyse(
    table: Table,
    decide: Decide,
    desk: Desk,
    cell: Process,
    send: tuple[str, Send] | None,
    progress: Progress,
    saved: tuple[Plan, Sequence[Column]] | None = None,
) -> Report:
    """The report on a table. `cell` is the process that sees its rows, `send` the provider's name and the gate, or None
    for the built-in planner alone. A `saved` plan with its columns is run again, and none is made.

    In this order: no row is analysed before the answer is in, so nothing of them can have been in the question.
    Raises what the steps raise; a manifest that was approved stays recorded.
    """
    refuse_too_wide(table)
    screened = screened_headers(table, desk.own)  # (1)
    decided = decide(table.headers, screened)  # (2)
    manifest = closed(table, decided, desk)[0]  # (3)
    if send:
        progress(0, 0, f"asking {send[0]}")
    answer = send[1](manifest) if send else None  # (4)
    progress(0, 0, "reading the rows")
    said = (answer.text, wire_columns(manifest)) if answer else None
    again = repeat(*saved, manifest.columns, table.headers) if saved else None
    try:
        mine = desk.corrections.of(column.header for column in manifest.columns)
        corrections = {column.id: mine[nfc(column.header)] for column in manifest.columns if nfc(column.header) in mine}
        saved_plan = again.plan if again else None
        plan, outcomes = run(cell, table, manifest.columns, said, progress, saved_plan, corrections)  # (5)
    except HeadgateError as error:
        if answer is None:
            raise
        raise type(error)(
            f"{str(error).removesuffix('.')}. {left(wire_names(manifest.names), answer.intent)}"
        ) from None
    provider = ProviderKind.REMOTE if send else ProviderKind.LOCAL
    isolation = cell.isolation.level
    receipt = _record(manifest, provider, isolation, desk.ledger, plan, outcomes)  # (6)
    name = send[0] if send else LOCAL
    changes = again.changes if again else ()
    decisions = decided.decisions
    return Report(
        table, screened, decisions, manifest, plan, outcomes, name, answer, receipt, now(), isolation, changes
    )


def screened_headers(table: Table, own: OwnNames = NOBODY) -> tuple[Screened, ...]:
    """What screening with the own lists says of each header, in source order.

    A placeholder of a table without a header row is no name: it is blocked as a blank one is, so that no rule can
    approve it.
    """
    names = [header.name for header in table.headers]
    if table.headless is None:
        found = screen(names, own)
        return tuple(_doubted(one, table.doubt) for one in found) if table.doubt else found
    return tuple(replace(found, header=name) for name, found in zip(names, screen([""] * len(names)), strict=True))


def _doubted(one: Screened, why: str) -> Screened:
    """The same, but a person has to look: the names of this table may be data."""
    if one.verdict is not Verdict.CLEAN:
        return one
    finding = Finding(0, len(one.header), Category.ID_VALUE, f"Look at the names of this table first: {why}.")
    return replace(one, verdict=Verdict.REVIEW, findings=(finding,))


def closing(table: Table, decided: Decided, actor: str, own: OwnNames = NOBODY) -> ApprovedManifest:
    """The manifest these decisions close today; nothing is kept. Raises RefusalError where one may not be taken."""
    return close(
        table.headers,
        decided.decisions,
        actor=actor,
        by=decided.by,
        vocabulary=vocabulary_id(),
        policy=policy_id(),
        headless=table.headless,
        own=own,
    )


def closed(table: Table, decided: Decided, desk: Desk) -> tuple[ApprovedManifest, Receipt]:
    """The approved manifest, kept and in the ledger, with the receipt of that. Raises as `closing` does.

    What a person decided at the terminal is remembered, to be offered the next time.
    """
    manifest = closing(table, decided, desk.actor, desk.own)
    desk.manifests.save(manifest)
    receipt = record_approval(manifest, desk.ledger)
    if decided.by is DecidedBy.PERSON:
        desk.memory.remember(decided.decisions, manifest)
    return manifest, receipt


def _record(
    manifest: ApprovedManifest,
    provider: ProviderKind,
    isolation: IsolationLevel,
    ledger: Ledger,
    plan: Plan,
    outcomes: Sequence[Outcome],
) -> Receipt:
    skipped = sum(isinstance(outcome, Skipped) for outcome in outcomes)
    event = AnalysisRun(
        ManifestId(manifest.id),
        provider,
        isolation,
        run=len(outcomes) - skipped,
        skipped=skipped,
        dropped=len(plan.dropped),
    )
    return ledger.append(Entry(now(), event))
