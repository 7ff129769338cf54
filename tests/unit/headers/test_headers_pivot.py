"""A pivot table, whose headers are values, is flagged as a whole: no rule approves any of its names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from headgate.analysis import screened_headers
from headgate.headers import Table, read
from headgate.manifest import approve_clean
from headgate.screening import screen
from headgate.screening.first_row import pivoted

DATES, NUMBERS, CODES = "dates or periods", "numbers", "codes"
OTHERS = "customers, sites or people"
PIVOTS: dict[str, tuple[list[str], str]] = {
    "days": (["product", *(f"2026-01-{day:02d}" for day in range(1, 13))], DATES),
    "days in German": (["Produkt", *(f"{day:02d}.01.2026" for day in range(1, 13))], DATES),
    "two days": (["region", "2026-01-01", "2026-02-01"], DATES),
    "months": (["product", "Jan 2026", "Feb 2026", "Mar 2026"], DATES),
    "names of months": (["product", "January", "February", "March", "April", "May"], DATES),
    "months in French": (["produit", "janvier", "février", "mars"], DATES),
    "years": (["country", "2019", "2020", "2021", "2022"], DATES),
    "hours": (["date", *(f"{hour:02d}:00" for hour in range(24))], DATES),
    "quarters": (["region", "Q1 2026", "Q2 2026", "2026-Q3"], DATES),
    "weeks": (["region", "KW01", "KW02", "KW03"], DATES),
    "numbers": (["date", *map(str, range(1, 25))], NUMBERS),
    "article numbers": (["month", "10012", "10044", "10781", "20013"], NUMBERS),
    "bar codes": (["month", "4006381333931", "4006381333948", "4006381333955"], NUMBERS),
    "meter codes": (["timestamp", *(f"MTR-{n:05d}" for n in (123, 124, 178, 201))], CODES),
    "meters by number": (["timestamp", *(f"Meter {n}" for n in (10023, 10024, 10178))], CODES),
    "product codes": (["month", "AX-1200", "BT-77", "CZ-9001", "energy"], CODES),
    "customers": (["month", "Hexley Polymers", "Orrin Dairy", "Wexmoor Foods", "Balline Steel"], OTHERS),
    "customers with a unit": (["month", "Hexley Polymers kWh", "Orrin Dairy kWh", "Wexmoor Foods kWh"], OTHERS),
    "customers beside plain names": (
        ["month", "Hexley Polymers", "Orrin Dairy", "Wexmoor Foods", "Green Energy"],
        OTHERS,
    ),
    "people": (["week", "Aoife", "Siobhan", "Grzegorz", "May"], OTHERS),
}
NAMES: dict[str, list[str]] = {
    "a meter": ["timestamp", "Usage_kWh", "temperature", "humidity"],
    "phases": ["timestamp", "L1 voltage V", "L2 voltage V", "L3 voltage V"],
    "points of one family": ["timestamp", *(f"temperature {n}" for n in range(1, 9))],
    "media": ["month", "electricity", "gas", "water", "steam"],
    "years of one quantity": ["region", "sales 2019", "sales 2020", "sales 2021"],
    "air": ["timestamp", "PM10", "PM25", "ozone", "temperature"],
    "one year beside names": ["timestamp", "2019", "power kW", "energy kWh"],
    "one month that is a word": ["date", "may", "power kW"],
    "a client in the prefix": ["timestamp", "Hexley_power_kW", "Hexley_energy_kWh", "Hexley_flow_m3h"],
}


def csv(path: Path, names: Sequence[str]) -> None:
    rows = (["2026-01-02 00:00", *(str(n * 1.5 + at) for at in range(1, len(names)))] for n in range(10))
    path.write_text("\n".join(",".join(row) for row in [names, *rows]), encoding="utf-8")


def grid(names: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([0.5, 1.5]) for name in names})


def duck(path: Path, names: Sequence[str]) -> None:
    with duckdb.connect(str(path)) as made:
        made.register("found", grid(names))
        made.execute("CREATE TABLE t AS SELECT * FROM found")


KINDS: dict[str, Callable[[Path, Sequence[str]], object]] = {
    "csv": csv,
    "parquet": lambda path, names: pyarrow.parquet.write_table(grid(names), path),
    "feather": lambda path, names: pyarrow.feather.write_feather(grid(names), path),
    "duckdb": duck,
}


def approved(table: Table) -> list[str]:
    decisions = approve_clean(table.headers, screened_headers(table))
    return [each.public_name for each in decisions if each.public_name is not None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PIVOTS)
def test_a_pivot_is_flagged_as_a_whole_in_every_kind_of_source(name: str, kind: str, tmp_path: Path) -> None:
    names, said = PIVOTS[name]
    KINDS[kind](tmp_path / f"t.{kind}", names)
    table = read(tmp_path / f"t.{kind}")
    assert [header.name for header in table.headers] == names
    assert table.doubt is not None
    assert said in table.doubt
    assert "pivot" in table.doubt
    assert approved(table) == []


@pytest.mark.parametrize("name", NAMES)
def test_names_that_hold_numbers_dates_or_a_client_are_no_pivot(name: str, tmp_path: Path) -> None:
    csv(tmp_path / "t.csv", NAMES[name])
    assert read(tmp_path / "t.csv").doubt is None


def test_without_the_flag_a_rule_would_have_taken_some_of_these_names() -> None:
    taken = {name for name, (names, _) in PIVOTS.items() if any(one.verdict.value == "clean" for one in screen(names))}
    assert "names of months" in taken
    assert len(taken) > len(PIVOTS) / 2


def test_a_reason_holds_no_name(tmp_path: Path) -> None:
    for names, _ in PIVOTS.values():
        csv(tmp_path / "t.csv", names)
        said = read(tmp_path / "t.csv").doubt or ""
        assert [name for name in names[1:] if len(name) > 2 and name in said] == []


def test_names_a_person_gave_are_in_no_doubt(tmp_path: Path) -> None:
    csv(tmp_path / "t.csv", ["region", "2026-01-01", "2026-02-01"])
    assert read(tmp_path / "t.csv", names=["region", "January", "February"]).doubt is None


@pytest.mark.parametrize("kind", ["parquet", "feather", "duckdb"])
def test_names_of_a_schema_that_read_as_a_row_or_stand_over_words_alone_are_left_to_a_person(
    kind: str, tmp_path: Path
) -> None:
    for names, kept in ((["2026-01-01 00:00", "12.5", "Wexmoor", "x"], 1.5), (["name", "status", "remark"], "word")):
        path = tmp_path / f"t{len(names)}.{kind}"
        table = pa.table({name: pa.array([kept, kept]) for name in names})
        if kind == "duckdb":
            with duckdb.connect(str(path)) as made:
                made.register("found", table)
                made.execute("CREATE TABLE t AS SELECT * FROM found")
        elif kind == "parquet":
            pyarrow.parquet.write_table(table, path)
        else:
            pyarrow.feather.write_feather(table, path)
        assert read(path).doubt is not None
        assert approved(read(path)) == []


def test_half_of_the_names_have_to_be_values() -> None:
    assert pivoted(["a", "b", "c", "2019", "2020"]) is None
    assert pivoted(["a", "b", "2019", "2020"]) is not None
    assert pivoted(["", "", "2019"]) is None
