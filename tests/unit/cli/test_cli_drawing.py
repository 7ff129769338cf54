"""Every screen of a review fits, shows the header whole with what was found in it, and nothing that cannot be seen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reviews import BLOCKED, CLEAN, FLAGGED, look_at, play, remembered, task

from headgate.cli.deciding import State, Task, begin
from headgate.cli.drawing import Scene, closing, frame, question
from headgate.manifest import Choice

SCENE = Scene("plant.csv", None, "tester", False)
NAMES = (*FLAGGED, BLOCKED, *CLEAN)


def text(task: Task, state: State, size: tuple[int, int] = (80, 24)) -> str:
    return "\n".join(line.plain for line in frame(task, state, SCENE, size))


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=40) | st.sampled_from(NAMES), min_size=1, max_size=6),
    st.sampled_from(["", "?", "r", "pq", "s", "c", "Pc"]),
    st.integers(20, 200),
    st.integers(12, 60),
)
def test_no_line_is_wider_and_no_screen_higher_than_the_terminal(
    names: list[str], keys: str, width: int, height: int
) -> None:
    reviewed = task(names)
    lines = frame(reviewed, play(reviewed, keys), SCENE, (width, height))
    assert len(lines) == height
    assert max(line.cell_len for line in lines) <= width
    assert not [char for line in lines for char in line.plain if ord(char) < 32 or char in "\u202e\u2066\u200b"]


def test_a_long_header_is_shown_whole_so_that_none_is_approved_unread() -> None:
    name = "out.electricity.interior_equipment.energy_consumption_intensity_of_the_whole_year_in_the_Qwzxia_north_wing"
    reviewed = task([name])
    shown = "".join(line.strip() for line in text(reviewed, begin(reviewed, 0.0)).splitlines()[3:8])
    assert name in shown
    huge = task(["Qwzxia " * 2000])
    assert "14,000 characters in all" in text(huge, begin(huge, 0.0))


def test_what_was_found_is_marked_where_it_stands_in_the_header() -> None:
    reviewed = task(["Usage Qwzxia kWh"])
    line = frame(reviewed, begin(reviewed, 0.0), SCENE, (80, 24))[4]
    marked = [line.plain[span.start : span.end] for span in line.spans if "underline" in str(span.style)]
    assert marked == ["Qwzxia"]


def test_what_cannot_be_seen_in_a_header_is_spelled_out() -> None:
    reviewed = task(["pri\u200bce \u202egnol"])
    assert "pri\\u200bce \\u202egnol" in text(reviewed, begin(reviewed, 0.0))


@pytest.mark.parametrize(("actor", "who"), [("tester", "you"), ("anna", "tester")])
def test_what_was_decided_before_is_said_with_who_and_when(actor: str, who: str) -> None:
    reviewed = task(NAMES, {BLOCKED: remembered(BLOCKED, Choice.RENAME, "contact7")})
    lines = frame(reviewed, look_at(reviewed, begin(reviewed, 0.0), BLOCKED), Scene("t", None, actor, False), (80, 24))
    said = next(line.plain for line in lines if "before" in line.plain)
    assert said.split("before")[1].strip() == f"renamed to “contact7” by {who} on 20 Nov 2026"


def test_a_decision_of_before_another_policy_says_so() -> None:
    reviewed = task(NAMES, {BLOCKED: remembered(BLOCKED, Choice.WITHHOLD, policy="1-0a1b2c3d4e5f")})
    shown = text(reviewed, look_at(reviewed, begin(reviewed, 0.0), BLOCKED))
    assert "withheld by you on 20 Nov 2026; the policy changed since" in shown


def test_a_key_that_does_nothing_here_is_not_offered() -> None:
    reviewed = task(NAMES)
    blocked = text(reviewed, look_at(reviewed, begin(reviewed, 0.0), BLOCKED))
    assert " a  approve" not in blocked
    assert "family" not in blocked
    flagged = text(reviewed, look_at(reviewed, begin(reviewed, 0.0), FLAGGED[3]))
    assert " a  approve" in flagged
    assert " f  its family" in flagged
    assert "2 headers that differ in numbers only, 2 open" in flagged
    assert "as before" not in blocked + flagged


def test_clean_names_stand_together_and_a_family_of_them_is_one() -> None:
    reviewed = task([f"zone {number} temperature" for number in range(90)] + ["energy kWh"])
    shown = text(reviewed, play(reviewed, ["end"]))
    assert "91 names in which nothing was found" in shown
    assert "zone 0 temperature (×90)" in shown
    assert "zone 1 temperature" not in shown


def test_a_name_is_screened_while_it_is_typed() -> None:
    reviewed = task(NAMES)
    typing = play(reviewed, ["r", "clear", *"Brnpf kWh"], state=look_at(reviewed, begin(reviewed, 0.0), FLAGGED[0]))
    assert "new name      Brnpf kWh" in text(reviewed, typing)
    assert text(reviewed, typing).count("Look at it: what was found") == 2
    clean = play(reviewed, ["clear", *"meter kWh"], state=typing)
    assert "Clean: nothing was found in it." in text(reviewed, clean)


def test_the_last_look_counts_and_names_what_is_let_out_though_it_was_flagged() -> None:
    reviewed = task(NAMES)
    state = play(reviewed, "a", state=look_at(reviewed, begin(reviewed, 0.0), FLAGGED[0]))
    state = play(reviewed, ["P", "c", "enter"], state=state)
    said = "\n".join(line.plain for line in closing(reviewed, state, SCENE))
    assert "5 approved, 6 renamed" in said
    assert f"Flagged, and let out all the same: {FLAGGED[0]}\n" in f"{said}\n"
    assert question(state, SCENE).startswith("Close with exactly this?")
    sends = Scene("t", "api.example.com", "tester", True)
    assert "go to api.example.com" in "\n".join(line.plain for line in closing(reviewed, state, sends))
    assert question(state, sends).startswith("Send exactly this?")


def test_a_review_in_which_all_is_withheld_says_that_nothing_can_leave() -> None:
    reviewed = task(["energy kWh"])
    state = play(reviewed, ["w", "enter"])
    assert "nothing can leave" in "\n".join(line.plain for line in closing(reviewed, state, SCENE))
