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
Places = npt.NDArray[np.intp]

LENGTHS = (2, 3, 4)
"""Of runs of letters."""
LETTERS = np.uint64(1 << 63)
_BELOW = (1 << 63) - 1
_MULTIPLIER = 0x9E3779B97F4A7C15
_PAIR = 0xC2B2AE3D27D4EB4F
_BEYOND = "\0" * (LENGTHS[-1] - 1)
_POWERS = np.array([
    [pow(_MULTIPLIER, length - 1 - at, 1 << 64) if at < length else 0 for length in LENGTHS] for at in range(LENGTHS[-1])
], dtype=np.uint64)  # fmt: skip
"""What the letter at each place of a run is multiplied with, by the run's length."""


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
    """One hash for every run of 2–4 letters inside a word, repetitions included, word by word: as many for each of its
    letters as there are ``LENGTHS``."""
    inside = b"".join([_inside(len(token)) for token in tokens])
    places = len(inside) // len(LENGTHS)
    text = f" {'  '.join(tokens)} " + _BEYOND
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    # At each place the letters of the longest run, hashed in all lengths at once.
    runs = np.ndarray((places, LENGTHS[-1]), np.uint64, codes, strides=codes.strides * 2)
    hashes: Hashes = (runs @ _POWERS)[np.frombuffer(inside, dtype=np.bool_).reshape(places, len(LENGTHS))]
    hashes |= LETTERS
    return hashes


@lru_cache(maxsize=64)
def _inside(letters: int) -> bytes:
    """For each place of a word between its two spaces, and each length of run, whether the run ends inside."""
    return bytes(length <= left for left in range(letters + 2, 0, -1) for length in LENGTHS)


def ngrams(messages: Sequence[Sequence[str]]) -> tuple[Places, Hashes]:
    """The hash of every occurrence of an n-gram, and the place of the message that it stands in, in no certain order."""
    lengths = [len(tokens) for tokens in messages]
    words = [token for tokens in messages for token in tokens]
    singles = np.array([word_hash(word) for word in words], dtype=np.uint64)
    pairs = np.array([pair_hash(*pair) for tokens in messages for pair in pairwise(tokens)], dtype=np.uint64)
    owners = np.arange(len(messages)).repeat(lengths)
    after_another = np.arange(len(messages)).repeat([max(0, length - 1) for length in lengths])
    of_letters = owners.repeat([len(LENGTHS) * len(word) for word in words])
    places = np.concatenate((owners, after_another, of_letters))
    return places, np.concatenate((singles, pairs, letter_hashes(words)))


def forget() -> None:
    """Drops the hashes that are remembered."""
    _stem_hash.cache_clear()
