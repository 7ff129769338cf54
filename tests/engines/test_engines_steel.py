"""The published figures of the bundled steel table, through the real path from the file on."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import pytest
from tests.engines.opening import STEEL, opened, result

from headgate.engines.frame import Frame

LOAD = {"load": "Usage_kWh", "timestamp": "date"}
REACTIVE = "Lagging_Current_Reactive.Power_kVarh"


@pytest.fixture(scope="module")
def steel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frame]:
    with opened(STEEL, tmp_path_factory.mktemp("steel")) as frame:
        yield frame


@pytest.mark.parametrize(
    ("kind", "fact", "figure"),
    [
        ("peak_demand", "peak_kw", "628.7"),
        ("load_factor", "load_factor", "0.174"),
        ("base_load", "base_kw", "10.96"),
        ("load_profile", "weekend_share", "0.122"),
    ],
)
def test_the_golden_values_are_met_to_every_digit_given(steel: Frame, kind: str, fact: str, figure: str) -> None:
    value = result(steel, kind, LOAD).facts[fact]
    assert isinstance(value, float)
    assert f"{value:.{len(figure.partition('.')[2])}f}" == figure


def test_the_weekend_share_agrees_with_the_publisher_s_own_mark_of_the_weekend(steel: Frame) -> None:
    share = result(steel, "load_profile", LOAD).facts["weekend_share"]
    marked = steel.number(steel.rows.c2.sum(where=steel.rows.c9 == "Weekend"))
    assert marked is not None
    assert share == pytest.approx(marked / 959_636.71, rel=1e-9)


def test_stamps_moved_back_without_regard_to_the_late_midnights_would_miss_that_mark(steel: Frame) -> None:
    """The control of the test above: it puts each midnight row, which closes its day, into the day before."""
    moved = steel.rows.mutate(t=steel.rows.c1 - ibis.interval(minutes=15))
    share = steel.number(moved.c2.sum(where=moved.t.day_of_week.index() >= 5) / moved.c2.sum())
    assert share == pytest.approx(0.12227, abs=1e-5)
    assert result(steel, "load_profile", LOAD).facts["weekend_share"] == pytest.approx(0.12206, abs=1e-5)


def test_the_year_is_365_whole_days_from_midnight_to_midnight(steel: Frame) -> None:
    load = steel.load("c2", "c1")
    found = steel.execute(load.aggregate(n=load.count(), first=load.t.min(), last=load.t.max())).to_pylist()[0]
    assert (found["n"], str(found["first"]), str(found["last"])) == (
        365 * 96,
        "2018-01-01 00:00:00",
        "2018-12-31 23:45:00",
    )


def test_the_peak_is_named_with_its_interval(steel: Frame) -> None:
    said = result(steel, "peak_demand", LOAD).sentences[0]
    assert said == "The highest 15-minute demand was 628.7 kW on Thu 22 Nov 2018, 09:30 to 09:45."


def test_two_independent_columns_give_one_power_factor(steel: Frame) -> None:
    """The factor column was measured, the reactive energy too: they agree to what two decimals of a meter allow."""
    common = {"energy": "Usage_kWh", "timestamp": "date"}
    by_energy = result(steel, "power_factor", {**common, "reactive": REACTIVE}).facts["power_factor"]
    by_column = result(steel, "power_factor", {**common, "factor": "Lagging_Current_Power_Factor"}).facts[
        "power_factor"
    ]
    assert by_energy == pytest.approx(by_column, abs=1e-4)
    assert by_energy == pytest.approx(959_636.71 / (959_636.71**2 + 456_759.84**2) ** 0.5, rel=1e-9)


def test_every_figure_names_columns_that_its_table_has(steel: Frame) -> None:
    for kind in ("load_profile", "load_heatmap", "load_duration", "peak_demand", "base_load", "load_factor"):
        found = result(steel, kind, LOAD)
        assert found.figures
        for figure in found.figures:
            named = {figure.x, figure.y, figure.series, figure.colour, figure.x2, figure.low, figure.high} - {None}
            assert named <= set(found.tables[figure.table].column_names), kind
