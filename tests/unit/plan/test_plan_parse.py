"""What comes back from a provider. Every refusal here has the accepted answer `GOOD` as its control."""

import copy
import json
import re
from dataclasses import replace

import pytest

from headgate.catalogue import Fold, Medium, Origin, Role
from headgate.errors import UnavailableError
from headgate.plan import parse
from headgate.plan.language import Folded, Operation

SENT = {each: (each,) for each in ("c1", "c2", "c3", "c4")}
GOOD = {
    "columns": [
        {"id": "c1", "role": "timestamp", "confidence": 0.9},
        {
            "id": "c2",
            "role": "energy_interval",
            "quantity": "energy",
            "unit": "kWh",
            "medium": "electricity",
            "fold": "sum",
            "synonyms": ["consumption", "usage"],
            "part_of": None,
            "confidence": 0.8,
        },
        {"id": "c3", "role": "production_out", "confidence": 0.6},
        {"id": "c4", "role": "category"},
    ],
    "derived": [
        {
            "id": "d1",
            "name": "specific energy",
            "expr": {"op": "div", "a": {"fold": "sum", "of": "c2"}, "b": {"fold": "sum", "of": "c3"}},
        }
    ],
    "analyses": [
        {"kind": "trend", "inputs": {"timestamp": "c1", "measures": ["c2", "d1"], "entity": None}, "priority": 2},
        {
            "kind": "breakdown",
            "inputs": {"measure": ["c2"], "category": "c4"},
            "params": {"top_n": 5},
            "title": "Energy by kind",
            "why": "Shows where it goes",
            "priority": 1,
        },
    ],
    "questions": [{"about": "c2", "ask": "cumulative_or_interval"}],
    "hints": {"default_measure": "c2", "time": "c1", "row_noun": "interval", "adjectives": {"hot": "c3", "cold": None}},
}


def answer(**changes):
    return parse(json.dumps(copy.deepcopy(GOOD) | changes), SENT)


def with_column(**changes):
    return answer(columns=[{**GOOD["columns"][1], **changes}])


def with_analysis(**changes):
    return answer(analyses=[{**GOOD["analyses"][1], **changes}])


def places(plan):
    assert all(" " in dropped.reason for dropped in plan.dropped), "each with the rule in words"
    return [dropped.item for dropped in plan.dropped]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "null",
        "[]",
        "3",
        '"columns"',
        "{}",
        '{"plan": {}}',
        "Sure! Here is the plan: {}",
        '```json\n{"columns":[{"id":"c1","role":"timestamp"}]}\n```',
        '{"columns":[{"id":"c1","role":"timestamp"}]} trailing',
        '{"columns":[{"id":"c1","role":"timestamp"}]}{}',
        '\ufeff{"columns":[{"id":"c1","role":"timestamp"}]}',
        '\u00a0{"columns":[{"id":"c1","role":"timestamp"}]}',
        '{"columns":[{"id":"c1","role":"timestamp","confidence":NaN}]}',
        '{"columns":[{"id":"c1","role":"timestamp","confidence":-Infinity}]}',
        '{"columns":[{"id":"c1","role":"timestamp","confidence":1e999}]}',
        '{"columns":[{"id":"c1","role":"timestamp"}],"columns":[]}',
        '{"columns":[{"id":"c1","id":"c1","role":"timestamp"}]}',
        '{"columns":[{"id":"c1","role":"timestamp"}],"hints":' + "[" * 5000 + "]" * 5000 + "}",
        '{"columns":[{"id":"c1","role":"timestamp","confidence":' + "9" * 5000 + "}]}",
        '{"columns":[{"id":"c1","role":"timestamp"}],"questions":[' + "1," * 250_000 + "1]}",
        '{"columns":[{"id":"c1","role":"timestamp"}]}' + " " * 1_048_576,
        '{"columns":[{"id":"c9","role":"timestamp"}],"analyses":[],"hints":{"time":"c1"}}',
    ],
    ids=lambda text: text[:24] + f"({len(text)})",
)
def test_an_answer_that_is_no_plan_at_all_is_refused(text):
    with pytest.raises(UnavailableError):
        parse(text, SENT)


