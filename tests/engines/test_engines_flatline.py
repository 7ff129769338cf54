"""Values that stand still, worked out by hand and by another way over real files."""

from __future__ import annotations

import csv
import tempfile
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.asking import found, refused
from tests.engines.opening import Cell, opened, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role

TEMPERATURE = "Temperature [°C]"
ASKED = {"measures": [TEMPERATURE], "timestamp": ["Time"]}
UNTIMED = {"measures": [TEMPERATURE]}


def longest(values: list[float]) -> list[tuple[float, int]]:
    """Every run of equal values and how long it is, by another library."""
    return [(value, len(list(same))) for value, same in groupby(values)]


@pytest.mark.parametrize(
    ("columns", "inputs", "reason"),
    [
        ({TEMPERATURE: ["x", "y"], "B": [1, 2]}, UNTIMED, "None of the chosen columns holds numbers."),
        ({"Price [EUR]": [1, 2], "B": [1, 2]}, {"measures": ["Price [EUR]"]}, "stand still by their nature"),
        ({"Reading [kWh]": [1, 2], "B": [1, 2]}, {"measures": ["Reading [kWh]"]}, "stand still by their nature"),
    ],
)
def test_what_cannot_stand_still_is_skipped(
    tmp_path: Path, columns: dict[str, list[Cell]], inputs: dict[str, list[str]], reason: str
) -> None:
    roles = {"Price [EUR]": (Role.PRICE, Fold.MEAN), "Reading [kWh]": (Role.ENERGY_CUMULATIVE, Fold.LAST)}
    with opened(written(tmp_path, columns), tmp_path, roles) as frame:
        assert reason in refused(frame, "flatline", inputs)


def timed(values: list[Cell], minutes: int = 15) -> dict[str, list[Cell]]:
    return {"Time": list(stamps("2024-01-01", len(values), minutes)), TEMPERATURE: values}


def test_a_run_of_exactly_the_least_length_counts_and_a_shorter_one_does_not(tmp_path: Path) -> None:
    """1, four times 2, 3, three times 4, five times 0."""
    values: list[Cell] = [1, 2, 2, 2, 2, 3, 4, 4, 4, 0, 0, 0, 0, 0]
    with opened(written(tmp_path, timed(values)), tmp_path) as frame:
        said = found(frame, "flatline", ASKED, min_run=4)
        zeros = found(frame, "flatline", ASKED, min_run=4, ignore_zero="no")
    (row,) = said.tables["runs"].to_pylist()
    assert (row["value"], row["values"], row["hours"], f"{row['start']:%H:%M}") == (2, 4, 1.0, "00:15")
    assert [row["value"] for row in zeros.tables["runs"].to_pylist()] == [0, 2]
    assert said.facts == {"c2_runs": 1, "c2_flat_share": 4 / 14, "c2_longest_values": 4}
    assert said.sentences[0] == (
        "“Temperature [°C]” stands at one value other than zero for 4 values or more 1 time, 28.6 % of its values; "
        "longest at 2 °C, 1 hour from 1 Jan 2024 00:15 on."
    )


def test_rows_out_of_order_and_doubled_ones_make_no_run_longer_or_shorter(tmp_path: Path) -> None:
    columns = timed([1, 2, 2, 2, 2, 3])
    columns = {name: [*cells[3:], *cells[:3], cells[2], cells[2]] for name, cells in columns.items()}
    columns = {name: [*cells, *more] for (name, cells), more in zip(columns.items(), ([], []), strict=True)}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        (row,) = found(frame, "flatline", ASKED, min_run=2).tables["runs"].to_pylist()
    assert (row["value"], row["values"]) == (2, 4)


