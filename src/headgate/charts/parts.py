"""What the forms of figures share: axes, colours, level lines, lines over time; rows under their short names."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from headgate.canonical import Json
from headgate.charts import palette
from headgate.charts.text import labelled, shown
from headgate.engines.interface import Figure

Spec = dict[str, Json]

FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
_FEW_POINTS = 40
_HALOED: tuple[Spec, Spec] = ({"stroke": palette.CARD, "strokeWidth": 4, "fill": palette.CARD}, {"fill": palette.INK})
_DASHES: list[Json] = [[1, 0], [6, 3], [2, 2]]
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


class Width(IntEnum):
    """How wide a chart is drawn, in CSS pixels: for the page's column, or for a telephone."""

    WIDE = 720
    NARROW = 340


def values_of(rows: Sequence[Spec], *names: str) -> list[float]:
    """The numbers that stand under these names."""
    return [value for row in rows for name in names if isinstance(value := row.get(name), int | float)]


def texts_of(rows: Sequence[Spec], name: str) -> list[str]:
    """The distinct texts of a field, in the order of the table."""
    return list(dict.fromkeys(str(row[name]) for row in rows))


def config(width: Width) -> Spec:
    """The look that all charts share."""
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
        "titleLimit": int(width) - 60,
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
            "gradientStrokeColor": palette.MUTED,
            "gradientStrokeWidth": 1,
            "offset": 28,
            "symbolStrokeWidth": 3,
            "symbolOpacity": 1,
        },
    }


def nothing() -> Spec:
    """A chart that says that there is nothing to draw."""
    text: Spec = {"type": "text", "text": "No values to draw", "fontSize": 13, "fill": palette.MUTED}
    return {"height": 60, "data": {"values": [{}]}, "mark": text}


def plate() -> Spec:
    """The ground of coloured cells, which stays light on a dark page."""
    return {"fill": palette.PLATE, "stroke": None}


def height_of(width: Width) -> int:
    """The height of a plain chart, in CSS pixels."""
    return 260 if width is Width.WIDE else 200


def time_axis(label: str, width: Width) -> Spec:
    """The axis of a wall clock."""
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


def over_names(names: Sequence[str], limit: int) -> Spec:
    """Where the title of an axis of names stands: over them, from their left end on, taking no room of its own."""
    return {"titleAlign": "left", "titleX": -min(limit, 7 * max(map(len, names), default=0)) - 6, "titleY": -10}


def value_axis(figure: Figure, rows: Sequence[Spec], *, from_zero: bool = False) -> Spec:
    """The measured axis: from zero where that wastes less than half of the height, or where the form demands it."""
    values = values_of(rows, "y", "low", "high") + rule_value(figure)
    low, high = min(values, default=0.0), max(values, default=0.0)
    return {
        "field": "y",
        "type": "quantitative",
        "stack": None,
        "scale": {"zero": from_zero or (low >= 0 and low <= high / 2), "nice": 5},
        "axis": {"title": labelled(figure.y_label, figure.unit), "tickCount": 5},
    }


def coloured(figure: Figure, rows: Sequence[Spec], width: Width, symbol: str) -> Spec:
    """Channels that tell the series apart: a colour, and a dash too where there are more than there are colours."""
    if figure.series is None:
        return {"color": {"value": palette.SERIES[0]}}
    names = texts_of(rows, "series")
    room = int(width) // (7 * max(len(name) for name in names) + 44)
    legend: Spec = {
        "title": shown(figure.series_label) if figure.series_label else None,
        "symbolType": symbol,
        "labelLimit": int(width) - 60,
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


def rule_value(figure: Figure) -> list[float]:
    """The value of the level line, if there is one."""
    return [figure.rule[0]] if figure.rule else []


def level_line(figure: Figure, *, upright: bool = False, above: bool = False, of: float = 0.0) -> list[Json]:
    """The layers of a labelled line at a value, or none; `above` writes the label over the drawing, clear of bars.

    An upright line's label stays over an axis up to `of`: left of it stands the axis's own title.
    """
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
        **({"dy": -4, "baseline": "bottom"} if upright else {"align": "right", "dy": -6}),
    }
    aside: Spec = {"y": {"value": 0}} if upright else {"x": {"value": "width"}}
    if upright:
        words["align"] = "left" if value < of * 0.3 else "right" if value > of * 0.7 else "center"
    if above:
        words["text"] = f"┄ {words['text']}"
        aside["y"] = {"value": 0}
    layers: list[Json] = [{"data": {"values": [{}]}, "mark": line, "encoding": place}]
    for paint in _HALOED:
        mark: Spec = {**words, **paint}
        layers.append({"data": {"values": [{}]}, "mark": mark, "encoding": {**place, **aside}})
    return layers


def lines_over(figure: Figure, rows: Sequence[Spec], width: Width, x: Spec) -> Spec:
    """Lines over x, a band behind them where the figure has one, dots where there are few points."""
    colour = coloured(figure, rows, width, "stroke")
    y = value_axis(figure, rows)
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
    if figure.marked is not None:
        layers += _marked(figure, x, y)
    return {"height": height_of(width), "layer": layers + level_line(figure)}


def _marked(figure: Figure, x: Spec, y: Spec) -> list[Json]:
    """Points over the line where a row stands out, ringed in the ground's colour so that they are told from it."""
    point: Spec = {"type": "point", "filled": True, "size": 42, "color": palette.SERIES[1], "strokeWidth": 0}
    ring: Spec = {"type": "point", "filled": True, "size": 90, "color": palette.CARD, "strokeWidth": 0}
    only: list[Json] = [{"filter": "datum.marked"}]
    return [{"transform": only, "mark": mark, "encoding": {"x": x, "y": y}} for mark in (ring, point)]
