"""Whatever the names: what goes on the wire is some of them, a function of their set, and says no more than they do."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from pathlib import Path
from random import Random
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.approvals import BOUND
from tests.scale import times

from headgate.canonical import nfc
from headgate.gate.envelope import envelope, wire_bytes
from headgate.gate.examples import second_examples
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.headers import read
from headgate.manifest import Choice, Decision, close, families, wire_columns, wire_names
from headgate.plan import parse
from headgate.providers.profiles import Dialect, Profile

PLAN = load_template("plan-1")
PROFILE = Profile("p", Dialect.OPENAI_CHAT, "api.example.com", "/v1/chat/completions", "m", None)
# A table is wide with these, and none of them is of a family with what is drawn.
OTHERS = frozenset(f"~{first}{second}" for first, second in product("wxyz", ascii_lowercase))
WORDS = (
    "CO co h ch PM pm m M ft kwhm mod min MIN Min mins hours Hours Day s S bar Hz kV A B E x AHU RM2 VAV-1 ² ٣ é É K "
    "_ - . ^ % ° 2 3 1 10 25 2.5 42 3200 0 upgrade upgrade05. UPGRADE7."
)
NAMES = st.frozensets(
    st.lists(st.sampled_from([*WORDS.split(), " "]), min_size=1, max_size=7).map("".join).filter(str.strip)
    | st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=9),
    max_size=30,
).map(lambda names: frozenset(map(nfc, names)))


@settings(max_examples=times(300), deadline=None)
@given(NAMES, st.randoms(), st.booleans())
def test_both_reductions_are_one_function_of_the_set_of_names(
    names: frozenset[str], random: Random, wide: bool
) -> None:
    table = list(names | OTHERS if wide else names)
    random.shuffle(table)
    sent = wire_names(table)
    assert sent == wire_names(sorted(table)) == wire_names(table * 2)
    assert list(sent) == second_examples(table) == second_examples(sorted(table))
    assert list(sent) == sorted(set(sent))
    assert set(sent) <= set(table)
    assert wire_names(sent) == sent


@settings(max_examples=times(200), deadline=None)
@given(NAMES)
def test_each_name_is_of_one_family_and_its_first_name_is_the_example(names: frozenset[str]) -> None:
    table = names | OTHERS
    found = families(table)
    assert sorted(name for family in found for name in family.members) == sorted(table)
    assert all(family.example == min(family.members) for family in found)
    assert all(list(family.members) == sorted(family.members) for family in found)


@settings(max_examples=times(200), deadline=None)
@given(NAMES)
def test_names_of_one_family_differ_in_numbers_a_letter_behind_them_and_the_scenario_only(
    names: frozenset[str],
) -> None:
    """Judged by what is left when all of that is struck out of a name, measured or not."""
    for family in families(names | OTHERS):
        assert len({bare(name) for name in family.members}) == 1


def bare(name: str) -> str:
    head, dot, rest = name.partition(".")
    if dot and head.lower().rstrip("0123456789") == "upgrade" and head[-1] in "0123456789":
        name = rest
    kept = ""
    for at, sign in enumerate(name):
        behind_digits = at > 1 and set(name[at - 2 : at]) <= set("0123456789")
        last = not name[at + 1 : at + 2].isalnum()
        if sign not in "0123456789" and not (sign in "ABCDE" and behind_digits and last):
            kept += sign
    return kept


def bytes_of(names: frozenset[str]) -> bytes:
    return wire_bytes(envelope(PLAN, wire_names(names), PROFILE))


MEMBERS = st.frozensets(st.integers(1, 9999), min_size=1, max_size=40)


@settings(max_examples=times(100), deadline=None)
@given(MEMBERS, MEMBERS, st.sampled_from(["VAV-{}.HTG-O", "zone {} temp", "{} kWh", "code{} clg vlv"]))
def test_how_many_members_a_family_has_is_not_on_the_wire(
    one: frozenset[int], other: frozenset[int], name: str
) -> None:
    """Two tables whose families begin with the same name give the same request, however many more there are."""
    first = name.format("0")
    few = OTHERS | {first} | {name.format(number) for number in one}
    many = OTHERS | {first} | {name.format(number) for number in other}
    assert bytes_of(few) == bytes_of(many)


@settings(max_examples=times(100), deadline=None)
@given(MEMBERS, st.integers(1, 9999))
def test_a_member_changes_the_request_only_where_it_comes_first(numbers: frozenset[int], number: int) -> None:
    before = OTHERS | {f"zone {each} temp" for each in numbers}
    added = f"zone {number} temp"
    comes_first = added < min(before - OTHERS)
    assert (bytes_of(before | {added}) != bytes_of(before)) == comes_first


def test_control_in_a_table_that_is_sent_whole_one_name_more_is_seen() -> None:
    few = frozenset({"zone 1 temp", "zone 2 temp"})
    assert bytes_of(few) != bytes_of(few | {"zone 3 temp"})
    assert bytes_of(OTHERS | few) == bytes_of(OTHERS | few | {"zone 3 temp"})


@settings(max_examples=times(50), deadline=None)
@given(NAMES)
def test_the_second_computation_reduces_all_approved_names_by_itself(names: frozenset[str]) -> None:
    table = tuple(sorted(names | OTHERS))
    assert wire_bytes(envelope(PLAN, wire_names(table), PROFILE)) == expected_request(PLAN, table, PROFILE, None)


@pytest.mark.parametrize(
    ("table", "names", "most"),
    [
        ("e_resstock_wide_1415cols_100rows.csv", 1415, 781),
        ("c3_bms_point_headers_IBM_Dublin_headeronly.csv", 1684, 223),
    ],
)
def test_a_wide_table_is_one_request_and_every_column_has_a_name_that_stands_for_it(
    shared: Path, table: str, names: int, most: int
) -> None:
    headers = read(shared / "data" / table).headers
    decisions = [Decision(each.position, each.name, Choice.APPROVE, nfc(each.name)) for each in headers]
    manifest = close(headers, decisions, **BOUND)
    sent = wire_names(manifest.names)
    assert (len(manifest.names), len(sent)) == (names, most)
    assert len(envelope(PLAN, sent, PROFILE).body) < 262_144 * 0.6
    answer = {"columns": [{"id": f"c{number}", "role": "power"} for number in range(1, most + 1)]}
    plan = parse(json.dumps(answer), wire_columns(manifest))
    assert plan.meanings.keys() == {column.id for column in manifest.columns}


def test_points_of_one_family_are_of_one_class(shared: Path) -> None:
    """Five buildings, each taken for one table. Where the labels of a family differ they are mostly at odds."""
    classes: dict[str, dict[str, str | None]] = {}
    for line in (shared / "corpora" / "brick" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        classes.setdefault(row["building"], {})[row["header"]] = row["brick_class"]
    reduced = alike = 0
    for labels in classes.values():
        for family in families(frozenset(labels) | OTHERS):
            counted = Counter(labels[name] for name in family.members if name in labels)
            if len(family.members) > 1:
                reduced += counted.total()
                alike += max(counted.values())
    assert reduced > 7500
    assert alike / reduced > 0.99
