"""What a report shows, as plain values: filled in by the path that made the analysis, turned into a page by `page`.

Nothing here is escaped or cut; the page does both. Text may hold anything a header or a provider wrote.
"""

from __future__ import annotations

from dataclasses import dataclass

from headgate.catalogue.meaning import Origin
from headgate.engines.interface import Outcome
from headgate.plan.language import Dropped, Question
from headgate.screening.finding import Verdict


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column. `public_name` is None where the header was withheld; `note` is a word on its finding or decision."""

    header: str
    role: str
    unit: str | None
    origin: Origin
    verdict: Verdict
    public_name: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SentView:
    """One request that left. `body` is its exact text; `names` the public names in it, of so many `approved` ones;
    `when` in RFC 3339, UTC; `gate` what the process was that sent it; `entry` the intent's
    in the ledger.

    `retention` is the true sentence on what the provider keeps, from its assessment; "" where none is known.
    """

    method: str
    url: str
    when: str
    tls: str
    names: tuple[str, ...]
    approved: int
    gate: str
    entry: int
    body: str
    retention: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Where the ledger recorded the run, who or what `decided` on the names, and the process that saw the rows.

    Hashes are hexadecimal or base64; `body_hash` is "" if nothing left.
    """

    index: int
    leaf_hash: str
    root: str
    decided: str
    cell: str
    body_hash: str = ""


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report.

    `table` is the file's name, which stays on this machine. `made_at` is RFC 3339, UTC. `planner` names who made the
    plan: "local", or the profile. `columns` stand in source order. `sent` is empty where nothing left. `questions` name
    columns by header in `about`.
    """

    table: str
    made_at: str
    planner: str
    version: str
    columns: tuple[ColumnView, ...]
    outcomes: tuple[Outcome, ...]
    sent: tuple[SentView, ...] = ()
    receipt: ReceiptView | None = None
    questions: tuple[Question, ...] = ()
    dropped: tuple[Dropped, ...] = ()
