"""Vega-Lite specifications, built here from results only: one builder for each form of figure.

Rows are inlined under fixed short names (x, x2, y, low, high, series, colour, label), so no column name, whatever
characters it holds, is ever read as a Vega-Lite field path or expression. All time is drawn as UTC of the wall clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import assert_never

import pyarrow as pa

from headgate.canonical import Json
from headgate.charts import palette
from headgate.charts.text import aligned, decimals, labelled, shown
from headgate.charts.values import DAY, Scale, labels, numbers, scale_of
from headgate.engines.interface import Figure, Form

Spec = dict[str, Json]

FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
HEATMAP_STEPS = 64
_MANY_BARS = 24
_LABELLED_BARS = 16
_FEW_POINTS = 40
_IS_MONTH = re.compile(r"[A-Z][a-z]{2} \d{4}")
_MONTH = "datum.index == 0 || slice(datum.label, 0, 3) == 'Jan' ? split(datum.label, ' ') : slice(datum.label, 0, 3)"
_CLOCK = "(datum.value < 10 ? '0' : '') + datum.value + ':00'"
_DATES: Spec = {
    "year": "%Y",
    "quarter": "%b",
    "month": "%b",
    "week": "%-d %b",
    "day": "%-d %b",
    "date": "%-d %b",
    "hours": "%H:%M",
    "minutes": "%H:%M",
}
_HALOED: tuple[Spec, Spec] = ({"stroke": palette.CARD, "strokeWidth": 4, "fill": palette.CARD}, {"fill": palette.INK})
_DASHES: list[Json] = [[1, 0], [6, 3], [2, 2]]


class Width(IntEnum):
    """How wide a chart is drawn, in CSS pixels: for the page's column, or for a telephone."""

    WIDE = 720
    NARROW = 340


def vega_lite(figure: Figure, table: pa.Table, width: Width = Width.WIDE) -> Spec:
    """A Vega-Lite 6 specification of the figure, data inline, without a title (the page sets it in its own type).

    `description` holds `figure.alt` and `usermeta.title` the title, for `drawing.svg`. A table without a value to draw
    gives a chart that says so. Raises KeyError where the figure names a column the table has not.
    """
    rows = _rows(figure, table)
    drawable = [
        row for row in rows if row.get("colour" if figure.form in (Form.HEATMAP, Form.MATRIX) else "y") is not None
    ]
    body = _nothing() if not drawable else _body(figure, table, rows, width)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": shown(figure.alt or figure.title, 1000),
        "usermeta": {"title": shown(figure.title)},
        "width": int(width),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _config(),
        "data": {"values": rows},
        **body,
    }


def _body(figure: Figure, table: pa.Table, rows: Sequence[Spec], width: Width) -> Spec:
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
        case _:
            assert_never(figure.form)
    return drawn


# ---- rows ----------------------------------------------------------------------------------------------------------


def _rows(figure: Figure, table: pa.Table) -> list[Spec]:
    """The table's rows under short names, as far as the figure uses them."""
    columns: dict[str, Sequence[Json]] = {}
    worded = figure.form in (Form.BARS, Form.MATRIX) or scale_of(table, figure.x) is Scale.ORDINAL
    columns["x"] = labels(table, figure.x) if worded else numbers(table, figure.x)
    if figure.form is Form.BARS and _is_timeline(figure, table):
        columns["x"] = numbers(table, figure.x)
    columns["y"] = labels(table, figure.y) if figure.form is Form.MATRIX else numbers(table, figure.y)
    for short, name in (("x2", figure.x2), ("low", figure.low), ("high", figure.high)):
        if name is not None:
            columns[short] = numbers(table, name)
    if figure.series is not None:
        columns["series"] = labels(table, figure.series)
    if figure.form in (Form.HEATMAP, Form.MATRIX):
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


def _present(rows: Sequence[Spec], *names: str) -> list[float]:
    return [value for row in rows for name in names if isinstance(value := row.get(name), int | float)]


def _texts(rows: Sequence[Spec], name: str) -> list[str]:
    """The distinct texts of a field, in the order of the table."""
    return list(dict.fromkeys(str(row[name]) for row in rows))


