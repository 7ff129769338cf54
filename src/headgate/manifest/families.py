"""Families of public names that differ in their numbers only: one of each says to a provider what all of them mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from headgate.manifest.approved import ApprovedManifest

# A table with no more names than this is sent whole.
MOST_SENT_WHOLE = 100

_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_TWO_DIGITS = re.compile(r"[0-9]{2}\Z")
# A control character: no public name holds one, so no name can be spelled like a place.
_PLACE = "\0"
# The scenario of a published data set (NREL's ResStock and ComStock), in which all its columns stand once more.
_SCENARIO = re.compile(r"upgrade[0-9]+\.", re.IGNORECASE)
_LETTERS_BEFORE = re.compile(r"([^\W\d_]++)([-_ ^]?)\Z")
_LETTERS_BEHIND = re.compile(r"([^\W\d_]++)(?![0-9])")
_WORD_BEHIND = re.compile(r"[-_ ]([^\W\d_]++)(?![0-9])")
# `3200B` beside `3200`: a letter that only tells apart what has the same number.
_SUFFIX = re.compile(r"[A-E](?![^\W_])")

# Letters and a number that are one word together: formulas, sizes of dust, powers of units.
_WORDS_WITH_A_NUMBER = (
    "ch4 h2 cmh2 fth2 inh2 mh2 mmh2 n2 nh3 no2 no3 o2 o3 so2 ps1 pm1 pm2 pm2.5 pm4 pm10 pm25"
    " cm2 cm3 dm2 dm3 ft2 ft3 in2 in3 km2 km3 m2 m3 mi2 mm2 mm3 nm3 sm3 yd2 yd3"
    " gm3 kgm2 kgm3 kwhm2 kwm2 mgm3 mjm2 ugm3 wm2 kgm-3 kwhm-2 m-2 m-3 ms-1 ms-2 s-1 wm-2"
)
_LENGTHS_OF_TIME = "day days hour hours hr hrs minute minutes mins month months week weeks year years yr yrs"
# Written with a capital letter they look like words: `15Min`, `50Hz`.
_OTHER_UNITS = "bar deg hz kg kw kwh min mw mwh pa pct sec wh"
_ONE_WORD = frozenset(_WORDS_WITH_A_NUMBER.split())
_TIMES = frozenset(_LENGTHS_OF_TIME.split())
_CAPITALISED = _TIMES | frozenset(_OTHER_UNITS.split())


@dataclass(frozen=True, slots=True)
class Family:
    """Names that are one name but for its numbers. `members` are in code-point order, and `example` is the first."""

    example: str
    members: tuple[str, ...]


def families(names: Collection[str]) -> tuple[Family, ...]:
    """The names parted into families, in the order of their examples. A pure function of the set of names.

    Up to 100 names each is a family by itself. Above that, two names are of one family where they are equal after
    each number that only counts became a place (docs/formats/envelope.md). Of words, units and separators nothing is
    taken away, and a number of a unit, a formula or a length of time is none that counts.
    """
    ordered = sorted(set(names))
    parted = dict[str, list[str]]()
    for name in ordered:
        parted.setdefault(_shape(name) if len(ordered) > MOST_SENT_WHOLE else name, []).append(name)
    return tuple(Family(members[0], tuple(members)) for members in parted.values())


def wire_names(names: Collection[str]) -> tuple[str, ...]:
    """The names that go to a provider, in code-point order: one approved name of each family."""
    return tuple(family.example for family in families(names))


def wire_columns(manifest: ApprovedManifest) -> Mapping[str, tuple[str, ...]]:
    """The ids of the columns each id on the wire stands for, the example's own first.

    On the wire `c1`…`cn` number the examples, and here the ids number all columns: an id that came back is never used
    as it is.
    """
    ids = {column.public_name: column.id for column in manifest.columns if column.public_name is not None}
    return {
        f"c{number}": tuple(ids[name] for name in family.members)
        for number, family in enumerate(families(manifest.names), start=1)
    }


def _shape(name: str) -> str:
    """The name with a place for each number that only counts, and without the scenario of its data set."""
    scenario = _SCENARIO.match(name)
    rest = name[scenario.end() :] if scenario else name
    parts: list[str] = []
    end = 0
    for number in _NUMBER.finditer(rest):
        parts.append(rest[end : number.start()])
        end = number.end()
        if _is_of_a_word(rest, number) or _is_an_amount(rest, end):
            parts.append(number[0])
            continue
        parts.append(_DIGITS.sub(_PLACE, number[0]))
        if _TWO_DIGITS.search(number[0]) and _SUFFIX.match(rest, end):
            end += 1
    return "".join([*parts, rest[end:]])


def _is_of_a_word(name: str, number: re.Match[str]) -> bool:
    """Whether the number and the letters before it are one word: `CO2`, `co_2`, `m^3`, `PM2.5`, `ms-1`, `mod 15`."""
    before = _LETTERS_BEFORE.search(name[: number.start()])
    if before is None:
        return False
    letters, gap = before[1].lower(), before[2]
    if gap == "-":
        return f"{letters}-{number[0]}" in _ONE_WORD
    return f"{letters}{number[0]}" in _ONE_WORD or letters == "mod" or (letters.endswith("co") and number[0] == "2")


def _is_an_amount(name: str, end: int) -> bool:
    """Whether what follows a number that ends there makes it an amount: `15min`, `10kV`, `24 hours`, `50%`.

    A capital letter by itself or before small ones begins a word (`B1F2`, `Zone12Temp`); other letters may be a unit.
    """
    if name[end : end + 1] in {"%", "°", "‰"}:
        return True
    letters = _LETTERS_BEHIND.match(name, end)
    if letters is not None:
        begins_a_word = letters[1][0].isupper() and not letters[1][1:2].isupper()
        return not begins_a_word or letters[1].lower() in _CAPITALISED
    word = _WORD_BEHIND.match(name, end)
    return word is not None and word[1].lower() in _TIMES
