"""The published vocabulary: the only words that pass without a person being asked.

It is two files: `vocabulary.txt`, written by hand, says what each word may do; `dictionary.txt`, built from published
lists, holds general words and the names that are made of passing words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

VERSION = 2

# What says what a column measures, of what and when.
_MEANT = (
    "units",
    "quantities",
    "statistics",
    "time",
    "energy",
    "buildings and HVAC",
    "production",
    "business",
    "equipment tags",
    "published codes",
)
# Shorter words are in too many names to be told apart in one, but for the axes.
_SHORTEST_PART = 3
_AXES = frozenset("xyz")
_LONGEST_SHORT_FORM = 3

# Kept whole: a word stands in the first of the others only, but may be a tag or a name as well.
ROLES = ("units", "equipment tags", "placeholders", "also names", "name parts")
PLAIN = (
    "units",
    "quantities",
    "statistics",
    "time",
    "generic",
    "energy",
    "buildings and HVAC",
    "production",
    "business",
    "IT",
    "published codes",
    "abbreviations",
    "german",
    "french",
    "spanish",
    "italian",
    "portuguese",
    "dutch",
    "equipment tags",
    "placeholders",
    "also names",
    "name parts",
)
SECTIONS = (
    "unit spellings",
    *PLAIN,
    "camel parts",
    "compound heads",
    "companions",
    "ordinary company",
    "name openers",
    "name features",
    "known names",
)
# Sections whose words may be part of a name, so that no compound is made of them.
_LANGUAGES = ("german", "french", "spanish", "italian", "portuguese", "dutch")
_NAME_LIKE = ("also names", "name parts", "name openers", "name features", "equipment tags", "placeholders")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by what they may do, all in the spelling `fold` gives.

    - `words` pass; `general` are those from the dictionary and the abbreviations, which do not pass in a row that reads
      as a list of names.
    - `camel_parts` pass inside a camel-case name; `compound_heads` end a compound such as `orderdate`, whose beginning
      is one of `compound_parts`; `names_like_compounds` read so and are names.
    - `units` keep their spelling in an alias; `meant` are what an alias keeps beside a name, since they say what is
      measured, of what and when; `tags` name a piece of equipment when a number follows; `placeholders` stand for what
      may not leave; `short_forms` are abbreviations that a name could have too.
    - `also_names` pass unless the row reads as a list of names; `name_like` are those of them that are no month or
      season, and `ordinary_company` the words beside which they are no names even there.
    - `name_parts` join an unknown neighbour; `companions` maps a word that passes only in company to that company;
      `known_names` maps the first word of a phrase that is a name to the words that complete it.
    - `spellings` are units written with capitals inside.
    """

    words: frozenset[str]
    general: frozenset[str]
    camel_parts: frozenset[str]
    compound_heads: frozenset[str]
    compound_parts: frozenset[str]
    names_like_compounds: frozenset[str]
    units: frozenset[str]
    meant: frozenset[str]
    tags: frozenset[str]
    placeholders: frozenset[str]
    short_forms: frozenset[str]
    also_names: frozenset[str]
    name_like: frozenset[str]
    name_parts: frozenset[str]
    companions: dict[str, frozenset[str]]
    ordinary_company: dict[str, frozenset[str]]
    known_names: dict[str, frozenset[str]]
    spellings: tuple[str, ...]


def fold(text: str) -> str:
    """The spelling under which a word is looked up: compatibility-composed, without case, micro as u."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().replace("μ", "u")


def plain(text: str) -> str:
    """The text without its accents: what people type who have no such key."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def parse(text: str) -> dict[str, str]:
    """The sections of a vocabulary text by name, those of one name joined; comment lines are left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    _, *parts = re.split(r"^\[([^\]\n]+)\]$", lines, flags=re.MULTILINE)
    sections: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        sections[name] = f"{sections.get(name, '')}\n{body}".strip("\n")
    return sections


def identify(*texts: str) -> str:
    """Version and short hash of the texts of a vocabulary, such as `2-0a1b2c3d4e5f`."""
    return f"{VERSION}-{hashlib.sha256(chr(0).join(texts).encode()).hexdigest()[:12]}"


@cache
def vocabulary_id() -> str:
    """Version and short hash of the vocabulary this installation ships, its dictionary included."""
    return identify(_text("vocabulary"), _text("dictionary"))


@cache
def vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once."""
    sections, built = parse(_text("vocabulary")), parse(_text("dictionary"))
    words = {name: _spellings(sections[name].split()) for name in PLAIN}
    written = frozenset().union(*words.values())
    features = _spellings(sections["name features"].split())
    openers = _spellings(sections["name openers"].split())
    general = frozenset(built["words"].split()) | frozenset(built["clinical variables"].split())
    name_like = frozenset().union(openers, features, *(words.get(name, frozenset()) for name in _NAME_LIKE))
    english = frozenset().union(*(words[name] for name in PLAIN if name not in (*_LANGUAGES, "abbreviations")))
    common = words["units"] | words["time"] | set(sections["compound heads"].split())
    return Vocabulary(
        words=written | general,
        general=(frozenset(built["words"].split()) - written) | (words["abbreviations"] - english),
        camel_parts=frozenset(sections["camel parts"].split()),
        compound_heads=frozenset(sections["compound heads"].split()),
        compound_parts=frozenset(word for word in english - name_like if len(word) >= _SHORTEST_PART) | _AXES,
        names_like_compounds=frozenset(built["names like compounds"].split()),
        units=frozenset(words["units"]),
        meant=frozenset(built["meant"].split()).union(*(words[name] for name in _MEANT)),
        tags=frozenset(words["equipment tags"]),
        placeholders=frozenset(words["placeholders"]),
        short_forms=frozenset(word for word in english - common if 1 < len(word) <= _LONGEST_SHORT_FORM),
        also_names=frozenset(words["also names"]),
        name_like=frozenset(words["also names"] - words["time"]),
        name_parts=frozenset(words["name parts"]),
        companions=_company(sections["companions"]),
        ordinary_company=_company(sections["ordinary company"]),
        known_names=_known_names(sections["known names"], built, openers, features),
        spellings=tuple(sections["unit spellings"].split()),
    )


def _company(lines: str) -> dict[str, frozenset[str]]:
    """The words before the colons, each with those after it."""
    company: dict[str, frozenset[str]] = {}
    for line in lines.splitlines():
        word, _, beside = line.partition(":")
        company[fold(word)] = frozenset(_spellings(beside.split()))
    return company


def _known_names(
    listed: str, built: dict[str, str], openers: set[str], features: set[str]
) -> dict[str, frozenset[str]]:
    """The first words of phrases that are names, each with the words that complete it."""
    known = {opener: set(features) for opener in openers}
    for phrase in (*listed.splitlines(), *built["phrases"].splitlines()):
        first, second, *_ = fold(phrase).split(" ")
        known.setdefault(first, set()).add(second)
    for given, family in (
        ("given names", "family names"),
        ("given names that measure", "family names after a measure"),
    ):
        for name in built[given].split():
            known.setdefault(name, set()).update(built[family].split())
    return {first: frozenset(second) for first, second in known.items()}


@cache
def _text(name: str) -> str:
    return (files("headgate.screening") / f"{name}.txt").read_text(encoding="utf-8")


def _spellings(words: list[str]) -> set[str]:
    """Each word, and for a word with accents what people type without them (`média` → `media`, `höhe` → `hoehe`)."""
    out = {fold(word) for word in words}
    for word in [word for word in out if not word.isascii()]:
        out.add(word.translate(_UMLAUTS))
        out.add(plain(word))
    return out
