"""Computed columns that can be worked out row by row: sums and differences of columns."""

from __future__ import annotations

import ibis.expr.types as ir

from headgate.plan.language import Expression, Folded


def summed(expression: Expression) -> tuple[Folded, ...] | None:
    """The columns that are added and subtracted, None where the expression does anything else with them."""
    if isinstance(expression, Folded):
        return (expression,)
    if expression.op not in ("add", "sub", "neg"):
        return None
    terms: list[Folded] = []
    for side in (expression.a, expression.b):
        found = () if side is None else summed(side)
        if found is None:
            return None
        terms += found
    return tuple(terms)


def value(expression: Expression, rows: ir.Table) -> ir.Value:
    """The value on each row; none where one of the columns has none, since a sum with a gap is no sum."""
    if isinstance(expression, Folded):
        return rows[expression.of]
    left = value(expression.a, rows)
    if expression.b is None:
        return -left
    right = value(expression.b, rows)
    return left + right if expression.op == "add" else left - right
