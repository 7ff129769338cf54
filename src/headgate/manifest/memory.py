"""What was decided on a header before, in this workspace: kept sealed, to be offered in the next review."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from headgate.canonical import nfc
from headgate.clock import stamp
from headgate.database import Database, Records, records_table
from headgate.errors import IntegrityError
from headgate.manifest.approved import ApprovedManifest, Choice, Decision

_remembered = records_table("remembered")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an actor decided on a header (NFC), when, and under which vocabulary and policy."""

    header: str
    choice: Choice
    public_name: str | None
    actor: str
    at: datetime
    vocabulary: str
    policy: str


class Memory:
    """The remembered decisions of one state folder. Header text is in no id: records are found by its pseudonym."""

    def __init__(self, database: Database) -> None:
        self._records = Records(database, _remembered)

    def recall(self, headers: Iterable[str]) -> Mapping[str, Remembered]:
        """What was last decided on each of these headers that anything was decided on, by its NFC form.

        Raises IntegrityError where a record was changed.
        """
        ids = {self._id(header): nfc(header) for header in headers}
        found = {ids[each]: _parse(plain) for each, plain in self._records.find_all(list(ids)).items()}
        if any(one.header != header for header, one in found.items()):
            raise IntegrityError("a remembered decision is not of the header it is kept for: headgate review --forget")
        return found

    def remember(self, decisions: Sequence[Decision], approved: ApprovedManifest) -> None:
        """The decisions of this manifest are kept, in the place of earlier ones on the same headers.

        Of a name that was approved and in which nothing was found, nothing is kept: a rule can approve it, so there is
        nothing to offer.
        """
        flagged = frozenset(approved.flagged)
        kept = dict[str, bytes | None]()
        for each in decisions:
            if each.choice is Choice.APPROVE and each.public_name not in flagged:
                kept[self._id(each.header)] = None
                continue
            one = Remembered(
                nfc(each.header),
                each.choice,
                each.public_name,
                approved.actor,
                approved.approved_at,
                approved.vocabulary,
                approved.policy,
            )
            # ASCII escapes carry whatever a source calls a column, lone surrogates included.
            plain = json.dumps({**asdict(one), "at": stamp(one.at)}, ensure_ascii=True)
            kept[self._id(each.header)] = plain.encode("ascii")
        self._records.replace(kept)

    def forget(self, header: str | None = None) -> int:
        """How many decisions were remembered, on this header or in all; none of them is any more."""
        return self._records.forget(None if header is None else self._id(header))

    def _id(self, header: str) -> str:
        return self._records.pseudonym(nfc(header).encode("utf-8", "surrogatepass"))


def _parse(plain: bytes) -> Remembered:
    found = json.loads(plain)
    return Remembered(
        header=found["header"],
        choice=Choice(found["choice"]),
        public_name=found["public_name"],
        actor=found["actor"],
        at=datetime.fromisoformat(found["at"]),
        vocabulary=found["vocabulary"],
        policy=found["policy"],
    )
