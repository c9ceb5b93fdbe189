"""N-grams of a message as 64-bit hashes. Serving and training read texts through this one module. Pure.

Two blocks: stemmed words (1–2-grams) and letters inside words (2–5-grams, a space at either edge). A hash in place
of a string keeps a vocabulary at 8 bytes an n-gram and lets numpy look up a whole message at once; its highest bit
tells the blocks apart, so both stand in one sorted array.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import snowballstemmer

from bot.nlu.text import is_cyrillic

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

SHORTEST, LONGEST = 2, 5
LETTERS = np.uint64(1 << 63)
_BELOW = np.uint64((1 << 63) - 1)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_SALTS = {n: np.uint64(0xD6E8FEB86659FD93 * n & 0xFFFFFFFFFFFFFFFF) for n in range(SHORTEST, LONGEST + 1)}
_STEMMING = threading.Lock()
_STEMMERS = {True: snowballstemmer.stemmer("russian"), False: snowballstemmer.stemmer("english")}


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """The stem by the word's script: Russian for Cyrillic, English otherwise. Pure Python, hence the cache."""
    # A stemmer works in fields of its own, and models are loaded in another thread than messages are read in.
    with _STEMMING:
        return str(_STEMMERS[is_cyrillic(word)].stemWord(word))


@lru_cache(maxsize=8_192)
def _stem_hash(word: str) -> int:
    return int.from_bytes(blake2b(stem(word).encode(), digest_size=8).digest(), "little")


def word_hashes(tokens: list[str]) -> Hashes:
    """One hash for every stem and every pair of neighbouring stems, repetitions included."""
    single = np.fromiter((_stem_hash(token) for token in tokens), dtype=np.uint64, count=len(tokens))
    if len(tokens) < 2:
        return single
    return np.concatenate((single, single[:-1] * _PAIR + single[1:]))


@lru_cache(maxsize=8_192)
def _letters_of(word: str) -> Hashes:
    """One hash for every run of 2–5 letters of ``" word "``. Words repeat across messages, hence the cache."""
    codes = np.frombuffer(f" {word} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    found: list[Hashes] = []
    rolling = codes
    for n in range(SHORTEST, min(LONGEST, len(codes)) + 1):
        rolling = rolling[:-1] * _MULTIPLIER + codes[n - 1 :]
        found.append(rolling ^ _SALTS[n])
    return np.concatenate(found)


def letter_hashes(tokens: list[str]) -> Hashes:
    """One hash for every run of 2–5 letters inside a word, a space at either edge; repetitions included."""
    if not tokens:
        return np.empty(0, dtype=np.uint64)
    return np.concatenate([_letters_of(token) for token in tokens])


def ngrams(tokens: list[str]) -> tuple[Hashes, Counts]:
    """The distinct hashes in ascending order and how often each occurs: words below ``LETTERS``, letters above."""
    both = np.concatenate((word_hashes(tokens) & _BELOW, letter_hashes(tokens) | LETTERS))
    both.sort()
    first = np.empty(len(both), dtype=np.bool_)
    first[:1] = True
    np.not_equal(both[1:], both[:-1], out=first[1:])
    starts = first.nonzero()[0]
    counts = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=counts[:-1])
    counts[-1:] = len(both) - starts[-1:]
    return both[starts], counts
