"""What the cell is asked and what it gives back. Results leave it as small Arrow tables, in the IPC stream format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from headgate.catalogue.corrections import Correction
from headgate.engines.interface import Figure, Headline, Outcome, Result, Skipped
from headgate.errors import IntegrityError
from headgate.headers import Table
from headgate.manifest import Column
from headgate.plan import Plan
from headgate.plan.language import Analysis


@dataclass(frozen=True, slots=True)
class Running:
    """Make a plan for the table and run it, or run the `saved` one.

    `answer` is a provider's text, None for the built-in planner alone; `sent` maps the ids it may use to those of the
    columns each stands for. `corrections` are what the user said of columns, by id.
    """

    table: Table
    columns: tuple[Column, ...]
    answer: str | None
    sent: Mapping[str, tuple[str, ...]]
    saved: Plan | None = None
    corrections: Mapping[str, Correction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """A `Result` whose tables are bytes; like it, without a `repr` that says what it holds."""

    analysis: Analysis
    tables: Mapping[str, bytes]
    facts: Mapping[str, float | str | None]
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...]
    headlines: tuple[Headline, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """The checked plan, and what it found or why not, in the plan's order."""

    plan: Plan
    outcomes: tuple[Found | Skipped, ...]


def packed(outcome: Outcome) -> Found | Skipped:
    """The outcome as it crosses the channel."""
    if isinstance(outcome, Skipped):
        return outcome
    tables = {name: _bytes(table) for name, table in outcome.tables.items()}
    return Found(
        outcome.analysis,
        tables,
        outcome.facts,
        outcome.figures,
        outcome.sentences,
        outcome.headlines,
        outcome.warnings,
    )


def unpacked(found: Found | Skipped) -> Outcome:
    """The outcome as it was found. Raises `IntegrityError` where its tables are none, or are broken inside."""
    if isinstance(found, Skipped):
        return found
    tables = {name: _table(data) for name, data in found.tables.items()}
    return Result(found.analysis, tables, found.facts, found.figures, found.sentences, found.headlines, found.warnings)


def _table(data: bytes) -> pa.Table:
    """The table, its offsets and texts checked too: Arrow itself does not look at them while it reads."""
    try:
        table = pa.ipc.open_stream(data).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        raise IntegrityError("the cell gave a table that is none; it was not used") from None
    return table


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
