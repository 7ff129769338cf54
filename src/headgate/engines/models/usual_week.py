"""What a measure is usually at a time of the week and under its drivers, and how far it usually lies from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

_KNOTS = 5  # inner bends of the line over temperature
_WEEKS = 4  # of four weeks two are learnt from, one says how wide the band is, and one checks it


@dataclass(frozen=True, slots=True)
class Band:
    """The expected value of each row and half the width of its band, and how many rows that were kept apart lie in it.

    `coverage` is the share of the `checked` rows, which neither the expected values nor the width were learnt from;
    `explained` what the expected values explain of the variation of those rows.
    """

    expected: tuple[float, ...]
    width: tuple[float, ...]
    coverage: float
    checked: int
    explained: float


def band(
    slots: Sequence[int],
    weeks: Sequence[int],
    values: Sequence[float],
    bent: Sequence[float] | None,
    drivers: Sequence[Sequence[float]],
    coverage: float,
) -> Band | None:
    """The band of the values; None where a part of the weeks holds too little to learn from.

    `slots` is the place of each row in the week (hour 0 to 167, or day 0 to 6), `weeks` the number of its week, `bent`
    the outdoor temperature where there is one, `drivers` what else there is. The expected value is the sum of one level
    a slot, a line with bends over temperature and a straight line for each driver, by least squares (time of week and
    temperature: Mathieu et al. 2011). The band is split conformal (Lei et al. 2018): the quantile, over weeks kept
    apart, of the distance from the expected value over what is usual in that slot.
    """
    y, slot = np.asarray(values, dtype=float), np.asarray(slots)
    part = np.asarray(weeks) % _WEEKS
    learn, width, check = (part == 0) | (part == 2), part == 1, part == 3
    design = _design(slot, bent, drivers, learn)
    if min(learn.sum(), width.sum(), check.sum()) < design.shape[1] / 4 or not y[learn].std():
        return None
    # Slots that were never seen in the weeks learnt from get the least-norm solution: nothing of their own.
    solved = np.linalg.lstsq(design[learn].T @ design[learn], design[learn].T @ y[learn], rcond=1e-10)[0]
    expected = design @ solved
    usual = _usual(slot, np.abs(y - expected), learn)
    scores = np.sort(np.abs(y[width] - expected[width]) / usual[width])
    place = min(len(scores), ceil((len(scores) + 1) * coverage)) - 1
    half = float(scores[place]) * usual
    apart = y[check] - expected[check]
    total = float(((y[check] - y[check].mean()) ** 2).sum())
    return Band(
        tuple(float(each) for each in expected),
        tuple(float(each) for each in half),
        float((np.abs(apart) <= half[check]).mean()),
        int(check.sum()),
        1 - float(apart @ apart) / total if total else 0.0,
    )


def _design(
    slot: np.ndarray, bent: Sequence[float] | None, drivers: Sequence[Sequence[float]], learn: np.ndarray
) -> np.ndarray:
    """One column a slot, then the temperature with its bends, then the drivers about their means."""
    slots = np.unique(slot)
    columns = [(slot[:, None] == slots[None, :]).astype(float)]
    if bent is not None:
        t = np.asarray(bent, dtype=float)
        t = (t - t[learn].mean()) / (t[learn].std() or 1.0)
        knots = np.unique(np.quantile(t[learn], np.linspace(0, 1, _KNOTS + 2)[1:-1]))
        columns.append(t[:, None])
        columns.append(np.maximum(0.0, t[:, None] - knots[None, :]))
    if drivers and len(drivers[0]):
        x = np.asarray(drivers, dtype=float)
        columns.append((x - x[learn].mean(axis=0)) / np.where(x[learn].std(axis=0) > 0, x[learn].std(axis=0), 1.0))
    return np.hstack(columns)


def _usual(slot: np.ndarray, apart: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """What is usual of the distances in each slot and the two beside it, never below a tenth of the whole."""
    whole = float(apart[learn].mean()) or 1.0
    slots = int(slot.max()) + 1
    sums = np.bincount(slot[learn], apart[learn], slots)
    counts = np.bincount(slot[learn], minlength=slots).astype(float)
    near = [np.roll(sums, at) for at in (-1, 0, 1)]
    many = [np.roll(counts, at) for at in (-1, 0, 1)]
    total, seen = sum(near), sum(many)
    usual = np.where(seen > 0, total / np.maximum(seen, 1), whole)
    levels: np.ndarray = np.maximum(usual, 0.1 * whole)[slot]
    return levels
