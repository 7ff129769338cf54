"""Ordinary least squares with what has to be known of it: errors, what is explained, collinearity, autocorrelation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from statsmodels.regression.linear_model import OLS, RegressionResults


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient with its standard error, its 95 % interval and p-value.

    `effect` is what one standard deviation of the driver adds, in standard deviations of y; `vif` the variance
    inflation factor, 1 where the driver stands alone, None for the constant.
    """

    value: float
    error: float
    low: float
    high: float
    p: float
    effect: float | None
    vif: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """The constant first, then a coefficient each driver; `fitted` the expected values, in order of the rows.

    `spread` is the standard error of a single value (RMSE with n − k − 1 degrees of freedom), `lag` the autocorrelation
    of the residuals at one row, `durbin_watson` 2 where there is none.
    """

    coefficients: tuple[Coefficient, ...]
    fitted: tuple[float, ...]
    rows: int
    r_squared: float
    adjusted: float
    spread: float
    durbin_watson: float
    lag: float

    def at(self, drivers: Sequence[float]) -> float:
        """The value expected at these drivers."""
        constant, *slopes = (each.value for each in self.coefficients)
        return constant + sum(slope * x for slope, x in zip(slopes, drivers, strict=True))


def fit(drivers: Sequence[Sequence[float]], values: Sequence[float]) -> Fit | None:
    """y = a + Σ b x by least squares; None where a driver does not vary or follows from the others.

    Source: statsmodels' OLS; variance inflation from the inverse correlations (Belsley, Kuh & Welsch 1980); Durbin &
    Watson 1950.
    """
    x, y = np.asarray(drivers, dtype=float), np.asarray(values, dtype=float)
    if len(y) <= x.shape[1] + 1 or not x.std(axis=0).all() or not y.std():
        return None
    # Drivers are centred and scaled for the sums, so that large and small ones lose no digits.
    middle, size = x.mean(axis=0), x.std(axis=0)
    scaled = (x - middle) / size
    design = np.column_stack([np.ones(len(y)), scaled])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    found = OLS(y, design).fit()
    intervals = found.conf_int()
    vif = np.atleast_1d(np.diag(np.linalg.inv(np.atleast_2d(np.corrcoef(scaled, rowvar=False)))))
    slopes = [
        Coefficient(
            float(found.params[at] / size[at - 1]),
            float(found.bse[at] / size[at - 1]),
            float(intervals[at][0] / size[at - 1]),
            float(intervals[at][1] / size[at - 1]),
            float(found.pvalues[at]),
            float(found.params[at] / y.std()),
            float(vif[at - 1]),
        )
        for at in range(1, design.shape[1])
    ]
    return Fit(
        (_constant(found, middle, size), *slopes),
        tuple(float(each) for each in found.fittedvalues),
        len(y),
        float(found.rsquared),
        float(found.rsquared_adj),
        sqrt(float(found.mse_resid)),
        float(np.sum(np.diff(found.resid) ** 2) / np.sum(found.resid**2)),
        autocorrelation(found.resid),
    )


def _constant(found: RegressionResults, middle: np.ndarray, size: np.ndarray) -> Coefficient:
    """The value where all drivers are zero, out of that at their means."""
    weights = np.concatenate([[1.0], -middle / size])
    value = float(weights @ found.params)
    test = found.t_test(weights)
    low, high = test.conf_int()[0]
    return Coefficient(value, float(test.sd[0][0]), float(low), float(high), float(test.pvalue), None, None)


def autocorrelation(residuals: Sequence[float]) -> float:
    """The correlation of the residuals with those one row before (0 where they do not vary)."""
    apart = np.asarray(residuals, dtype=float)
    apart = apart - apart.mean()
    total = float(apart @ apart)
    return float(apart[1:] @ apart[:-1]) / total if total else 0.0
