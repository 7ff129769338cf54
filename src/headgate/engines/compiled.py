"""Expressions as SQL text for engines that are spoken to over a connection of the cell's, and not by a library."""

from __future__ import annotations

from enum import StrEnum
from uuid import uuid4

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from ibis.backends.sql.compilers import PostgresCompiler, PySparkCompiler
from ibis.config import Config


class Dialect(StrEnum):
    """The dialects of SQL that are spoken besides DuckDB's, in sqlglot's words."""

    POSTGRES = "postgres"
    SPARK = "spark"


class _Spark(Config):  # type: ignore[misc]
    """What Ibis's own backend would register when it connects."""

    treat_nan_as_null: bool = False


ibis.options.pyspark = _Spark()
_COMPILERS = {Dialect.POSTGRES: PostgresCompiler(), Dialect.SPARK: PySparkCompiler()}


def sql(expression: ir.Table, dialect: Dialect) -> str:
    """The expression as one SELECT of the dialect."""
    return str(_COMPILERS[dialect].to_sqlglot(expression).sql(dialect=dialect.value))


def named(schema: sch.Schema, name: str) -> ir.Table:
    """A table of this name and schema, which no engine is bound to."""
    found: ir.Table = ibis.table(schema, name=name)
    return found


def fresh_name() -> str:
    """A name no table has."""
    return f"kept_{uuid4().hex}"
