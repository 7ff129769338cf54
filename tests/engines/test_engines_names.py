"""How a column is called in sentences and charts: by its header, or in words where that is long."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened, written

from headgate.engines.profile import refine

LONG = "TOTAL / Sales / Total Sales Megawatthours"
TWIN = "TOTAL / Sales / Total Sales Kilowatthours"


@pytest.mark.parametrize(
    ("headers", "labels"),
    [
        (["Usage_kWh"], ["Usage_kWh"]),
        ([LONG], ["total sales"]),
        (["out.electricity.total.energy_consumption"], ["total electricity use"]),
        ([LONG, TWIN], [LONG, TWIN]),  # in words they would read the same
    ],
)
def test_a_long_header_is_told_in_words_where_it_stays_told_apart(
    tmp_path: Path, headers: list[str], labels: list[str]
) -> None:
    with opened(written(tmp_path, {header: [1, 2, 3] for header in headers}), tmp_path) as frame:
        assert [frame.label(each) for each in frame.ids] == labels
        assert [frame.header(each) for each in frame.ids] == headers


def test_an_analysis_of_one_of_two_twins_may_tell_it_in_words(tmp_path: Path) -> None:
    with opened(written(tmp_path, {LONG: [1, 2, 3], TWIN: [1, 2, 3]}), tmp_path) as frame:
        assert frame.about({"c1"}).label("c1") == "total sales"
        assert frame.about({"c1", "c2"}).label("c1") == LONG
        assert frame.about(set()).label("c1") == LONG, "an analysis of no column is one of all"


def test_beside_a_long_header_a_short_one_is_told_in_words_too(tmp_path: Path) -> None:
    with opened(written(tmp_path, {LONG: [1, 2, 3], "Usage_kWh": [1, 2, 3]}), tmp_path) as frame:
        assert frame.about({"c2"}).label("c2") == "Usage_kWh"
        assert frame.about({"c1", "c2"}).label("c2") == "electricity use"


def test_what_a_header_means_does_not_depend_on_how_it_is_told(tmp_path: Path) -> None:
    with opened(written(tmp_path, {LONG: [1, 2, 3]}), tmp_path) as frame:
        assert (frame.unit("c1"), frame.label("c1")) == ("MWh", "total sales")

        assert refine(frame)["c1"].unit == "MWh"
