"""The tree against RFC 6962's definition and the vectors that Certificate Transparency uses."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.merkle import (
    EMPTY_ROOT,
    append_leaf,
    includes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    peaks_of,
    root,
    root_of_peaks,
)

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Paths of the same tree: (leaf, size, path) as the reference implementation tests them.
PATHS = [
    (0, 1, []),
    (0, 8, [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]),
    (5, 8, [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]),
]  # fmt: skip


def by_definition(entries: list[bytes]) -> bytes:
    """MTH as RFC 6962, 2.1 writes it down."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(
        b"\x01" + by_definition(entries[:k]) + by_definition(entries[k:])
    ).digest()


def path_by_definition(index: int, entries: list[bytes]) -> list[bytes]:
    """PATH as RFC 6962, 2.1.1 writes it down."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if index < k:
        return [*path_by_definition(index, entries[:k]), by_definition(entries[k:])]
    return [*path_by_definition(index - k, entries[k:]), by_definition(entries[:k])]


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots(size):
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert root(leaves).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_the_known_paths(index, size, path):
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert [step.hex() for step in inclusion_proof(leaves, index)] == path
    assert includes(leaves[index], index, size, inclusion_proof(leaves, index), root(leaves))


@pytest.mark.parametrize("size", range(66))
def test_every_small_tree_agrees_with_the_definition(size):
    entries = [bytes([number]) for number in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    whole = by_definition(entries)
    assert root(leaves) == whole
    peaks = peaks_of(leaves)
    assert len(peaks) == size.bit_count()
    assert root_of_peaks(peaks) == whole
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert list(proof) == path_by_definition(index, entries)
        assert includes(leaves[index], index, size, proof, whole)
        for other in range(size):
            if other != index:
                assert not includes(leaves[other], index, size, proof, whole)
                assert not includes(leaves[index], other, size, proof, whole)


def test_a_proof_bent_in_any_way_fails():
    leaves = [leaf_hash(bytes([number])) for number in range(11)]
    whole = root(leaves)
    proof = inclusion_proof(leaves, 6)
    flipped = bytes([proof[0][0] ^ 1]) + proof[0][1:]
    for bent in (proof[:-1], proof[1:], (*proof, proof[-1]), (flipped, *proof[1:]), ()):
        assert not includes(leaves[6], 6, 11, bent, whole)
    assert not includes(leaves[6], 6, 11, proof, EMPTY_ROOT)
    assert not includes(leaves[6], 11, 11, proof, whole)
    assert not includes(leaves[6], -1, 11, proof, whole)


def test_no_leaf_no_proof():
    with pytest.raises(IndexError):
        inclusion_proof([], 0)
    with pytest.raises(IndexError):
        inclusion_proof([leaf_hash(b"")], 1)


def test_a_node_cannot_pass_for_a_leaf():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)


def test_peaks_that_belong_to_another_size_are_refused():
    for peaks, size in (((), 1), ((EMPTY_ROOT,), 0), ((EMPTY_ROOT,), 3), ((), -1)):
        with pytest.raises(ValueError, match="peaks"):
            append_leaf(peaks, size, EMPTY_ROOT)


@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_growth_leaf_by_leaf_is_the_whole_tree(entries, data):
    leaves = [leaf_hash(entry) for entry in entries]
    peaks: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        peaks = append_leaf(peaks, size, leaf)
    assert root_of_peaks(peaks) == by_definition(entries)
    if leaves:
        index = data.draw(st.integers(0, len(leaves) - 1))
        assert includes(
            leaves[index], index, len(leaves), inclusion_proof(leaves, index), root(leaves)
        )
