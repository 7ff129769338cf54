"""Vega-Lite specifications, built here from results only: one builder for each form of figure.

Rows are inlined under fixed short names (x, x2, y, low, high, series, colour, label), so no column name, whatever
characters it holds, is ever read as a Vega-Lite field path or expression. All time is drawn as UTC of the wall clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import assert_never

import pyarrow as pa

from headgate.canonical import Json
from headgate.charts import palette
from headgate.charts.pairs import grid, pareto, scatter
from headgate.charts.parts import (
    Spec,
    Width,
    coloured,
    config,
    height_of,
    level_line,
    lines_over,
    nothing,
    over_names,
    plate,
    texts_of,
    time_axis,
    value_axis,
    values_of,
)
from headgate.charts.text import aligned, decimals, labelled, shown
from headgate.charts.values import DAY, Scale, labels, numbers, scale_of, wall_clock
from headgate.engines.interface import Figure, Form
from headgate.engines.wording import axis_unit, number

HEATMAP_STEPS = 64
_COLOURED = (Form.HEATMAP, Form.MATRIX, Form.GRID)
_MANY_BARS = 24
_LABELLED_BARS = 16
_WIDEST_BAR = 110  # pixels: wider, two bars look like a wall
_IS_MONTH = re.compile(r"[A-Z][a-z]{2} \d{4}")
_MONTH = "datum.index == 0 || slice(datum.label, 0, 3) == 'Jan' ? split(datum.label, ' ') : slice(datum.label, 0, 3)"
_CLOCK = "(datum.value < 10 ? '0' : '') + datum.value + ':00'"


def vega_lite(figure: Figure, table: pa.Table, width: Width = Width.WIDE, *, fit: pa.Table | None = None) -> Spec:
    """A Vega-Lite 6 specification of the figure, data inline, without a title (the page sets it in its own type).

    `fit` is the table that the figure's `fit` names. `description` holds `figure.alt` and `usermeta.title` the title,
    for `drawing.svg`. A table without a value to draw gives a chart that says so. Raises KeyError where the figure
    names a column the table has not.
    """
    rows = _rows(figure, table)
    fitted = [] if fit is None else _rows(figure, fit)
    figure = _scaled(figure, rows, fitted)
    drawable = [
        row for row in rows if row.get("colour" if figure.form in (*_COLOURED, Form.PARETO) else "y") is not None
    ]
    body = nothing() if not drawable else _body(figure, table, rows, fitted, width)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": shown(figure.alt or figure.title, 1000),
        "usermeta": {"title": shown(figure.title)},
        "width": int(width),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": config(width),
        "data": {"values": rows},
        **body,
    }


def titled(spec: Spec) -> Spec:
    """The specification as a picture that stands alone: with its title, on white, with a margin."""
    title = spec["usermeta"]
    words: Spec = {
        "text": title["title"] if isinstance(title, Mapping) else "",
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 15,
        "color": palette.INK,
        "offset": 16,
        "limit": int(Width.WIDE),
    }
    return {**spec, "title": words, "background": palette.CARD, "padding": 20}


def _body(figure: Figure, table: pa.Table, rows: Sequence[Spec], fitted: Sequence[Spec], width: Width) -> Spec:
    match figure.form:
        case Form.LINE:
            drawn = _line(figure, table, rows, width)
        case Form.PROFILE:
            drawn = _profile(figure, rows, width)
        case Form.BARS:
            drawn = _bars(figure, table, rows, width)
        case Form.HEATMAP:
            drawn = _heatmap(figure, rows, width)
        case Form.CURVE:
            drawn = _curve(figure, rows, width)
        case Form.MATRIX:
            drawn = _matrix(figure, rows, width)
        case Form.HISTOGRAM:
            drawn = _histogram(figure, rows, width)
        case Form.SCATTER:
            drawn = scatter(figure, rows, fitted, width)
        case Form.PARETO:
            drawn = pareto(figure, rows, width)
        case Form.GRID:
            drawn = grid(figure, rows, width)
        case _:
            assert_never(figure.form)
    return drawn


# ---- rows ----------------------------------------------------------------------------------------------------------


def _rows(figure: Figure, table: pa.Table) -> list[Spec]:
    """The table's rows under short names, as far as the figure uses them."""
    columns: dict[str, Sequence[Json]] = {}
    named = figure.form in (Form.MATRIX, Form.GRID)
    worded = named or figure.form in (Form.BARS, Form.PARETO) or scale_of(table, figure.x) is Scale.ORDINAL
    columns["x"] = labels(table, figure.x) if worded else numbers(table, figure.x)
    if figure.form is Form.BARS and _is_timeline(figure, table):
        columns["x"] = numbers(table, figure.x)
    columns["y"] = labels(table, figure.y) if named else numbers(table, figure.y)
    for short, name in (("x2", figure.x2), ("low", figure.low), ("high", figure.high)):
        if name is not None:
            columns[short] = numbers(table, name)
    if figure.marked is not None:
        columns["marked"] = [value is True for value in wall_clock(table, figure.marked)]
    if figure.series is not None and figure.series in table.column_names:
        columns["series"] = labels(table, figure.series)
    if figure.form in (*_COLOURED, Form.PARETO):
        colours = numbers(table, figure.colour or figure.y)
        columns["colour"] = _stepped(colours) if figure.form is Form.HEATMAP else colours
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _stepped(values: Sequence[float | None]) -> list[float | None]:
    """The values at the nearest of 64 levels: the eye sees no difference, and equal colours can share one path."""
    present = [value for value in values if value is not None]
    low, high = min(present, default=0.0), max(present, default=0.0)
    if high == low:
        return list(values)
    step = (high - low) / (HEATMAP_STEPS - 1)
    return [None if value is None else low + round((value - low) / step) * step for value in values]


