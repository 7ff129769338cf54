"""What drives a measure: how much each driver adds, how sure that is, and what is left unexplained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.engines.folding import Grain, fact_key
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, listed, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.least_squares import Fit

PERIODS_EACH = 10  # periods for each driver, or the line follows chance
WEAK = 0.3
ALIKE = 10.0  # variance inflation from which drivers can hardly be told apart (Belsley, Kuh & Welsch 1980)
SURE = 0.05  # of the coefficients of no effect look as clear as this
LAGGED = (1.0, 3.0)  # Durbin–Watson: outside, neighbouring periods err alike
_COEFFICIENTS = pa.schema(
    [(name, pa.string()) for name in ("driver", "unit")]
    + [(name, pa.float64()) for name in ("adds", "low", "high", "p_value", "effect", "vif")]
)
_LINES = pa.schema([("start", pa.timestamp("us")), ("series", pa.string()), ("value", pa.float64())])
_RESIDUALS = pa.schema([("start", pa.timestamp("us")), *((n, pa.float64()) for n in ("actual", "expected", "left"))])


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `coefficients` (a row a driver), `lines` (actual and expected) and `residuals`.

    y = a + Σ b x over days, weeks or months by ordinary least squares. Needs a time, ten periods for each driver, and
    drivers that differ and do not follow from each other.
    """
    y, drivers = analysis.inputs["y"][0], [each for each in analysis.inputs["x"] if each != analysis.inputs["y"][0]]
    periods = _opened(frame, analysis, y, drivers)
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    try:
        from headgate.engines.models.least_squares import fit
    except ImportError:
        return Skipped(analysis, NOT_INSTALLED)
    found = fit(periods.rows, periods.values)
    if found is None:
        return Skipped(analysis, "A driver does not vary, or follows from the others; leave it out.")
    told = tuple(_sentences(periods, found))
    return Result(
        analysis,
        _tables(periods, found),
        _facts(periods, drivers, found),
        _figures(frame, y, periods, found, told),
        told,
        warnings=(*periods.warnings, *_warnings(periods, found)),
    )


def _opened(frame: Frame, analysis: Analysis, y: str, drivers: Sequence[str]) -> Periods | str:
    time = next(iter(analysis.inputs.get("timestamp", ())), None)
    if time is None:
        return "A regression over periods needs a time column; name one as its timestamp."
    if not drivers:
        return "A measure does not drive itself; choose other columns as drivers."
    periods = open_periods(frame, y, time, Grain(str(analysis.params["grain"])), drivers)
    needed = PERIODS_EACH * len(drivers)
    if not isinstance(periods, str) and len(periods.values) < needed:
        return (
            f"{periods.counted(len(periods.values))} {'has' if len(periods.values) == 1 else 'have'} every value; "
            f"{count(len(drivers), 'driver')} {'needs' if len(drivers) == 1 else 'need'} {needed} or more."
        )
    return periods


def _tables(periods: Periods, found: Fit) -> dict[str, pa.Table]:
    coefficients = [
        {
            "driver": driver.name,
            "unit": driver.unit,
            "adds": each.value,
            "low": each.low,
            "high": each.high,
            "p_value": each.p,
            "effect": each.effect,
            "vif": each.vif,
        }
        for driver, each in zip(periods.drivers, found.coefficients[1:], strict=True)
    ]
    lines, residuals = [], []
    for start, value, expected in zip(periods.starts, periods.values, found.fitted, strict=True):
        lines.append({"start": start, "series": "Actual", "value": value})
        lines.append({"start": start, "series": "Expected", "value": expected})
        residuals.append({"start": start, "actual": value, "expected": expected, "left": value - expected})
    return {
        "coefficients": pa.Table.from_pylist(coefficients, schema=_COEFFICIENTS),
        "lines": pa.Table.from_pylist(lines, schema=_LINES),
        "residuals": pa.Table.from_pylist(residuals, schema=_RESIDUALS),
    }


