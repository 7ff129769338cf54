"""A forecast with its bands, and how it would have done on the past beside simply repeating the last season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.engines.folding import Grain, fact_key, period_end
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.models import NOT_INSTALLED
from headgate.engines.periods import Periods, open_periods
from headgate.engines.wording import count, day, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

if TYPE_CHECKING:
    from headgate.engines.models.forecasting import Ahead, Tried

SEASONS = 3
MOST = 3_650
_FILLED = 0.1  # of the periods may be missing; they get the value of the season before
_SEASON = {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12, Grain.YEAR: 1}
_DAYS = {Grain.DAY: 1.0, Grain.WEEK: 7.0, Grain.MONTH: 30.44, Grain.YEAR: 365.25}
_SHOWN = 8  # seasons of the past beside the forecast, at most
_NAMES = {
    "naive": "the last season again",
    "ets": "exponential smoothing (ETS)",
    "mstl": "seasons taken out, the rest smoothed (MSTL)",
}
_FORECAST = pa.schema(
    [("start", pa.timestamp("us"))]
    + [(name, pa.float64()) for name in ("forecast", "low_80", "high_80", "low_95", "high_95")]
)
_LINES = pa.schema(
    [("start", pa.timestamp("us")), ("series", pa.string())]
    + [(name, pa.float64()) for name in ("value", "low", "high")]
)
_BACKTEST = pa.schema(
    [
        ("method", pa.string()),
        ("mase", pa.float64()),
        ("in_band_95_percent", pa.float64()),
        ("starts", pa.int64()),
        ("chosen", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class _Series:
    """The periods without a hole: their starts and values, the season in periods, and how many were filled in."""

    starts: list[datetime]
    values: list[float]
    season: int
    filled: int


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `forecast` (a row a period ahead), `lines` (the past and the forecast) and `backtest` (each method).

    `auto` takes the method with the least error on the past; where none beats the naive one, that is shown. Needs three
    seasons (weeks of days, years of weeks or months) and as much again as the horizon to try it on.
    """
    measure = analysis.inputs["measure"][0]
    periods = open_periods(frame, measure, analysis.inputs["timestamp"][0], Grain.DAY)
    if isinstance(periods, str):
        return Skipped(analysis, periods)
    series = _whole(periods)
    if isinstance(series, str):
        return Skipped(analysis, series)
    steps = max(1, round(int(analysis.params["horizon_days"]) / _DAYS[periods.grain]))
    if len(series.values) < SEASONS * series.season + steps:
        return Skipped(
            analysis,
            f"There are {periods.counted(len(series.values))} with values; {SEASONS} seasons of {series.season} and as "
            f"many as are to be forecast ({steps}) are needed.",
        )
    try:
        from headgate.engines.models.forecasting import METHODS, ahead, stretched, tried
    except ImportError:
        return Skipped(analysis, NOT_INSTALLED)
    wanted = str(analysis.params["method"])
    methods = METHODS if wanted == "auto" else tuple(dict.fromkeys(("naive", wanted)))
    backtest = tried(series.values, steps, series.season, methods)
    chosen = next((each for each in backtest if wanted in ("auto", each.method)), backtest[0])
    least = 0.0 if min(series.values) >= 0 else None
    found = stretched(ahead(series.values, steps, series.season, chosen.method), chosen.stretch, least)
    starts = _ahead(series.starts[-1], periods, steps)
    told = tuple(_sentences(periods, series, found, chosen, backtest))
    return Result(
        analysis,
        _tables(series, starts, found, chosen, backtest),
        _facts(periods, series, found, chosen, backtest),
        (_figure(frame, measure, periods, told),),
        told,
        warnings=(*periods.warnings, *_warnings(periods, series)),
    )


def _whole(periods: Periods) -> _Series | str:
    """The periods without a hole; a missing one has the value one season before."""
    if periods.grain not in _SEASON:
        return "Values this far apart have no season that could be carried on."
    season = _SEASON[periods.grain]
    known = dict(zip(periods.starts, periods.values, strict=True))
    starts, values, filled = [periods.starts[0]], [periods.values[0]], 0
    for before, start in pairwise(periods.starts):
        missing = period_end(before, periods.grain, periods.step)
        while missing < start and len(values) <= MOST:
            values.append(values[-season] if len(values) >= season else values[-1])
            starts.append(missing)
            filled += 1
            missing = period_end(missing, periods.grain, periods.step)
        starts.append(start)
        values.append(known[start])
    if filled > _FILLED * len(values):
        return f"{share(filled / len(values))} of the {periods.grain}s have no value; a forecast needs nine in ten."
    return _Series(starts[-MOST:], values[-MOST:], season, filled)


def _ahead(last: datetime, periods: Periods, steps: int) -> list[datetime]:
    starts, at = [], last
    for _ in range(steps):
        at = period_end(at, periods.grain, periods.step)
        starts.append(at)
    return starts


