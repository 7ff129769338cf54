"""A saved plan laid over another table with the same columns: what fits, what changed, and when it does not fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from headgate.canonical import nfc
from headgate.catalogue.meaning import Role
from headgate.errors import InputError
from headgate.headers.table import Header, LocalType
from headgate.manifest.approved import Column
from headgate.plan.kinds import MEASURED, TIME
from headgate.plan.language import Analysis, Expression, Folded, Plan

_MOST_NAMED = 5
_NUMBERS = frozenset({LocalType.INTEGER, LocalType.NUMBER, LocalType.BOOLEAN, LocalType.EMPTY})


@dataclass(frozen=True, slots=True)
class Repeat:
    """A saved plan under the ids of the columns there are now, and what changed since, in sentences."""

    plan: Plan
    changes: tuple[str, ...]


def repeat(plan: Plan, saved: Sequence[Column], columns: Sequence[Column], headers: Sequence[Header]) -> Repeat:
    """The plan for this table: its columns are found again by their headers, wherever they stand now.

    `columns` are those of the table's manifest, `headers` its headers. Columns that only the table has are left to the
    local planner; those that only the plan has may be missing as long as no analysis and no computed column uses them.
    Raises InputError, naming the headers, where one that is used is missing, or is no number or no time any more.
    """
    found = _found(saved, columns)
    used = _used(plan)
    lost = [column for column in saved if column.id not in found]
    needed = [column.header for column in lost if column.id in used]
    if needed:
        raise InputError(f"the plan does not fit this table any more: it needs {_named(needed)}, which is not in it")
    types = {header.position: header.local_type for header in headers}
    place = {column.id: column.position for column in columns}
    changed = [
        column.header
        for column in saved
        if column.id in used and not _fits(plan, column.id, types[place[found[column.id]]])
    ]
    if changed:
        raise InputError(
            f"the plan does not fit this table any more: {_named(changed)} held numbers or times and does no longer"
        )
    again = set(found.values())
    new = [column.header for column in columns if column.id not in again]
    changes = []
    if lost:
        changes.append(f"Not in this table any more, and not used: {_named([column.header for column in lost])}.")
    if new:
        changes.append(f"New in this table, and in no analysis of the plan: {_named(new)}.")
    return Repeat(_under(plan, found), tuple(changes))


def _found(saved: Sequence[Column], columns: Sequence[Column]) -> dict[str, str]:
    """The id now of each saved column that there still is; columns with one header are told apart by their order."""
    places: dict[str, list[str]] = defaultdict(list)
    for column in sorted(columns, key=lambda column: column.position, reverse=True):
        places[nfc(column.header)].append(column.id)
    found = {}
    for column in sorted(saved, key=lambda column: column.position):
        here = places[nfc(column.header)]
        if here:
            found[column.id] = here.pop()
    return found


def _used(plan: Plan) -> set[str]:
    """The ids that an analysis or a computed column names."""
    named = {column for analysis in plan.analyses for ids in analysis.inputs.values() for column in ids}
    return named | {column for derived in plan.derived for column in _operands(derived.expr)}


def _operands(expression: Expression | None) -> set[str]:
    if expression is None:
        return set()
    if isinstance(expression, Folded):
        return {expression.of}
    return _operands(expression.a) | _operands(expression.b)


def _fits(plan: Plan, column: str, now: LocalType) -> bool:
    """Whether a column can still be what the plan takes it for. A date can be written as a text or a number."""
    role = plan.meanings[column].role if column in plan.meanings else Role.UNKNOWN
    if role in TIME:
        return now is not LocalType.BOOLEAN
    return role not in MEASURED or now in _NUMBERS


def _under(plan: Plan, ids: Mapping[str, str]) -> Plan:
    """The plan with every column under its id now; what is said of columns that are gone is left out."""
    known = {**ids, **{derived.id: derived.id for derived in plan.derived}}
    meanings = {
        ids[column]: replace(meaning, part_of=ids.get(meaning.part_of) if meaning.part_of else None)
        for column, meaning in plan.meanings.items()
        if column in ids
    }
    return Plan(
        meanings=meanings,
        derived=tuple(replace(derived, expr=_renamed(derived.expr, known)) for derived in plan.derived),
        analyses=tuple(_analysis(analysis, known) for analysis in plan.analyses),
        questions=tuple(replace(one, about=known[one.about]) for one in plan.questions if one.about in known),
        hints={name: known.get(hint, hint) for name, hint in plan.hints.items() if name == "row_noun" or hint in known},
        dropped=plan.dropped,
    )


def _analysis(analysis: Analysis, ids: Mapping[str, str]) -> Analysis:
    return replace(
        analysis, inputs={name: tuple(ids[column] for column in columns) for name, columns in analysis.inputs.items()}
    )


def _renamed(expression: Expression, ids: Mapping[str, str]) -> Expression:
    if isinstance(expression, Folded):
        return replace(expression, of=ids[expression.of])
    right = None if expression.b is None else _renamed(expression.b, ids)
    return replace(expression, a=_renamed(expression.a, ids), b=right)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name[:60]}”" for name in names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
