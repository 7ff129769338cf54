"""A saved plan on another table: found again by headers, refused where it does not fit, and told what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.catalogue import Fold, understand
from headgate.errors import InputError
from headgate.headers.table import Header
from headgate.headers.table import LocalType as T
from headgate.manifest.approved import Column
from headgate.plan import Derived, Plan, propose
from headgate.plan.language import Folded, Operation, Question
from headgate.plan.repeat import Repeat, repeat

TABLE = {"date": T.DATETIME, "Usage_kWh": T.NUMBER, "Gas_kWh": T.NUMBER, "Hall": T.TEXT}


def columns_of(table: dict[str, T], prefix: str = "c") -> tuple[Column, ...]:
    return tuple(Column(f"{prefix}{place}", place, name, None) for place, name in enumerate(table, 1))


def saved() -> tuple[Plan, tuple[Column, ...]]:
    columns = columns_of(TABLE)
    understood = understand(list(TABLE), list(TABLE.values()))
    local = propose(columns, dict(zip((column.id for column in columns), understood, strict=True)))
    both = Operation("add", Folded(Fold.SUM, "c2"), Folded(Fold.SUM, "c3"))
    asked = (Question("c2", "unit"), Question("c4", "meaning"))
    return replace(local, derived=(Derived("d1", "both", both),), questions=asked), columns


def again(table: dict[str, T]) -> Repeat:
    plan, columns = saved()
    headers = [Header(place, name, kind) for place, (name, kind) in enumerate(table.items(), 1)]
    return repeat(plan, columns, columns_of(table, "x"), headers)


def test_a_column_that_an_analysis_needs_and_that_is_gone_refuses_the_plan() -> None:
    with pytest.raises(InputError, match="it needs “Usage_kWh”, which is not in it"):
        again({name: kind for name, kind in TABLE.items() if name != "Usage_kWh"})


def test_a_column_that_only_a_computed_one_needs_refuses_it_too() -> None:
    plan, columns = saved()
    bare = replace(plan, analyses=())
    headers = [Header(1, "date", T.DATETIME), Header(2, "Usage_kWh", T.NUMBER)]
    with pytest.raises(InputError, match="Gas_kWh"):
        repeat(bare, columns, columns_of({"date": T.DATETIME, "Usage_kWh": T.NUMBER}, "x"), headers)


@pytest.mark.parametrize(("name", "kind"), [("Usage_kWh", T.TEXT), ("Usage_kWh", T.DATETIME), ("date", T.BOOLEAN)])
def test_a_column_that_holds_something_else_now_refuses_it(name: str, kind: T) -> None:
    with pytest.raises(InputError, match=f"“{name}” held numbers or times"):
        again(TABLE | {name: kind})


def test_the_same_columns_in_another_order_are_found_again() -> None:
    turned = dict(reversed(TABLE.items()))
    plan = again(turned).plan
    new = {name: f"x{place}" for place, name in enumerate(turned, 1)}
    old = {f"c{place}": name for place, name in enumerate(TABLE, 1)}
    for before, after in zip(saved()[0].analyses, plan.analyses, strict=True):
        assert {
            k: tuple(new[old[c]] if c in old else c for c in ids) for k, ids in before.inputs.items()
        } == after.inputs
    assert plan.derived[0].expr == Operation(
        "add", Folded(Fold.SUM, new["Usage_kWh"]), Folded(Fold.SUM, new["Gas_kWh"])
    )
    assert again(TABLE).changes == again(turned).changes == ()


def test_what_is_new_and_what_is_gone_but_not_used_is_told() -> None:
    plan, columns = saved()
    unused = replace(
        plan, analyses=tuple(a for a in plan.analyses if not any("c4" in ids for ids in a.inputs.values()))
    )
    table = {"date": T.DATETIME, "Usage_kWh": T.NUMBER, "Gas_kWh": T.NUMBER, "Wexmoor": T.NUMBER}
    headers = [Header(place, name, kind) for place, (name, kind) in enumerate(table.items(), 1)]
    found = repeat(unused, columns, columns_of(table, "x"), headers)
    assert found.changes == (
        "Not in this table any more, and not used: “Hall”.",
        "New in this table, and in no analysis of the plan: “Wexmoor”.",
    )
    assert [question.about for question in found.plan.questions] == ["x2"]
    assert "x4" not in found.plan.meanings


def test_columns_with_one_header_are_told_apart_by_their_order() -> None:
    plan, _ = saved()
    twins = (Column("c1", 0, "date", None), Column("c2", 1, "kWh", None), Column("c3", 2, "kWh", None))
    headers = [Header(0, "kWh", T.NUMBER), Header(1, "date", T.DATETIME), Header(2, "kWh", T.NUMBER)]
    now = tuple(Column(f"x{header.position}", header.position, header.name, None) for header in headers)
    expr = Operation("sub", Folded(Fold.SUM, "c2"), Folded(Fold.SUM, "c3"))
    bare = replace(plan, analyses=(), derived=(Derived("d1", "difference", expr),), questions=(), hints={})
    found = repeat(bare, twins, now, headers)
    assert found.plan.derived[0].expr == Operation("sub", Folded(Fold.SUM, "x0"), Folded(Fold.SUM, "x2"))
