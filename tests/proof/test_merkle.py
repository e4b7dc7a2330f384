"""The Merkle tree of RFC 9162: every proof that should hold does, no other."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import BadProof
from assay.proof import merkle

LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(70)]


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH as the RFC defines it, by recursion, written apart from the code under test."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    pair = plain_root(leaves[:k]) + plain_root(leaves[k:])
    return hashlib.sha256(b"\x01" + pair).digest()


def test_the_tree_of_rfc_6962_reference_has_the_published_root() -> None:
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    data.append("606162636465666768696a6b6c6d6e6f")
    leaves = [merkle.leaf_hash(bytes.fromhex(item)) for item in data]
    expected = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.root(leaves).hex() == expected


@pytest.mark.parametrize("size", range(70))
def test_the_frontier_gives_the_root_of_the_definition(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == plain_root(LEAVES[:size])


@given(st.integers(1, 70), st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_for_no_other(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    root = merkle.root(leaves)
    proof = merkle.inclusion_proof(index, leaves)
    merkle.check_inclusion(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, 69).filter(lambda n: n != index))
    with pytest.raises(BadProof):
        merkle.check_inclusion(LEAVES[other], index, size, proof, root)


@given(st.integers(1, 70), st.data())
def test_a_consistency_proof_holds_for_its_two_trees_and_not_for_a_forged_one(
    size2: int, data: st.DataObject
) -> None:
    size1 = data.draw(st.integers(1, size2))
    root1, root2 = merkle.root(LEAVES[:size1]), merkle.root(LEAVES[:size2])
    proof = merkle.consistency_proof(size1, LEAVES[:size2])
    merkle.check_consistency(size1, size2, root1, root2, proof)
    forged = list(LEAVES[:size2])
    forged[data.draw(st.integers(0, size1 - 1))] = merkle.leaf_hash(b"forged")
    with pytest.raises(BadProof):
        merkle.check_consistency(size1, size2, root1, merkle.root(forged), proof)


@given(st.integers(2, 70), st.data())
def test_a_proof_with_one_hash_more_or_less_or_flipped_is_refused(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    proof = merkle.inclusion_proof(index, leaves)
    place = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    for bad in (
        [*proof, LEAVES[0]],
        proof[:-1],
        [*proof[:place], flipped, *proof[place + 1 :]],
        [*proof, b""],
    ):
        with pytest.raises(BadProof):
            merkle.check_inclusion(leaves[index], index, size, bad, merkle.root(leaves))


def test_consistency_from_the_empty_tree_proves_nothing_and_is_refused() -> None:
    for size2 in (0, 1, 5):
        with pytest.raises(BadProof):
            merkle.check_consistency(0, size2, merkle.EMPTY_ROOT, merkle.root(LEAVES[:size2]), [])


def test_hashes_of_another_length_are_refused_even_where_they_are_equal() -> None:
    with pytest.raises(BadProof):
        merkle.check_inclusion(b"", 0, 1, [], b"")


def test_a_frontier_that_cannot_cover_its_size_is_refused() -> None:
    with pytest.raises(BadProof):
        merkle.Frontier(5, [LEAVES[0]])
