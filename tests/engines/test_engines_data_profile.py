"""The profile of the columns, worked out by hand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.engines.asking import found, refused
from tests.engines.opening import opened, stamps, written

COLUMNS = {
    "Time": stamps("2024-01-01", 100, 60),
    "Energy [kWh]": [n if n % 10 else None for n in range(100)],
    "Line": ["A"] * 60 + ["B"] * 40,
    "Fixed": [7] * 100,
    "Marked": ["ND"] * 20 + [1.5, 2.5] * 40,
    "Nothing": [None] * 100,
}


def test_a_table_without_rows_has_no_profile(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"a": [], "b": []}), tmp_path) as frame:
        assert refused(frame, "data_profile", {}) == "The table has no row."


def test_every_column_has_its_row(tmp_path: Path) -> None:
    """1 to 99 without the tens: 90 values that add up to 4,950 - 450 = 4,500, so 50 on average and in the middle."""
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        said = found(frame, "data_profile", {})
    rows = {row["column"]: row for row in said.tables["columns"].to_pylist()}
    energy = rows["Energy [kWh]"]
    assert [energy[name] for name in ("filled", "empty", "distinct", "min", "median", "mean", "max")] == [
        90,
        10,
        90,
        1,
        50,
        50,
        99,
    ]
    assert (rows["Fixed"]["constant"], rows["Line"]["constant"], rows["Line"]["distinct"]) == (True, False, 2)
    assert (rows["Marked"]["sentinels"], rows["Marked"]["empty"]) == (20, 20)
    assert (rows["Nothing"]["type"], rows["Nothing"]["filled"]) == ("empty", 0)
    assert f"{rows['Time']['last']:%d %H:%M}" == "05 03:00"


def test_what_is_missing_is_counted_drawn_and_said(tmp_path: Path) -> None:
    """10 + 20 + 100 of 600 cells."""
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        said = found(frame, "data_profile", {})
    assert said.facts["empty_share"] == 130 / 600
    assert said.tables["gaps"]["column"].to_pylist() == ["Marked", "Energy [kWh]"]
    assert said.tables["gaps"]["empty_percent"].to_pylist() == [20, 10]
    assert said.warnings == (
        "1 column without any value: Nothing.",
        "1 column with one and the same value on every row: Fixed.",
        "1 column with marks for a missing value, which count as empty: Marked.",
    )


def test_the_histogram_holds_every_value_once(tmp_path: Path) -> None:
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        said = found(frame, "data_profile", {})
    bins = said.tables["histogram_1"].to_pylist()
    assert (len(bins), sum(row["rows"] for row in bins)) == (40, 90)
    assert (bins[0]["from"], bins[-1]["to"]) == (1.0, 99.0)
    assert all(one["to"] == two["from"] for one, two in pairwise(bins))


def test_the_groups_are_counted_the_greatest_first(tmp_path: Path) -> None:
    with opened(written(tmp_path, COLUMNS), tmp_path) as frame:
        rows = found(frame, "data_profile", {"columns": ["Line"]}, top_n=1).tables["top_values"].to_pylist()
    assert rows == [{"column": "Line", "value": "A", "rows": 60, "share": 0.6}]
