"""Mutated answers: `parse` gives a plan over the sent ids or raises `UnavailableError`, whatever comes."""

import copy
import json
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.catalogue import understand
from headgate.errors import UnavailableError
from headgate.manifest.approved import Column
from headgate.plan import Plan, check, from_json, merge, parse, propose, to_json
from headgate.plan.language import Folded

SENT = ("c1", "c2", "c3")
ALIEN = "c4"
NAMES = ("timestamp", "energy kWh", "line type", "withheld secret")
GOOD = {
    "columns": [
        {"id": "c1", "role": "timestamp", "confidence": 0.99},
        {"id": "c2", "role": "energy_interval", "unit": "kWh", "fold": "sum", "part_of": "c3", "confidence": 0.99},
        {"id": "c3", "role": "category", "synonyms": ["kind"]},
    ],
    "derived": [{"id": "d1", "name": "n", "expr": {"op": "abs", "a": {"fold": "sum", "of": "c2"}}}],
    "analyses": [
        {"kind": "trend", "inputs": {"timestamp": "c1", "measures": ["c2", "d1"], "entity": "c3"}, "priority": 1},
        {"kind": "peak_demand", "inputs": {"load": "c2", "timestamp": "c1"}, "params": {"top_n": 3}, "title": "Peak"},
    ],
    "questions": [{"about": "c2", "ask": "sign"}],
    "hints": {"time": "c1", "default_measure": "c2", "adjectives": {"hot": "c2"}},
}
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.sampled_from([ALIEN, "d1", "d2", "c1", [], {}, [ALIEN], {"fold": "sum", "of": ALIEN}, 10**30, "\ud800"]),
).map(copy.deepcopy)  # a list that is drawn twice must not carry the changes of the first time


def paths(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from paths(below, (*at, key))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    answer = json.loads(json.dumps(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(sorted(paths(answer), key=repr) or [()]))
        if not path:
            break
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


def ids_in(plan: Plan) -> set[str]:
    found = set(plan.meanings) | {m.part_of for m in plan.meanings.values() if m.part_of}
    found |= {one for analysis in plan.analyses for ids in analysis.inputs.values() for one in ids}
    found |= {question.about for question in plan.questions}
    found |= {hint for name, hint in plan.hints.items() if name != "row_noun"}
    waiting = [derived.expr for derived in plan.derived]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Folded):
            found.add(expr.of)
        else:
            waiting += [expr.a] + ([] if expr.b is None else [expr.b])
    return found - {derived.id for derived in plan.derived}


def taken(text: str, sent: tuple[str, ...] = SENT) -> Plan | None:
    try:
        return parse(text, {each: (each,) for each in sent})
    except UnavailableError:
        return None


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_no_mutated_answer_crashes_or_names_a_column_that_was_not_sent(text):
    plan = taken(text)
    assert plan is None or ids_in(plan) <= set(SENT)


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_what_is_taken_merges_checks_and_saves(text):
    plan = taken(text)
    columns = [Column(f"c{n + 1}", n, name, name) for n, name in enumerate(NAMES)]
    meanings = dict(zip((c.id for c in columns), understand(NAMES, [None] * len(NAMES)), strict=True))
    if plan is not None:
        merged = check(merge(propose(columns, meanings), plan), columns)
        assert from_json(json.loads(json.dumps(to_json(merged, columns)))) == (merged, tuple(columns))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.text(alphabet='{}[]",:0123456789.eE-+ntf\\c"', max_size=200)))
def test_no_text_crashes_the_parser(text):
    taken(text)


def test_control_the_search_finds_a_withheld_id_where_it_is_let_through():
    """The same answer about `c4` is caught by `ids_in` as soon as `c4` counts as sent."""
    text = json.dumps(GOOD).replace("c3", ALIEN)
    through = taken(text, (*SENT, ALIEN))
    stopped = taken(text)
    assert through is not None
    assert ALIEN in ids_in(through)
    assert stopped is not None
    assert ALIEN not in ids_in(stopped)
