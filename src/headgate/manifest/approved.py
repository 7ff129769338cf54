"""The approved manifest: holding one is the proof that a person, or a rule a person set, decided these exact names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.ledger import DecidedBy


class Choice(StrEnum):
    """What was decided for one header."""

    APPROVE = "approve"
    RENAME = "rename"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True)
class Decision:
    """One header's decision. `public_name` is set for approve (the header itself) and rename (the alias), else None."""

    position: int
    header: str
    choice: Choice
    public_name: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column under the id a plan uses.

    Ids follow the code-point order of the public names: `c1`…`cn` for the n approved columns. The withheld ones take
    `cn+1`… in the order of their headers; those ids are never on the wire and nothing that comes back may use them.
    """

    id: str
    position: int
    header: str
    public_name: str | None


@dataclass(frozen=True, slots=True)
class ApprovedManifest:
    """A closed manifest.

    `names` are NFC, unique and sorted by code point; `digest` is the SHA-256 of their canonical JSON array, and what
    the approval is bound to, together with the `actor` and the `policy`: it ends when one of the three changes.
    `columns` covers every header of the table, the withheld ones last. `flagged` are the names that screening did not
    find clean when they were approved, by the `vocabulary` of then; `listed` those in which the own lists found
    something.
    """

    id: str
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    digest: str
    actor: str
    by: DecidedBy
    vocabulary: str
    policy: str
    flagged: tuple[str, ...]
    listed: tuple[str, ...]
    approved_at: datetime
