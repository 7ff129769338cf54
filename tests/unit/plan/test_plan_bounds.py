"""Every bound of the contract (docs/formats/plan.md): what stands at it is taken whole, what is one beyond is not."""

import json
from itertools import product
from string import ascii_lowercase

import pytest

from headgate.canonical import nfc
from headgate.catalogue import Fold
from headgate.errors import UnavailableError
from headgate.plan import parse
from headgate.plan.items import ASKS
from headgate.plan.language import Derived, Dropped, Folded, Operation

MEASURES = [f"c{number}" for number in range(2, 60)]
ROLES = {"c1": "timestamp", **dict.fromkeys(MEASURES, "energy_interval"), "c60": "category", "c61": "reactive_energy"}
SENT = {wire_id: (wire_id,) for wire_id in [*ROLES, "c62"]}
COLUMNS = [{"id": wire_id, "role": role} for wire_id, role in ROLES.items()]
SUM = {"fold": "sum", "of": "c2"}
WORDS = ["".join(pair) for pair in product(ascii_lowercase, repeat=2)]


def answer(**parts):
    return parse(json.dumps({"columns": COLUMNS} | parts), SENT)


def places(plan):
    assert all(" " in dropped.reason for dropped in plan.dropped), "each with the rule in words"
    return [dropped.item for dropped in plan.dropped]


def derived(number, **change):
    return {"id": f"d{number}", "expr": SUM} | change


def analysis(kind="data_profile", inputs=None, **change):
    return {"kind": kind, "inputs": inputs or {}} | change


def deep(levels, side):
    """An expression of so many levels, the deepest of them on one side."""
    expr = SUM
    for _ in range(levels - 1):
        expr = {"op": "add", "a": SUM, "b": SUM} | {side: expr}
    return expr


@pytest.mark.parametrize(
    ("part", "items", "most"),
    [
        ("derived", [derived(number) for number in range(1, 22)], 20),
        ("analyses", [analysis() for _ in range(41)], 40),
        ("questions", [{"about": wire_id, "ask": "sign"} for wire_id in MEASURES[:21]], 20),
    ],
)
def test_items_beyond_the_most_of_a_part_are_not_read(part, items, most):
    whole, cut = answer(**{part: items[:most]}), answer(**{part: items})
    assert (len(getattr(whole, part)), whole.dropped) == (most, ())
    assert (len(getattr(cut, part)), cut.dropped) == (most, (Dropped(part, f"only the first {most} are read"),))
    assert getattr(cut, part) == getattr(whole, part)


def test_columns_beyond_twenty_thousand_are_not_read():
    sent = {f"c{number}": (f"c{number}",) for number in range(20_001)}
    columns = [{"id": wire_id, "role": "power"} for wire_id in sent]
    plan = parse(json.dumps({"columns": columns}), sent)
    assert (len(plan.meanings), places(plan)) == (20_000, ["columns"])
    assert parse(json.dumps({"columns": columns[1:]}), sent).dropped == ()


def test_adjectives_beyond_twenty_are_not_read():
    whole = answer(hints={"adjectives": dict.fromkeys(WORDS[:20], "c2")})
    cut = answer(hints={"adjectives": dict.fromkeys(WORDS[:21], "c2")})
    assert (len(whole.hints), whole.dropped) == (20, ())
    assert (cut.hints, cut.dropped) == (whole.hints, (Dropped("hints.adjectives", "only the first 20 are read"),))


def test_two_hundred_things_that_were_dropped_are_listed_and_one_line_for_the_rest():
    for count in (200, 201, 203):
        plan = answer(columns=[*COLUMNS, *[{"id": "c99", "role": "power"}] * count])
        listed = [f"columns[{len(COLUMNS) + at}]" for at in range(200)]
        assert places(plan) == listed + (["answer"] if count > 200 else [])
    assert plan.dropped[-1] == Dropped("answer", "more was dropped than is listed")