def _scaled(figure: Figure, rows: Sequence[Spec], fitted: Sequence[Spec]) -> Figure:
    """The figure in units its axes have room for (kWh as GWh), one for each axis, its rows divided accordingly."""
    if figure.form is Form.MATRIX:
        return figure
    names: tuple[str, ...] = ("x", "x2") if figure.form is Form.HISTOGRAM else ("y", "low", "high")
    names = ("colour",) if figure.form in _COLOURED else names
    rule = figure.rule
    largest = max((abs(value) for value in values_of(rows, *names)), default=0.0)
    divisor, unit = axis_unit(largest, figure.unit or "")
    _divide((*rows, *fitted), names, divisor)
    if rule is not None and divisor != 1:
        spelt = number(rule[0], figure.unit), number(rule[0] / divisor, unit)
        rule = rule[0] / divisor, rule[1].replace(*spelt)
    x_unit = figure.x_unit
    if figure.form is Form.SCATTER:
        divisor, x_unit = axis_unit(max((abs(value) for value in values_of(rows, "x")), default=0.0), x_unit or "")
        _divide((*rows, *fitted), ("x",), divisor)
    return replace(figure, unit=unit or None, x_unit=x_unit or None, rule=rule)


def _divide(rows: Sequence[Spec], names: Sequence[str], divisor: float) -> None:
    for row in rows if divisor != 1 else ():
        for name in names:
            if isinstance(value := row.get(name), int | float):
                row[name] = value / divisor


# ---- the forms -----------------------------------------------------------------------------------------------------


def _line(figure: Figure, table: pa.Table, rows: Sequence[Spec], width: Width) -> Spec:
    scale = scale_of(table, figure.x)
    if scale is Scale.TEMPORAL:
        return lines_over(figure, rows, width, time_axis(figure.x_label, width))
    x: Spec = {
        "field": "x",
        "type": str(scale),
        "sort": None,
        "axis": {"title": shown(figure.x_label), "labelOverlap": True},
    }
    if scale is Scale.QUANTITATIVE:
        x["scale"] = {"zero": False}
    return lines_over(figure, rows, width, x)


def _profile(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    return lines_over(figure, rows, width, _hours("x", figure.x_label, 3 if width is Width.WIDE else 6))


def _hours(field: str, label: str, every: int) -> Spec:
    ticks: list[Json] = list(range(0, 25, every))
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, 24], "nice": False},
        "axis": {"title": shown(label), "values": ticks, "labelExpr": _CLOCK, "labelFlush": field == "x"},
    }


def _curve(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {"title": _with_percent(figure.x_label), "tickCount": 5, "labelFlush": True},
    }
    drawn = lines_over(figure, rows, width, x)
    if figure.series is not None:
        return drawn
    area: Spec = {
        "mark": {"type": "area", "opacity": 0.12, "color": palette.SERIES[0]},
        "encoding": {"x": x, "y": value_axis(figure, rows)},
    }
    layers = drawn["layer"]
    return {**drawn, "layer": [area, *layers]} if isinstance(layers, list) else drawn


def _with_percent(label: str) -> str:
    return shown(label) if "%" in label else labelled(label, "%")


