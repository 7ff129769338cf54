"""A header cut into words and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from typing import NamedTuple

from headgate.screening.vocabulary import Vocabulary, fold, vocabulary

# A line break that was written out (`Population\\ndensity`) parts two words and is none.
RUN = re.compile(r"(?<=[^\W_]{3})\\[nrt](?=[^\W_]{2})|[^\W_]+")
# Deeper than any spelling in the vocabulary: co2e is three pieces, tCO2e four.
_LONGEST_JOIN = 4
# The words of tables repeat themselves; 10,000 of them take about 10 MB.
_RUNS_KEPT = 10_000
_LONGEST_KEPT = 40
# A flagged header is looked at three times in its row.
_HEADERS_KEPT = 1_000


class Kind(Enum):
    """What a token is by itself; what it may do beside others is for the rules."""

    WORD = auto()
    LETTER = auto()
    NUMBER = auto()
    CONDITIONAL = auto()
    UNKNOWN = auto()


class Token(NamedTuple):
    """One word or number, `start` ≤ i < `end` in what it was cut from; `key` is the spelling it is looked up under."""

    start: int
    end: int
    text: str
    key: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Run:
    """The tokens of a stretch of letters and digits.

    `plain`: words of the vocabulary only, a counted word or one letter, with nothing to look into. `opens`: a word of
    it can begin a phrase that is a name.
    """

    tokens: tuple[Token, ...]
    plain: bool
    opens: bool


def cut_run(run: str) -> Run:
    """The tokens of a run. A run-together word is never split: only camel case and letter-digit borders cut.

    Whole words of the vocabulary come first, then compounds that end in what a column holds (`orderdate`), then the
    three-letter words of a naming convention, where a camel-case name is made of nothing else (`reaTRooAir`).
    """
    return _kept_run(run) if len(run) <= _LONGEST_KEPT else _cut_run(run)


@lru_cache(maxsize=_RUNS_KEPT)
def _kept_run(run: str) -> Run:
    return _cut_run(run)


def _cut_run(run: str) -> Run:
    words = vocabulary()
    whole = _token(words, run, 0, len(run))
    if whole.kind is not Kind.UNKNOWN:
        return _as_run(words, (whole,))
    borders = [match.span() for match in _pieces().finditer(run)]
    tokens: list[Token] = []
    at = 0
    while at < len(borders):
        token, at = _longest(words, run, borders, at)
        tokens.append(token)
    return _as_run(words, _in_camel_case(words, tokens))


@lru_cache(maxsize=_HEADERS_KEPT)
def cut(header: str) -> tuple[Token, ...]:
    """The tokens of a header with their places in it."""
    tokens: list[Token] = []
    for match in RUN.finditer(header):
        if match[0][0] == "\\":
            continue
        base = match.start()
        tokens += [Token(base + t.start, base + t.end, t.text, t.key, t.kind) for t in cut_run(match[0]).tokens]
    return tuple(tokens)


def is_counter(word: str, digits: str, words: Vocabulary) -> bool:
    """Whether a number attached to a word only counts it: boiler2, zone12; placeholders count to 999."""
    longest = 3 if word in words.placeholders else 2
    return len(digits) <= longest and (digits == "0" or digits[0] != "0")


def _longest(words: Vocabulary, run: str, borders: list[tuple[int, int]], at: int) -> tuple[Token, int]:
    """The longest join of pieces from `at` that is a word with a digit in it (CO2, m3, PM10), else one piece."""
    start = borders[at][0]
    for last in range(min(at + _LONGEST_JOIN, len(borders)) - 1, at, -1):
        piece = run[start : borders[last][1]]
        if any(map(str.isdigit, piece)) and fold(piece) in words.words:
            return _token(words, run, start, borders[last][1]), last + 1
    return _token(words, run, *borders[at]), at + 1


def _token(words: Vocabulary, run: str, start: int, end: int) -> Token:
    text = run[start:end]
    key = fold(text)
    if text.isascii() and text.isdigit():
        kind = Kind.NUMBER
    elif key in words.companions:
        kind = Kind.CONDITIONAL
    elif len(key) == 1 and (key.isascii() or "α" <= key <= "ω"):
        kind = Kind.LETTER
    elif key in words.words or is_compound(key, words):
        kind = Kind.WORD
    else:
        kind = Kind.UNKNOWN
    return Token(start, end, text, key, kind)


def is_compound(key: str, words: Vocabulary) -> bool:
    """Whether a run-together word is one word of the vocabulary, no part of names, before what a column holds."""
    return key not in words.names_like_compounds and reads_as_compound(key, words)


def reads_as_compound(key: str, words: Vocabulary) -> bool:
    """The same of a word that may be known as a name."""
    return any(key[:at] in words.compound_parts and key[at:] in words.compound_heads for at in range(1, len(key) - 1))


def _in_camel_case(words: Vocabulary, tokens: list[Token]) -> tuple[Token, ...]:
    """The tokens, the short words of the convention taken for words where each token is one, a word or a letter."""
    known = [token.kind is not Kind.UNKNOWN or token.key in words.camel_parts for token in tokens]
    if len(tokens) == 1 or not tokens[0].text[0].islower() or not all(known):
        return tuple(tokens)
    return tuple(token._replace(kind=Kind.WORD) if token.kind is Kind.UNKNOWN else token for token in tokens)


def _as_run(words: Vocabulary, tokens: tuple[Token, ...]) -> Run:
    plain = all(t.kind is Kind.WORD for t in tokens)
    if not plain:
        match tokens:
            case [Token(kind=Kind.LETTER)]:
                plain = True
            case [Token(kind=Kind.WORD, key=key), Token(kind=Kind.NUMBER, text=digits)]:
                plain = key not in words.tags and is_counter(key, digits, words)
    return Run(tokens, plain, any(t.key in words.known_names for t in tokens))


@cache
def _pieces() -> re.Pattern[str]:
    """Unit spellings, acronyms, words and digits, in this order; every letter or digit falls into exactly one piece."""
    letters = [chr(code) for code in range(0x250) if chr(code).isalpha()]
    upper = "".join(char for char in letters if char.isupper())
    lower = "".join(char for char in letters if not char.isupper())
    units = "|".join(sorted(map(re.escape, vocabulary().spellings), key=len, reverse=True))
    return re.compile(
        rf"(?:{units})(?![{lower}])|[{upper}]+(?![{lower}])|[{upper}]?[{lower}]+|[0-9]+|[^\W_0-9{upper}{lower}]+|[^\W_]"
    )