@pytest.mark.parametrize(
    ("part", "taken", "refused"),
    [
        ("columns", {"id": "c62", "role": "power", "confidence": 0}, {"confidence": -0.001}),
        ("columns", {"id": "c62", "role": "power", "confidence": 1}, {"confidence": 1.001}),
        ("columns", {"id": "c62", "role": "power", "confidence": 0.5}, {"confidence": None}),
        ("columns", {"id": "c62", "role": "power", "unit": "kW" + " " * 22}, {"unit": "kW" + " " * 23}),
        ("columns", {"id": "c62", "role": "power", "quantity": "power", "unit": "kW"}, {"unit": "kWh"}),
        ("columns", {"id": "c62", "role": "power", "quantity": None, "unit": None}, {"unit": ""}),
        ("columns", {"id": "c62", "role": "power", "medium": None, "fold": None, "part_of": None}, {"role": None}),
        ("columns", {"id": "c62", "role": "power", "part_of": "c2"}, {"part_of": "d1"}),
        ("columns", {"id": "c62", "role": "power", "synonyms": WORDS[:8]}, {"synonyms": WORDS[:9]}),
        ("columns", {"id": "c62", "role": "power", "synonyms": None}, {"synonyms": {}}),
        ("columns", {"id": "c62", "role": "power", "synonyms": ["a"]}, {"synonyms": ["a", 1]}),
        ("derived", derived(1), {"id": "d0"}),
        ("derived", derived(999), {"id": "d1000"}),
        ("derived", derived(100), {"id": "D100"}),
        ("derived", derived(7), {"id": "d٧"}),
        ("derived", derived(7), {"id": "d07"}),
        ("derived", derived(7), {"id": "dd7"}),
        ("derived", derived(7), {"id": "d-7"}),
        ("derived", derived(7), {"id": "7"}),
        ("derived", derived(7), {"id": None}),
        ("derived", derived(1, name=None), {"name": 1}),
        ("derived", derived(1, name="specific"), {"unit": "kWh"}),
        ("derived", derived(1, expr=deep(12, "a")), {"expr": deep(13, "a")}),
        ("derived", derived(1, expr=deep(12, "b")), {"expr": deep(13, "b")}),
        ("derived", derived(1, expr={"op": "neg", "a": SUM}), {"expr": {"op": "neg", "a": SUM, "b": SUM}}),
        ("derived", derived(1, expr={"op": "abs", "a": SUM, "b": None}), {"expr": {"op": "abs"}}),
        ("derived", derived(1, expr={"op": "add", "a": SUM, "b": SUM}), {"expr": {"op": "add", "a": SUM}}),
        ("derived", derived(1, expr={"op": "sub", "a": SUM, "b": SUM}), {"expr": {"op": "sub", "b": SUM}}),
        ("derived", derived(1, expr={"op": "mul", "a": SUM, "b": SUM}), {"expr": {"op": "mul", "a": "c2", "b": SUM}}),
        ("derived", derived(1, expr={"op": "div", "a": SUM, "b": SUM}), {"expr": {"op": "mod", "a": SUM, "b": SUM}}),
        ("derived", derived(1, expr={"fold": "max", "of": "c2"}), {"expr": {"fold": "max", "of": "c2", "b": SUM}}),
        ("derived", derived(1, expr={"fold": "none", "of": "c2"}), {"expr": {"fold": None, "of": "c2"}}),
        ("analyses", analysis(priority=1), {"priority": 0}),
        ("analyses", analysis(priority=99), {"priority": 100}),
        ("analyses", analysis(priority=5), {"priority": 5.0}),
        ("analyses", analysis(priority=5), {"priority": None}),
        ("analyses", analysis(params=None), {"params": ""}),
        ("analyses", analysis(params={"top_n": 1}), {"params": {"top_n": 0}}),
        ("analyses", analysis(params={"top_n": 100}), {"params": {"top_n": 101}}),
        ("analyses", analysis(params={"top_n": 5.0}), {"params": {"top_n": 5.25}}),
        ("analyses", analysis(inputs={"columns": []}), {"inputs": {"columns": ["c63"]}}),
        ("analyses", analysis(inputs={"columns": None}), {"inputs": {"columns": 1}}),
        ("analyses", analysis(title=None, why=None), {"why": 1}),
        (
            "analyses",
            analysis("trend", {"timestamp": "c1", "measures": MEASURES[:12]}, params={"grain": "month"}),
            {"inputs": {"timestamp": "c1", "measures": MEASURES[:13]}},
        ),
        (
            "analyses",
            analysis("correlation", {"measures": MEASURES[:2]}, params={"method": "pearson"}),
            {"inputs": {"measures": MEASURES[:1]}},
        ),
        (
            "analyses",
            analysis("correlation", {"measures": MEASURES[:50]}, params={"method": "spearman"}),
            {"params": {"method": "kendall"}},
        ),
        (
            "analyses",
            analysis("trend", {"timestamp": "c1", "measures": "c2"}, params={"grain": "auto"}),
            {"params": {"grain": ["auto"]}},
        ),
        (
            "analyses",
            analysis("power_factor", {"energy": "c2", "reactive": ["c61"]}, params={"threshold": 1}),
            {"params": {"threshold": 1.01}},
        ),
        (
            "analyses",
            analysis("power_factor", {"energy": "c2", "reactive": ["c61"]}, params={"threshold": 0}),
            {"params": {"threshold": -0.01}},
        ),
        (
            "analyses",
            analysis("peak_demand", {"load": "c2", "timestamp": "c1", "entity": None}, params={"limit_kw": 0.5}),
            {"params": {"limit_kw": True}},
        ),
        ("questions", {"about": "c62", "ask": "unit"}, {"about": "d1"}),
        ("questions", {"about": "c62", "ask": "unit"}, {"about": ["c62"]}),
        ("questions", {"about": "c62", "ask": "unit"}, {"ask": "units"}),
        ("questions", {"about": "c62", "ask": "unit"}, {"ask": None}),
        ("questions", {"about": "c62", "ask": "unit"}, {"why": "a"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_stands_at_a_bound_is_taken_and_what_is_beyond_is_dropped_whole(part, taken, refused):
    before = COLUMNS if part == "columns" else []
    plan = answer(**{part: [*before, taken]})
    assert plan.dropped == ()
    found = plan.meanings if part == "columns" else getattr(plan, part)
    assert len(found) == len(before) + 1
    plan = answer(**{part: [*before, taken | refused]})
    assert places(plan) == [f"{part}[{len(before)}]"]
    assert len(plan.meanings if part == "columns" else getattr(plan, part)) == len(before)


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        ("interval", ""),
        ("a" * 30, "a" * 31),
        ("fünfzehn Minuten-Wert", "one two three four"),
        ("one-two", "one_two"),
        ("half-day", "half-d_y"),
        ("half hour", "half  hour"),
        ("half hour", " half hour"),
        ("half hour", "half hour\n"),
        ("row", "row1"),
        ("row", "row²"),
        ("row", "Ⅻ"),
        ("\u212b", "row\u3164"),
        ("row", 1),
        (None, ["row"]),
    ],
    ids=str,
)
def test_a_row_and_an_adjective_are_called_by_a_word_or_two(taken, refused):
    shown = None if taken is None else nfc(taken)
    plan = answer(hints={"row_noun": taken})
    assert (plan.hints, plan.dropped) == ({} if taken is None else {"row_noun": shown}, ())
    plan = answer(hints={"row_noun": refused})
    assert (plan.hints, places(plan)) == ({}, ["hints.row_noun"])
    if isinstance(taken, str) and isinstance(refused, str):
        plan = answer(hints={"adjectives": {taken: "c2", refused: "c2", "other": None}})
        assert (plan.hints, places(plan)) == ({f"adjectives.{shown}": "c2"}, ["hints.adjectives[1]"])


def test_what_an_answer_leaves_out_has_its_default():
    parts = {"analyses": [analysis("breakdown", {"measure": ["c2", "c3"]})], "derived": [derived(12)]}
    plan = answer(**parts, questions=None, hints=None)
    assert plan.dropped == ()
    assert {(each.confidence, each.synonyms, each.part_of) for each in plan.meanings.values()} == {(0.5, (), None)}
    assert (plan.meanings["c1"].fold, plan.meanings["c2"].fold) == (Fold.NONE, Fold.SUM)
    flowing, standing = ({"id": "c62", "role": "generation", "quantity": each} for each in ("energy", "power"))
    assert answer(columns=[flowing]).meanings["c62"].fold is Fold.SUM
    assert answer(columns=[standing]).meanings["c62"].fold is Fold.MEAN
    (one,) = plan.analyses
    assert (one.title, one.why, one.priority, one.params) == ("Breakdown", "", 99, {"top_n": 10})
    assert plan.derived == (Derived("d12", "d12", Folded(Fold.SUM, "c2")),)
    assert answer(derived=None, analyses=None).dropped == ()


def test_numbers_are_of_the_type_that_the_contract_says():
    inputs = {"load": "c2", "timestamp": "c1"}
    params = {"window_minutes": 1440.0, "top_n": 1, "limit_kw": 1_000_000_000}
    plan = answer(
        columns=[COLUMNS[0] | {"confidence": 1}, COLUMNS[1]],
        analyses=[analysis("peak_demand", inputs, params=params), analysis("peak_demand", inputs)],
    )
    assert type(plan.meanings["c1"].confidence) is float
    assert [[(each, type(each)) for each in one.params.values()] for one in plan.analyses] == [
        [(1440, int), (1, int), (1e9, float)],
        [(0, int), (10, int), (0.0, float)],
    ]


def test_a_computed_column_may_use_those_before_it_that_were_taken():
    items = [
        derived(1),
        derived(2, name="Twice", expr={"op": "add", "a": {"fold": "sum", "of": "d1"}, "b": SUM}),
        derived(3, expr={"fold": "sum", "of": "d4"}),
        derived(4),
        derived(5, id="d1"),
        derived(6, expr={"fold": "sum", "of": "d3"}),
        derived(7, name="The 2nd"),
        derived(8, name="<b>"),
    ]
    used = analysis("breakdown", {"measure": ["d2", "c2"]}, title="Top 5", why="In 2 steps")
    plan = answer(derived=items, analyses=[used], hints={"default_measure": "d4", "time": "d3"})
    assert [(each.id, each.name) for each in plan.derived] == [
        ("d1", "d1"), ("d2", "Twice"), ("d4", "d4"), ("d7", "The 2nd"), ("d8", "d8"),
    ]  # fmt: skip
    assert plan.derived[1].expr == Operation("add", Folded(Fold.SUM, "d1"), Folded(Fold.SUM, "c2"))
    assert plan.analyses[0].inputs == {"measure": ("d2", "c2")}
    assert plan.hints == {"default_measure": "d4"}
    assert places(plan) == [
        "derived[2]", "derived[4]", "derived[5]", "derived[7].name", "derived[6].name",
        "analyses[0].title", "analyses[0].why", "hints.time",
    ]  # fmt: skip


def test_every_question_of_the_contract_can_be_asked_once_of_a_column():
    asks = [
        "baseline_dates", "cumulative_or_interval", "meaning", "part_of", "period_start_or_end", "price", "schedule",
        "sign", "time_zone", "unit",
    ]  # fmt: skip
    plan = answer(questions=[{"about": "c2", "ask": ask} for ask in (*asks, "unit", "sign")])
    assert ([each.ask for each in plan.questions], plan.dropped) == (asks, ())
    assert set(asks) == ASKS


def test_analyses_stand_by_priority_and_then_as_they_came():
    given = [(3, "a"), (1, "b"), (99, "c"), (1, "d")]
    plan = answer(analyses=[analysis(priority=rank, title=title) for rank, title in given])
    assert [each.title for each in plan.analyses] == ["b", "d", "a", "c"]


def test_an_answer_without_columns_is_a_plan_where_an_analysis_is_left():
    plan = parse(json.dumps({"analyses": [analysis("trend", {"timestamp": "c62", "measures": "c2"})]}), SENT)
    assert plan.analyses[0].inputs == {"timestamp": ("c62",), "measures": ("c2",)}
    assert (plan.meanings, plan.dropped) == ({}, ())
    with pytest.raises(UnavailableError, match="nothing that can be used"):
        parse(json.dumps({"derived": [derived(1)], "questions": [{"about": "c2", "ask": "unit"}]}), SENT)


def test_synonyms_are_kept_once_and_those_that_are_not_plain_are_left_out():
    plan = answer(columns=[COLUMNS[0] | {"synonyms": ["use", "<b>", "load", " use ", ""]}])
    assert plan.meanings["c1"].synonyms == ("use", "load")
    assert places(plan) == ["columns[0].synonyms", "columns[0].synonyms"]


def test_fields_the_contract_does_not_have_are_told_one_by_one():
    plan = answer(sql="", plan={}, hints={"adjectives": None, "time": None})
    assert plan.dropped == (Dropped("answer", "it has a field the contract does not have"),) * 2
    assert plan.hints == {}


def test_a_hint_that_is_left_open_or_dropped_leaves_the_others():
    adjectives = {"hot": None, "1": "c2", "cold": "c2", "warm": "c99", "mild": "c3"}
    plan = answer(hints={"default_measure": None, "row_noun": "", "time": "c1", "adjectives": adjectives})
    assert plan.hints == {"time": "c1", "adjectives.cold": "c2", "adjectives.mild": "c3"}
    assert places(plan) == ["hints.row_noun", "hints.adjectives[1]", "hints.adjectives[3]"]


def test_the_rule_is_told_by_the_field_that_breaks_it():
    column = {"id": "c62", "role": "power"}
    for field in ("role", "quantity", "medium", "fold"):
        told = answer(columns=[*COLUMNS, column | {field: "boss"}]).dropped
        assert told == (Dropped(f"columns[{len(COLUMNS)}]", f"the {field} does not exist"),)
    told = answer(columns=[*COLUMNS, COLUMNS[0]], derived=[derived(1, expr={"fold": "boss", "of": "c2"})]).dropped
    assert told == (
        Dropped(f"columns[{len(COLUMNS)}]", "the column was described before"),
        Dropped("derived[0]", "the fold does not exist"),
    )
    assert answer(hints={"adjectives": []}).dropped == (Dropped("hints.adjectives", "it is not an object"),)
    for text in ("[]", '"columns"', '{"plan": {}}'):
        with pytest.raises(UnavailableError, match="is not a plan"):
            parse(text, SENT)


def test_an_analysis_that_does_not_fit_leaves_those_behind_it():
    measures = analysis("correlation", {"measures": ["c60", "c2"]})
    plan = answer(analyses=[measures, analysis("breakdown", {"measure": "c2"}), analysis()])
    assert [each.kind for each in plan.analyses] == ["data_profile"]
    assert places(plan) == ["analyses[0]", "analyses[1]"]
