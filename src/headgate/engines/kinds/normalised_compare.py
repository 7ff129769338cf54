"""Two periods of one measure under the same conditions: what changed once its drivers are taken out."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.folding import Grain, fact_key
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, day, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.baseline import Baseline

PERIODS_EACH = 10  # periods for each driver, on either side
LEAST_R_SQUARED = 0.5  # of either model: below it the drivers do not describe the measure
CONFIDENCE = 0.9
_SIDES = pa.schema(
    [("part", pa.string()), ("first", pa.timestamp("us")), ("last", pa.timestamp("us")), ("periods", pa.int64())]
    + [(name, pa.float64()) for name in ("actual_mean", "normalised_mean", "r_squared", "cv_rmse_percent")]
)
_LINES = pa.schema([("start", pa.timestamp("us")), ("series", pa.string()), ("value", pa.float64())])


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `sides` (before and after) and `lines` (what each side's model expects over all periods).

    The periods are split in time at `split_percent`. A model of each part over the drivers (outdoor temperature with
    change points, else a straight line) is applied to the drivers of both, so that both are told under the same
    conditions. Needs ten periods a driver on either side, and two models that fit (R² of 0.5).
    """
    energy, drivers = analysis.inputs["energy"][0], list(analysis.inputs["drivers"])
    drivers = [each for each in drivers if each != energy]
    if not drivers:
        return Skipped(analysis, "A measure is not normalised by itself; choose other columns as drivers.")
    periods = open_periods(
        frame, energy, analysis.inputs["timestamp"][0], Grain(str(analysis.params["grain"])), drivers
    )
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    split = round(len(periods.values) * float(analysis.params["split_percent"]) / 100)
    needed = PERIODS_EACH * len(drivers)
    if min(split, len(periods.values) - split) < needed:
        return Skipped(
            analysis,
            f"{periods.counted(min(split, len(periods.values) - split))} on one side of the split; "
            f"{count(len(drivers), 'driver')} {'needs' if len(drivers) == 1 else 'need'} {needed} on either.",
        )
    models = _models(frame, periods, drivers, split)
    if isinstance(models, str):
        return Skipped(analysis, models)
    before, after = models
    totals = [sum(model.at(row) for row in periods.rows) for model in models]
    facts = _facts(periods, before, after, totals)
    told = tuple(_sentences(periods, split, facts, totals))
    percent = facts["difference_percent"]
    headlines = (
        (Headline("Under the same conditions", float(percent), "%", f"since {day(periods.starts[split])}"),)
        if percent is not None and facts["beyond_chance"] == "yes"
        else ()
    )
    return Result(
        analysis,
        {"sides": _sides(periods, models, split), "lines": _lines(periods, models)},
        facts,
        (_figure(frame, energy, periods, told),),
        told,
        headlines,
        periods.warnings,
    )


def _models(frame: Frame, periods: Periods, drivers: Sequence[str], split: int) -> tuple[Baseline, Baseline] | str:
    try:
        from headgate.engines.models.baseline import learnt
    except ImportError:
        return NOT_INSTALLED
    outdoor = [at for at, each in enumerate(drivers) if frame.meaning(each).role is Role.TEMPERATURE_OUTDOOR]
    sides = (slice(0, split), slice(split, None))
    found = []
    for side, name in zip(sides, ("first", "second"), strict=True):
        model = learnt(periods.rows[side], periods.values[side], next(iter(outdoor), None), "auto")
        if model is None or model.r_squared < LEAST_R_SQUARED:
            explained = "nothing" if model is None else share(max(0.0, model.r_squared))
            return (
                f"In the {name} part the drivers explain {explained} of the variation of “{periods.measure.name}”; "
                f"{share(LEAST_R_SQUARED)} is needed on both sides to compare them under the same conditions."
            )
        found.append(model)
    return found[0], found[1]


def _facts(
    periods: Periods, before: Baseline, after: Baseline, totals: Sequence[float]
) -> dict[str, float | str | None]:
    count_, unit = len(periods.values), periods.measure.unit
    difference = (totals[1] - totals[0]) / count_
    within = hypot(*(model.mean_uncertainty(periods.rows, CONFIDENCE) for model in (before, after)))
    return {
        fact_key("before", unit, "per", str(periods.grain)): totals[0] / count_,
        fact_key("after", unit, "per", str(periods.grain)): totals[1] / count_,
        "difference": difference,
        "difference_percent": 100 * difference * count_ / totals[0] if totals[0] > 0 else None,
        "uncertainty_90": within,
        "beyond_chance": "yes" if abs(difference) > within else "no",
        "r_squared_before": before.r_squared,
        "r_squared_after": after.r_squared,
    }


def _sentences(
    periods: Periods, split: int, facts: dict[str, float | str | None], totals: Sequence[float]
) -> list[str]:
    measure, grain, when = periods.measure, str(periods.grain), day(periods.starts[split])
    difference, within = float(facts["difference"] or 0.0), float(facts["uncertainty_90"] or 0.0)
    actual = _mean(periods.values[split:]) - _mean(periods.values[:split])
    part = "" if totals[0] <= 0 else f" ({share(abs(totals[1] - totals[0]) / totals[0])})"
    way = "more" if difference > 0 else "less"
    said = [
        f"Under the same conditions “{measure.name}” is {measure.text(abs(difference))} a {grain}{part} {way} since "
        f"{when} than before, give or take {measure.text(within)} (90 % confidence)."
    ]
    if abs(difference) <= within:
        said.append("That is within the uncertainty: no change is shown.")
    said.append(
        f"As measured it is {measure.text(abs(actual))} a {grain} {'more' if actual > 0 else 'less'}; the rest of that "
        "comes from other conditions."
    )
    return said


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _sides(periods: Periods, models: tuple[Baseline, Baseline], split: int) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for part, side, model in zip(("Before", "After"), (slice(0, split), slice(split, None)), models, strict=True):
        starts, values = periods.starts[side], periods.values[side]
        rows.append(
            {
                "part": part,
                "first": starts[0],
                "last": starts[-1],
                "periods": len(values),
                "actual_mean": _mean(values),
                "normalised_mean": _mean([model.at(row) for row in periods.rows]),
                "r_squared": model.r_squared,
                "cv_rmse_percent": None if model.cv_rmse is None else 100 * model.cv_rmse,
            }
        )
    return pa.Table.from_pylist(rows, schema=_SIDES)


def _lines(periods: Periods, models: tuple[Baseline, Baseline]) -> pa.Table:
    rows = [
        {"start": start, "series": f"As run {part}", "value": model.at(row)}
        for part, model in zip(("before", "after"), models, strict=True)
        for start, row in zip(periods.starts, periods.rows, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=_LINES)


def _figure(frame: Frame, energy: str, periods: Periods, told: Sequence[str]) -> Figure:
    spoken, grain = frame.phrase(energy), periods.grain
    return Figure(
        Form.LINE,
        "lines",
        x="start",
        y="value",
        series="series",
        title=sentence(f"{spoken} as each part would have run all the time"),
        x_label=sentence(str(grain)),
        y_label=f"{sentence(spoken)} a {grain}",
        unit=periods.measure.unit or None,
        alt=" ".join(told),
    )
