"""A trained model as serving uses it: numpy and nothing heavier. Pure but for small caches.

A message is the sum of its words: every word adds what its n-grams weigh for each intent, and how long it makes the
message. Words repeat across messages, so what a word adds is worked out once and kept; a message then costs a handful
of small additions. Weights are kept as 8-bit integers with a scale for each intent: a model stays small, and the
rounding moves a logit by about a hundredth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.nlu.features import Hashes, letter_hashes, pair_hash, word_hash

Floats = npt.NDArray[np.float32]

REMEMBERED = 2_048
"""Words, and pairs of neighbours, of which a model remembers what they add."""


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

    ``weights`` has a row for each n-gram and a column for each intent, in steps of ``scale``. ``unseen`` is the
    frequency weight of an n-gram that training never saw.
    """

    intents: tuple[str, ...]
    hashes: Hashes
    idf: Floats
    unseen: float
    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats
    calibration: Calibration
    _word: Callable[[str], Floats] = field(init=False, repr=False, compare=False)
    _pair: Callable[[str, str], Floats] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_word", lru_cache(REMEMBERED)(self._added_by_word))
        object.__setattr__(self, "_pair", lru_cache(REMEMBERED)(self._added_by_pair))

    def logits(self, tokens: Sequence[str]) -> Floats:
        """How much each intent fits, unbounded, in the order of ``intents``. ``tokens`` isn't empty.

        The length of either block (words; letters) counts unknown n-grams as well, at the highest frequency weight: a
        message of unknown words is short inside the model's space, so it scores low on everything. It is the best
        single sign of out of scope.
        """
        total = self._word(tokens[0]).copy()
        before = tokens[0]
        for token in tokens[1:]:
            total += self._word(token)
            total += self._pair(before, token)
            before = token
        words, letters = total.reshape(2, -1)
        fit: Floats = (words / math.sqrt(words[-1]) + letters / math.sqrt(letters[-1]))[:-1] + self.bias
        return fit

    def _added_by_word(self, word: str) -> Floats:
        single = np.array([word_hash(word)], dtype=np.uint64)
        return np.concatenate((self._weigh(single), self._weigh(letter_hashes([word]))))

    def _added_by_pair(self, word: str, following: str) -> Floats:
        pair = np.array([pair_hash(word, following)], dtype=np.uint64)
        return np.concatenate((self._weigh(pair), np.zeros(len(self.intents) + 1, dtype=np.float32)))

    def _weigh(self, found: Hashes) -> Floats:
        """What n-grams add to each intent, and last, to the square of the message's length."""
        rows = self.hashes.searchsorted(found)
        rows[rows == len(self.hashes)] = 0
        seen = self.hashes[rows] == found
        idf = np.where(seen, self.idf[rows], np.float32(self.unseen))
        kept = rows[seen]
        fit = self.idf[kept] @ self.weights.take(kept, axis=0).astype(np.float32) * self.scale
        added: Floats = np.append(fit, idf @ idf).astype(np.float32)
        return added
