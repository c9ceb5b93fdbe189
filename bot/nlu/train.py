"""Training: scikit-learn and scipy live here, and serving never imports this module.

Deterministic: the same examples in the same order give the same bytes, whatever the processor and however many
threads. So nothing here goes through a BLAS (see ``calibrate``): products are with sparse matrices, which scipy sums in
the order of their entries, and liblinear's dual solvers have loops of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.calibrate import DIGITS, calibrate
from bot.nlu.features import LETTERS, Counts, Hashes, ngrams
from bot.nlu.model import Calibration, Model
from gateway.faults import Fault
from gateway.faults import training as faults

FOLDS = 5
# Beyond this many examples logistic regression takes minutes, and a support vector machine is as good.
MANY_EXAMPLES = 4_000
FEWEST_INTENTS_FOR_OUTSIDE = 6

Labels = npt.NDArray[np.intp]


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
    """``accuracy`` in scope by cross-validation, how many examples took part, and what it made of each."""

    accuracy: float
    examples: int
    held_out: HeldOut


@dataclass(frozen=True, slots=True)
class _Fitted:
    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]


class _Corpus:
    """How often each n-gram occurs in each example; rows are examples, columns stand by hash."""

    def __init__(self, found: Sequence[tuple[Hashes, Counts]]) -> None:
        everything = np.concatenate([hashes for hashes, _ in found])
        self.hashes: Hashes = np.unique(everything)
        self.letters = int(self.hashes.searchsorted(LETTERS))
        rows = np.repeat(np.arange(len(found)), [len(hashes) for hashes, _ in found])
        values = np.concatenate([counts for _, counts in found]).astype(np.float64)
        shape = (len(found), len(self.hashes))
        self.matrix: Any = sparse.csr_matrix((values, (rows, self.hashes.searchsorted(everything))), shape=shape)

    def idf(self, known: Labels) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], float]:
        """Weights by the rows in ``known``, which columns they hold, and the weight of those they don't."""
        frequency = np.bincount(self.matrix[known].indices, minlength=len(self.hashes))
        return (
            np.log((1 + len(known)) / (1 + frequency)) + 1,
            frequency > 0,
            round(float(np.log(1 + len(known))) + 1, DIGITS),
        )

    def weighed(self, rows: Labels, known: Labels) -> Any:
        """``rows`` as a model that knows only ``known`` sees them: unseen n-grams count in the lengths alone.

        Each occurrence adds the square of its weight to a block's length, so that a message is the sum of its words
        (see ``bot.nlu.model``).
        """
        idf, seen, _ = self.idf(known)
        counted = self.matrix[rows].tocsc()
        blocks = []
        for columns in (slice(None, self.letters), slice(self.letters, None)):
            block = counted[:, columns]
            lengths = np.sqrt(block @ idf[columns] ** 2)
            lengths[lengths == 0] = 1
            blocks.append(sparse.diags(1 / lengths) @ block @ sparse.diags(idf[columns] * seen[columns]))
        return sparse.hstack(blocks).tocsr()


def train(tokens: Sequence[list[str]], intents: Sequence[str]) -> tuple[Model, Measured]:
    """A model of ``tokens[i]`` meaning ``intents[i]``. Raises ``NotTrainable``."""
    kept = [(words, intent) for words, intent in zip(tokens, intents, strict=True) if words]
    names = tuple(sorted({intent for _, intent in kept}))
    if len(names) < 2:
        raise NotTrainable(faults.FEW_INTENTS())
    labels = np.array([names.index(intent) for _, intent in kept], dtype=np.intp)
    corpus = _Corpus([ngrams(words) for words, _ in kept])
    calibration, measured = _cross_validate(corpus, labels, len(names))
    everything = np.arange(len(labels))
    fitted = _fit(corpus.weighed(everything, everything), labels, len(names))
    idf, _, unseen = corpus.idf(everything)
    scale = np.maximum(np.abs(fitted.weights).max(axis=0), 1e-6) / 127
    model = Model(
        intents=names,
        hashes=corpus.hashes,
        idf=idf.astype(np.float32),
        unseen=unseen,
        weights=np.rint(fitted.weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=fitted.bias.astype(np.float32),
        calibration=calibration,
    )
    return model, measured


def _fit(matrix: Any, labels: Labels, classes: int) -> _Fitted:
    """One linear model for each intent against the rest; an intent without rows gets a bias that never wins."""
    weights = np.zeros((matrix.shape[1], classes))
    bias = np.full(classes, -100.0)
    for k in np.unique(labels):
        if len(labels) > MANY_EXAMPLES:
            machine = LinearSVC(C=1.0, dual=True, random_state=0)
        else:
            machine = LogisticRegression(C=20.0, solver="liblinear", dual=True, max_iter=2000, random_state=0)
        machine.fit(matrix, labels == k)
        weights[:, k], bias[k] = machine.coef_[0], machine.intercept_[0]
    return _Fitted(weights, bias)


def _cross_validate(corpus: _Corpus, labels: Labels, classes: int) -> tuple[Calibration, Measured]:
    """Scores of messages by models that hadn't seen them; and of messages whose whole intent they hadn't."""
    logits, tested = _held_out(corpus, labels, _deal(labels), classes)
    outside = np.empty((0, classes))
    if classes >= FEWEST_INTENTS_FOR_OUTSIDE and len(labels) <= MANY_EXAMPLES:
        outside, _ = _held_out(corpus, labels, labels % FOLDS, classes)
    truth = labels[tested]
    accuracy = float(np.mean(logits.argmax(axis=1) == truth)) if len(truth) else 0.0
    if len(truth) < FOLDS:
        raise NotTrainable(faults.FEW_EXAMPLES())
    return calibrate(logits, truth, outside), Measured(accuracy, len(truth), HeldOut(tested, truth, logits))


def _deal(labels: Labels) -> Labels:
    """A fold for each example: every intent's examples are dealt round, so each fold holds its share of each."""
    folds = np.empty_like(labels)
    for k in np.unique(labels):
        rows = np.flatnonzero(labels == k)
        folds[rows] = (np.arange(len(rows)) + k) % FOLDS
    # The only example of an intent is never held out: no model would know the intent at all.
    folds[np.bincount(labels)[labels] == 1] = -1
    return folds


def _held_out(corpus: _Corpus, labels: Labels, folds: Labels, classes: int) -> tuple[npt.NDArray[np.float64], Labels]:
    """Logits of each fold's rows by a model of all other rows, and which rows those are, in the same order."""
    found, rows = [], []
    for fold in range(FOLDS):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not len(held) or len(np.unique(labels[rest])) < 2:
            continue
        fitted = _fit(corpus.weighed(rest, rest), labels[rest], classes)
        found.append(corpus.weighed(held, rest) @ fitted.weights + fitted.bias)
        rows.append(held)
    if not rows:
        return np.empty((0, classes)), np.empty(0, dtype=np.intp)
    return np.concatenate(found), np.concatenate(rows)
