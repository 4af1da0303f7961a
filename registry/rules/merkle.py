"""The Merkle tree of RFC 6962 over the book's leaves: root, growth, proof of inclusion.

Hashing only. Leaves and nodes are hashed under different prefixes, so that a node can't pass
for a leaf. ``peaks`` are the roots of the complete subtrees that a tree of some size is made of,
largest first: all that is needed to append and to know the root, O(log n).
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry of the log (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append_leaf(peaks: Sequence[bytes], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """The peaks after ``leaf`` (a leaf hash) joins a tree of ``size`` leaves with ``peaks``.

    Raises ValueError when the number of peaks doesn't belong to the size.
    """
    if size < 0 or len(peaks) != size.bit_count():
        raise ValueError(f"{len(peaks)} peaks can't belong to a tree of {size} leaves")
    grown = list(peaks)
    carry = leaf
    while size & 1:
        carry = node_hash(grown.pop(), carry)
        size >>= 1
    return (*grown, carry)


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """The tree's root: the peaks folded from the smallest up."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def peaks_of(leaves: Iterable[bytes]) -> tuple[bytes, ...]:
    """The peaks of the tree over the given leaf hashes."""
    peaks: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        peaks = append_leaf(peaks, size, leaf)
    return peaks


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over the given leaf hashes; of none, the hash of nothing (RFC 6962, 2.1)."""
    return root_of_peaks(peaks_of(leaves))


def _split(size: int) -> int:
    """The largest power of two below ``size`` (size ≥ 2)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of the leaf at ``index``, from the leaf upwards (RFC 6962, 2.1.1).

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    first, last = 0, len(leaves)
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(root(leaves[middle:last]))
            last = middle
        else:
            path.append(root(leaves[first:middle]))
            first = middle
    return tuple(reversed(path))


def includes(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Whether ``proof`` shows the leaf hash at ``index`` in the tree of ``size`` with that root."""
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    computed = leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and hmac.compare_digest(computed, expected_root)
