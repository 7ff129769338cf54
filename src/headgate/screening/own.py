"""The workspace's own clients, sites and people, found in a header however they are written. It opens nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from headgate.screening.finding import Category
from headgate.screening.mark import Mark
from headgate.screening.pattern import LONGEST
from headgate.screening.spelling import FEWEST_LETTERS, FORMS, How, OwnKind, OwnName, flat, flaw, own_key, spellings
from headgate.screening.token import RUN, Kind, Token, cut, cut_run
from headgate.screening.vocabulary import vocabulary

# Inside a word that runs on, shorter names are found by chance.
_SHORTEST_INSIDE = 5
_SHORTEST_TYPED = 5
_LONGEST_TYPED = 40
_BEGINNING = 6
_RUNS_KEPT = 10_000  # the words of tables repeat themselves

_SORTS = {
    OwnKind.CLIENT: (Category.ORG, "site", "a client"),
    OwnKind.SITE: (Category.PLACE, "site", "a site"),
    OwnKind.PERSON: (Category.PERSON, "name", "a person"),
}
_REASONS = {
    How.NAME: "“{text}” is {what} on your own list. Rename it or withhold the column.",
    How.WORDS: "“{text}” is {what} on your own list, and general words too. Rename it where it is meant as that name.",
    How.FAMILY: "“{text}” is the family name of {what} on your own list. Rename it or withhold the column.",
    How.TYPO: "“{text}” is one letter away from {what} on your own list. Rename it unless it is something else.",
    How.SHORT: "“{text}” reads as a short form of {what} on your own list. Rename it unless it is something else.",
    How.PREFIX: "“{text}” begins as {what} on your own list does. Rename it unless it stands for something else.",
    How.GIVEN: "“{text}” is the given name of {what} on your own list, as of many others. Rename it if it is them.",
}


class _Spelling(NamedTuple):
    """How a spelling stands for an entry, the list it is on, and the key under which it has its placeholder."""

    how: How
    kind: OwnKind
    key: str


class _Glance(NamedTuple):
    """What a run holds by itself: whether a name, its first letters, and what may be the beginning of a longer name."""

    holds: bool
    letters: str
    begun: tuple[str, ...]


class _Hit(NamedTuple):
    """A spelling found in the letters of a header, `start` ≤ i < `end`."""

    start: int
    end: int
    spelling: _Spelling


@dataclass(frozen=True, slots=True)
class _Letters:
    """A header's tokens, the flat letters of each, and where they begin in all the letters run together."""

    tokens: Sequence[Token]
    keys: Sequence[str]
    starts: Sequence[int]
    run: str

    def token_at(self, letter: int) -> int:
        """The number of the token that holds this letter."""
        return bisect_right(self.starts, letter) - 1

    def end_of(self, at: int) -> int:
        """Where the letters of a token end."""
        return self.starts[at] + len(self.keys[at])

    def place(self, letter: int) -> int:
        """The place in the header of a letter."""
        at = self.token_at(letter)
        token, inside = self.tokens[at], letter - self.starts[at]
        if len(self.keys[at]) != len(token.text):  # `ß` and `æ` are two letters
            long = 0
            for taken, char in enumerate(token.text):
                if long >= inside:
                    return token.start + taken
                long += len(flat(char))
            return token.end
        return token.start + inside


