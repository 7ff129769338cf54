"""Whether the first row is data is told without showing it, with or without the rows below."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate.screening.cell_shape import CellShape, cell_shape
from headgate.screening.first_row import looks_like_data

DATA = {
    "date and number": ["2013-08-01 00:00:00", "5.168"],
    "decimals and a class": ["5.1", "3.5", "1.4", "0.2", "Iris-setosa"],
    "day-first date": ["31/12/2018 00:15", "17,4", "Weekday"],
    "mixed": ["39", "State-gov", "77516", "Bachelors", "2174", "40"],
    "missing marks": ["4.5", "0", "nan", "NA"],
    "two numbers": ["108", "392.5"],
    "repeated numbers": ["30", "64", "1", "1"],
    "categories": ["republican", "n", "y", "n", "y", "y", "y", "n"],
    "numbers parted by spaces": ["18.0   8   307.0   130.0"],
    "a lone number": ["1.5"],
    "negative series": ["a", "-3", "-2", "-1"],
}
NAMES = {
    "words": ["date", "Usage_kWh", "Load_Type"],
    "years": ["country", "2019", "2020"],
    "years falling": ["country", "code", "2020", "2019", "2018"],
    "one year": ["country", "2019"],
    "dates": ["site", "2019-01-31", "2019-02-28"],
    "months": ["site", "Jan-18", "Feb-18", "Mar-18"],
    "counted from 0": ["", "0", "1", "2"],
    "counted from 1": ["id", "1", "2", "3", "4"],
    "codes of one length": ["when", "608124000400", "608124003100", "608124000402"],
    "wavelengths": ["sample", "400.5", "401.0", "401.5", "402.0", "402.5", "403.0"],
    "one number among names": ["a", "b", "c", "381.16", "d"],
    "names twice": ["male", "male", "male", "female", "female", "female"],
    "blank": ["", "", ""],
    "none": [],
}


@pytest.mark.parametrize("case", DATA)
def test_a_row_of_values_is_taken_for_data(case: str) -> None:
    reason = looks_like_data(DATA[case], ())
    assert reason
    assert not any(cell in reason.split() for cell in DATA[case] if len(cell) > 2)


@pytest.mark.parametrize("case", NAMES)
def test_a_row_of_names_is_not(case: str) -> None:
    assert looks_like_data(NAMES[case], ()) is None


BELOW: dict[str, tuple[list[str], list[list[str]], bool]] = {
    "dates over numbers are names": (["site", "2019-01-31"], [["A", "3"], ["B", "4"]], False),
    "dates over dates are data": (["Anna", "2019-01-31"], [["Bob", "2019-03-31"], ["Eve", "2020-03-31"]], True),
    "years over years are data": (["Anna", "1981"], [["Bob", "1979"], ["Eve", "1990"]], True),
    "years over numbers are names": (["country", "1981"], [["A", "17.5"], ["B", "19.5"]], False),
    "words over numbers are names": (["a", "b", "7"], [["1", "2.5", "3"], ["4", "5.5", "6"]], False),
    "words that stand below again are data": (["Monday", "Light"], [["Monday", "Full"], ["Tuesday", "Light"]], True),
    "a header repeated as a whole is none": (["day", "load"], [["Monday", "Full"], ["day", "load"]], False),
}


@pytest.mark.parametrize("case", BELOW)
def test_the_rows_below_settle_what_the_first_leaves_open(case: str) -> None:
    first, following, data = BELOW[case]
    assert (looks_like_data(first, following) is not None) is data


SHAPES = {
    "Gen 12": CellShape.WORD,
    "Jan-18": CellShape.DATE,
    "2019-13-01": CellShape.WORD,
    "10.12": CellShape.DECIMAL,
    "10.12.2019": CellShape.DATE,
    "1,234,567": CellShape.INTEGER,
    "12,34": CellShape.WORD,
    "007": CellShape.WORD,
    "n/a": CellShape.MISSING,
    " ": CellShape.BLANK,
    "٣": CellShape.INTEGER,
}


@pytest.mark.parametrize("cell", SHAPES)
def test_the_shape_of_a_cell_is_read_off_its_text(cell: str) -> None:
    assert cell_shape(cell) is SHAPES[cell]


@pytest.mark.shared
def test_header_less_files_of_the_corpus_are_found_with_hardly_a_false_alarm(shared: Path) -> None:
    files = {}
    with (shared / "corpora" / "headers" / "dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            files[row["file_id"]] = (row["row_headers"], row["file_kind"] == "headerless")
    taken = [(data, looks_like_data(cells, ()) is not None) for cells, data in files.values()]
    headerless = [told for data, told in taken if data]
    others = [told for data, told in taken if not data]
    assert sum(headerless) >= 0.98 * len(headerless) > 0
    assert sum(others) <= 0.004 * len(others)
