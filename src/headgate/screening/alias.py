"""The proposed public name: words of the vocabulary and numbered placeholders, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from headgate.screening.mark import Mark
from headgate.screening.row import name_key
from headgate.screening.token import Kind, Token
from headgate.screening.vocabulary import Vocabulary

# A number of four digits could be a year or a code, so placeholders count in groups of this many.
_GROUP = 1000
_KEPT_SIGNS = "%°€$£"
_SHORTEST_WORD = 3
_LONGEST_JOIN = 3  # ` & `, ` - `
_PARTICLES = frozenset(
    {
        "an", "am", "bin", "da", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "la",
        "las", "le", "les", "los", "mac", "of", "on", "san", "the", "van", "von",
    }
)  # fmt: skip
_WORDS = frozenset({"code", "column", "contact", "date", "name", "number", "site"})
_MOST_OF_A_TAG = 9
_NONE: tuple[Mark | None, int, int] = (None, 0, 0)


class Placeholders:
    """The placeholders of one table: the same text always gets the same one."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def stand_for(self, text: str, kind: str) -> str:
        """The placeholder of a text; a new one of this kind where the text is met first.

        The kind is a placeholder's word or an equipment tag. Of one tag there are nine, the rest are codes, since a tag
        with a longer number would read as the code of one asset again.
        """
        key = name_key(text) or text
        if key not in self._given:
            if kind not in _WORDS and self._counts.get(kind, 0) == _MOST_OF_A_TAG:
                kind = "code"
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._given[key] = numbered(kind, self._counts[kind])
        return self._given[key]


class Names:
    """The public names of one table, each once, whatever the case."""

    def __init__(self, taken: Sequence[str]) -> None:
        self._taken = {name.casefold() for name in taken}
        self._next: dict[str, int] = {}

    def claim(self, name: str) -> str:
        """The name itself where it is free, else the first free numbered copy of it."""
        key = name.casefold()
        number = self._next.get(key, 1)
        claimed = name if number == 1 else f"{name} {numbered('copy', number)}"
        while claimed.casefold() in self._taken:
            number += 1
            claimed = f"{name} {numbered('copy', number)}"
        self._next[key] = number + 1
        self._taken.add(claimed.casefold())
        return claimed


def numbered(kind: str, number: int) -> str:
    """A placeholder such as `site7`; from 1,000 on `group1 site0`, so that it never reads as a code."""
    group, rest = divmod(number, _GROUP)
    return f"group{group} {kind}{rest}" if group else f"{kind}{rest}"


def alias(
    header: str,
    tokens: Sequence[Token],
    marks: Sequence[Mark],
    stand_for: Callable[[str, str], str],
    words: Vocabulary,
) -> str:
    """The header with each mark replaced by its placeholder and each word in lower case; "" where no word is left.

    Words beside a name that say nothing of what is measured go with it (`Grange Castle`, `Hexley Polymers`). Units keep
    their spelling and the stroke between them; a number stays attached to its word where it was.
    """
    parts: list[str] = []
    end = 0
    covering = iter([(mark, *_reach(header, mark, tokens, words)) for mark in marks])
    mark, first, past = next(covering, _NONE)
    last: Token | None = None
    for token in tokens:
        while mark is not None and past <= token.start:
            mark, first, past = next(covering, _NONE)
        if mark is not None and first < token.end:
            if end <= mark.start:
                parts += [*_signs(header[end:first]), _placeholder(header, mark, tokens, stand_for, words)]
            end, last = max(mark.end, token.end), None
            continue
        gap = header[end : token.start] if end <= token.start else ""
        if last is not None and _stays_attached(last, token, gap, words):
            parts[-1] += gap + token.text
        else:
            parts += [*_signs(gap), token.text if token.key in words.units else token.text.lower()]
        end, last = token.end, token
    return " ".join(filter(None, [*parts, *_signs(header[end:])])).replace("° ", "°")


