"""What the headers of one row say together that none says alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headgate.screening.finding import Category
from headgate.screening.mark import Mark
from headgate.screening.pattern import BARE_NUMBER
from headgate.screening.token import Kind, Token
from headgate.screening.vocabulary import Vocabulary, fold

_BETWEEN = re.compile(r"[\W_]+")
_REPEATED = 3
_SHORTEST_LIST = 5
_FEWEST_UNKNOWN = 3
_YEARS = frozenset(range(1900, 2101))
_MISSING = frozenset({"", "-", "na", "n/a", "nan", "none", "null"})
_AMOUNT = re.compile(r"\s*([+-]?[0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_]{1,5}|%)\s*")
_AMOUNT_OF_BIN = r"[$€£]?(0|[1-9][0-9]{0,2})\s?[k%]?"
_BIN = re.compile(rf" ?{_AMOUNT_OF_BIN} ?(?:-|–|to) ?{_AMOUNT_OF_BIN} ?", re.IGNORECASE)


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


def is_mostly_unknown(headers: Sequence[str], marks: Sequence[Sequence[Mark]]) -> bool:
    """Whether a row holds half as many unknown names and codes as headers, each counted once: then a word that may be a
    name is likely one. Abbreviations that are one prefix over and over are few."""
    unknown = {Category.UNKNOWN_WORD, Category.ASSET_CODE, Category.PERSON, Category.CONTACT, Category.ID_VALUE}
    names = {
        name_key(header[mark.start : mark.end])
        for header, found in zip(headers, marks, strict=True)
        for mark in found
        if mark.category in unknown
    }
    return len(names) >= _FEWEST_UNKNOWN and 2 * len(names) >= len(headers)


def is_bin(header: str) -> bool:
    """Whether a header is one bin of a scale: `0-4`, `10–20 k`."""
    found = _BIN.fullmatch(header)
    return found is not None and int(found[1]) <= int(found[2])


def is_scale(headers: Sequence[str]) -> bool:
    """Whether the bins among a row's headers make one scale: none reaches into another. Scores of games do not."""
    found = sorted((int(match[1]), int(match[2])) for header in headers if (match := _BIN.fullmatch(header)))
    return all(end <= start for (_, end), (start, _) in pairwise(found))


def is_row_of_values(headers: Sequence[str], words: Vocabulary) -> bool:
    """Whether many of a row's headers are numbers that do not count up, or amounts of several units: then it is data,
    and not names."""
    numbers = [header for header in headers if BARE_NUMBER.fullmatch(header)]
    amounts = [found.groups() for header in headers if (found := _amount(header, words))]
    filled = [header for header in headers if header.strip().lower() not in _MISSING]
    if len(numbers) + len(amounts) < 2 or 3 * (len(numbers) + len(amounts)) < len(filled):
        return False
    if amounts and (numbers or len(set(amounts)) < len(amounts) or len({unit for _, unit in amounts}) > 1):
        return True
    if all(number.strip().isdigit() for number in numbers):
        values = [int(number) for number in numbers]
        rising, falling = (all(sign * a < sign * b for a, b in pairwise(values)) for sign in (1, -1))
        return not (rising or falling or (len(set(values)) == len(values) and set(values) <= _YEARS))
    return True


def row_marks(
    header: str, tokens: Sequence[Token], *, values: bool, names: bool, scale: bool, words: Vocabulary
) -> list[Mark]:
    """The marks the row puts on a header that is clean by itself: that it reads as a value, or that words of it may be
    names because most others are. `values`, `names` and `scale` say what the row reads as."""
    if values:
        reason = "Most cells of this row are values, so this is likely one too. Name the columns."
        return [Mark(0, len(header), Category.ID_VALUE, reason, "column")]
    if not scale and is_bin(header):
        reason = f"“{header.strip()}” is a value, since it is no step of a scale with the others. Name the columns."
        return [Mark(0, len(header), Category.ID_VALUE, reason, "number")]
    if not names:
        return []
    marks = []
    for at, token in enumerate(tokens):
        if _may_be_a_name(tokens, at, words):
            reason = f"“{token.text}” stands in a row of names and may be one. Rename it or withhold the column."
            marks.append(Mark(token.start, token.end, Category.UNKNOWN_WORD, reason, ""))
        elif (
            token.kind is Kind.NUMBER and at and tokens[at - 1].end == token.start and tokens[at - 1].key in words.tags
        ):
            code = header[tokens[at - 1].start : token.end]
            reason = f"“{code}” stands in a row of names and codes and may be one. Rename it or withhold the column."
            marks.append(Mark(tokens[at - 1].start, token.end, Category.ASSET_CODE, reason, "code"))
    return marks


def _may_be_a_name(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a passing word is known as a name too, is only general, or begins the header as a short form would."""
    token = tokens[at]
    if token.kind is not Kind.WORD:
        return False
    if token.key in words.name_like or token.key in words.general:
        ordinary = words.ordinary_company.get(token.key, frozenset())
        return not any(0 <= i < len(tokens) and tokens[i].key in ordinary for i in (at - 1, at + 1))
    begins = at == 0 and len(tokens) > 1 and tokens[1].kind is not Kind.NUMBER
    return begins and token.key in words.short_forms


def _amount(header: str, words: Vocabulary) -> re.Match[str] | None:
    """The number and the unit of a header that is nothing else: `12 kW`, `7 %`."""
    found = _AMOUNT.fullmatch(header)
    return found if found is not None and (found[2] == "%" or fold(found[2]) in words.units) else None


def _covers(header: str, mark: Mark) -> bool:
    return mark.start == 0 and mark.end == len(header)
