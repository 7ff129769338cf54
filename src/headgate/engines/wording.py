"""How a number, a moment and a span of time are spelt in sentences, headlines and warnings."""

from __future__ import annotations

import math
from datetime import date, datetime

_MINUS = "\N{MINUS SIGN}"
_LADDERS = (
    ("W", "kW", "MW", "GW", "TW"),
    ("Wh", "kWh", "MWh", "GWh", "TWh"),
    ("VArh", "kVArh", "MVArh", "GVArh"),
    ("kg", "t", "kt", "Mt"),
    ("tCO2", "ktCO2", "MtCO2"),
)
_LADDERED = {unit for ladder in _LADDERS for unit in ladder[:-1]} | {"kEUR", "kUSD"}
_THOUSANDS = {"kEUR": "EUR", "kUSD": "USD"}
_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_SPELT_LARGER = 1e6
_SPANS = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def number(value: float, unit: str | None = None) -> str:
    """The value with four significant digits, thousands separators and its unit: `1,234 kWh`, `0.1741`, `12.5 %`.

    Digits before the point are never rounded away (`123,457`); trailing zeros after it are dropped. From a million of a
    unit that has larger ones on, one of them is taken: `14.71 GWh`.
    """
    if unit in _LADDERED and abs(value) >= _SPELT_LARGER and math.isfinite(value):
        return " ".join(compact(value, unit))
    if not math.isfinite(value):
        return "not a number"
    size = abs(value)
    places = 0 if size >= 1000 or size == 0 else min(12, max(0, 3 - math.floor(math.log10(size))))
    text = f"{size:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    sign = _MINUS if value < 0 and text != "0" else ""
    return f"{sign}{text} {unit}" if unit else f"{sign}{text}"


def compact(value: float, unit: str) -> tuple[str, str]:
    """The value and its unit as a headline has room for them: `4,395` `TWh`, `170.1 million` `customers`.

    Below a million of its unit a value stays as `number` spells it.
    """
    if unit in _LADDERED and abs(value) >= _SPELT_LARGER:
        divisor, unit = _larger(abs(value), unit)
        value = value / divisor
    for size, word in _LARGE:
        if abs(value) >= max(size, 1e7):
            return f"{number(value / size)} {word}", unit
    return number(value), unit


def axis_unit(largest: float, unit: str) -> tuple[float, str]:
    """What the values of an axis up to `largest` are divided by, and the unit they then have: `1e6`, `GWh` for kWh.

    Below 100,000 they stand as they are; from there on below 10,000 of a larger unit, or in millions of a unit that has
    no larger one. One divisor for a whole axis, so that its values stay comparable.
    """
    size = abs(largest)
    if size < 1e5 or not math.isfinite(size):
        return 1.0, unit
    divisor, unit = _larger(size, unit)
    for limit, word in _LARGE:
        if size / divisor >= limit:
            return divisor * limit, f"{word} {unit}".rstrip()
    return divisor, unit


def _larger(size: float, unit: str) -> tuple[float, str]:
    """The divisor and the unit that leave less than 10,000 of it, as far as there are larger ones."""
    if unit in _THOUSANDS:
        return 1e-3, _THOUSANDS[unit]
    divisor = 1.0
    ladder = next((ladder for ladder in _LADDERS if unit in ladder), ())
    for larger in ladder[ladder.index(unit) + 1 :] if ladder else ():
        if size / divisor < 1e4:
            break
        divisor, unit = divisor * 1000, larger
    return divisor, unit


def share(value: float) -> str:
    """A share (0 to 1) in percent with one decimal: `12.2 %`."""
    return f"{value * 100:,.1f} %".replace("-", _MINUS)


def count(amount: int, noun: str, nouns: str | None = None) -> str:
    """The amount and its noun in the right number: `1 gap`, `12 gaps`, `2 entries` where `nouns` is given."""
    return f"{amount:,} {noun if amount == 1 else nouns or noun + 's'}"


def day(when: date) -> str:
    """A day: `24 Nov 2018`."""
    return f"{when.day} {when:%b %Y}"


def moment(when: datetime) -> str:
    """A moment to the minute: `24 Nov 2018 16:45`; the seconds only where there are any."""
    clock = f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"
    return f"{day(when)} {clock}"


def span(seconds: float) -> str:
    """A length of time in its largest whole unit: `15 minutes`, `1 hour`, `2 days`, `90 minutes`."""
    whole = round(seconds)
    for size, noun in _SPANS:
        if whole and whole % size == 0:
            return count(whole // size, noun)
    return f"{number(seconds)} seconds"


def listed(names: list[str], most: int = 5) -> str:
    """The names as one phrase: `a, b and c`, or `a, b, c and 4 more` beyond `most`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
