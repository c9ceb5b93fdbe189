"""N-grams of a message as 64-bit hashes. Serving and training read texts through this one module. Pure.

Two blocks: stemmed words (1–2-grams) and letters inside words (2–4-grams, a space at either edge). A hash in place
of a string keeps a vocabulary at 8 bytes an n-gram and lets numpy look up a whole message at once; its highest bit
tells the blocks apart, so both stand in one sorted array.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gateway.language import stem

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

SHORTEST, LONGEST = 2, 4
LETTERS = np.uint64(1 << 63)
_BELOW = (1 << 63) - 1
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PAIR = 0xC2B2AE3D27D4EB4F


@lru_cache(maxsize=8_192)
def _stem_hash(word: str) -> int:
    return int.from_bytes(blake2b(stem(word).encode(), digest_size=8).digest(), "little")


def word_hash(word: str) -> int:
    """The hash of a word's stem."""
    return _stem_hash(word) & _BELOW


def pair_hash(word: str, following: str) -> int:
    """The hash of two neighbours' stems."""
    return (_stem_hash(word) * _PAIR + _stem_hash(following)) & _BELOW


def letter_hashes(tokens: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.intp]]:
    """One hash for every run of 2–4 letters inside a word, repetitions included, and the place of that word.

    The runs of a word stand together, in the order of the words.
    """
    if not tokens:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.intp)
    # Words stand side by side, each between its own two spaces; runs over an edge are dropped.
    written = f" {'  '.join(tokens)} "
    codes = np.frombuffer(written.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    places = np.arange(len(tokens)).repeat([len(token) + 2 for token in tokens])
    lengths = LONGEST - SHORTEST + 1
    runs = np.empty((len(codes), lengths), dtype=np.uint64)
    inside = np.zeros((len(codes), lengths), dtype=np.bool_)
    rolling = codes
    for at, n in enumerate(range(SHORTEST, LONGEST + 1)):
        rolling = rolling[:-1] * _MULTIPLIER + codes[n - 1 :]
        runs[: len(rolling), at] = rolling
        inside[: len(rolling), at] = places[: len(rolling)] == places[n - 1 :]
    kept = inside.ravel().nonzero()[0]
    return runs.ravel()[kept] | LETTERS, places[kept // lengths]


def ngrams(tokens: Sequence[str]) -> tuple[Hashes, Counts]:
    """The distinct hashes in ascending order and how often each occurs: words below ``LETTERS``, letters above."""
    singles = [word_hash(token) for token in tokens]
    pairs = [pair_hash(word, following) for word, following in pairwise(tokens)]
    both = np.concatenate((np.array(singles + pairs, dtype=np.uint64), letter_hashes(tokens)[0]))
    hashes, counts = np.unique(both, return_counts=True)
    return hashes, counts


def forget() -> None:
    """Drops the hashes that are remembered."""
    _stem_hash.cache_clear()
