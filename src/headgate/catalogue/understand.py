"""From the names and local types of a whole row to what each column means. No row is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headgate.catalogue import rules
from headgate.catalogue.lexicon import is_point_word, tags_of, without_placeholders, words_in
from headgate.catalogue.meaning import Fold, Meaning, Medium, Origin, Quantity, Role
from headgate.catalogue.units import in_header, quantity_of
from headgate.headers.table import LocalType

_TECHNOLOGIES = frozenset({"pv", "wind", "hydro", "nuclear"})
_MIX = _TECHNOLOGIES | {"fuel", "gas"}
_TECHNOLOGIES_OF_A_MIX = 4
_WEATHER = frozenset({"humidity", "irradiance", "wind"})
_TIMES = frozenset({LocalType.DATETIME, LocalType.DATE, LocalType.TIME})
_CARRIED = frozenset({Quantity.ENERGY, Quantity.POWER, Quantity.REACTIVE_ENERGY, Quantity.POWER_FACTOR})
_CARRYING = _CARRIED | {Quantity.VOLUME, Quantity.FLOW, Quantity.RATIO}
# A last word that is a unit only after a word for what it measures.
_INITIALS = (
    ("temperature", "c", "°C"),
    ("temperature", "f", "°F"),
    ("temperature", "k", "K"),
    ("production", "t", "t"),
    ("mass", "t", "t"),
    ("mass", "tons", "t"),
    ("production", "tons", "t"),
    ("duration", "min", "min"),
    ("duration", "h", "h"),
    ("duration", "s", "s"),
    ("pressure", "bar", "bar"),
)
_ENDS_IN_AN_INITIAL = re.compile(r"[^A-Za-z0-9][A-Za-z]\W*$")
_NOT_MEASURED = frozenset(
    {
        Role.TIMESTAMP,
        Role.DATE,
        Role.TIME_OF_DAY,
        Role.INTERVAL_ID,
        Role.ENTITY,
        Role.CATEGORY,
        Role.SKU,
        Role.SHIFT,
        Role.STATE,
        Role.MODE,
        Role.FLAG_QUALITY,
        Role.ID,
        Role.TEXT_FREE,
        Role.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class _Read:
    """One header taken apart: its unit and the tags of its words."""

    unit: str | None
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """What the row as a whole says: tags every column of it gets, and how many media it speaks of."""

    tags: frozenset[str]
    media: int


def understand(names: Sequence[str], types: Sequence[LocalType | None]) -> tuple[Meaning, ...]:
    """What each column means, in the order given; the whole row is needed because its columns explain each other.

    `types` has one entry a name, None where unknown; a row in which every column is empty says nothing of types. Origin
    is ROWS where the local type settles whether a column is a time, a label or a measure, else NAME. Raises
    `ValueError` where the lengths differ.
    """
    if len(names) != len(types):
        raise ValueError("one local type is needed for each name")
    typed = any(kind not in (None, LocalType.EMPTY) for kind in types)
    known = types if typed else [None] * len(names)
    points = _is_row_of_points(names)
    reads = [_read(name, points) for name in names]
    row = _row(reads, known, points)
    return tuple(_meaning(read, kind, row) for read, kind in zip(reads, known, strict=True))


def _is_row_of_points(names: Sequence[str]) -> bool:
    strong = sum(any(is_point_word(word) for word in words_in(name)) for name in names)
    return strong >= max(2, len(names) // 10)


def _read(name: str, points: bool) -> _Read:
    unit, rest = in_header(without_placeholders(name))
    for pattern, customary in rules.CONVENTIONS:
        if pattern.fullmatch(name):
            unit = customary
    words = words_in(rest)
    stray = words[:-1] if _ENDS_IN_AN_INITIAL.search(rest) else words
    by_word = [frozenset() if len(word) == 1 and word in stray else tags_of(word, points) for word in words]
    tags = {tag for found in by_word for tag in found}
    if unit is None and words:
        unit = next((spelt for tag, end, spelt in _INITIALS if tag in tags and end == words[-1].casefold()), None)
    if unit is not None:
        tags.add(f"={quantity_of(unit)}")
        if quantity_of(unit.partition("/")[0]) is Quantity.MONEY:
            tags.add("money" if "/" not in unit else "price")
    if by_word:
        head = next((i - 1 for i, found in enumerate(by_word) if "of" in found and i), len(by_word) - 1)
        tags |= {f"^{tag}" for tag in by_word[head]}
    if len(words) == 1:
        tags.add("@single")
    return _Read(unit, frozenset(tags))


def _row(reads: Sequence[_Read], types: Sequence[LocalType | None], points: bool) -> _Row:
    """A mix is recognised by its technologies, all without a unit; a timed row by a type or a name."""
    technologies = {tag for read in reads if read.unit is None for tag in read.tags & _MIX}
    timed = any(kind in _TIMES for kind in types) or any({"^timestamp", "^date"} & read.tags for read in reads)
    mix = timed and len(technologies) >= _TECHNOLOGIES_OF_A_MIX and bool(technologies & _TECHNOLOGIES)
    weather = any(read.tags & _WEATHER and "process" not in read.tags for read in reads)
    flags = {"@point": points, "@mix": mix, "@timed": timed, "@weather": weather and not points}
    media = {medium for read in reads for medium in [_named_medium(read.tags)] if medium is not None}
    return _Row(frozenset(tag for tag, on in flags.items() if on), len(media))


def _meaning(read: _Read, kind: LocalType | None, row: _Row) -> Meaning:
    if kind is LocalType.EMPTY:
        return _label(Role.UNKNOWN, None, 0.5, Origin.ROWS)
    tags = read.tags | row.tags
    if tags & (_MIX if "@mix" in tags else _TECHNOLOGIES):
        tags |= {"@technology"}
    return _typed(_by_name(replace(read, tags=tags), row), read, kind)


_BY_TYPE = {
    LocalType.DATETIME: Role.TIMESTAMP,
    LocalType.DATE: Role.DATE,
    LocalType.TIME: Role.TIME_OF_DAY,
}


def _typed(named: Meaning, read: _Read, kind: LocalType | None) -> Meaning:
    """The meaning by name, overruled by the local type where that decides."""
    if kind in _BY_TYPE:
        return _label(_BY_TYPE[kind], Quantity.TIME, 0.95, Origin.ROWS)
    match kind:
        case LocalType.TEXT:
            return _as_text(named, read)
        case LocalType.BOOLEAN:
            if named.role in _NOT_MEASURED - {Role.UNKNOWN}:
                return replace(named, origin=Origin.ROWS)
            return _label(Role.STATE, Quantity.STATE, 0.6, Origin.ROWS)
        case LocalType.INTEGER | LocalType.NUMBER:
            return _as_number(named, kind)
        case _:
            return named


def _as_text(named: Meaning, read: _Read) -> Meaning:
    """A measure whose unit stands in its name may be text for its marks of missing values; other text is a label."""
    if named.role not in _NOT_MEASURED:
        if read.unit is not None:
            return replace(named, confidence=0.5)
        return _label(Role.CATEGORY, Quantity.TEXT, 0.5, Origin.ROWS)
    if named.role is Role.UNKNOWN and named.quantity is None:
        return _label(Role.CATEGORY, Quantity.TEXT, 0.4, Origin.ROWS)
    if named.role in (Role.TIMESTAMP, Role.DATE, Role.TIME_OF_DAY, Role.INTERVAL_ID):
        return replace(named, confidence=0.5)
    return replace(named, origin=Origin.ROWS)


def _as_number(named: Meaning, kind: LocalType) -> Meaning:
    """A number is a measure unless its name says otherwise; a time spelled as a number is doubtful."""
    match named.role:
        case Role.UNKNOWN if named.quantity is None:
            return Meaning(Role.MEASURE, None, None, None, Fold.MEAN, 0.3, Origin.NAME)
        case Role.TEXT_FREE | Role.ENTITY:
            if kind is LocalType.INTEGER:
                return _label(Role.ID, Quantity.IDENTIFIER, 0.4, Origin.NAME)
            return Meaning(Role.MEASURE, None, None, None, Fold.MEAN, 0.3, Origin.NAME)
        case Role.TIMESTAMP | Role.DATE | Role.TIME_OF_DAY:
            return replace(named, confidence=0.4)
        case _:
            return named


def _by_name(read: _Read, row: _Row) -> Meaning:
    if read.unit is None:
        for when, role, label in rules.LABELS:
            if when.holds(read.tags):
                return _label(role, label, 0.8, Origin.NAME)
    for when, quantity, confidence in rules.QUANTITIES:
        if when.holds(read.tags):
            return _measured(read, quantity, confidence, row)
    if read.unit is not None:
        return _measured(read, quantity_of(read.unit), 0.6, row)
    for when, role, label in rules.REST:
        if when.holds(read.tags):
            return _label(role, label, 0.6, Origin.NAME)
    return _label(Role.UNKNOWN, None, 0.2, Origin.NAME)


def _measured(read: _Read, quantity: Quantity | None, confidence: float, row: _Row) -> Meaning:
    tags = read.tags | {f":{quantity}"}
    role = next((role for when, role in rules.ROLES if when.holds(tags)), Role.MEASURE)
    unit = read.unit or rules.CUSTOMARY_UNITS.get(role)
    if unit is None and "@mix" in tags:
        unit = rules.MIX_UNITS.get(quantity)
    fold = rules.fold_of(role, quantity)
    return Meaning(role, quantity, unit, _medium(read, quantity, row), fold, confidence, Origin.NAME)


def _named_medium(tags: frozenset[str]) -> Medium | None:
    return next((medium for when, medium in rules.MEDIA if when.holds(tags)), None)


def _medium(read: _Read, quantity: Quantity | None, row: _Row) -> Medium | None:
    """The medium named, else electricity for what only electricity has or is customarily metered in watts.

    Where the row speaks of several media, a plain "energy" is the sum of them and has none.
    """
    if quantity not in _CARRYING:
        return None
    named = _named_medium(read.tags)
    if named is not None or quantity in (Quantity.VOLUME, Quantity.FLOW, Quantity.RATIO):
        return named
    if quantity in (Quantity.REACTIVE_ENERGY, Quantity.POWER_FACTOR) or "@mix" in read.tags:
        return Medium.ELECTRICITY
    if "energy" in read.tags and row.media > 1:
        return None
    return Medium.ELECTRICITY if read.unit is not None and "W" in read.unit else None


def _label(role: Role, quantity: Quantity | None, confidence: float, origin: Origin) -> Meaning:
    return Meaning(role, quantity, None, None, Fold.NONE, confidence, origin)
