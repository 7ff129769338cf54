from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from tests.unit.charts.samples import DAYS, FIT, FORMS

from headgate.charts import palette
from headgate.charts.drawing import _check, svg
from headgate.charts.parts import Width
from headgate.charts.spec import vega_lite
from headgate.engines.interface import Form
from headgate.errors import RefusalError

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "bad",
    [
        '<image href="https://example.com/x.png"/>',
        "<script>1</script>",
        "<foreignObject/>",
        '<style>@import "x"</style>',
        '<path onclick="x()"/>',
        '<path style="fill:red"/>',
        '<path fill="url(https://example.com/#a)"/>',
        '<g href="#a"/>',
    ],
)
def test_a_drawing_that_could_load_run_or_restyle_is_refused(bad: str) -> None:
    with pytest.raises(RefusalError):
        _check(ET.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{bad}</svg>'))


def test_a_drawing_that_refers_only_to_itself_is_accepted() -> None:
    _check(ET.fromstring('<svg xmlns="http://www.w3.org/2000/svg"><g clip-path="url(#a)"><path d="M0,0"/></g></svg>'))


def test_data_from_an_address_is_never_fetched() -> None:
    figure, table = FORMS[Form.LINE]
    spec = {**vega_lite(figure, table), "data": {"url": "http://127.0.0.1:9/rows.json"}}
    with pytest.raises(ValueError, match="not allowed"):
        svg(spec)


@pytest.mark.parametrize("width", Width)
@pytest.mark.parametrize(
    ("form", "titles"),
    [
        (Form.LINE, {"Date", "Energy (kWh)", "mean 15 kWh"}),
        (Form.PROFILE, {"Time of day", "Power (kW)", "Weekday", "Weekend", "12:00"}),
        (Form.BARS, {"Line", "Energy (kWh)", "A", "B"}),
        (Form.HEATMAP, {"Date", "Time of day", "Power (kW)"}),
        (Form.CURVE, {"Share of time (%)", "Power (kW)"}),
        (Form.MATRIX, {"Measure", "Against", "Correlation", *("Usage kWh", "CO2(t)")}),
        (Form.HISTOGRAM, {"Power (kW)", "Intervals"}),
    ],
)
def test_every_form_is_valid_svg_with_axis_titles_and_units(form: Form, titles: set[str], width: Width) -> None:
    picture = svg(vega_lite(*FORMS[form], width))
    assert titles <= set(texts(picture))
    assert ET.fromstring(picture).get("width") == str(int(width))


@pytest.mark.parametrize("form", Form)
def test_nothing_in_a_picture_is_styled_inline_or_points_outside(form: Form) -> None:
    picture = svg(vega_lite(*FORMS[form]))
    assert picture.count("://") == 1
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture
    assert "href" not in picture
    assert "style=" not in picture


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("width", Width)
@pytest.mark.parametrize("form", Form)
def test_empty_and_one_row_tables_are_drawn(form: Form, width: Width, rows: int) -> None:
    figure, table = FORMS[form]
    said = texts(svg(vega_lite(figure, table.slice(0, rows), width)))
    assert ("No values to draw" in said) is (rows == 0)
    assert not [text for text in said if "NaN" in text or "undefined" in text or "Invalid" in text]


@pytest.mark.parametrize("form", Form)
def test_a_table_of_nulls_says_that_there_is_nothing_to_draw(form: Form) -> None:
    figure, table = FORMS[form]
    name = figure.colour or figure.y
    place = table.column_names.index(name)
    emptied = table.set_column(place, name, pa.nulls(table.num_rows, table.schema.field(name).type))
    assert "No values to draw" in texts(svg(vega_lite(figure, emptied)))


def test_bars_keep_the_order_of_the_table_and_bear_their_values() -> None:
    said = texts(svg(vega_lite(*FORMS[Form.BARS])))
    assert said.index("B") < said.index("A")
    assert "12,500" in said


def test_long_labels_turn_bars_on_their_side() -> None:
    figure, _ = FORMS[Form.BARS]
    table = pa.table({"line": [f"Assembly line number {i}" for i in range(9)], "kwh": [float(i) for i in range(9)]})
    layer = vega_lite(figure, table)["layer"]
    assert layer[0]["encoding"]["x"]["field"] == "y"


def test_time_is_drawn_as_the_clock_on_the_wall_showed_it() -> None:
    figure, _ = FORMS[Form.LINE]
    zoned = pa.array([1_530_403_200_000, 1_530_489_600_000], pa.timestamp("ms", "Europe/Berlin"))
    values = vega_lite(figure, pa.table({"day": zoned, "kwh": [1.0, 2.0]}))["data"]["values"]
    assert [row["x"] for row in values] == [1_530_410_400_000, 1_530_496_800_000]  # two hours on: summer time


def test_column_names_are_never_read_as_paths_or_expressions() -> None:
    figure, _ = FORMS[Form.BARS]
    name = "a.b[0]['c']\\'); alert(1)"
    table = pa.table({name: ["x"], "kwh": [3.0]})
    assert "x" in texts(svg(vega_lite(replace(figure, x=name), table)))


def test_a_picture_is_described_for_somebody_who_cannot_see_it() -> None:
    figure, table = FORMS[Form.LINE]
    root = ET.fromstring(svg(vega_lite(replace(figure, alt="Energy rose from 10 to 20 kWh."), table), "a1"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Energy by day"
    description = root[0]
    assert root.get("aria-describedby") == description.get("id")
    assert description.text == "Energy rose from 10 to 20 kWh."


def test_pictures_are_the_same_each_time_and_share_no_id() -> None:
    spec = vega_lite(*FORMS[Form.PROFILE])
    first, again, other = svg(spec, "a1"), svg(spec, "a1"), svg(spec, "a2")
    assert first == again
    ids = [
        {element.attrib["id"] for element in ET.fromstring(picture).iter() if "id" in element.attrib}
        for picture in (first, other)
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_hostile_cell_text_stays_text() -> None:
    figure, _ = FORMS[Form.BARS]
    table = pa.table({"line": ['</svg><script>alert("1")</script>', "a\u202eb\x00\ud7ff"], "kwh": [1.0, 2.0]})
    picture = svg(vega_lite(figure, table))
    assert "<script" not in picture
    assert "\u202e" not in picture
    assert any("a\\u202eb\\u0000" in text for text in texts(picture))


def test_a_year_of_hours_takes_less_than_half_a_megabyte() -> None:
    figure, _ = FORMS[Form.HEATMAP]
    hours = 365 * 24
    table = pa.table(
        {
            "day": pa.array([17_532 + i // 24 for i in range(hours)], pa.int32()).cast(pa.date32()),
            "h": [i % 24 for i in range(hours)],
            "kw": [float((i * 7919) % 1000) for i in range(hours)],
        }
    )
    assert len(svg(vega_lite(figure, table))) < 500_000


@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("place", range(len(palette.SERIES)))
def test_series_stand_out_from_their_ground_three_to_one(place: int, ground: str) -> None:
    light = palette.SERIES[place]
    colour, card = (light, palette.CARD) if ground == "light" else (palette.REPAINTED[light], palette.CARD_DARK)
    assert contrast(colour, card) >= 3


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED])
def test_text_stands_out_from_its_ground_four_and_a_half_to_one(colour: str) -> None:
    assert contrast(colour, palette.CARD) >= 4.5
    assert contrast(palette.REPAINTED[colour], palette.CARD_DARK) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_day_of_a_heatmap_reaches_to_the_next() -> None:
    figure, table = FORMS[Form.HEATMAP]
    steps = [step.get("calculate") for step in vega_lite(figure, table)["transform"]]
    assert "datum.x + 86400000.0" in steps
    assert len(set(table["day"].to_pylist())) == len(DAYS)


def test_rows_that_stand_out_are_drawn_as_points_and_no_others() -> None:
    figure, table = FORMS[Form.LINE]
    plain = svg(vega_lite(figure, table))
    seen = [True, None, False]
    marked = svg(vega_lite(replace(figure, marked="odd"), table.append_column("odd", pa.array(seen))))
    assert marked.count("<path") == plain.count("<path") + 2


def test_a_fit_is_a_line_through_the_points_and_the_bars_of_a_pareto_keep_their_order() -> None:
    figure, table = FORMS[Form.SCATTER]
    assert svg(vega_lite(figure, table, fit=FIT)).count("<path") > svg(vega_lite(figure, table)).count("<path")
    said = texts(svg(vega_lite(*FORMS[Form.PARETO])))
    assert [word for word in said if word in "ABC"] == ["B", "A", "C"]
    assert "Running share (%)" in said


def test_a_grid_writes_its_values_where_there_is_room() -> None:
    figure, table = FORMS[Form.GRID]
    assert {"5", "7", "1"} <= set(texts(svg(vega_lite(figure, table))))


def test_very_large_values_are_drawn_in_a_unit_they_have_room_for() -> None:
    figure, _ = FORMS[Form.LINE]
    table = pa.table({"day": DAYS, "kwh": [12_000_000.0, 3_000_000.0, 6_000_000.0]})
    spec = vega_lite(replace(figure, rule=(7_000_000.0, "mean 7,000 MWh")), table)
    assert [row["y"] for row in spec["data"]["values"]] == [12, 3, 6]
    assert {"Energy (GWh)", "mean 7 GWh"} <= set(texts(svg(spec)))


def test_the_two_axes_of_a_scatter_have_each_a_unit_of_their_own() -> None:
    figure, _ = FORMS[Form.SCATTER]
    table = pa.table({"part": ["a", "a"], "temp": [2_000_000.0, 1.0], "kwh": [30.0, 12.0]})
    spec = vega_lite(replace(figure, x_unit="kWh"), table)
    assert [(row["x"], row["y"]) for row in spec["data"]["values"]] == [(2000, 30), (0.001, 12)]


def test_the_values_of_a_grid_and_the_edges_of_bins_are_divided_alike() -> None:
    grid, _ = FORMS[Form.GRID]
    cells = pa.table({"day": ["Mon"], "shift": ["late"], "kwh": [12_000_000.0]})
    assert vega_lite(grid, cells)["data"]["values"][0]["colour"] == 12
    bins, _ = FORMS[Form.HISTOGRAM]
    row = vega_lite(bins, pa.table({"low": [0.0], "high": [12_000_000.0], "n": [1_000_000]}))["data"]["values"][0]
    assert (row["x"], row["x2"], row["y"]) == (0, 12, 1_000_000)  # kW as GW; rows stay rows


def test_labels_that_are_cut_alike_are_still_told_apart() -> None:
    figure, _ = FORMS[Form.MATRIX]
    long = [f"{'simulation output ' * 5}{end}" for end in ("cooling", "heating")]
    table = pa.table({"a": [n for n in long for _ in long], "b": [*long, *long], "r": [1.0, 0.5, 0.5, 1.0]})
    rows = vega_lite(figure, table)["data"]["values"]
    assert len({row["x"] for row in rows}) == 2
    assert [row["x"][-7:] for row in rows] == ["cooling", "cooling", "heating", "heating"]
    alike = [f"{'x' * 70}{middle}{'y' * 70}" for middle in "ab"]
    bars = vega_lite(FORMS[Form.BARS][0], pa.table({"line": alike, "kwh": [1.0, 2.0]}))["data"]["values"]
    assert len({row["x"] for row in bars}) == 2


def test_many_points_are_short_dabs_of_the_same_places_and_paint() -> None:
    figure, _ = FORMS[Form.SCATTER]
    table = pa.table({"temp": [float(i) for i in range(500)], "kwh": [float(i % 7) for i in range(500)]})
    few, many = (svg(vega_lite(replace(figure, series=None, fit=None), table.slice(0, n))) for n in (50, 500))
    assert few.count('d="M2') >= 50
    assert many.count("h.01") == 500
    assert f'stroke="{palette.SERIES[0]}"' in many
    assert len(many) < 40_000


@pytest.mark.parametrize("form", [Form.HEATMAP, Form.GRID, Form.MATRIX])
def test_coloured_cells_stand_on_a_ground_that_stays_light(form: Form) -> None:
    assert palette.PLATE not in palette.REPAINTED
    assert contrast(palette.SEQUENTIAL[-1], palette.PLATE) >= 3
    assert f'fill="{palette.PLATE}"' in svg(vega_lite(*FORMS[form]))


Matrix = tuple[tuple[float, float, float], ...]

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as eyes see it that lack one kind of cones.
EYES: dict[str, Matrix] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no cones for red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no cones for green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_any_two_series_are_told_apart_by_every_eye(eyes: str, ground: str) -> None:
    colours = palette.SERIES if ground == "light" else [palette.REPAINTED[each] for each in palette.SERIES]
    apart = [distance(EYES[eyes], one, other) for i, one in enumerate(colours) for other in colours[:i]]
    assert min(apart) >= 20


def test_that_check_sees_colours_that_look_alike_to_some() -> None:
    assert distance(EYES["all cones"], "#c0504d", "#7a7a3a") > 40
    assert distance(EYES["no cones for green"], "#c0504d", "#7a7a3a") < 10


def linear(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def distance(eyes: Matrix, one: str, other: str) -> float:
    """CIE 1976 colour difference of two colours (D65) as these eyes see them."""
    return sum((a - b) ** 2 for a, b in zip(lab(eyes, linear(one)), lab(eyes, linear(other)), strict=True)) ** 0.5


def lab(eyes: Matrix, rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    seen = [sum(part * share for part, share in zip(rgb, row, strict=True)) for row in eyes]
    red, green, blue = (min(1.0, max(0.0, part)) for part in seen)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
