"""`--engine`: what is no engine is refused before a row is read, and nothing of an address is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import headgate
from tests.postgres_server import Postgres

TABLE = "time,Usage_kWh\n" + "".join(f"2024-01-{day:02d} 00:00,{day}\n" for day in range(1, 29))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "plant.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("engine", "code", "said"),
    [
        ("polars", 2, "an engine is duckdb"),
        ("sc://", 2, "the cluster's URL is not of the form"),
        ("sc://host:99999", 2, "names no host, or a port that is none"),
        ("sc://host/;token=s3cret;x=1", 2, "may say"),
        ("sc://host/;use_ssl=perhaps;token=s3cret", 2, "use_ssl"),
        ("spark://:s3cret@host", 2, "not of the form spark://host:7077"),
        ("mysql://u:s3cret@host/db", 2, "of addresses only"),
        ("postgresql://u:s3cret@127.0.0.1:1/db", 4, "takes no connection"),
        ("sc://127.0.0.1:1/;token=s3cret", 4, "takes no connection"),
    ],
)
def test_what_is_no_engine_is_refused_without_a_word_of_it(
    engine: str, code: int, said: str, table: Path, tmp_path: Path
) -> None:
    done = headgate("analyse", table, "--engine", engine, "--approve", "clean", "--out", tmp_path / "out")
    assert done.code == code, done.err
    assert said in done.last_line
    assert "s3cret" not in done.err + done.out
    assert not (tmp_path / "out").exists()


def test_a_table_of_a_database_has_the_one_connection_of_its_cell(postgres: Postgres, tmp_path: Path) -> None:
    done = headgate("analyse", postgres.url(), "--table", "x", "--engine", "sc://127.0.0.1", "--out", tmp_path / "out")
    assert done.code == 2, done.err


def test_the_engine_gets_nothing_that_outlives_the_run(postgres: Postgres, table: Path, tmp_path: Path) -> None:
    """The rows lie in temporary tables of a transaction that is rolled back; the control sees one that is not."""
    counted = "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'rows' OR relname LIKE 'kept_%'"
    done = headgate("analyse", table, "--engine", postgres.url(), "--approve", "clean", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert postgres.run(counted) == [[0]]
    assert postgres.run("CREATE TABLE kept_control (a int)", counted) == [[1]]
    postgres.run("DROP TABLE kept_control")
