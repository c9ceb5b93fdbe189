"""Training: scipy lives here, and serving never imports this module.

Two judges are asked and their scores added: what is written (words and letters, one-vs-rest logistic regression) and
what is meant (the mean of the words' meanings, ridge regression). Apart they err less than together: one fitting of both
leans on the meanings and takes strange messages for known ones.

Deterministic: the same examples in the same order give the same bytes, whatever the processor and however many
threads. So nothing here goes through a BLAS (see ``calibrate``): products are with sparse matrices, which scipy sums in
the order of their entries, and sums over columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlu.calibrate import DIGITS, calibrate, solve
from bot.nlu.corpus import Array, Corpus, Labels
from bot.nlu.model import Calibration, Model
from bot.nlu.regression import against_rest
from gateway.faults import Fault
from gateway.faults import training as faults

FOLDS = 5
FEWEST_INTENTS_FOR_OUTSIDE = 6
ENOUGH = 2_000
"""Once so many were held out and scored, further folds would tell nothing new."""

MOST_SCORES, MOST_WEIGHTS = 20_000_000, 30_000_000
"""Examples × intents, and n-grams × intents: beyond them a training would need too many minutes, or gigabytes."""
MEANING = 4.0
"""The weight of what is meant beside what is written …"""
STIFFNESS = 5.0
"""… and how strongly its weights are held small."""


class NotTrainable(Exception):
    """The examples can't be learned from; ``fault`` says what to add."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Logits of examples by models that hadn't seen them: ``rows`` are places among the examples that have words, ``truth``
    the columns of their intents."""

    rows: Labels
    truth: Labels
    logits: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """``accuracy`` in scope by cross-validation, of how many examples was learned, and what it made of those held out."""

    accuracy: float
    examples: int
    held_out: HeldOut


@dataclass(frozen=True, slots=True)
class _Fitted:
    weights: Array
    senses: Array
    bias: Array

    def logits(self, corpus: Corpus, rows: Labels, known: Labels) -> Array:
        """Those of ``rows``, by a model that was fitted on the rows ``known``."""
        seen = corpus.seen_by(rows, known)
        found: Array = seen.written @ self.weights + _product(seen.meant, self.senses) + self.bias
        return found + seen.familiar[:, None]


def train(tokens: Sequence[list[str]], intents: Sequence[str]) -> tuple[Model, Measured]:
    """A model of ``tokens[i]`` meaning ``intents[i]``. Raises ``NotTrainable``."""
    kept = [(words, intent) for words, intent in zip(tokens, intents, strict=True) if words]
    names = tuple(sorted({intent for _, intent in kept}))
    if len(names) < 2:
        raise NotTrainable(faults.FEW_INTENTS())
    place = {name: k for k, name in enumerate(names)}
    labels = np.array([place[intent] for _, intent in kept], dtype=np.intp)
    corpus = _corpus_of([words for words, _ in kept], len(names))
    calibration, measured = _cross_validate(corpus, labels, len(names))
    everything = np.arange(len(labels))
    fitted = _fit(corpus, everything, labels, len(names))
    idf, unseen = corpus.idf(everything)
    weights = fitted.weights
    scale = np.maximum(np.maximum(weights.max(axis=0), -weights.min(axis=0)), 1e-6) / 127
    weights /= scale
    model = Model(
        intents=names,
        hashes=corpus.hashes,
        idf=idf.astype(np.float32),
        unseen=unseen,
        weights=np.rint(weights, out=weights).astype(np.int8),
        scale=scale.astype(np.float32),
        senses=fitted.senses.round(DIGITS).astype(np.float32),
        bias=fitted.bias.round(DIGITS).astype(np.float32),
        calibration=calibration,
    )
    return model, measured


def _corpus_of(tokens: Sequence[list[str]], classes: int) -> Corpus:
    """Raises ``NotTrainable`` where there is more to learn than time and memory allow."""
    too_large = NotTrainable(faults.TOO_LARGE(intents=classes, examples=len(tokens)))
    if classes * len(tokens) > MOST_SCORES:
        raise too_large
    corpus = Corpus(tokens)
    if classes * len(corpus.hashes) > MOST_WEIGHTS:
        raise too_large
    return corpus


def _fit(corpus: Corpus, rows: Labels, labels: Labels, classes: int) -> _Fitted:
    """One linear model for each intent against the rest; an intent without rows gets a bias that never wins."""
    seen, here = corpus.seen_by(rows, rows), labels[rows]
    weights, bias = against_rest(seen.written, here, classes)
    senses, offsets = _meant(seen.meant, here, classes)
    return _Fitted(weights, senses, bias + offsets)


def _meant(meant: Array, labels: Labels, classes: int) -> tuple[Array, Array]:
    """Ridge regression of meanings on 1 for an intent's own messages and -1 for the others'."""
    counts = np.bincount(labels, minlength=classes).astype(np.float64)
    middle = meant.mean(axis=0)
    centred = meant - middle
    own: Array = np.asarray(sparse.csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels))))) @ centred)
    sums = np.zeros((classes, meant.shape[1]))
    sums[: len(own)] = own
    squares = np.stack([(centred * column[:, None]).sum(axis=0) for column in centred.T])
    senses = MEANING * solve(squares + STIFFNESS * np.eye(len(squares)), 2 * sums.T)
    offsets = MEANING * (2 * counts / len(labels) - 1) - _product(middle[None], senses)[0]
    return senses, offsets


def _product(left: Array, right: Array) -> Array:
    """The product of a wide and a small matrix, summed in one order everywhere."""
    found: Array = np.asarray(sparse.csr_matrix(left) @ right)
    return found


def _cross_validate(corpus: Corpus, labels: Labels, classes: int) -> tuple[Calibration, Measured]:
    """Scores of messages by models that hadn't seen them; and of messages whose whole intent they hadn't.

    One fitting serves both: a fold is held out, and with it all that an intent in five has. The fewer intents make the
    rest a little easier to tell apart, and the fewer examples a little harder; nearly as much.
    """
    folds = _deal(labels)
    apart = labels % FOLDS if classes >= FEWEST_INTENTS_FOR_OUTSIDE else np.full_like(labels, -1)
    inside, outside, tested = [], [np.empty((0, classes))], []
    for fold in range(FOLDS):
        held = np.flatnonzero((folds == fold) & (apart != fold))
        rest = np.flatnonzero((folds != fold) & (apart != fold))
        if not len(held) or len(np.unique(labels[rest])) < 2:
            continue
        fitted = _fit(corpus, rest, labels, classes)
        inside.append(fitted.logits(corpus, held, rest))
        tested.append(held)
        strange = np.flatnonzero(apart == fold)
        if len(strange):
            outside.append(fitted.logits(corpus, strange, rest))
        if sum(map(len, tested)) >= ENOUGH:
            break
    if sum(map(len, tested)) < FOLDS:
        raise NotTrainable(faults.FEW_EXAMPLES())
    rows = np.concatenate(tested)
    logits, truth = np.concatenate(inside), labels[rows]
    accuracy = float(np.mean(logits.argmax(axis=1) == truth))
    return calibrate(logits, truth, np.concatenate(outside)), Measured(
        accuracy, len(labels), HeldOut(rows, truth, logits)
    )


def _deal(labels: Labels) -> Labels:
    """A fold for each example: every intent's examples are dealt round, so each fold holds its share of each."""
    folds = np.empty_like(labels)
    for k in np.unique(labels):
        rows = np.flatnonzero(labels == k)
        folds[rows] = (np.arange(len(rows)) + k) % FOLDS
    # The only example of an intent is never held out: no model would know the intent at all.
    folds[np.bincount(labels)[labels] == 1] = -1
    return folds
