"""The rows overrule the names: what a column means once its rows were seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.engines.opening import STEEL, opened, stamps, written

from headgate.catalogue.meaning import Fold, Origin, Role
from headgate.engines.profile import refine

TIMES = stamps("2024-01-01", 96 * 3, 15)
RISING = [10_000 + 0.25 * n for n in range(288)]
GAPPED = [value if n % 3 else None for n, value in enumerate(RISING)]
RESET = [value if n < 200 else value - 10_040 for n, value in enumerate(RISING)]
JAGGED = [5 + (n * 7) % 11 for n in range(288)]


@pytest.mark.parametrize(
    ("header", "cells", "role", "fold"),
    [
        ("Energy [kWh]", RISING, Role.ENERGY_CUMULATIVE, Fold.LAST),
        ("Energy [kWh]", RESET, Role.ENERGY_CUMULATIVE, Fold.LAST),
        ("Energy [kWh]", GAPPED, Role.ENERGY_CUMULATIVE, Fold.LAST),
        ("Energy [kWh]", JAGGED, Role.ENERGY_INTERVAL, Fold.SUM),
        ("Energy [kWh]", [1 + 0.9 * n for n in range(20)] * 14 + [1] * 8, Role.ENERGY_INTERVAL, Fold.SUM),
        ("Energy meter reading [kWh]", JAGGED, Role.ENERGY_INTERVAL, Fold.SUM),
        ("Energy meter reading [kWh]", RISING, Role.ENERGY_CUMULATIVE, Fold.LAST),
        ("Energy [kWh]", [7] * 288, Role.UNKNOWN, Fold.NONE),
        ("Energy [kWh]", [None] * 288, Role.UNKNOWN, Fold.NONE),
    ],
    ids=["rises", "rises and resets", "rises with gaps", "up and down", "grows and falls", "a register that falls",
         "a register", "constant", "empty"],
)  # fmt: skip
def test_what_a_meter_counts_is_told_by_its_rows(
    tmp_path: Path, header: str, cells: list[float | None], role: Role, fold: Fold
) -> None:
    with opened(written(tmp_path, {"Time": TIMES, header: cells, "x": JAGGED}), tmp_path) as frame:
        meaning = refine(frame)["c2"]
    assert (meaning.role, meaning.fold) == (role, fold)


def test_registers_below_each_other_are_told_apart_by_their_entity(tmp_path: Path) -> None:
    times = [time for time in TIMES for _ in range(2)]
    cells = [value if at == 0 else value / 10 for value in RISING for at in range(2)]
    columns = {"Time": times, "Energy [kWh]": cells, "Meter": ["A", "B"] * 288}
    path = written(tmp_path, columns)
    with opened(path, tmp_path) as frame:
        meter = frame.meaning("c3")
        assert meter.role is Role.ENTITY
        assert refine(frame)["c2"].role is Role.ENERGY_CUMULATIVE


@pytest.mark.parametrize(("scale", "unit"), [(1, None), (100, "%")])
def test_a_power_factor_is_a_share_or_per_cent(tmp_path: Path, scale: int, unit: str | None) -> None:
    cells = [scale * (0.8 + (n % 20) / 100) for n in range(288)]
    with opened(written(tmp_path, {"Time": TIMES, "Power factor": cells}), tmp_path) as frame:
        meaning = refine(frame)["c2"]
    assert (meaning.role, meaning.unit, meaning.origin) == (Role.POWER_FACTOR, unit, Origin.ROWS)


def test_seconds_of_the_day_are_a_time_of_day(tmp_path: Path) -> None:
    columns = {"Time": TIMES, "Qwx": [(n % 96) * 900 for n in range(288)], "Other": [n % 95 for n in range(288)]}
    with opened(written(tmp_path, columns), tmp_path) as frame:
        found = refine(frame)
    assert found["c2"].role is Role.TIME_OF_DAY
    assert found["c3"].role is not Role.TIME_OF_DAY


def test_texts_are_groups_where_few_differ(tmp_path: Path) -> None:
    columns = {
        "Time": TIMES,
        "Qwx": ["red", "green", "blue"] * 96,
        "Category": [f"remark {n}" for n in range(288)],
        "Shift": ["one"] * 288,
    }
    with opened(written(tmp_path, columns), tmp_path) as frame:
        found = refine(frame)
    assert [found[each].role for each in ("c2", "c3", "c4")] == [Role.CATEGORY, Role.TEXT_FREE, Role.UNKNOWN]


def test_a_time_that_is_none_is_no_time(tmp_path: Path) -> None:
    with opened(written(tmp_path, {"Date": ["soon", "later", "never"], "kWh": [1, 2, 4]}), tmp_path) as frame:
        assert refine(frame)["c1"].role is not Role.DATE


@pytest.mark.parametrize("origin", [Origin.USER, Origin.PROVIDER])
def test_what_somebody_said_is_left_as_it_is(tmp_path: Path, origin: Origin) -> None:
    with opened(written(tmp_path, {"Time": TIMES, "Energy [kWh]": RISING}), tmp_path) as frame:
        said = {each: replace(frame.meaning(each), origin=origin) for each in frame.ids}
        assert refine(frame.under(said)) == said


def test_the_meanings_of_the_steel_table_stand(tmp_path: Path) -> None:
    with opened(STEEL, tmp_path) as frame:
        roles = {frame.header(each): meaning.role for each, meaning in refine(frame).items()}
    assert roles["Usage_kWh"] is Role.ENERGY_INTERVAL
    assert roles["NSM"] is Role.INTERVAL_ID
    assert roles["date"] is Role.TIMESTAMP
    assert roles["Load_Type"] is Role.CATEGORY


def test_a_time_that_few_rows_have_is_an_unlikely_one(tmp_path: Path) -> None:
    columns = {"opened on": ["2001-05-01", "2004-02-03", *[None] * 6], "sold on": ["2001-05-01", "2004-02-03"] * 4}
    with opened(written(tmp_path, columns | {"revenue EUR": range(8)}), tmp_path) as frame:
        found = refine(frame)
    assert found["c1"].confidence < 0.35 < found["c2"].confidence
