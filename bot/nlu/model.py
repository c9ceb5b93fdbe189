"""A trained model as serving uses it: numpy and nothing heavier. Pure.

Weights are kept as 8-bit integers with a scale for each intent, and only the rows of a message's n-grams are gathered
and widened: a model stays small (the rounding moves a logit by about a hundredth), and a message costs a few thousand
multiplications.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.nlu.features import LETTERS, Hashes, ngrams

Floats = npt.NDArray[np.float32]


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

    def confidences(self, logits: Floats) -> Floats:
        """A confidence for each intent, in the order of ``logits`` and monotonic in them."""
        best = float(logits.max())
        second = float(np.partition(logits, -2)[-2])
        raw = self.level * best + self.margin * (best - second) + self.offset
        top = 1 / (1 + math.exp(-max(-30.0, min(30.0, raw))))
        spread: Floats = (top * np.exp(self.temperature * (logits - best))).astype(np.float32)
        return spread


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

    def logits(self, tokens: list[str]) -> Floats:
        """How much each intent fits, unbounded, in the order of ``intents``.

        The L2 norm of either block counts unknown n-grams as well, at the highest frequency weight: a message of
        unknown words is short inside the model's space, so it scores low on everything. It is the best single sign of
        out of scope.
        """
        found, counts = ngrams(tokens)
        rows = self.hashes.searchsorted(found)
        rows[rows == len(self.hashes)] = 0
        seen = self.hashes[rows] == found
        values = (1 + np.log(counts)) * np.where(seen, self.idf[rows], self.unseen)
        letters = int(found.searchsorted(LETTERS))
        for block in (values[:letters], values[letters:]):
            block /= math.sqrt(block @ block) or 1.0
        known = values[seen].astype(np.float32)
        fit: Floats = known @ self.weights.take(rows[seen], axis=0).astype(np.float32) * self.scale + self.bias
        return fit
