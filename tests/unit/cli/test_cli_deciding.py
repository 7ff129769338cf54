"""The review as a machine of states and keys: what no key can do, what each does, and what is noticed of haste."""

from __future__ import annotations

import json

import pytest
from tests.reviews import BLOCKED, CLEAN, FLAGGED, decision, look_at, play, remembered, task

from headgate.cli.deciding import READING, State, Task, Where, begin, here, press, stops
from headgate.errors import RefusalError
from headgate.manifest import Choice, Decision

NAMES = (CLEAN[0], *FLAGGED, BLOCKED, *CLEAN[1:])


@pytest.fixture
def table() -> Task:
    return task(NAMES)


def shown(task: Task, state: State) -> list[str]:
    return [task.subjects[place].proposal.header.name for place in here(task, state)]


def test_a_blocked_header_is_never_approved(table: Task) -> None:
    state = look_at(table, begin(table, 0.0), BLOCKED)
    after = play(table, "a", state=state)
    assert decision(table, after, BLOCKED) is None
    assert "blocked" in after.said
    before = task(NAMES, {BLOCKED: remembered(BLOCKED, Choice.APPROVE, BLOCKED)})
    after = play(before, ["m", "M"], state=look_at(before, begin(before, 0.0), BLOCKED))
    assert decision(before, after, BLOCKED) is None


@pytest.mark.parametrize("keys", ["P", "c", "M", "Pc", "cPM", "pf"])
def test_no_key_for_many_approves_a_header_in_which_something_was_found(keys: str) -> None:
    every = {name: remembered(name, Choice.APPROVE, name) for name in (*FLAGGED, BLOCKED)}
    table = task(NAMES, every)
    state = play(table, keys)
    assert state.decisions or keys == "M"
    approved = {each.header for each in state.decisions if each.choice is Choice.APPROVE}
    assert approved <= set(CLEAN)


def test_a_key_for_many_leaves_what_is_decided_as_it_is(table: Task) -> None:
    state = play(table, "w", state=look_at(table, begin(table, 0.0), FLAGGED[0]))
    state = play(table, "w", state=look_at(table, state, CLEAN[0]))
    state = play(table, "Pc", state=state)
    assert decision(table, state, FLAGGED[0]) == ("withhold", None)
    assert decision(table, state, CLEAN[0]) == ("withhold", None)
    assert state.open == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ("anna@example.org", "blocked"),
        ("a\u202eb", "direction-changing"),
        (FLAGGED[0], "the header itself"),
        ("TIMESTAMP", "already"),
    ],
)
def test_a_name_that_cannot_leave_is_not_taken_and_can_be_typed_again(table: Task, typed: str, said: str) -> None:
    state = play(table, "c")
    state = look_at(table, state, FLAGGED[0])
    state = play(table, ["r", "clear", *typed, "enter"], state=state)
    assert (state.where, decision(table, state, FLAGGED[0])) == (Where.TYPING, None)
    assert said in state.said
    state = play(table, ["clear", *"site9 kWh", "enter"], state=state)
    assert decision(table, state, FLAGGED[0]) == ("rename", "site9 kWh")


def test_a_name_is_typed_over_the_proposal_and_escape_leaves_all_as_it_was(table: Task) -> None:
    state = look_at(table, begin(table, 0.0), FLAGGED[0])
    proposed = table.subjects[here(table, state)[0]].proposal.public_name
    typing = play(table, "r", state=state)
    assert typing.typed == proposed
    shorter = play(table, ["backspace", "x"], state=typing)
    assert shorter.typed == f"{(proposed or '')[:-1]}x"
    assert decision(table, play(table, ["escape"], state=shorter), FLAGGED[0]) is None


def test_nothing_is_closed_while_a_header_is_open(table: Task) -> None:
    state = play(table, ["P", "enter"])
    assert state.where is Where.LOOKING
    assert "4 not decided yet" in state.said


def test_decisions_that_cannot_be_closed_are_said_and_the_review_goes_on() -> None:
    table = task(NAMES)

    def refuses(_decisions: object) -> object:
        raise RefusalError("too many bytes for this profile")

    table = Task(table.subjects, table.by_risk, table.in_order, refuses)  # type: ignore[arg-type]
    state = play(table, ["P", "c", "enter"])
    assert (state.where, state.said) == (Where.LOOKING, "too many bytes for this profile")


def test_the_names_that_are_shown_before_closing_are_those_of_the_decisions(table: Task) -> None:
    state = play(table, ["P", "c", "enter"])
    assert state.leaving is not None
    assert json.loads(state.leaving.data) == sorted(each.public_name for each in state.decisions if each.public_name)
    assert play(table, "y", state=state).where is Where.CLOSED
    assert play(table, "n", state=state).where is Where.LOOKING
    assert play(table, ["enter"], state=state).where is Where.CLOSING


