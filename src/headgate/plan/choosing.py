"""Which columns of a table matter: its time, its main load, its totals, its parts, its groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from headgate.catalogue.lexicon import tags_of, words_in
from headgate.catalogue.meaning import Meaning, Medium, Origin, Quantity, Role
from headgate.manifest.approved import Column
from headgate.plan.kinds import MEASURED
from headgate.plan.titles import phrase

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
        return phrase(self.header, self.meaning)

    @property
    def is_total(self) -> bool:
        """Whether the name says that it is a sum of others."""
        return "total" in self.tags

    @property
    def scale(self) -> tuple[Quantity | None, str | None]:
        """What two columns must share to stand on one axis."""
        return self.meaning.quantity, self.meaning.unit


class Fields:
    """The columns of a table in source order, and the choices among them."""

    def __init__(self, columns: Sequence[Column], meanings: Mapping[str, Meaning]) -> None:
        ordered = sorted(columns, key=lambda column: column.position)
        self.all = tuple(
            Field(c.id, c.position, c.header, meanings[c.id], _tags(c.header)) for c in ordered if c.id in meanings
        )
        self._headers = {field.header for field in self.all}

    def of(self, *roles: Role) -> list[Field]:
        """The columns of these roles, in the order of the roles, then of the source."""
        return [field for role in roles for field in self.all if field.meaning.role is role]

    @cached_property
    def time(self) -> Field | None:
        """The main time column: stamps before dates, what the rows confirm before what a name says, then the first.

        Where there is a load, a stamp of when something was created or finished is no time of a measurement, and
        neither is a number that is only called a time.
        """
        found = self.of(Role.TIMESTAMP, Role.DATE)
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
        an entity of a table over time.
        """
        ranked = [field for role in _RANKED_GROUPS for field in self.of(role)]
        ranked.sort(key=lambda field: field.meaning.confidence < _SURE)
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
        """The loads whose names say they are totals, on the scale of the main load."""
        return [f for f in self.of(*_LOADS) if f.is_total and self.load is not None and f.scale == self.load.scale]


def _as_main(field: Field) -> tuple[bool, bool, bool, float, int]:
    return (
        not field.is_total,
        field.meaning.medium is not Medium.ELECTRICITY,
        "consumption" not in field.tags,
        -field.meaning.confidence,
        field.position,
    )


def _tags(header: str) -> frozenset[str]:
    return frozenset(tag for word in words_in(header) for tag in tags_of(word, False))
