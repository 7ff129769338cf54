"""Expressions as SQL text for engines that are spoken to over a connection of the cell's, and not by a library."""

from __future__ import annotations

from enum import StrEnum
from uuid import uuid4

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from ibis.backends.sql.compilers import PostgresCompiler, PySparkCompiler
from ibis.config import Config
from sqlglot import exp


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
    tree = _COMPILERS[dialect].to_sqlglot(expression)
    if dialect is Dialect.SPARK:
        tree = tree.transform(_double)
    return str(tree.sql(dialect=dialect.value))


def _double(node: exp.Expression) -> exp.Expression:
    """Numbers with a point as doubles: Spark reads 1.0 as a decimal of one place, and rounds means to five more."""
    if isinstance(node, exp.Literal) and not node.is_string and not node.this.isdecimal():
        return exp.Cast(this=exp.Literal.string(node.this), to=exp.DataType.build("double"))
    return node


def named(schema: sch.Schema, name: str) -> ir.Table:
    """A table of this name and schema, which no engine is bound to."""
    found: ir.Table = ibis.table(schema, name=name)
    return found


def fresh_name() -> str:
    """A name no table has."""
    return f"kept_{uuid4().hex}"
