from __future__ import annotations

import csv
import getpass
import io
import socket
import struct
from dataclasses import replace
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from tests.unit.charts.samples import FIT, FORMS, analysis

from headgate.charts.export import charts_png, charts_svg, results_csv
from headgate.engines.interface import Form, Result


def exported(table: pa.Table) -> str:
    (data,) = results_csv(Result(analysis("load_profile"), {"profile": table}, {}), 3).values()
    return data.decode("utf-8")


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1", '=HYPERLINK("http://evil","x")']
)
def test_a_text_a_spreadsheet_would_run_begins_with_an_apostrophe(cell: str) -> None:
    assert read_back(exported(pa.table({"a": [cell], cell: ["x"]}))) == [["a", f"'{cell}"], [f"'{cell}", "x"]]


def test_numbers_below_zero_are_left_as_numbers() -> None:
    assert exported(pa.table({"a": [-1.5], "b": [-2]})) == "a,b\r\n-1.5,-2\r\n"


def test_cells_are_quoted_as_rfc_4180_says() -> None:
    cells = ["a,b", 'say "x"', "two\r\nlines", "plain"]
    text = exported(pa.table({"a": cells}))
    assert text == 'a\r\n"a,b"\r\n"say ""x"""\r\n"two\r\nlines"\r\nplain\r\n'
    assert [row[0] for row in read_back(text)] == ["a", *cells]


def test_values_are_unrounded_moments_iso_and_null_empty() -> None:
    table = pa.table(
        {
            "f": [0.1 + 0.2, None],
            "t": [datetime(2018, 3, 25, 2, 30), None],
            "z": pa.array([datetime(2018, 7, 1, tzinfo=UTC), None], pa.timestamp("us", "Europe/Berlin")),
            "d": [date(2018, 1, 2), None],
            "c": [time(7, 15), None],
            "b": [True, None],
        }
    )
    local = datetime(2018, 7, 1, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    assert read_back(exported(table))[1:] == [
        ["0.30000000000000004", "2018-03-25T02:30:00", local.isoformat(), "2018-01-02", "07:15:00", "true"],
        [""] * 6,
    ]


def test_file_names_hold_the_number_the_kind_and_the_table_and_cannot_leave_the_folder() -> None:
    result = Result(analysis("load_profile"), {"../../Etc Passwd": pa.table({"a": [1]}), "days": pa.table({})}, {})
    assert list(results_csv(result, 3)) == ["03-load_profile-etc-passwd.csv", "03-load_profile-days.csv"]


def test_an_empty_table_is_a_heading_line() -> None:
    assert exported(pa.table({"a": pa.array([], pa.float64())})) == "a\r\n"


def drawn_twice() -> Result:
    bars, table = FORMS[Form.BARS]
    scatter, points = FORMS[Form.SCATTER]
    figures = (replace(bars, table="lines"), replace(bars, table="lines", title="Again"), scatter)
    return Result(analysis("breakdown"), {"lines": table, "t": points, "fit": FIT}, {}, figures)


def test_charts_are_named_after_their_table_and_place_in_the_report() -> None:
    pictures = charts_svg(drawn_twice(), 7)
    assert list(pictures) == ["07-breakdown-lines.svg", "07-breakdown-lines-2.svg", "07-breakdown-t.svg"]
    assert list(charts_png(pictures)) == [name.replace(".svg", ".png") for name in pictures]


def test_a_chart_that_stands_alone_has_its_title_and_a_white_ground() -> None:
    first, second, _ = charts_svg(drawn_twice(), 1).values()
    assert "Energy by line" in ET.fromstring(first).itertext()
    assert "Again" in ET.fromstring(second).itertext()
    assert 'fill="#ffffff"' in first


def chunks(png: bytes) -> set[bytes]:
    """The kinds of chunks in a PNG file (PNG specification, 5.3)."""
    found, at = set(), 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        found.add(png[at + 4 : at + 8])
        at += size + 12
    return found


def test_a_picture_says_nothing_of_its_making_and_is_the_same_again() -> None:
    pictures = charts_svg(drawn_twice(), 1)
    images = charts_png(pictures)
    for image in images.values():
        assert chunks(image) <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}
    for data in [*images.values(), *(picture.encode() for picture in pictures.values())]:
        assert not [
            word for word in (getpass.getuser(), socket.gethostname()) if len(word) > 4 and word.encode() in data
        ]
    assert charts_png(charts_svg(drawn_twice(), 1)) == images


def test_that_check_would_see_a_text_chunk() -> None:
    (image, *_) = charts_png(charts_svg(drawn_twice(), 1)).values()
    spoken = image[:33] + struct.pack(">I", 4) + b"tEXtUser" + b"0000" + image[33:]
    assert b"tEXt" in chunks(spoken)