def _histogram(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "bin": "binned",
        "scale": {"zero": False, "nice": False},
        "axis": {"title": labelled(figure.x_label, figure.unit), "tickCount": 6, "labelFlush": True},
    }
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"nice": 5},
        "axis": {"title": shown(figure.y_label), "tickCount": 5},
    }
    bars: Spec = {
        "mark": {"type": "bar", "binSpacing": 1, "color": palette.SERIES[0]},
        "encoding": {"x": x, "x2": {"field": "x2"}, "y": y},
    }
    return {"height": height_of(width), "layer": [bars, *level_line(figure)]}


def _is_timeline(figure: Figure, table: pa.Table) -> bool:
    """Whether bars stand on dates too many to be named one by one."""
    return scale_of(table, figure.x) is Scale.TEMPORAL and table.num_rows > _MANY_BARS and figure.series is None


def _bars(figure: Figure, table: pa.Table, rows: Sequence[Spec], width: Width) -> Spec:
    if _is_timeline(figure, table):
        return _bars_in_time(figure, rows, width)
    names = texts_of(rows, "x")
    months = all(_IS_MONTH.fullmatch(name) for name in names)
    longest = 3 if months else max(len(name) for name in names)
    if longest * len(names) * 7 > int(width) - 80:
        return _bars_across(figure, rows, width)
    return _bars_upright(figure, rows, width, {"labelExpr": _MONTH} if months else {})


def _bars_in_time(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    reach: Spec = {"calculate": f"datum.x + {_step(values_of(rows, 'x'), DAY) * 0.9}", "as": "x2"}
    encoding: Spec = {
        "x": time_axis(figure.x_label, width),
        "x2": {"field": "x2"},
        "y": value_axis(figure, rows, from_zero=True),
    }
    bars: Spec = {"transform": [reach], "mark": {"type": "bar", "color": palette.SERIES[0]}, "encoding": encoding}
    return {"height": height_of(width), "layer": [bars, *level_line(figure, above=True)]}


def _bars_upright(figure: Figure, rows: Sequence[Spec], width: Width, names: Spec) -> Spec:
    x: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.3, "paddingOuter": 0.15},
        "axis": {"title": shown(figure.x_label), "labelAngle": 0, "ticks": False, **names},
    }
    y = value_axis(figure, rows, from_zero=True)
    offset: Spec = {} if figure.series is None else {"xOffset": {"field": "series", "sort": None}}
    encoding: Spec = {"x": x, "y": y, **offset, **coloured(figure, rows, width, "square")}
    mark: Spec = {"type": "bar", "cornerRadiusEnd": 2}
    if figure.series is None and (int(width) - 60) * 0.7 > _WIDEST_BAR * len(texts_of(rows, "x")):
        mark["width"] = _WIDEST_BAR
    layers: list[Json] = [{"mark": mark, "encoding": encoding}]
    highest = max(values_of(rows, "y"))
    if figure.rule is not None:  # whose line would strike the labels out
        return {"height": height_of(width), "layer": layers + level_line(figure, above=True)}
    if figure.series is None and len(rows) <= _LABELLED_BARS and width is Width.WIDE and highest > 0:
        y["scale"] = {"zero": True, "domainMax": highest * 1.1, "nice": False}
        layers.append(_bar_labels({"baseline": "bottom", "dy": -4}, rows, {"x": x, "y": y}))
    return {"height": height_of(width), "layer": layers}


def _bars_across(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    limit = 240 if width is Width.WIDE else 120
    y: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.3, "paddingOuter": 0.1},
        "axis": {
            "title": shown(figure.x_label),
            "labelLimit": limit,
            **over_names(texts_of(rows, "x"), limit),
            **({"titleY": -26} if figure.rule else {}),  # clear of the line's own label
        },
    }
    values = values_of(rows, "y")
    x = value_axis(figure, rows, from_zero=True)
    x["axis"] = {
        "title": labelled(figure.y_label, figure.unit),
        "tickCount": 5 if width is Width.WIDE else 3,
        "titleAnchor": "end",
        "grid": True,
        "domain": False,
        "ticks": False,
    }
    labels_fit = figure.series is None
    if labels_fit and max(values) > 0:
        x["scale"] = {"zero": True, "domainMax": max(values) * _room_for_labels(rows, width), "nice": False}
    offset: Spec = {} if figure.series is None else {"yOffset": {"field": "series", "sort": None}}
    encoding: Spec = {"x": x, "y": y, **offset, **coloured(figure, rows, width, "square")}
    layers: list[Json] = [{"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": encoding}]
    if labels_fit:
        layers.append(_bar_labels({"align": "left", "dx": 5}, rows, {"x": x, "y": y}))
    series = 1 if figure.series is None else len(texts_of(rows, "series"))
    thick = max(26, 12 * series + 8)
    return {
        "height": thick * len(texts_of(rows, "x")),
        "layer": layers + level_line(figure, upright=True, of=max(values)),
    }


