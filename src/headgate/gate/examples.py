"""The second reduction of the approved names to one example of each family, independent of the first.

It shares neither code nor lists with `manifest/families.py`: that one matches patterns, this one walks from sign to
sign. Where the two differ on any name the requests differ, and nothing is sent. The rule is in
docs/formats/envelope.md; change it there first, then in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_DIGITS = "0123456789"
# For letters before a number, the numbers that are one word with them.
_WHOLE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("h", "cmh", "fth", "inh", "mh", "mmh", "n", "so"), ("2",)),
    **dict.fromkeys(("no", "o", "m", "cm", "dm", "ft", "in", "km", "mm", "yd", "kgm"), ("2", "3")),
    **dict.fromkeys(("nh", "nm", "sm", "gm", "mgm", "ugm"), ("3",)),
    **dict.fromkeys(("mi", "kwhm", "kwm", "mjm", "wm"), ("2",)),
    "ch": ("4",),
    "ps": ("1",),
    "pm": ("1", "2", "2.5", "4", "10", "25"),
}
# The same for a number with a minus, a power below zero.
_BELOW_ZERO: Mapping[str, tuple[str, ...]] = {
    "kgm": ("3",),
    "kwhm": ("2",),
    "m": ("2", "3"),
    "ms": ("1", "2"),
    "s": ("1",),
    "wm": ("2",),
}
_SPANS = ("day", "hour", "hr", "minute", "month", "week", "year", "yr")
_TITLED = ("bar", "deg", "hz", "kg", "kw", "kwh", "min", "mw", "mwh", "pa", "pct", "sec", "wh")


def second_examples(names: Iterable[str]) -> list[str]:
    """One name of each family, the first by code point, in that order; every name where there are at most 100."""
    remaining = sorted(set(names))
    if len(remaining) <= 100:
        return remaining
    first: dict[tuple[str, ...], str] = {}
    for name in reversed(remaining):
        first[_pieces(_without_scenario(name))] = name
    return sorted(first.values())


def _without_scenario(name: str) -> str:
    head, dot, rest = name.partition(".")
    word, digits = head[:7], head[7:]
    numbered = digits != "" and all(sign in _DIGITS for sign in digits)
    return rest if dot and word.lower() == "upgrade" and numbered else name


def _pieces(name: str) -> tuple[str, ...]:
    """The name as its signs, with "" for each stretch of digits that only counts."""
    pieces: list[str] = []
    at = 0
    while at < len(name):
        if name[at] not in _DIGITS:
            pieces.append(name[at])
            at += 1
            continue
        stop = _end_of_number(name, at)
        number = name[at:stop]
        if _belongs(name[:at], number) or _measures(name[stop:]):
            pieces.extend(number)
        else:
            pieces.append("")
            pieces.extend(sign for part in number.split(".")[1:] for sign in (".", ""))
            alone = not name[stop + 1 : stop + 2].isalnum()
            if len(number.rsplit(".", 1)[-1]) > 1 and name[stop : stop + 1] in tuple("ABCDE") and alone:
                stop += 1
        at = stop
    return tuple(pieces)


def _end_of_number(name: str, at: int) -> int:
    """Where the digits from there on end; a point with a digit on either side is within."""
    while at < len(name):
        point = name[at] == "." and name[at + 1 : at + 2] in tuple(_DIGITS)
        if name[at] not in _DIGITS and not point:
            break
        at += 1
    return at


def _belongs(before: str, number: str) -> bool:
    """Whether a number is one word with what stands before it."""
    gap = before[-1:] if before[-1:] in tuple("-_ ^") else ""
    letters = _last_letters(before.removesuffix(gap)).lower()
    if not letters:
        return False
    if gap == "-":
        return number in _BELOW_ZERO.get(letters, ())
    carbon = letters[-2:] == "co" and number == "2"
    return carbon or letters == "mod" or number in _WHOLE.get(letters, ())


def _measures(behind: str) -> bool:
    """Whether a number is an amount of what stands behind it."""
    if behind[:1] in tuple("%°‰"):
        return True
    gap = behind[:1] in tuple("-_ ")
    letters = _first_letters(behind[1:] if gap else behind)
    after = behind[len(letters) + gap :][:1]
    if not letters or after in tuple(_DIGITS):
        return False
    small = letters.lower()
    span = small in _SPANS or (small != "min" and small.removesuffix("s") in (*_SPANS, "min"))
    if gap:
        return span
    if letters[0].isupper() and (len(letters) == 1 or not letters[1].isupper()):
        return span or small in _TITLED
    return True


def _is_letter(sign: str) -> bool:
    return sign.isalnum() and not sign.isdecimal()


def _first_letters(text: str) -> str:
    length = 0
    while length < len(text) and _is_letter(text[length]):
        length += 1
    return text[:length]


def _last_letters(text: str) -> str:
    start = len(text)
    while start > 0 and _is_letter(text[start - 1]):
        start -= 1
    return text[start:]
