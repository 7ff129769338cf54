"""The energy signature: use over outdoor temperature, and the straight lines with change points that describe it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engines.folding import Grain, fact_key
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.change_point import Signature

FEWEST_DAYS = 60
FEWEST_PERIODS = 20
WEAK = 0.3  # of the variation explained: below it the temperature says next to nothing
NAMES = {
    "2p": "one straight line (2P)",
    "3p_heating": "heating below a change point (3P)",
    "3p_cooling": "cooling above a change point (3P)",
    "4p": "two lines that meet (4P)",
    "5p": "heating and cooling with a flat part between (5P)",
}
_POINTS = pa.schema([("start", pa.timestamp("us")), *((name, pa.float64()) for name in ("temperature_c", "value"))])
_FIT = pa.schema([("temperature_c", pa.float64()), ("value", pa.float64())])
_MODELS = pa.schema(
    [("model", pa.string()), ("parameters", pa.int64())]
    + [(name, pa.float64()) for name in ("r_squared", "cv_rmse_percent", "bic")]
    + [("chosen", pa.bool_())]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `points` (a row a day or week), `fit` (the corners of the line) and `models` (every model that fits).

    `auto` takes the model with the least BIC of 2P, 3P (heating, cooling), 4P and 5P. Needs 60 days of values with a
    temperature, and a slope two standard errors from zero.
    """
    energy, temperature = analysis.inputs["energy"][0], analysis.inputs["temperature"][0]
    grain = Grain(str(analysis.params["grain"]))
    periods = open_periods(frame, energy, analysis.inputs["timestamp"][0], grain, [temperature])
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    if periods.days < FEWEST_DAYS or len(periods.values) < FEWEST_PERIODS:
        return Skipped(
            analysis,
            f"The values with a temperature cover {count(periods.days, 'day')} with {len(periods.values)} full ones of "
            f"a {periods.grain}; this analysis needs {FEWEST_DAYS} days and {FEWEST_PERIODS} of them.",
        )
    try:
        from headgate.engines.models.change_point import fit
    except ImportError:
        return Skipped(analysis, NOT_INSTALLED)
    temperatures = [row[0] for row in periods.rows]
    found = fit(temperatures, periods.values, str(analysis.params["model"]))
    if not found:
        return Skipped(
            analysis, f"“{periods.measure.name}” does not change with the outdoor temperature by more than chance."
        )
    best = found[0]
    mean = sum(periods.values) / len(periods.values)
    told = tuple(_sentences(periods, best, mean))
    return Result(
        analysis,
        _tables(periods, found, mean),
        _facts(periods, best, mean),
        (_figure(frame, energy, periods, told),),
        told,
        warnings=(*periods.warnings, *_warnings(best)),
    )


def _tables(periods: Periods, found: Sequence[Signature], mean: float) -> dict[str, pa.Table]:
    points = [
        {"start": start, "temperature_c": row[0], "value": value}
        for start, row, value in zip(periods.starts, periods.rows, periods.values, strict=True)
    ]
    models = [
        {
            "model": NAMES[each.model],
            "parameters": each.parameters,
            "r_squared": each.r_squared,
            "cv_rmse_percent": 100 * each.spread / mean if mean > 0 else None,
            "bic": each.bic,
            "chosen": each is found[0],
        }
        for each in found
    ]
    return {
        "points": pa.Table.from_pylist(points, schema=_POINTS),
        "fit": pa.Table.from_pylist([{"temperature_c": t, "value": v} for t, v in found[0].line()], schema=_FIT),
        "models": pa.Table.from_pylist(models, schema=_MODELS),
    }


def _facts(periods: Periods, best: Signature, mean: float) -> dict[str, float | str | None]:
    unit = periods.measure.unit
    each = f"{unit}_per_{periods.grain}" if unit else f"per_{periods.grain}"
    facts: dict[str, float | str | None] = {
        "model": best.model,
        "periods": float(best.rows),
        "r_squared": best.r_squared,
        "cv_rmse_percent": 100 * best.spread / mean if mean > 0 else None,
        fact_key("base", each): best.base if best.model != "2p" else None,
        fact_key("heating_slope", each, "k"): best.heating if best.heat_point is not None else None,
        "heating_change_point_c": best.heat_point,
        fact_key("cooling_slope", each, "k"): best.cooling if best.cool_point is not None else None,
        "cooling_change_point_c": best.cool_point,
    }
    if best.model == "2p":
        facts |= {fact_key("slope", each, "k"): best.slope, fact_key("at_0_c", each): best.base}
    return facts


def _sentences(periods: Periods, best: Signature, mean: float) -> list[str]:
    measure, each = periods.measure, str(periods.grain)
    said = [
        f"The outdoor temperature explains {share(best.r_squared)} of the variation of “{measure.name}” from {each} to "
        f"{each}: {NAMES[best.model]} over {periods.counted(best.rows)}."
    ]
    if best.model == "2p":
        way = "more" if best.slope > 0 else "less"
        said.append(f"Each degree warmer goes with {measure.text(abs(best.slope))} {way} a {each}.")
    if best.heat_point is not None and best.heating > 0:
        said.append(
            f"Below {number(best.heat_point, '°C')} each degree colder adds {measure.text(best.heating)} a {each}."
        )
    if best.cool_point is not None and best.cooling > 0:
        said.append(
            f"Above {number(best.cool_point, '°C')} each degree warmer adds {measure.text(best.cooling)} a {each}."
        )
    if best.model in ("3p_heating", "3p_cooling", "5p") and best.base > 0 and mean > 0:
        said.append(
            f"What does not depend on the weather is {measure.text(best.base)} a {each}, {share(best.base / mean)} of "
            "the mean."
        )
    return said


def _warnings(best: Signature) -> tuple[str, ...]:
    if best.r_squared >= WEAK:
        return ()
    return ("The temperature explains little here; other things drive this use.",)


def _figure(frame: Frame, energy: str, periods: Periods, told: Sequence[str]) -> Figure:
    return Figure(
        Form.SCATTER,
        "points",
        x="temperature_c",
        y="value",
        title=sentence(f"{frame.phrase(energy)} of each {periods.grain} against outdoor temperature"),
        x_label=f"Outdoor temperature, mean of the {periods.grain}",
        y_label=f"{sentence(periods.measure.spoken)} a {periods.grain}",
        unit=periods.measure.unit or None,
        x_unit="°C",
        fit="fit",
        alt=" ".join(told),
    )