@dataclass(frozen=True, slots=True, eq=False)
class OwnNames:
    """The own lists, made ready: names are looked up by the letters of a header, never one after the other."""

    # A thousand names are thousands of spellings, and none may show in a message or a log.
    _spelt: dict[str, _Spelling] = field(repr=False)
    _lengths: dict[str, tuple[int, ...]] = field(repr=False)
    _begins: frozenset[str] = field(repr=False)
    _short: dict[str, _Spelling] = field(repr=False)
    _typed: dict[str, _Spelling] = field(repr=False)
    _near: dict[str, tuple[str, ...]] = field(repr=False)

    def own_marks(self, header: str) -> list[Mark]:
        """What of a header is a name of the own lists, left to right, none overlapping; linear in the header."""
        if not self._spelt or len(header) > LONGEST or self._is_quiet(header):
            return []
        letters = _letters(cut(header))
        hits = self._names_in(letters)
        hits += self._short_in(letters, hits)
        return [_mark(header, letters, hit) for hit in sorted(hits)]

    def _is_quiet(self, header: str) -> bool:
        """Whether no run of the header holds a name, and none begins one that the next goes on with; a cheap look."""
        begun: list[str] = []
        for run in RUN.findall(header):
            if run[0] == "\\":
                continue
            seen = _glance(self, run)
            if seen.holds:
                return False
            longer: list[str] = []
            for start in begun:
                both = (start + seen.letters)[:_BEGINNING]
                if any(both[:end] in self._spelt for end in range(len(start) + 1, len(both) + 1)):
                    return False
                if both in self._begins:
                    longer.append(both)
            if any(len(start) == _BEGINNING for start in longer):
                return False
            begun = [*longer, *seen.begun]
        return True

    def glance(self, run: str) -> _Glance:
        """What a run of letters and digits holds by itself, whatever stands around it."""
        letters = _letters(cut_run(run).tokens)
        holds = bool(self._names_in(letters) or self._short_in(letters, (), alone=False))
        starts = [letters.run[start : start + _BEGINNING] for start in letters.starts]
        return _Glance(holds, letters.run[:_BEGINNING], tuple(start for start in starts if start in self._begins))

    def _names_in(self, letters: _Letters) -> list[_Hit]:
        """The names, first and longest first: from the border of a token, or inside one that is no word."""
        hits: list[_Hit] = []
        free = 0
        for at, start in enumerate(letters.starts):
            past = start + 1
            if letters.tokens[at].kind is Kind.UNKNOWN and len(letters.keys[at]) > _SHORTEST_INSIDE:
                past = letters.end_of(at)
            letter = max(start, free)
            while letter < past:
                hit = self._name_from(letters, at, letter)
                if hit is not None:
                    hits.append(hit)
                    free = hit.end
                letter = hit.end if hit is not None else letter + 1
        return hits

    def _name_from(self, letters: _Letters, at: int, letter: int) -> _Hit | None:
        for length in self._lengths.get(letters.run[letter : letter + FEWEST_LETTERS], ()):
            spelling = self._spelt.get(letters.run[letter : letter + length])
            if (
                spelling is not None
                and letter + length <= len(letters.run)
                and _stands_there(letters, at, letter, letter + length, spelling)
            ):
                return _Hit(letter, letter + length, spelling)
        return None

    def _short_in(self, letters: _Letters, hits: Sequence[_Hit], *, alone: bool = True) -> list[_Hit]:
        """The short forms and slips among the tokens that no name takes; `alone` where there are no other tokens."""
        found: list[_Hit] = []
        for at in range(len(letters.tokens)):
            start, end = letters.starts[at], letters.end_of(at)
            if any(hit.start < end and start < hit.end for hit in hits):
                continue
            spelling = self._short_at(letters, at, alone=alone and len(letters.tokens) == 1)
            if spelling is None and at + 1 < len(letters.keys):
                end = letters.end_of(at + 1)
                spelling = self._short_across(letters, at)
            if spelling is not None and not any(hit.start < end and start < hit.end for hit in (*hits, *found)):
                found.append(_Hit(start, end, spelling))
        return found

    def _short_at(self, letters: _Letters, at: int, *, alone: bool) -> _Spelling | None:
        """The name that one token is a short form or a slip of."""
        token, key = letters.tokens[at], letters.keys[at]
        spelling = self._short.get(key)
        if spelling is not None and _may_be_short(spelling, token, first=at == 0, alone=alone):
            return spelling
        return self._mistyped(key) if token.kind is Kind.UNKNOWN else None

    def _short_across(self, letters: _Letters, at: int) -> _Spelling | None:
        """The name that a token and the next are a short form (`HexPol`) or a slip of together."""
        token, after = letters.tokens[at], letters.tokens[at + 1]
        if token.end != after.start:
            return None
        both = letters.keys[at] + letters.keys[at + 1]
        spelling = self._short.get(both)
        if spelling is not None and spelling.how in {How.SHORT, How.GIVEN}:
            return spelling
        return self._mistyped(both) if token.kind is after.kind is Kind.UNKNOWN else None

    def _mistyped(self, key: str) -> _Spelling | None:
        """The name this is one slip away from: a letter too few, too many, another, or two exchanged (Damerau)."""
        if not _SHORTEST_TYPED <= len(key) <= _LONGEST_TYPED:
            return None
        if key in self._near:
            return self._typed[self._near[key][0]]
        for at in range(len(key)):
            less = key[:at] + key[at + 1 :]
            if less in self._typed:
                return self._typed[less]
            for meant in self._near.get(less, ()):
                if _is_one_slip(key, meant):
                    return self._typed[meant]
        return None


