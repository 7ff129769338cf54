"""What published lists know of a name: the company, the place or the person it may be. Nothing passes because of it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from headgate.screening.finding import Category
from headgate.screening.vocabulary import fold, parse, plain, vocabulary

# What is named first decides the category: a company's name says most.
_LISTS = (
    ("companies", Category.ORG, "a company"),
    ("places", Category.PLACE, "a place"),
    ("given names", Category.PERSON, "a person"),
    ("family names", Category.PERSON, "a person"),
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST = 4  # words in a name that is looked up
_SHORTEST = 3


def known_as(text: str) -> tuple[Category, str] | None:
    """What the longest name within a text that a list holds can name: a category, and in words `a place or a person`.

    None where no list holds one. A single word of the vocabulary is no name, whoever bears it too.
    """
    passing = vocabulary().words
    words = [plain(fold(word)) for word in _WORD.findall(_CAMEL.sub(" ", text))]
    for name in _phrases(words):
        if len(name) >= _SHORTEST and name not in passing:
            kinds = [kind for listed, kind in zip(_names(), _LISTS, strict=True) if name in listed]
            if kinds:
                return kinds[0][1], " or ".join(dict.fromkeys(what for _, _, what in kinds))
    return None


def _phrases(words: list[str]) -> Iterator[str]:
    """The stretches of the words, the longer first."""
    for length in range(min(len(words), _LONGEST), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


@cache
def _names() -> tuple[frozenset[str], ...]:
    """The names of each list."""
    packed = (files("headgate.screening") / "gazetteers.txt.gz").read_bytes()
    sections = parse(gzip.decompress(packed).decode("utf-8"))
    return tuple(frozenset(sections[name].splitlines()) for name, _, _ in _LISTS)
