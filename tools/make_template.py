"""Writes a template's two files from the plan's contract, and prints their hash for `gate/template.py`.

    python tools/make_template.py [FOLDER]

Run it when `plan/kinds.py` or `catalogue/` changed what a plan can say. A template that has been released is never
rewritten: give the new one the next number. The prose is in `make_template.md` beside this file.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from headgate.canonical import Json, canonical_json
from headgate.catalogue.meaning import Fold, Medium, Quantity, Role
from headgate.catalogue.units import UNITS
from headgate.plan import kinds
from headgate.plan.items import ASKS, ONE_SIDED, TWO_SIDED
from headgate.plan.kinds import KINDS, Choices, Input, Kind, Number

TEMPLATE = "plan-1"
FOLDER = Path(__file__).parents[1] / "src" / "headgate" / "gate" / "templates"
PROSE = Path(__file__).with_suffix(".md")

OPERATORS = tuple(op for op in ("add", "sub", "mul", "div", "neg", "abs") if op in TWO_SIDED | ONE_SIDED)
ADJECTIVES = ("hot", "cold", "humid", "expensive", "cheap", "busy", "fast", "heavy")
GROUPS = {
    "time": kinds.TIME,
    "group": kinds.GROUP,
    "load": kinds.LOAD,
    "measured": kinds.MEASURED,
    "any": kinds.ANY,
}


def words(values: Iterable[str]) -> str:
    """The words, in the order given, separated by commas."""
    return ", ".join(values)


def roles(wanted: frozenset[Role]) -> str:
    """A set of roles: by the name of its group where it has one, else spelled out."""
    for name, group in GROUPS.items():
        if wanted == group:
            return name
    return " | ".join(role.value for role in Role if role in wanted)


def amount(taken: Input) -> str:
    """How many columns an input takes."""
    if taken.most == 1:
        return "one id" if taken.least else "a list of one id or none"
    most = "any number of" if taken.most > 1000 else f"{taken.least} to {taken.most}"
    return f"a list of {most} ids"


def bounds(param: Choices | Number) -> str:
    """What a parameter takes, the default first."""
    match param:
        case Choices(given):
            return " | ".join(f'"{word}"' for word in given)
        case Number(default, low, high, whole):
            return f"{'whole number' if whole else 'number'} from {low:g} to {high:g}, usually {default}"


def kind_text(kind: Kind) -> str:
    """One kind as a few lines of the instructions."""
    inputs = [f"  - input `{name}`: {amount(each)} ({roles(each.roles)})" for name, each in kind.inputs.items()]
    params = [f"  - param `{name}`: {bounds(each)}" for name, each in kind.params.items()]
    return "\n".join([f"- `{kind.name}`", *inputs, *params])


def instructions() -> str:
    """The whole text of the instructions."""
    filled = PROSE.read_text(encoding="utf-8")
    parts = {
        "ROLES": words(Role),
        "QUANTITIES": words(Quantity),
        "UNITS": words(UNITS),
        "MEDIA": words(Medium),
        "FOLDS": words(Fold),
        "GROUPS": "\n".join(
            f"- {name}: {' | '.join(r.value for r in Role if r in group)}"
            for name, group in GROUPS.items()
            if name in {"time", "group", "load"}
        ),
        "KINDS": "\n".join(kind_text(kind) for kind in KINDS.values()),
        "ASKS": words(sorted(ASKS)),
        "OPERATORS": words(OPERATORS),
        "ADJECTIVES": words(ADJECTIVES),
    }
    for name, text in parts.items():
        filled = filled.replace("{{" + name + "}}", text)
    assert "{{" not in filled, "the prose names a part that does not exist"
    return filled


def closed(properties: dict[str, Json]) -> dict[str, Json]:
    """An object of exactly these members: strict schemas allow neither more nor fewer."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def one_of(values: Iterable[str]) -> dict[str, Json]:
    """One of a few words."""
    return {"type": "string", "enum": list(values)}


def maybe(shape: dict[str, Json]) -> dict[str, Json]:
    """The shape, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


TEXT: dict[str, Json] = {"type": "string"}
ID: dict[str, Json] = {"type": "string"}


def listed(shape: Json) -> dict[str, Json]:
    """A list of such items."""
    return {"type": "array", "items": shape}


def input_schema(taken: Input) -> dict[str, Json]:
    """What an input of a kind may hold."""
    return ID if (taken.least, taken.most) == (1, 1) else listed(ID)


def param_schema(param: Choices | Number) -> dict[str, Json]:
    """What a parameter of a kind may hold; bounds are checked here, not there."""
    match param:
        case Choices(given):
            return one_of(given)
        case Number(whole=whole):
            return {"type": "integer" if whole else "number"}


def kind_schema(kind: Kind) -> dict[str, Json]:
    """One analysis of this kind."""
    return closed(
        {
            "kind": one_of([kind.name]),
            "inputs": closed({name: input_schema(each) for name, each in kind.inputs.items()}),
            "params": closed({name: param_schema(each) for name, each in kind.params.items()}),
            "title": TEXT,
            "why": TEXT,
            "priority": {"type": "integer"},
        }
    )


def schema() -> dict[str, Json]:
    """The answer's schema: the part of JSON Schema that strict modes share, so types, enums and closed objects only."""
    column = closed(
        {
            "id": ID,
            "role": one_of(Role),
            "quantity": maybe(one_of(Quantity)),
            "unit": maybe(one_of(UNITS)),
            "medium": maybe(one_of(Medium)),
            "fold": one_of(Fold),
            "synonyms": listed(TEXT),
            "part_of": maybe(ID),
            "confidence": {"type": "number"},
        }
    )
    expression: dict[str, Json] = {"$ref": "#/$defs/expression"}
    operation = closed({"op": one_of(OPERATORS), "a": expression, "b": maybe(expression)})
    return {
        **closed(
            {
                "columns": listed(column),
                "derived": listed(closed({"id": ID, "name": TEXT, "expr": expression})),
                "analyses": listed({"anyOf": [kind_schema(kind) for kind in KINDS.values()]}),
                "questions": listed(closed({"about": ID, "ask": one_of(sorted(ASKS))})),
                "hints": closed(
                    {
                        "default_measure": maybe(ID),
                        "time": maybe(ID),
                        "row_noun": maybe(TEXT),
                        "adjectives": closed({word: maybe(ID) for word in ADJECTIVES}),
                    }
                ),
            }
        ),
        "$defs": {"expression": {"anyOf": [closed({"fold": one_of(Fold), "of": ID}), operation]}},
    }


def main(folder: Path) -> None:
    """Writes both files and prints the hash over them."""
    text, shape = instructions().encode(), canonical_json(schema())
    (folder / f"{TEMPLATE}.md").write_bytes(text)
    (folder / f"{TEMPLATE}.schema.json").write_bytes(shape)
    digest = hashlib.sha256(b"\0".join((text, shape))).hexdigest()
    print(TEMPLATE, digest)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
