"""What a public name may be, and when two of them are too alike."""

from __future__ import annotations

import unicodedata

from headgate.canonical import nfc
from headgate.screening.finding import Screened

LONGEST = 200

# Drawn as nothing though they are letters or marks (UAX #44 Default_Ignorable_Code_Point outside category Cf).
_INVISIBLE_RANGES = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)
_CATEGORIES = {
    "Cc": "a control character or line break",
    "Cf": "an invisible or direction-changing character",
    "Cs": "half of a surrogate pair",
    "Co": "a private-use character",
    "Cn": "an unassigned character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


def flaw(name: str) -> str | None:
    """Why this text cannot be a public name, in words that follow "it"; None where it can."""
    if name != nfc(name):
        return "is not in Unicode normalisation form C"
    if not name.strip():
        return "is blank"
    if len(name) > LONGEST:
        return f"has {len(name)} characters, and {LONGEST} are allowed"
    for character in name:
        invisible = any(first <= ord(character) <= last for first, last in _INVISIBLE_RANGES)
        if character != " " and unicodedata.category(character) == "Zs":
            return f"holds a space that is no plain one (U+{ord(character):04X})"
        held = _CATEGORIES.get("Cf" if invisible else unicodedata.category(character))
        if held is not None:
            return f"holds {held} (U+{ord(character):04X})"
    return None


def likeness(name: str) -> str:
    """A key that two names share exactly when they differ at most in case and in Unicode composition."""
    return nfc(nfc(name).casefold())


def shown(text: str) -> str:
    """The text quoted for a message: at most 60 characters, nothing in it unprintable."""
    return repr(text if len(text) <= 60 else text[:59] + "…")


def blocked_message(what: str, screened: Screened) -> str:
    """The sentence of a refusal to let out a name that screening blocks; `what` says which name of which header."""
    why = "; ".join(dict.fromkeys(finding.reason for finding in screened.findings)) or "screening blocks it"
    return f"{what} cannot leave ({why}); rename it, or withhold it"
