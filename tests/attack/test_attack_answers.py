"""No answer, however mutated, runs, leads, fills or passes for ours: some thousand here, and `make attack` has more."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup
from tests.dialects import ANSWERS
from tests.hostile_answers import HOSTILE, PLANS, WITHHELD, Judge, altered, mutated

from headgate.charts.page import page
from headgate.charts.view import ReportView
from headgate.engines.interface import Result
from headgate.plan import Plan, parse
from headgate.plan.language import Question
from headgate.providers.profiles import Dialect

Parse = Callable[[str, Mapping[str, Sequence[str]]], Plan]


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_answer_is_a_plan_over_what_was_sent_or_refused(seed: int) -> None:
    judge, random_ = Judge(), random.Random(seed)
    body = b""
    for _ in range(700):
        body = altered(body, random_) if body and random_.random() < 0.3 else mutated(random_)
        judge.weigh(body)
    assert judge.taken > 300
    assert judge.refused > 20


@pytest.mark.parametrize("place", ["title", "why", "name"])
def test_each_hostile_text_in_each_place_is_dropped_or_shown_as_text(place: str) -> None:
    judge = Judge()
    for text in HOSTILE:
        plan = json.loads(json.dumps(PLANS[-1]))
        for item in plan["derived"] if place == "name" else plan["analyses"]:
            item[place] = text
        judge.weigh(ANSWERS[Dialect.OPENAI_CHAT](json.dumps(plan)))
    assert judge.taken == len(HOSTILE)


MIB = 1 << 20
LARGE = {
    "columns": '{"columns":[' + ",".join(['{"id":"c1","role":"timestamp"}'] * 20_000) + "]}",
    "junk": '{"analyses":[' + ",".join(["{}"] * 190_000) + "]}",
    "words": '{"hints":{"adjectives":{' + ",".join(f'"w{n}":"c1"' for n in range(60_000)) + "}}}",
    "synonyms": '{"columns":[{"id":"c1","role":"timestamp","synonyms":["' + "s" * (MIB - 200) + '"]}]}',
    "marks": json.dumps({"analyses": [{"kind": "data_profile", "inputs": {}, "title": "a" + "\u0301\u0316" * 80_000}]}),
    "link": json.dumps({"analyses": [{"kind": "data_profile", "inputs": {}, "title": "a." * 500_000}]}),
    "depth": '{"derived":[{"id":"d1","expr":' + '{"op":"neg","a":' * 5_000 + "1" + "}" * 5_000 + "}]}",
    "numbers": '{"columns":[' + ",".join(["9" * 39] * 25_000) + "]}",
    "fraction": '{"columns":[{"id":"c1","role":"timestamp","confidence":0.' + "1" * 900_000 + "}]}",
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("shape", LARGE)
def test_a_large_answer_takes_steps_in_proportion_to_its_size(shape: str) -> None:
    judge = Judge()
    judge.weigh(ANSWERS[Dialect.OPENAI_CHAT](LARGE[shape]))
    assert judge.taken + judge.refused == 1


# The controls: each of these is careless in one way, and is caught.


def lets_markup_through(text: str, sent: Mapping[str, Sequence[str]]) -> Plan:
    plan, raw = parse(text, sent), json.loads(text)["analyses"]
    return replace(plan, analyses=tuple(replace(one, title=raw[at]["title"]) for at, one in enumerate(plan.analyses)))


def names_what_was_withheld(text: str, sent: Mapping[str, Sequence[str]]) -> Plan:
    return replace(parse(text, sent), questions=(Question(WITHHELD, "sign"),))


def opens_a_file(text: str, sent: Mapping[str, Sequence[str]]) -> Plan:
    Path(__file__).read_bytes()
    return parse(text, sent)


def evaluates(text: str, sent: Mapping[str, Sequence[str]]) -> Plan:
    eval("1")
    return parse(text, sent)


def crashes(_text: str, _sent: Mapping[str, Sequence[str]]) -> Plan:
    raise KeyError("c1")


def dawdles(text: str, sent: Mapping[str, Sequence[str]]) -> Plan:
    for sign in text * 100:
        sign.isalpha()
    return parse(text, sent)


@pytest.mark.parametrize(
    ("careless", "caught"),
    [
        (lets_markup_through, "texts are plain"),
        (names_what_was_withheld, "ids only"),
        (opens_a_file, "nothing is run"),
        (evaluates, "nothing is run"),
        (dawdles, "steps in proportion"),
        (crashes, "c1"),
    ],
)
def test_a_careless_parser_is_caught(careless: Parse, caught: str) -> None:
    judge = Judge()
    judge.parse = careless
    plan = json.loads(json.dumps(PLANS[-1]))
    plan["analyses"][0]["title"] = "<b>bold</b>"
    with pytest.raises((AssertionError, KeyError), match=caught):
        judge.weigh(ANSWERS[Dialect.OPENAI_CHAT](json.dumps(plan)))


def test_a_page_that_does_not_escape_is_caught() -> None:
    def careless(view: ReportView) -> str:
        bold = [replace(one.analysis, title="", why=Markup("<b>bold</b>")) for one in view.outcomes]
        made = [Result(one, {}, {}) for one in bold]
        return page(replace(view, outcomes=tuple(made))).replace("&lt;b&gt;", "<b onclick>")

    judge = Judge()
    judge.page = careless
    with pytest.raises(AssertionError, match="tags of the harmless page alone"):
        judge.weigh(ANSWERS[Dialect.OPENAI_CHAT](json.dumps(PLANS[-1])))
