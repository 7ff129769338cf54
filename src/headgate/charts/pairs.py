"""The forms that set two things against each other: a scatter, a Pareto chart, a grid of two groups."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.canonical import Json
from headgate.charts import palette
from headgate.charts.parts import (
    Spec,
    Width,
    coloured,
    height_of,
    level_line,
    over_names,
    plate,
    texts_of,
    value_axis,
    values_of,
)
from headgate.charts.text import aligned, decimals, labelled, shown
from headgate.engines.interface import Figure

_MANY_POINTS, _SOME_POINTS = 3_000, 300
_LONGEST_LABEL = 240
_WRITTEN_COLUMNS = {Width.WIDE: 12, Width.NARROW: 5}
_DARK_FROM = 0.55  # of the range: from here on the cell is deep and its text light
_MOST_NAMED = {Width.WIDE: 40, Width.NARROW: 20}
_MOST_UPRIGHT = {Width.WIDE: 12, Width.NARROW: 5}


def scatter(figure: Figure, rows: Sequence[Spec], fitted: Sequence[Spec], width: Width) -> Spec:
    """Points, paler the more there are, and the fit as a line over them."""
    x = _number_axis("x", labelled(figure.x_label, figure.x_unit), values_of(rows, "x"))
    y = value_axis(figure, rows)
    many = len(rows) > _MANY_POINTS
    opacity = 0.12 if many else 0.35 if len(rows) > _SOME_POINTS else 0.7
    mark: Spec = {"type": "point", "filled": True, "size": 14 if many else 26, "opacity": opacity, "strokeWidth": 0}
    layers: list[Json] = [{"mark": mark, "encoding": {"x": x, "y": y, **coloured(figure, rows, width, "circle")}}]
    if fitted:
        line: Spec = {"type": "line", "strokeWidth": 2, "color": palette.INK}
        points: list[Json] = [{"x": row["x"], "y": row["y"]} for row in fitted]
        layers.append({"data": {"values": points}, "mark": line, "encoding": {"x": x, "y": y}})
    return {"height": height_of(width) + 60, "layer": layers + level_line(figure)}


def pareto(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    """Bars in falling order and the running share as a line on an axis of its own, 0 to 100 %."""
    names = texts_of(rows, "x")
    crowded = len(names) > _MOST_UPRIGHT[width]
    x: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.25, "paddingOuter": 0.15},
        "axis": {
            "title": shown(figure.x_label),
            "ticks": False,
            "labelAngle": -40 if crowded or max(map(len, names)) > _roomy(len(names), width) else 0,
            "labelLimit": 120,
            "labelOverlap": len(names) > _MOST_NAMED[width],
        },
    }
    bars: Spec = {
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "color": palette.SERIES[0]},
        "encoding": {"x": x, "y": value_axis(figure, rows, from_zero=True)},
    }
    right: Spec = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {
            "title": "Running share (%)",
            "orient": "right",
            "values": [0, 20, 40, 60, 80, 100],
            "grid": False,
            "titleAnchor": "end",
            "titleAlign": "right",
            "titleAngle": 0,
            "titleBaseline": "bottom",
            "titleY": -10,
        },
    }
    running: Spec = {
        "transform": [{"calculate": "datum.colour * 100", "as": "share"}],
        "mark": {
            "type": "line",
            "strokeWidth": 2,
            "color": palette.SERIES[1],
            "point": {"size": 26, "filled": True, "color": palette.SERIES[1]},
        },
        "encoding": {"x": x, "y": right},
    }
    layers: list[Json] = [bars, running]
    return {"height": height_of(width), "layer": layers, "resolve": {"scale": {"y": "independent"}}}


def _roomy(names: int, width: Width) -> int:
    """How many letters a name may have to stand upright under its bar."""
    return max(3, (int(width) - 120) // (7 * max(1, names)))


def grid(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    """One cell for each pair of groups, coloured by its value, which is written into it where there is room."""
    across, down = texts_of(rows, "x"), texts_of(rows, "y")
    wide = width is Width.WIDE
    limit = _LONGEST_LABEL if wide else 100
    plot = int(width) - min(limit, 7 * max(map(len, down))) - 24
    axis: Spec = {"domain": False, "ticks": False, "labelOverlap": 13 * len(across) > plot}
    upright = max(map(len, across)) <= _roomy(len(across), width)
    x: Spec = {
        "field": "x",
        "type": "nominal",
        "sort": None,
        "axis": {
            **axis,
            "title": shown(figure.x_label),
            "labelAngle": 0 if upright else -40,
            "labelLimit": limit,
        },
    }
    y: Spec = {
        "field": "y",
        "type": "nominal",
        "sort": None,
        "axis": {
            **axis,
            "title": shown(figure.y_label),
            "labelLimit": limit,
            **over_names(down, limit),
        },
    }
    legend: Spec = {
        "title": labelled(figure.series_label, figure.unit) if figure.series_label else shown(figure.unit or ""),
        "titleLimit": int(width) - 60,
        "gradientLength": 220 if wide else 160,
        "gradientThickness": 10,
        "tickCount": 4,
    }
    colour: Spec = {
        "field": "colour",
        "type": "quantitative",
        "scale": {"range": list(palette.SEQUENTIAL), "interpolate": "lab"},
        "legend": legend,
    }
    cells: Spec = {
        "transform": [{"filter": "isValid(datum.colour)"}],
        "mark": {"type": "rect", "stroke": palette.CARD, "strokeWidth": 1},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    layers: list[Json] = [cells]
    if len(across) <= _WRITTEN_COLUMNS[width]:
        layers.append(_written(rows, x, y))
    return {"height": max(60, min(30, max(8, 600 // len(down))) * len(down)), "view": plate(), "layer": layers}


def _written(rows: Sequence[Spec], x: Spec, y: Spec) -> Spec:
    values = values_of(rows, "colour")
    low, high = min(values), max(values)
    places = decimals(values)
    texts: list[Json] = [
        {
            **row,
            "label": aligned(value, places),
            "ink": palette.ON_DEEP if high > low and (value - low) / (high - low) > _DARK_FROM else palette.ON_PALE,
        }
        for row in rows
        if isinstance(value := row["colour"], int | float)
    ]
    text: Spec = {
        "x": x,
        "y": y,
        "text": {"field": "label"},
        "fill": {"field": "ink", "type": "nominal", "scale": None},
    }
    return {"data": {"values": texts}, "mark": {"type": "text", "fontSize": 11}, "encoding": text}


def _number_axis(field: str, title: str, values: Sequence[float]) -> Spec:
    """An axis of numbers, from zero where that wastes less than half of it."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": low >= 0 and low <= high / 2, "nice": 5},
        "axis": {"title": title, "tickCount": 6, "grid": True, "labelFlush": True},
    }