def test_a_yes_that_comes_before_anybody_could_have_looked_is_not_taken(table: Task) -> None:
    state = play(table, ["P", "c", "enter"])
    early = press(table, state, "y", state.since + READING / 2)
    assert (early.where, early.said) == (Where.CLOSING, "Look at it first")
    assert press(table, early, "y", state.since + READING).where is Where.CLOSED


def approving(table: Task, pause: float) -> State:
    """All flagged headers approved one by one with so many seconds between the keys; the rest proposed and approved."""
    state = begin(table, 0.0)
    now = state.since
    while table.subjects[here(table, state)[0]].flagged and state.decided[here(table, state)[0]] is None:
        blocked = table.subjects[here(table, state)[0]].proposal.header.name == BLOCKED
        now += pause
        state = press(table, state, "w" if blocked else "a", now)
    return play(table, ["P", "c", "enter"], state=state)


def test_a_keyboard_that_is_mashed_is_noticed_and_the_yes_has_to_be_typed(table: Task) -> None:
    state = approving(table, 0.1)
    assert (state.where, len(state.hasty)) == (Where.CLOSING, len(FLAGGED))
    assert play(table, "y" * 5, state=state).where is Where.CLOSING
    assert play(table, ["y", "enter"], state=state).where is Where.LOOKING
    assert play(table, [*"yes", "enter"], state=state).where is Where.CLOSED
    assert play(table, [*"yex", "backspace", "s", "enter"], state=state).where is Where.CLOSED
    assert play(table, ["escape"], state=state).where is Where.LOOKING
    read = approving(table, READING)  # the control
    assert (read.where, read.hasty) == (Where.CLOSING, frozenset())
    assert play(table, "y", state=read).where is Where.CLOSED


def test_what_was_approved_in_haste_and_then_looked_at_again_is_no_haste_any_more(table: Task) -> None:
    state = approving(table, 0.1)
    state = play(table, ["escape"], state=state)
    for name in FLAGGED:
        state = play(table, "a", state=look_at(table, state, name))
    assert state.hasty == frozenset()


def test_undo_goes_back_to_the_very_beginning(table: Task) -> None:
    start = begin(table, 0.0)
    keys = ["p", "right", "w", "r", *"x", "enter", "P", "s", "c", "s"]
    state = play(table, keys, state=start)
    assert state.open == 0
    state = play(table, "u" * len(keys), state=state)
    assert (state.decided, state.at, state.said) == (start.decided, start.at, "There is nothing to undo")


def test_what_is_left_is_looked_at_by_risk_and_what_is_clean_together(table: Task) -> None:
    listed = [[table.subjects[place].proposal.header.name for place in places] for places in table.by_risk]
    assert listed[0] == [BLOCKED]
    assert sorted(name for (name,) in listed[1:-2]) == sorted(FLAGGED)
    assert listed[-2] == [CLEAN[-1]], "clean, but spelled like another, so it cannot be approved with the others"
    assert listed[-1] == list(CLEAN[:-1])
    at = {name: number for number, (name,) in enumerate(listed[:-1])}
    assert abs(at[FLAGGED[3]] - at[FLAGGED[4]]) == 1, "a family stands together"
    assert [len(places) for places in table.in_order] == [1] * len(NAMES)


def test_the_order_can_be_changed_and_what_is_shown_stays(table: Task) -> None:
    state = play(table, ["right", "right"])
    name = shown(table, state)
    other = play(table, "s", state=state)
    assert (shown(table, other), other.sorted_by_risk) == (name, False)
    assert play(table, "s", state=other).at == state.at
    assert NAMES.index(name[0]) == other.at


@pytest.mark.parametrize(
    ("keys", "at"),
    [(["right"], 1), ([" ", " "], 2), (["end"], -1), (["end", "b"], -2), (["left"], 0), (["page down"], -1)],
)
def test_the_arrows_look_at_another_and_decide_nothing(table: Task, keys: list[str], at: int) -> None:
    state = play(table, keys)
    assert state.at == at % len(stops(table, state))
    assert state.decisions == ()