def _reach(header: str, mark: Mark, tokens: Sequence[Token], words: Vocabulary) -> tuple[int, int]:
    """Where the name of a mark begins and ends with the words beside it that belong to it or say nothing measured."""
    start, end = mark.start, mark.end
    if mark.placeholder not in {"", "site", "name"}:
        return start, end
    before = [token for token in tokens if token.end <= mark.start]
    after = [token for token in tokens if token.start >= mark.end]
    while before and _joins(header[before[-1].end : start]) and _is_of_a_name(before[-1], words):
        start = before.pop().start
    while after and _joins(header[end : after[0].start]) and _is_of_a_name(after[0], words):
        end = after.pop(0).end
    if len(after) > 1 and header[end : after[0].start] in {"", " "} and _is_a_word_and_unit(after[0], after[1:], words):
        end = after.pop(0).end
    letters = list(takewhile(lambda token: token.kind is Kind.LETTER, after))
    if len(letters) > 1 and _joins(header[end : letters[0].start]):
        end = letters[-1].end
    if len(before) == 1 and _joins(header[before[0].end : start]) and _opens_a_name(before[0], after, words):
        start = before[0].start
    return start, end


def _is_a_word_and_unit(token: Token, after: Sequence[Token], words: Vocabulary) -> bool:
    """Whether a unit is spelt as a word of a name (`Roof Bar kWh`, `Market Square kWh`) and another unit follows."""
    worded = len(token.text) >= _SHORTEST_WORD and token.text.istitle() and token.key in words.units
    return worded and any(other.key in words.units for other in after)


def _joins(gap: str) -> bool:
    return len(gap) <= _LONGEST_JOIN and not any(sign in "()[]:" for sign in gap)


def _is_of_a_name(token: Token, words: Vocabulary) -> bool:
    """Whether a word beside a name goes with it: an article, or what says nothing of what is measured."""
    if token.key in _PARTICLES:
        return True
    return token.kind is Kind.WORD and token.key not in words.meant and token.key not in words.placeholders


def _opens_a_name(first: Token, after: Sequence[Token], words: Vocabulary) -> bool:
    """Whether the only word before a name is likely part of it: an initial, a short form, or, where what follows says
    what is measured, a word that is also a name or a second unit."""
    if first.kind is Kind.LETTER or (first.key in words.short_forms and first.key not in words.meant):
        return True
    if first.key in words.name_like:
        return any(token.key in words.meant for token in after)
    return first.key in words.units and any(token.key in words.units for token in after)


def _placeholder(
    header: str, mark: Mark, tokens: Sequence[Token], stand_for: Callable[[str, str], str], words: Vocabulary
) -> str:
    kind = (
        _equipment(mark, tokens, words)
        or mark.placeholder
        or ("site" if _is_like_a_site(mark, tokens, words) else "name")
    )
    return stand_for(mark.same or header[mark.start : mark.end], kind)


def _equipment(mark: Mark, tokens: Sequence[Token], words: Vocabulary) -> str:
    """The equipment that a code names where it is nothing but a tag with its number (`AHU13`), else ""."""
    inside = [token for token in tokens if mark.start <= token.start and token.end <= mark.end]
    match [mark.placeholder, *inside]:
        case ["code", Token(kind=Kind.WORD, key=key), Token(kind=Kind.NUMBER)] if key in words.tags and len(key) > 1:
            return key
        case _:
            return ""


def _is_like_a_site(mark: Mark, tokens: Sequence[Token], words: Vocabulary) -> bool:
    """Whether a name stands before or after what is measured; by itself or in the middle it can be anything."""
    others = [token for token in tokens if not mark.start <= token.start < mark.end]
    measured = [token for token in others if token.key not in words.units] or others
    return len({token.start < mark.start for token in measured}) == 1


def _stays_attached(last: Token, token: Token, gap: str, words: Vocabulary) -> bool:
    if gap == "":
        return token.kind is Kind.NUMBER or last.kind is Kind.NUMBER
    return gap == "/" and last.key in words.units and token.key in words.units


def _signs(gap: str) -> list[str]:
    return [sign for sign in gap if sign in _KEPT_SIGNS]
