"""The analyses of a plan while it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headgate.catalogue.meaning import Meaning
from headgate.plan.check import misfit
from headgate.plan.choosing import Field
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis, Param
from headgate.plan.titles import sentence
from headgate.plan.wording import MOST_CODE_POINTS


@dataclass(slots=True)
class Draft:
    """The analyses so far, the most useful first; what does not fit or is there already is left out.

    `without` are the kinds that cannot run here, for want of a package.
    """

    meanings: Mapping[str, Meaning]
    without: frozenset[str] = frozenset()
    analyses: list[Analysis] = field(default_factory=list)

    def add(self, kind: str, inputs: Mapping[str, Sequence[Field]], title: str, why: str, **params: Param) -> None:
        """The analysis stands in the draft where its inputs fit; empty inputs are left out."""
        if kind in self.without:
            return
        defaults = {name: allowed.default for name, allowed in KINDS[kind].params.items()}
        made = Analysis(
            kind=kind,
            inputs={name: tuple(one.id for one in fields) for name, fields in inputs.items() if fields},
            params=defaults | params,
            title=sentence(title)[:MOST_CODE_POINTS],
            why=why,
            priority=len(self.analyses) + 1,
        )
        same = any(made.kind == one.kind and made.inputs == one.inputs for one in self.analyses)
        if not same and misfit(made, self.meanings, ()) is None:
            self.analyses.append(made)
