"""Characters that do not show, or pass for others. A name that reads one way and is spelt another is not approved."""

from __future__ import annotations

import re
import unicodedata

from headgate.screening.finding import Category
from headgate.screening.mark import Mark

# Compatibility characters that are how a quantity or a unit is usually written.
_USUAL = frozenset("²³¹µºª½¼¾Ω…™№℃℉㎡㎥")
# They part words as a plain space does, and are in names because a cell was wrapped or a page copied.
_SPACES = re.compile("[ \t\n\r\u00a0\u2002-\u200a\u202f\u205f\u3000]+")
# They are letters or symbols to Unicode and blank to a reader.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LATIN = "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff"
_LOOKALIKE_SCRIPTS = "\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff\u1f00-\u1fff\u2c80-\u2cff\uab70-\uabbf"
_MIXED = re.compile(
    f"(?=[^\\W_]*[{_LATIN}])(?=[^\\W_]*[{_LOOKALIKE_SCRIPTS}])[^\\W_]+",
)
# A Greek letter no Latin letter looks like, before a Latin name: ΔT, μg, ηel.
_GREEK_SYMBOL = re.compile(f"[ΔΣΩΦΨΛΠΓΘμπσλθηφψδεξ][{_LATIN}0-9]*")


def hidden_marks(header: str) -> list[Mark]:
    """The characters of a header that do not show and the words whose letters pass for others, left to right."""
    if header.isascii():
        return [_not_shown(header, match.start()) for match in _CONTROL.finditer(header)]
    marks = [_not_shown(header, i) for i, char in enumerate(header) if _is_hidden(char)]
    marks += [
        Mark(
            m.start(),
            m.end(),
            Category.HIDDEN,
            f"“{m[0]}” mixes letters of two scripts that look alike. Type the name anew.",
            "name",
            blocks=True,
        )
        for m in _MIXED.finditer(header)
        if not _GREEK_SYMBOL.fullmatch(m[0])
    ]
    return sorted(marks, key=lambda mark: mark.start)


def tidy(header: str) -> str:
    """The header with one plain space wherever it has spaces, line breaks or tabs, and none at its ends."""
    if " ".join(header.split()) == header:
        return header
    return _SPACES.sub(" ", header).strip(" ")


def shown(header: str) -> str:
    """The header as it reads: composed, with a space for each character that does not show."""
    if header.isascii() and not _CONTROL.search(header):
        return header
    kept = "".join(" " if _is_hidden(char) else char for char in unicodedata.normalize("NFC", header))
    return unicodedata.normalize("NFC", kept)


def _is_hidden(char: str) -> bool:
    if " " <= char <= "~" or _SPACES.fullmatch(char):
        return False
    kind = unicodedata.category(char)
    return (
        kind in _HIDDEN_KINDS
        or char in _BLANK
        or (kind == "Zs")
        or (kind in {"Mn", "Me"} and ("\u0300" <= char <= "\u036f" or "\u20d0" <= char <= "\u20ff" or char > "\ufdff"))
        or (unicodedata.normalize("NFKC", char) != char and char not in _USUAL)
    )


def _not_shown(header: str, at: int) -> Mark:
    code = f"U+{ord(header[at]):04X}"
    reason = f"Character {at + 1} ({code}) does not show or passes for another. Type the name anew without it."
    return Mark(at, at + 1, Category.HIDDEN, reason, "", blocks=True)