# ---- parts shared by the forms -------------------------------------------------------------------------------------


def _config() -> Spec:
    axis: Spec = {
        "labelColor": palette.MUTED,
        "titleColor": palette.INK,
        "gridColor": palette.GRID,
        "domainColor": palette.AXIS,
        "tickColor": palette.AXIS,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "titlePadding": 10,
        "tickSize": 4,
    }
    above: Spec = {
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleY": -10,
    }
    return {
        "aria": False,
        "background": None,
        "font": FONT,
        "padding": {"left": 0, "right": 4, "top": 4, "bottom": 2},
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False, **above},
        "legend": {
            "orient": "top",
            "labelColor": palette.INK,
            "titleColor": palette.MUTED,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 240,
            "offset": 28,
            "symbolStrokeWidth": 3,
            "symbolOpacity": 1,
        },
    }


def _nothing() -> Spec:
    text: Spec = {"type": "text", "text": "No values to draw", "fontSize": 13, "fill": palette.MUTED}
    return {"height": 60, "data": {"values": [{}]}, "mark": text}


def _height(width: Width) -> int:
    return 260 if width is Width.WIDE else 200


def _time_axis(label: str, width: Width) -> Spec:
    return {
        "field": "x",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": shown(label),
            "format": _DATES,
            "tickCount": 8 if width is Width.WIDE else 4,
            "labelOverlap": True,
            "labelFlush": True,
        },
    }


def _value_axis(figure: Figure, rows: Sequence[Spec], *, from_zero: bool = False) -> Spec:
    """The measured axis: from zero where that wastes less than half of the height, or where the form demands it."""
    values = _present(rows, "y", "low", "high") + _rule_value(figure)
    low, high = min(values, default=0.0), max(values, default=0.0)
    return {
        "field": "y",
        "type": "quantitative",
        "stack": None,
        "scale": {"zero": from_zero or (low >= 0 and low <= high / 2), "nice": 5},
        "axis": {"title": labelled(figure.y_label, figure.unit), "tickCount": 5},
    }


