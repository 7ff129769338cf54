"""Grouping never makes or loses energy, and a row without a value says nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.opening import opened, result, stamps, written
from tests.scale import times

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.interface import Result

ROUNDING = 1e-12  # of a quantile between two equal values
DAYS = 15
COUNT = DAYS * 24
LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}
ROLES = {"Made [t]": (Role.PRODUCTION_OUT, Fold.SUM), "Energy [kWh]": (Role.ENERGY_INTERVAL, Fold.SUM)}
KINDS = ("load_profile", "load_heatmap", "load_duration", "peak_demand", "base_load", "load_factor")

# A day's shape, one factor a day and the hours that are missing: rich enough, and small enough to shrink.
shapes = st.tuples(
    st.lists(st.integers(0, 900), min_size=24, max_size=24).filter(any),
    st.lists(st.integers(1, 4), min_size=DAYS, max_size=DAYS),
    st.sets(st.integers(1, COUNT - 2), max_size=30),
)


def values(shape: tuple[list[int], list[int], set[int]]) -> list[float | None]:
    hours, days, missing = shape
    return [None if n in missing else float(hours[n % 24] * days[n // 24]) for n in range(COUNT)]


def found(energy: Sequence[float | None], kinds: Sequence[str], extra: int = 0) -> list[Result]:
    """What the kinds say of these hours, with `extra` rows that have a time and no value after them."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        times = stamps("2024-01-01", COUNT + extra, 60)
        made = [float(n % 5) for n in range(COUNT + extra)]
        path = written(work, {"Time": times, "Energy [kWh]": [*energy, *[None] * extra], "Made [t]": made})
        with opened(path, work, ROLES) as frame:
            return [
                result(frame, kind, {**LOAD} if kind != "intensity" else _intensity(), **_params(kind))
                for kind in kinds
            ]


def _intensity() -> dict[str, str]:
    return {"energy": "Energy [kWh]", "denominator": "Made [t]", "timestamp": "Time"}


def _params(kind: str) -> dict[str, str]:
    return {"grain": "day"} if kind == "intensity" else {}


def total(energy: Sequence[float | None]) -> float:
    return sum(value for value in energy if value is not None)


@given(shapes)
@settings(max_examples=times(12), deadline=None)
def test_days_hours_and_periods_add_up_to_the_whole(shape: tuple[list[int], list[int], set[int]]) -> None:
    energy = values(shape)
    calendar, factor, intensity = found(energy, ("load_heatmap", "load_factor", "intensity"))
    days = calendar.tables["days"].to_pylist()
    months = factor.tables["periods"].to_pylist()
    assert sum(row["kwh"] for row in days) == pytest.approx(total(energy))
    assert sum(row["mean_kw"] * row["hours"] for row in months) == pytest.approx(total(energy))
    assert sum(row["over"] for row in intensity.tables["periods"].to_pylist()) == pytest.approx(total(energy))
    assert sum(row["kw"] for row in calendar.tables["calendar"].to_pylist()) == pytest.approx(total(energy))


@given(shapes)
@settings(max_examples=times(12), deadline=None)
def test_no_part_is_larger_than_the_peak_or_smaller_than_the_lowest(
    shape: tuple[list[int], list[int], set[int]],
) -> None:
    energy = values(shape)
    profile, duration, peak, base, factor = found(
        energy, ("load_profile", "load_duration", "peak_demand", "base_load", "load_factor")
    )
    known = [value for value in energy if value is not None]
    assert peak.facts["peak_kw"] == duration.facts["peak_kw"] == max(known)
    assert min(known) * (1 - ROUNDING) <= float(base.facts["base_kw"] or 0) <= max(known) * (1 + ROUNDING)
    assert 0 < float(factor.facts["load_factor"] or 0) <= 1 + ROUNDING
    for row in profile.tables["profile"].to_pylist():
        assert min(known) * (1 - ROUNDING) <= row["p10_kw"]
        assert row["p10_kw"] * (1 - ROUNDING) <= row["p90_kw"] <= max(known) * (1 + ROUNDING)


@given(shapes, st.integers(1, 30))
@settings(max_examples=times(8), deadline=None)
def test_rows_without_a_value_change_nothing(shape: tuple[list[int], list[int], set[int]], extra: int) -> None:
    energy = values(shape)
    for plain, padded in zip(found(energy, KINDS), found(energy, KINDS, extra), strict=True):
        assert plain.facts == pytest.approx(padded.facts)
        assert plain.sentences == padded.sentences
        assert {name: table.num_rows for name, table in plain.tables.items()} == {
            name: table.num_rows for name, table in padded.tables.items()
        }


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 999) | st.none()), min_size=8, max_size=40), st.integers(2, 5)
)
@settings(max_examples=times(12), deadline=None)
def test_groups_and_the_rest_add_up_to_the_whole(rows: list[tuple[int, int | None]], top_n: int) -> None:
    rows = [*rows, (0, 1), (1, 1)]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        columns = {"Line": [f"line {group}" for group, _ in rows], "Energy [kWh]": [value for _, value in rows]}
        with opened(written(work, columns), work, ROLES) as frame:
            said = result(frame, "breakdown", {"measure": "Energy [kWh]", "category": "Line"}, top_n=top_n)
    (table,) = said.tables.values()
    assert sum(row["value"] for row in table.to_pylist()) == pytest.approx(total([value for _, value in rows]))
    assert sum(row["rows"] for row in table.to_pylist()) == sum(value is not None for _, value in rows)


def test_a_row_with_a_value_does_change_something() -> None:
    """The control of the test above."""
    energy: list[float | None] = [1.0] * COUNT
    plain, changed = (found(each, ("peak_demand",))[0] for each in (energy, [*energy[:-1], 2.0]))
    assert plain.facts != changed.facts
