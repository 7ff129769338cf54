"""When the level of a series changed: penalised segmentation (PELT)."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
import ruptures

from headgate.engines.models.least_squares import autocorrelation

_NORMAL = 1.4826  # the standard deviation of normal values over the median of their distances from the median
_PENALTY = 3.0  # times σ² ln n for each further segment: twice is Schwarz's, one more for the place of the change
_MOST_LAG = 0.9


def segments(values: Sequence[float], rhythm: int, shortest: int) -> tuple[int, ...]:
    """The places at which the segments end, the last one the number of values; one segment where nothing changed.

    PELT (Killick, Fearnhead & Eckley 2012) on squared distances from each segment's mean, values with their `rhythm`
    (7 days: the weekday) taken out. The noise is that of the differences from one value to the next, so that the
    changes looked for do not count as noise; where neighbours err alike (autocorrelation ρ) a change has to be
    (1 + ρ) / (1 − ρ) times as clear.
    """
    plain = _without_rhythm(np.asarray(values, dtype=float), rhythm)
    steps = np.diff(plain)
    noise = _NORMAL * float(np.median(np.abs(steps - np.median(steps)))) / 2**0.5
    noise = noise or float(steps.std()) / 2**0.5
    if not noise:
        return (len(values),)
    lag = min(max(autocorrelation(plain - _smooth(plain, 4 * max(rhythm, 7))), 0.0), _MOST_LAG)
    search = ruptures.Pelt(model="l2", min_size=shortest, jump=1).fit(plain)
    penalty = _PENALTY * noise**2 * (1 + lag) / (1 - lag) * log(len(plain))
    return tuple(int(at) for at in search.predict(pen=penalty))


def _without_rhythm(values: np.ndarray, rhythm: int) -> np.ndarray:
    """The values less what each place of the rhythm usually lies above or below the median around it."""
    if rhythm <= 1 or len(values) < 4 * rhythm:
        return values
    apart = values - _smooth(values, rhythm)
    usual = np.array([np.median(apart[place::rhythm]) for place in range(rhythm)])
    plain: np.ndarray = values - usual[np.arange(len(values)) % rhythm]
    return plain


def _smooth(values: np.ndarray, width: int) -> np.ndarray:
    """The median of the values about each."""
    half = width // 2
    return np.array([np.median(values[max(0, at - half) : at + half + 1]) for at in range(len(values))])
