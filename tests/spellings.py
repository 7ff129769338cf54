"""How people write the name of a client, a site or a person in a column header, made without the code under test."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from headgate.screening.spelling import OwnKind, OwnName
from headgate.screening.vocabulary import vocabulary

LEGAL: tuple[str, ...] = (
    "Ltd",
    "plc",
    "GmbH & Co. KG",
    "GmbH",
    "S.A.",
    "AG",
    "A/S",
    "N.V.",
    "S.p.A.",
    "SpA",
    "KGaA",
    "SE",
    "AB",
    "Oyj",
)
LEGAL += ("ASA", "PLC", "Company")
UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
CROSSED = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "æ": "ae"})
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
AROUND = ("{}", "{}_kWh", "{} temp", "{}2", "boiler {}", "min-{}-max", "{}.flow", "Temp({})")


def plain(text: str) -> str:
    """Without accents, as on a keyboard that has none."""
    return "".join(c for c in unicodedata.normalize("NFD", text.translate(CROSSED)) if not unicodedata.combining(c))


def wide(text: str) -> str:
    """In the full-width letters of an East Asian keyboard."""
    return plain(text).translate(WIDE)


def cased(words: list[str]) -> Iterator[str]:
    """The words in every case and with every separator, or none."""
    clean = [word.replace("'", "").replace("’", "").replace(".", "") for word in words]
    for each in {tuple(words), tuple(clean)}:
        for joint in (" ", "_", "-", "."):
            yield joint.join(each)
            yield joint.join(each).upper()
            yield joint.join(each).lower()
    yield "".join(word[:1].upper() + word[1:] for word in clean)
    yield "".join(clean).lower()
    yield "".join(clean).upper()


def without_form(text: str) -> str:
    """The name without its legal form."""
    for form in LEGAL:
        text = text.removesuffix(f" {form}")
    return text.removeprefix("The ")


def exact(name: OwnName) -> Iterator[str]:
    """The name itself, in each spelling."""
    for text in {name.text, without_form(name.text)}:
        for spelt in {text, plain(text), plain(text.translate(UMLAUTS)), text.replace("'", "’")}:
            yield from cased(spelt.split())
            if name.kind is OwnKind.PERSON:
                given, *rest = spelt.split()
                yield from cased([*rest, given])
                yield from cased([given[0], *rest])
            if "&" in spelt:
                yield from cased(spelt.replace("&", "and").split())
                yield from cased(spelt.replace("& ", "").split())
        yield wide(text)
        yield unicodedata.normalize("NFD", text)


def short(name: OwnName) -> Iterator[str]:
    """What people shorten the name to; where that is a word of its own, nobody can tell: the caller leaves it out."""
    words = plain(without_form(name.text)).replace("'", "").replace(".", "").replace("-", "").split()
    if name.kind is OwnKind.PERSON:
        at = next((n for n, word in enumerate(words) if word in {"van", "de", "Ni"}), len(words) - 1)
        yield words[0]
        yield "".join(words[at:])
        yield f"{words[0][0]}{''.join(words[at:])[:5]}".lower()
        return
    letters = [word for word in words if word.isalpha()]
    if len(letters) >= 3:
        yield "".join(word[0] for word in letters).upper()
    first = letters[0]
    if first.lower() in vocabulary().words or first.lower() in vocabulary().companions:
        return  # `Steel` of `Steel Works` says nothing by itself
    bones = first[0] + "".join(letter for letter in first[1:] if letter.lower() not in "aeiou")
    if len(bones) >= 3 and len(first) >= 5:
        yield bones.lower()
        yield bones.upper()
    for count in range(3, 7):
        if count < len(first):
            yield f"{first[:count]}_"
            yield f"{first[:count].upper()} "


def slips(word: str) -> Iterator[str]:
    """The word with one letter missing, doubled, exchanged or replaced."""
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at] + word[at:]
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        yield word[:at] + ("x" if word[at] != "x" else "q") + word[at + 1 :]
