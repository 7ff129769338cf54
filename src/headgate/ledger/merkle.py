"""The Merkle tree of RFC 9162 section 2.1, over bytes only: roots, inclusion proofs, consistency proofs.

A tree is given by its leaf hashes in order. Nothing here reads or writes anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

Proof = tuple[bytes, ...]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry's bytes: SHA-256(0x00 ‖ data) (RFC 9162 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Peaks:
    """A growing tree, kept as the roots of its full subtrees, the largest (leftmost) first: one a set bit of `size`."""

    size: int = 0
    hashes: Proof = ()

    def push(self, leaf: bytes) -> Peaks:
        """The tree with this leaf hash after the last one."""
        hashes, size, node = self.hashes, self.size, leaf
        while size & 1:
            node = node_hash(hashes[-1], node)
            hashes, size = hashes[:-1], size >> 1
        return Peaks(self.size + 1, (*hashes, node))

    def root(self) -> bytes:
        """The root hash MTH(D_n)."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, node = self.hashes
        for left in reversed(rest):
            node = node_hash(left, node)
        return node

    def proof_of_next(self) -> Proof:
        """The inclusion proof of the leaf that is pushed next, in the tree it makes: all its siblings are peaks."""
        return self.hashes[::-1]


def root(leaves: Sequence[bytes]) -> bytes:
    """The root hash MTH(D_n) of n leaf hashes (RFC 9162 2.1.1)."""
    peaks = Peaks()
    for leaf in leaves:
        peaks = peaks.push(leaf)
    return peaks.root()


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> Proof:
    """PATH(index, D_n), the leaf's sibling first (RFC 9162 2.1.3.1); raises ValueError outside the tree."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"leaf {index} is not in a tree of {len(leaves)}")
    start, end, proof = 0, len(leaves), list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root(leaves[middle:end]))
            end = middle
        else:
            proof.append(root(leaves[start:middle]))
            start = middle
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether the proof shows this leaf hash at this index of the tree with this size and root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == expected_root


def consistency_proof(first: int, leaves: Sequence[bytes]) -> Proof:
    """PROOF(first, D_n): the first `first` leaves are a beginning of this tree (RFC 9162 2.1.4.1).

    Raises ValueError unless 0 < first ≤ n.
    """
    if not 0 < first <= len(leaves):
        raise ValueError(f"no consistency proof from {first} leaves to {len(leaves)}")
    start, end, proof = 0, len(leaves), list[bytes]()
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(root(leaves[middle:end]))
            end = middle
        else:
            proof.append(root(leaves[start:middle]))
            start = middle
    # With start at 0 what remains is the first tree itself, whose root the verifier has.
    if start:
        proof.append(root(leaves[start:end]))
    return tuple(reversed(proof))


def verify_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Whether the proof shows that the tree of size `first` is a beginning of that of `second` (RFC 9162 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
