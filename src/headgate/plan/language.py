"""The plan language: the only things a plan can say. No code, no SQL, no chart specification, no URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headgate.catalogue.meaning import Fold, Meaning

Param = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Folded:
    """One column folded over whatever the analysis groups by: `{"fold":"sum","of":"c7"}`."""

    fold: Fold
    of: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator over expressions: add, sub, mul, div, neg or abs."""

    op: str
    a: Expression
    b: Expression | None = None


Expression = Folded | Operation


@dataclass(frozen=True, slots=True)
class Derived:
    """A column computed from others, under an id `d1`…"""

    id: str
    name: str
    expr: Expression


@dataclass(frozen=True, slots=True)
class Analysis:
    """One step of a plan. `inputs` maps an input's name to column ids, `params` holds every parameter of the kind.

    `from_provider` where an answer holds it: then the title, unless it is the kind's own, and the why are its words.
    """

    kind: str
    inputs: Mapping[str, tuple[str, ...]]
    params: Mapping[str, Param]
    title: str
    why: str
    priority: int
    from_provider: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the user can say of a column."""

    about: str
    ask: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item of an answer outside the contract, and why. `item` is a place (`analyses[3]`), never its content."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `meanings` is keyed by column id and covers every column of the manifest."""

    meanings: Mapping[str, Meaning]
    derived: tuple[Derived, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    questions: tuple[Question, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
