"""How things look in a terminal: tables and sentences for people; `--json` is for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table as Grid
from rich.text import Text

from headgate.canonical import Json
from headgate.charts import text as words
from headgate.clock import stamp
from headgate.isolation import MEANINGS
from headgate.ledger import DECIDERS, Commitment, Digest
from headgate.screening import screen
from headgate.screening.own import NOBODY, OwnNames

if TYPE_CHECKING:
    from headgate.cli.examination import Check
    from headgate.engines.interface import Headline
    from headgate.gate.sent import Sent
    from headgate.headers import Table
    from headgate.ledger import Entry, Verification
    from headgate.manifest import Decision, Proposal
    from headgate.screening import Screened

VERDICT_STYLE = {"clean": "green", "review": "yellow", "blocked": "red"}
DECISION_WORD = {"approve": "approved", "rename": "renamed", "withhold": "withheld"}

MOST_SHOWN = 200

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Progress:
    """A progress bar on standard error: begun by the first step, so that questions asked before it stay readable.

    It vanishes when done, and is silent where nobody watches.
    """

    def __init__(self) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, done: int, of: int, what: str) -> None:
        """Show that `done` of `of` steps are done and what is next; `of` 0 where the number is not known."""
        self._bar.start()
        self._bar.update(
            self._task, completed=done, total=of or None, description=words.shown(what, 60) if what else ""
        )


def headers(table: Table) -> None:
    """Print the headers of a table with their local types."""
    if table.headless:
        headless(table.headless)
    grid = Grid("#", "header", "local type", box=None, pad_edge=False, header_style="bold")
    for header in table.headers:
        grid.add_row(str(header.position + 1), shown(header.name), header.local_type.value)
    out.print(grid)


def headless(reason: str) -> None:
    """Say that the first row is taken for data, and what to do."""
    err.print(f"The first row looks like data: {reason}. Name the columns with --names.", style="yellow")


def shown(name: str, width: int = 200) -> Text:
    """A header as it may be printed: hidden characters spelled out, long ones cut."""
    return Text(words.shown(name, width))


def review(proposals: Sequence[Proposal], decisions: Sequence[Decision] | None = None, own: OwnNames = NOBODY) -> None:
    """Print what screening found for each header, the proposed public name and, where there is one, the decision."""
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for heading in ("header", "finding", "proposed public name", *(() if decisions is None else ("decision",))):
        grid.add_column(heading, overflow="fold")  # a name that is cut is approved unread
    for number, each in enumerate(proposals[:MOST_SHOWN]):
        row: list[Text] = [_marked(each.screened), _finding(each.screened), shown(each.public_name or "–")]
        if decisions is not None:
            row.append(_decision(decisions[number], own))
        grid.add_row(*row)
    err.print(grid)
    for decision in decisions or ():
        if decision.choice.value == "rename":
            for finding in screen([decision.public_name or ""], own)[0].findings:
                err.print(f"The new name “{words.shown(decision.public_name or '')}”: {finding.reason}", style="yellow")
    if len(proposals) > MOST_SHOWN:
        err.print(f"… and {len(proposals) - MOST_SHOWN} more; --save-review FILE holds them all.", style="dim")


def _marked(one: Screened) -> Text:
    if words.shown(one.header, 200) != one.header:
        return shown(one.header)
    text = Text(one.header)
    for finding in one.findings:
        text.stylize("bold " + VERDICT_STYLE[one.verdict.value], finding.start, finding.end)
    return text


def _finding(one: Screened) -> Text:
    style = VERDICT_STYLE[one.verdict.value]
    if not one.findings:
        return Text(one.verdict.value, style=style)
    more = f" (+{len(one.findings) - 1} more)" if len(one.findings) > 1 else ""
    return Text(words.shown(f"{one.verdict.value}: {one.findings[0].reason}{more}", 140), style=style)


def _decision(decision: Decision, own: OwnNames) -> Text:
    word = DECISION_WORD[decision.choice.value]
    if decision.choice.value == "rename":
        name = decision.public_name or ""
        text = Text(f"{word}: {words.shown(name, 200)}", style="cyan")
        found = screen([name], own)[0]
        return text.append(f" ({found.verdict.value})", style="yellow") if found.findings else text
    return Text(word, style="green" if decision.choice.value == "approve" else "dim")


def entries(listed: Sequence[tuple[int, Entry]]) -> None:
    """Print ledger entries, a line each."""
    grid = Grid("#", "at", "event", "what", box=None, pad_edge=False, header_style="bold")
    for index, entry in listed:
        fields = entry.to_json()
        shown = {k: _short(v) for k, v in fields.items() if k not in {"at", "kind", "v"} and v not in (None, "")}
        rest = ", ".join(f"{name} {value}" for name, value in shown.items())
        grid.add_row(str(index), str(fields["at"]), entry.kind.value, Text(rest, overflow="fold"))
    out.print(grid)


def _short(value: Json) -> str:
    """A digest or commitment by its first digits, anything else as it is."""
    return f"{value[:12]}…" if isinstance(value, Digest | Commitment) else str(value)


def sent(one: Sent) -> None:
    """Print what left with a send and under what, then the exact request."""
    outcome, profile = one.outcome, one.profile
    tls = f"{outcome.tls}, {one.suite}, key (SPKI) SHA-256 {outcome.spki}" if outcome and outcome.tls else "none"
    ends = {"yes": "yes", "no": "no: no byte was written", "unknown": "not known: a crash came before the outcome"}
    status = f" (HTTP {outcome.status})" if outcome and outcome.status else ""
    facts = {
        "left": ends[one.left],
        "when": stamp(one.intended.at),
        "to": f"{profile.get('name')}: {profile['host']} port {profile['port']}, model {profile['model']}",
        "approved": f"by {one.actor} in manifest {one.intent.manifest}, under policy {one.approval.policy}",
        "decided by": DECIDERS[one.approval.by],
        "template": f"{one.template or 'of another version'}, SHA-256 {one.intent.template}",
        "isolation": f"{one.intent.isolation}: {MEANINGS[one.intent.isolation]}",
        "TLS": tls,
        "outcome": f"{outcome.outcome}{status}, {outcome.size:,} bytes came back" if outcome else "none",
        "proof": f"entry {one.index} of a ledger of {one.proof.size}, root {one.proof.root}",
    }
    grid = Grid(box=None, pad_edge=False, show_header=False)
    for name, value in facts.items():
        grid.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    out.print(grid)
    out.print(f"\nThe {len(one.names)} names:\n", style="dim")
    for name in one.names:
        out.print(shown(name), style="cyan")
    out.print("\nThe request, byte for byte (the key's place is marked):\n", style="dim")
    raw(one.request + b"\n")


def document(value: Json) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def verification(found: Verification) -> None:
    """Print what a verification of the ledger found, in a sentence."""
    if found.ok:
        out.print(f"The ledger is as it was written: {found.size} entries, every hash recomputed.", style="green")
    else:
        where = "" if found.index is None else f" at entry {found.index}"
        out.print(f"The ledger is NOT as it was written: {found.problem}{where}.", style="bold red")


def checks(listed: Sequence[Check]) -> None:
    """Print what an examination of this installation found, a line a check."""
    grid = Grid("", "check", "found", box=None, pad_edge=False, header_style="bold")
    for check in listed:
        grid.add_row(
            Text("ok" if check.ok else "NO", style="green" if check.ok else "bold red"), check.name, Text(check.found)
        )
    out.print(grid)


def headline(one: Headline) -> None:
    """Print one headline figure."""
    from headgate.engines import wording

    text = Text(" ".join(wording.compact(one.value, one.unit)).rstrip().rjust(16), style="bold")
    out.print(
        text.append(f"  {words.shown(one.label)}", style="not bold").append(f"  {one.note}", style="dim not bold")
    )


def raw(data: bytes) -> None:
    """Write bytes to standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def interactive() -> bool:
    """Whether a person can answer: standard input is a terminal."""
    return sys.stdin.isatty()
