"""A trained model as serving uses it: numpy and nothing heavier. Pure but for small caches.

A message is the sum of its words: every word adds what its n-grams and its meaning weigh for each intent, and how long it
makes the message. Words repeat across messages, so what a word adds is worked out once it comes a second time, and kept.
Weights are 8-bit integers with a scale for each intent, and frequency weights are whole steps: sums of them are exact in
whatever order they are made, so a message reads the same whatever was remembered before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlu.features import LENGTHS, Hashes, letter_hashes, pair_hash, word_hash
from bot.nlu.meaning import UNIT, WIDTH, meanings

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Pair = tuple[str, str]

REMEMBERED = 2_048
"""Words, and pairs of neighbours, of which a model remembers what they add …"""
REMEMBERED_BYTES = 4_000_000
"""… as far as they need no more than this."""
FAMILIARITY = 0.5
"""What a message of known words has more in each logit than one of unknown words."""
_NUMBERS = 5
"""What is added up of a message beside its weights, see ``Model._fit``."""
STEPS = 32
"""Into so many steps a frequency weight of 1 is parted."""
EXACT = 150
"""Letters of a message whose sums stay exact in single precision: three n-grams each, of 9 × ``STEPS`` × 127 at most."""


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
    _steps: Floats = field(init=False, repr=False, compare=False)
    _strange: np.float32 = field(init=False, repr=False, compare=False)
    _senses: Doubles = field(init=False, repr=False, compare=False)
    _scale: Doubles = field(init=False, repr=False, compare=False)
    _bias: Doubles = field(init=False, repr=False, compare=False)
    _words: dict[str, Doubles] = field(init=False, repr=False, compare=False, default_factory=dict)
    _pairs: dict[Pair, Doubles] = field(init=False, repr=False, compare=False, default_factory=dict)
    _met: set[str] = field(init=False, repr=False, compare=False, default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", np.rint(self.idf * STEPS).astype(np.float32))
        object.__setattr__(self, "_strange", np.float32(round(self.unseen * STEPS)))
        object.__setattr__(self, "_senses", self.senses.astype(np.float64) / UNIT)
        object.__setattr__(self, "_scale", self.scale.astype(np.float64))
        object.__setattr__(self, "_bias", self.bias.astype(np.float64))

    def logits(self, tokens: Sequence[str]) -> Doubles:
        """How much each intent fits, unbounded, in the order of ``intents``. ``tokens`` isn't empty.

        The length of each block (words; letters; meanings) counts what training never saw as well, at the highest
        frequency weight: a message of unknown words is short inside the model's space, so it scores low on everything.
        It is the best single sign of out of scope; the share of known words, weighed alike, is another.
        """
        pairs = list(pairwise(tokens))
        if not self._has_met(tokens) and sum(map(len, tokens)) <= EXACT:
            self._meet(tokens)
            return self._of_strangers(tokens, pairs)
        words, joined = self._known(tokens, pairs)
        total = words[0].copy()
        for word in words[1:]:
            total += word
        written = total[: len(self.intents) + 1]
        for pair in joined:
            written += pair
        return self._fit(total)

    def spans(self, tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> Doubles:
        """The ``logits`` of several runs of ``tokens``, each given by its start and its end, a row for each."""
        words, pairs = self._known(tokens, list(pairwise(tokens)))
        starts, ends = np.array(spans).T
        sums = np.zeros((len(words) + 1, len(words[0])))
        np.cumsum(words, axis=0, out=sums[1:])
        total = sums[ends] - sums[starts]
        if pairs:
            joined = np.zeros((len(words), len(pairs[0])))
            np.cumsum(pairs, axis=0, out=joined[1:])
            total[:, : joined.shape[1]] += joined[ends - 1] - joined[starts]
        return self._fit_rows(total)

    def forget(self) -> None:
        """Drops what is remembered."""
        self._words.clear()
        self._pairs.clear()
        self._met.clear()

    def _fit(self, total: Doubles) -> Doubles:
        """Logits from sums: what words weigh, five numbers, what letters weigh, and meanings. The numbers are the squares of
        the lengths of words, letters and meanings, and how much of all words is known.
        """
        count = len(self.intents)
        letters, meanings_from = count + _NUMBERS, 2 * count + _NUMBERS
        long, wide, deep, known, everything = total[count:letters].tolist()
        fit: Doubles = total[:count] / math.sqrt(long)
        fit += total[letters:meanings_from] / math.sqrt(wide)
        fit *= self._scale
        fit += ((total[meanings_from:] / math.sqrt(deep))[None] @ self._senses)[0]
        fit += self._bias
        fit += FAMILIARITY * known / everything
        return fit

    def _fit_rows(self, total: Doubles) -> Doubles:
        """As ``_fit``, of several rows, to the last digit."""
        count = len(self.intents)
        lengths = np.sqrt(total[:, count : count + 3])
        known, everything = total[:, count + 3 : count + 4], total[:, count + 4 : count + 5]
        fit: Doubles = total[:, :count] / lengths[:, :1]
        fit += total[:, count + _NUMBERS : 2 * count + _NUMBERS] / lengths[:, 1:2]
        fit *= self._scale
        # Row by row, so that what stands beside a row changes none of its digits.
        fit += ((total[:, 2 * count + _NUMBERS :] / lengths[:, 2:])[:, None] @ self._senses)[:, 0]
        fit += self._bias
        fit += FAMILIARITY * known / everything
        return fit

    def _has_met(self, tokens: Sequence[str]) -> bool:
        """Whether each word is remembered, or comes the second time."""
        words = self._words
        return all(map(words.__contains__, tokens)) or self._met.issuperset(
            token for token in tokens if token not in words
        )

    def _meet(self, tokens: Sequence[str]) -> None:
        if len(self._met) > 8 * REMEMBERED:
            self._met.clear()
        self._met.update(tokens)

    def _of_strangers(self, tokens: Sequence[str], pairs: Sequence[Pair]) -> Doubles:
        """As ``logits``, all n-grams of the message looked up at once and nothing of it kept."""
        keys = [word_hash(word) for word in tokens]
        count, parts, width = len(tokens), len(tokens) + len(pairs), len(self.intents)
        weights, steps, known = self._look_up(keys, pairs, letter_hashes(tokens))
        told, vectors = self._told(keys, steps[:count])
        written, spelt = steps[:parts].astype(np.float64), steps[parts:].astype(np.float64)
        row, letters = np.empty(2 * width + WIDTH + _NUMBERS), width + _NUMBERS
        row[:width] = known[:parts] @ weights[:parts]
        row[width:letters] = (
            written @ written, spelt @ spelt, told @ told, known[:count] @ known[:count], written[:count] @ written[:count]
        )  # fmt: skip
        row[letters : letters + width] = known[parts:] @ weights[parts:]
        row[letters + width :] = told @ vectors
        return self._fit(row)

    def _look_up(self, keys: list[int], pairs: Sequence[Pair], letters: Hashes) -> tuple[Floats, Floats, Floats]:
        """Weights of words, pairs and letters, in this order; their frequency weights; and the same where training has
        seen them, else 0."""
        found = np.concatenate((np.array(keys + [pair_hash(*pair) for pair in pairs], dtype=np.uint64), letters))
        rows = self.hashes.searchsorted(found)
        seen = self.hashes.take(rows, mode="clip") == found
        known = self._steps.take(rows, mode="clip") * seen
        steps = np.where(seen, known, self._strange)
        return self.weights.take(rows, axis=0, mode="clip").astype(np.float32), steps, known

    @staticmethod
    def _told(keys: list[int], steps: Floats) -> tuple[Floats, Floats]:
        """How much each word tells, in whole steps, and its meaning."""
        table = meanings()
        places = [table.row(key) for key in keys]
        told: Floats = np.maximum(np.rint(steps * table.telling.take(places)), np.float32(1))
        return told, table.vectors.take(places, axis=0).astype(np.float32)

    def _known(self, tokens: Sequence[str], pairs: Sequence[Pair]) -> tuple[list[Doubles], list[Doubles]]:
        """What each word and each pair of neighbours adds."""
        if not (all(map(self._words.__contains__, tokens)) and all(map(self._pairs.__contains__, pairs))):
            self._learn(tokens, pairs)
        return [self._words[token] for token in tokens], [self._pairs[pair] for pair in pairs]

    def _learn(self, tokens: Sequence[str], pairs: Sequence[Pair]) -> None:
        """Works out what these words and pairs add."""
        most = min(REMEMBERED, REMEMBERED_BYTES // (8 * (3 * len(self.intents) + WIDTH)))
        _make_room(self._words, most - len(tokens))
        _make_room(self._pairs, most - len(pairs))
        fresh = list(dict.fromkeys(token for token in tokens if token not in self._words))
        joined = list(dict.fromkeys(pair for pair in pairs if pair not in self._pairs))
        count, parts = len(fresh), len(fresh) + len(joined)
        keys = [word_hash(word) for word in fresh]
        weights, steps, known = self._look_up(keys, joined, letter_hashes(fresh))
        squares = steps * steps
        weighed = weights * known[:, None]
        both = np.column_stack((weighed, squares))[count:parts].astype(np.float64)
        self._pairs.update(zip(joined, both, strict=True))
        if not fresh:
            return
        told, vectors = self._told(keys, steps[:count])
        starts = len(LENGTHS) * np.array([0, *map(len, fresh[:-1])]).cumsum()
        added = np.column_stack((
            weighed[:count], squares[:count], np.add.reduceat(squares[parts:], starts), told * told,
            known[:count] ** 2, squares[:count],
            np.add.reduceat(weighed[parts:], starts, axis=0), vectors * told[:, None],
        )).astype(np.float64)  # fmt: skip
        self._words.update(zip(fresh, added, strict=True))


def _make_room(remembered: dict[Any, Doubles], most: int) -> None:
    """Where more than ``most`` are remembered, the older half is forgotten."""
    if len(remembered) > most:
        for key in list(islice(remembered, (len(remembered) + 1) // 2)):
            del remembered[key]
