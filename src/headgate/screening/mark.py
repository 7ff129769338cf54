"""A span of a header that is not plain vocabulary, before it becomes a finding and a placeholder."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.screening.finding import Category


@dataclass(frozen=True, slots=True)
class Mark:
    """A span (`start` ≤ i < `end`), what it may be, why, the placeholder that stands for it ("" for none), and whether
    it blocks the header or only asks for a person. `same` is what has the same placeholder over the whole table where
    that is not the text of the span."""

    start: int
    end: int
    category: Category
    reason: str
    placeholder: str
    blocks: bool = False
    same: str = ""