def own_names(names: Iterable[OwnName]) -> OwnNames:
    """The names made ready to be looked up. One that has a flaw (`spelling.flaw`) is found nowhere."""
    by_how: dict[How, dict[str, _Spelling]] = {how: {} for how in How}
    for name in names:
        if flaw(name) is not None:
            continue
        key = own_key(name)
        for spelling, how in spellings(name):
            by_how[how].setdefault(spelling, _Spelling(how, name.kind, key))
    known, stand_ins = vocabulary().words, vocabulary().placeholders
    spelt = {**by_how[How.FAMILY], **by_how[How.WORDS], **by_how[How.NAME]}
    # An alias is made of these, so they say nobody's name (a person called Colum N.).
    spelt = {spelling: one for spelling, one in spelt.items() if spelling.rstrip("0123456789") not in stand_ins}
    for spelling in spelt.keys() & known:
        # Run together it is a word of the vocabulary: what it says is judged as that of one.
        spelt[spelling] = spelt[spelling]._replace(how=How.WORDS)
    lengths: dict[str, set[int]] = {}
    for spelling in spelt:
        lengths.setdefault(spelling[:FEWEST_LETTERS], set()).add(len(spelling))
    typed = by_how[How.TYPO]
    near: dict[str, list[str]] = {}
    for spelling in typed:
        for less in {spelling[:at] + spelling[at + 1 :] for at in range(len(spelling))}:
            near.setdefault(less, []).append(spelling)
    return OwnNames(
        spelt,
        {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()},
        frozenset(spelling[:n] for spelling in spelt for n in range(1, _BEGINNING + 1)),
        {**by_how[How.GIVEN], **by_how[How.PREFIX], **by_how[How.SHORT]},
        typed,
        {less: tuple(found) for less, found in near.items()},
    )


NOBODY = own_names(())


@lru_cache(maxsize=_RUNS_KEPT)
def _glance(own: OwnNames, run: str) -> _Glance:
    return own.glance(run)


def _letters(tokens: Sequence[Token]) -> _Letters:
    keys = [token.key if token.key.isascii() else flat(token.key) for token in tokens]
    starts, at = [], 0
    for key in keys:
        starts.append(at)
        at += len(key)
    return _Letters(tokens, keys, starts, "".join(keys))


def laid_over(header: str, marks: Sequence[Mark], own: Sequence[Mark]) -> list[Mark]:
    """The marks with those of the own lists in place of all that do not block; what they leave of a mark stays."""
    if not own:
        return list(marks)
    kept = [each for each in own if not any(m.blocks and m.start < each.end and each.start < m.end for m in marks)]
    out = list(kept)
    for mark in marks:
        if mark.blocks or mark.placeholder == "column":
            out.append(mark)
        else:
            out += _rest(header, mark, kept)
    return sorted(out, key=lambda mark: (mark.start, mark.end))