def _room_for_labels(rows: Sequence[Spec], width: Width) -> float:
    """How much longer than its longest bar an axis has to be for the values written behind the bars."""
    values = values_of(rows, "y")
    written = 7 * max(len(aligned(value, decimals(values))) for value in values) + 12
    names = min(7 * max(map(len, texts_of(rows, "x"))), 240 if width is Width.WIDE else 120)
    plot = max(int(width) - names - 24, 2 * written)
    return plot / (plot - written)


def _bar_labels(place: Spec, rows: Sequence[Spec], encoding: Mapping[str, Json]) -> Spec:
    """A layer that writes each bar's value at its end, in the report's own spelling of numbers."""
    places = decimals(values_of(rows, "y"))
    written: list[Json] = [
        {**row, "label": aligned(y, places)} for row in rows if isinstance(y := row["y"], int | float)
    ]
    mark: Spec = {"type": "text", "fontSize": 12, "fill": palette.MUTED, **place}
    return {"data": {"values": written}, "mark": mark, "encoding": {**encoding, "text": {"field": "label"}}}


def _heatmap(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    tall, long = _step(values_of(rows, "y"), 1.0), _step(values_of(rows, "x"), DAY)
    legend: Spec = {
        "title": labelled(figure.series_label, figure.unit)
        if figure.series_label
        else shown(figure.unit or figure.title),
        "gradientLength": 220 if width is Width.WIDE else 160,
        "gradientThickness": 10,
        "tickCount": 4,
    }
    encoding: Spec = {
        "x": time_axis(figure.x_label, width),
        "x2": {"field": "x2"},
        "y": {**_hours("y", figure.y_label, 6), "scale": {"domain": [0, 24], "nice": False, "reverse": True}},
        "y2": {"field": "y2"},
        "color": {
            "field": "colour",
            "type": "quantitative",
            "scale": {"range": list(palette.SEQUENTIAL), "interpolate": "lab"},
            "legend": legend,
        },
    }
    edges: list[Json] = [
        {"filter": "isValid(datum.colour)"},
        {"calculate": f"datum.x + {long}", "as": "x2"},
        {"calculate": f"datum.y + {tall}", "as": "y2"},
    ]
    height = 240 if width is Width.WIDE else 180
    return {"height": height, "view": plate(), "transform": edges, "mark": "rect", "encoding": encoding}


def _step(values: Sequence[float], only: float) -> float:
    """The smallest distance between two values, or `only` where there are no two."""
    apart = sorted(set(values))
    return min((b - a for a, b in pairwise(apart)), default=only)


def _matrix(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    names = texts_of(rows, "x")
    wide = width is Width.WIDE
    limit = 250 if wide else 120
    axis: Spec = {"domain": False, "ticks": False, "labelLimit": limit}
    x: Spec = {
        "field": "x",
        "type": "nominal",
        "sort": None,
        "axis": {**axis, "title": shown(figure.x_label), "labelAngle": -40},
    }
    y: Spec = {
        "field": "y",
        "type": "nominal",
        "sort": None,
        "axis": {**axis, "title": shown(figure.y_label), **over_names(texts_of(rows, "y"), limit)},
    }
    legend: Spec = {
        "title": shown(figure.series_label or "Correlation"),
        "gradientLength": 180,
        "gradientThickness": 10,
        "values": [-1, 0, 1],
    }
    colour: Spec = {
        "field": "colour",
        "type": "quantitative",
        "scale": {"domain": [-1, -0.5, 0, 0.5, 1], "range": list(palette.DIVERGING)},
        "legend": legend,
    }
    cell: Spec = {"mark": {"type": "rect", "invalid": "filter"}, "encoding": {"x": x, "y": y, "color": colour}}
    layers: list[Json] = [cell]
    if len(names) <= (14 if wide else 6):
        text: Spec = {
            "x": x,
            "y": y,
            "text": {"field": "label"},
            "fill": {"field": "ink", "type": "nominal", "scale": None},
        }
        written: list[Json] = [
            {**row, "label": aligned(value, 2), "ink": palette.ON_DEEP if abs(value) > 0.75 else palette.ON_PALE}
            for row in rows
            if isinstance(value := row["colour"], int | float)
        ]
        layers.append({"data": {"values": written}, "mark": {"type": "text", "fontSize": 11}, "encoding": text})
    height = max(60, min(34 if wide else 26, 600 // len(names)) * len(names))
    return {"height": height, "view": plate(), "layer": layers}
