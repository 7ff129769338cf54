import json
from dataclasses import replace

import pytest

from headgate.catalogue import Fold, Meaning, Origin, Quantity, Role
from headgate.manifest.approved import Column
from headgate.plan import Analysis, Plan, check, merge, parse
from headgate.plan.kinds import KINDS
from headgate.plan.language import Derived, Folded


def means(role, confidence=0.6, origin=Origin.NAME, **more):
    return Meaning(role, more.pop("quantity", None), more.pop("unit", None), None, Fold.SUM, confidence, origin, **more)


def does(kind, title="", priority=1, **inputs):
    defaults = {name: allowed.default for name, allowed in KINDS[kind].params.items()}
    return Analysis(kind, inputs, defaults, title, "", priority)


def theirs(role, confidence, **more):
    return means(role, confidence, Origin.PROVIDER, **more)


@pytest.mark.parametrize(
    ("local", "answered"),
    [
        (means(Role.POWER, 0.6), theirs(Role.ENERGY_INTERVAL, 0.6)),
        (means(Role.POWER, 0.6), theirs(Role.ENERGY_INTERVAL, 0.2)),
        (means(Role.POWER, 0.1, Origin.USER), theirs(Role.ENERGY_INTERVAL, 1.0)),
        (means(Role.CATEGORY, 0.4, Origin.ROWS), theirs(Role.ENERGY_INTERVAL, 1.0)),
        (means(Role.DATE, 0.4, Origin.ROWS), theirs(Role.CATEGORY, 1.0)),
        (means(Role.ENERGY_INTERVAL, 0.4, Origin.ROWS), theirs(Role.TIMESTAMP, 1.0)),
        (means(Role.ENERGY_INTERVAL, 0.4), theirs(Role.TIMESTAMP, 1.0)),
        (means(Role.TIMESTAMP, 0.4), theirs(Role.ENERGY_INTERVAL, 1.0)),
    ],
)
def test_the_answer_does_not_win_over_confidence_rows_or_user(local, answered):
    assert merge(Plan({"c1": local}), Plan({"c1": answered})).meanings["c1"].role is local.role


@pytest.mark.parametrize("local", [means(Role.MEASURE, 0.3), means(Role.CATEGORY, 0.4, Origin.ROWS)])
def test_the_more_confident_answer_wins_where_nothing_contradicts_it(local):
    role = Role.ENTITY if local.role is Role.CATEGORY else Role.POWER
    assert merge(Plan({"c1": local}), Plan({"c1": theirs(role, 0.8)})).meanings["c1"].role is role


def test_a_figure_that_only_the_user_can_say_is_not_taken_from_an_answer():
    local = Plan({"c1": means(Role.TIMESTAMP), "c2": means(Role.POWER)})
    asked = does("peak_demand", timestamp=("c1",), load=("c2",))
    theirs = replace(asked, params={**asked.params, "limit_kw": 40.0, "top_n": 3})
    merged = merge(local, Plan({}, analyses=(theirs,)))
    assert merged.analyses[0].params == {**asked.params, "top_n": 3}
    assert [(each.item, each.reason) for each in merged.dropped] == [
        ("answer analyses[0].params", "a figure that only you can say")
    ]
    mine = merge(Plan(local.meanings, analyses=(theirs,)), Plan({}))  # the control: the user's own plan keeps it
    assert mine.analyses[0].params["limit_kw"] == 40.0
    assert mine.dropped == ()


def test_the_stated_unit_stays_where_the_answer_left_it_out_and_synonyms_are_always_taken():
    local = means(Role.ENERGY_INTERVAL, 0.5, quantity=Quantity.ENERGY, unit="kWh")
    won = merge(Plan({"c1": local}), Plan({"c1": theirs(Role.GENERATION, 0.9, quantity=Quantity.ENERGY)}))
    assert (won.meanings["c1"].role, won.meanings["c1"].unit) == (Role.GENERATION, "kWh")
    lost = merge(Plan({"c1": local}), Plan({"c1": theirs(Role.POWER, 0.1, synonyms=("usage",))}))
    assert (lost.meanings["c1"].role, lost.meanings["c1"].synonyms) == (Role.ENERGY_INTERVAL, ("usage",))


