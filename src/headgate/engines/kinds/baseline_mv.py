"""Measurement and verification: what would have been used without the change, and what was saved against that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.catalogue.meaning import Role
from headgate.engines.folding import Grain, fact_key
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, day, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.baseline import Baseline

NINE_MONTHS = 273  # days
FEWEST_LATER = 14  # days of the reporting period
MOST_CV_RMSE = 0.25  # Granderson et al. 2015, and what programmes in the United States ask of a whole building by day
LEAST_R_SQUARED = 0.7
MOST_BIAS = 0.005  # of the baseline's sum
HALF = 0.5  # of the savings: the uncertainty ASHRAE Guideline 14 allows at 68 % confidence
NAMES = {
    "linear": "a straight line in the drivers",
    "change_point": "a line over outdoor temperature with change points",
    "both": "a line over outdoor temperature with change points, beside the other drivers",
}
_LINES = pa.schema([("start", pa.timestamp("us")), ("series", pa.string()), ("value", pa.float64())])
_SAVINGS = pa.schema(
    [("start", pa.timestamp("us")), *((n, pa.float64()) for n in ("actual", "expected", "saved", "saved_so_far"))]
    + [(name, pa.float64()) for name in ("low", "high")]
)


@dataclass(frozen=True, slots=True)
class _Verified:
    """The periods of both windows, the model of the first, and the rows of the second with what was expected."""

    periods: Periods
    model: Baseline
    split: int
    later: list[dict[str, Any]]

    @property
    def expected(self) -> float:
        """What would have been used in the reporting period."""
        return float(sum(row["expected"] for row in self.later))

    @property
    def saved(self) -> float:
        """Expected less actual; below zero where more was used."""
        return float(self.later[-1]["saved_so_far"])

    def within(self, confidence: float) -> float:
        """Half the width of the interval of the savings."""
        return self.model.uncertainty(len(self.later), confidence)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `lines` (actual and expected over both windows) and `savings` (the reporting period).

    IPMVP option C: a model learnt from the first `baseline_days` is carried on over the conditions of the days after
    them; savings are what it expects less what was used. Needs nine months before (unless `force` is yes), two weeks
    after, a temperature or drivers, and a model that fits better than the mean.
    """
    energy, time = analysis.inputs["energy"][0], analysis.inputs["timestamp"][0]
    drivers = [*analysis.inputs.get("temperature", ()), *analysis.inputs.get("drivers", ())]
    if not drivers:
        return Skipped(analysis, "Savings need what the use depends on: an outdoor temperature or drivers.")
    periods = open_periods(frame, energy, time, Grain(str(analysis.params["grain"])), drivers)
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    found = _verified(frame, analysis, periods, drivers)
    if isinstance(found, str):
        return Skipped(analysis, found)
    facts = _facts(found)
    told = tuple(_sentences(found, facts))
    return Result(
        analysis,
        _tables(found),
        facts,
        _figures(frame, energy, found, told),
        told,
        _headlines(found, facts),
        (*periods.warnings, *_warnings(found, facts)),
    )


def _verified(frame: Frame, analysis: Analysis, periods: Periods, drivers: Sequence[str]) -> _Verified | str:
    first = periods.starts[0]
    end = first + timedelta(days=int(analysis.params["baseline_days"]))
    split = sum(start < end for start in periods.starts)
    before, after = periods.starts[:split], periods.starts[split:]
    length = (before[-1] - before[0]).days + 1
    if length < NINE_MONTHS and analysis.params["force"] != "yes":
        return (
            f"The baseline covers {count(length, 'day')}; nine months are needed, so that it has seen the seasons. Set "
            "the parameter force to yes to take it all the same."
        )
    if not after or (after[-1] - after[0]).days + 1 < FEWEST_LATER:
        return (
            f"After the baseline, which ends on {day(end)}, there are fewer than {FEWEST_LATER} days to report on; set "
            "the parameter baseline_days to the days before the change."
        )
    try:
        from headgate.engines.models.baseline import learnt
    except ImportError:
        return NOT_INSTALLED
    outdoor = [at for at, each in enumerate(drivers) if frame.meaning(each).role is Role.TEMPERATURE_OUTDOOR]
    model = learnt(
        periods.rows[:split], periods.values[:split], next(iter(outdoor), None), str(analysis.params["model"])
    )
    if model is None or model.r_squared <= 0:
        return f"No model of “{periods.measure.name}” over these drivers fits its baseline better than the mean does."
    return _Verified(periods, model, split, _later(periods, model, split))


