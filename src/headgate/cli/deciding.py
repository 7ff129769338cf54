"""The review as a pure machine: a state and a key give the next state. No terminal, no clock and no file is touched.

What is reviewed is a `Task`, which never changes; the moments at which keys were pressed come from the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from headgate.canonical import nfc
from headgate.charts.text import shown
from headgate.errors import RefusalError
from headgate.headers import Header
from headgate.manifest import Choice, Decision, Proposal, Remembered, propose
from headgate.manifest.public_name import LONGEST, flaw, likeness
from headgate.screening import Category, Screened, Verdict, screen
from headgate.screening.own import NOBODY, OwnNames

# What gives a person away comes first; a category that is not here comes last.
RISK = (
    Category.PERSON,
    Category.CONTACT,
    Category.ID_VALUE,
    Category.ORG,
    Category.PLACE,
    Category.ASSET_CODE,
    Category.DATE_VALUE,
    Category.UNKNOWN_WORD,
)
# The seconds in which nobody reads a name and what was found in it.
READING = 1.0
_PAGE = 10
_NUMBERS = re.compile(r"\d+")
_YES = "yes"
_WITHHELD: tuple[Choice, str | None] = (Choice.WITHHOLD, None)


@dataclass(frozen=True, slots=True)
class Subject:
    """One header under review: what is proposed, what was decided on it before, and its `family`.

    A family are the places of two or more headers that differ in numbers only and in which the same kinds of thing were
    found; it is empty for a header that stands alone.
    """

    proposal: Proposal
    before: Remembered | None
    family: tuple[int, ...]

    @property
    def flagged(self) -> bool:
        """Whether screening did not find the header clean."""
        return self.proposal.screened.verdict is not Verdict.CLEAN


@dataclass(frozen=True, slots=True)
class Leaving:
    """The exact bytes that would leave under some decisions, the names in them, and what else has to be said."""

    data: bytes
    names: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What is reviewed: the subjects in the source's order, and the stops of the review in both its orders.

    `by_risk` has a stop for each subject that needs a look, and one for all that may be approved as they are. `leaving`
    says what would leave under decisions on all of the headers, or raises RefusalError where they may not be closed.
    `own` are the lists every new name is screened with.
    """

    subjects: tuple[Subject, ...]
    by_risk: tuple[tuple[int, ...], ...]
    in_order: tuple[tuple[int, ...], ...]
    leaving: Callable[[Sequence[Decision]], Leaving]
    own: OwnNames = NOBODY


class Where(Enum):
    """What the person is doing: looking, typing a name, reading what the keys do, closing or stopping; or has done."""

    LOOKING = auto()
    TYPING = auto()
    HELP = auto()
    CLOSING = auto()
    STOPPING = auto()
    CLOSED = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class State:
    """Where a review stands.

    `decided` is by place in the source; `at` the stop that is shown, `sorted_by_risk` of which order; `since` when it
    came on the screen. `hasty` are the flagged headers that were approved before anybody could have read them. `past`
    is the state before the last decision. While a review is closed, `leaving` is what would leave.
    """

    decided: tuple[Decision | None, ...]
    since: float
    at: int = 0
    sorted_by_risk: bool = True
    where: Where = Where.LOOKING
    typed: str = ""
    said: str = ""
    hasty: frozenset[int] = frozenset()
    leaving: Leaving | None = None
    past: State | None = None

    @property
    def open(self) -> int:
        """How many headers are not decided yet."""
        return sum(each is None for each in self.decided)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions that were taken, in the source's order."""
        return tuple(each for each in self.decided if each is not None)


