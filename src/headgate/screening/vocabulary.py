"""The published vocabulary: the only words that pass without a person being asked."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

VERSION = 1

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
SECTIONS = ("unit spellings", *PLAIN, "companions", "name openers", "name features", "known names")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by what they may do, all in the spelling `fold` gives.

    `words` pass; `units` keep their spelling in an alias; `tags` name a piece of equipment when a number follows;
    `placeholders` stand for what may not leave; `also_names` pass unless the row reads as a list of names;
    `name_parts` join an unknown neighbour; `companions` maps a word that passes only in company to that company;
    `known_names` maps the first word of a phrase that names an organisation or a place to the words that complete it;
    `spellings` are units written with capitals inside.
    """

    words: frozenset[str]
    units: frozenset[str]
    tags: frozenset[str]
    placeholders: frozenset[str]
    also_names: frozenset[str]
    name_parts: frozenset[str]
    companions: dict[str, frozenset[str]]
    known_names: dict[str, frozenset[str]]
    spellings: tuple[str, ...]


def fold(text: str) -> str:
    """The spelling under which a word is looked up: compatibility-composed, without case, micro as u."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().replace("μ", "u")


def parse(text: str) -> dict[str, str]:
    """The sections of a vocabulary text by name, those of one name joined; comment lines are left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    _, *parts = re.split(r"^\[([^\]\n]+)\]$", lines, flags=re.MULTILINE)
    sections: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        sections[name] = f"{sections.get(name, '')}\n{body}".strip("\n")
    return sections


def identify(text: str) -> str:
    """Version and short hash of a vocabulary text, such as `1-0a1b2c3d4e5f`."""
    return f"{VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def vocabulary_id() -> str:
    """Version and short hash of the vocabulary this installation ships."""
    return identify(_text())


@cache
def vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once."""
    sections = parse(_text())
    plain = {name: _spellings(sections[name].split()) for name in PLAIN}
    companions: dict[str, frozenset[str]] = {}
    for line in sections["companions"].splitlines():
        word, _, beside = line.partition(":")
        companions[fold(word)] = frozenset(_spellings(beside.split()))
    features = _spellings(sections["name features"].split())
    known = {opener: set(features) for opener in _spellings(sections["name openers"].split())}
    for line in sections["known names"].splitlines():
        first, _, second = line.partition(" ")
        known.setdefault(fold(first), set()).add(fold(second))
    return Vocabulary(
        words=frozenset().union(*plain.values()),
        units=frozenset(plain["units"]),
        tags=frozenset(plain["equipment tags"]),
        placeholders=frozenset(plain["placeholders"]),
        also_names=frozenset(plain["also names"]),
        name_parts=frozenset(plain["name parts"]),
        companions=companions,
        known_names={first: frozenset(second) for first, second in known.items()},
        spellings=tuple(sections["unit spellings"].split()),
    )


@cache
def _text() -> str:
    return (files("headgate.screening") / "vocabulary.txt").read_text(encoding="utf-8")


def _spellings(words: list[str]) -> set[str]:
    """Each word, and for a word with accents what people type without them (`média` → `media`, `höhe` → `hoehe`)."""
    out = {fold(word) for word in words}
    for word in [word for word in out if not word.isascii()]:
        out.add(word.translate(_UMLAUTS))
        out.add("".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)))
    return out