def test_a_refusal_says_nothing_of_the_answer():
    with pytest.raises(UnavailableError) as caught:
        parse('{"columns": SECRET}', SENT)
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "c9"}, {"id": "d1"}, {"id": 2}, {"id": None}, {"role": "boss"}, {"role": None}, {"role": ["power"]},
        {"role": "POWER"}, {"quantity": "heat"}, {"unit": "furlong"}, {"unit": 3}, {"unit": "°C"}, {"medium": "plasma"},
        {"fold": "median"}, {"confidence": 1.1}, {"confidence": -0.1}, {"confidence": True}, {"confidence": "0.8"},
        {"part_of": "c9"}, {"part_of": "c2"}, {"synonyms": "usage"}, {"synonyms": ["w"] * 9}, {"sql": "DROP TABLE"},
    ],
    ids=str,
)  # fmt: skip
def test_a_column_outside_the_contract_is_dropped_whole(change):
    plan = with_column(**change)
    assert plan.meanings == {}
    assert "columns[0]" in places(plan)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "sql"}, {"kind": None}, {"inputs": []}, {"inputs": {"measure": ["c9"], "category": "c4"}},
        {"inputs": {"measure": ["c2"], "category": "d7"}}, {"inputs": {"measure": ["c2"], "category": "c4", "x": "c1"}},
        {"inputs": {"category": "c4"}}, {"inputs": {"measure": ["c2", "c2"], "category": "c4"}},
        {"inputs": {"measure": ["c2"], "category": ["c4", "c1"]}}, {"inputs": {"measure": ["c4"], "category": "c4"}},
        {"inputs": {"measure": "c2", "category": {"id": "c4"}}}, {"inputs": {"measure": ["c2"]}},
        {"params": {"top_n": 51}}, {"params": {"top_n": 1}}, {"params": {"top_n": 5.5}}, {"params": {"top_n": True}},
        {"params": {"top_n": "5"}}, {"params": {"top_n": None}}, {"params": {"sort": "up"}}, {"params": []},
        {"priority": 0}, {"priority": 100}, {"priority": "1"}, {"priority": True}, {"chart": {}}, {"title": 5},
    ],
    ids=str,
)  # fmt: skip
def test_an_analysis_outside_the_contract_is_dropped_whole(change):
    plan = with_analysis(**change)
    assert plan.analyses == ()
    assert places(plan) == ["analyses[0]"]


@pytest.mark.parametrize(
    "text",
    [
        "<b>Energy</b>",
        "Energy [more](x)",
        "**Energy**",
        "`rm -rf`",
        "see https://example.org",
        "see www.example.org",
        "see example.com",
        "write to a@b",
        "javascript:alert",
        "Energy\u202egrene",
        "Ener\u200bgy",
        "two\nlines",
        "tab\there",
        "nul\x00",
        "\ud800",
        "x" * 161,
        "   ",
        "&lt;script&gt;",
        "\ue000",
    ],
    ids=ascii,
)
def test_a_text_that_is_not_plain_is_dropped_alone(text):
    plan = with_analysis(title=text, why=text)
    assert [(one.title, one.why) for one in plan.analyses] == [("Breakdown", "")]
    assert places(plan) == ["analyses[0].title", "analyses[0].why"]