def prepare(
    headers: Sequence[Header],
    screened: Sequence[Screened],
    before: Mapping[str, Remembered],
    leaving: Callable[[Sequence[Decision]], Leaving],
    own: OwnNames = NOBODY,
) -> Task:
    """The review of these headers; `before` holds what was decided on some, by their NFC form."""
    proposals = propose(headers, screened)
    alike: dict[object, list[int]] = {}
    for place, each in enumerate(proposals):
        found = each.screened
        kinds = frozenset(finding.category for finding in found.findings)
        alike.setdefault((_NUMBERS.sub("0", each.header.name), found.verdict, kinds), []).append(place)
    family = {place: tuple(places) for places in alike.values() if len(places) > 1 for place in places}
    subjects = tuple(
        Subject(each, before.get(nfc(each.header.name)), family.get(place, ())) for place, each in enumerate(proposals)
    )
    looks = [place for place, each in enumerate(proposals) if each.choice is not Choice.APPROVE]
    looks.sort(key=lambda place: (_risk(proposals[place].screened), min(family.get(place, (place,))), place))
    plain = tuple(place for place, each in enumerate(proposals) if each.choice is Choice.APPROVE)
    by_risk = (*((place,) for place in looks), *((plain,) if plain else ()))
    return Task(subjects, by_risk, tuple((place,) for place in range(len(proposals))), leaving, own)


def _risk(found: Screened) -> tuple[bool, int]:
    """What orders headers by risk: blocked ones first, then by the worst of what was found."""
    ranks = [RISK.index(each.category) if each.category in RISK else len(RISK) for each in found.findings]
    return found.verdict is not Verdict.BLOCKED, min(ranks, default=len(RISK) + 1)


def begin(task: Task, now: float, decided: Sequence[Decision] = ()) -> State:
    """The review's first state, some decisions taken already; the first stop that is open is shown."""
    positions = {each.position: each for each in decided}
    taken = tuple(positions.get(each.proposal.header.position) for each in task.subjects)
    return _onward(task, State(taken, now, at=-1), now)


def stops(task: Task, state: State) -> tuple[tuple[int, ...], ...]:
    """The stops in the order that is shown: the places of the headers that are looked at together."""
    return task.by_risk if state.sorted_by_risk else task.in_order


def here(task: Task, state: State) -> tuple[int, ...]:
    """The places of what is on the screen."""
    return stops(task, state)[state.at]


def press(task: Task, state: State, key: str, now: float) -> State:
    """The state after this key at this moment: a printable character, or the name of another key, such as `enter`."""
    match state.where:
        case Where.LOOKING:
            return _looking(task, state, key, now)
        case Where.TYPING:
            return _typing(task, state, key, now)
        case Where.HELP:
            return _to(state, Where.LOOKING, now)
        case Where.STOPPING:
            return _to(state, Where.STOPPED if key == "y" else Where.LOOKING, now)
        case Where.CLOSING:
            return _closing(state, key, now)
        case _:
            return state


def _looking(task: Task, state: State, key: str, now: float) -> State:
    if key in _MOVES:
        return _moved(task, state, _MOVES[key](state.at, len(stops(task, state))), now)
    if key in _KEYS:
        return _KEYS[key](task, state, now)
    return replace(state, said=f"“{shown(key)}” does nothing here; ? shows the keys")


_MOVES: Mapping[str, Callable[[int, int], int]] = {
    "b": lambda at, _: at - 1,
    "left": lambda at, _: at - 1,
    "up": lambda at, _: at - 1,
    " ": lambda at, _: at + 1,
    "right": lambda at, _: at + 1,
    "down": lambda at, _: at + 1,
    "page up": lambda at, _: at - _PAGE,
    "page down": lambda at, _: at + _PAGE,
    "home": lambda _at, _: 0,
    "end": lambda _, of: of - 1,
}


def _to(state: State, where: Where, now: float) -> State:
    return replace(state, where=where, since=now, typed="", said="", leaving=None)


def _moved(task: Task, state: State, at: int, now: float) -> State:
    at = min(max(at, 0), len(stops(task, state)) - 1)
    return replace(state, at=at, said="", since=state.since if at == state.at else now)