def _facts(periods: Periods, drivers: Sequence[str], found: Fit) -> dict[str, float | str | None]:
    mean = sum(periods.values) / len(periods.values)
    unit = periods.measure.unit
    facts: dict[str, float | str | None] = {
        "periods": float(found.rows),
        "r_squared": found.r_squared,
        "adjusted_r_squared": found.adjusted,
        "cv_rmse_percent": 100 * found.spread / mean if mean > 0 else None,
        "durbin_watson": found.durbin_watson,
        fact_key("constant", unit, "per", str(periods.grain)): found.coefficients[0].value,
    }
    for column, driver, each in zip(drivers, periods.drivers, found.coefficients[1:], strict=True):
        facts[fact_key(column, unit, "per", driver.unit or "unit")] = each.value
        facts[fact_key(column, "p_value")] = each.p
        facts[fact_key(column, "vif")] = each.vif
    return facts


def _sentences(periods: Periods, found: Fit) -> list[str]:
    measure, grain = periods.measure, str(periods.grain)
    named = listed([f"“{each.name}”" for each in periods.drivers])
    verb = "explains" if len(periods.drivers) == 1 else "together explain"
    said = [
        f"{named} {verb} {share(found.r_squared)} of the variation of “{measure.name}” from {grain} to {grain}, over "
        f"{periods.counted(found.rows)}."
    ]
    ranked = sorted(
        zip(periods.drivers, found.coefficients[1:], strict=True), key=lambda pair: -abs(pair[1].effect or 0.0)
    )
    for driver, each in ranked:
        if each.p >= SURE:
            said.append(f"“{driver.name}” adds nothing that chance does not explain beside the others.")
            continue
        verb = "adds" if each.value > 0 else "takes off"
        low, high = sorted((abs(each.low), abs(each.high)))
        said.append(
            f"Each {driver.unit or 'unit'} of “{driver.name}” {verb} {measure.text(abs(each.value))} a {grain} "
            f"(95 % interval {number(low)} to {number(high, measure.unit)})."
        )
    constant = found.coefficients[0]
    if constant.p < SURE and constant.value > 0 and measure.summed:
        said.append(f"{measure.text(constant.value)} a {grain} would be left with every driver at zero.")
    return said


def _warnings(periods: Periods, found: Fit) -> list[str]:
    said = []
    if found.r_squared < WEAK:
        said.append("These drivers explain little; what drives this measure is not among them.")
    alike = [
        f"“{driver.name}”"
        for driver, each in zip(periods.drivers, found.coefficients[1:], strict=True)
        if (each.vif or 0.0) > ALIKE
    ]
    if alike:
        said.append(f"{listed(alike)} move together, so what each adds by itself is not sure (VIF above 10).")
    if not LAGGED[0] <= found.durbin_watson <= LAGGED[1]:
        said.append(
            f"Neighbouring {periods.grain}s err alike (Durbin–Watson {number(round(found.durbin_watson, 2))}), so the "
            "intervals are too narrow."
        )
    return said


def _figures(frame: Frame, y: str, periods: Periods, found: Fit, told: Sequence[str]) -> tuple[Figure, ...]:
    spoken = frame.phrase(y)
    lines = Figure(
        Form.LINE,
        "lines",
        x="start",
        y="value",
        series="series",
        title=sentence(f"{spoken}: actual and expected by its drivers"),
        x_label=sentence(str(periods.grain)),
        y_label=f"{sentence(spoken)} a {periods.grain}",
        unit=periods.measure.unit or None,
        alt=" ".join(told),
    )
    if len(found.coefficients) <= 2:
        return (lines,)
    effects = Figure(
        Form.BARS,
        "coefficients",
        x="driver",
        y="effect",
        title="What a usual change of each driver does",
        x_label="Driver",
        y_label="Standard deviations, for one of the driver",
        alt=_effects(periods, found),
    )
    return lines, effects


def _effects(periods: Periods, found: Fit) -> str:
    pairs: list[Mapping[str, Any]] = [
        {"name": driver.name, "effect": each.effect or 0.0}
        for driver, each in zip(periods.drivers, found.coefficients[1:], strict=True)
    ]
    strongest = max(pairs, key=lambda pair: abs(pair["effect"]))
    return f"The strongest is “{strongest['name']}” with {number(round(strongest['effect'], 2))}."
