"""Spark as the engine, over Spark Connect: the rows in a cached view of one session, the SQL run on the cluster."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.compiled import Dialect, fresh_name, named, sql
from headgate.errors import HeadgateError, UnavailableError

if TYPE_CHECKING:
    from headgate.engines.spark_connect import Client

_CHUNK = 16 << 20  # bytes of a message to the server, which takes up to 128 MB
# As DuckDB does: a quotient of zero is no error, a naive stamp is that of its own clock.
_SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "false"}


class Spark:
    """A session of a cluster. What it makes is its own; closing it drops all of it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tables: dict[str, ir.Table] = {}
        self._cached: list[str] = []
        for name, value in _SETTINGS.items():
            client.run(f"SET {name}={value}")

    def load(self, name: str, schema: sch.Schema, batches: pa.RecordBatchReader) -> None:
        """The rows stand in a cached view of this name."""
        parts = []
        for part in _parts(batches):
            parts.append(fresh_name())
            self._client.view(parts[-1], part)
        cells = ", ".join(
            f"CAST(`{column}` AS TIMESTAMP) AS `{column}`" if kind.is_timestamp() else f"`{column}`"
            for column, kind in schema.items()
        )
        whole = " UNION ALL ".join(f"SELECT {cells} FROM {part}" for part in parts)  # noqa: S608
        self._keep(name, whole)
        self._tables[name] = named(schema, name)

    def table(self, name: str) -> ir.Table:
        """As `Engine.table`."""
        return self._tables[name]

    def execute(self, expression: ir.Table) -> pa.Table:
        """As `Engine.execute`."""
        schema = expression.schema().to_pyarrow()
        try:
            streams = self._client.rows(sql(expression, Dialect.SPARK))
            tables = [pa.ipc.open_stream(stream).read_all() for stream in streams]
            if not tables:
                return schema.empty_table()
            return pa.concat_tables(tables).rename_columns(schema.names).cast(schema)
        except (pa.ArrowException, ValueError):
            raise UnavailableError("the cluster gave a result that is none; check that it is Spark 4") from None

    def keep(self, expression: ir.Table) -> ir.Table:
        """As `Engine.keep`: a cached view."""
        name = fresh_name()
        self._keep(name, sql(expression, Dialect.SPARK))
        return named(expression.schema(), name)

    def _keep(self, name: str, body: str) -> None:
        self._client.run(f"CACHE TABLE {name} AS {body}")
        self._cached.append(name)

    def close(self) -> None:
        """As `Engine.close`; what a broken connection left is dropped when the server ends the session."""
        with suppress(HeadgateError):
            for name in reversed(self._cached):
                self._client.run(f"UNCACHE TABLE IF EXISTS {name}")
            self._client.release()


def _parts(batches: pa.RecordBatchReader) -> list[bytes]:
    """The rows as Arrow streams, none much larger than a message may be; one without a row where there is none."""
    streams = []
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= _CHUNK:
            streams.append(_stream(held, batches.schema))
            held, size = [], 0
    if held or not streams:
        streams.append(_stream(held, batches.schema))
    return streams


def _stream(batches: list[pa.RecordBatch], schema: pa.Schema) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())