def _reordered(task: Task, state: State, now: float) -> State:
    place = here(task, state)[0]
    other = replace(state, sorted_by_risk=not state.sorted_by_risk)
    at = next(at for at, places in enumerate(stops(task, other)) if place in places)
    said = "Sorted by risk" if other.sorted_by_risk else "In the order of the source"
    return replace(other, at=at, since=now, said=said)


def _undone(_task: Task, state: State, now: float) -> State:
    if state.past is None:
        return replace(state, said="There is nothing to undo")
    return replace(_to(state.past, Where.LOOKING, now), said="Undone")


def _helped(_task: Task, state: State, now: float) -> State:
    return _to(state, Where.HELP, now)


def _stopping(_task: Task, state: State, now: float) -> State:
    return _to(state, Where.STOPPING if state.decisions else Where.STOPPED, now)


# Taking decisions: `_decided` is the only way one gets into a state.


def _decided(task: Task, state: State, taken: Mapping[int, Decision], now: float, said: str, *, hasty: bool) -> State:
    """The state with these decisions, at the next stop that is open; the state as it was is its past."""
    decided = tuple(taken.get(place, each) for place, each in enumerate(state.decided))
    quick = (state.hasty - taken.keys()) | (taken.keys() if hasty else frozenset())
    after = replace(state, decided=decided, hasty=frozenset(quick), past=state, said=said)
    return _onward(task, after, now)


def _onward(task: Task, state: State, now: float) -> State:
    """The state at the next stop that is open, behind the one that is shown or else from the first."""
    listed = stops(task, state)
    for at in (*range(state.at + 1, len(listed)), *range(state.at + 1)):
        if any(state.decided[place] is None for place in listed[at]):
            return replace(state, at=at, where=Where.LOOKING, typed="", since=now)
    said = f"{state.said}. All are decided: enter shows what would leave".removeprefix(". ")
    return replace(state, at=max(state.at, 0), where=Where.LOOKING, typed="", since=now, said=said)


def _one(task: Task, state: State, place: int, choice: Choice, name: str | None, now: float) -> State:
    """One header decided by its own key, or why it cannot be."""
    header, found = task.subjects[place].proposal.header, task.subjects[place].proposal.screened
    if choice is Choice.APPROVE and found.verdict is Verdict.BLOCKED:
        return replace(state, said="This name is blocked: rename it or withhold it")
    if name is not None:
        wrong = _wrong(task, state, place, name)
        if wrong is not None:
            return replace(state, said=f"“{shown(name)}” {wrong}")
    hasty = choice is Choice.APPROVE and task.subjects[place].flagged and now - state.since < READING
    taken = {place: Decision(header.position, header.name, choice, name)}
    return _decided(task, state, taken, now, _said(taken[place]), hasty=hasty)


def _wrong(task: Task, state: State, place: int, name: str) -> str | None:
    """Why this cannot be the public name of the header at this place, in words that follow it; None where it can."""
    wrong = flaw(name)
    if wrong is not None:
        return wrong
    found = screen([name], task.own)[0]
    if found.verdict is Verdict.BLOCKED:
        return f"is blocked: {found.findings[0].reason}"
    taken = _names(state, but=place)
    if likeness(name) in taken:
        other = task.subjects[taken[likeness(name)]].proposal.header.name
        return f"is the public name of “{shown(other, 60)}” already"
    return None


def _names(state: State, but: int | None = None) -> dict[str, int]:
    """Where each public name was given, by its likeness."""
    return {
        likeness(each.public_name): place
        for place, each in enumerate(state.decided)
        if each is not None and each.public_name is not None and place != but
    }


