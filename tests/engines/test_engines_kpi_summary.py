"""Key figures, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.asking import found, refused
from tests.engines.opening import opened, stamps, written

from headgate.catalogue.meaning import Fold, Role

MEASURES = {"measures": ["Energy [kWh]", "Temperature [°C]"], "timestamp": ["Time"]}


def test_columns_without_numbers_have_no_key_figures(tmp_path: Path) -> None:
    path = written(tmp_path, {"Note": ["a", "b", "c"], "Empty": [None] * 3, "n": [1, 2, 3]})
    with opened(path, tmp_path) as frame:
        assert (
            refused(frame, "kpi_summary", {"measures": ["Note", "Empty"]})
            == "None of the chosen columns holds numbers."
        )
        assert found(frame, "kpi_summary", {"measures": ["Note", "n"]}).warnings == (
            "“Note” holds no numbers and is left out.",
        )


def test_energy_is_added_up_and_a_temperature_averaged(tmp_path: Path) -> None:
    """1 + 2 + … + 24 = 300 kWh; 10 °C and 20 °C in turn are 15 °C."""
    times = stamps("2024-01-01", 24, 60)
    path = written(
        tmp_path,
        {"Time": times, "Energy [kWh]": range(1, 25), "Temperature [°C]": [10 + 10 * (n % 2) for n in range(24)]},
    )
    with opened(path, tmp_path) as frame:
        said = found(frame, "kpi_summary", MEASURES)
    assert said.facts == {"c2_sum_kwh": 300.0, "c3_mean_c": 15.0}
    assert [(line.value, line.unit, line.note) for line in said.headlines] == [
        (300.0, "kWh", "1 Jan 2024"),
        (15.0, "°C", "1 Jan 2024"),
    ]
    row = said.tables["measures"].to_pylist()[0]
    assert (row["values"], row["mean"], row["median"], row["min"], row["max"]) == (24, 12.5, 12.5, 1.0, 24.0)
    assert said.sentences[0] == "“Energy [kWh]”: total 300 kWh; single values from 1 kWh to 24 kWh at 1 Jan 2024 23:00."


@pytest.mark.parametrize(
    ("fold", "value"),
    [(Fold.SUM, 60), (Fold.MEAN, 20), (Fold.MAX, 30), (Fold.MIN, 10), (Fold.LAST, 20), (Fold.COUNT, 3)],
)
def test_each_fold_gives_its_own_figure(tmp_path: Path, fold: Fold, value: float) -> None:
    """10, 30 and 20 in order of time, written out of order."""
    times = ["2024-01-01 01:00", "2024-01-01 02:00", "2024-01-01 00:00"]
    with opened(written(tmp_path, {"Time": times, "v": [30, 20, 10]}), tmp_path, {"v": (Role.MEASURE, fold)}) as frame:
        said = found(frame, "kpi_summary", {"measures": ["v"], "timestamp": ["Time"]})
    assert list(said.facts.values()) == [value]


def test_the_last_full_day_stands_beside_the_one_before(tmp_path: Path) -> None:
    """Three days of 24, 48 and 60 kWh, then five hours of a fourth: 60 is 25 % more than 48."""
    energy = [1] * 24 + [2] * 24 + [2.5] * 24 + [9] * 5
    path = written(tmp_path, {"Time": stamps("2024-01-01", 77, 60), "Energy [kWh]": energy})
    with opened(path, tmp_path) as frame:
        said = found(frame, "kpi_summary", {"measures": ["Energy [kWh]"], "timestamp": ["Time"]}, period="day")
    (row,) = said.tables["periods"].to_pylist()
    assert (row["period"], row["value"], row["previous"], row["change_percent"]) == ("3 Jan 2024", 60, 48, 25)
    assert said.sentences[-1] == "“Energy [kWh]”, 3 Jan 2024: 60 kWh, 25.0 % more than the period before."
