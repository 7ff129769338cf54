"""Intensity, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, reason, result, stamps, written

from headgate.catalogue.meaning import Fold, Role

INPUTS = {"energy": "Energy [kWh]", "denominator": "Made [t]", "timestamp": "Time"}
ROLES = {"Made [t]": (Role.PRODUCTION_OUT, Fold.SUM), "Line": (Role.ENTITY, Fold.NONE), "Floor": (Role.AREA, Fold.NONE)}


@pytest.mark.parametrize("made", [[0] * 40, [None] * 40, [-1] * 40], ids=["zero", "empty", "negative"])
def test_a_denominator_that_is_never_above_zero_divides_nothing(tmp_path: Path, made: list[float | None]) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 40, 60), "Energy [kWh]": [5] * 40, "Made [t]": made})
    with opened(path, tmp_path, ROLES) as frame:
        assert "“Made [t]”" in reason(frame, "intensity", INPUTS)


def test_a_power_without_a_time_is_no_energy(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Power [kW]": [5] * 9, "Made [t]": [1] * 9}), tmp_path, ROLES) as frame:
        said = reason(frame, "intensity", {"energy": "Power [kW]", "denominator": "Made [t]"})
    assert said == "“Power [kW]” is a power; without a regular time it gives no energy."


def test_intensity_is_a_ratio_of_sums_and_not_a_mean_of_ratios(tmp_path: Path) -> None:
    """100 kWh for 1 t and 100 kWh for 4 t: 200 / 5 = 40 kWh/t; the mean of 100 and 25 would be 62.5."""
    path = written(tmp_path, {"Time": stamps("2024-01-01", 2, 60), "Energy [kWh]": [100, 100], "Made [t]": [1, 4]})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "intensity", INPUTS)
    assert (found.facts["intensity"], found.facts["unit"]) == (40.0, "kWh/t")
    assert found.headlines[0].unit == "kWh/t"


def test_a_row_with_only_one_of_the_two_is_left_out_and_said(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"Time": stamps("2024-01-01", 4, 60), "Energy [kWh]": [100, 100, None, 7], "Made [t]": [1, 4, 9, None]},
    )
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "intensity", INPUTS)
    assert found.facts["intensity"] == 40.0
    assert found.warnings == ("2 rows with only one of the two values left out.",)


def test_energy_used_while_nothing_is_made_counts_and_is_named(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"Time": stamps("2024-01-01", 4, 60), "Energy [kWh]": [30, 10, 30, 10], "Made [t]": [1, 0, 1, 0]}
    )
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "intensity", INPUTS)
    assert (found.facts["intensity"], found.facts["idle"], found.facts["idle_share"]) == (40.0, 20.0, 0.25)
    assert "20 kWh (25.0 %) fall in rows in which “Made [t]” is zero" in found.sentences[1]


def test_weeks_are_compared_and_the_saving_of_the_best_quarter_is_worked_out(tmp_path: Path) -> None:
    """Weeks of 10, 20, 20 and 30 kWh/t and 168 t each. At 10 always, 10 + 10 + 20 of 80 parts are saved: half."""
    energy = [10] * 168 + [20] * 336 + [30] * 168
    path = written(tmp_path, {"Time": stamps("2024-01-01", 672, 60), "Energy [kWh]": energy, "Made [t]": [1] * 672})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "intensity", INPUTS)
    assert found.tables["periods"]["intensity"].to_pylist() == [10, 20, 20, 30]
    assert (
        "By week it lies between 10 kWh/t (week of 1 Jan 2024) and 30 kWh/t (week of 22 Jan 2024)." in found.sentences
    )
    assert "would save 6,720 kWh (50.0 %)" in found.sentences[-1]


def test_each_entity_has_a_line_and_the_whole_is_their_ratio_of_sums(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "Time": [time for time in stamps("2024-01-01", 2, 60) for _ in range(2)],
            "Line": ["north", "south"] * 2,
            "Energy [kWh]": [10, 60, 10, 60],
            "Made [t]": [1, 2, 1, 2],
        },
    )
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "intensity", {**INPUTS, "entity": "Line"})
    assert {row["entity"]: row["intensity"] for row in found.tables["entities"].to_pylist()} == {
        "north": 10,
        "south": 30,
    }
    assert found.facts["intensity"] == pytest.approx(140 / 6)
    assert found.figures[0].series == "entity"


def test_an_area_is_not_added_up_over_time_but_over_entities(tmp_path: Path) -> None:
    """Two buildings of 100 and 300 m² and 8 kWh in all over two hours: 8 / 400, not 8 / 800."""
    path = written(
        tmp_path,
        {
            "Time": [time for time in stamps("2024-01-01", 2, 60) for _ in range(2)],
            "Line": ["north", "south"] * 2,
            "Energy [kWh]": [1, 3, 1, 3],
            "Floor": [100, 300] * 2,
        },
    )
    with opened(path, tmp_path, ROLES) as frame:
        inputs = {"energy": "Energy [kWh]", "denominator": "Floor", "timestamp": "Time", "entity": "Line"}
        assert result(frame, "intensity", inputs).facts["intensity"] == pytest.approx(8 / 400)


def test_power_becomes_energy_by_its_interval(tmp_path: Path) -> None:
    path = written(tmp_path, {"Time": stamps("2024-01-01", 8, 15), "Power [kW]": [40] * 8, "Made [t]": [1] * 8})
    with opened(path, tmp_path, ROLES) as frame:
        found = result(frame, "intensity", {**INPUTS, "energy": "Power [kW]"})
    assert (found.facts["intensity"], found.facts["unit"]) == (10.0, "kWh/t")


def test_rows_without_time_are_things_of_their_own_so_their_areas_add_up(tmp_path: Path) -> None:
    """30 kWh on 10 + 20 m2 is 1 kWh/m2, not 30 kWh on the mean of 15 m2."""
    with opened(written(tmp_path, {"Energy [kWh]": [10, 20], "Floor area [m2]": [10, 20]}), tmp_path) as frame:
        said = result(frame, "intensity", {"energy": "Energy [kWh]", "denominator": "Floor area [m2]"})
    assert said.facts["intensity"] == 1.0