def test_a_gap_ends_a_run_and_so_does_a_cell_that_is_empty(tmp_path: Path) -> None:
    """Six values of 5 with the fourth gone, by its row or by its cell: runs of three and two."""
    whole = timed([1, 2, 3, 1, 2, 3, 1, 2, 5, 5, 5, 5, 5, 5, 1, 2, 3, 4, 1, 2])
    without_row = {name: [*cells[:11], *cells[12:]] for name, cells in whole.items()}
    without_cell = {"Time": whole["Time"], TEMPERATURE: [*whole[TEMPERATURE][:11], None, *whole[TEMPERATURE][12:]]}
    for name, columns in {"row": without_row, "cell": without_cell}.items():
        (tmp_path / name).mkdir()
        with opened(written(tmp_path / name, columns), tmp_path / name) as frame:
            rows = found(frame, "flatline", ASKED, min_run=2).tables["runs"].to_pylist()
        assert [row["values"] for row in rows] == [3, 2]


def test_each_meter_stands_still_for_itself(tmp_path: Path) -> None:
    """Two sensors that alternate row by row; only B repeats its value."""
    columns: dict[str, list[Cell]] = {
        "Time": [each for each in stamps("2024-01-01", 5, 60) for _ in "AB"],
        "Sensor": ["A", "B"] * 5,
        TEMPERATURE: [value for n in range(5) for value in (n, 7)],
    }
    with opened(written(tmp_path, columns), tmp_path, {"Sensor": (Role.ENTITY, Fold.NONE)}) as frame:
        said = found(frame, "flatline", ASKED, min_run=3)
    (row,) = said.tables["runs"].to_pylist()
    assert (row["entity"], row["value"], row["values"]) == ("B", 7, 5)


def test_without_a_time_rows_follow_each_other_as_they_stand(tmp_path: Path) -> None:
    with opened(written(tmp_path, {TEMPERATURE: [1, 4, None, 4, 4, 2], "B": range(6)}), tmp_path) as frame:
        said = found(frame, "flatline", UNTIMED, min_run=3)
    (row,) = said.tables["runs"].to_pylist()
    assert (row["value"], row["values"], row["first_row"], row["last_row"]) == (4, 3, 2, 5)
    assert "3 rows from row 2 on" in said.sentences[0]


def test_a_value_that_never_changes_is_said_to_be_constant(tmp_path: Path) -> None:
    with opened(written(tmp_path, timed([5.5] * 20)), tmp_path) as frame:
        assert found(frame, "flatline", ASKED).sentences[0] == "“Temperature [°C]” is 5.5 °C throughout."


def test_values_that_move_are_said_to_move(tmp_path: Path) -> None:
    with opened(written(tmp_path, timed([1, 2] * 20)), tmp_path) as frame:
        said = found(frame, "flatline", ASKED)
    assert said.sentences == ("No measure stands at one value other than zero for 12 values in a row or more.",)
    assert list(said.tables) == ["measures"]


@pytest.mark.shared
def test_the_points_of_an_air_handler_stand_still_as_another_library_finds(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/c_lbnl_fdd_mzvav-2-1_head.csv"
    names = ["AHU: Supply Air Temperature", "AHU: Return Air Temperature", "AHU: Outdoor Air Temperature"]
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with opened(path, tmp_path) as frame:
        said = found(frame, "flatline", {"measures": names, "timestamp": ["Date"]}, min_run=3)
    told = {row["measure"]: row for row in said.tables["measures"].to_pylist()}
    for name in names:
        runs = [n for value, n in longest([float(row[name]) for row in rows]) if n >= 3 and value != 0]
        assert (told[name]["runs"], told[name]["flat_values"]) == (len(runs), sum(runs))
        assert (told[name]["longest_values"] or 0) == max(runs, default=0)
    assert sum(row["runs"] for row in told.values()) > 0


@given(st.lists(st.integers(0, 2), min_size=10, max_size=60), st.integers(2, 5))
@settings(max_examples=times(10), deadline=None)
def test_runs_are_those_that_another_library_finds(values: list[int], least: int) -> None:
    with tempfile.TemporaryDirectory() as name, opened(written(Path(name), timed(list(values))), Path(name)) as frame:
        said = found(frame, "flatline", ASKED, min_run=least, ignore_zero="no")
    expected = sorted(n for _, n in longest([float(value) for value in values]) if n >= least)
    runs = said.tables["runs"].to_pylist() if "runs" in said.tables else []
    assert sorted(row["values"] for row in runs) == expected