def _later(periods: Periods, model: Baseline, split: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    running = 0.0
    for at in range(split, len(periods.starts)):
        expected, actual = model.at(periods.rows[at]), periods.values[at]
        running += expected - actual
        within = model.uncertainty(len(rows) + 1, 0.9)
        rows.append(
            {
                "start": periods.starts[at],
                "actual": actual,
                "expected": expected,
                "saved": expected - actual,
                "saved_so_far": running,
                "low": running - within,
                "high": running + within,
            }
        )
    return rows


def _tables(found: _Verified) -> dict[str, pa.Table]:
    periods, lines = found.periods, []
    for start, row, value in zip(periods.starts, periods.rows, periods.values, strict=True):
        lines.append({"start": start, "series": "Actual", "value": value})
        lines.append({"start": start, "series": "Expected", "value": found.model.at(row)})
    return {
        "lines": pa.Table.from_pylist(lines, schema=_LINES),
        "savings": pa.Table.from_pylist(found.later, schema=_SAVINGS),
    }


def _facts(found: _Verified) -> dict[str, float | str | None]:
    model, unit = found.model, found.periods.measure.unit
    wide, narrow = found.within(0.9), found.within(0.68)
    fits = (
        model.cv_rmse is not None
        and model.cv_rmse <= MOST_CV_RMSE
        and abs(model.bias) <= MOST_BIAS
        and model.r_squared >= LEAST_R_SQUARED
    )
    return {
        "model": model.name,
        "baseline_periods": float(model.rows),
        "reporting_periods": float(len(found.later)),
        "r_squared": model.r_squared,
        "cv_rmse_percent": None if model.cv_rmse is None else 100 * model.cv_rmse,
        "nmbe_percent": 100 * model.bias,
        "autocorrelation": model.lag,
        fact_key("expected", unit): found.expected,
        fact_key("actual", unit): found.expected - found.saved,
        fact_key("saved", unit): found.saved,
        "saved_percent": 100 * found.saved / found.expected if found.expected > 0 else None,
        fact_key("uncertainty_90", unit): wide,
        fact_key("uncertainty_68", unit): narrow,
        "uncertainty_68_of_savings_percent": 100 * narrow / abs(found.saved) if found.saved else None,
        "model_fits": "yes" if fits else "no",
        "guideline_14": "pass" if fits and narrow <= HALF * abs(found.saved) else "fail",
    }


def _sentences(found: _Verified, facts: Mapping[str, Any]) -> list[str]:
    measure, wide = found.periods.measure, found.within(0.9)
    verb = "saved" if found.saved >= 0 else "used beyond what was expected"
    part = (
        "" if facts["saved_percent"] is None else f", {share(abs(facts['saved_percent']) / 100)} of what was expected"
    )
    since = day(found.later[0]["start"])
    said = [
        f"Since {since} {measure.text(abs(found.saved))} of “{measure.name}” were {verb}{part}, give or take "
        f"{measure.text(wide)} (90 % confidence)."
    ]
    if wide >= abs(found.saved):
        said.append("The uncertainty is as large as the difference, so no saving and no extra use is shown.")
    cv = "" if facts["cv_rmse_percent"] is None else f"CV(RMSE) {number(round(facts['cv_rmse_percent'], 1), '%')}, "
    said.append(
        f"The baseline is {NAMES[found.model.name]}, learnt from {found.periods.counted(found.model.rows)}: {cv}NMBE "
        f"{number(round(facts['nmbe_percent'], 3), '%')}, R² {number(round(found.model.r_squared, 3))}."
    )
    if facts["guideline_14"] == "pass":
        said.append(
            f"That meets ASHRAE Guideline 14: at 68 % confidence the uncertainty is "
            f"{share(facts['uncertainty_68_of_savings_percent'] / 100)} of the difference (limit 50 %)."
        )
    else:
        said.append(f"That does not meet ASHRAE Guideline 14: {_why(found, facts)}.")
    return said


def _why(found: _Verified, facts: Mapping[str, Any]) -> str:
    model, reasons = found.model, []
    if model.cv_rmse is None or model.cv_rmse > MOST_CV_RMSE:
        reasons.append("CV(RMSE) is above 25 %")
    if abs(model.bias) > MOST_BIAS:
        reasons.append("NMBE is above 0.5 %")
    if model.r_squared < LEAST_R_SQUARED:
        reasons.append("R² is below 0.7")
    if found.within(0.68) > HALF * abs(found.saved):
        reasons.append("the uncertainty at 68 % confidence is above half of the difference")
    return ", ".join(reasons)


def _headlines(found: _Verified, facts: Mapping[str, Any]) -> tuple[Headline, ...]:
    if facts["guideline_14"] != "pass" or facts["saved_percent"] is None:
        return ()
    label = "Saved against the baseline" if found.saved >= 0 else "Used beyond the baseline"
    return (Headline(label, abs(facts["saved_percent"]), "%", f"since {day(found.later[0]['start'])}"),)


def _warnings(found: _Verified, facts: Mapping[str, Any]) -> tuple[str, ...]:
    unseen = sum(not found.model.knows(row) for row in found.periods.rows[found.split :])
    said = []
    if unseen:
        said.append(
            f"On {found.periods.counted(unseen)} of the reporting period the drivers were beyond what the baseline "
            "has seen; what it expects there is a guess."
        )
    if facts["model_fits"] == "yes" and found.model.lag > HALF:
        said.append("Neighbouring days of the baseline err alike; the uncertainty takes that into account.")
    return tuple(said)


def _figures(frame: Frame, energy: str, found: _Verified, told: Sequence[str]) -> tuple[Figure, ...]:
    measure, grain, spoken = found.periods.measure, found.periods.grain, frame.phrase(energy)
    both = Figure(
        Form.LINE,
        "lines",
        x="start",
        y="value",
        series="series",
        title=sentence(f"{spoken}: actual and expected by the baseline"),
        x_label=sentence(str(grain)),
        y_label=f"{sentence(spoken)} a {grain}",
        unit=measure.unit or None,
        alt=" ".join(told),
    )
    saved = Figure(
        Form.LINE,
        "savings",
        x="start",
        y="saved_so_far",
        low="low",
        high="high",
        title="Saved so far, with its 90 % interval",
        x_label=sentence(str(grain)),
        y_label="Saved since the baseline ended",
        unit=measure.unit or None,
        rule=(0.0, "As expected"),
        alt=told[0],
    )
    return both, saved
