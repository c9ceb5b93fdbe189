"""The examples as matrices, and how a model that knows some of them sees others. Training only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlu.calibrate import DIGITS
from bot.nlu.features import LETTERS, Hashes, ngrams, word_hash
from bot.nlu.meaning import UNIT, meanings
from bot.nlu.model import FAMILIARITY

AT_ONCE = 1_000
"""Examples of which the n-grams are made together: it bounds the memory."""

Labels = npt.NDArray[np.intp]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """Messages as a model sees them: n-grams (sparse), mean meanings, and what known words add to every logit."""

    written: Any
    meant: Array
    familiar: Array


class Corpus:
    """How often each n-gram occurs in each example; rows are examples, columns stand by hash, words before letters."""

    def __init__(self, tokens: Sequence[list[str]]) -> None:
        found = [ngrams(tokens[start : start + AT_ONCE]) for start in range(0, len(tokens), AT_ONCE)]
        rows = np.concatenate([places + AT_ONCE * at for at, (places, _) in enumerate(found)])
        self.hashes: Hashes
        self.hashes, columns = np.unique(np.concatenate([hashes for _, hashes in found]), return_inverse=True)
        shape = (len(tokens), len(self.hashes))
        # One for each occurrence; what stands in the same place is added up.
        counted = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        letters = int(self.hashes.searchsorted(LETTERS))
        self._words, self._letters = counted[:, :letters], counted[:, letters:]
        keys = sorted({word_hash(word) for words in tokens for word in words})
        self._singles = self.hashes.searchsorted(np.array(keys, dtype=np.uint64))
        self._single = self._words[:, self._singles]
        table = [meanings().row(key) for key in keys]
        self._vectors = meanings().vectors[table] / UNIT
        self._telling = meanings().telling[table].astype(np.float64)

    def idf(self, known: Labels) -> tuple[Array, float]:
        """Weights by the rows in ``known``, and the weight of what they don't hold."""
        held = [np.bincount(block[known].indices, minlength=block.shape[1]) for block in (self._words, self._letters)]
        frequency = np.concatenate(held)
        # The last digits of ``log`` are not the same on every processor.
        idf = np.log((1 + len(known)) / (1 + frequency)).round(DIGITS) + 1
        return idf, float(np.log(1 + len(known)).round(DIGITS)) + 1

    def seen_by(self, rows: Labels, known: Labels) -> Seen:
        """``rows`` as a model that knows only ``known`` sees them: unseen n-grams count in the lengths alone.

        Each occurrence adds the square of its weight to a block's length, so that a message is the sum of its words
        (see ``bot.nlu.model``).
        """
        idf, unseen = self.idf(known)
        seen = idf < unseen
        blocks, start = [], 0
        for counted in (self._words[rows], self._letters[rows]):
            here = slice(start, start + counted.shape[1])
            start = here.stop
            blocks.append(_shortened(counted, counted @ idf[here] ** 2) @ sparse.diags(idf[here] * seen[here]))
        single, weight = self._single[rows], idf[self._singles]
        told = weight * self._telling
        meant = _shortened(single, single @ told**2) @ (self._vectors * told[:, None])
        familiar = FAMILIARITY * (single @ (weight**2 * seen[self._singles])) / (single @ weight**2)
        return Seen(sparse.hstack(blocks).tocsr(), np.asarray(meant), familiar)


def _shortened(counted: Any, squares: Array) -> Any:
    lengths = np.sqrt(squares)
    lengths[lengths == 0] = 1
    return sparse.diags(1 / lengths) @ counted
