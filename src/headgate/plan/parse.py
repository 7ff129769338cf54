"""What comes back from a provider becomes a plan here, or nothing does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from headgate.canonical import Json
from headgate.catalogue.meaning import Meaning
from headgate.errors import InputError, UnavailableError
from headgate.plan import items, strict
from headgate.plan.check import misfit
from headgate.plan.language import Analysis, Derived, Dropped, Plan, Question
from headgate.plan.wording import has_digits, plain_text

_PARTS = frozenset({"columns", "derived", "analyses", "questions", "hints"})
_MOST = {"columns": 20_000, "derived": 20, "analyses": 40, "questions": 20}
_MOST_ADJECTIVES = 20
_MOST_DROPPED = 200
_ONE_WORD = re.compile(r"[^\W\d_]{1,30}(?:[ -][^\W\d_]{1,30}){0,2}")
_Item = TypeVar("_Item")


@dataclass(slots=True)
class _Drops:
    """The record of what was not taken, bounded."""

    listed: list[Dropped] = field(default_factory=list)

    def add(self, place: str, reason: str) -> None:
        """The place and the reason are on record, up to 200 of them and one line for the rest."""
        if len(self.listed) < _MOST_DROPPED:
            self.listed.append(Dropped(place, reason))
        elif len(self.listed) == _MOST_DROPPED:
            self.listed.append(Dropped("answer", "more was dropped than is listed"))

    def under(self, place: str) -> items.Flag:
        """A function that records a field of the item at that place."""
        return lambda name, reason: self.add(f"{place}.{name}", reason)


def parse(text: str, sent: Mapping[str, Sequence[str]]) -> Plan:
    """The plan an answer holds, over the columns whose names were sent and nothing else.

    `sent` maps each id on the wire to the columns it stands for. What the answer says of an id is said of the first of
    them, the one whose name was sent; what the column means holds for the others too, but not what it is a part of.

    Every item outside the contract is dropped whole and recorded in `dropped` with its place and the rule, never its
    content; a text that is not plain is dropped alone. `meanings` covers only the columns the answer speaks for. Raises
    `UnavailableError` where the answer is not JSON, not the contract at all, or holds nothing that can be used.
    """
    try:
        answer = strict.loads(text)
    except InputError as refused:
        raise UnavailableError(
            f"The provider's answer cannot be used: {refused}. Ask again, or plan locally."
        ) from None
    if not isinstance(answer, Mapping) or _PARTS.isdisjoint(answer):
        raise UnavailableError("The provider's answer is not a plan. Ask again, or plan locally.")
    plan = _plan(answer, {wire_id: columns[0] for wire_id, columns in sent.items()})
    plan = replace(plan, meanings=_for_all(plan.meanings, sent))
    if not plan.meanings and not plan.analyses:
        raise UnavailableError("The provider's answer holds nothing that can be used. Ask again, or plan locally.")
    return plan


def _for_all(meanings: Mapping[str, Meaning], sent: Mapping[str, Sequence[str]]) -> dict[str, Meaning]:
    """The meanings of the first columns, and for the other columns of the same ids the same."""
    found = dict(meanings)
    for first, *others in sent.values():
        if first in meanings:
            found |= dict.fromkeys(others, replace(meanings[first], part_of=None))
    return found


def _plan(answer: Mapping[str, Json], sent: items.Ids) -> Plan:
    drops = _Drops()
    for _ in answer.keys() - _PARTS:
        drops.add("answer", "it has a field the contract does not have")
    meanings = _columns(answer, sent, drops)
    derived = _derived(answer, sent, drops)
    known = {**sent, **{each.id: each.id for each in derived}}
    return Plan(
        meanings=meanings,
        derived=derived,
        analyses=_analyses(answer, sent, derived, meanings, drops),
        questions=_questions(answer, sent, drops),
        hints=_hints(answer.get("hints"), known, drops),
        dropped=tuple(drops.listed),
    )


def _each(
    answer: Mapping[str, Json], part: str, drops: _Drops, read: Callable[[Json, items.Flag], _Item]
) -> list[tuple[str, _Item]]:
    """The items of one part that are in the contract, each with its place; the others are on record."""
    try:
        listed = items.array(answer.get(part) if answer.get(part) is not None else [])
    except InputError as refused:
        drops.add(part, str(refused))
        return []
    found: list[tuple[str, _Item]] = []
    for number, value in enumerate(listed[: _MOST[part]]):
        place = f"{part}[{number}]"
        try:
            found.append((place, read(value, drops.under(place))))
        except InputError as refused:
            drops.add(place, str(refused))
    if len(listed) > _MOST[part]:
        drops.add(part, f"only the first {_MOST[part]} are read")
    return found


def _columns(answer: Mapping[str, Json], sent: items.Ids, drops: _Drops) -> dict[str, Meaning]:
    meanings: dict[str, Meaning] = {}
    for place, (column_id, meaning) in _each(answer, "columns", drops, lambda v, flag: items.column(v, sent, flag)):
        if column_id in meanings:
            drops.add(place, "the column was described before")
        else:
            meanings[column_id] = meaning
    return meanings


def _derived(answer: Mapping[str, Json], sent: items.Ids, drops: _Drops) -> tuple[Derived, ...]:
    known = dict(sent)

    def read(value: Json, flag: items.Flag) -> Derived:
        made = items.derived(value, known, flag)
        known[made.id] = made.id
        return made

    made = _each(answer, "derived", drops, read)
    for place, one in made:
        if one.name != one.id:
            _flag_digits({"name": one.name}, place, drops)
    return tuple(one for _, one in made)


def _analyses(
    answer: Mapping[str, Json],
    sent: items.Ids,
    derived: tuple[Derived, ...],
    meanings: Mapping[str, Meaning],
    drops: _Drops,
) -> tuple[Analysis, ...]:
    computed = {each.id for each in derived}
    known = {**sent, **{derived_id: derived_id for derived_id in computed}}
    kept: list[Analysis] = []
    for place, analysis in _each(answer, "analyses", drops, lambda v, flag: items.analysis(v, known, flag)):
        reason = misfit(analysis, meanings, computed, partial=True)
        if reason is not None:
            drops.add(place, reason)
            continue
        kept.append(analysis)
        _flag_digits({"title": analysis.title, "why": analysis.why}, place, drops)
    return tuple(sorted(kept, key=lambda analysis: analysis.priority))


def _flag_digits(texts: Mapping[str, str], place: str, drops: _Drops) -> None:
    for name, text in texts.items():
        if has_digits(text):
            drops.add(f"{place}.{name}", "kept, but it holds digits that no local result stands behind")


def _questions(answer: Mapping[str, Json], sent: items.Ids, drops: _Drops) -> tuple[Question, ...]:
    asked = [question for _, question in _each(answer, "questions", drops, lambda v, _: items.question(v, sent))]
    return tuple(dict.fromkeys(asked))


def _hints(value: Json, known: items.Ids, drops: _Drops) -> dict[str, str]:
    """The hints, flat: `default_measure`, `time`, `row_noun`, and `adjectives.<word>` for each adjective."""
    if value is None:
        return {}
    try:
        given = items.fields(value, (), ("default_measure", "time", "row_noun", "adjectives"))
    except InputError as refused:
        drops.add("hints", str(refused))
        return {}
    hints: dict[str, str] = {}
    for name, hint in given.items():
        if hint is None:
            continue
        try:
            if name == "row_noun":
                hints[name] = _one_word(hint)
            elif name != "adjectives":
                hints[name] = items.id_of(hint, known)
        except InputError as refused:
            drops.add(f"hints.{name}", str(refused))
    return hints | _adjectives(given.get("adjectives"), known, drops)


def _adjectives(value: Json, known: items.Ids, drops: _Drops) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        drops.add("hints.adjectives", "it is not an object")
        return {}
    hints: dict[str, str] = {}
    for number, (word, about) in enumerate(islice(value.items(), _MOST_ADJECTIVES)):
        if about is None:
            continue
        try:
            hints[f"adjectives.{_one_word(word)}"] = items.id_of(about, known)
        except InputError as refused:
            drops.add(f"hints.adjectives[{number}]", str(refused))
    if len(value) > _MOST_ADJECTIVES:
        drops.add("hints.adjectives", f"only the first {_MOST_ADJECTIVES} are read")
    return hints


def _one_word(value: Json) -> str:
    # A figure such as ² or Ⅻ is no decimal digit, and some letters do not show.
    if not isinstance(value, str) or not _ONE_WORD.fullmatch(value) or has_digits(value):
        raise InputError("it is not a word or two")
    return plain_text(value)