def _colour(figure: Figure, rows: Sequence[Spec], width: Width, symbol: str) -> Spec:
    """Channels that tell the series apart: a colour, and a dash too where there are more than there are colours."""
    if figure.series is None:
        return {"color": {"value": palette.SERIES[0]}}
    names = _texts(rows, "series")
    room = int(width) // (7 * max(len(name) for name in names) + 44)
    legend: Spec = {
        "title": shown(figure.series_label) if figure.series_label else None,
        "symbolType": symbol,
        "columns": max(1, min(len(names), room)),
    }
    domain: list[Json] = list(names)
    base: Spec = {"field": "series", "type": "nominal", "sort": None, "legend": legend}
    colours = [palette.SERIES[i % len(palette.SERIES)] for i in range(len(names))]
    channels: Spec = {"color": {**base, "scale": {"domain": domain, "range": colours}}}
    if len(names) > len(palette.SERIES) and symbol == "stroke":
        dashes = [_DASHES[(i // len(palette.SERIES)) % len(_DASHES)] for i in range(len(names))]
        channels["strokeDash"] = {**base, "scale": {"domain": domain, "range": dashes}}
    return channels


def _rule_value(figure: Figure) -> list[float]:
    return [figure.rule[0]] if figure.rule else []


def _rule(figure: Figure, *, upright: bool = False, above: bool = False) -> list[Json]:
    """The layers of a labelled line at a value, or none; `above` writes the label over the drawing, clear of bars."""
    if figure.rule is None:
        return []
    value, label = figure.rule
    along = "x" if upright else "y"
    place: Spec = {along: {"datum": value, "type": "quantitative"}}
    line: Spec = {"type": "rule", "stroke": palette.INK, "strokeDash": [4, 3], "strokeWidth": 1}
    words: Spec = {
        "type": "text",
        "text": shown(label, 60),
        "fontSize": 12,
        **({"align": "center", "dy": -4, "baseline": "bottom"} if upright else {"align": "right", "dy": -6}),
    }
    aside: Spec = {"y": {"value": 0}} if upright else {"x": {"value": "width"}}
    if above:
        words["text"] = f"┄ {words['text']}"
        aside["y"] = {"value": 0}
    layers: list[Json] = [{"data": {"values": [{}]}, "mark": line, "encoding": place}]
    for paint in _HALOED:
        mark: Spec = {**words, **paint}
        layers.append({"data": {"values": [{}]}, "mark": mark, "encoding": {**place, **aside}})
    return layers


def _lines(figure: Figure, rows: Sequence[Spec], width: Width, x: Spec) -> Spec:
    """Lines over x, a band behind them where the figure has one, dots where there are few points."""
    colour = _colour(figure, rows, width, "stroke")
    y = _value_axis(figure, rows)
    layers: list[Json] = []
    if figure.low is not None and figure.high is not None:
        band: Spec = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, **colour}
        layers.append({"mark": {"type": "area", "opacity": 0.16}, "encoding": band})
    per_series = len(rows) / max(1, len({row.get("series") for row in rows}))
    dots: Json = {"size": 30, "filled": True} if per_series <= _FEW_POINTS else False
    mark: Spec = {
        "type": "line",
        "strokeWidth": 2 if per_series <= 120 else 1.25,
        "strokeJoin": "round",
        "point": dots,
        "invalid": "break-paths-show-path-domains",
    }
    layers.append({"mark": mark, "encoding": {"x": x, "y": y, **colour}})
    return {"height": _height(width), "layer": layers + _rule(figure)}


# ---- the forms -----------------------------------------------------------------------------------------------------


def _line(figure: Figure, table: pa.Table, rows: Sequence[Spec], width: Width) -> Spec:
    scale = scale_of(table, figure.x)
    if scale is Scale.TEMPORAL:
        return _lines(figure, rows, width, _time_axis(figure.x_label, width))
    x: Spec = {
        "field": "x",
        "type": str(scale),
        "sort": None,
        "axis": {"title": shown(figure.x_label), "labelOverlap": True},
    }
    if scale is Scale.QUANTITATIVE:
        x["scale"] = {"zero": False}
    return _lines(figure, rows, width, x)


def _profile(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    return _lines(figure, rows, width, _hours("x", figure.x_label, 3 if width is Width.WIDE else 6))


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
    drawn = _lines(figure, rows, width, x)
    if figure.series is not None:
        return drawn
    area: Spec = {
        "mark": {"type": "area", "opacity": 0.12, "color": palette.SERIES[0]},
        "encoding": {"x": x, "y": _value_axis(figure, rows)},
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
    return {"height": _height(width), "layer": [bars, *_rule(figure)]}


def _is_timeline(figure: Figure, table: pa.Table) -> bool:
    """Whether bars stand on dates too many to be named one by one."""
    return scale_of(table, figure.x) is Scale.TEMPORAL and table.num_rows > _MANY_BARS and figure.series is None


def _bars(figure: Figure, table: pa.Table, rows: Sequence[Spec], width: Width) -> Spec:
    if _is_timeline(figure, table):
        return _bars_in_time(figure, rows, width)
    names = _texts(rows, "x")
    months = all(_IS_MONTH.fullmatch(name) for name in names)
    longest = 3 if months else max(len(name) for name in names)
    if longest * len(names) * 7 > int(width) - 80:
        return _bars_across(figure, rows, width)
    return _bars_upright(figure, rows, width, {"labelExpr": _MONTH} if months else {})


def _bars_in_time(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    reach: Spec = {"calculate": f"datum.x + {_step(_present(rows, 'x'), DAY) * 0.9}", "as": "x2"}
    encoding: Spec = {
        "x": _time_axis(figure.x_label, width),
        "x2": {"field": "x2"},
        "y": _value_axis(figure, rows, from_zero=True),
    }
    bars: Spec = {"transform": [reach], "mark": {"type": "bar", "color": palette.SERIES[0]}, "encoding": encoding}
    return {"height": _height(width), "layer": [bars, *_rule(figure, above=True)]}


def _bars_upright(figure: Figure, rows: Sequence[Spec], width: Width, names: Spec) -> Spec:
    x: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.3, "paddingOuter": 0.15},
        "axis": {"title": shown(figure.x_label), "labelAngle": 0, "ticks": False, **names},
    }
    y = _value_axis(figure, rows, from_zero=True)
    offset: Spec = {} if figure.series is None else {"xOffset": {"field": "series", "sort": None}}
    encoding: Spec = {"x": x, "y": y, **offset, **_colour(figure, rows, width, "square")}
    bars: Spec = {"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": encoding}
    layers: list[Json] = [bars]
    highest = max(_present(rows, "y"))
    if figure.rule is not None:  # whose line would strike the labels out
        return {"height": _height(width), "layer": layers + _rule(figure, above=True)}
    if figure.series is None and len(rows) <= _LABELLED_BARS and width is Width.WIDE and highest > 0:
        y["scale"] = {"zero": True, "domainMax": highest * 1.1, "nice": False}
        layers.append(_bar_labels({"baseline": "bottom", "dy": -4}, rows, {"x": x, "y": y}))
    return {"height": _height(width), "layer": layers}


def _bars_across(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    y: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.3, "paddingOuter": 0.1},
        "axis": {
            "title": shown(figure.x_label),
            "labelLimit": 240 if width is Width.WIDE else 120,
            "titleX": -4,
            "titleAlign": "right",
        },
    }
    values = _present(rows, "y")
    x = _value_axis(figure, rows, from_zero=True)
    x["axis"] = {
        "title": labelled(figure.y_label, figure.unit),
        "tickCount": 5 if width is Width.WIDE else 3,
        "grid": True,
        "domain": False,
        "ticks": False,
    }
    labels_fit = figure.series is None
    if labels_fit and max(values) > 0:
        x["scale"] = {"zero": True, "domainMax": max(values) * (1.12 if width is Width.WIDE else 1.3), "nice": False}
    offset: Spec = {} if figure.series is None else {"yOffset": {"field": "series", "sort": None}}
    encoding: Spec = {"x": x, "y": y, **offset, **_colour(figure, rows, width, "square")}
    layers: list[Json] = [{"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": encoding}]
    if labels_fit:
        layers.append(_bar_labels({"align": "left", "dx": 5}, rows, {"x": x, "y": y}))
    series = 1 if figure.series is None else len(_texts(rows, "series"))
    thick = max(26, 12 * series + 8)
    return {"height": thick * len(_texts(rows, "x")), "layer": layers + _rule(figure, upright=True)}


def _bar_labels(place: Spec, rows: Sequence[Spec], encoding: Mapping[str, Json]) -> Spec:
    """A layer that writes each bar's value at its end, in the report's own spelling of numbers."""
    places = decimals(_present(rows, "y"))
    written: list[Json] = [
        {**row, "label": aligned(y, places)} for row in rows if isinstance(y := row["y"], int | float)
    ]
    mark: Spec = {"type": "text", "fontSize": 12, "fill": palette.MUTED, **place}
    return {"data": {"values": written}, "mark": mark, "encoding": {**encoding, "text": {"field": "label"}}}


def _heatmap(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    tall, long = _step(_present(rows, "y"), 1.0), _step(_present(rows, "x"), DAY)
    legend: Spec = {
        "title": labelled(figure.series_label, figure.unit)
        if figure.series_label
        else shown(figure.unit or figure.title),
        "gradientLength": 220 if width is Width.WIDE else 160,
        "gradientThickness": 10,
        "tickCount": 4,
    }
    encoding: Spec = {
        "x": _time_axis(figure.x_label, width),
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
    return {"height": 240 if width is Width.WIDE else 180, "transform": edges, "mark": "rect", "encoding": encoding}


def _step(values: Sequence[float], only: float) -> float:
    """The smallest distance between two values, or `only` where there are no two."""
    apart = sorted(set(values))
    return min((b - a for a, b in pairwise(apart)), default=only)


def _matrix(figure: Figure, rows: Sequence[Spec], width: Width) -> Spec:
    names = _texts(rows, "x")
    wide = width is Width.WIDE
    axis: Spec = {"domain": False, "ticks": False, "labelLimit": 250 if wide else 120}
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
        "axis": {**axis, "title": shown(figure.y_label), "titleX": -4, "titleAlign": "right"},
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
    return {"height": max(60, min(34 if wide else 26, 600 // len(names)) * len(names)), "layer": layers}
