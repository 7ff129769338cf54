"""The shape of one cell's text: number, date, time, missing or word. What a first row and a column are judged by.

Shapes are read off the text alone, in the spellings that plant, meter and business exports use: ISO 8601 and the
day-first and month-first dates, month names in seven languages, numbers with either decimal mark and grouped thousands.
"""

from __future__ import annotations

import re
from enum import Enum, auto


class CellShape(Enum):
    """What a cell's text looks like. `BLANK` has none, `MISSING` is a mark for "no value", `WORD` is all the rest."""

    BLANK = auto()
    MISSING = auto()
    INTEGER = auto()
    DECIMAL = auto()
    DATE = auto()
    DATETIME = auto()
    TIME = auto()
    WORD = auto()


NUMBERS = frozenset({CellShape.INTEGER, CellShape.DECIMAL})
MOMENTS = frozenset({CellShape.DATE, CellShape.DATETIME, CellShape.TIME})
VALUES = NUMBERS | MOMENTS

_MISSING = frozenset(
    {"na", "n/a", "nan", "-nan", "null", "none", "nil", "nd", "n.d.", "n/d", "-", "--", "---", ".", "..", "...", "?"}
    | {"\\n", "#n/a", "#na", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!"}
)
_MONTHS = frozenset(
    month
    for months in (
        "jan january janvier janv januar enero ene gennaio gen janeiro januari",
        "feb february février fevrier fev fév févr februar febrero febbraio fevereiro februari",
        "mar march mars märz mrz mär marzo março maart mrt",
        "apr april avril avr abril abr aprile",
        "may mai mayo maggio mag maio mei",
        "jun june juin juni junio giugno giu junho",
        "jul july juillet juil juli julio luglio lug julho",
        "aug august août aout agosto ago augustus",
        "sep sept september septembre septiembre settembre set setembro",
        "oct october octobre oktober okt octubre ottobre ott outubro out",
        "nov november novembre noviembre novembro",
        "dec december décembre decembre déc dezember dez diciembre dic dicembre dezembro",
    )
    for month in months.split()
)
_THIN = " \u00a0\u202f'’"
_NUMBER = {
    mark: re.compile(
        rf"[+\-−]?(?:(?P<whole>\d+|\d{{1,3}}(?:[{group}{_THIN}]\d{{3}})+)(?P<point>[{mark}]\d*)?|(?P<bare>[{mark}]\d+))"
        r"(?P<power>[eE][+\-]?\d{1,3})?"
    )
    for mark, group in ((".", ","), (",", "."))
}
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?|h(?P<minuteh>\d{2})?)"
_TIME = re.compile(_CLOCK + r"\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|[+\-]\d{2}:?\d{2}|[+\-]\d{2})?", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?")
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?:\d{4}|\d{2})")
_NAMED_MONTH = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s\-/.]*)?(?:de\s+)?(?P<month>[^\W\d]{3,10})\.?"
    r"(?:\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?)?(?P<mark>[\s\-/.,']+)(?:de\s+)?(?P<year>\d{4}|\d{2})"
)
_COMPACT = re.compile(r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T\d{4}(?:\d{2})?Z?")
_LONGEST_DATE = 48
_LONGEST_INTEGER = 18  # digits that fit 64 bits; more is a code, not an amount


def cell_shape(cell: str, decimal: str = ".") -> CellShape:
    """The shape of a cell's text, with `decimal` ("." or ",") as the decimal mark.

    Digits with leading zeros (`007`, `0123`) and integers of more than 18 digits are codes, hence words.
    """
    text = cell.strip()
    if not text:
        return CellShape.BLANK
    if text.casefold() in _MISSING:
        return CellShape.MISSING
    if number := _number_shape(text, decimal):
        return number
    if len(text) > _LONGEST_DATE or not any(mark.isdigit() for mark in text):
        return CellShape.WORD
    return _moment_shape(text) or CellShape.WORD


def _number_shape(text: str, decimal: str) -> CellShape | None:
    found = _NUMBER[decimal].fullmatch(text)
    if found is None:
        return None
    whole = found["whole"]
    if whole and len(whole) > 2 and whole[0] == "0" and whole.isdigit():
        return None
    if found["point"] is not None or found["bare"] or found["power"]:
        return CellShape.DECIMAL
    return CellShape.INTEGER if len(whole) <= _LONGEST_INTEGER else None


def _moment_shape(text: str) -> CellShape | None:
    if _is_time(text):
        return CellShape.TIME
    if _is_date(text):
        return CellShape.DATE
    if _COMPACT.fullmatch(text):
        return CellShape.DATETIME
    for at, mark in enumerate(text) if ":" in text or "h" in text.lower() else ():
        if (mark in "T_," or mark.isspace()) and _is_time(text[at + 1 :].lstrip(" -")):
            return CellShape.DATETIME if _is_date(text[:at].rstrip(" ,-")) else None
    return None


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    return (
        int(found["hour"]) <= 24
        and int(found["minute"] or found["minuteh"] or 0) < 60
        and int(found["second"] or 0) < 61
    )


def _is_date(text: str) -> bool:
    if found := _YEAR_FIRST.fullmatch(text):
        dotted_number = found["mark"] == "." and found["day"] is None
        return not dotted_number and 1 <= int(found["month"]) <= 12 and 1 <= int(found["day"] or 1) <= 31
    if found := _YEAR_LAST.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        return 1 <= min(one, two) <= 12 and max(one, two) <= 31
    if found := _NAMED_MONTH.fullmatch(text):
        day = found["day"] or found["day2"]
        bare = (
            day is None and len(found["year"]) == 2 and found["mark"].isspace()
        )  # "Gen 12" is a generator, "Gen-12" a month
        return not bare and found["month"].casefold() in _MONTHS and 1 <= int(day or 1) <= 31
    return False
