"""Which columns of a table matter: its time, its main load, its totals, its parts, its groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from headgate.catalogue.lexicon import tags_of, words_in
from headgate.catalogue.meaning import Meaning, Medium, Origin, Quantity, Role
from headgate.manifest.approved import Column
from headgate.plan.kinds import MEASURED
from headgate.plan.language import Derived, Expression, Folded, Operation
from headgate.plan.titles import phrase, sentence

_LOADS = (Role.ENERGY_INTERVAL, Role.POWER)
_RANKED_GROUPS = (Role.CATEGORY, Role.SHIFT, Role.MODE, Role.ENTITY, Role.SKU)
# What a business table is read for, in this order, where it has no load.
_RANKED_MEASURES = (
    Role.AMOUNT,
    Role.COST,
    Role.PRODUCTION_OUT,
    Role.QUANTITY_COUNT,
    Role.VOLUME_INTERVAL,
    Role.MASS_INTERVAL,
    Role.EMISSIONS,
    Role.EMISSION_FACTOR,
    Role.GENERATION,
    Role.DURATION,
    Role.TEMPERATURE_PROCESS,
    Role.TEMPERATURE_OUTDOOR,
    Role.FLOW,
    Role.PRESSURE,
    Role.POSITION,
    Role.HUMIDITY,
    Role.SPEED,
    Role.SETPOINT,
    Role.REACTIVE_ENERGY,
    Role.POWER_FACTOR,
    Role.OCCUPANCY,
    Role.RATE,
    Role.PRICE,
    Role.AREA,
    Role.MEASURE,
)
_SURE = 0.6
_LIKELY = 0.5
_RARE = 0.35  # what the rows settled of a time that most of them do not have
_FEWEST_METERS = 3
_FIRST_SUM = 901  # an answer counts its own computed columns from d1
_NUMBERED = re.compile(r"[A-Za-z]{0,12}[ _-]?\d{1,6}")
_WORD = re.compile(r"[A-Za-z0-9]+")
_NET = re.compile(r"(?i)(?:^|[^a-z])net(?:[^a-z]|$)")
_EVENT = re.compile(r"(?i)(?:^|[\s_.])(?:at|created|updated|modified|started|completed|finished|opened|born|hired)$")
_PART_OF = re.compile(r"\s+[-–/:]\s+")


@dataclass(frozen=True, slots=True)
class Field:
    """One column with what it means and the tags of its name."""

    id: str
    position: int
    header: str
    meaning: Meaning
    tags: frozenset[str]

    @property
    def phrase(self) -> str:
        """The column in words."""
        return self.header[:1].lower() + self.header[1:] if self.is_computed else phrase(self.header, self.meaning)

    @property
    def is_computed(self) -> bool:
        """Whether it is a sum of columns; those stand before the first column."""
        return self.position < 0

    @property
    def is_total(self) -> bool:
        """Whether the name says that it is a sum of others."""
        return "total" in self.tags

    @property
    def scale(self) -> tuple[Quantity | None, str | None]:
        """What two columns must share to stand on one axis."""
        return self.meaning.quantity, self.meaning.unit


class Fields:
    """The columns of a table in source order, and the choices among them.

    A column that is another one in a variant (`upgrade05.energy` beside `energy`) is left out. `sums` are computed: of
    numbered meters that no total is there for, the sum; they stand among the columns as totals, before the first.
    """

    def __init__(self, columns: Sequence[Column], meanings: Mapping[str, Meaning]) -> None:
        ordered = sorted(columns, key=lambda column: column.position)
        self._headers = {column.header for column in ordered}
        found = [
            Field(c.id, c.position, c.header, meanings[c.id], _tags(c.header))
            for c in ordered
            if c.id in meanings and c.header.partition(".")[2] not in self._headers
        ]
        summed = list(_sums(found)) if any(field.meaning.role in (Role.TIMESTAMP, Role.DATE) for field in found) else []
        self.sums = tuple(derived for derived, _ in summed)
        self.all = (*(field for _, field in summed), *found)

    def of(self, *roles: Role) -> list[Field]:
        """The columns of these roles, in the order of the roles, then of the source."""
        return [field for role in roles for field in self.all if field.meaning.role is role]

    @cached_property
    def time(self) -> Field | None:
        """The main time column: stamps before dates, what the rows confirm before what a name says, then the first.

        Where there is a load, a stamp of when something was created or finished is no time of a measurement, and
        neither is a number that is only called a time. A time that few rows have is none anywhere.
        """
        found = [field for field in self.of(Role.TIMESTAMP, Role.DATE) if field.meaning.confidence > _RARE]
        if self.load is not None:
            found = [
                field for field in found if not _EVENT.search(field.header) and field.meaning.confidence >= _LIKELY
            ]
        return min(found, key=lambda f: (f.meaning.origin is Origin.NAME, -f.meaning.confidence), default=None)

    @cached_property
    def load(self) -> Field | None:
        """The main load: a total before a part, electricity before the rest, then confidence, then the first."""
        loads = sorted(self.of(*_LOADS), key=lambda field: field.position)
        return min(loads or self.of(Role.GENERATION), key=_as_main, default=None)

    @cached_property
    def measures(self) -> list[Field]:
        """The measures, the most telling first: the load, then what a business counts, then the rest."""
        order = {role: rank for rank, role in enumerate((*_LOADS, *_RANKED_MEASURES))}
        found = [field for field in self.all if field.meaning.role in MEASURED and field.meaning.role in order]
        return sorted(
            found,
            key=lambda f: (
                f is not self.load,
                order[f.meaning.role],
                not f.is_total,
                -f.meaning.confidence,
                f.position,
            ),
        )

    @cached_property
    def groups(self) -> list[Field]:
        """The columns to break a measure down by, the most telling first.

        Of days and weeks only one, since they tell the same; states only where there is no load; a key where it names
        an entity of a table over time. Over time the meters come first: without them one line stands for all.
        """
        ranked = [field for role in _RANKED_GROUPS for field in self.of(role)]
        ranked.sort(
            key=lambda field: (
                field.meaning.confidence < _SURE,
                self.time is None or field.meaning.role is not Role.ENTITY,
            )
        )
        clock = [field for field in ranked if field.meaning.quantity is Quantity.TIME]
        clock.sort(key=lambda field: "date" not in field.tags)
        states = [] if self.load is not None else self.of(Role.STATE)[:2]
        keys = [field for field in self.of(Role.ID) if "entity" in field.tags and self.time is not None]
        return [field for field in ranked if field not in clock][:2] + clock[:1] + states + keys

    def parts(self, candidates: Sequence[Field]) -> list[Field]:
        """Those candidates that can be set side by side: no totals, no parts of another column, one scale."""
        found = [
            field
            for field in candidates
            if not field.is_total and _PART_OF.split(field.header)[0] not in self._headers - {field.header}
        ]
        return [field for field in found if field.scale == found[0].scale]

    def totals(self) -> list[Field]:
        """The loads whose names say they are totals, on the scale of the main load: one of each medium, gross first."""
        found = [f for f in self.of(*_LOADS) if f.is_total and self.load is not None and f.scale == self.load.scale]
        found.sort(key=lambda f: (_NET.search(f.header) is not None, f.position))
        first = {f.meaning.medium: f for f in reversed(found)}
        return sorted(first.values(), key=lambda f: f.position)


def _as_main(field: Field) -> tuple[bool, bool, bool, bool, float, int]:
    return (
        not field.is_total,
        field.meaning.medium is not Medium.ELECTRICITY,
        _NET.search(field.header) is not None,
        "consumption" not in field.tags,
        -field.meaning.confidence,
        field.position,
    )


def _sums(fields: Sequence[Field]) -> Iterator[tuple[Derived, Field]]:
    """The sum of each family of meters: loads of one scale and medium whose names differ in one number only
    (`Building_b1 gas`, `Building_b2 gas`), where no load of that medium is a total.
    """
    families: dict[tuple[object, ...], list[Field]] = {}
    for field in fields:
        if field.meaning.role in _LOADS and field.meaning.unit is not None:
            families.setdefault((field.meaning.role, field.scale, field.meaning.medium), []).append(field)
    for place, family in enumerate(families.values()):
        if len(family) < _FEWEST_METERS or any(field.is_total for field in family) or not _differ_in_a_number(family):
            continue
        meaning = replace(family[0].meaning, origin=Origin.ROWS)
        medium = f"{meaning.medium} ".replace("_", " ") if meaning.medium else "energy "
        name = sentence(f"{medium}{'use' if meaning.role is Role.ENERGY_INTERVAL else 'demand'} of all meters")
        derived = Derived(f"d{_FIRST_SUM + place}", name, _added([Folded(meaning.fold, field.id) for field in family]))
        yield derived, Field(derived.id, place - len(families), name, meaning, frozenset({"total"}))


def _differ_in_a_number(family: Sequence[Field]) -> bool:
    names = [_WORD.findall(field.header) for field in family]
    if len({len(name) for name in names}) > 1:
        return False
    unlike = [set(words) for words in zip(*names, strict=True) if len(set(words)) > 1]
    return len(unlike) == 1 and all(_NUMBERED.fullmatch(word) for word in unlike[0])


def _added(terms: Sequence[Expression]) -> Expression:
    """The sum of the terms, no deeper than their number needs."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return Operation("add", _added(terms[:half]), _added(terms[half:]))


def _tags(header: str) -> frozenset[str]:
    return frozenset(tag for word in words_in(header) for tag in tags_of(word, False))
