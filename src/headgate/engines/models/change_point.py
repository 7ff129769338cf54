"""Energy over outdoor temperature: straight lines that meet at one or two change points (ASHRAE RP-1050)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from headgate.engines.models.least_squares import autocorrelation

MODELS = ("2p", "3p_heating", "3p_cooling", "4p", "5p")
_TRIED = 60  # change points tried over the range of temperatures, then as many around the best
_INSIDE = 0.05  # of the values lie beyond a change point on each side, or its slope rests on next to nothing
_APART = 1.0  # K between the two change points of a 5P model, at least
_SIGNIFICANT = 2.0  # standard errors a slope is from zero


@dataclass(frozen=True, slots=True)
class Signature:
    """A fitted model of the values y over temperatures T, in y's unit and °C.

    y = `base` + `heating` · max(0, `heat_point` − T) + `cooling` · max(0, T − `cool_point`); a 2P model has its one
    `slope` instead and `base` at 0 °C. `parameters` counts base, slopes and change points. `spread` is the standard
    error of a single value, `bic` Schwarz's criterion, `lag` the autocorrelation of the residuals.
    """

    model: str
    base: float
    heating: float
    heat_point: float | None
    cooling: float
    cool_point: float | None
    slope: float
    rows: int
    r_squared: float
    spread: float
    bic: float
    lag: float
    least: float
    most: float

    @property
    def parameters(self) -> int:
        """Base, slopes and change points."""
        return {"2p": 2, "3p_heating": 3, "3p_cooling": 3, "4p": 4, "5p": 5}[self.model]

    def at(self, temperature: float) -> float:
        """The value expected at a temperature."""
        value = self.base + self.slope * temperature
        if self.heat_point is not None:
            value += self.heating * max(0.0, self.heat_point - temperature)
        if self.cool_point is not None:
            value += self.cooling * max(0.0, temperature - self.cool_point)
        return value

    def line(self) -> list[tuple[float, float]]:
        """The corners of the line from the least to the greatest temperature."""
        inner = {each for each in (self.heat_point, self.cool_point) if each is not None}
        corners = sorted({self.least, self.most, *(each for each in inner if self.least < each < self.most)})
        return [(each, self.at(each)) for each in corners]


def fit(temperatures: Sequence[float], values: Sequence[float], model: str) -> tuple[Signature, ...]:
    """The models that fit, the best first by Schwarz's criterion; `model` is one of `MODELS` or "auto" for all.

    The change points are found by trying: a grid over the range, then a finer one around the best. A model counts only
    where its slopes have the sign of heating (more when colder) and cooling (more when warmer) and are two standard
    errors from zero. Source: Kissock, Haberl & Claridge, ASHRAE RP-1050, 2002.
    """
    t, y = np.asarray(temperatures, dtype=float), np.asarray(values, dtype=float)
    if len(y) < 8 or not t.std() or not y.std():
        return ()
    asked = MODELS if model == "auto" else (model,)
    found = [each for name in asked if (each := _best(t, y, name)) is not None]
    return tuple(sorted(found, key=lambda each: each.bic))


def _best(t: np.ndarray, y: np.ndarray, model: str) -> Signature | None:
    if model == "2p":
        return _fitted(t, y, model, ())
    low, high = np.quantile(t, [_INSIDE, 1 - _INSIDE])
    points = _searched(t, y, model, np.linspace(low, high, _TRIED if model != "5p" else _TRIED // 2))
    if points is None:
        return None
    step = (high - low) / (_TRIED if model != "5p" else _TRIED // 2)
    finer = [np.linspace(max(low, each - step), min(high, each + step), 21) for each in points]
    points = _searched(t, y, model, *finer) or points
    return _fitted(t, y, model, points)


def _searched(t: np.ndarray, y: np.ndarray, model: str, *grids: np.ndarray) -> tuple[float, ...] | None:
    """The change points with the least squares left, of those whose slopes have the right sign."""
    best, left = None, float("inf")
    for points in _tried(model, grids):
        coefficients, squares = _solved(_design(t, model, points), y)
        if squares < left and _sensible(model, coefficients):
            best, left = points, squares
    return best


def _tried(model: str, grids: Sequence[np.ndarray]) -> Iterator[tuple[float, ...]]:
    if model != "5p":
        yield from ((float(each),) for each in grids[0])
        return
    cool = grids[-1]
    yield from ((float(a), float(b)) for a in grids[0] for b in cool if b - a >= _APART)


def _design(t: np.ndarray, model: str, points: tuple[float, ...]) -> np.ndarray:
    columns = [np.ones_like(t)]
    if model == "2p":
        columns.append(t)
    if model in ("3p_heating", "4p", "5p"):
        columns.append(np.maximum(0.0, points[0] - t))
    if model in ("3p_cooling", "4p", "5p"):
        columns.append(np.maximum(0.0, t - points[-1]))
    return np.column_stack(columns)


def _solved(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    apart = y - design @ coefficients
    return coefficients, float(apart @ apart)


def _sensible(model: str, coefficients: np.ndarray) -> bool:
    """4P may bend either way as long as both sides are not the same line; all else rises away from its point."""
    return model in ("2p", "4p") or bool((coefficients[1:] > 0).all())


def _fitted(t: np.ndarray, y: np.ndarray, model: str, points: tuple[float, ...]) -> Signature | None:
    design = _design(t, model, points)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    coefficients, squares = _solved(design, y)
    n, parameters = len(y), design.shape[1] + len(points)
    if n <= parameters or not _clear(design, coefficients, squares / (n - parameters)):
        return None
    heats, cools = model in ("3p_heating", "4p", "5p"), model in ("3p_cooling", "4p", "5p")
    return Signature(
        model,
        base=float(coefficients[0]),
        heating=float(coefficients[1]) if heats else 0.0,
        heat_point=points[0] if heats else None,
        cooling=float(coefficients[-1]) if cools else 0.0,
        cool_point=points[-1] if cools else None,
        slope=float(coefficients[1]) if model == "2p" else 0.0,
        rows=n,
        r_squared=1 - squares / float(((y - y.mean()) ** 2).sum()),
        spread=sqrt(squares / (n - parameters)),
        bic=n * log(max(squares, 1e-300) / n) + parameters * log(n),
        lag=autocorrelation(y - design @ coefficients),
        least=float(t.min()),
        most=float(t.max()),
    )


def _clear(design: np.ndarray, coefficients: np.ndarray, variance: float) -> bool:
    """Whether every slope is two standard errors from zero."""
    errors = np.sqrt(np.maximum(0.0, variance * np.diag(np.linalg.inv(design.T @ design))))
    return bool((np.abs(coefficients[1:]) >= _SIGNIFICANT * errors[1:]).all())
