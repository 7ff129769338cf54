"""What the headers of one row say together that none says alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headgate.screening.finding import Category
from headgate.screening.mark import Mark
from headgate.screening.pattern import BARE_NUMBER
from headgate.screening.vocabulary import Vocabulary, fold

_BETWEEN = re.compile(r"[\W_]+")
_REPEATED = 3
_SHORTEST_LIST = 5


def name_key(text: str) -> str:
    """The spelling under which two writings of one name are the same: `Hexley Polymers`, `hexley_polymers`."""
    return _BETWEEN.sub("", fold(text))


def repeated_names(headers: Sequence[str], marks: Sequence[Sequence[Mark]]) -> frozenset[str]:
    """The keys of unknown words that begin or end three headers of the row or more: likely a site or a client."""
    counts: Counter[str] = Counter()
    for header, found in zip(headers, marks, strict=True):
        unknown = [
            m for m in found if m.category in {Category.UNKNOWN_WORD, Category.PERSON} and m.end - m.start < len(header)
        ]
        counts.update({name_key(header[m.start : m.end]) for m in unknown if m.start == 0 or m.end == len(header)})
    return frozenset(key for key, count in counts.items() if count >= _REPEATED)


def is_list_of_names(headers: Sequence[str], marks: Sequence[Sequence[Mark]]) -> bool:
    """Whether most headers of a row are nothing but unknown words, as where each column is a person or a place."""
    bare = sum(
        len(found) == 1
        and not found[0].blocks
        and found[0].category is Category.UNKNOWN_WORD
        and _covers(header, found[0])
        for header, found in zip(headers, marks, strict=True)
    )
    return len(headers) >= _SHORTEST_LIST and 2 * bare > len(headers)


def is_row_of_values(headers: Sequence[str]) -> bool:
    """Whether many of a row's headers are numbers that do not count up: then the row is data and not names."""
    numbers = [header for header in headers if BARE_NUMBER.fullmatch(header)]
    if len(numbers) < 2 or 3 * len(numbers) < len(headers):
        return False
    if all(number.strip().isdigit() for number in numbers):
        values = [int(number) for number in numbers]
        return any(a >= b for a, b in pairwise(values))
    return True


def row_marks(header: str, *, values: bool, names: bool, words: Vocabulary) -> list[Mark]:
    """The mark the row puts on a header that is clean by itself: that it reads as a value, or as one name of a list."""
    if values:
        reason = "Most cells of this row are values, so this is likely one too. Name the columns."
        return [Mark(0, len(header), Category.ID_VALUE, reason, "column")]
    if names and fold(header.strip()) in words.also_names:
        reason = f"“{header.strip()}” stands in a row of names and may be one. Rename it or withhold the column."
        return [Mark(0, len(header), Category.PERSON, reason, "name")]
    return []


def _covers(header: str, mark: Mark) -> bool:
    return mark.start == 0 and mark.end == len(header)
