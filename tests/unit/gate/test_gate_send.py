"""What the gate looks at once more before anything leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.approvals import manifest_of

from headgate.errors import RefusalError
from headgate.gate.envelope import envelope
from headgate.gate.send import hold_budget, screen_again
from headgate.gate.template import load_template
from headgate.providers.profiles import Profile
from headgate.screening.own import NOBODY, own_names
from headgate.screening.spelling import OwnKind, OwnName

HIDDEN = [f"pri\u200bce {number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    ("blocked", "listed"),
    [
        (HIDDEN[:1], repr(HIDDEN[0])),
        (HIDDEN[:5], ", ".join(map(repr, HIDDEN[:5]))),
        (HIDDEN, ", ".join(map(repr, HIDDEN[:5])) + " and more"),
    ],
    ids=["one", "five", "six"],
)
def test_names_that_screening_blocks_now_are_listed_up_to_five(blocked: list[str], listed: str) -> None:
    screen_again(manifest_of("energy", "power"), NOBODY)
    with pytest.raises(RefusalError) as refused:
        screen_again(manifest_of("energy", *blocked, "power"), NOBODY)
    assert str(refused.value).startswith(f"screening now blocks {listed}: rename or withhold them")


def test_a_name_that_was_clean_when_it_was_approved_is_not_sent_once_screening_flags_it() -> None:
    seen = manifest_of("Qwzxia", "energy", flagged=("Qwzxia",))
    screen_again(seen, NOBODY)  # the control: a person saw what was found, and approved it
    with pytest.raises(RefusalError, match=r"screening now flags 'Qwzxia', and found nothing in them"):
        screen_again(replace(seen, flagged=()), NOBODY)


def test_a_name_that_screening_blocks_is_not_sent_even_where_it_was_flagged_before() -> None:
    with pytest.raises(RefusalError, match="screening now blocks"):
        screen_again(manifest_of(HIDDEN[0], flagged=(HIDDEN[0],)), NOBODY)


@pytest.mark.parametrize(
    ("name", "entry", "why"),
    [
        ("total energy", "total energy", "screening now flags"),
        ("Qwzxia_kWh", "Qwzxia Foods Ltd", "screening now blocks"),
        ("qwzx flow", "Qwzxia Foods Ltd", "your own lists now have to do with"),
    ],
)
def test_a_name_is_not_sent_once_an_own_list_has_to_do_with_it(name: str, entry: str, why: str) -> None:
    own = own_names([OwnName(OwnKind.CLIENT, entry)])
    seen = manifest_of(name, "power", flagged=(name,) if "total" not in name else ())
    screen_again(seen, NOBODY)  # the control: without the list it is sent
    with pytest.raises(RefusalError, match=why):
        screen_again(seen, own)


def test_a_name_that_was_approved_with_what_a_list_found_in_it_is_sent() -> None:
    own = own_names([OwnName(OwnKind.CLIENT, "Qwzxia Foods Ltd")])
    screen_again(manifest_of("qwzx flow", "power", flagged=("qwzx flow",), listed=("qwzx flow",)), own)


def test_a_body_of_as_many_bytes_as_the_profile_allows_is_the_largest(profile: Profile) -> None:
    made = envelope(load_template("plan-1"), ("energy",), profile)
    size = len(made.body)
    hold_budget(made, replace(profile, settings=replace(profile.settings, max_request_bytes=size)))
    with pytest.raises(RefusalError, match=f"{size:,} bytes and example allows {size - 1:,}"):
        hold_budget(made, replace(profile, settings=replace(profile.settings, max_request_bytes=size - 1)))
