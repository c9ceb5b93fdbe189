"""Builds ``bot/nlu/words/vectors.npz``: ``python -m scripts.meanings glove.6B.50d.txt``.

Needed only where the table itself is to be changed. The source is GloVe 6B, 50 dimensions (Pennington, Socher and
Manning, 2014), which its authors gave to the public domain (PDDL 1.0); what Russian words mean stands in
``bot/nlu/words/notions.txt``. The most frequent English words are taken, their common part is removed (Mu and Viswanath,
2018), the rest is turned so that its first ``WIDTH`` dimensions hold most of it, and words of one stem become one.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.nlu.features import word_hash
from bot.nlu.meaning import FOLDER, WIDTH, Meanings
from gateway.language import clean, words

Array = npt.NDArray[np.float64]

TAKEN = 20_000
"""English words of the table, the most frequent of the source."""
LOOKED_UP = 100_000
"""English words by which Russian ones may be explained."""
COMMON = 300
"""A word of this place by frequency tells half of what a rare one does."""


def main() -> None:
    """Reads the source, writes the table."""
    found, vectors = _source(Path(sys.argv[1]))
    place = {word: at for at, word in enumerate(found)}
    extra, notions = _notions(FOLDER / "notions.txt")
    frequent = [at for at, word in enumerate(found[:TAKEN]) if word.isalpha() and word.isascii()]
    taken = sorted({*frequent, *(place[word] for word in extra if word in place)})
    turned = _turned(vectors, frequent)
    senses: dict[int, list[tuple[float, Array]]] = defaultdict(list)
    rank: dict[int, int] = {}
    for at in taken:
        _add(senses, rank, found[at], at, (1 / (at + 10), turned[at]))
    for notion, spoken in notions:
        known = [place[word] for word in notion if word in place]
        for word in spoken:
            _add(senses, rank, word, min(known), (1.0, turned[known].mean(axis=0)))
    Meanings.write(*_table(senses, rank))


def _source(path: Path) -> tuple[list[str], Array]:
    found, vectors = [], []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, *numbers = line.rstrip("\n").split(" ")
            found.append(word)
            vectors.append(np.array(numbers, dtype=np.float64))
            if len(found) == LOOKED_UP:
                break
    return found, np.array(vectors)


def _turned(vectors: Array, taken: list[int]) -> Array:
    """Without the mean and the first axis, which tell frequency and not meaning; the next ``WIDTH`` axes, unit length."""
    centred = vectors - vectors[taken].mean(axis=0)
    _, _, axes = np.linalg.svd(centred[taken], full_matrices=False)
    narrow: Array = centred @ axes[1 : WIDTH + 1].T
    return narrow / np.linalg.norm(narrow, axis=1, keepdims=True)


def _notions(path: Path) -> tuple[list[str], list[tuple[list[str], list[str]]]]:
    """English words to take as they are, and notions with the words that stand for them."""
    extra: list[str] = []
    notions = []
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            notion, spoken = line.split(":")
            if notion == "+":
                extra += spoken.split()
            else:
                notions.append((notion.split(), words(clean(spoken))))
    return extra, notions


def _add(
    senses: dict[int, list[tuple[float, Array]]],
    rank: dict[int, int],
    word: str,
    place: int,
    sense: tuple[float, Array],
) -> None:
    key = word_hash(word)
    senses[key].append(sense)
    rank[key] = min(place, rank.get(key, place))


def _table(
    senses: dict[int, list[tuple[float, Array]]], rank: dict[int, int]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int8], npt.NDArray[np.uint8]]:
    keys = sorted(senses)
    means = np.array([sum(weight * vector for weight, vector in senses[key]) for key in keys])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    telling = 1 / (1 + COMMON / (np.array([rank[key] for key in keys]) + 10))
    return (
        np.array(keys, dtype=np.uint64),
        np.rint(means * 127).astype(np.int8),
        np.rint(telling * 255).astype(np.uint8),
    )


if __name__ == "__main__":
    main()
