"""Two measures against each other, row by row, and the straight line through them."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.loads import not_numbers
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 10
MOST_GROUPS = 8
_OTHER = "Other"
_BLANK = "(blank)"
_STRONG, _WEAK = 0.75, 0.25  # of the variance: above, one nearly follows from the other; below, hardly
_PRIME = 2**31 - 1
_HALF = 32_768
_LINE = ("rows", "slope", "intercept", "r_squared")


@dataclass(frozen=True, slots=True)
class _Line:
    """The least-squares line of `rows` pairs and what is left of the variance; `spread` is the residuals' deviation."""

    rows: int
    slope: float
    intercept: float
    r_squared: float
    spread: float
    least: float
    most: float

    def at(self, x: float) -> float:
        """The line's y."""
        return self.intercept + self.slope * x


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `points` (about `sample` rows, the same every time), `fit` and, with a colour, `groups`.

    The line is the ordinary least-squares line over all rows that have both values, from their sums about the means;
    R² is the share of y's variance that it explains. Needs 10 such rows on which x varies.
    """
    x, y = analysis.inputs["x"][0], analysis.inputs["y"][0]
    reason = not_numbers(frame, x, y)
    if reason is not None:
        return Skipped(analysis, reason)
    colour = next(iter(analysis.inputs.get("colour", ())), None)
    rows = _pairs(frame, x, y, colour)
    found = _lines(frame, rows, [])
    if not found or found[0]["n"] < FEWEST:
        return Skipped(analysis, f"Fewer than {FEWEST} rows have both values.")
    whole = _line(found[0])
    if whole is None:
        return Skipped(analysis, f"“{frame.label(x)}” has the same value on all rows, so nothing can depend on it.")
    fitted = analysis.params["fit"] == "line"
    tables = {"points": _points(frame, rows, whole.rows, int(analysis.params["sample"]))}
    told = list(_sentences(frame, x, y, whole)) if fitted else []
    if fitted:
        tables["fit"] = pa.table({"x": [whole.least, whole.most], "y": [whole.at(whole.least), whole.at(whole.most)]})
    if colour is not None:
        groups = _groups(frame, rows)
        tables["groups"] = groups
        told += _group_sentences(frame, groups, x, y, fitted)
    drawn = tables["points"].num_rows
    if drawn < whole.rows:
        told.append(f"The picture shows {drawn:,} of {whole.rows:,} rows; the line is that of all rows.")
    figure = _figure(frame, analysis, fitted, told or [_plainly(frame, x, y, whole.rows)])
    return Result(analysis, tables, _facts(frame, x, y, whole, drawn, fitted), (figure,), tuple(told or (figure.alt,)))


def _pairs(frame: Frame, x: str, y: str, colour: str | None) -> ir.Table:
    """`x`, `y`, `row` and `group` (the colour's most frequent values, the rest as one) of the rows that have both."""
    group = frame.text(colour).fill_null(_BLANK) if colour else ibis.null("string")
    rows = frame.rows.select("row", x=frame.rows[x], y=frame.rows[y], group=group)
    rows = rows.filter(rows.x.notnull() & rows.y.notnull())
    if colour is None:
        return rows
    sizes = rows.group_by("group").aggregate(n=rows.count())
    names = frame.execute(sizes.order_by([ibis.desc("n"), "group"]).limit(MOST_GROUPS + 1))["group"].to_pylist()
    if len(names) <= MOST_GROUPS:
        return rows
    return rows.mutate(group=ibis.ifelse(rows.group.isin(names[: MOST_GROUPS - 1]), rows.group, _OTHER))


def _lines(frame: Frame, rows: ir.Table, keys: list[str]) -> list[dict[str, Any]]:
    """Sums about the means of all rows, group by group: two passes, so that large values lose no digits."""
    means = {"n": rows.count(), "mx": rows.x.mean(), "my": rows.y.mean(), "least": rows.x.min(), "most": rows.x.max()}
    first = rows.group_by(keys).aggregate(**means) if keys else rows.aggregate(**means)
    joined = rows.inner_join(first, keys) if keys else rows.cross_join(first)
    dx, dy = joined.x - joined.mx, joined.y - joined.my
    again = joined.mutate(xx=dx * dx, xy=dx * dy, yy=dy * dy)
    figures = {name: again[name].max() for name in means} | {name: again[name].sum() for name in ("xx", "xy", "yy")}
    if not keys:
        found: list[dict[str, Any]] = frame.execute(again.aggregate(**figures)).to_pylist()
        return [row for row in found if row["n"]]
    groups = again.group_by(keys).aggregate(**figures)
    return list(frame.execute(groups.order_by([ibis.desc("n"), *keys])).to_pylist())


def _line(sums: dict[str, Any]) -> _Line | None:
    """The line of these sums, None where x does not vary."""
    if sums["least"] == sums["most"] or not sums["xx"]:
        return None
    slope = sums["xy"] / sums["xx"]
    left = max(0.0, sums["yy"] - slope * sums["xy"])
    explained = 1 - left / sums["yy"] if sums["yy"] else 0.0
    spread = sqrt(left / (sums["n"] - 2)) if sums["n"] > 2 else 0.0
    return _Line(
        sums["n"], slope, sums["my"] - slope * sums["mx"], explained, spread, float(sums["least"]), float(sums["most"])
    )


def _points(frame: Frame, rows: ir.Table, count: int, sample: int) -> pa.Table:
    """About `sample` rows chosen by a hash of their place, so that every run, on every engine, shows the same.

    The hash is arithmetic on 31 bits, mixed twice: one multiplication alone would keep to the rhythm of the clock.
    """
    if count > sample:
        first = (rows.row % _PRIME * 48_271 + 11) % _PRIME
        rows = rows.mutate(first=first)
        mixed = (rows.first % _HALF * 69_621 + (rows.first // _HALF + 1) * 1_583_458_089 % _PRIME) % _PRIME
        rows = rows.filter(mixed * 48_271 % _PRIME < int(_PRIME * (sample / count)))
    found = frame.execute(rows.select("x", "y", "group", "row").order_by("row"))
    return found.select(["x", "y", "group"])


def _groups(frame: Frame, rows: ir.Table) -> pa.Table:
    found = []
    for sums in _lines(frame, rows, ["group"]):
        line = _line(sums) if sums["n"] >= FEWEST else None
        own = {name: getattr(line, name) for name in _LINE} if line else {"rows": sums["n"]}
        found.append({"group": sums["group"], "mean_x": sums["mx"], "mean_y": sums["my"], **own})
    numbers = ("mean_x", "mean_y", "slope", "intercept", "r_squared")
    schema = [("group", pa.string()), ("rows", pa.int64()), *((name, pa.float64()) for name in numbers)]
    return pa.Table.from_pylist(found, schema=pa.schema(schema))


def _facts(frame: Frame, x: str, y: str, line: _Line, drawn: int, fitted: bool) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {
        "rows": float(line.rows),
        "points": float(drawn),
        "x_unit": frame.unit(x),
        "y_unit": frame.unit(y),
    }
    if fitted:
        facts |= {"slope": line.slope, "intercept": line.intercept, "r_squared": line.r_squared}
        facts["residual_spread"] = line.spread
    return facts


def _sentences(frame: Frame, x: str, y: str, line: _Line) -> list[str]:
    names, unit = (frame.label(y), frame.label(x)), frame.unit(y)
    part = share(line.r_squared)
    over = f"over {count(line.rows, 'row')}"
    if line.r_squared < _WEAK:
        return [
            f"“{names[1]}” explains {part} of the variation of “{names[0]}” {over}: "
            "hardly any of it follows from it in a straight line."
        ]
    verb = "rises" if line.slope > 0 else "falls"
    told = [
        f"“{names[0]}” {verb} by {number(abs(line.slope), unit)} for each {frame.unit(x) or 'unit'} of “{names[1]}”, "
        f"which explains {part} of its variation {over}.",
        f"The rows lie about {number(line.spread, unit)} from the line (standard deviation).",
    ]
    if line.r_squared >= _STRONG and line.least <= 0 <= line.most:
        told.append(f"At zero “{names[1]}” the line is at {number(line.intercept, unit)}.")
    return [*told, "A line says how they move together, not what causes what."]


def _group_sentences(frame: Frame, groups: pa.Table, x: str, y: str, fitted: bool) -> list[str]:
    """Which groups depend most and least, of those in which the line says something."""
    clear = [row for row in groups.to_pylist() if (row["r_squared"] or 0) >= _WEAK and row["group"] != _OTHER]
    if not fitted or len(clear) < 2:
        return []
    steep, flat = max(clear, key=lambda row: row["slope"]), min(clear, key=lambda row: row["slope"])
    unit, each = frame.unit(y), frame.unit(x) or "unit"
    return [
        f"The slope is steepest for {steep['group']} ({number(steep['slope'], unit)} for each {each}) and flattest for "
        f"{flat['group']} ({number(flat['slope'], unit)})."
    ]


def _plainly(frame: Frame, x: str, y: str, rows: int) -> str:
    return f"“{frame.label(y)}” against “{frame.label(x)}” on {count(rows, 'row')}."


def _figure(frame: Frame, analysis: Analysis, fitted: bool, told: list[str]) -> Figure:
    x, y = analysis.inputs["x"][0], analysis.inputs["y"][0]
    colour = next(iter(analysis.inputs.get("colour", ())), None)
    return Figure(
        Form.SCATTER,
        "points",
        x="x",
        y="y",
        title=sentence(f"{frame.phrase(y)} against {frame.phrase(x)}"),
        x_label=sentence(frame.phrase(x)),
        y_label=sentence(frame.phrase(y)),
        unit=frame.unit(y) or None,
        x_unit=frame.unit(x) or None,
        series="group" if colour else None,
        series_label=sentence(frame.phrase(colour)) if colour else None,
        fit="fit" if fitted else None,
        alt=" ".join(told),
    )