def _many(task: Task, state: State, wanted: Mapping[int, tuple[Choice, str | None]], now: float, none: str) -> State:
    """Several open headers decided by one key. Whatever was wanted: a header with findings is never approved so."""
    names = _names(state)
    taken: dict[int, Decision] = {}
    clashes = 0
    for place, (choice, name) in wanted.items():
        subject = task.subjects[place]
        if state.decided[place] is not None or (choice is Choice.APPROVE and subject.flagged):
            continue
        if name is not None and (likeness(name) in names or flaw(name) is not None):
            clashes += 1
            continue
        if name is not None:
            names[likeness(name)] = place
        header = subject.proposal.header
        taken[place] = Decision(header.position, header.name, choice, name)
    left_out = f"{clashes} not: another column has that name; s shows each by itself" if clashes else ""
    if not taken:
        return replace(state, said=left_out or none)
    left_out = left_out and f"; {left_out}"
    return _decided(task, state, taken, now, f"{counted(taken.values())}{left_out}", hasty=False)


def counted(decisions: Iterable[Decision]) -> str:
    """How many of these approve, rename and withhold, in words."""
    listed = [each.choice for each in decisions]
    words = {"approved": Choice.APPROVE, "renamed": Choice.RENAME, "withheld": Choice.WITHHOLD}
    counts = {word: listed.count(choice) for word, choice in words.items()}
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)


def _said(decision: Decision) -> str:
    match decision.choice:
        case Choice.APPROVE:
            return f"“{shown(decision.header, 40)}” approved"
        case Choice.RENAME:
            return f"“{shown(decision.header, 40)}” renamed to “{shown(decision.public_name or '', 40)}”"
        case _:
            return f"“{shown(decision.header, 40)}” withheld"


def _alone(task: Task, state: State) -> Subject | None:
    """The one header that is on the screen; None where several are."""
    places = here(task, state)
    return task.subjects[places[0]] if len(places) == 1 else None


_TOGETHER = "These are looked at together: c approves them, w withholds them, s shows each by itself"


def _approve(task: Task, state: State, now: float) -> State:
    subject = _alone(task, state)
    if subject is None:
        return _approve_clean(task, state, now)
    return _one(task, state, here(task, state)[0], Choice.APPROVE, nfc(subject.proposal.header.name), now)


def _propose(task: Task, state: State, now: float) -> State:
    subject = _alone(task, state)
    if subject is None:
        return _approve_clean(task, state, now)
    return _one(task, state, here(task, state)[0], subject.proposal.choice, subject.proposal.public_name, now)


def _withhold(task: Task, state: State, now: float) -> State:
    places = here(task, state)
    if len(places) == 1:
        return _one(task, state, places[0], Choice.WITHHOLD, None, now)
    return _many(task, state, dict.fromkeys(places, _WITHHELD), now, "They are decided already")


def _rename(task: Task, state: State, now: float) -> State:
    subject = _alone(task, state)
    if subject is None:
        return replace(state, said=_TOGETHER)
    given = state.decided[here(task, state)[0]]
    typed = given.public_name if given and given.choice is Choice.RENAME else subject.proposal.public_name
    return replace(_to(state, Where.TYPING, now), typed=typed or "")


def _as_before(task: Task, state: State, now: float) -> State:
    subject = _alone(task, state)
    if subject is None:
        return replace(state, said=_TOGETHER)
    if subject.before is None:
        return replace(state, said="Nothing was decided on this header before")
    return _one(task, state, here(task, state)[0], subject.before.choice, subject.before.public_name, now)


def _all_as_before(task: Task, state: State, now: float) -> State:
    """What was decided before, where it still passes. What lets out a name with findings is left to be looked at."""
    wanted = {
        place: (each.before.choice, each.before.public_name)
        for place, each in enumerate(task.subjects)
        if each.before is not None and (each.before.public_name is None or _is_clean(task, each.before.public_name))
    }
    return _many(task, state, wanted, now, "Of what is open, nothing decided before can be taken at once")


def _is_clean(task: Task, name: str) -> bool:
    return screen([name], task.own)[0].verdict is Verdict.CLEAN


def _approve_clean(task: Task, state: State, now: float) -> State:
    wanted = {
        place: (Choice.APPROVE, each.proposal.public_name)
        for place, each in enumerate(task.subjects)
        if each.proposal.choice is Choice.APPROVE
    }
    return _many(task, state, wanted, now, "No clean name is open")


