"""Screening of one row of headers: default deny, finding by finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from headgate.screening.alias import Names, Placeholders, alias, numbered
from headgate.screening.characters import hidden_marks, shown, tidy
from headgate.screening.finding import Category, Finding, Screened, Verdict
from headgate.screening.gazetteers import known_as
from headgate.screening.mark import Mark
from headgate.screening.own import NOBODY, OwnNames, laid_over
from headgate.screening.pattern import LONGEST, may_have_shape, shaped_marks
from headgate.screening.row import (
    is_bin,
    is_list_of_names,
    is_mostly_unknown,
    is_row_of_values,
    is_scale,
    name_key,
    repeated_names,
    row_marks,
)
from headgate.screening.rules import word_marks
from headgate.screening.token import RUN, Run, cut, cut_run
from headgate.screening.vocabulary import Vocabulary, vocabulary

# Letters and signs in which nothing but words of the vocabulary can be said.
_QUIET = re.compile(r"[A-Za-z0-9 _\-.,:;/()\[\]%#&+*'\"=|]*")
_MEANT = frozenset("%#€$£¥°∆Δ")
_USUAL_SIGNS = frozenset(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~°²³€£¥±×·–—‘’“”„«»≤≥≠≈→‰§∆∑√∞¿¡½¼¾…™№")
_FEW_WORDS = 12
_FEW_LETTERS = 1


def screen(names: Sequence[str], own: OwnNames = NOBODY) -> tuple[Screened, ...]:
    """Each name of one table's row judged, in order; the row as a whole counts, and the workspace's `own` lists.

    Linear in the text of the row. A name is clean when every word of it is in the vocabulary and no rule asks for a
    person; every `suggested` is made of vocabulary words and numbered placeholders, is unique in the row and screens
    clean, alone and together with the others.
    """
    words = vocabulary()
    marks = [_marks(name, words) or _tidied_marks(name, words) for name in names]
    marks = _with_row(names, marks, words)
    marks = [laid_over(name, found, own.own_marks(name)) for name, found in zip(names, marks, strict=True)]
    public = _public_names(names, marks, words, own)
    return tuple(
        Screened(name, _verdict(found), tuple(Finding(m.start, m.end, m.category, m.reason) for m in found), suggested)
        for name, found, suggested in zip(names, marks, public, strict=True)
    )


def _marks(name: str, words: Vocabulary) -> list[Mark]:
    """What one header shows by itself: (1) nothing, (2) its length, (3) what hides, (4) shapes, (5) words."""
    if _is_plain(name, words) or is_bin(name):
        return []
    if len(name) > LONGEST:
        reason = f"The name is {len(name)} characters long; {LONGEST} is the most. Shorten it or withhold the column."
        return [Mark(0, len(name), Category.LENGTH, reason, "column", blocks=True)]
    if not any(char.isalnum() or char in _MEANT for char in name):
        reason = "The column has no name. Give it one or withhold it."
        return [Mark(0, len(name), Category.BLANK, reason, "column", blocks=True)]
    fixed = [*hidden_marks(name), *_unusual_signs(name)]
    for mark in shaped_marks(name):
        if all(mark.end <= m.start or m.end <= mark.start for m in fixed) or mark.blocks:
            fixed.append(mark)
    free = [
        mark
        for mark in word_marks(name, cut(name), words)
        if all(mark.end <= m.start or m.end <= mark.start for m in fixed)
    ]
    return sorted([*fixed, *free], key=lambda mark: (mark.start, mark.end))


def _tidied_marks(name: str, words: Vocabulary) -> list[Mark]:
    """What a header shows once its spaces are tidied, since that is how it would leave; over the whole header."""
    tidied = tidy(name)
    if tidied == name:
        return []
    return [replace(mark, start=0, end=len(name)) for mark in _marks(tidied, words)[:1]]


def _is_plain(name: str, words: Vocabulary) -> bool:
    """Whether a name is quiet signs and vocabulary words only, so that no rule can have anything to say."""
    if len(name) > LONGEST or not _QUIET.fullmatch(name):
        return False
    runs: list[Run] = []
    letters = 0
    for text in RUN.findall(name):
        run = cut_run(text)
        if not run.plain:
            return False
        letters += len(text) == 1
        runs.append(run)
    if not 0 < len(runs) <= _FEW_WORDS or letters > _FEW_LETTERS:
        return False
    if may_have_shape(name) and shaped_marks(name):
        return False
    return not any(run.opens for run in runs) or not _holds_a_name([t.key for r in runs for t in r.tokens], words)


def _holds_a_name(keys: Sequence[str], words: Vocabulary) -> bool:
    return any(after in words.known_names.get(before, ()) for before, after in pairwise(keys))


def _unusual_signs(name: str) -> list[Mark]:
    if name.isascii():
        return []
    return [
        Mark(at, at + 1, Category.UNKNOWN_WORD, f"“{char}” is not a usual sign in a name. Leave it out.", "")
        for at, char in enumerate(name)
        if not char.isalnum() and char not in _USUAL_SIGNS and char.isprintable()
    ]


def _with_row(names: Sequence[str], marks: list[list[Mark]], words: Vocabulary) -> list[list[Mark]]:
    """The marks with what the row adds: (1) repeated words are sites, (2) the lists explain a word, (3) a clean header
    may read as a value or a name beside the others."""
    repeated = repeated_names(names, marks)
    values, scale = is_row_of_values(names, words), is_scale(names)
    listed = is_list_of_names(names, marks) or is_mostly_unknown(names, marks)
    out: list[list[Mark]] = []
    for name, found in zip(names, marks, strict=True):
        if found:
            out.append([_in_row(name, mark, repeated) for mark in found])
        else:
            tokens = cut(name) if listed else ()
            out.append(row_marks(name, tokens, values=values, names=listed, scale=scale, words=words))
    return out


def _in_row(name: str, mark: Mark, repeated: frozenset[str]) -> Mark:
    return _as_organisation(name, mark) if _key(name, mark) in repeated else _explained(name, mark)


def _explained(name: str, mark: Mark) -> Mark:
    """The mark of an unknown word, with what published lists know of it."""
    text = name[mark.start : mark.end]
    known = known_as(text) if mark.category is Category.UNKNOWN_WORD else None
    if known is None:
        return mark
    category, what = known
    reason = f"“{text}” can name {what}; it is not in the vocabulary. Rename it or withhold the column."
    placeholder = "name" if category is Category.PERSON else "site"
    return replace(mark, category=category, reason=reason, placeholder=placeholder)


def _key(name: str, mark: Mark) -> str:
    unknown = mark.category in {Category.UNKNOWN_WORD, Category.PERSON}
    return name_key(name[mark.start : mark.end]) if unknown else ""


def _as_organisation(name: str, mark: Mark) -> Mark:
    text = name[mark.start : mark.end]
    reason = f"“{text}” begins or ends several headers of this table; it is likely a site or a client. Rename it."
    return replace(mark, category=Category.ORG, reason=reason, placeholder="site")


def _verdict(marks: Sequence[Mark]) -> Verdict:
    if not marks:
        return Verdict.CLEAN
    return Verdict.BLOCKED if any(mark.blocks for mark in marks) else Verdict.REVIEW


def _public_names(names: Sequence[str], marks: Sequence[list[Mark]], words: Vocabulary, own: OwnNames) -> list[str]:
    """One public name for each header: itself, tidied, where it is clean and its first, else an alias that is clean."""
    clean = [tidy(name) for name, found in zip(names, marks, strict=True) if not found]
    first: set[str] = set()
    claims, placeholders = Names(clean), Placeholders()
    public: list[str] = []
    for position, (name, found) in enumerate(zip(names, marks, strict=True), start=1):
        if not found and tidy(name) not in first:
            first.add(tidy(name))
            public.append(tidy(name))
            continue
        proposed = _alias(name, found, placeholders, words, own)
        claimed = claims.claim(proposed) if proposed else ""
        if not claimed or _marks(claimed, words) or own.own_marks(claimed):
            claimed = claims.claim(numbered("column", position))
        public.append(claimed)
    return public


def _alias(name: str, marks: list[Mark], placeholders: Placeholders, words: Vocabulary, own: OwnNames) -> str:
    if not marks:
        return tidy(name)
    if any(mark.placeholder == "column" or mark.category is Category.INSTRUCTION for mark in marks):
        return ""
    text = shown(name)
    if text != name:
        marks = [mark for mark in _marks(text, words) if mark.category is not Category.HIDDEN or mark.placeholder]
        marks = laid_over(text, marks, own.own_marks(text))
    return alias(text, cut(text), marks, placeholders.stand_for, words)
