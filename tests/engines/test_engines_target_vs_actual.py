"""Actual against target, worked out by hand and from the grid operator's file."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import Cell, opened, reason, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

ENERGY, TARGET = "Energy [kWh]", "Target [kWh]"
ASKED = {"actual": ENERGY, "target": TARGET}
TIMED = {**ASKED, "timestamp": "Time"}
BY_SITE = {**ASKED, "entity": "Site"}
ROLES = {"Site": (Role.ENTITY, Fold.NONE)}


@pytest.mark.parametrize(
    ("columns", "inputs", "expected"),
    [
        ({ENERGY: ["x", "y"], TARGET: [1, 2]}, ASKED, "“Energy [kWh]” does not hold numbers."),
        ({ENERGY: [1, None], TARGET: [None, 2]}, ASKED, "have no row on which both have a value"),
        ({ENERGY: [1, 2], "Target [m3]": [1, 2]}, {**ASKED, "target": "Target [m3]"}, "only values of one unit"),
    ],
)
def test_what_cannot_be_compared_is_skipped(
    tmp_path: Path, columns: dict[str, list[Cell]], inputs: dict[str, str], expected: str
) -> None:
    with opened(written(tmp_path, columns), tmp_path) as frame:
        assert expected in reason(frame, "target_vs_actual", inputs)


def test_the_whole_is_a_ratio_of_sums_over_the_rows_that_have_both(tmp_path: Path) -> None:
    """10 + 20 against 20 + 5 is 20 % above; the mean of the two ratios would be 125 %."""
    with opened(written(tmp_path, {ENERGY: [10, 20, 99, None], TARGET: [20, 5, None, 7]}), tmp_path) as frame:
        said = result(frame, "target_vs_actual", ASKED)
    assert said.facts == {
        "actual_kwh": 30,
        "target_kwh": 25,
        "deviation_kwh": 5,
        "deviation_percent": pytest.approx(20),
    }
    assert said.sentences == ("“Energy [kWh]” is 30 kWh against 25 kWh of “Target [kWh]”: 20.0 % above.",)
    assert said.warnings == ("2 rows left out for want of a value or a time.",)


def test_a_target_in_another_unit_is_converted(tmp_path: Path) -> None:
    columns = {ENERGY: [900, 1100], "Target [MWh]": [1, 1]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        facts = result(frame, "target_vs_actual", {**ASKED, "target": "Target [MWh]"}).facts
    assert (facts["target_kwh"], facts["deviation_percent"]) == (2000, 0)


def months(actual: list[float], target: list[float]) -> dict[str, list[Cell]]:
    return {"Time": [f"2024-{n:02d}-01" for n in range(1, len(actual) + 1)], ENERGY: [*actual], TARGET: [*target]}


def test_periods_outside_the_tolerance_are_counted_and_its_edge_is_within(tmp_path: Path) -> None:
    """Of six months at 100: 105 is within 5 %, 106 above, 90 and 40 below."""
    with opened(written(tmp_path, months([105, 106, 90, 100, 95, 40], [100] * 6)), tmp_path) as frame:
        said = result(frame, "target_vs_actual", TIMED)
    assert said.tables["periods"]["status"].to_pylist() == ["within", "above", "below", "within", "within", "below"]
    assert (said.facts["periods_above"], said.facts["periods_below"]) == (1, 2)
    assert said.sentences[1] == (
        "Of 6 months, 1 is more than 5 % above the target and 2 below; farthest off is Jun 2024, 60.0 % below."
    )
    outside = [row["outside"] for row in said.tables["lines"].to_pylist()]
    assert outside == [False, True, True, False, False, True, *[False] * 6]


def test_running_totals_say_since_when_they_are_on_their_side(tmp_path: Path) -> None:
    """Deviations +10, −20, +5, +10: the running one is 10, −10, −5, 5, above since April."""
    columns = months([110, 80, 105, 110], [100] * 4)
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = result(frame, "target_vs_actual", TIMED, cumulative="yes")
    assert said.tables["periods"]["running_actual"].to_pylist() == [110, 190, 295, 405]
    assert said.sentences[-1] == ("The running total is above that of the target since Apr 2024, by 5 kWh at the end.")


def test_a_mean_has_no_running_total_and_a_temperature_no_per_cent(tmp_path: Path) -> None:
    columns = {"Time": stamps("2024-01-01", 4, 60), "Room [°C]": [20, 21, 22, 23], "Target [°C]": [20] * 4}
    inputs = {"actual": "Room [°C]", "target": "Target [°C]", "timestamp": "Time"}
    with opened(written(tmp_path, columns), tmp_path, {"Target [°C]": (Role.TARGET, Fold.MEAN)}) as frame:
        said = result(frame, "target_vs_actual", inputs, cumulative="yes")
    assert said.sentences == ("“Room [°C]” is 21.5 °C in the mean against 20 °C of “Target [°C]”: 1.5 °C above.",)
    assert said.headlines == ()
    assert said.warnings[-1].startswith("There are no running totals")


def test_each_entity_is_told_apart(tmp_path: Path) -> None:
    """A 30 of 20, B 8 of 10, C 10 of 10; D has a target of zero and no verdict."""
    columns = {ENERGY: [10, 20, 8, 10, 5], TARGET: [10, 10, 10, 10, 0], "Site": "AABCD"}
    with opened(written(tmp_path, columns), tmp_path, ROLES) as frame:
        said = result(frame, "target_vs_actual", BY_SITE)
    rows = {row["entity"]: (row["deviation"], row["status"]) for row in said.tables["entities"].to_pylist()}
    assert rows == {"A": (10, "above"), "B": (-2, "below"), "C": (0, "within"), "D": (5, None)}
    assert said.sentences[1] == (
        "Of 3 entities, 1 is more than 5 % above the target and 1 below; farthest off is A, 50.0 % above."
    )


def test_a_doubled_row_counts_once(tmp_path: Path) -> None:
    columns = {"Time": stamps("2024-01-01", 48, 60), ENERGY: [1] * 48, TARGET: [2] * 48}
    columns = {name: [*cells, cells[5]] for name, cells in columns.items()}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        said = result(frame, "target_vs_actual", TIMED)
    assert (said.facts["actual_kwh"], said.facts["target_kwh"]) == (48, 96)


def test_a_target_of_another_length_of_time_is_warned_of(tmp_path: Path) -> None:
    with opened(written(tmp_path, {ENERGY: [10, 10], TARGET: [300, 300]}), tmp_path) as frame:
        assert "more than 10 times apart" in result(frame, "target_vs_actual", ASKED).warnings[0]


@pytest.mark.shared
def test_french_demand_against_the_forecast_of_the_day_before_is_that_of_the_file(shared: Path, tmp_path: Path) -> None:
    """Quarter hours with both values, 1 to 26 June 2016; a power is told as the energy of its interval."""
    path = shared / "data/i_rte_eco2mix_2016-06_latin1_tsv.xls"
    days: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    with path.open(encoding="latin-1", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            both = [row.get(name) or "" for name in ("Consommation", "Prévision J-1")]
            if all(cell.isdigit() for cell in both):
                for at, cell in enumerate(both):
                    days[row["Date"]][at] += float(cell)
    roles = {"Consommation": (Role.POWER, Fold.MEAN), "Prévision J-1": (Role.BASELINE_MODEL, Fold.MEAN)}
    with opened(path, tmp_path, roles) as frame:
        time = frame.header(next(each for each in frame.ids if frame.interval(each) == 900))
        inputs = {"actual": "Consommation", "target": "Prévision J-1", "timestamp": time}
        said = result(frame, "target_vs_actual", inputs)
    actual, target = (sum(day[at] for day in days.values()) for at in (0, 1))
    assert said.facts["deviation_percent"] == pytest.approx(100 * (actual / target - 1))
    assert said.tables["periods"]["deviation_percent"].to_pylist() == pytest.approx(
        [100 * (each[0] / each[1] - 1) for each in days.values()]
    )


@given(st.lists(st.tuples(st.integers(0, 999) | st.none(), st.integers(1, 999) | st.none()), min_size=2, max_size=100))
@settings(max_examples=times(10), deadline=None)
def test_periods_add_up_to_the_whole_and_rows_without_both_change_nothing(
    rows: list[tuple[int | None, int | None]],
) -> None:
    rows = [(1, 1), *rows, (1, 1)]
    columns: dict[str, list[Cell]] = {
        "Time": list(stamps("2024-01-01", len(rows), 240)),
        ENERGY: [actual for actual, _ in rows],
        TARGET: [target for _, target in rows],
    }
    both = [(actual, target) for actual, target in rows if actual is not None and target is not None]
    with tempfile.TemporaryDirectory() as name, opened(written(Path(name), columns), Path(name)) as frame:
        said = result(frame, "target_vs_actual", TIMED)
    for at, key in enumerate(("actual", "target")):
        total = sum(pair[at] for pair in both)
        assert said.facts[f"{key}_kwh"] == pytest.approx(total)
        assert sum(said.tables["periods"][key].to_pylist()) == pytest.approx(total)
