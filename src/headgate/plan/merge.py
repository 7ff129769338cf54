"""A provider's plan over the local one: column by column by confidence, and never against what the rows say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from headgate.catalogue.meaning import Meaning, Origin, Role
from headgate.plan.check import misfit
from headgate.plan.kinds import KINDS, MEASURED, TIME, Number
from headgate.plan.language import Analysis, Derived, Dropped, Param, Plan
from headgate.plan.wording import quoted

MOST_ANALYSES = 40
_LONGEST_NAME = 80


def merge(local: Plan, answered: Plan) -> Plan:
    """The local plan with the answer laid over it.

    (1) A column's meaning is that of the more confident one, the local one where they are equal; what a user said
    stays, and where the rows settled that a column is a time, a label or a measure it stays one. Synonyms are taken.
    (2) The answer's analyses come first, by priority, where they fit the merged meanings; then the local ones that are
    not the same again. At most 40 are kept. (3) Questions and hints are joined, the answer's hints
    first. (4) A local computed column whose id the answer took is dropped, and what uses it. (5) What the answer words
    is known as its words: its analyses say so, and its names of computed columns stand in quotation marks.
    """
    meanings = {
        column_id: _meaning(mine, answered.meanings.get(column_id)) for column_id, mine in local.meanings.items()
    }
    analyses, dropped = _analyses(local, answered, meanings)
    return Plan(
        meanings=meanings,
        derived=tuple(replace(each, name=_name(each)) for each in answered.derived) + _own(local, answered),
        analyses=analyses,
        questions=tuple(dict.fromkeys(answered.questions + local.questions)),
        hints={**local.hints, **answered.hints},
        dropped=local.dropped + answered.dropped + dropped,
    )


def _name(derived: Derived) -> str:
    """The name the answer gave, quoted and short enough for a label; the id where it gave none."""
    return derived.id if derived.name == derived.id else quoted(derived.name[:_LONGEST_NAME])


def _own(local: Plan, answered: Plan) -> tuple[Derived, ...]:
    taken = {each.id for each in answered.derived}
    return tuple(each for each in local.derived if each.id not in taken)


def _meaning(mine: Meaning, theirs: Meaning | None) -> Meaning:
    if theirs is None:
        return mine
    if mine.origin is not Origin.USER and theirs.confidence > mine.confidence and not _contradicts(mine, theirs):
        return replace(theirs, unit=theirs.unit or _same_quantity_unit(mine, theirs))
    return replace(mine, synonyms=tuple(dict.fromkeys(mine.synonyms + theirs.synonyms)))


def _contradicts(mine: Meaning, theirs: Meaning) -> bool:
    """Whether the rows rule the answer out: they settled the sort of column, and the answer says another sort.

    Whether cells are times shows in any row, so no answer makes a measure a time or a time something else.
    """
    sorts = {_sort(mine), _sort(theirs)}
    known = mine.origin is Origin.ROWS or ("time" in sorts and mine.role is not Role.UNKNOWN)
    return known and len(sorts) > 1


def _figures_of_the_user(analysis: Analysis) -> Mapping[str, Param]:
    """The default of each parameter that only the user can set, where the analysis sets another."""
    allowed = KINDS[analysis.kind].params
    return {
        name: kind.default
        for name, kind in allowed.items()
        if isinstance(kind, Number) and kind.yours and analysis.params.get(name) != kind.default
    }


def _sort(meaning: Meaning) -> str:
    if meaning.role in TIME:
        return "time"
    return "measure" if meaning.role in MEASURED else "label"


def _same_quantity_unit(mine: Meaning, theirs: Meaning) -> str | None:
    """The unit the name states, where the answer agrees on the quantity and only left the unit out."""
    return mine.unit if mine.quantity is theirs.quantity else None


def _analyses(
    local: Plan, answered: Plan, meanings: Mapping[str, Meaning]
) -> tuple[tuple[Analysis, ...], tuple[Dropped, ...]]:
    own = {each.id for each in _own(local, answered)}
    computed = own | {each.id for each in answered.derived}
    lost = {each.id for each in local.derived} - own
    kept: dict[tuple[str, frozenset[tuple[str, tuple[str, ...]]]], Analysis] = {}
    dropped: list[Dropped] = []
    for plan, whose in ((answered, "answer"), (local, "local")):
        for place, analysis in enumerate(sorted(plan.analyses, key=lambda each: each.priority)):
            reason = misfit(analysis, meanings, computed)
            if plan is local and any(lost.intersection(ids) for ids in analysis.inputs.values()):
                reason = "it uses a computed column whose id the answer took"
            if reason is not None:
                dropped.append(Dropped(f"{whose} analyses[{place}]", reason))
            elif len(kept) < MOST_ANALYSES:
                whole = replace(analysis, from_provider=plan is answered)
                if plan is answered and (figures := _figures_of_the_user(analysis)):
                    dropped.append(Dropped(f"answer analyses[{place}].params", "a figure that only you can say"))
                    whole = replace(whole, params={**analysis.params, **figures})
                kept.setdefault((analysis.kind, frozenset(analysis.inputs.items())), whole)
    return tuple(replace(one, priority=rank) for rank, one in enumerate(kept.values(), start=1)), tuple(dropped)
