"""Text that came from elsewhere: what may be kept as plain text, and the plain titles used where it may not."""

from __future__ import annotations

import re
import unicodedata

from headgate.errors import InputError

MOST_CODE_POINTS = 160
# Letters, marks, numbers, punctuation, signs and the blank; not controls, format signs (bidirectional, zero width),
# surrogates, private use, unassigned, line and paragraph separators.
_KINDS = frozenset("LMNPS")
_MARKUP = re.compile(r"[<>`\\|{}\[\]]|\*\*|__|&#|&\w+;|!\(|\]\(")
_LINK = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*:/|www\.|mailto:|javascript:|data:|@|\b[a-z0-9-]+\.(?:com|org|net|io|dev|app|ai|co|eu|info)\b"
)

TITLES = {
    "data_profile": "What the columns hold",
    "timestamp_audit": "Time stamps: steps, gaps and duplicates",
    "kpi_summary": "Key figures",
    "trend": "Trend",
    "breakdown": "Breakdown",
    "correlation": "What moves together",
    "load_profile": "Load over the day",
    "load_heatmap": "Load by date and hour",
    "load_duration": "Load duration curve",
    "peak_demand": "Peak demand",
    "base_load": "Base load",
    "load_factor": "Load factor",
    "power_factor": "Power factor",
    "intensity": "Specific consumption",
}


def plain_text(text: str) -> str:
    """The text in NFC, where it is plain: at most 160 code points, no markup, link, control or bidirectional sign.

    Raises `InputError` naming the rule, never the text.
    """
    tidy = unicodedata.normalize("NFC", text).strip()
    if not tidy:
        raise InputError("the text is empty")
    if len(tidy) > MOST_CODE_POINTS:
        raise InputError(f"the text is longer than {MOST_CODE_POINTS} characters")
    if any(sign != " " and unicodedata.category(sign)[0] not in _KINDS for sign in tidy):
        raise InputError("the text holds control, bidirectional or invisible characters")
    if _MARKUP.search(tidy):
        raise InputError("the text holds markup")
    if _LINK.search(tidy):
        raise InputError("the text holds a link or an address")
    return tidy


def has_digits(text: str) -> bool:
    """Whether the text holds a figure, in any script: figures may come only from local results."""
    return any(unicodedata.category(sign)[0] == "N" for sign in text)
