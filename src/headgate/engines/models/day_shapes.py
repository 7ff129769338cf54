"""Days grouped by their shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import ClusterError, kmeans2
from scipy.spatial.distance import cdist

MOST = 8
_SEED = 20_240_101
_STARTS = 20
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Division:
    """`labels` of the rows from 0, the largest group first; `silhouette` of the division, from -1 to 1."""

    labels: tuple[int, ...]
    groups: int
    silhouette: float


def divide(shapes: Sequence[Sequence[float]], groups: int) -> Division | None:
    """The rows in `groups` by k-means; 0 tries 2 to 8 and takes the one with the greatest mean silhouette.

    The seed is fixed, so that the same rows always fall into the same groups. None where fewer rows differ than groups
    are asked for. Source: silhouette, Rousseeuw 1987.
    """
    data = np.asarray(shapes, dtype=float)
    differing = len(np.unique(data.round(9), axis=0))
    sizes = [size for size in ([groups] if groups else range(2, MOST + 1)) if size <= min(differing, len(data) - 1)]
    if not sizes:
        return None
    apart = cdist(data, data)
    found = [_divided(data, size) for size in sizes]
    return max((_named(labels, apart) for labels in found), key=lambda division: division.silhouette)


def _divided(data: np.ndarray, size: int) -> np.ndarray:
    """The group of each row: of twenty starts from rows drawn at random, the one with the least squared distances."""
    best, least = np.zeros(len(data), dtype=int), np.inf
    draw = np.random.default_rng(_SEED)
    for _ in range(_STARTS):
        rows = data[draw.choice(len(data), size, replace=False)]
        try:
            centres, labels = kmeans2(data, rows, iter=_STEPS, minit="matrix", missing="raise")
        except ClusterError:  # a group lost all its rows: this start leads nowhere
            continue
        left = float(((data - centres[labels]) ** 2).sum())
        if left < least - 1e-9:
            best, least = labels, left
    return best


def _named(found: np.ndarray, apart: np.ndarray) -> Division:
    """The division with the largest group first, the one that begins first among equals."""
    groups = len(np.unique(found))
    days = np.bincount(found, minlength=groups)
    first = [int(np.argmax(found == group)) for group in range(groups)]
    order = sorted(range(groups), key=lambda group: (-days[group], first[group]))
    labels = tuple(order.index(int(group)) for group in found)
    return Division(labels, groups, silhouette(np.asarray(labels), apart))


def silhouette(labels: np.ndarray, apart: np.ndarray) -> float:
    """The mean over the rows of (b − a) / max(a, b), from their distances `apart`.

    a is a row's mean distance to the others of its group, b that to the nearest other group; a row alone in its group
    has 0. -1 where there is one group only.
    """
    groups = int(labels.max()) + 1
    if groups < 2:
        return -1.0
    member = np.eye(groups)[labels]
    sizes = member.sum(axis=0)
    totals = apart @ member
    rows = np.arange(len(labels))
    own = totals[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = totals / sizes
    means[rows, labels] = np.inf
    nearest = means.min(axis=1)
    larger = np.maximum(own, nearest)
    scores = np.where((sizes[labels] > 1) & (larger > 0), (nearest - own) / np.where(larger > 0, larger, 1.0), 0.0)
    return float(scores.mean())
