"""A trained model as serving uses it: numpy and nothing heavier. Pure but for small caches.

A message is the sum of its words: every word adds what its n-grams and its meaning weigh for each intent, and how long
it makes the message. Words repeat across messages, so what a word adds is worked out once and kept; a message then costs
a handful of small additions, and one of new words a single look-up of all their n-grams. Weights are kept as 8-bit
integers with a scale for each intent: a model stays small, and the rounding moves a logit by about a hundredth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.nlu.features import Hashes, letter_hashes, pair_hash, word_hash
from bot.nlu.meaning import UNIT, meanings

Floats = npt.NDArray[np.float32]
Pair = tuple[str, str]

REMEMBERED = 2_048
"""Words, and pairs of neighbours, of which a model remembers what they add …"""
REMEMBERED_BYTES = 4_000_000
"""… as far as they need no more than this."""
FAMILIARITY = 0.5
"""What a message of known words has more in each logit than one of unknown words."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into confidence, measured on messages that the fitting hadn't seen.

    ``confidence = sigmoid(level * best + margin * (best - second) + offset)``: the chance that the best intent is the
    one that was meant, where ``OUTSIDE`` of all messages (see ``bot.nlu.calibrate``) belong to no intent.
    ``temperature`` shares it among the intents behind. Below the logit ``threshold`` lie 5 % of in-scope messages;
    below ``outside`` a message is taken for one of no intent.
    """

    level: float
    margin: float
    offset: float
    temperature: float
    threshold: float
    outside: float

    def confidences(self, logits: Sequence[float]) -> list[float]:
        """The confidences of at least the two best ``logits``, which stand highest first; monotonic in them."""
        best, second = logits[0], logits[1]
        raw = self.level * best + self.margin * (best - second) + self.offset
        top = 1 / (1 + math.exp(-max(-30.0, min(30.0, raw))))
        return [top * math.exp(self.temperature * (logit - best)) for logit in logits]


@dataclass(frozen=True, slots=True)
class Model:
    """Intents, the n-grams of the training data (sorted hashes, inverse document frequencies), and their weights.

    ``weights`` has a row for each n-gram and a column for each intent, in steps of ``scale``; ``senses`` a row for each
    dimension of a meaning. ``unseen`` is the frequency weight of an n-gram that training never saw.
    """

    intents: tuple[str, ...]
    hashes: Hashes
    idf: Floats
    unseen: float
    weights: npt.NDArray[np.int8]
    scale: Floats
    senses: Floats
    bias: Floats
    calibration: Calibration
    _words: dict[str, Floats] = field(init=False, repr=False, compare=False, default_factory=dict)
    _pairs: dict[Pair, Floats] = field(init=False, repr=False, compare=False, default_factory=dict)

    def logits(self, tokens: Sequence[str]) -> Floats:
        """How much each intent fits, unbounded, in the order of ``intents``. ``tokens`` isn't empty.

        The length of each block (words; letters; meanings) counts what training never saw as well, at the highest
        frequency weight: a message of unknown words is short inside the model's space, so it scores low on everything.
        It is the best single sign of out of scope; the share of known words, weighed alike, is another.
        """
        words, pairs = self._known(tokens)
        total = words[0].copy()
        for word in words[1:]:
            total += word
        blocks = total[:-2].reshape(3, -1)
        for pair in pairs:
            blocks[0] += pair
        fit: Floats = (blocks[:, :-1] / np.sqrt(blocks[:, -1:])).sum(axis=0) + self.bias
        fit += FAMILIARITY * total[-2] / total[-1]
        return fit

    def spans(self, tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> Floats:
        """The ``logits`` of several runs of ``tokens``, each given by its start and its end, a row for each."""
        words, pairs = self._known(tokens)
        starts, ends = np.array(spans).T
        # Sums up to each place; in double precision, since differences of them are taken.
        sums = np.zeros((len(words) + 1, len(words[0])))
        np.cumsum(words, axis=0, out=sums[1:])
        total = sums[ends] - sums[starts]
        blocks = total[:, :-2].reshape(len(spans), 3, -1)
        if pairs:
            joined = np.zeros((len(words), len(pairs[0])))
            np.cumsum(pairs, axis=0, out=joined[1:])
            blocks[:, 0] += joined[ends - 1] - joined[starts]
        fit: Floats = (blocks[:, :, :-1] / np.sqrt(blocks[:, :, -1:])).sum(axis=1) + self.bias
        familiar = FAMILIARITY * (total[:, -2] / total[:, -1])[:, None]
        found: Floats = (fit + familiar).astype(np.float32)
        return found

    def _known(self, tokens: Sequence[str]) -> tuple[list[Floats], list[Floats]]:
        """What each word and each pair of neighbours adds."""
        pairs = list(pairwise(tokens))
        if not (all(token in self._words for token in tokens) and all(pair in self._pairs for pair in pairs)):
            self._learn(tokens, pairs)
        return [self._words[token] for token in tokens], [self._pairs[pair] for pair in pairs]

    def forget(self) -> None:
        """Drops what is remembered."""
        self._words.clear()
        self._pairs.clear()

    def _learn(self, tokens: Sequence[str], pairs: Sequence[Pair]) -> None:
        """Works out what these words and pairs add: all their n-grams are looked up at once."""
        most = min(REMEMBERED, REMEMBERED_BYTES // (16 * (len(self.intents) + 2)))
        if len(self._words) + len(tokens) > most or len(self._pairs) + len(pairs) > most:
            self.forget()
        fresh = list(dict.fromkeys(token for token in tokens if token not in self._words))
        joined = list(dict.fromkeys(pair for pair in pairs if pair not in self._pairs))
        count, parts = len(fresh), len(fresh) + len(joined)
        keys = [word_hash(word) for word in fresh]
        letters, owners = letter_hashes(fresh)
        # Words come first, then pairs, then each word's letters.
        found = np.concatenate((np.array(keys + [pair_hash(*pair) for pair in joined], dtype=np.uint64), letters))
        rows = self.hashes.searchsorted(found)
        seen = self.hashes.take(rows, mode="clip") == found
        idf = np.where(seen, self.idf.take(rows, mode="clip"), np.float32(self.unseen))
        squares, known = idf * idf, idf * seen
        weights = self.weights.take(rows, axis=0, mode="clip").astype(np.float32)
        alone = weights[:parts] * known[:parts, None]
        joint = np.empty((len(joined), len(self.intents) + 1), dtype=np.float32)
        joint[:, :-1] = alone[count:] * self.scale
        joint[:, -1] = squares[count:parts]
        self._pairs.update(zip(joined, joint, strict=True))
        if not fresh:
            return
        table = meanings()
        places = [table.row(key) for key in keys]
        told = idf[:count] * table.telling.take(places)
        meant = table.vectors.take(places, axis=0) * (told / UNIT)[:, None]
        added = np.empty((count, 3 * len(self.intents) + 5), dtype=np.float32)
        blocks = added[:, :-2].reshape(count, 3, -1)
        blocks[:, 0, :-1] = alone[:count]
        # No products of matrices: what a word adds must not depend on which others are new.
        starts = np.bincount(owners, minlength=count).cumsum()[:-1].tolist()
        np.add.reduceat(weights[parts:] * known[parts:, None], [0, *starts], axis=0, out=blocks[:, 1, :-1])
        blocks[:, 2, :-1] = np.einsum("ij,jk->ik", meant, self.senses)
        blocks[:, :2, :-1] *= self.scale
        blocks[:, 0, -1] = added[:, -1] = squares[:count]
        blocks[:, 1, -1] = np.bincount(owners, weights=squares[parts:], minlength=count)
        blocks[:, 2, -1] = told * told
        added[:, -2] = squares[:count] * seen[:count]
        self._words.update(zip(fresh, added, strict=True))
