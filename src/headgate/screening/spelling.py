"""Every way in which a name of the workspace's own lists may be written in a header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import islice, product

from headgate.screening.vocabulary import Vocabulary, vocabulary

_LONGEST = 200
FEWEST_LETTERS = 3
_SHORTEST_DISTINCT = 4
_SHORTEST_TYPED = 6
_PREFIXES = range(3, 7)
_MOST_WORDS = 12
_MOST_VARIANTS = 8

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t"}
    | {"μ": "u"}  # as `fold` does
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_DIGRAPH = re.compile("(?<=[aou])e|(?<=a)a")
_APOSTROPHE = re.compile("['’ʼ`´‘]")
_POSSESSIVE = re.compile("['’ʼ`´‘]s(?![^\\W_])", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_STROKE = re.compile(r"(?<![^\W_])([AIK])/S(?![^\W_])")
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ]{4})(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{3})")
_WORD = re.compile(r"[^\W_]+|[&+]")


def _each(words: str) -> frozenset[str]:
    return frozenset(words.split())


_JOINERS = _each("& + and und et y e og och en i u n")
_WRITTEN_JOINERS = ("", "and", "und", "et", "og", "och", "u", "n", "y", "e")
_SAINTS = _each("st saint sankt sint ste sainte")
_WRITTEN_SAINTS = ("st", "saint", "sankt")
_PARTICLES = _each(
    "the de du des del della di da do dos das der den dem die het een le la les el los las lo al bin ibn ben von vom"
    " van zu zum zur am im ter ten op san santa santo mac mc fitz o ni nic ui ua nan na mhic av af"
)
_TITLES = _each("mr mrs ms miss dr prof professor sir dame herr frau fr sr mme mlle ing dipl phd")
FORMS = _each(
    "ltd limited plc inc incorporated corp corporation co company llc llp lp lllp gmbh mbh ag kg kgaa ug ohg gbr ev eg"
    " se sa sas sasu sarl srl srls spa bv nv vof cv oy oyj ab asa as aps is ks ehf hf ou zrt kft nyrt sro doo dd jsc"
    " pjsc ooo oao pty pte pvt bhd sdn kk teoranta teo dac clg uc sl slu slp lda ltda eireli sgps scrl sprl eeig pbc"
)
# Ordinary words as well: a legal form only where it is written as one.
_FORMS_IN_CAPITALS = _each("spa as is se ou co dd uc eg ev")


class OwnKind(StrEnum):
    """Which of the workspace's own lists a name is on."""

    CLIENT = "client"
    SITE = "site"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class OwnName:
    """One entry of a workspace's own lists, as it was given."""

    kind: OwnKind
    text: str


class How(IntEnum):
    """How a spelling stands for an entry; where two entries share a spelling, the lower one counts."""

    NAME = 0  # the name itself, or the one word of it that tells
    WORDS = 1  # the name, and every word of it is in the vocabulary
    FAMILY = 2  # a person's family name alone
    TYPO = 3  # a word of the name that may be mistyped
    SHORT = 4  # a short form
    PREFIX = 5  # its first letters
    GIVEN = 6  # a person's given name alone


