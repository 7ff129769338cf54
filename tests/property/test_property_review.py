"""Whatever keys are pressed, when and on which names: what a review promises holds after each of them."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.approvals import BOUND
from tests.reviews import BLOCKED, CLEAN, FLAGGED, headers, remembered, task
from tests.scale import times

from headgate.cli.deciding import READING, State, Task, Where, begin, press
from headgate.manifest import Choice, close
from headgate.screening import Verdict, screen

NAMES = st.lists(st.sampled_from([BLOCKED, "", *FLAGGED, *CLEAN]), min_size=1, max_size=12)
FOR_MANY = frozenset("PcMfw")
KEYS = st.sampled_from([*"aaapprwwfmPcMus? b", "enter", "enter", "left", "right", "home", "end", "escape", *"yesn"])
PRESSES = st.lists(st.tuples(KEYS, st.sampled_from([0.05, 0.4, READING, 3.0])), max_size=40)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], Task]:
    names = draw(NAMES)
    before = {}
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        choice = draw(st.sampled_from(Choice))
        alias = {Choice.APPROVE: name, Choice.RENAME: draw(st.sampled_from(["site8 kWh", "Brnpf 2"]))}.get(choice)
        before[name] = remembered(name, choice, alias)
    return names, task(names, before)


def facts(state: State) -> object:
    return state.decided, state.at, state.sorted_by_risk, state.hasty


@settings(deadline=None, max_examples=times(150))
@given(tables(), PRESSES)
def test_undo_takes_back_whatever_a_key_decided(
    table: tuple[list[str], Task], presses: list[tuple[str, float]]
) -> None:
    _, reviewed = table
    state = begin(reviewed, 0.0)
    kept = []
    now = 0.0
    for key, pause in presses:
        now += pause
        after = press(reviewed, state, key, now)
        if after.past is not None and after.decided != state.decided and key != "u":
            back = press(reviewed, after, "u", now + 9)
            assert facts(back) == facts(state)
            assert back.where is Where.LOOKING
            kept.append(facts(state))
        state = after
    while state.past is not None and state.where is Where.LOOKING:
        state = press(reviewed, state, "u", now)
    if state.where is Where.LOOKING:
        assert all(each is None for each in state.decided)


@settings(deadline=None, max_examples=times(150))
@given(tables(), PRESSES)
def test_no_key_for_many_approves_a_flagged_header_and_no_key_a_blocked_one(
    table: tuple[list[str], Task], presses: list[tuple[str, float]]
) -> None:
    _, reviewed = table
    state, now = begin(reviewed, 0.0), 0.0
    for key, pause in presses:
        now += pause
        after = press(reviewed, state, key, now)
        new = [place for place, given in enumerate(after.decided) if given and given != state.decided[place]]
        if key in FOR_MANY:
            names = [each.public_name for place in new if (each := after.decided[place]) and each.public_name]
            assert all(screen([name])[0].verdict is Verdict.CLEAN for name in names)
        for place in new:
            given, found = after.decided[place], reviewed.subjects[place].proposal.screened
            assert given is not None
            if given.choice is Choice.APPROVE:
                assert found.verdict is not Verdict.BLOCKED
                if key in FOR_MANY or len(new) > 1:
                    assert found.verdict is Verdict.CLEAN
                elif key in {"a", "m"} and found.verdict is Verdict.REVIEW and now - state.since < READING:
                    assert place in after.hasty
        state = after


@settings(deadline=None, max_examples=times(150))
@given(tables(), PRESSES, st.sampled_from(["y", "yes"]))
def test_what_is_closed_is_what_was_shown_and_haste_needs_a_word(
    table: tuple[list[str], Task], presses: list[tuple[str, float]], yes: str
) -> None:
    names, reviewed = table
    state, now = begin(reviewed, 0.0), 0.0
    for key, pause in [*presses, ("escape", 3.0), ("P", 3.0), ("c", 3.0), *[("w", 3.0)] * len(names), ("enter", 3.0)]:
        now += pause
        state = press(reviewed, state, key, now)
    if state.where is not Where.CLOSING:
        return
    assert state.leaving is not None
    manifest = close(headers(names), state.decisions, **BOUND)
    assert json.loads(state.leaving.data) == list(manifest.names) == list(state.leaving.names)
    asked = state
    for key in [*yes, "enter"] if state.hasty else yes[:1]:
        now += 3.0
        state = press(reviewed, state, key, now)
    assert (state.where is Where.CLOSED) == (not asked.hasty or yes == "yes")
    assert state.where is not Where.CLOSED or state.decided == asked.decided
