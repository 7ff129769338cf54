"""What drives a measure: coefficients made by hand are found again, and agree with the closed form of one driver."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import linear_regression

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written

from headgate.engines.models.least_squares import fit

ASK = {"y": ["Electricity [kWh]"], "x": ["Pieces produced", "Heating degree days"], "timestamp": ["Day"]}
CHANCE = random.Random(7)
PIECES = [float(CHANCE.randint(0, 200)) for _ in range(60)]
COLD = [float(CHANCE.randint(0, 15)) for _ in range(60)]
NOISE = [CHANCE.gauss(0, 5) for _ in range(60)]
USE = [400 + 2.5 * p + 12 * c + n for p, c, n in zip(PIECES, COLD, NOISE, strict=True)]


def table(folder: Path, rows: int = 60, **more: list[Cell]) -> Path:
    columns: dict[str, list[Cell]] = {
        "Day": list(stamps("2024-01-01", rows, 1440)),
        "Electricity [kWh]": list(USE[:rows]),
        "Pieces produced": list(PIECES[:rows]),
        "Heating degree days": list(COLD[:rows]),
    }
    return written(folder, columns | more)


def test_ten_days_are_needed_for_each_driver(tmp_path: Path) -> None:
    with opened(table(tmp_path, 19), tmp_path) as frame:
        assert "19 days have every value; 2 drivers need 20" in refused(frame, "driver_regression", ASK)


def test_a_driver_that_does_not_vary_is_refused(tmp_path: Path) -> None:
    with opened(table(tmp_path, 60, **{"Pieces produced": [5.0] * 60}), tmp_path) as frame:
        assert "does not vary" in refused(frame, "driver_regression", ASK)


def test_a_driver_that_follows_from_another_is_refused(tmp_path: Path) -> None:
    with opened(table(tmp_path, 60, **{"Heating degree days": [2 * p for p in PIECES]}), tmp_path) as frame:
        assert "follows from the others" in refused(frame, "driver_regression", ASK)


def test_without_a_time_there_are_no_periods(tmp_path: Path) -> None:
    with opened(table(tmp_path), tmp_path) as frame:
        said = refused(frame, "driver_regression", {name: ASK[name] for name in ("y", "x")})
    assert "needs a time column" in said


def test_what_each_driver_adds_is_found_again(tmp_path: Path) -> None:
    with opened(table(tmp_path), tmp_path) as frame:
        result = found(frame, "driver_regression", ASK)
    rows = {row["driver"]: row for row in result.tables["coefficients"].to_pylist()}
    assert rows["Pieces produced"]["low"] < 2.5 < rows["Pieces produced"]["high"]
    assert rows["Heating degree days"]["low"] < 12 < rows["Heating degree days"]["high"]
    assert result.facts["constant_kwh_per_day"] == pytest.approx(400, abs=6)
    assert result.facts["r_squared"] > 0.99
    assert "together explain" in result.sentences[0]


def test_one_driver_is_the_line_of_the_closed_form(tmp_path: Path) -> None:
    line = linear_regression(PIECES, USE)
    with opened(table(tmp_path), tmp_path) as frame:
        result = found(frame, "driver_regression", ASK | {"x": ["Pieces produced"]})
    assert result.facts["constant_kwh_per_day"] == pytest.approx(line.intercept, rel=1e-9)
    assert result.facts["c3_kwh_per_unit"] == pytest.approx(line.slope, rel=1e-9)


def test_a_driver_that_adds_nothing_is_called_so(tmp_path: Path) -> None:
    idle = [float(CHANCE.randint(0, 9)) for _ in range(60)]
    with opened(table(tmp_path, 60, **{"Heating degree days": list(idle)}), tmp_path) as frame:
        result = found(frame, "driver_regression", ASK)
    assert any("“Heating degree days” adds nothing" in said for said in result.sentences)


def test_drivers_that_move_together_are_warned_of(tmp_path: Path) -> None:
    near = [p + CHANCE.gauss(0, 1) for p in PIECES]
    with opened(table(tmp_path, 60, **{"Heating degree days": list(near)}), tmp_path) as frame:
        result = found(frame, "driver_regression", ASK)
    assert any("move together" in said for said in result.warnings)


def test_large_drivers_lose_no_digits() -> None:
    fitted = fit([[1e9 + p] for p in PIECES], USE)
    plain = linear_regression(PIECES, USE)
    assert fitted is not None
    assert fitted.coefficients[1].value == pytest.approx(plain.slope, rel=1e-6)
