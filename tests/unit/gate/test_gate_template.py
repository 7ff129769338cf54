"""A template is the pinned one, says what the plan's contract says, and asks for nothing that holds a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools import make_template

from headgate.canonical import canonical_json
from headgate.catalogue.meaning import Fold, Medium, Quantity, Role
from headgate.errors import InputError, IntegrityError
from headgate.gate.template import HASHES, load_template, verified
from headgate.plan.kinds import KINDS
from headgate.plan.parse import parse

FOLDER = Path(__file__).parents[3] / "src" / "headgate" / "gate" / "templates"


def shapes(schema: object) -> Iterator[dict[str, object]]:
    """Every schema within a schema."""
    if isinstance(schema, dict):
        if schema.keys() & {"type", "anyOf", "$ref"}:
            yield schema
        for part in schema.values():
            yield from shapes(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from shapes(part)


def test_an_unknown_template_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="choose one of plan-1"):
        load_template("../plan-1")


@pytest.mark.parametrize("changed", ["instructions", "schema", "boundary"])
def test_a_template_with_one_other_byte_is_not_used(changed: str) -> None:
    text = (FOLDER / "plan-1.md").read_bytes()
    schema = (FOLDER / "plan-1.schema.json").read_bytes()
    assert verified("plan-1", text, schema).id == "plan-1"
    other = {
        "instructions": (text + b" ", schema),
        "schema": (text, schema + b" "),
        "boundary": (text + schema[:1], schema[1:]),
    }[changed]
    with pytest.raises(IntegrityError, match="'plan-1' is not the one"):
        verified("plan-1", *other)


def test_a_template_whose_files_are_not_there_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HASHES, "plan-0", "00" * 32)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="the files of template 'plan-0' are missing"):
        load_template("plan-0")


def test_every_file_of_a_template_is_pinned_and_every_pin_has_its_files() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{each}{end}" for each in HASHES for end in (".md", ".schema.json")
    }
    assert [load_template(each).hash for each in HASHES] == list(HASHES.values())


def test_the_frozen_files_say_what_the_contract_says_today() -> None:
    template = load_template(make_template.TEMPLATE)
    assert template.instructions == make_template.instructions()
    assert canonical_json(template.schema) == canonical_json(make_template.schema())


def test_the_instructions_name_every_word_a_plan_can_use() -> None:
    text = load_template("plan-1").instructions
    for words in (Role, Quantity, Medium, Fold, KINDS):
        assert [word for word in words if str(word) not in text] == []
    assert all(f"`{name}`" in text for kind in KINDS.values() for name in (*kind.inputs, *kind.params))


def test_the_example_in_the_instructions_is_an_answer_the_parser_takes_whole() -> None:
    text = load_template("plan-1").instructions
    example = text.split("```")[1].strip()
    plan = parse(example, {each: (each,) for each in ("c1", "c4", "c7", "c9", "c12")})
    assert plan.dropped == ()
    assert [analysis.kind for analysis in plan.analyses] == ["trend"]


def test_what_the_schema_lets_be_left_out_as_null_or_an_empty_list_the_parser_takes_whole() -> None:
    column = {"id": "c1", "role": "power", "quantity": None, "unit": None, "medium": None, "fold": "mean"}
    nothing = {"synonyms": [], "part_of": None, "confidence": 0.5}
    negated = {"op": "neg", "a": {"fold": "sum", "of": "c1"}, "b": None}
    answer = {
        "columns": [column | nothing],
        "derived": [{"id": "d1", "name": "less", "expr": negated}],
        "analyses": [
            {
                "kind": "kpi_summary",
                "inputs": {"measures": ["c1"], "timestamp": []},
                "params": {"period": "all"},
                "title": "Power",
                "why": "It is what is known",
                "priority": 1,
            }
        ],
        "questions": [],
        "hints": {
            "default_measure": None,
            "time": None,
            "row_noun": None,
            "adjectives": dict.fromkeys(make_template.ADJECTIVES),
        },
    }
    assert answer.keys() == set(load_template("plan-1").schema["properties"])  # type: ignore[arg-type]
    plan = parse(json.dumps(answer), {"c1": ("c1",)})
    assert plan.dropped == ()
    assert (len(plan.derived), len(plan.analyses), dict(plan.hints)) == (1, 1, {})


def test_the_schema_keeps_to_what_every_strict_mode_takes() -> None:
    schema = load_template("plan-1").schema
    found = list(shapes(schema))
    assert len(found) > 100
    for shape in found:
        assert shape.keys() <= {
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "anyOf",
            "$ref",
            "$defs",
        }
        if shape.get("type") == "object":
            assert shape["additionalProperties"] is False
            assert set(shape["required"]) == set(shape["properties"])  # type: ignore[call-overload]


def test_the_schema_holds_no_id_of_a_column_and_no_bound_on_their_number() -> None:
    words = {word for shape in shapes(load_template("plan-1").schema) for word in shape.get("enum", [])}  # type: ignore[attr-defined]
    assert {"energy_interval", "kWh", "data_profile"} <= words
    assert not [word for word in words if str(word).strip("cd").isdigit()]
    assert "maxItems" not in json.dumps(load_template("plan-1").schema)
