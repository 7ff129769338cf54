"""PostgreSQL as the engine: the rows in a temporary table of one transaction, the SQL run there, results as text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as pacsv

from headgate.engines.compiled import Dialect, fresh_name, named, sql
from headgate.errors import IntegrityError, UnavailableError

if TYPE_CHECKING:
    from headgate.headers.postgres import Session

_TYPES = {
    "int64": "bigint",
    "float64": "double precision",
    "timestamp": "timestamp",
    "date": "date",
    "string": "text",
    "boolean": "boolean",
}


class Postgres:
    """A session with a transaction of its own. What it makes is temporary; closing it rolls everything back."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tables: dict[str, ir.Table] = {}
        session.begin()

    def load(self, name: str, schema: sch.Schema, batches: pa.RecordBatchReader) -> None:
        """The rows stand in a temporary table of this name."""
        columns = ", ".join(f"{_quoted(column)} {_type(kind)}" for column, kind in schema.items())
        self._session.work(f"CREATE TEMPORARY TABLE {_quoted(name)} ({columns}) ON COMMIT DROP")
        self._session.work(f"COPY {_quoted(name)} FROM STDIN (FORMAT csv)", rows=_lines(batches))
        self._session.work(f"ANALYZE {_quoted(name)}")
        self._tables[name] = named(schema, name)

    def table(self, name: str) -> ir.Table:
        """As `Engine.table`."""
        return self._tables[name]

    def execute(self, expression: ir.Table) -> pa.Table:
        """As `Engine.execute`."""
        found = io.BytesIO()
        self._session.work(f"COPY ({sql(expression, Dialect.POSTGRES)}) TO STDOUT (FORMAT csv)", into=found)
        return _read(found.getvalue(), expression.schema().to_pyarrow())

    def keep(self, expression: ir.Table) -> ir.Table:
        """As `Engine.keep`: a temporary table."""
        name = fresh_name()
        body = sql(expression, Dialect.POSTGRES)
        self._session.work(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {body}")
        self._session.work(f"ANALYZE {name}")
        return named(expression.schema(), name)

    def close(self) -> None:
        """As `Engine.close`."""
        self._session.end()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _type(kind: dt.DataType) -> str:
    found = _TYPES.get(type(kind).__name__.lower())
    if found is None:
        raise IntegrityError(f"rows hold no values of the type {kind}")
    return found


def _lines(batches: pa.RecordBatchReader) -> Iterator[bytes]:
    """The rows as CSV: texts quoted, nulls empty."""
    options = pacsv.WriteOptions(include_header=False)
    for batch in batches:
        out = io.BytesIO()
        pacsv.write_csv(batch, out, write_options=options)
        yield out.getvalue()


def _read(text: bytes, schema: pa.Schema) -> pa.Table:
    """The table of a CSV text, in the types of the schema; what is quoted is no null."""
    if not text:
        return schema.empty_table()
    numbers = [pa.string() if pa.types.is_floating(field.type) else field.type for field in schema]
    try:
        found = pacsv.read_csv(
            io.BytesIO(text),
            read_options=pacsv.ReadOptions(column_names=schema.names),
            parse_options=pacsv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict(zip(schema.names, numbers, strict=True)),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        return found.cast(schema)
    except pa.ArrowException:
        raise UnavailableError("the database gave a result that is none; check that it is PostgreSQL") from None
