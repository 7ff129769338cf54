"""The workspace's own lists in the database: one sealed record a name, found again by a pseudonym of what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence

from headgate.canonical import nfc
from headgate.database import Database, Records, records_table
from headgate.errors import InputError
from headgate.screening.own import OwnNames, own_names
from headgate.screening.spelling import OwnKind, OwnName, flaw

_own_names = records_table("own_names")
_MOST_NAMED = 5


class OwnLists:
    """The own lists of one state folder: what they say is never in clear in it, and nothing of them leaves it."""

    def __init__(self, database: Database) -> None:
        self._records = Records(database, _own_names)

    def add(self, kind: OwnKind, texts: Sequence[str]) -> int:
        """How many names there are on the list now; these are among them, on disk, each once whatever its case.

        Raises InputError, and adds none, where one of them cannot be an entry. It is named by its number from 1, since
        what it says belongs in no message.
        """
        names = [OwnName(kind, _tidy(text)) for text in texts]
        wrong = [(number, why) for number, name in enumerate(names, start=1) if (why := flaw(name)) is not None]
        if wrong:
            numbers = ", ".join(str(number) for number, _ in wrong[:_MOST_NAMED])
            more = " and more" if len(wrong) > _MOST_NAMED else ""
            raise InputError(f"no name was added. Number {numbers}{more} cannot be: it {wrong[0][1]}")
        self._records.replace({self._id(name): _spell(name) for name in names})
        return sum(name.kind is kind for name in self.entries())

    def remove(self, kind: OwnKind, texts: Sequence[str] | None = None) -> int:
        """How many names were on the list, of these or in all where none are given; they are gone, with their keys."""
        if texts is None:
            names = [name for name in self.entries() if name.kind is kind]
        else:
            names = [OwnName(kind, _tidy(text)) for text in texts]
        return sum(self._records.forget(each) for each in {self._id(name) for name in names})

    def entries(self) -> tuple[OwnName, ...]:
        """Every name of every list, sorted; raises IntegrityError where a record is not as it was kept."""
        return tuple(sorted((_parse(plain) for plain in self._records.all()), key=lambda name: (name.kind, name.text)))

    def ready(self) -> OwnNames:
        """The lists ready for screening. Raises as `entries` does: no list is silently left out."""
        return own_names(self.entries())

    def _id(self, name: OwnName) -> str:
        return self._records.pseudonym(f"{name.kind}:{name.text.casefold()}".encode())


def _tidy(text: str) -> str:
    return " ".join(nfc(text.encode(errors="replace").decode()).split())


def _spell(name: OwnName) -> bytes:
    return json.dumps({"kind": name.kind, "text": name.text}).encode("ascii")


def _parse(plain: bytes) -> OwnName:
    found = json.loads(plain)
    return OwnName(OwnKind(found["kind"]), found["text"])
