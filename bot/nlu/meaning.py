"""What words mean, roughly: a small table of word vectors that comes with the package. Pure but for reading it once.

Ten examples can't hold every way to say a thing; the table knows that "cash" is near "money", and that "деньги" is, too.
It holds stems: the 20,000 most frequent English words, and about two thousand Russian ones, which lie where the English
words lie that they mean, so an example in one language helps a message in the other. ``scripts.meanings`` builds it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.nlu.features import word_hash
from gateway.language import clean, is_cyrillic, words

FOLDER = Path(__file__).with_name("words")
WIDTH = 64
UNIT = 127
_FILE = FOLDER / "vectors.npz"


class Meanings:
    """The table: for each stem a vector of length ``UNIT``, and how much the word tells (a frequent one little), up to 1.

    ``row`` is the place of a stem's hash; row 0 is for all that the table doesn't know: no meaning, and it tells all.
    """

    def __init__(self, hashes: npt.NDArray[np.uint64], vectors: npt.NDArray[np.int8], telling: npt.NDArray[np.uint8]):
        self._rows = {key: place for place, key in enumerate(hashes.tolist(), start=1)}
        self.vectors = np.concatenate((np.zeros((1, WIDTH), dtype=np.int8), vectors))
        self.telling = np.concatenate(([1], telling / 255)).astype(np.float32)

    def row(self, stem_hash: int) -> int:
        """The row of a stem by its ``word_hash``."""
        return self._rows.get(stem_hash, 0)

    def knows(self, word: str) -> bool:
        """Whether the word, in some form, is in the table."""
        return word_hash(word) in self._rows

    @staticmethod
    def write(
        hashes: npt.NDArray[np.uint64], vectors: npt.NDArray[np.int8], telling: npt.NDArray[np.uint8]
    ) -> None:  # fmt: skip
        """Writes the table's file. A bot that was trained with another one reads nonsense: raise ``FORMAT``."""
        np.savez_compressed(_FILE, hashes=hashes, vectors=vectors, telling=telling)


@cache
def meanings() -> Meanings:
    """The table, read when it is first asked for."""
    with np.load(_FILE, allow_pickle=False) as stored:
        return Meanings(stored["hashes"], stored["vectors"], stored["telling"])


@cache
def russian_words() -> tuple[str, ...]:
    """The Russian words that the table was made of: what a slip may have been."""
    lines = (FOLDER / "notions.txt").read_text("utf-8").splitlines()
    spoken = [word for line in lines if line[:1] not in ("#", "+") for word in words(clean(line.partition(":")[2]))]
    return tuple(dict.fromkeys(word for word in spoken if is_cyrillic(word)))