def _propose_all(task: Task, state: State, now: float) -> State:
    wanted = {
        place: (each.proposal.choice, each.proposal.public_name)
        for place, each in enumerate(task.subjects)
        if each.proposal.choice is not Choice.APPROVE
    }
    return _many(task, state, wanted, now, "No flagged name is open")


def _family(task: Task, state: State, now: float) -> State:
    """The rest of the family decided as the header that is shown, by the proposal of each or by withholding."""
    subject, place = _alone(task, state), here(task, state)[0]
    given = state.decided[place]
    if subject is None or not subject.family:
        return replace(state, said="This header has no family: no other differs from it in numbers only")
    if given is None:
        return _many(task, state, {each: _proposed(task, each) for each in subject.family}, now, "")
    if given.choice is Choice.WITHHOLD:
        wanted = dict.fromkeys(subject.family, _WITHHELD)
    elif (given.choice, given.public_name) == _proposed(task, place):
        wanted = {each: _proposed(task, each) for each in subject.family}
    else:
        return replace(state, said="Only a proposal is taken, or a family withheld, all at once: look at each")
    return _many(task, state, wanted, now, "The family is decided already")


def _proposed(task: Task, place: int) -> tuple[Choice, str | None]:
    return task.subjects[place].proposal.choice, task.subjects[place].proposal.public_name


def _asked_to_close(task: Task, state: State, now: float) -> State:
    if state.open:
        left = replace(state, said=f"{state.open:,} not decided yet")
        return _onward(task, left, now) if all(state.decided[each] for each in here(task, state)) else left
    try:
        leaving = task.leaving(state.decisions)
    except RefusalError as refusal:
        return replace(state, said=str(refusal))
    return replace(_to(state, Where.CLOSING, now), leaving=leaving)


_KEYS: Mapping[str, Callable[[Task, State, float], State]] = {
    "a": _approve,
    "p": _propose,
    "r": _rename,
    "w": _withhold,
    "f": _family,
    "m": _as_before,
    "c": _approve_clean,
    "P": _propose_all,
    "M": _all_as_before,
    "u": _undone,
    "s": _reordered,
    "enter": _asked_to_close,
    "?": _helped,
    "q": _stopping,
}


def _typing(task: Task, state: State, key: str, now: float) -> State:
    match key:
        case "escape":
            return _to(state, Where.LOOKING, now)
        case "backspace":
            return replace(state, typed=state.typed[:-1], said="")
        case "clear":
            return replace(state, typed="", said="")
        case "enter":
            return _renamed(task, state, now)
        case _ if len(key) == 1 and len(state.typed) < LONGEST:
            return replace(state, typed=state.typed + key, said="")
        case _:
            return state


def _renamed(task: Task, state: State, now: float) -> State:
    place = here(task, state)[0]
    name = nfc(state.typed.strip())
    if name == nfc(task.subjects[place].proposal.header.name):
        return replace(state, said="That is the header itself: escape, and a approves it")
    return _one(task, state, place, Choice.RENAME, name, now)


def _closing(state: State, key: str, now: float) -> State:
    if key in {"escape", "left"} or (not state.hasty and key in {"n", "b", "q", "u"}):
        return replace(_to(state, Where.LOOKING, now), said="Not closed")
    if now - state.since < READING:
        return replace(state, typed="", said="Look at it first")
    if state.hasty:
        return _worded(state, key, now)
    return replace(state, where=Where.CLOSED) if key == "y" else replace(state, said="Press y or n")


def _worded(state: State, key: str, now: float) -> State:
    """A yes that has to be typed as a word."""
    match key:
        case "enter" if state.typed == _YES:
            return replace(state, where=Where.CLOSED)
        case "enter":
            return replace(_to(state, Where.LOOKING, now), said="Not closed")
        case "backspace":
            return replace(state, typed=state.typed[:-1], said="")
        case _ if len(key) == 1:
            return replace(state, typed=(state.typed + key)[:20], said="")
        case _:
            return state
