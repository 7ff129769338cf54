"""Reviews for tests: a task made of names alone, played by keys with a moment for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tests.approvals import BOUND

from headgate.canonical import canonical_json
from headgate.cli.deciding import Leaving, State, Task, begin, here, prepare, press
from headgate.headers.table import Header, LocalType
from headgate.manifest import Choice, Decision, Remembered, close
from headgate.policy import policy_id
from headgate.screening import screen, vocabulary_id

# Screening blocks the first, flags the next five (two of them a family), and finds nothing in the others.
BLOCKED = "anna@example.org"
FLAGGED = ("Qwzxia boiler kWh", "Brnpf", "Zzqtl meter", "Vbxk 101 flow", "Vbxk 102 flow")
CLEAN = ("timestamp", "energy kWh", "supply temperature", "return temperature", "ENERGY KWH")


def headers(names: Sequence[str]) -> list[Header]:
    return [Header(at, name, LocalType.NUMBER) for at, name in enumerate(names)]


def task(names: Sequence[str], before: Mapping[str, Remembered] | None = None) -> Task:
    """The review of a table of these names, in which nothing goes to a provider."""
    listed = headers(names)

    def leaving(decisions: Sequence[Decision]) -> Leaving:
        closed = close(listed, decisions, **BOUND).names
        return Leaving(canonical_json(list(closed)), closed)

    return prepare(listed, screen(names), before or {}, leaving)


def remembered(header: str, choice: Choice, public_name: str | None = None, policy: str = policy_id()) -> Remembered:
    at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    return Remembered(header, choice, public_name, "tester", at, vocabulary_id(), policy)


def play(task: Task, keys: Iterable[str], pause: float = 5.0, state: State | None = None) -> State:
    """The state after these keys, so many seconds between two of them."""
    state = state or begin(task, 0.0)
    now = state.since
    for key in keys:
        now += pause
        state = press(task, state, key, now)
    return state


def look_at(task: Task, state: State, name: str) -> State:
    """The state with this header on the screen, alone, long enough to be read."""
    state = state if not state.sorted_by_risk else play(task, "s", state=state)
    state = play(task, ["home"], state=state)
    while task.subjects[here(task, state)[0]].proposal.header.name != name:
        state = play(task, ["right"], state=state)
    return state


def decision(task: Task, state: State, name: str) -> tuple[str, str | None] | None:
    """What was decided on the header of this name."""
    place = next(at for at, each in enumerate(task.subjects) if each.proposal.header.name == name)
    given = state.decided[place]
    return None if given is None else (given.choice.value, given.public_name)
