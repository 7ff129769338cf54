"""Forecasts of a series with a season, each tried on the past before it is believed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm
from statsmodels.tsa.exponential_smoothing.ets import ETSModel, ETSResults
from statsmodels.tsa.seasonal import MSTL

METHODS = ("naive", "ets", "mstl")
LEVELS = (0.8, 0.95)
_ORIGINS = 4  # times in the past from which each method has to forecast
_STATE = ("smoothing_level", "smoothing_trend", "damping_trend")
_SEASONS = 3  # of history before the first of them


@dataclass(frozen=True, slots=True)
class Ahead:
    """The values ahead and the ends of their 80 and 95 % bands, step by step."""

    mean: tuple[float, ...]
    bands: tuple[tuple[tuple[float, float], ...], ...]  # one a level of LEVELS: (low, high) of each step


@dataclass(frozen=True, slots=True)
class Tried:
    """How a method did on the past: its mean absolute scaled error (MASE) over `origins` starts, and the share of the
    values that lay in its 95 % band. A band `stretch` times as wide (1 or more) would have held 95 %."""

    method: str
    mase: float
    held: float
    origins: int
    stretch: float


def ahead(values: Sequence[float], steps: int, season: int, method: str) -> Ahead:
    """A forecast of the next steps. `season` is the number of values after which the pattern comes again.

    "naive" repeats the last season (Hyndman & Athanasopoulos, Forecasting, 5.2), its band that of a seasonal random
    walk; "ets" is additive exponential smoothing with a damped trend (their chapter 8); "mstl" takes out the season
    (and a yearly one of days, where there are two years) by MSTL (Bandara et al. 2021) and smooths the rest.
    """
    y = np.asarray(values, dtype=float)
    if method == "ets":
        return _smoothed(y, steps, season, np.zeros(steps))
    if method == "mstl":
        return _decomposed(y, steps, season)
    return _repeated(y, steps, season)


def tried(values: Sequence[float], steps: int, season: int, methods: Sequence[str]) -> list[Tried]:
    """Each method forecasting the past from up to four starts, none of which it has seen beyond; the best first.

    The error is scaled by that of the seasonal naive forecast within the history before each start (MASE, Hyndman &
    Koehler 2006). Empty where the series is too short for one start after three seasons.
    """
    first = max(_SEASONS * season, 8)
    room = (len(values) - first) // steps
    starts = [len(values) - steps * back for back in range(min(_ORIGINS, room), 0, -1)]
    found = []
    for method in methods if starts else ():
        errors, beyond, scale = [], [], []
        for start in starts:
            past, then = values[:start], values[start : start + steps]
            guess = ahead(past, steps, season, method)
            errors += [abs(g - t) for g, t in zip(guess.mean, then, strict=False)]
            halves = [(high - low) / 2 for low, high in guess.bands[-1]]
            beyond += [abs(g - t) / (h or 1.0) for g, t, h in zip(guess.mean, then, halves, strict=False)]
            scale += [abs(a - b) for a, b in zip(past[season:], past[:-season], strict=True)]
        size = sum(scale) / len(scale)
        mase = sum(errors) / len(errors) / size if size else 0.0
        held = sum(each <= 1 for each in beyond) / len(beyond)
        stretch = max(1.0, float(np.quantile(beyond, LEVELS[-1], method="higher")))
        found.append(Tried(method, mase, held, len(starts), stretch))
    return sorted(found, key=lambda each: each.mase)


def stretched(found: Ahead, by: float, least: float | None) -> Ahead:
    """The same with bands so many times as wide, none of them below `least`."""

    def bound(value: float) -> float:
        return value if least is None else max(least, value)

    bands = tuple(
        tuple(
            (bound(m - by * (m - low)), bound(m + by * (high - m)))
            for m, (low, high) in zip(found.mean, each, strict=True)
        )
        for each in found.bands
    )
    return Ahead(tuple(bound(each) for each in found.mean), bands)


def _repeated(y: np.ndarray, steps: int, season: int) -> Ahead:
    mean = np.array([y[len(y) - season + at % season] for at in range(steps)])
    spread = float(np.std(y[season:] - y[:-season])) or 0.0
    errors = np.array([spread * sqrt(at // season + 1) for at in range(steps)])
    return _banded(mean, errors)


def _smoothed(y: np.ndarray, steps: int, season: int, added: np.ndarray) -> Ahead:
    seasonal = "add" if season > 1 else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a search that ends early is judged by its backtest like any other
        model = ETSModel(
            y,
            error="add",
            trend="add",
            damped_trend=True,
            seasonal=seasonal,
            seasonal_periods=season if seasonal else None,
        )
        found = model.fit(disp=False, maxiter=200)
        mean = np.asarray(found.forecast(steps)) + added
    errors = np.asarray(found.resid)
    reach = [_reach(found, at, season if seasonal else 0) for at in range(1, steps)]
    growing = np.sqrt(np.concatenate([[1.0], 1 + np.cumsum(np.square(reach))]))
    return _banded(mean, float(np.sqrt(np.mean(errors**2))) * growing)


def _reach(found: ETSResults, step: int, season: int) -> float:
    """What an error of one now does to the value so many steps on (Hyndman & Athanasopoulos, Forecasting, 8.7)."""
    level, trend, damping = (float(getattr(found, name)) for name in _STATE)
    again = float(found.smoothing_seasonal) if season and step % season == 0 else 0.0
    return level + trend * sum(damping**power for power in range(1, step + 1)) + again


def _decomposed(y: np.ndarray, steps: int, season: int) -> Ahead:
    longest = 365 if season == 7 and len(y) >= 2 * 365 + season else season
    periods = (season,) if longest == season else (season, longest)
    parts = np.asarray(MSTL(y, periods=periods).fit().seasonal).reshape(len(y), -1)
    ahead_ = sum(
        np.array([parts[len(y) - period + at % period, place] for at in range(steps)])
        for place, period in enumerate(periods)
    )
    return _smoothed(y - parts.sum(axis=1), steps, 1, np.asarray(ahead_))


def _banded(mean: np.ndarray, errors: np.ndarray) -> Ahead:
    bands = []
    for level in LEVELS:
        wide = float(norm.ppf((1 + level) / 2)) * errors
        bands.append(tuple((float(m - w), float(m + w)) for m, w in zip(mean, wide, strict=True)))
    return Ahead(tuple(float(each) for each in mean), tuple(bands))
