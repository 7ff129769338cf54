"""What the user says a column means: kept sealed in the workspace by its header, and above everything else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from headgate.canonical import nfc
from headgate.catalogue.meaning import Fold, Meaning, Medium, Origin, Quantity, Role
from headgate.catalogue.rules import fold_of
from headgate.catalogue.units import UNITS
from headgate.database import Database, Records, records_table
from headgate.errors import InputError, IntegrityError

_corrections = records_table("corrections")
NO_UNIT = "none"


@dataclass(frozen=True, slots=True)
class Correction:
    """What the user said of a header (NFC); None where they said nothing. A unit of "" says that there is none."""

    header: str
    role: Role | None = None
    quantity: Quantity | None = None
    unit: str | None = None
    medium: Medium | None = None
    fold: Fold | None = None


def correction(header: str, said: Mapping[str, str | None]) -> Correction:
    """The correction that these words make of a header; raises InputError, naming the words there are, for others."""
    words = {name: word for name, word in said.items() if word is not None}
    if not words:
        raise InputError("say what the column means: --role, --quantity, --unit, --medium or --fold")
    unit = words.get("unit")
    if unit is not None and unit != NO_UNIT and unit not in UNITS:
        raise InputError(f"the unit is not one of the catalogue's: {', '.join(sorted(UNITS))}, {NO_UNIT}")
    return Correction(
        nfc(header),
        role=_word(Role, "role", words),
        quantity=_word(Quantity, "quantity", words),
        unit=None if unit is None else "" if unit == NO_UNIT else unit,
        medium=_word(Medium, "medium", words),
        fold=_word(Fold, "fold", words),
    )


def _word(kinds: Any, name: str, words: Mapping[str, str]) -> Any:  # noqa: ANN401 — one of four enums
    word = words.get(name)
    if word is None:
        return None
    if word not in set(kinds):
        raise InputError(f"the {name} is one of {', '.join(sorted(kinds))}")
    return kinds(word)


def corrected(meaning: Meaning, said: Correction) -> Meaning:
    """The meaning with what the user said; what follows from it follows: a unit's quantity, a role's fold."""
    role = said.role or meaning.role
    unit = meaning.unit if said.unit is None else said.unit or None
    known = UNITS.get(said.unit) if said.unit else None
    quantity = said.quantity or (known.quantity if known is not None else meaning.quantity)
    fold = said.fold or (fold_of(role, quantity) if said.role is not None else meaning.fold)
    return replace(
        meaning,
        role=role,
        quantity=quantity,
        unit=unit,
        medium=said.medium or meaning.medium,
        fold=fold,
        confidence=1.0,
        origin=Origin.USER,
    )


class Corrections:
    """The corrections of one state folder. Header text is in no id: records are found by its pseudonym."""

    def __init__(self, database: Database) -> None:
        self._records = Records(database, _corrections)

    def of(self, headers: Iterable[str]) -> Mapping[str, Correction]:
        """The corrections of these headers, by their NFC form; raises IntegrityError where a record was changed."""
        ids = {self._id(header): nfc(header) for header in headers}
        found = {ids[each]: _parse(plain) for each, plain in self._records.find_all(list(ids)).items()}
        if any(one.header != header for header, one in found.items()):
            raise IntegrityError("a correction is not of the header it is kept for: headgate correct --forget")
        return found

    def all(self) -> tuple[Correction, ...]:
        """Every correction, by header."""
        return tuple(sorted((_parse(plain) for plain in self._records.all()), key=lambda one: one.header))

    def keep(self, one: Correction) -> None:
        """The correction is kept, in the place of an earlier one of the same header."""
        plain = json.dumps(asdict(one), ensure_ascii=True)
        self._records.replace({self._id(one.header): plain.encode("ascii")})

    def forget(self, header: str | None = None) -> int:
        """How many corrections there were, of this header or in all; none of them is any more."""
        return self._records.forget(None if header is None else self._id(header))

    def _id(self, header: str) -> str:
        return self._records.pseudonym(nfc(header).encode("utf-8", "surrogatepass"))


def _parse(plain: bytes) -> Correction:
    found = json.loads(plain)

    def word(kind: Any, name: str) -> Any:  # noqa: ANN401 — one of four enums
        return None if found[name] is None else kind(found[name])

    return Correction(
        found["header"],
        role=word(Role, "role"),
        quantity=word(Quantity, "quantity"),
        unit=found["unit"],
        medium=word(Medium, "medium"),
        fold=word(Fold, "fold"),
    )
