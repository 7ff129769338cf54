"""What screening says of one header."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`clean` may be approved by a rule; `review` needs a person; `blocked` can only be renamed or withheld."""

    CLEAN = "clean"
    REVIEW = "review"
    BLOCKED = "blocked"


class Category(StrEnum):
    """What a span of a header may be."""

    UNKNOWN_WORD = "UNKNOWN_WORD"
    ORG = "ORG"
    PLACE = "PLACE"
    PERSON = "PERSON"
    ASSET_CODE = "ASSET_CODE"
    CONTACT = "CONTACT"
    ID_VALUE = "ID_VALUE"
    DATE_VALUE = "DATE_VALUE"
    HIDDEN = "HIDDEN"
    INSTRUCTION = "INSTRUCTION"
    LENGTH = "LENGTH"
    BLANK = "BLANK"


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of the header (`start` ≤ i < `end`, in code points), what it may be, and why, in plain words."""

    start: int
    end: int
    category: Category
    reason: str


@dataclass(frozen=True, slots=True)
class Screened:
    """One header, judged. `suggested` is made only of vocabulary words and numbered placeholders, and screens clean."""

    header: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    suggested: str
