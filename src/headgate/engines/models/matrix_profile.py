"""How unlike any other each stretch of a series is: the matrix profile of windows at one level and one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FLAT = 0.25


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window by the place of its first value: its nearest look-alike, their distance and correlation."""

    place: int
    nearest: int
    distance: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Profile:
    """The stretches farthest from their look-alikes, and the middle distance of all windows."""

    found: tuple[Stretch, ...]
    middle: float


def discords(values: Sequence[float | None], window: int, most: int) -> Profile:
    """The `most` windows of `window` values that are least like any other one, the least alike first.

    Windows are brought to a mean of zero and a deviation of one, so the distance is √(2 m (1 − r)) with r their
    correlation (Mueen's distance profile; matrix profile: Yeh et al. 2016; discords: Keogh et al. 2005). A look-alike
    does not overlap, nor do two discords. Windows with a missing value count nowhere, nor do those that change less
    than a quarter as much as a middle one: brought to one scale their shape is noise. Each diagonal of the matrix is
    worked out at once from running sums; time grows with the square of the length.
    """
    x = np.array([np.nan if value is None else value for value in values], dtype=float)
    count = len(x) - window + 1
    if count <= window or not np.isfinite(x).any():
        return Profile((), 0.0)
    best, nearest = _nearest(x, window, count)
    far = np.where(np.isfinite(best), np.sqrt(2 * window * (1 - np.clip(best, -1, 1))), np.nan)
    if np.isnan(far).all():
        return Profile((), 0.0)
    middle, left = float(np.nanmedian(far)), far.copy()
    found: list[Stretch] = []
    while len(found) < most and not np.isnan(left).all():
        place = int(np.nanargmax(left))
        found.append(Stretch(place, int(nearest[place]), float(far[place]), float(min(1.0, best[place]))))
        left[max(0, place - window + 1) : place + window] = np.nan
    return Profile(tuple(found), middle)


def _nearest(x: np.ndarray, window: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The greatest correlation of each window with one that does not overlap it (-inf: none), and where that is."""
    present = np.isfinite(x)
    level, scale = float(x[present].mean()), float(x[present].std()) or 1.0
    x = np.where(present, (x - level) / scale, 0.0)  # at one level and scale running sums lose no digits
    views = np.lib.stride_tricks.sliding_window_view
    whole = views(present, window).all(axis=1)
    means, spreads = views(x, window).mean(axis=1), views(x, window).std(axis=1)
    middle = float(np.median(spreads[whole])) if whole.any() else 0.0
    usable = whole & (spreads > 1e-9) & (spreads >= FLAT * middle)
    weights = np.divide(1.0, spreads, out=np.full(count, np.nan), where=usable)
    best, nearest = np.full(count, -np.inf), np.full(count, -1)
    for apart in range(window, count):
        running = np.concatenate(([0.0], np.cumsum(x[: len(x) - apart] * x[apart:])))
        products = (running[window:] - running[:-window]) / window
        r = (products - means[: count - apart] * means[apart:]) * weights[: count - apart] * weights[apart:]
        early = np.flatnonzero(r > best[: count - apart])
        best[early], nearest[early] = r[early], early + apart
        late = np.flatnonzero(r > best[apart:])
        best[apart + late], nearest[apart + late] = r[late], late
    return best, nearest
