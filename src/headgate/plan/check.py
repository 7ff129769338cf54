"""Whether analyses fit the columns they name; those that do not are dropped, with the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from headgate.catalogue.meaning import Meaning
from headgate.manifest.approved import Column
from headgate.plan.kinds import KINDS, MEASURED
from headgate.plan.language import Analysis, Dropped, Plan


def check(plan: Plan, columns: Sequence[Column]) -> Plan:
    """The plan without the analyses that name a column the table does not have, or one whose role does not fit."""
    present = {column.id for column in columns}
    meanings = {column_id: meaning for column_id, meaning in plan.meanings.items() if column_id in present}
    computed = {each.id for each in plan.derived}
    kept: list[Analysis] = []
    dropped: list[Dropped] = []
    for place, analysis in enumerate(plan.analyses):
        reason = misfit(analysis, meanings, computed)
        if reason is None:
            kept.append(analysis)
        else:
            dropped.append(Dropped(f"analyses[{place}]", reason))
    return replace(plan, analyses=tuple(kept), dropped=plan.dropped + tuple(dropped))


def misfit(
    analysis: Analysis, meanings: Mapping[str, Meaning], computed: Collection[str], *, partial: bool = False
) -> str | None:
    """Why an analysis does not fit what its columns mean, None where it fits.

    A derived column counts as a measure. `partial` lets columns pass that have no meaning yet.
    """
    kind = KINDS[analysis.kind]
    for name, wanted in kind.inputs.items():
        ids = analysis.inputs.get(name, ())
        if not wanted.least <= len(ids) <= wanted.most:
            return f"the input {name} has too few or too many columns"
        for column_id in ids:
            if column_id in computed:
                fits = bool(wanted.roles & MEASURED)
            elif column_id in meanings:
                fits = meanings[column_id].role in wanted.roles
            elif partial:
                fits = True
            else:
                return f"the input {name} names a column the table does not have"
            if not fits:
                return f"the input {name} takes no column of that role"
    return _together(analysis, meanings)


def _together(analysis: Analysis, meanings: Mapping[str, Meaning]) -> str | None:
    """What a kind needs of its inputs together."""
    given = analysis.inputs
    if analysis.kind == "power_factor" and not ("factor" in given or {"energy", "reactive"} <= set(given)):
        return "it needs energy and reactive energy, or a power factor"
    if analysis.kind == "breakdown" and "category" not in given:
        parts = [meanings[column_id] for column_id in given["measure"] if column_id in meanings]
        if len(given["measure"]) < 2:
            return "it needs a category, or at least two measures to compare"
        if len({(part.unit, part.quantity) for part in parts}) > 1:
            return "measures of different units cannot be set side by side"
    return None