def flat(text: str) -> str:
    """The letters and digits of a word without case, width and accents: what names are compared in."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart.casefold().translate(_LETTERS) if char.isalnum())


def flaw(name: OwnName) -> str | None:
    """Why this cannot be an entry of a list, in words that follow "it"; None where it can."""
    letters = sum(char.isalpha() for char in name.text)
    if len(name.text) > _LONGEST:
        return f"has {len(name.text)} characters, and {_LONGEST} are allowed"
    if letters == 0 and any(char.isdigit() for char in name.text):
        return "is made of digits alone, which say nobody's name"
    if letters < FEWEST_LETTERS:
        return f"has fewer than {FEWEST_LETTERS} letters, so that it would be found everywhere"
    stand_ins = vocabulary().placeholders
    if all(flat(word) in stand_ins or len(word) == 1 or word.isdigit() for word in _words(name.text)):
        return f"is made of words that stand for names in an alias ({', '.join(sorted(stand_ins))})"
    return None


def own_key(name: OwnName) -> str:
    """The one spelling of an entry under which it has its placeholder, however a header writes it."""
    if name.kind is OwnKind.PERSON:
        return "".join(flat(word) for word in _words(name.text))
    return "".join(flat(word) for word in _bare(_words(name.text)))


def spellings(name: OwnName) -> Iterator[tuple[str, How]]:
    """Every spelling of an entry, flat, with how it stands for the entry; some may come twice."""
    found = (_person if name.kind is OwnKind.PERSON else _organisation)(name.text, vocabulary())
    yield from ((key, how) for key, how in found if len(key) >= FEWEST_LETTERS)


def _organisation(text: str, words: Vocabulary) -> Iterator[tuple[str, How]]:
    """The spellings of a client or a site: the whole name, without its legal form, its telling word, short forms."""
    listed = _words(text)
    bare = _bare(listed)
    for variant in {tuple(bare), tuple(_bare(_words(_IN_BRACKETS.sub(" ", text)))), tuple(_singular(text))}:
        if variant:
            yield from ((key, _whole(variant, words)) for key in _joined(variant))
    if listed != bare:
        yield from ((key, How.NAME) for key in _joined(tuple(listed)))
    if len(bare) > 2 and flat(bare[0]) in _SAINTS and not _is_word(bare[1], words):
        yield from ((key, How.NAME) for key in _joined(tuple(bare[:2])))
    told = _telling(bare, words)
    if _whole(bare, words) is How.NAME and (told is None or len(told) < _SHORTEST_TYPED):
        yield from _typed(_joined(tuple(bare)))
    if told is not None:
        yield from ((key, How.NAME) for key in _written(told))
        yield from _typed(_written(told))
    yield from _short_of_organisation(listed, bare, told, words)


def _short_of_organisation(
    listed: Sequence[str], bare: Sequence[str], told: str | None, words: Vocabulary
) -> Iterator[tuple[str, How]]:
    """Initials, consonants, and the first letters of the telling word, alone or before those of the next."""
    plain = [word for word in bare if flat(word) not in _JOINERS]
    for each in (bare, listed):
        initials = [flat(word)[0] for word in each if word.isalpha() and flat(word) not in _JOINERS]
        yield from _short("".join(initials), words)
    if len(plain) > 1 and _whole(bare, words) is How.NAME:
        for skeleton in _skeletons("".join(flat(word) for word in plain), whole=True):
            yield from _short(skeleton, words)
    if told is None:
        return
    after = plain[plain.index(told) + 1 :]
    for key in _written(told):
        yield from ((key[:n], How.PREFIX) for n in _PREFIXES if n < len(key) and _may_be_short(key[:n], words))
        for skeleton in _skeletons(key):
            yield from _short(skeleton, words)
        if after:
            second = flat(after[0])
            pairs = [key[:n] + second[:m] for n in (3, 4) for m in (3, 4)]
            for short in (*pairs, key[0] + second, key + second[0]):
                yield from _short(short, words)


def _person(text: str, words: Vocabulary) -> Iterator[tuple[str, How]]:
    """The spellings of a person: the names in both orders, with an initial, each alone, and what people log in with."""
    parts = _names_of(text)
    whole = _whole(parts, words)
    if len(parts) < 2:
        keys = {key for part in parts for key in _written(part)}
        yield from ((key, whole) for key in keys)
        yield from _typed(keys if whole is How.NAME else ())
        return
    first = next((at for at in range(1, len(parts)) if flat(parts[at]) in _PARTICLES), len(parts) - 1)
    given, middle, family = parts[0], parts[1:first], tuple(parts[first:])
    initials = flat(given)[0] + "".join(flat(part)[0] for part in middle)
    for ending in _joined(family):
        for start in {*_written(given), *_joined((given, *middle))}:
            yield start + ending, whole
            yield ending + start, whole
        yield from _with_initials({initials[0], initials}, ending, _whole(family, words), words)
    if _whole(family, words) is How.NAME:
        yield from _family_alone(given, family, words)
    for alone in {flat(family[-1]), *(flat(piece) for piece in text.rsplit(maxsplit=1)[-1].split("-"))}:
        if len(alone) >= _SHORTEST_DISTINCT and not _is_word(alone, words):
            yield alone, How.FAMILY
    for key in {key for part in (given, *middle) for key in _written(part)}:
        if not _is_word(key, words):
            yield key, How.GIVEN
    yield from _short("".join(flat(part)[0] for part in parts), words)


def _with_initials(initials: set[str], family: str, how: How, words: Vocabulary) -> Iterator[tuple[str, How]]:
    for start in initials:
        if start + family not in words.words:
            yield start + family, how
        if how is How.NAME:
            yield family + start, how


def _family_alone(given: str, family: tuple[str, ...], words: Vocabulary) -> Iterator[tuple[str, How]]:
    for key in _joined(family):
        yield key, How.FAMILY
        for skeleton in _skeletons(key):
            if len(skeleton) >= _SHORTEST_DISTINCT:
                yield from _short(skeleton, words)
        yield from _logins(given, key, words)
    yield from _typed(_joined(family))


def _whole(name: Sequence[str], words: Vocabulary) -> How:
    """How the whole of a name stands for it: as general words where it has no others."""
    return How.WORDS if all(_is_word(word, words) for word in name) else How.NAME


def _typed(keys: Iterable[str]) -> Iterator[tuple[str, How]]:
    yield from ((key, How.TYPO) for key in keys if len(key) >= _SHORTEST_TYPED)


def _logins(given: str, family: str, words: Vocabulary) -> Iterator[tuple[str, How]]:
    first = flat(given)
    for short in (first + family[0], *(first[0] + family[:n] for n in range(3, min(len(family), 8)))):
        if len(short) >= _SHORTEST_DISTINCT:
            yield from _short(short, words)


def _names_of(text: str) -> list[str]:
    """A person's names in the order in which they are spoken; `Ní Bhriain, Aoife` is turned round."""
    family, comma, given = unicodedata.normalize("NFC", text).partition(",")
    spoken = f"{given} {family}" if comma else family
    joined = _APOSTROPHE.sub("", spoken).replace("-", "").replace("‐", "").replace(".", " ")
    names = ["".join(filter(str.isalnum, _WORD.findall(part))) for part in joined.split()][:_MOST_WORDS]
    names = [name for name in names if name]
    while len(names) > 1 and flat(names[0]) in _TITLES:
        del names[0]
    return names


