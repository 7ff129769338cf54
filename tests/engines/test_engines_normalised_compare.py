"""Two periods under the same conditions: a change made by hand, hidden by the weather, is found."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written

ASK = {"energy": ["Electricity [kWh]"], "drivers": ["Pieces produced"], "timestamp": ["Day"]}
CHANCE = random.Random(5)
# Half as much is made in the second hundred days, so the plain use falls although each piece takes more.
PIECES = [float(CHANCE.randint(80, 120)) * (1.0 if at < 100 else 0.5) for at in range(200)]


def table(folder: Path, after: float, noise: float = 3.0) -> Path:
    """100 + 2 a piece before; 100 + `after` a piece since."""
    use: list[Cell] = [100 + (2 if at < 100 else after) * p + CHANCE.gauss(0, noise) for at, p in enumerate(PIECES)]
    columns = {"Day": stamps("2024-01-01", 200, 1440), "Electricity [kWh]": use, "Pieces produced": PIECES}
    return written(folder, columns)


def test_both_sides_need_ten_days_a_driver(tmp_path: Path) -> None:
    with opened(table(tmp_path, 3), tmp_path) as frame:
        assert "on one side of the split" in refused(frame, "normalised_compare", ASK, split_percent=97.0)


def test_both_sides_have_to_follow_the_drivers(tmp_path: Path) -> None:
    with opened(table(tmp_path, 3, noise=300), tmp_path) as frame:
        assert "is needed on both sides" in refused(frame, "normalised_compare", ASK)


def test_more_for_each_piece_is_found_although_less_was_used(tmp_path: Path) -> None:
    with opened(table(tmp_path, 3), tmp_path) as frame:
        result = found(frame, "normalised_compare", ASK)
    mean = sum(PIECES) / len(PIECES)
    assert result.facts["difference"] == pytest.approx(mean, abs=float(result.facts["uncertainty_90"] or 0))
    assert result.facts["beyond_chance"] == "yes"
    assert "more since" in result.sentences[0]
    assert "less; the rest of that" in result.sentences[-1]


def test_where_nothing_changed_no_change_is_shown(tmp_path: Path) -> None:
    with opened(table(tmp_path, 2), tmp_path) as frame:
        result = found(frame, "normalised_compare", ASK)
    assert result.facts["beyond_chance"] == "no"
    assert not result.headlines
    assert any("no change is shown" in said for said in result.sentences)


def test_an_outdoor_temperature_is_taken_with_its_change_points(tmp_path: Path) -> None:
    warmth = [12 - 10 * math.cos(2 * math.pi * at / 365) for at in range(730)]
    use: list[Cell] = [
        40 + (6 if at < 365 else 4) * max(0.0, 14 - t) + CHANCE.gauss(0, 1) for at, t in enumerate(warmth)
    ]
    columns = {"Day": stamps("2022-01-01", 730, 1440), "Gas [kWh]": use, "Outdoor temperature [degC]": warmth}
    ask = {"energy": ["Gas [kWh]"], "drivers": ["Outdoor temperature [degC]"], "timestamp": ["Day"]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        result = found(frame, "normalised_compare", ask)
    cold = sum(max(0.0, 14 - t) for t in warmth) / 730
    assert result.facts["difference"] == pytest.approx(-2 * cold, rel=0.05)
    assert min(float(result.facts[name] or 0) for name in ("r_squared_before", "r_squared_after")) > 0.95
