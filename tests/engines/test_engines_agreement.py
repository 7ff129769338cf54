"""One body over all engines: every kind says on another engine what it says on DuckDB.

A kind that an engine does not run is a gap, marked by the exception it raises; the mark goes red when the gap closes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands import headgate
from tests.engines import plant
from tests.engines.opening import opened
from tests.postgres_server import Postgres as Server
from tests.spark_server import Spark as Cluster

from headgate.engines.engine import Remote
from headgate.engines.frame import Frame
from headgate.engines.interface import Outcome, Result, Skipped
from headgate.engines.kinds import RUNNERS
from headgate.engines.postgres import Postgres
from headgate.engines.spark import Spark
from headgate.headers.cluster import cluster
from headgate.headers.postgres import Session
from headgate.headers.server import server
from headgate.plan.kinds import KINDS
from headgate.sandbox.connection import connected

ENGINES = ("postgres", "spark")
GAPS: dict[tuple[str, str], type[BaseException]] = {}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Frame, dict[str, Outcome]]]:
    """The plant's table on DuckDB, and what each kind says there."""
    folder = tmp_path_factory.mktemp("here")
    with opened(plant.table(folder), folder, plant.ROLES) as frame:
        yield frame, {each.kind: RUNNERS[each.kind](frame, each) for each in plant.asked(frame)}


@pytest.fixture(scope="module", params=ENGINES)
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Frame]]:
    """The same table on another engine."""
    engine: Remote = request.getfixturevalue(f"{request.param}_engine")
    folder = tmp_path_factory.mktemp("there")
    with opened(plant.table(folder), folder, plant.ROLES) as frame, frame.moved(engine) as moved:
        yield request.param, moved


@pytest.fixture(scope="module")
def postgres_engine(postgres: Server) -> Postgres:
    place = server(postgres.url())
    return Postgres(Session(connected((place.host, place.port)), place))


@pytest.fixture(scope="module")
def spark_engine(spark: Cluster) -> Spark:
    from headgate.engines.spark_connect import Client

    place = cluster(spark.url)
    return Spark(Client(connected((place.host, place.port)), place))


def test_most_kinds_have_a_result_to_compare(here: tuple[Frame, dict[str, Outcome]]) -> None:
    skipped = {kind: found.reason for kind, found in here[1].items() if isinstance(found, Skipped)}
    assert set(here[1]) == set(KINDS)
    assert len(skipped) <= 3, skipped


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_says_the_same_on_every_engine(
    kind: str, here: tuple[Frame, dict[str, Outcome]], there: tuple[str, Frame]
) -> None:
    engine, frame = there
    analysis = next(each for each in plant.asked(frame) if each.kind == kind)
    gap = GAPS.get((engine, kind))
    if gap is not None:
        with pytest.raises(gap):
            RUNNERS[kind](frame, analysis)
        return
    same(RUNNERS[kind](frame, analysis), here[1][kind])


def same(found: Outcome, wanted: Outcome) -> None:
    """Two outcomes say the same: numbers to nine digits, all else to the letter."""
    if isinstance(wanted, Skipped) or isinstance(found, Skipped):
        assert found == wanted
        return
    assert isinstance(found, Result)
    assert list(found.tables) == list(wanted.tables)
    for name, table in wanted.tables.items():
        assert found.tables[name].schema == table.schema, name
        rows, expected = found.tables[name].to_pylist(), table.to_pylist()
        assert len(rows) == len(expected), name
        for row, other in zip(rows, expected, strict=True):
            assert {key: near(value) for key, value in row.items()} == other, name
    assert dict(found.facts) == {key: near(value) for key, value in wanted.facts.items()}
    assert (found.sentences, found.warnings) == (wanted.sentences, wanted.warnings)
    assert [each.value for each in found.headlines] == [near(each.value) for each in wanted.headlines]


def near(value: Any) -> Any:
    if isinstance(value, float) and not isinstance(value, bool | date | datetime):
        return pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True)
    return value


@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_a_whole_report_is_the_same_and_says_where_it_was_made(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The command, its sealed cell and its one connection; the rows of the plant are typed here and analysed there."""
    source = plant.table(tmp_path, 45, ("Time", "Electricity [kWh]", "Outdoor temperature [°C]", "Area"))
    at = place_of(engine, request)
    reports = {}
    for name, given in {"here": (), "there": ("--engine", at)}.items():
        done = headgate("analyse", source, "--approve", "clean", "--out", tmp_path / name, "--json", *given)
        assert done.code == 0, done.err
        reports[name] = json.loads(done.out)
        assert "p:ss" not in done.err
    assert "The rows go to the engine you named" in done.err
    assert "isolation engine" in (tmp_path / "there" / "index.html").read_text(encoding="utf-8")
    assert "isolation engine" not in (tmp_path / "here" / "index.html").read_text(encoding="utf-8")
    kept = ("results", "skipped")
    found, wanted = ({name: report[name] for name in kept} for report in (reports["there"], reports["here"]))
    assert len(wanted["results"]) >= 10
    agree(found, wanted)


def place_of(engine: str, request: pytest.FixtureRequest) -> str:
    if engine == "postgres":
        return request.getfixturevalue("postgres").url()
    return f"spark://127.0.0.1:{request.getfixturevalue('spark').master}"


def agree(found: Any, wanted: Any) -> None:
    """Two documents are the same, numbers to nine digits."""
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys()
        for name, value in wanted.items():
            agree(found[name], value)
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            agree(one, other)
    else:
        assert found == near(wanted)
