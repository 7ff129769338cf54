"""What an engine gives back: results made of small Arrow tables, figures to draw, sentences and headline figures.

Charts, reports and exports are made from these alone; they never see the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from headgate.errors import InputError
from headgate.headers.table import Table
from headgate.plan.language import Analysis

MOST_COLUMNS = 5_000

Progress = Callable[[int, int, str], None]  # how many are done, of how many, and what comes next


class Form(StrEnum):
    """The forms a figure can take; one Vega-Lite builder each in `charts`."""

    LINE = "line"  # x temporal, one line per series; optional band columns low and high
    PROFILE = "profile"  # x hour of day (0–24 as a number), one line per series, optional band low–high
    BARS = "bars"  # x nominal or ordinal in the table's own order, y value, across where labels are long
    HEATMAP = "heatmap"  # x date, y hour of day, colour value
    CURVE = "curve"  # x share of time in percent (0–100), y value, falling: a duration curve
    MATRIX = "matrix"  # x and y nominal, colour a correlation from -1 to 1
    HISTOGRAM = "histogram"  # x bin start, x2 bin end, y count
    SCATTER = "scatter"  # x and y numbers, a point a row, coloured by series; the fit's table is a line through them
    PARETO = (
        "pareto"  # x nominal in the table's own order, y value as bars, colour the running share (0 to 1) as a line
    )
    GRID = "grid"  # x and y nominal in the table's own order, colour value


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of one result table. Field names are columns of `Result.tables[table]`; only `unit` carries a unit.

    `series` splits lines or bars by a column. `low` and `high` are columns of a band around y. `marked` is a column of
    true and false: a line's rows where it is true stand out. `fit` names a table with the same columns x and y that is
    drawn as a line through a scatter; `x_unit` is the unit of its x. `rule` draws a level
    line at a value, with its label. `alt` is the text for somebody who cannot see the picture, made from local results.
    """

    form: Form
    table: str
    x: str
    y: str
    title: str
    x_label: str
    y_label: str
    unit: str | None = None
    series: str | None = None
    series_label: str | None = None
    colour: str | None = None
    x2: str | None = None
    low: str | None = None
    high: str | None = None
    rule: tuple[float, str] | None = None
    alt: str = ""
    fit: str | None = None
    marked: str | None = None
    x_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure for the top of the report: `unit` is "" for a pure number, `note` says when or of what."""

    label: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """What one analysis found. `facts` are its named single figures, unrounded, units in the key (`peak_kw`).

    What it holds is made of cells, so its `repr`, which a log or a traceback may show, says none of it.
    """

    analysis: Analysis
    tables: Mapping[str, pa.Table]
    facts: Mapping[str, float | str | None]
    figures: tuple[Figure, ...] = ()
    sentences: tuple[str, ...] = ()
    headlines: tuple[Headline, ...] = ()
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Result of {self.analysis.kind}: {len(self.tables)} tables>"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An analysis whose precondition did not hold on these rows, and which one, in a sentence without a cell value."""

    analysis: Analysis
    reason: str


Outcome = Result | Skipped


def refuse_too_wide(table: Table) -> None:
    """The table has no more columns than can be analysed in about a minute; else InputError."""
    if len(table.headers) > MOST_COLUMNS:
        raise InputError(
            f"{table.path.name} has {len(table.headers):,} columns and an analysis takes at most {MOST_COLUMNS:,}; "
            "keep those that matter in a table of their own"
        )
