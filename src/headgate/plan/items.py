"""One item of an answer or of a saved plan, from JSON to its type. An item is taken as a whole or refused as a whole.

A refusal is an `InputError` whose message is the reason and holds nothing of the item.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from headgate.canonical import Json
from headgate.catalogue.meaning import Fold, Meaning, Medium, Origin, Quantity, Role
from headgate.catalogue.rules import fold_of
from headgate.catalogue.units import measures, spell
from headgate.errors import InputError
from headgate.plan.kinds import KINDS, Choices, Kind, Number
from headgate.plan.language import Analysis, Derived, Expression, Folded, Operation, Param, Question
from headgate.plan.wording import QUESTIONS, TITLES, plain_text

ONE_SIDED = frozenset({"neg", "abs"})
TWO_SIDED = frozenset({"add", "sub", "mul", "div"})
ASKS = frozenset(QUESTIONS)
MOST_SYNONYMS = 8
MOST_EXPRESSION_DEPTH = 12
_DERIVED_DIGITS = 3
_LOWEST_PRIORITY = 99
_DEFAULT_CONFIDENCE = 0.5
_Word = TypeVar("_Word", bound=StrEnum)
Flag = Callable[[str, str], None]
# What each id that may be named stands for: on the wire ids are others than here.
Ids = Mapping[str, str]


def fields(value: Json, required: Collection[str], optional: Collection[str] = ()) -> Mapping[str, Json]:
    """The value as an object with exactly those fields, the optional ones where they are there."""
    if not isinstance(value, Mapping):
        raise InputError("it is not an object")
    if not set(required) <= set(value):
        raise InputError("a required field is missing")
    if not set(value) <= set(required) | set(optional):
        raise InputError("it has a field the contract does not have")
    return value


def array(value: Json) -> Sequence[Json]:
    """The value as a list."""
    if not isinstance(value, list):
        raise InputError("it is not a list")
    return value


def text_of(value: Json) -> str:
    """The value as a string."""
    if not isinstance(value, str):
        raise InputError("a text is missing or not a string")
    return value


def id_of(value: Json, known: Ids) -> str:
    """The id that the value stands for, where it is one of the known ids."""
    if not isinstance(value, str) or value not in known:
        raise InputError("it names an id that was not sent")
    return known[value]


def column(value: Json, sent: Ids, flag: Flag) -> tuple[str, Meaning]:
    """The id of a column and what the answer says it means; refused texts among the synonyms go to `flag`."""
    item = fields(value, ("id", "role"), ("quantity", "unit", "medium", "fold", "synonyms", "part_of", "confidence"))
    column_id = id_of(item["id"], sent)
    role = _word(Role, item["role"], "role")
    quantity = _optional_word(Quantity, item.get("quantity"), "quantity")
    unit = _unit(item.get("unit"), quantity)
    fold = _optional_word(Fold, item.get("fold"), "fold") or fold_of(role, quantity)
    part_of = item.get("part_of")
    if part_of is not None and id_of(part_of, sent) == column_id:
        raise InputError("a column cannot be a part of itself")
    meaning = Meaning(
        role=role,
        quantity=quantity,
        unit=unit,
        medium=_optional_word(Medium, item.get("medium"), "medium"),
        fold=fold,
        confidence=_confidence(item.get("confidence", _DEFAULT_CONFIDENCE)),
        origin=Origin.PROVIDER,
        synonyms=_synonyms(item.get("synonyms"), flag),
        part_of=None if part_of is None else id_of(part_of, sent),
    )
    return column_id, meaning


def derived(value: Json, known: Ids, flag: Flag) -> Derived:
    """A computed column. Its id is `d` and a number from 1 to 999; it may use the columns known so far."""
    item = fields(value, ("id", "expr"), ("name",))
    new_id = text_of(item["id"])
    digits = new_id.removeprefix("d")
    if new_id[:1] != "d" or not (digits.isascii() and digits.isdigit()) or len(digits) > _DERIVED_DIGITS:
        raise InputError("the id of a derived column is d1, d2 and so on")
    if digits[0] == "0" or new_id in known:
        raise InputError("the id of a derived column is taken, or begins with a nought")
    return Derived(new_id, _text(item.get("name"), "name", flag) or new_id, expression(item["expr"], known))


def expression(value: Json, known: Ids, depth: int = 0) -> Expression:
    """An expression over known columns, at most 12 levels deep."""
    if depth >= MOST_EXPRESSION_DEPTH:
        raise InputError("the expression is nested too deep")
    if isinstance(value, Mapping) and "op" not in value:
        folded = fields(value, ("fold", "of"))
        return Folded(_word(Fold, folded["fold"], "fold"), id_of(folded["of"], known))
    item = fields(value, ("op", "a"), ("b",))
    op = text_of(item["op"])
    if op not in ONE_SIDED | TWO_SIDED:
        raise InputError("the operator is not in the language")
    if (item.get("b") is None) != (op in ONE_SIDED):
        raise InputError("the operator has the wrong number of operands")
    right = None if op in ONE_SIDED else expression(item["b"], known, depth + 1)
    return Operation(op, expression(item["a"], known, depth + 1), right)


def analysis(value: Json, known: Ids, flag: Flag) -> Analysis:
    """An analysis whose kind, inputs and parameters are in `KINDS`, with every parameter filled in.

    Whether the roles of the inputs fit is for `check.misfit`, since it depends on what all columns mean.
    """
    item = fields(value, ("kind", "inputs"), ("params", "title", "why", "priority"))
    name = text_of(item["kind"])
    if name not in KINDS:
        raise InputError("the kind of analysis does not exist")
    kind = KINDS[name]
    return Analysis(
        kind=name,
        inputs=_inputs(item["inputs"], kind, known),
        params=_params(item.get("params"), kind),
        title=_text(item.get("title"), "title", flag) or TITLES[name],
        why=_text(item.get("why"), "why", flag),
        priority=_priority(item.get("priority", _LOWEST_PRIORITY)),
    )


def question(value: Json, sent: Ids) -> Question:
    """A question about a column, one of the questions the review can ask."""
    item = fields(value, ("about", "ask"))
    ask = text_of(item["ask"])
    if ask not in ASKS:
        raise InputError("the question is not one that can be asked")
    return Question(id_of(item["about"], sent), ask)


def _inputs(value: Json, kind: Kind, known: Ids) -> Mapping[str, tuple[str, ...]]:
    given = fields(value, (), tuple(kind.inputs))
    inputs: dict[str, tuple[str, ...]] = {}
    for name, wanted in kind.inputs.items():
        ids = given.get(name)
        listed = [] if ids is None else [ids] if isinstance(ids, str) else array(ids)
        found = tuple(id_of(each, known) for each in listed)
        if len(set(found)) != len(found):
            raise InputError("an input names the same column twice")
        if not wanted.least <= len(found) <= wanted.most:
            raise InputError("an input has too few or too many columns")
        if found:
            inputs[name] = found
    return inputs


def _params(value: Json, kind: Kind) -> Mapping[str, Param]:
    given = {} if value is None else fields(value, (), tuple(kind.params))
    return {
        name: _param(given[name], allowed) if name in given else allowed.default
        for name, allowed in kind.params.items()
    }


def _param(value: Json, allowed: Choices | Number) -> Param:
    match allowed:
        case Choices(words):
            if not isinstance(value, str) or value not in words:
                raise InputError("a parameter is none of the words allowed")
            return value
        case Number(_, low, high, whole):
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError("a parameter is not a number")
            if not low <= value <= high:
                raise InputError("a parameter is out of bounds")
            if whole and value != int(value):
                raise InputError("a parameter is not a whole number")
            return int(value) if whole else float(value)


def _unit(value: Json, quantity: Quantity | None) -> str | None:
    if value is None:
        return None
    unit = spell(value) if isinstance(value, str) and len(value) <= 24 else None
    if unit is None:
        raise InputError("the unit is not in the catalogue")
    if quantity is not None and not measures(unit, quantity):
        raise InputError("the unit does not measure the quantity")
    return unit


def _confidence(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError("the confidence is not a number from 0 to 1")
    return float(value)


def _priority(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LOWEST_PRIORITY:
        raise InputError("the priority is not a whole number from 1 to 99")
    return value


def _synonyms(value: Json, flag: Flag) -> tuple[str, ...]:
    listed = [] if value is None else array(value)
    if len(listed) > MOST_SYNONYMS:
        raise InputError(f"it has more than {MOST_SYNONYMS} synonyms")
    kept = (_text(each, "synonyms", flag) for each in listed)
    return tuple(dict.fromkeys(text for text in kept if text))


def _text(value: Json, name: str, flag: Flag) -> str:
    """The plain text, or "" where there is none or it is refused; then `flag` is told the field and the rule."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError("a text is not a string")
    try:
        return plain_text(value)
    except InputError as refused:
        flag(name, str(refused))
        return ""


def _word(words: type[_Word], value: Json, name: str) -> _Word:
    found = next((word for word in words if word.value == value), None)
    if found is None:
        raise InputError(f"the {name} does not exist")
    return found


def _optional_word(words: type[_Word], value: Json, name: str) -> _Word | None:
    return None if value is None else _word(words, value, name)
