"""Whether a ledger is what was written: every hash recomputed, every departure named. Free of any input or output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from headgate.canonical import Json
from headgate.ledger.head import Head
from headgate.ledger.merkle import EMPTY_ROOT, Peaks, leaf_hash
from headgate.ledger.store import StoredEntry, StoredHead


class Problem(StrEnum):
    """What is wrong with a ledger; docs/formats/ledger.md says how each is told from the others."""

    ALTERED = "altered"
    REMOVED = "removed"
    REORDERED = "reordered"
    ADDED = "added"
    ROLLED_BACK = "rolled_back"
    HEAD_MISSING = "head_missing"
    HEAD_OLDER = "head_older"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verification:
    """What `Ledger.verify` found: `problem` is None where all is as written.

    `size` counts the entries that are there; `index` is the first entry that is not what was written, None where no
    single entry can be named.
    """

    size: int
    problem: Problem | None = None
    index: int | None = None

    @property
    def ok(self) -> bool:
        """Whether all is as written."""
        return self.problem is None

    def to_json(self) -> dict[str, Json]:
        """The verification as a JSON object."""
        return {"ok": self.ok, "size": self.size, "problem": self.problem, "index": self.index}


def examine(entries: Sequence[StoredEntry], stored: StoredHead | None, remembered: Head | None) -> Verification:
    """The first problem of these rows, in this order, each step relying on those before it.

    (1) the rows follow each other and every leaf continues the tree its neighbours were written into; (2) the head row
    is the head of these rows; (3) the remembered head is this head or, as after a crash between the two writes, the
    one just before it.
    """
    size = len(entries)
    wanted = size if stored is None else stored.peaks.size
    peaks, broken = _grow(entries)
    if broken is not None:
        return Verification(size, _cause(entries, broken, peaks, wanted), broken)
    if stored is None:
        return Verification(size, Problem.REMOVED)
    if size != wanted:
        return Verification(size, Problem.REMOVED if size < wanted else Problem.ADDED, min(size, wanted))
    if stored.root != peaks.root() or stored.peaks != peaks:
        return Verification(size, Problem.ALTERED)
    problem = compare(_head_at(entries, size), _head_at(entries, size - 1) if size else None, remembered)
    if problem is Problem.HEAD_OLDER and remembered is not None and remembered != _head_at(entries, remembered.size):
        problem = Problem.ALTERED
    return Verification(size, problem, size if problem is Problem.ROLLED_BACK else None)


def compare(present: Head, previous: Head | None, remembered: Head | None) -> Problem | None:
    """What the remembered head says of a ledger whose head is `present`, and was `previous` one entry ago."""
    if remembered is None:
        return None if present.size == 0 else Problem.HEAD_MISSING
    if remembered in (present, previous):
        return None
    if remembered.size > present.size:
        return Problem.ROLLED_BACK
    return Problem.HEAD_OLDER if remembered.size < present.size - 1 else Problem.ALTERED


def _grow(entries: Sequence[StoredEntry]) -> tuple[Peaks, int | None]:
    """The tree as far as entries continue it, and the index of the first one that does not."""
    peaks = Peaks()
    for index, entry in enumerate(entries):
        leaf = leaf_hash(entry.leaf)
        grown = peaks.push(leaf)
        if entry.position != index or entry.leaf_hash != leaf or entry.root != grown.root():
            return peaks, index
        peaks = grown
    return peaks, None


def _cause(entries: Sequence[StoredEntry], broken: int, before: Peaks, wanted: int) -> Problem:
    """Why the entry at `broken` does not continue the tree `before` it."""
    here = entries[broken]
    if broken >= wanted or here.position < broken:
        return Problem.ADDED
    if here.position > broken:
        return Problem.REMOVED
    for later in entries[broken + 1 :]:
        # An entry whose own bytes fit here, by the root kept here or with it, was written here and stands elsewhere.
        if before.push(leaf_hash(later.leaf)).root() in (here.root, later.root):
            return Problem.REORDERED
    return Problem.REMOVED if len(entries) < wanted else Problem.ALTERED


def _head_at(entries: Sequence[StoredEntry], size: int) -> Head:
    """The head of the first `size` of these entries, whose kept roots are known to be right."""
    return Head(size, (entries[size - 1].root if size else EMPTY_ROOT).hex())