def _words(text: str) -> list[str]:
    """The words of a name as they are written, without apostrophes and the dots of `S.p.A.`; `&` is a word."""
    composed = _STROKE.sub(r"\1S", unicodedata.normalize("NFC", text))
    return _WORD.findall(_CAMEL.sub(" ", _DOTTED.sub("", _APOSTROPHE.sub("", composed))))[:_MOST_WORDS]


def _singular(text: str) -> list[str]:
    return _bare(_words(_POSSESSIVE.sub("", text)))


def _bare(listed: Sequence[str]) -> list[str]:
    """The words of a name without its legal form, a joiner left hanging by it, and an article before it."""
    kept = list(listed)
    while len(kept) > 1 and (_is_form(kept[-1]) or flat(kept[-1]) in _JOINERS):
        kept.pop()
    while len(kept) > 1 and flat(kept[0]) in {"the", "firma"}:
        del kept[0]
    return [kept[0], *(word for word in kept[1:] if not (_is_form(word) and len(word) > 1))] if kept else kept


def _is_form(word: str) -> bool:
    key = flat(word)
    if key in _FORMS_IN_CAPITALS and key != "co":
        return word != word.lower() and word != word.title()
    return word.isascii() and key in FORMS


def _is_word(word: str, words: Vocabulary) -> bool:
    """Whether a word of a name says nothing by itself: it is in the vocabulary, a number, a letter or a joiner."""
    key = flat(word)
    known = key in words.words or word.casefold() in words.words or key in words.companions
    return known or len(key) == 1 or key.isdigit() or key in _JOINERS


def _telling(bare: Sequence[str], words: Vocabulary) -> str | None:
    """The word that tells by itself: the first after articles, if it is no word of the vocabulary (`Hexley`)."""
    first = next((word for word in bare if flat(word) not in _PARTICLES), "")
    key = flat(first)
    if len(key) < FEWEST_LETTERS or not key.isalpha() or key in _SAINTS or _is_word(first, words):
        return None
    return first


def _written(word: str) -> set[str]:
    """A word as it is typed: without accents, with its umlauts as two letters, and two letters as one umlaut's."""
    composed = unicodedata.normalize("NFC", word).casefold()
    keys = {flat(composed), flat(composed.translate(_UMLAUTS))}
    keys |= {short for key in keys if len(short := _DIGRAPH.sub("", key)) >= _SHORTEST_DISTINCT}
    return {key for key in keys if key and (key == flat(composed) or key not in vocabulary().words)}


def _joined(name: tuple[str, ...]) -> set[str]:
    """The words run together, in each way in which words, `and` and `Saint` are written."""
    ways: list[tuple[str, ...]] = []
    for at, word in enumerate(name):
        key = flat(word)
        if 0 < at < len(name) - 1 and word in {"&", "+"} | _JOINERS:
            ways.append(tuple(dict.fromkeys((key if word.isalpha() else "", *_WRITTEN_JOINERS))))
        elif key in _SAINTS:
            ways.append(tuple(dict.fromkeys((key, *_WRITTEN_SAINTS))))
        else:
            ways.append(tuple(sorted(_written(word), key=lambda way: way != key)) if word.isalnum() else ("",))
    most = _MOST_VARIANTS * max(1, *(len(way) for way in ways))
    return {"".join(each) for each in islice(product(*ways), most)} - {""}


def _skeletons(key: str, *, whole: bool = False) -> set[str]:
    """A word without its vowels: `hxly` and `hxl` for Hexley; doubled letters once or twice; its first four or more too
    unless the `whole` is asked for."""
    out: set[str] = set()
    for vowels in ("aeiou", "aeiouy"):
        bones = key[0] + "".join(char for char in key[1:] if char not in vowels)
        single = re.sub(r"(.)\1", r"\1", bones)
        out |= {bones, single}
        if not whole:
            out |= {each[:n] for each in (bones, single) for n in range(_SHORTEST_DISTINCT, len(each))}
    return {bones for bones in out if len(bones) >= FEWEST_LETTERS and bones != key}


def _short(key: str, words: Vocabulary) -> Iterator[tuple[str, How]]:
    if len(key) >= FEWEST_LETTERS and key not in words.camel_parts and not _is_word(key, words):
        yield key, How.SHORT


def _may_be_short(key: str, words: Vocabulary) -> bool:
    """Whether first letters can be a short form: no word of the vocabulary, or a longer one that measures nothing."""
    if key in words.camel_parts:
        return False
    meant = key in words.meant or key in words.tags or key in words.placeholders or key in words.short_forms
    return not _is_word(key, words) or (len(key) >= _SHORTEST_DISTINCT and not meant)