def test_a_family_is_renamed_or_withheld_as_its_first_and_never_approved_with_it(table: Task) -> None:
    one, other = FLAGGED[3], FLAGGED[4]
    start = look_at(table, begin(table, 0.0), one)
    withheld = play(table, ["w", "left", "f"], state=start)
    assert decision(table, withheld, one) == decision(table, withheld, other) == ("withhold", None)
    proposed = play(table, "f", state=start)
    names = {decision(table, proposed, one), decision(table, proposed, other)}
    assert {choice for choice, _ in names if choice} == {"rename"}  # type: ignore[misc]
    assert len(names) == 2, "each by the proposal of its own"
    for keys in (["a", "left", "f"], ["r", *"zz", "enter", "left", "f"]):
        state = play(table, keys, state=start)
        assert decision(table, state, other) is None
        assert "look at each" in state.said
    alone = play(table, "f", state=look_at(table, start, FLAGGED[0]))
    assert "no family" in alone.said


def test_what_was_decided_before_is_offered_and_taken_by_a_key_alone() -> None:
    before = {
        FLAGGED[0]: remembered(FLAGGED[0], Choice.APPROVE, FLAGGED[0]),
        FLAGGED[1]: remembered(FLAGGED[1], Choice.WITHHOLD),
        FLAGGED[2]: remembered(FLAGGED[2], Choice.RENAME, "site7 meter"),
        FLAGGED[3]: remembered(FLAGGED[3], Choice.RENAME, "Brnpf again"),
    }
    table = task(NAMES, before)
    assert begin(table, 0.0).decisions == ()
    assert play(table, ["P", "u", "c", "u", "?", "x"]).decisions == ()
    state = play(table, "M")
    assert decision(table, state, FLAGGED[1]) == ("withhold", None)
    assert decision(table, state, FLAGGED[2]) == ("rename", "site7 meter")
    assert state.open == len(NAMES) - 2, "what would let out a name with findings is left to be looked at"
    for name, expected in ((FLAGGED[0], ("approve", FLAGGED[0])), (FLAGGED[3], ("rename", "Brnpf again"))):
        state = play(table, "m", state=look_at(table, state, name))
        assert decision(table, state, name) == expected
    assert "Nothing was decided" in play(table, "m", state=look_at(table, state, FLAGGED[4])).said


def test_an_approval_of_before_that_is_repeated_unread_is_haste() -> None:
    table = task(NAMES, {FLAGGED[0]: remembered(FLAGGED[0], Choice.APPROVE, FLAGGED[0])})
    state = look_at(table, begin(table, 0.0), FLAGGED[0])
    assert play(table, "m", 0.1, state=state).hasty
    assert not play(table, "m", READING, state=state).hasty


def test_two_columns_never_get_names_that_are_alike(table: Task) -> None:
    state = play(table, "c")
    state = play(table, "a", state=look_at(table, state, CLEAN[-1]))
    assert decision(table, state, CLEAN[-1]) is None
    assert "public name of “energy kWh” already" in state.said
    first = play(table, "a", state=look_at(table, begin(table, 0.0), CLEAN[-1]))
    others = play(table, "c", state=first)
    assert decision(table, others, CLEAN[1]) is None
    assert "1 not: another column has that name" in others.said


def test_decisions_of_a_file_are_there_from_the_beginning_and_what_is_open_is_shown(table: Task) -> None:
    given = [Decision(0, NAMES[0], Choice.APPROVE, NAMES[0]), Decision(6, BLOCKED, Choice.WITHHOLD, None)]
    state = begin(table, 0.0, given)
    assert decision(table, state, BLOCKED) == ("withhold", None)
    assert state.open == len(NAMES) - 2
    assert shown(table, state)[0] in FLAGGED
    assert play(table, "u", state=state).said == "There is nothing to undo"


def test_stopping_asks_first_where_anything_was_decided(table: Task) -> None:
    assert play(table, "q").where is Where.STOPPED
    assert play(table, "pq").where is Where.STOPPING
    assert play(table, "pqy").where is Where.STOPPED
    assert play(table, "pqx").where is Where.LOOKING


def test_a_key_without_a_meaning_says_so_and_changes_nothing(table: Task) -> None:
    state = play(table, ["z"])
    assert (state.said, state.decisions) == ("“z” does nothing here; ? shows the keys", ())
    assert play(table, ["?", "z"]).where is Where.LOOKING


def test_a_review_that_has_ended_takes_no_key(table: Task) -> None:
    ended = play(table, "q")
    assert play(table, "pcP", state=ended) == ended


def test_together_the_clean_ones_are_approved_or_withheld(table: Task) -> None:
    state = play(table, ["end", "w"])
    assert [decision(table, state, name) for name in CLEAN[:-1]] == [("withhold", None)] * 4
    state = play(table, ["end", "a"])
    assert [decision(table, state, name) for name in CLEAN[:-1]] == [("approve", name) for name in CLEAN[:-1]]
    assert "together" in play(table, ["end", "r"]).said
    assert "together" in play(table, ["end", "m"]).said