def test_what_one_name_means_holds_for_its_family_where_nothing_is_known_better_here():
    answer = {"columns": [{"id": "c1", "role": "power", "unit": "kW", "confidence": 0.8}]}
    local = {
        "c2": means(Role.MEASURE, 0.3),
        "c3": means(Role.RATE, 0.3),
        "c4": means(Role.TARGET, 0.9),
        "c5": means(Role.CATEGORY, 0.4, Origin.ROWS),
        "c6": means(Role.SETPOINT, 0.1, Origin.USER),
        "c7": means(Role.MEASURE, 0.3),
    }
    merged = merge(Plan(local), parse(json.dumps(answer), {"c1": ("c2", "c3", "c4", "c5", "c6")})).meanings
    assert [merged[each].role for each in local] == [
        Role.POWER, Role.POWER, Role.TARGET, Role.CATEGORY, Role.SETPOINT, Role.MEASURE,
    ]  # fmt: skip
    assert [merged[each].unit for each in ("c2", "c3")] == ["kW", "kW"]


def test_an_answer_about_a_column_the_table_does_not_have_adds_none():
    assert list(merge(Plan({"c1": means(Role.POWER)}), Plan({"c9": theirs(Role.POWER, 1.0)})).meanings) == ["c1"]


def test_analyses_are_checked_against_the_merged_roles():
    local = Plan({"c1": means(Role.DATE, 0.9, Origin.ROWS), "c2": means(Role.CATEGORY, 0.5, Origin.ROWS)})
    answered = Plan(
        {"c2": theirs(Role.ENERGY_INTERVAL, 1.0)},
        analyses=(does("trend", timestamp=("c1",), measures=("c2",)),),
    )
    merged = merge(local, answered)
    assert merged.analyses == ()
    assert [(one.item, "role" in one.reason) for one in merged.dropped] == [("answer analyses[0]", True)]


def test_the_answers_analyses_come_first_and_the_same_again_collapses():
    meanings = {"c1": means(Role.DATE), "c2": means(Role.POWER), "c3": means(Role.CATEGORY)}
    same = {"timestamp": ("c1",), "measures": ("c2",)}
    local = Plan(meanings, analyses=(does("trend", "mine", 1, **same), does("data_profile", "mine", 2)))
    by_group = does("breakdown", "theirs", 2, measure=("c2",), category=("c3",))
    merged = merge(local, Plan({}, analyses=(by_group, does("trend", "theirs", 1, **same))))
    assert [(one.kind, one.title, one.priority) for one in merged.analyses] == [
        ("trend", "theirs", 1),
        ("breakdown", "theirs", 2),
        ("data_profile", "mine", 3),
    ]


@pytest.mark.parametrize(
    ("analysis", "fits"),
    [
        (does("trend", timestamp=("c1",), measures=("c2",)), True),
        (does("trend", timestamp=("c2",), measures=("c2",)), False),
        (does("trend", timestamp=("c1",), measures=("c9",)), False),
        (does("trend", timestamp=("c1",)), False),
        (does("power_factor", energy=("c2",)), False),
        (does("power_factor", energy=("c2",), reactive=("c4",)), True),
        (does("breakdown", measure=("c2",)), False),
        (does("breakdown", measure=("c2", "c4")), False),
    ],
)
def test_check_keeps_only_what_fits_the_columns(analysis, fits):
    meanings = {
        "c1": means(Role.DATE),
        "c2": means(Role.ENERGY_INTERVAL, unit="kWh"),
        "c4": means(Role.REACTIVE_ENERGY, unit="kVArh"),
    }
    columns = [Column(name, place, name, name) for place, name in enumerate(meanings)]
    checked = check(Plan(meanings, analyses=(analysis,)), columns)
    assert (bool(checked.analyses), len(checked.dropped)) == (fits, 0 if fits else 1)


def test_check_drops_what_needs_a_column_the_table_has_lost():
    plan = Plan({"c1": means(Role.DATE)}, analyses=(does("timestamp_audit", timestamp=("c1",)),))
    assert check(plan, [Column("c1", 0, "date", None)]).analyses == plan.analyses
    assert check(plan, []).analyses == ()


def test_a_local_sum_whose_id_the_answer_took_is_dropped_with_what_uses_it():
    load = means(Role.ENERGY_INTERVAL, quantity=Quantity.ENERGY, unit="kWh")
    own, other = Derived("d901", "All", Folded(Fold.SUM, "c1")), Derived("d901", "Half", Folded(Fold.SUM, "c2"))
    local = Plan({"c1": load, "c2": load}, (own,), (does("kpi_summary", measures=("d901",)),))
    merged = merge(local, Plan({}, (other,)))
    assert [(one.name, one.expr) for one in merged.derived] == [("“Half”", other.expr)]
    assert merged.analyses == ()
    assert "took" in merged.dropped[0].reason
    assert merge(local, Plan({})).analyses != ()
