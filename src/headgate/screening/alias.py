"""The proposed public name: words of the vocabulary and numbered placeholders, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headgate.screening.mark import Mark
from headgate.screening.row import name_key
from headgate.screening.token import Kind, Token
from headgate.screening.vocabulary import Vocabulary

# A number of four digits could be a year or a code, so placeholders count in groups of this many.
_GROUP = 1000
_KEPT_SIGNS = "%°€$£"


class Placeholders:
    """The placeholders of one table: the same text always gets the same one."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def stand_for(self, text: str, kind: str) -> str:
        """The placeholder of a text; a new one of this kind where the text is met first."""
        key = name_key(text) or text
        if key not in self._given:
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

    Units keep their spelling and the stroke between them; a number stays attached to its word where it was.
    """
    parts: list[str] = []
    end = 0
    covering = iter(marks)
    mark = next(covering, None)
    last: Token | None = None
    for token in tokens:
        while mark is not None and mark.end <= token.start:
            mark = next(covering, None)
        inside = mark is not None and mark.start < token.end
        if inside and mark is not None:
            if end <= mark.start:
                parts += [
                    *_signs(header[end : mark.start]),
                    _placeholder(header, mark, tokens, stand_for, words),
                ]
            end, last = mark.end, None
            continue
        gap = header[end : token.start] if end <= token.start else ""
        if last is not None and _stays_attached(last, token, gap, words):
            parts[-1] += gap + token.text
        else:
            parts += [*_signs(gap), token.text if token.key in words.units else token.text.lower()]
        end, last = token.end, token
    return " ".join(filter(None, [*parts, *_signs(header[end:])])).replace("° ", "°")


def _placeholder(
    header: str, mark: Mark, tokens: Sequence[Token], stand_for: Callable[[str, str], str], words: Vocabulary
) -> str:
    kind = mark.placeholder or ("site" if _is_like_a_site(mark, tokens, words) else "name")
    return stand_for(header[mark.start : mark.end], kind)


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
