"""The Merkle tree is that of RFC 9162: checked against the RFC's own recursive definitions for every size up to 64."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.ledger import merkle

DATA = [bytes([n]) * n for n in range(64)]
LEAVES = [hashlib.sha256(b"\x00" + data).digest() for data in DATA]
SIZES = range(len(DATA) + 1)
OTHER = hashlib.sha256(b"other").digest()


# The definitions of section 2.1, word for word, over the data itself.
def largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    if not d:
        return hashlib.sha256().digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = largest_power_below(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = largest_power_below(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], b: bool) -> list[bytes]:
    if m == len(d):
        return [] if b else [mth(d)]
    k = largest_power_below(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


def damaged(proof: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The proof with one node replaced, the first or the last one missing, one too many."""
    whole = tuple(proof)
    replaced = [(*whole[:n], OTHER, *whole[n + 1 :]) for n in range(len(whole))]
    return [*replaced, *([whole[1:], whole[:-1]] if whole else []), (*whole, OTHER), (OTHER, *whole)]


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_rfcs(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == mth(DATA[:size])


@pytest.mark.parametrize("size", SIZES)
def test_every_inclusion_proof_is_the_rfcs_and_verifies_for_its_own_leaf_alone(size: int) -> None:
    root = mth(DATA[:size])
    for index in range(size):
        proof = merkle.inclusion_proof(index, LEAVES[:size])
        assert list(proof) == path(index, DATA[:size])
        assert merkle.verify_inclusion(LEAVES[index], index, size, proof, root)
        assert not merkle.verify_inclusion(OTHER, index, size, proof, root)
        assert not merkle.verify_inclusion(LEAVES[index], index, size, proof, OTHER)
        assert not any(merkle.verify_inclusion(LEAVES[index], n, size, proof, root) for n in range(size) if n != index)
        assert not any(merkle.verify_inclusion(LEAVES[index], index, size, bad, root) for bad in damaged(proof))


@pytest.mark.parametrize("size", SIZES)
def test_every_consistency_proof_is_the_rfcs_and_verifies_for_its_own_roots_alone(size: int) -> None:
    root = mth(DATA[:size])
    for first in range(1, size + 1):
        beginning = mth(DATA[:first])
        proof = merkle.consistency_proof(first, LEAVES[:size])
        assert list(proof) == subproof(first, DATA[:size], True)
        assert merkle.verify_consistency(first, size, proof, beginning, root)
        assert not merkle.verify_consistency(first, size, proof, OTHER, root)
        assert not merkle.verify_consistency(first, size, proof, beginning, OTHER)
        assert not any(merkle.verify_consistency(first, size, bad, beginning, root) for bad in damaged(proof))


@pytest.mark.parametrize("size", SIZES[1:])
def test_the_peaks_of_a_growing_tree_know_its_root_and_the_proof_of_its_last_leaf(size: int) -> None:
    peaks = merkle.Peaks()
    for leaf in LEAVES[: size - 1]:
        peaks = peaks.push(leaf)
    assert list(peaks.proof_of_next()) == path(size - 1, DATA[:size])
    assert peaks.push(LEAVES[size - 1]).root() == mth(DATA[:size])
    assert peaks.push(LEAVES[size - 1]).size == size


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_proof(index, LEAVES[:size])
    assert not merkle.verify_inclusion(LEAVES[0], index, size, (), mth(DATA[:size]))


@pytest.mark.parametrize(("first", "size"), [(0, 0), (0, 4), (-1, 4), (5, 4)])
def test_no_tree_begins_with_nothing_or_with_more_than_it_has(first: int, size: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        merkle.consistency_proof(first, LEAVES[:size])
    assert not merkle.verify_consistency(first, size, (), mth(()), mth(DATA[:size]))


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=300), st.data())
def test_larger_trees_agree_with_the_definition_too(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(each) for each in data]
    index = draw.draw(st.integers(0, len(data) - 1))
    assert merkle.root(leaves) == mth(data)
    assert list(merkle.inclusion_proof(index, leaves)) == path(index, data)
    assert list(merkle.consistency_proof(index + 1, leaves)) == subproof(index + 1, data, True)