def _rest(header: str, mark: Mark, own: Sequence[Mark]) -> list[Mark]:
    """The parts of a mark that no mark of the own lists covers."""
    rest: list[Mark] = []
    start = mark.start
    known = vocabulary().words
    for end, past in [*((each.start, each.end) for each in own if each.end > start), (mark.end, mark.end)]:
        first, last = start, min(end, mark.end)
        while first < last and not header[first].isalnum():
            first += 1
        while first < last and not header[last - 1].isalnum():
            last -= 1
        text = header[first:last]
        if (first, last) == (mark.start, mark.end):
            return [mark]
        inside = (first > mark.start and header[first - 1].isalnum()) or (last < mark.end and header[last].isalnum())
        if text and not (inside and (text.isdigit() or flat(text) in known)):
            reason = mark.reason.replace(f"“{header[mark.start : mark.end]}”", f"“{text}”")
            rest.append(Mark(first, last, mark.category, reason, mark.placeholder))
        start = max(start, past)
        if start >= mark.end:
            break
    return rest


def _stands_there(letters: _Letters, at: int, start: int, end: int, spelling: _Spelling) -> bool:
    """Whether a name may be meant where its letters stand: between borders of tokens, or inside a word that is none."""
    last = letters.token_at(end - 1)
    begins, ends = start == letters.starts[at], end == letters.end_of(last)
    tokens = letters.tokens
    if begins and ends:
        return not (spelling.how is How.WORDS and at == last and _is_ordinary(tokens, at))
    apart = any(tokens[n].end != tokens[n + 1].start for n in range(at, last))
    unknown = (begins or tokens[at].kind is Kind.UNKNOWN) and (ends or tokens[last].kind is Kind.UNKNOWN)
    if apart or not unknown or spelling.how is How.WORDS:
        return False
    if end - start >= _SHORTEST_INSIDE:
        return True
    return begins and at == last and letters.run[end : letters.end_of(last)] in vocabulary().words


def _is_ordinary(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word that is a name too stands in the company in which it is none: `meter reading`."""
    words, key = vocabulary(), tokens[at].key
    company = words.companions.get(key, frozenset()) | words.ordinary_company.get(key, frozenset())
    return any(0 <= n < len(tokens) and tokens[n].key in company for n in (at - 1, at + 1))


def _may_be_short(spelling: _Spelling, token: Token, *, first: bool, alone: bool) -> bool:
    """Whether a token reads as a short form: it is no word or, as first letters, stands in capitals before others."""
    if spelling.how is not How.PREFIX:
        return token.kind is Kind.UNKNOWN
    return not alone and (token.kind is Kind.UNKNOWN or (first and token.text.isupper()))


def _is_one_slip(key: str, meant: str) -> bool:
    """Whether two words of one length differ in one letter, or in two neighbours exchanged."""
    if len(key) != len(meant):
        return False
    differ = [at for at, (a, b) in enumerate(zip(key, meant, strict=True)) if a != b]
    if len(differ) == 2:
        first, second = differ
        return second == first + 1 and key[first] == meant[second] and key[second] == meant[first]
    return len(differ) <= 1


def _mark(header: str, letters: _Letters, hit: _Hit) -> Mark:
    """The mark of a name in the header, with the legal form after it."""
    how, kind, key = hit.spelling
    last = letters.token_at(hit.end - 1)
    start = letters.place(hit.start)
    end = letters.tokens[last].end if hit.end == letters.end_of(last) else letters.place(hit.end)
    after = last + 1
    if end == letters.tokens[last].end and after < len(letters.keys) and kind is OwnKind.CLIENT:
        form = letters.keys[after]
        if form in FORMS and form not in vocabulary().words and len(letters.tokens[after].text) == len(form):
            end = letters.tokens[after].end
    category, placeholder, what = _SORTS[kind]
    reason = _REASONS[how].format(text=header[start:end], what=what)
    return Mark(start, end, category, reason, placeholder, how is How.NAME, key)