def _tables(
    series: _Series, starts: Sequence[datetime], found: Ahead, chosen: Tried, backtest: Sequence[Tried]
) -> dict[str, pa.Table]:
    forecast = [
        {
            "start": start,
            "forecast": mean,
            "low_80": found.bands[0][at][0],
            "high_80": found.bands[0][at][1],
            "low_95": found.bands[1][at][0],
            "high_95": found.bands[1][at][1],
        }
        for at, (start, mean) in enumerate(zip(starts, found.mean, strict=True))
    ]
    shown = max(_SHOWN * series.season, 2 * len(starts))
    lines: list[dict[str, Any]] = [
        {"start": start, "series": "Measured", "value": value, "low": None, "high": None}
        for start, value in list(zip(series.starts, series.values, strict=True))[-shown:]
    ]
    lines += [
        {
            "start": row["start"],
            "series": "Forecast",
            "value": row["forecast"],
            "low": row["low_95"],
            "high": row["high_95"],
        }
        for row in forecast
    ]
    trials = [
        {
            "method": _NAMES[each.method],
            "mase": each.mase,
            "in_band_95_percent": 100 * each.held,
            "starts": each.origins,
            "chosen": each is chosen,
        }
        for each in backtest
    ]
    return {
        "forecast": pa.Table.from_pylist(forecast, schema=_FORECAST),
        "lines": pa.Table.from_pylist(lines, schema=_LINES),
        "backtest": pa.Table.from_pylist(trials, schema=_BACKTEST),
    }


def _facts(
    periods: Periods, series: _Series, found: Ahead, chosen: Tried, backtest: Sequence[Tried]
) -> dict[str, float | str | None]:
    unit, summed = periods.measure.unit, periods.measure.summed
    naive = next((each.mase for each in backtest if each.method == "naive"), None)
    return {
        "method": chosen.method,
        "periods": float(len(series.values)),
        "steps": float(len(found.mean)),
        "mase": chosen.mase,
        "mase_naive": naive,
        "in_band_95_percent": 100 * chosen.held,
        "band_stretch": chosen.stretch,
        fact_key("total" if summed else "mean", unit): sum(found.mean) / (1 if summed else len(found.mean)),
    }


def _sentences(periods: Periods, series: _Series, found: Ahead, chosen: Tried, backtest: Sequence[Tried]) -> list[str]:
    measure, steps = periods.measure, len(found.mean)
    mean = sum(found.mean) / steps
    low, high = found.bands[1][0]
    amount = f"{measure.text(sum(found.mean))} in all, " if measure.summed else ""
    first = period_end(series.starts[-1], periods.grain, periods.step)
    said = [
        f"The next {periods.counted(steps)} from {day(first)} are expected at {amount}{measure.text(mean)} a "
        f"{periods.grain}; the first between {measure.text(low)} and {measure.text(high)} (95 %).",
    ]
    naive = next(each for each in backtest if each.method == "naive")
    tested = f"tried on the past from {count(chosen.origins, 'start')}"
    if chosen.method == "naive":
        said.append(
            f"It is {_NAMES['naive']}: {tested}, nothing else did better (error {_mase(naive)} of a step in its own "
            "history)."
            if len(backtest) > 1
            else f"It is {_NAMES['naive']}, {tested} with an error of {_mase(naive)} (MASE)."
        )
    else:
        better = chosen.mase < naive.mase
        said.append(
            f"It is {_NAMES[chosen.method]}: {tested} its error is {_mase(chosen)} (MASE), that of {_NAMES['naive']} "
            f"{_mase(naive)}{'' if better else ', so the plain one did better'}."
        )
    held = f"{share(chosen.held)} of those past values lay in its 95 % band"
    if chosen.stretch > 1:
        held += f", so its bands are drawn {number(round(chosen.stretch, 1))} times as wide as the method says"
    return [*said, f"{held}."]


def _mase(tried: Tried) -> str:
    return number(round(tried.mase, 2))


def _warnings(periods: Periods, series: _Series) -> tuple[str, ...]:
    if not series.filled:
        return ()
    return (f"{periods.counted(series.filled)} without a value got that of the season before, for the forecast alone.",)


def _figure(frame: Frame, measure: str, periods: Periods, told: Sequence[str]) -> Figure:
    spoken = frame.phrase(measure)
    how = "a" if periods.measure.summed else "mean of the"
    return Figure(
        Form.LINE,
        "lines",
        x="start",
        y="value",
        series="series",
        low="low",
        high="high",
        title=sentence(f"{spoken}: the past and the forecast with its 95 % band"),
        x_label=sentence(str(periods.grain)),
        y_label=f"{sentence(spoken)}, {how} {periods.grain}",
        unit=periods.measure.unit or None,
        alt=" ".join(told),
    )
