"""A vector for each word, so that the sum of a sentence's words comes near what an encoder makes of the sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import cg

Array = npt.NDArray[np.float64]

AXES = 128
"""Of the encoder's dimensions those in which words and sentences differ most."""
NEAR_ALONE = 10.0
"""How strongly a word is held to what the encoder makes of it alone: as much as so many sentences."""


def distilled(words: Array, sentences: Array, spoken: Sequence[Sequence[int]], telling: Array) -> Array:
    """Ridge regression. ``words`` and ``sentences`` as the encoder has them; ``spoken`` are the words of each sentence,
    ``telling`` how much a word counts in one. A sentence is the sum of its words, by the length of what they tell."""
    spread = words.T @ words / len(words) + sentences.T @ sentences / len(sentences)
    axes = np.linalg.eigh(spread)[1][:, : -AXES - 1 : -1]
    alone, whole = _to_one(words @ axes), _to_one(sentences @ axes)
    weights = [telling[list(places)] for places in spoken]
    shares = np.concatenate([told / np.linalg.norm(told) for told in weights])
    rows = np.repeat(np.arange(len(spoken)), [len(places) for places in spoken])
    made = sparse.csr_matrix((shares, (rows, np.concatenate(spoken))), shape=(len(spoken), len(words)))
    square = (made.T @ made + NEAR_ALONE * sparse.eye(len(words))).tocsr()
    missing = made.T @ (whole - made @ alone)
    return alone + np.column_stack([cg(square, column, rtol=1e-3, maxiter=60)[0] for column in missing.T])


def _to_one(vectors: Array) -> Array:
    """Of length 1 in the mean of squares."""
    return vectors / np.sqrt((vectors**2).sum(axis=1).mean())
