"""Correlations, against the textbook sums worked out here in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import opened, written

X = [float((n * 37) % 101) for n in range(200)]
Y = [x * x + (n * 13) % 17 for n, x in enumerate(X)]
Z = [-x + (n * 7) % 50 for n, x in enumerate(X)]


def pearson(a: Sequence[float], b: Sequence[float]) -> float:
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    top = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return top / (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal values with the mean of theirs."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2 for value in values
    ]


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_every_pair_is_the_textbook_coefficient(tmp_path: Path, method: str) -> None:
    with opened(written(tmp_path, {"x": X, "y": Y, "z": Z}), tmp_path) as frame:
        said = found(frame, "correlation", {"measures": ["x", "y", "z"]}, method=method)
    taken = {name: values if method == "pearson" else ranks(values) for name, values in (("x", X), ("y", Y), ("z", Z))}
    got = {(row["a"], row["b"]): row["r"] for row in said.tables["matrix"].to_pylist()}
    assert got == {(a, b): pytest.approx(1.0 if a == b else pearson(taken[a], taken[b])) for a in "xyz" for b in "xyz"}
    assert said.facts["pairs"] == 3


def test_a_pair_is_taken_over_the_rows_that_hold_both(tmp_path: Path) -> None:
    y = [value if n % 2 else None for n, value in enumerate(Y)]
    with opened(written(tmp_path, {"x": X, "y": y, "z": Z}), tmp_path) as frame:
        pairs = found(frame, "correlation", {"measures": ["x", "y", "z"]}).tables["pairs"].to_pylist()
    got = {(row["a"], row["b"]): (row["r"], row["rows"]) for row in pairs}
    assert got["x", "y"] == (pytest.approx(pearson(ranks(X[1::2]), ranks(Y[1::2]))), 100)
    assert got["x", "z"] == (pytest.approx(pearson(ranks(X), ranks(Z))), 200)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"x": X, "y": [7] * 200}, "Fewer than two of the chosen columns hold numbers that vary."),
        ({"x": X, "y": ["a"] * 200}, "Fewer than two of the chosen columns hold numbers that vary."),
        ({"x": X[:49], "y": Y[:49]}, "No pair of the chosen columns has values on 50 rows."),
        (
            {
                "x": [v if n < 150 else None for n, v in enumerate(X)],
                "y": [v if n > 101 else None for n, v in enumerate(Y)],
            },
            "No pair of the chosen columns has values on 50 rows.",
        ),
    ],
)
def test_what_cannot_be_correlated_is_skipped(tmp_path: Path, columns: dict[str, list[object]], reason: str) -> None:
    with opened(written(tmp_path, columns), tmp_path) as frame:
        assert refused(frame, "correlation", {"measures": ["x", "y"]}) == reason


def test_fifty_rows_are_enough(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"x": X[:50], "y": Y[:50]}), tmp_path) as frame:
        assert found(frame, "correlation", {"measures": ["x", "y"]}).facts["least_rows"] == 50


def test_one_quantity_twice_is_not_called_a_finding(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"x": X, "twice": [2 * x for x in X], "z": Z}), tmp_path) as frame:
        said = found(frame, "correlation", {"measures": ["x", "twice", "z"]})
    assert said.sentences[0] == "Practically the same in different scale: “x” and “twice”."
    assert "moves against" in said.sentences[1]
    assert "twice" not in said.sentences[1] or "x" not in said.sentences[1].split("“twice”")[0]
