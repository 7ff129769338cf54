"""A plan on the rows: every analysis in its order, each either a result or a reason why not."""

from __future__ import annotations

from headgate.engines.frame import Frame
from headgate.engines.interface import Outcome, Progress, Skipped
from headgate.engines.kinds import RUNNERS
from headgate.errors import InputError
from headgate.plan.language import Analysis, Plan


def run(plan: Plan, frame: Frame, progress: Progress) -> tuple[Outcome, ...]:
    """One outcome for each analysis of the plan, in its order, under the plan's meanings.

    `progress` is told how many are done, of how many, and the title of the next ("" at the end). An analysis that the
    rows do not allow is skipped; UnavailableError (no room) stops the run.
    """
    understood = frame.under(plan.meanings, plan.derived)
    outcomes: list[Outcome] = []
    for done, analysis in enumerate(plan.analyses):
        progress(done, len(plan.analyses), analysis.title)
        outcomes.append(_run_one(analysis, understood))
    progress(len(plan.analyses), len(plan.analyses), "")
    return tuple(outcomes)


def _run_one(analysis: Analysis, frame: Frame) -> Outcome:
    runner = RUNNERS.get(analysis.kind)
    if not frame.count:
        return Skipped(analysis, "The table has no row.")
    if runner is None:
        return Skipped(analysis, f"There is no analysis of the kind {analysis.kind!r}.")
    columns = {each for ids in analysis.inputs.values() for each in ids}
    unknown = sorted(each for each in columns if not frame.holds(each))
    if unknown:
        return Skipped(analysis, f"It needs {', '.join(unknown)}, which is no column of this table.")
    try:
        return runner(frame.about(columns), analysis)
    except InputError as error:
        return Skipped(analysis, f"{error}.")
