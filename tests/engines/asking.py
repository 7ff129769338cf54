"""Asking a kind about several columns at once, by their headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headgate.engines.frame import Frame
from headgate.engines.interface import Outcome, Result, Skipped
from headgate.engines.kinds import RUNNERS
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis, Param


def analysis(frame: Frame, kind: str, inputs: Mapping[str, Sequence[str]], **params: Param) -> Analysis:
    """The analysis of a kind over headers, parameters not given at their default."""
    ids = {frame.header(each): each for each in frame.ids}
    chosen = {name: given.default for name, given in KINDS[kind].params.items()} | params
    return Analysis(
        kind, {name: tuple(ids[each] for each in headers) for name, headers in inputs.items()}, chosen, "T", "", 1
    )


def outcome(frame: Frame, kind: str, inputs: Mapping[str, Sequence[str]], **params: Param) -> Outcome:
    """What a kind says."""
    return RUNNERS[kind](frame, analysis(frame, kind, inputs, **params))


def found(frame: Frame, kind: str, inputs: Mapping[str, Sequence[str]], **params: Param) -> Result:
    """The same where there has to be a result."""
    said = outcome(frame, kind, inputs, **params)
    assert isinstance(said, Result), said
    return said


def refused(frame: Frame, kind: str, inputs: Mapping[str, Sequence[str]], **params: Param) -> str:
    """The same where it has to be skipped: why."""
    said = outcome(frame, kind, inputs, **params)
    assert isinstance(said, Skipped), said
    return said.reason
