"""A table of many columns is profiled as one of few is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.asking import found
from tests.engines.opening import opened, written

from headgate.engines import wide


@pytest.mark.parametrize("stacked", [True, False])
def test_stacked_columns_have_the_figures_of_single_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stacked: bool
) -> None:
    """1, 2, …, 9 with a gap: 5 % of the way from 1 to 9 is 1.4; a constant and a column of texts beside it."""
    monkeypatch.setattr(wide, "_MOST_STACKED", 10_000 if stacked else 0)
    columns: dict[str, list[float | str | None]] = {f"n{at}": [*range(1, 10), None] for at in range(60)}
    columns |= {"same": [7] * 10, "text": ["a", "b"] * 5, "day": [f"2024-01-{n:02d}" for n in range(1, 11)]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = found(frame, "data_profile", {})
    rows = {row["column"]: row for row in said.tables["columns"].to_pylist()}
    assert list(rows) == list(columns)
    one = rows["n59"]
    assert [one[name] for name in ("filled", "empty", "distinct", "min", "median", "mean", "max")] == [
        9,
        1,
        9,
        1,
        5,
        5,
        9,
    ]
    assert (one["p05"], one["p95"]) == pytest.approx((1.4, 8.6))
    assert (rows["same"]["constant"], rows["text"]["distinct"], rows["text"]["min"]) == (True, 2, None)
    assert str(rows["day"]["last"]) == "2024-01-10 00:00:00"
    assert said.sentences[1] == "Of the columns, 61 hold numbers, 1 holds text and 1 holds times."
