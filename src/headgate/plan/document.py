"""The saved plan, `report/plan.json`: format `headgate-plan`, version 1 (docs/formats/plan.md). It holds headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from headgate.canonical import Json
from headgate.catalogue.meaning import Meaning, Origin
from headgate.errors import InputError
from headgate.manifest.approved import Column
from headgate.plan import items
from headgate.plan.language import Analysis, Derived, Dropped, Expression, Folded, Operation, Plan

FORMAT = "headgate-plan"
VERSION = 1
_PARTS = ("format", "version", "columns", "derived", "analyses", "questions", "hints", "dropped")
_MEANING = ("role", "quantity", "unit", "medium", "fold", "confidence", "synonyms", "part_of")
_ORIGINS = {origin.value: origin for origin in Origin}
_LONGEST_TEXT = 400


def to_json(plan: Plan, columns: Sequence[Column]) -> Json:
    """The plan as JSON with the headers of its columns, so that it can run again on a table with the same headers."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "columns": [_column(column, plan.meanings[column.id]) for column in columns if column.id in plan.meanings],
        "derived": [{"id": one.id, "name": one.name, "expr": _expression(one.expr)} for one in plan.derived],
        "analyses": [_analysis(one) for one in plan.analyses],
        "questions": [{"about": one.about, "ask": one.ask} for one in plan.questions],
        "hints": dict(plan.hints),
        "dropped": [{"item": one.item, "reason": one.reason} for one in plan.dropped],
    }


def from_json(document: Json) -> tuple[Plan, tuple[Column, ...]]:
    """The plan of a saved document and its columns.

    Nothing is dropped here: whatever is outside the format raises `InputError`, which names the part and the rule.
    """
    place = "the document"
    try:
        parts = items.fields(document, _PARTS)
        if parts["format"] != FORMAT or parts["version"] != VERSION or isinstance(parts["version"], bool):
            raise InputError(f"it is not {FORMAT}, version {VERSION}")
        place = "columns"
        columns, meanings = _read_columns(items.array(parts["columns"]))
        place = "derived"
        known = {column_id: column_id for column_id in meanings}
        derived: list[Derived] = []
        for value in items.array(parts["derived"]):
            derived.append(items.derived(value, known, _refuse))
            known[derived[-1].id] = derived[-1].id
        place = "analyses"
        analyses = tuple(_read_analysis(value, known) for value in items.array(parts["analyses"]))
        place = "questions"
        questions = tuple(items.question(value, known) for value in items.array(parts["questions"]))
        place = "hints"
        hints = _read_hints(parts["hints"], known)
        place = "dropped"
        dropped = tuple(_read_dropped(value) for value in items.array(parts["dropped"]))
    except InputError as refused:
        raise InputError(f"This is no saved plan: {place}: {refused}. Save the plan again from a report.") from None
    return Plan(meanings, tuple(derived), analyses, questions, hints, dropped), columns


def _refuse(name: str, reason: str) -> None:
    raise InputError(f"{name}: {reason}")


def _read_columns(values: Sequence[Json]) -> tuple[tuple[Column, ...], dict[str, Meaning]]:
    rows = [items.fields(value, ("id", "position", "header", "public_name", "origin", *_MEANING)) for value in values]
    ids = {column_id: column_id for column_id in (items.text_of(row["id"]) for row in rows)}
    columns: list[Column] = []
    meanings: dict[str, Meaning] = {}
    for row in rows:
        position, public_name = row["position"], row["public_name"]
        if isinstance(position, bool) or not isinstance(position, int) or position < 0:
            raise InputError("a position is not a whole number from 0")
        column_id, meaning = items.column({"id": row["id"], **{name: row[name] for name in _MEANING}}, ids, _refuse)
        if row["origin"] not in _ORIGINS:
            raise InputError("the origin does not exist")
        meanings[column_id] = replace(meaning, origin=_ORIGINS[str(row["origin"])])
        name = None if public_name is None else items.text_of(public_name)
        columns.append(Column(column_id, position, items.text_of(row["header"]), name))
    if len(meanings) != len(columns) or len({column.position for column in columns}) != len(columns):
        raise InputError("two columns have the same id or position")
    return tuple(columns), meanings


def _read_analysis(value: Json, known: items.Ids) -> Analysis:
    """Titles here may be made of headers, which hold anything; they are shown as text and never sent."""
    item = items.fields(value, ("kind", "inputs", "params", "title", "why", "priority", "from_provider"))
    bare = items.analysis({name: item[name] for name in ("kind", "inputs", "params", "priority")}, known, _refuse)
    if not isinstance(item["from_provider"], bool):
        raise InputError("whose words a title is, is true or false")
    return replace(bare, title=_text(item["title"]), why=_text(item["why"]), from_provider=item["from_provider"])


def _read_hints(value: Json, known: items.Ids) -> dict[str, str]:
    hints = value if isinstance(value, Mapping) else items.fields(value, ())
    return {name: _text(hint) if name == "row_noun" else items.id_of(hint, known) for name, hint in hints.items()}


def _read_dropped(value: Json) -> Dropped:
    item = items.fields(value, ("item", "reason"))
    return Dropped(_text(item["item"]), _text(item["reason"]))


def _text(value: Json) -> str:
    text = items.text_of(value)
    if len(text) > _LONGEST_TEXT:
        raise InputError(f"a text is longer than {_LONGEST_TEXT} characters")
    return text


def _column(column: Column, meaning: Meaning) -> Json:
    return {
        "id": column.id,
        "position": column.position,
        "header": column.header,
        "public_name": column.public_name,
        "role": meaning.role.value,
        "quantity": meaning.quantity.value if meaning.quantity else None,
        "unit": meaning.unit,
        "medium": meaning.medium.value if meaning.medium else None,
        "fold": meaning.fold.value,
        "confidence": meaning.confidence,
        "origin": meaning.origin.value,
        "synonyms": list(meaning.synonyms),
        "part_of": meaning.part_of,
    }


def _expression(expression: Expression) -> Json:
    match expression:
        case Folded(fold, of):
            return {"fold": fold.value, "of": of}
        case Operation(op, a, b):
            one_sided = {"op": op, "a": _expression(a)}
            return one_sided if b is None else {**one_sided, "b": _expression(b)}


def _analysis(analysis: Analysis) -> Json:
    return {
        "kind": analysis.kind,
        "inputs": {name: list(ids) for name, ids in analysis.inputs.items()},
        "params": dict(analysis.params),
        "title": analysis.title,
        "why": analysis.why,
        "priority": analysis.priority,
        "from_provider": analysis.from_provider,
    }
