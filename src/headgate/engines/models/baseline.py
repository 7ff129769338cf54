"""What a measure would be at given drivers, learnt from some periods: the baseline of measurement and verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.stats import t as student

from headgate.engines.models import change_point, least_squares
from headgate.engines.models.least_squares import autocorrelation

Row = Sequence[float]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A model learnt from `rows` periods; `at` gives the value expected at a row of drivers.

    `name` is "change_point", "linear" or "both"; `parameters` what was fitted. `spread` is the RMSE with
    n − p degrees of freedom, `bias` the sum of the residuals over that of the values, `lag` the autocorrelation of the
    residuals. `limits` are the least and greatest value of each driver that were seen; `leverage` is x̄ᵀ (XᵀX)⁻¹ x̄ of
    the mean x̄ of some rows.
    """

    name: str
    parameters: int
    rows: int
    mean: float
    r_squared: float
    spread: float
    bias: float
    lag: float
    bic: float
    limits: tuple[tuple[float, float], ...]
    at: Callable[[Row], float]
    leverage: Callable[[Sequence[Row]], float]

    @property
    def cv_rmse(self) -> float | None:
        """RMSE over the mean (ASHRAE Guideline 14), None where the mean is not above zero."""
        return self.spread / self.mean if self.mean > 0 else None

    def knows(self, row: Row) -> bool:
        """Whether every driver lies in the range the model has seen, a tenth of it more on each side."""
        return all(
            low - 0.1 * (high - low) <= x <= high + 0.1 * (high - low)
            for x, (low, high) in zip(row, self.limits, strict=True)
        )

    def uncertainty(self, periods: int, confidence: float) -> float:
        """Half the width of the interval of a sum over so many later periods, in the measure's unit.

        ASHRAE Guideline 14-2014, 4.2.11: 1.26 t · s · m · √((n / n′)(1 + 2 / n′) / m), where n′ = n (1 − ρ) / (1 + ρ)
        counts what is independent of n periods with autocorrelation ρ.
        """
        free = self._independent()
        return 1.26 * self._quantile(confidence) * self.spread * sqrt(self.rows / free * (1 + 2 / free) * periods)

    def mean_uncertainty(self, rows: Sequence[Row], confidence: float) -> float:
        """Half the width of the interval of the mean expected over these rows: the error of the fitted coefficients.

        t s √(x̄ᵀ (XᵀX)⁻¹ x̄ · n / n′), which grows the farther the rows are from those the model was learnt from.
        """
        wide = max(0.0, self.leverage(rows)) * self.rows / self._independent()
        return self._quantile(confidence) * self.spread * sqrt(wide)

    def _independent(self) -> float:
        """n′ = n (1 − ρ) / (1 + ρ), of ρ above zero."""
        lag = min(max(self.lag, 0.0), 0.99)
        return max(1.0, self.rows * (1 - lag) / (1 + lag))

    def _quantile(self, confidence: float) -> float:
        return float(student.ppf((1 + confidence) / 2, max(1.0, self._independent() - self.parameters)))


def learnt(rows: Sequence[Row], values: Sequence[float], temperature: int | None, model: str) -> Baseline | None:
    """The best model of the values over their drivers by BIC, None where none fits.

    `temperature` is the place of the outdoor temperature among the drivers. `model` is "change_point" (over it alone),
    "linear" (all drivers as they are) or "auto": those, and the bent temperature beside the other drivers.
    """
    found = [each for each in _tried(rows, values, temperature, model) if each is not None]
    return min(found, key=lambda each: each.bic, default=None)


def _tried(
    rows: Sequence[Row], values: Sequence[float], temperature: int | None, model: str
) -> Iterator[Baseline | None]:
    if model in ("auto", "linear") and rows and rows[0]:
        fit = least_squares.fit(rows, values)
        if fit is not None:
            yield _made("linear", len(fit.coefficients), fit.at, list, rows, values)
    if model == "linear" or temperature is None:
        return
    place = temperature
    bent = change_point.fit([row[place] for row in rows], values, "auto")
    if not bent:
        return
    signature = bent[0]
    bends = _bends(signature)
    at = lambda row: signature.at(row[place])  # noqa: E731
    yield _made("change_point", signature.parameters, at, lambda row: bends(row[place]), rows, values)
    if model == "auto" and len(rows[0]) > 1 and signature.model != "2p":
        yield _both(signature, place, rows, values)


def _both(
    signature: change_point.Signature, place: int, rows: Sequence[Row], values: Sequence[float]
) -> Baseline | None:
    """The temperature bent where the signature bends, beside the other drivers."""

    bends = _bends(signature)

    def drivers(row: Row) -> list[float]:
        return [*bends(row[place]), *(x for at, x in enumerate(row) if at != place)]

    fit = least_squares.fit([drivers(row) for row in rows], values)
    if fit is None:
        return None
    points = 2 if signature.model == "5p" else 1
    at = lambda row: fit.at(drivers(row))  # noqa: E731
    return _made("both", len(fit.coefficients) + points, at, drivers, rows, values)


def _bends(signature: change_point.Signature) -> Callable[[float], list[float]]:
    """What of a temperature the signature is straight in: the degrees below and above its change points."""
    heat, cool = signature.heat_point, signature.cool_point

    def bends(temperature: float) -> list[float]:
        cold = [] if heat is None else [max(0.0, heat - temperature)]
        warm = [] if cool is None else [max(0.0, temperature - cool)]
        return [*cold, *warm] or [temperature]

    return bends


def _made(
    name: str,
    parameters: int,
    at: Callable[[Row], float],
    straight: Callable[[Row], list[float]],
    rows: Sequence[Row],
    values: Sequence[float],
) -> Baseline | None:
    """The model with its figures; `straight` gives what of a row it is straight in."""
    n = len(values)
    if n <= parameters:
        return None
    apart = [value - at(row) for row, value in zip(rows, values, strict=True)]
    squares, mean = sum(each * each for each in apart), sum(values) / n
    total = sum((value - mean) ** 2 for value in values)
    return Baseline(
        name,
        parameters,
        n,
        mean,
        1 - squares / total if total else 0.0,
        sqrt(squares / (n - parameters)),
        sum(apart) / sum(values) if sum(values) else 0.0,
        autocorrelation(apart),
        n * log(max(squares, 1e-300) / n) + parameters * log(n),
        tuple((min(column), max(column)) for column in zip(*rows, strict=True)),
        at,
        _leverage([straight(row) for row in rows], straight),
    )


def _leverage(learnt_from: Sequence[Row], straight: Callable[[Row], list[float]]) -> Callable[[Sequence[Row]], float]:
    design = np.column_stack([np.ones(len(learnt_from)), np.asarray(learnt_from, dtype=float)])
    inverse = np.linalg.pinv(design.T @ design)

    def leverage(rows: Sequence[Row]) -> float:
        mean = np.concatenate([[1.0], np.mean([straight(row) for row in rows], axis=0)])
        return float(mean @ inverse @ mean)

    return leverage
