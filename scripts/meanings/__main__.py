"""The table out of its sources, see ``scripts.meanings``.

Words lie as a sentence encoder has them, in such a way that their sum comes near what it makes of whole sentences, and,
at half the weight, as GloVe has them. The rest is turned so that its first ``WIDTH`` dimensions hold most of it, and
words of one stem become one. What Russian words mean stands in ``bot/nlu/words/notions.txt``.
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
from scripts.meanings.distil import distilled
from scripts.meanings.sources import encoded, glove, sentences

Array = npt.NDArray[np.float64]

TAKEN = 20_000
"""English words of the table, the most frequent ones."""
DISTILLED = 40_000
"""Words that sentences are made of. Rarer ones lie where the encoder has them by themselves."""
COMMON = 300
"""A word of this place by frequency tells half of what a rare one does."""
BESIDE = 0.5
"""The weight of GloVe."""


def main() -> None:
    """Reads the sources, writes the table."""
    glove_path, wordnet, encoder = map(Path, sys.argv[1:])
    found, seen_together = glove(glove_path)
    place = {word: at for at, word in enumerate(found)}
    vectors = np.hstack((_even(_distilled(found, wordnet, encoder)), BESIDE * _even(seen_together)))
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


def _distilled(found: list[str], wordnet: Path, encoder: Path) -> Array:
    alone = encoded(encoder, found)
    alone -= alone[:TAKEN].mean(axis=0)
    place = {word: at for at, word in enumerate(found[:DISTILLED])}
    told = sentences(wordnet, set(place))
    telling = _telling(np.arange(len(found)))
    spoken = [[place[word] for word in sentence] for sentence in told]
    return distilled(alone, encoded(encoder, [" ".join(sentence) for sentence in told]), spoken, telling)


def _even(vectors: Array) -> Array:
    """Frequent words around nought, of length 1 in the mean of squares."""
    centred = vectors - vectors[:TAKEN].mean(axis=0)
    even: Array = centred / np.sqrt((centred[:TAKEN] ** 2).sum(axis=1).mean())
    return even


def _telling(places: npt.NDArray[np.intp]) -> Array:
    told: Array = 1 / (1 + COMMON / (places + 10))
    return told


def _turned(vectors: Array, taken: list[int]) -> Array:
    """In the ``WIDTH`` axes in which the taken words differ most, of length 1."""
    centred = vectors - vectors[taken].mean(axis=0)
    _, _, axes = np.linalg.svd(centred[taken], full_matrices=False)
    narrow: Array = centred @ axes[:WIDTH].T
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
    telling = _telling(np.array([rank[key] for key in keys]))
    return (
        np.array(keys, dtype=np.uint64),
        np.rint(means * 127).astype(np.int8),
        np.rint(telling * 255).astype(np.uint8),
    )


if __name__ == "__main__":
    main()