@pytest.mark.parametrize("text", ["Saves 40 %", "Saves ٤٠", "Saves ½", "Top Ⅻ"])
def test_a_figure_in_a_text_is_flagged_and_kept(text):
    plan = with_analysis(title=text)
    assert plan.analyses[0].title == text
    assert places(plan) == ["analyses[0].title"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "d0"}, {"id": "d01"}, {"id": "c1"}, {"id": "d1000"}, {"id": "d²"}, {"id": "d"}, {"id": "x1"},
        {"expr": {"op": "pow", "a": {"fold": "sum", "of": "c2"}, "b": {"fold": "sum", "of": "c3"}}},
        {"expr": {"op": "div", "a": {"fold": "sum", "of": "c2"}}},
        {"expr": {"op": "neg", "a": {"fold": "sum", "of": "c2"}, "b": {"fold": "sum", "of": "c2"}}},
        {"expr": {"fold": "sum", "of": "c9"}}, {"expr": {"fold": "sum", "of": "d1"}}, {"expr": "c2 / c3"}, {"expr": 4},
        {"expr": {"fold": "sum", "of": "c2", "where": "1=1"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_derived_column_outside_the_language_is_dropped(change):
    plan = answer(derived=[{**GOOD["derived"][0], **change}])
    assert plan.derived == ()
    assert places(plan)[0] == "derived[0]"


def test_what_used_a_dropped_derived_column_is_dropped_too():
    plan = answer(derived=[])
    assert [one.kind for one in plan.analyses] == ["breakdown"]


@pytest.mark.parametrize(
    ("part", "value", "place"),
    [
        ("questions", [{"about": "c9", "ask": "sign"}], "questions[0]"),
        ("questions", [{"about": "c2", "ask": "what is your password"}], "questions[0]"),
        ("questions", {}, "questions"),
        ("hints", {"time": "c9"}, "hints.time"),
        ("hints", {"row_noun": "<i>"}, "hints.row_noun"),
        ("hints", {"adjectives": {"hot": "c9"}}, "hints.adjectives[0]"),
        ("hints", {"adjectives": {"hot<": "c1"}}, "hints.adjectives[0]"),
        ("hints", {"adjectives": ["hot"]}, "hints.adjectives"),
        ("hints", {"url": "c1"}, "hints"),
        ("hints", [], "hints"),
        ("sql", "SELECT 1", "answer"),
    ],
)
def test_other_parts_outside_the_contract_are_dropped_with_their_place(part, value, place):
    assert places(answer(**{part: value})) == [place]


def test_the_record_of_what_was_dropped_never_holds_its_content():
    secret = "hunter2"
    plan = answer(
        columns=[*GOOD["columns"], {"id": secret, "role": secret}, {"id": "c1", "role": secret}],
        analyses=[{"kind": secret, "inputs": {secret: secret}}, {**GOOD["analyses"][1], "title": f"<{secret}>"}],
        hints={"adjectives": {f"{secret}!": "c1"}},
        **{secret: 1},
    )
    assert len(plan.dropped) == 6
    assert secret not in repr(plan)


def test_counts_are_bounded_and_so_is_the_record():
    many = answer(analyses=[GOOD["analyses"][1]] * 41)
    assert (len(many.analyses), places(many)) == (40, ["analyses"])
    junk = answer(columns=[GOOD["columns"][0], *[{"id": "c9"}] * 5000])
    assert len(junk.dropped) == 201


def test_a_column_described_twice_keeps_its_first_description():
    plan = answer(columns=[*GOOD["columns"], {"id": "c1", "role": "date"}])
    assert plan.meanings["c1"].role is Role.TIMESTAMP
    assert places(plan) == ["columns[4]"]


def test_a_good_answer_is_taken_whole():
    plan = parse(" \r\n\t" + json.dumps(GOOD) + "\n", SENT)
    assert plan.dropped == ()
    energy = plan.meanings["c2"]
    assert (energy.role, energy.unit, energy.medium, energy.fold) == (
        Role.ENERGY_INTERVAL, "kWh", Medium.ELECTRICITY, Fold.SUM,
    )  # fmt: skip
    assert (energy.synonyms, energy.confidence, energy.origin) == (("consumption", "usage"), 0.8, Origin.PROVIDER)
    assert plan.meanings["c4"].fold is Fold.NONE
    assert plan.derived[0].expr == Operation("div", Folded(Fold.SUM, "c2"), Folded(Fold.SUM, "c3"))
    assert [(one.kind, one.priority) for one in plan.analyses] == [("breakdown", 1), ("trend", 2)]
    assert plan.analyses[0].params == {"top_n": 5}
    assert plan.analyses[1].params == {"grain": "auto"}
    assert plan.analyses[1].inputs == {"timestamp": ("c1",), "measures": ("c2", "d1")}
    assert plan.hints == {"default_measure": "c2", "time": "c1", "row_noun": "interval", "adjectives.hot": "c3"}
    assert [(one.about, one.ask) for one in plan.questions] == [("c2", "cumulative_or_interval")]


def test_every_id_of_an_answer_becomes_the_column_whose_name_was_sent():
    """Judged by the answer with the ids already exchanged in its text."""
    sent = {"c1": ("c4",), "c2": ("c12", "c13", "c2"), "c3": ("c1", "c9"), "c4": ("c3",)}
    told = copy.deepcopy(GOOD)
    told["columns"][1]["part_of"] = "c3"
    told["hints"]["adjectives"]["busy"] = "d1"
    text = json.dumps(told)
    exchanged = re.sub(r'"(c\d)"', lambda found: f'"{sent[found[1]][0]}"', text)
    wanted = parse(exchanged, {each: (each,) for each in ("c1", "c3", "c4", "c12")})
    plan = parse(text, sent)
    assert wanted.dropped == plan.dropped == ()
    assert replace(plan, meanings={}) == replace(wanted, meanings={})
    assert {each: plan.meanings[each] for each in wanted.meanings} == wanted.meanings
    others = {"c13": "c12", "c2": "c12", "c9": "c1"}
    assert plan.meanings.keys() - wanted.meanings.keys() == others.keys()
    for other, first in others.items():
        assert plan.meanings[other] == replace(plan.meanings[first], part_of=None)
    assert plan.meanings["c12"].part_of == "c1"


def test_a_column_whose_name_was_not_sent_cannot_be_named():
    plan = parse(json.dumps(GOOD | {"questions": [{"about": "c9", "ask": "sign"}]}), {**SENT, "c4": ("c4", "c9")})
    assert plan.questions == ()
    assert plan.meanings["c9"].role is Role.CATEGORY
    assert places(plan) == ["questions[0]"]
