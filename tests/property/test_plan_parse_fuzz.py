"""Answers hypothesis makes: whatever comes, it is a plan over what was sent, or refused, and nothing else happens."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dialects import ANSWERS
from tests.hostile_answers import HOSTILE, PLANS, SENT, WITHHELD, Judge, ids_of, places_in
from tests.scale import times

from headgate.plan import parse

JUDGE = Judge()
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.sampled_from([*HOSTILE, [], {}, [WITHHELD], {"fold": "sum", "of": WITHHELD}, 10**30]),
).map(copy.deepcopy)  # a list that is drawn twice must not carry the changes of the first time


@st.composite
def mutated(draw: st.DrawFn) -> str:
    answer = json.loads(json.dumps(draw(st.sampled_from(PLANS))))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from([path for path, _ in places_in(answer)] or [()]))
        if not path:
            continue
        place = answer
        for step in path[:-1]:
            place = place[step]
        if draw(st.booleans()):
            place[path[-1]] = draw(JUNK)
        elif isinstance(place, dict):
            place[draw(st.text(max_size=8))] = place.pop(path[-1])
        else:
            place.append(draw(JUNK))
    text = json.dumps(answer)
    cut = draw(st.integers(0, len(text)))
    return text[:cut] if draw(st.integers(0, 9)) == 0 else text


@settings(max_examples=times(400), deadline=None)
@given(mutated(), st.sampled_from(list(ANSWERS)))
def test_a_mutated_answer_keeps_every_property(text, dialect):
    JUDGE.weigh(ANSWERS[dialect](text))


@settings(max_examples=times(200), deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.text(alphabet='{}[]",:0123456789.eE-+ntf\\c"', max_size=200)),
    st.sampled_from(list(ANSWERS)),
)
def test_any_text_is_weighed(text, dialect):
    JUDGE.weigh(ANSWERS[dialect](text))


@settings(max_examples=times(200), deadline=None)
@given(st.binary(max_size=200))
def test_any_body_is_weighed(body):
    JUDGE.weigh(body)


def test_the_search_finds_a_withheld_id_where_it_is_let_through():
    """The same answer about `c9` is caught by `ids_of` as soon as `c9` counts as sent."""
    text = json.dumps(PLANS[-1]).replace("c2", WITHHELD)
    assert WITHHELD in ids_of(parse(text, {**SENT, WITHHELD: (WITHHELD,)}))
    assert WITHHELD not in ids_of(parse(text, SENT))
