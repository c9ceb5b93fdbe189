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
_SPACE = ord(" ")


@lru_cache(maxsize=8_192)
def _stem_hash(word: str) -> int:
    return int.from_bytes(blake2b(stem(word).encode(), digest_size=8).digest(), "little")


def word_hash(word: str) -> int:
    """The hash of a word's stem."""
    return _stem_hash(word) & _BELOW


def pair_hash(word: str, following: str) -> int:
    """The hash of two neighbours' stems."""
    return (_stem_hash(word) * _PAIR + _stem_hash(following)) & _BELOW


def letter_hashes(tokens: Sequence[str]) -> Hashes:
    """One hash for every run of 2–4 letters inside a word, repetitions included: shorter runs before longer ones."""
    if not tokens:
        return np.empty(0, dtype=np.uint64)
    codes, inside = _laid_out(tokens)
    rolling, found = codes, []
    for n, kept in enumerate(inside, start=SHORTEST):
        rolling = rolling[:-1] * _MULTIPLIER + codes[n - 1 :]
        found.append(rolling[kept])
    hashes: Hashes = np.concatenate(found)
    hashes |= LETTERS
    return hashes


def letter_owners(tokens: Sequence[str]) -> npt.NDArray[np.intp]:
    """The place of the word that each of ``letter_hashes`` lies in."""
    if not tokens:
        return np.empty(0, dtype=np.intp)
    places = np.arange(len(tokens)).repeat([len(token) + 2 for token in tokens])
    return np.concatenate([places[: len(kept)][kept] for kept in _laid_out(tokens)[1]])


def _laid_out(tokens: Sequence[str]) -> tuple[Hashes, list[npt.NDArray[np.bool_]]]:
    """The letters' codes, words side by side, each between its own two spaces; and for each length of run, shortest
    first, which of them lie inside a word: those without two spaces together."""
    codes = np.frombuffer(f" {'  '.join(tokens)} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    space = codes == _SPACE
    inside = [~(space[:-1] & space[1:])]
    for n in range(SHORTEST, LONGEST):
        inside.append(inside[-1][:-1] & inside[0][n - 1 :])
    return codes, inside


def ngrams(tokens: Sequence[str]) -> tuple[Hashes, Counts]:
    """The distinct hashes in ascending order and how often each occurs: words below ``LETTERS``, letters above."""
    singles = [word_hash(token) for token in tokens]
    pairs = [pair_hash(word, following) for word, following in pairwise(tokens)]
    both = np.concatenate((np.array(singles + pairs, dtype=np.uint64), letter_hashes(tokens)))
    hashes, counts = np.unique(both, return_counts=True)
    return hashes, counts


def forget() -> None:
    """Drops the hashes that are remembered."""
    _stem_hash.cache_clear()
