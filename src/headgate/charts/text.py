"""Numbers and foreign text as a reader should see them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from headgate.engines.wording import number

__all__ = ["LONGEST", "aligned", "decimals", "labelled", "number", "shown", "visible"]

LONGEST = 120
_SIGNS = {"\n": " ↵ ", "\r": "␍", "\t": "⇥"}  # common in headers, and known signs
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_LARGE = 1e15


def visible(text: str) -> str:
    """The text with every character that cannot be seen spelled out, such as `\\u202e`; a plain space stays."""
    return "".join(_spelled(char) if char != " " and unicodedata.category(char) in _HIDDEN else char for char in text)


def shown(text: str, longest: int = LONGEST) -> str:
    """The text as `visible`, cut with an ellipsis after `longest` characters of the original; "(blank)" where blank."""
    if not text.strip():
        return "(blank)"
    return visible(text) if len(text) <= longest else f"{visible(text[:longest])}…"


def decimals(values: Iterable[float | None]) -> int:
    """How many decimals a column of numbers needs: four significant digits of its largest, or fewer."""
    finite = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(finite, default=0.0)
    if largest == 0:
        return 0
    places = min(max(3 - math.floor(math.log10(largest)), 0), 12)
    while places and all(round(value, places - 1) == round(value, places) for value in finite):
        places -= 1
    return places


def aligned(value: float | None, places: int) -> str:
    """The number with exactly `places` decimals, so that a column of them lines up; "–" for none."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value) or abs(value) >= _LARGE:
        return f"{value:.4g}".replace("-", "−")
    return f"{value:,.{places}f}".replace("-", "−")


def labelled(label: str, unit: str | None) -> str:
    """The label with its unit in brackets: `Power (kW)`; the label alone where there is no unit."""
    return f"{shown(label)} ({shown(unit)})" if unit else shown(label)


def _spelled(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
