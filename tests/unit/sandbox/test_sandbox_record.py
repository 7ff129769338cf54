"""What crosses between processes comes out as it went in, and of no other type."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headgate.canonical import Json
from headgate.cell.message import Ran, Running
from headgate.cell.program import Reading
from headgate.errors import IntegrityError
from headgate.gate.program import Sending
from headgate.gate.send import Answer
from headgate.headers import Table
from headgate.headers.table import Delimited, Header, JsonLines, Parquet, Sheet
from headgate.isolation import IsolationLevel
from headgate.plan.language import Derived, Folded, Operation
from headgate.sandbox.record import from_json, to_json
from headgate.sandbox.seal import Confinement, Isolation

TEXT = st.text(st.characters(exclude_categories=()), max_size=6)  # lone surrogates are among them
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**70), 2**70),
    float: st.floats(),
    bool: st.booleans(),
    type(None): st.none(),
    bytes: st.binary(max_size=9),
    Path: TEXT.filter(lambda text: "\0" not in text).map(Path),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type, from the type alone."""
    arguments = get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) in {Union, UnionType}:
        return st.one_of([values(each) for each in arguments])
    if get_origin(kind) is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if get_origin(kind) is tuple:
        return st.tuples(*[values(each) for each in arguments])
    if get_origin(kind) is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=2)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    assert dataclasses.is_dataclass(kind), kind
    return st.deferred(lambda: st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()}))


def crossed(value: object) -> Json:
    """The value's JSON after a way through text."""
    found: Json = json.loads(json.dumps(to_json(value)))
    return found


def spelled(value: object) -> object:
    """The value with the type of each of its parts; NaN, which is not equal to itself, by its spelling."""
    match value:
        case _ if dataclasses.is_dataclass(value):
            parts = [spelled(getattr(value, part.name)) for part in dataclasses.fields(value)]
        case Mapping():
            parts = [(key, spelled(each)) for key, each in value.items()]
        case tuple():
            parts = [spelled(each) for each in value]
        case _:
            parts = [repr(value)]
    return type(value), parts


@pytest.mark.parametrize("kind", [Table, Ran, Answer, Reading, Running, Sending, Confinement, Isolation])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_crosses_comes_out_as_it_went_in(kind: type, data: st.DataObject) -> None:
    value = data.draw(values(kind))
    back = from_json(kind, crossed(value))
    assert spelled(back) == spelled(value)


def test_each_layout_and_nested_expressions_keep_their_class() -> None:
    headers = (Header(0, "\ud83d", next(iter(get_type_hints(Header)["local_type"]))),)
    for layout in (Delimited("utf-8", ",", '"', ".", 0), Sheet("a", 1), Parquet(), JsonLines(("a",))):
        table = Table(Path("a"), layout, headers, None, None)
        assert from_json(Table, crossed(table)) == table
    fold = next(iter(get_type_hints(Folded)["fold"]))
    expression = Operation("+", Operation("-", Folded(fold, "c1"), None), Folded(fold, "c2"))
    derived = Derived("d1", "both", expression)
    assert from_json(Derived, crossed(derived)) == derived


@dataclasses.dataclass(frozen=True)
class Fact:
    value: float | str | None


SENDING = {"is": "Sending", "manifest_id": "m", "template_id": "t", "profile_id": "p"}
CONFINED = {"is": "Confinement", "reads": ["a"], "writes": [], "ports": [1], "floor": "L2", "lists": []} | {
    "engine": None
}


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Sending, SENDING | {"question": "how much?"}),
        (Sending, SENDING | {"is": "Gate"}),
        (Sending, {key: value for key, value in SENDING.items() if key != "is"}),
        (Sending, {key: value for key, value in SENDING.items() if key != "profile_id"}),
        *((Sending, SENDING | {"profile_id": wrong}) for wrong in (1, None, True, ["p"], {"a": "p"}, 1.0)),
        *((Sending, wrong) for wrong in (None, "m", ["m", "t", "p"], [["is", "Sending"]], 3)),
        *((Confinement, CONFINED | {"ports": wrong}) for wrong in ([1.0], ["1"], [True], 1, {"0": 1}, None)),
        *((Confinement, CONFINED | {"reads": wrong}) for wrong in ("a", [1], [None], {"is": "Path"})),
        *((Confinement, CONFINED | {"floor": wrong}) for wrong in ("L9", "", None, 2, ["L2"])),
        *((tuple[str, int], wrong) for wrong in ([], ["a"], ["a", 1, 1], ["a", "1"], "a1")),
        *((bytes, wrong) for wrong in ("a", "YQ=", "YQ==\n", "Y Q==", "ü", b"x".hex() + "!", [97], None)),
        *((datetime, wrong) for wrong in ("", "yesterday", "2026-13-01", 0)),
        *((float, wrong) for wrong in ("1", True, None, 10**400)),
        *((bool, wrong) for wrong in (0, 1, "true", None)),
        *((Mapping[str, int], wrong) for wrong in ([], {"a": "1"}, {"a": None}, "{}")),
        *((Fact, {"is": "Fact", "value": wrong}) for wrong in (True, [], {}, {"is": "str"}, {"is": "Fact"})),
        (Derived, {"is": "Derived", "id": "d", "name": "n", "expr": {"is": "Sending"}}),
        (IsolationLevel, "L4"),
        (object, {}),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Any, found: Json) -> None:
    with pytest.raises(IntegrityError, match="not used"):
        from_json(kind, found)


def test_the_cases_above_differ_in_one_place_from_ones_that_are_taken() -> None:
    assert from_json(Sending, SENDING) == Sending("m", "t", "p")
    assert from_json(Confinement, CONFINED) == Confinement((Path("a"),), (), (1,), IsolationLevel.L2)
    assert from_json(tuple[str, int], ["a", 1]) == ("a", 1)  # type: ignore[arg-type]
    assert from_json(bytes, "YQ==") == b"a"
    assert from_json(float, 10**30) == 1e30
    assert [from_json(Fact, {"is": "Fact", "value": value}).value for value in (1, "a", None)] == [1.0, "a", None]


def test_a_value_without_a_spelling_is_not_sent() -> None:
    for value in ({1, 2}, object(), 1j, Sending):
        with pytest.raises(TypeError):
            to_json(value)


def test_an_expression_that_is_too_deep_is_refused_and_no_crash() -> None:
    deep: Json = {"is": "Folded", "fold": "sum", "of": "c1"}
    for _ in range(3000):
        deep = {"is": "Operation", "op": "-", "a": deep, "b": None}
    with pytest.raises(IntegrityError):
        from_json(Derived, {"is": "Derived", "id": "d", "name": "n", "expr": deep})
