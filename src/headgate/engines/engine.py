"""What runs the SQL of the analyses: DuckDB in the cell, or a database or cluster of the user's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from headgate.engines.duck import plain_errors


class Engine(Protocol):
    """Tables by name, expressions over them run to small Arrow tables, and tables kept for as long as the run lasts.

    Each raises InputError where the rows do not allow what is asked, UnavailableError where the engine does not answer;
    neither with a word the engine said, since that may quote a cell.
    """

    def table(self, name: str) -> ir.Table:
        """The table of this name."""

    def execute(self, expression: ir.Table) -> pa.Table:
        """What the expression gives, in the types of its schema."""

    def keep(self, expression: ir.Table) -> ir.Table:
        """A table of the engine's own that holds what the expression gives, until the engine is closed."""

    def close(self) -> None:
        """Nothing of the rows is left where the engine ran."""


class Remote(Engine, Protocol):
    """An engine that is not in the cell: it is given the rows first."""

    def load(self, name: str, schema: sch.Schema, batches: pa.RecordBatchReader) -> None:
        """The rows stand there in a table of this name, for as long as the run lasts."""


class Duck:
    """A locked-down DuckDB, its file in a private folder."""

    def __init__(self, name: str, backend: Backend, folder: Path) -> None:
        self._name, self._backend, self._folder = name, backend, folder

    def table(self, name: str) -> ir.Table:
        """As `Engine.table`."""
        found: ir.Table = self._backend.table(name)
        return found

    def execute(self, expression: ir.Table) -> pa.Table:
        """As `Engine.execute`."""
        # Ibis's own way to Arrow imports pandas, which the core install does not have.
        with plain_errors(self._name):
            found: pa.Table = self._backend.con.sql(self._backend.compile(expression)).to_arrow_table()
        return found.cast(expression.schema().to_pyarrow())

    def keep(self, expression: ir.Table) -> ir.Table:
        """As `Engine.keep`: a temporary table."""
        with plain_errors(self._name):
            kept: ir.Table = self._backend.create_table(f"kept_{uuid4().hex}", expression, temp=True)
        return kept

    def batches(self, table: str, size: int) -> pa.RecordBatchReader:
        """The rows of a table in batches of at most so many."""
        with plain_errors(self._name):
            found: pa.RecordBatchReader = self._backend.con.sql(f"SELECT * FROM {table} ORDER BY row").to_arrow_reader(  # noqa: S608
                size
            )
        return found

    def close(self) -> None:
        """The connection is closed and every file it wrote is gone."""
        self._backend.disconnect()
        shutil.rmtree(self._folder, ignore_errors=True)
