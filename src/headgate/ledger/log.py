"""The ledger: append an entry and get its receipt, read it back, and check that nothing in it was changed since."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from headgate.canonical import Json
from headgate.database import Database
from headgate.errors import InputError, IntegrityError
from headgate.ledger import merkle
from headgate.ledger.entry import (
    Commitment,
    Entry,
    EventKind,
    ManifestApproved,
    ManifestId,
    SendIntended,
    SendOutcome,
    parse_entry,
)
from headgate.ledger.head import Head, read_head, write_head
from headgate.ledger.merkle import Peaks
from headgate.ledger.store import LedgerStore, Rows, StoredEntry, StoredHead
from headgate.ledger.verification import Problem, Verification, compare, examine

_SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that the entry with this leaf hash stands at `index` of the ledger with this size and root.

    Hashes are 64 lower-case hexadecimal digits; `proof` is the inclusion proof of RFC 9162 2.1.3, the leaf's sibling
    first.
    """

    index: int
    leaf_hash: str
    size: int
    root: str
    proof: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The receipt as a JSON object."""
        return {
            "index": self.index,
            "leaf_hash": self.leaf_hash,
            "size": self.size,
            "root": self.root,
            "proof": list(self.proof),
        }

    def holds(self) -> bool:
        """Whether the proof leads from the leaf hash to the root (RFC 9162 2.1.3.2)."""
        proof = [bytes.fromhex(node) for node in self.proof]
        leaf, root = bytes.fromhex(self.leaf_hash), bytes.fromhex(self.root)
        return merkle.verify_inclusion(leaf, self.index, self.size, proof, root)


class Ledger:
    """The append-only log of one state folder."""

    def __init__(self, database: Database) -> None:
        self._store = LedgerStore(database)

    def append(self, entry: Entry) -> Receipt:
        """The entry is the last of the ledger, on disk; the receipt is for the ledger that ends with it.

        Raises IntegrityError, and appends nothing, if the ledger's end or its remembered head is not as written;
        UnavailableError if the disk is full. One writer at a time, in this order:
        (1) the head row and the remembered head agree; (2) the entry and the new head row are committed; (3) the new
        head is remembered. A crash or a full disk after (2) leaves the entry in the ledger and the remembered head one
        behind, which (1) of the next append mends.
        """
        leaf = entry.leaf()
        leaf_hash = merkle.leaf_hash(leaf)
        with self._store.writing() as rows:
            peaks = self._settle(rows)
            grown = peaks.push(leaf_hash)
            root = grown.root()
            rows.append(StoredEntry(peaks.size, leaf, leaf_hash, root), grown)
        with self._store.writing() as rows:
            self._settle(rows)
        proof = tuple(node.hex() for node in peaks.proof_of_next())
        return Receipt(peaks.size, leaf_hash.hex(), grown.size, root.hex(), proof)

    def commitment(self, data: bytes) -> Commitment:
        """A commitment to these bytes; its salt is on disk, sealed, and `opens` needs it."""
        salt = secrets.token_bytes(_SALT_BYTES)
        made = Commitment(hashlib.sha256(salt + data).hexdigest())
        sealed = self._store.seal_salt(made, salt)
        with self._store.writing() as rows:
            rows.keep_salt(made, sealed)
        return made

    def opens(self, commitment: Commitment, data: bytes) -> bool:
        """Whether the commitment was made of exactly these bytes.

        Raises InputError if its salt is not kept here (any more), IntegrityError if the kept salt was changed.
        """
        with self._store.reading() as rows:
            sealed = rows.salt(commitment)
        if sealed is None:
            raise InputError(f"commitment {commitment} cannot be opened: its salt is not kept here, or was erased")
        salt = self._store.unseal_salt(commitment, sealed)
        return secrets.compare_digest(hashlib.sha256(salt + data).hexdigest(), commitment)

    def entries(self) -> tuple[Entry, ...]:
        """Every entry in order, unverified; raises IntegrityError for one that this version does not write."""
        with self._store.reading() as rows:
            return tuple(parse_entry(row.leaf) for row in rows.entries())

    def approvals(self, manifest: ManifestId) -> tuple[ManifestApproved, ...]:
        """The approvals of this manifest in order, unverified; raises as `entries` does."""
        spelt = f'"kind":"{EventKind.MANIFEST_APPROVED}","manifest":"{manifest}"'  # side by side in canonical JSON
        with self._store.reading() as rows:
            events = [parse_entry(leaf).event for leaf in rows.leaves_with(spelt)]
        return tuple(each for each in events if isinstance(each, ManifestApproved) and each.manifest == manifest)

    def entry(self, index: int) -> Entry:
        """The entry at this index, from 0; raises InputError if there is none."""
        with self._store.reading() as rows:
            leaf = rows.leaf(index)
            length = rows.length()
        if leaf is None:
            raise InputError(f"the ledger has no entry {index}; it has {length}, counted from 0")
        return parse_entry(leaf)

    def head(self) -> Head:
        """The size and root now; raises IntegrityError if the head row is missing or contradicts itself."""
        with self._store.reading() as rows:
            peaks = _checked(rows.head(), rows.length())
        return Head(peaks.size, peaks.root().hex())

    def receipt(self, index: int) -> Receipt:
        """A receipt for the entry at this index in the ledger as it is now; raises InputError if there is none.

        Raises IntegrityError if the entries do not lead to the head.
        """
        with self._store.reading() as rows:
            peaks = _checked(rows.head(), rows.length())
            leaves = rows.leaf_hashes()
        if not 0 <= index < peaks.size:
            raise InputError(f"the ledger has no entry {index}; it has {peaks.size}, counted from 0")
        proof = tuple(node.hex() for node in merkle.inclusion_proof(index, leaves))
        receipt = Receipt(index, leaves[index].hex(), peaks.size, peaks.root().hex(), proof)
        if not receipt.holds():
            raise IntegrityError(
                "the ledger's entries do not lead to its head; headgate ledger verify says what changed"
            )
        return receipt

    def verify(self) -> Verification:
        """What is wrong with the ledger, everything recomputed from the leaves' bytes. Raises nothing for a bad one.

        No entry is appended meanwhile. Memory and time grow with the ledger: about 10 µs and 1 kB an entry.
        """
        try:
            with self._store.writing() as rows:
                return examine(rows.entries(), rows.head(), read_head(self._store.home))
        except (IntegrityError, TypeError):
            return Verification(0, Problem.UNREADABLE)

    def unfinished(self) -> tuple[int, ...]:
        """The indices of the intents to send without an outcome, in order: a crash came between, or it still runs."""
        intended, ended = list[int](), set[int]()
        for index, entry in enumerate(self.entries()):
            if isinstance(entry.event, SendIntended):
                intended.append(index)
            elif isinstance(entry.event, SendOutcome):
                ended.add(entry.event.intent)
        return tuple(index for index in intended if index not in ended)

    def _settle(self, rows: Rows) -> Peaks:
        """The remembered head is the head of these rows, on disk; raises IntegrityError where they contradict.

        The caller is the one writer, so what is read here is committed and nobody else writes the file.
        """
        peaks = _checked(rows.head(), rows.length())
        present = Head(peaks.size, peaks.root().hex())
        remembered = read_head(self._store.home)
        if remembered == present:
            return peaks
        previous = Head(peaks.size - 1, rows.root(peaks.size - 1).hex()) if peaks.size else None
        problem = compare(present, previous, remembered)
        if problem is not None:
            raise IntegrityError(
                f"the ledger does not agree with {self._store.home / 'ledger.head'} ({problem}); nothing is added. "
                "Put both back from one backup, or move both away to begin a new ledger"
            )
        write_head(self._store.home, present)
        return peaks


def _checked(head: StoredHead | None, length: int) -> Peaks:
    if head is None or head.peaks.root() != head.root or head.peaks.size != length:
        raise IntegrityError("the ledger's head is not that of its entries; headgate ledger verify says what changed")
    return head.peaks
