"""The Merkle tree of RFC 9162, section 2.1, as the RFC reads.

Hashes are SHA-256, 32 bytes. A tree over n leaves is written MTH(D_n); k is the largest
power of two smaller than n. Proofs are lists of hashes in the order of the RFC.
A consistency proof from size 0 proves nothing and is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from assay.errors import BadProof

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """MTH({d(0)}) = HASH(0x00 || d(0))."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """HASH(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(n: int) -> int:
    """The largest power of two smaller than n, for n > 1."""
    return 1 << ((n - 1).bit_length() - 1)


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH over leaf hashes, in time linear in their number."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The roots of the complete subtrees at the right edge: enough to go on appending.

    `size` leaves are covered by one hash for each bit that is set in `size`, largest first.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count() or any(len(h) != HASH_SIZE for h in hashes):
            raise BadProof("tree", f"{len(hashes)} hashes cannot cover {size} leaves")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        merges = (~self.size & (self.size + 1)).bit_length() - 1
        for _ in range(merges):
            leaf = node_hash(self.hashes.pop(), leaf)
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """MTH(D_size)."""
        if not self.hashes:
            return EMPTY_ROOT
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node_hash(left, result)
        return result


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D_n) of section 2.1.3.1 for the leaf at `index`, over leaf hashes.

    Raises BadProof where there is no such leaf.
    """
    n = len(leaves)
    if not 0 <= index < n:
        raise BadProof("inclusion proof", f"there is no leaf {index} in a tree of {n}")
    if n == 1:
        return []
    k = _split(n)
    if index < k:
        return [*inclusion_proof(index, leaves[:k]), root(leaves[k:])]
    return [*inclusion_proof(index - k, leaves[k:]), root(leaves[:k])]


def consistency_proof(size1: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D_n) of section 2.1.4.1, over leaf hashes.

    Raises BadProof unless 0 < size1 <= number of leaves.
    """
    if not 0 < size1 <= len(leaves):
        raise BadProof("consistency proof", f"size {size1} is not within 1 to {len(leaves)}")
    return _subproof(size1, leaves, True)


def _subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D_n, b) of section 2.1.4.1."""
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = _split(n)
    if m <= k:
        return [*_subproof(m, leaves[:k], whole), root(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], False), root(leaves[:k])]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Check an inclusion proof by the algorithm of section 2.1.3.2. `leaf` is a leaf hash.

    Raises BadProof.
    """
    _check_sizes("inclusion proof", (leaf, root_hash, *proof))
    if not 0 <= index < size:  # step 1
        raise BadProof("inclusion proof", f"leaf {index} is outside a tree of {size}")
    fn, sn = index, size - 1  # step 2
    r = leaf  # step 3
    for p in proof:  # step 4
        if sn == 0:
            raise BadProof("inclusion proof", "it is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            if not fn & 1:
                while fn and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    if sn != 0 or r != root_hash:  # step 5
        raise BadProof("inclusion proof", "it does not lead to the root")


def _check_sizes(subject: str, hashes: Sequence[bytes]) -> None:
    """Nothing but SHA-256 hashes is compared: two empty strings would be equal too."""
    if any(len(value) != HASH_SIZE for value in hashes):
        raise BadProof(subject, f"a hash is not {HASH_SIZE} bytes long")


def check_consistency(
    size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> None:
    """Check a consistency proof by the algorithm of section 2.1.4.2.

    Raises BadProof, also for size1 = 0: every tree is consistent with the empty one, so such
    a proof says nothing and a caller that asks for it is wrong.
    """
    if not 0 < size1 <= size2:
        raise BadProof("consistency proof", f"size {size1} is not within 1 to {size2}")
    if size1 == size2:
        if proof or root1 != root2:
            raise BadProof("consistency proof", "two trees of one size have two roots")
        return
    _check_sizes("consistency proof", (root1, root2, *proof))
    if not proof:  # step 1
        raise BadProof("consistency proof", "it is empty")
    path = list(proof)
    if size1 & (size1 - 1) == 0:  # step 2
        path.insert(0, root1)
    fn, sn = size1 - 1, size2 - 1  # step 3
    while fn & 1:  # step 4
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]  # step 5
    for c in path[1:]:  # step 6
        if sn == 0:
            raise BadProof("consistency proof", "it is too long")
        if fn & 1 or fn == sn:
            fr = node_hash(c, fr)
            sr = node_hash(c, sr)
            if not fn & 1:
                while fn and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    if sn != 0 or fr != root1 or sr != root2:  # step 7
        raise BadProof("consistency proof", "it does not lead to both roots")
