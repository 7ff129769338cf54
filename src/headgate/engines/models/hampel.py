"""The Hampel identifier: how far each value is from the median of those around it, in robust standard deviations."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

NORMAL = 1.4826  # the median absolute deviation of a normal distribution times this is its standard deviation
NORMAL_MEAN = 1.2533  # the same for the mean absolute deviation (Iglewicz & Hoaglin 1993)


def median(ordered: Sequence[float]) -> float:
    """The middle of values in order, the mean of the two middle ones where their number is even."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def deviation(ordered: Sequence[float], centre: float) -> float:
    """The median absolute deviation from `centre` of values in order."""
    half = len(ordered) // 2
    if len(ordered) % 2:
        return _nearest(ordered, centre, half + 1)
    return (_nearest(ordered, centre, half) + _nearest(ordered, centre, half + 1)) / 2


def _nearest(ordered: Sequence[float], centre: float, many: int) -> float:
    """The distance of the `many`-th nearest to `centre`: the nearest ones lie side by side, found by halving."""
    low, high = 0, len(ordered) - many
    while low < high:
        middle = (low + high) // 2
        if centre - ordered[middle] > ordered[middle + many] - centre:
            low = middle + 1
        else:
            high = middle
    return max(centre - ordered[low], ordered[low + many - 1] - centre)


def usual(times: Sequence[float], values: Sequence[float], window: float) -> Iterator[tuple[float, float]]:
    """For each value the median and the scale of the values at most half a `window` before or after it (itself too).

    `times` rise. The scale is 1.4826 × the median absolute deviation (Hampel 1974; the moving window: Pearson 2002);
    where more than half of a window is one value, it is 1.2533 × the mean absolute deviation of all values from their
    median instead. Each step costs little more than one insertion, whatever the window.
    """
    if not values:
        return
    centre = median(sorted(values))
    whole = NORMAL_MEAN * sum(abs(value - centre) for value in values) / len(values)
    ordered: list[float] = []
    first = last = 0
    for now in times:
        while last < len(times) and times[last] <= now + window / 2:
            insort(ordered, values[last])
            last += 1
        while times[first] < now - window / 2:
            del ordered[bisect_left(ordered, values[first])]
            first += 1
        middle = median(ordered)
        yield middle, NORMAL * deviation(ordered, middle) or whole
