"""Regularized logistic regression of each intent against the rest, all intents at once. Training only.

Newton's method, its steps found by conjugate gradients (Lin, Weng and Keerthi, 2008). Weights are sums of messages, so all
is kept as one number for each message and intent, and what is dear is the product of messages with messages. Steps are
counted, not judged: nothing branches on a rounding error, and ``exp`` apart the result is the same on any processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Array = npt.NDArray[np.float64]

LOOSENESS = 10.0
"""How dear mistakes are beside large weights."""
STEPS = (3, 4, 5, 6, 7)
"""Conjugate steps of each of Newton's; more move no score by a tenth."""
TOGETHER = 64
"""Intents that are fitted at once: it bounds the memory."""


def against_rest(written: Any, labels: npt.NDArray[np.intp], classes: int) -> tuple[Array, Array]:
    """Weights (columns of ``written`` × intents) and biases; an intent without rows gets a bias that never wins."""
    messages = sparse.hstack((written, np.ones((len(labels), 1)))).tocsr()
    columns = messages.T.tocsr()
    weights, bias = np.zeros((written.shape[1], classes)), np.full(classes, -100.0)
    present = np.unique(labels)
    for start in range(0, len(present), TOGETHER):
        chosen = present[start : start + TOGETHER]
        signs = np.where(labels[:, None] == chosen, 1.0, -1.0)
        found = columns @ _fitted(messages, columns, signs)
        weights[:, chosen], bias[chosen] = found[:-1], found[-1]
    return weights, bias


def _fitted(messages: Any, columns: Any, signs: Array) -> Array:
    """How much of each message is in each intent's weights."""
    shares, scores = np.zeros_like(signs), np.zeros_like(signs)
    for steps in STEPS:
        miss = 1 / (1 + np.exp(signs * scores))
        left = LOOSENESS * signs * miss - shares
        step, moved = _newton_step(messages, columns, LOOSENESS * miss * (1 - miss), left, steps)
        shares += step
        scores += moved
    return shares


def _newton_step(messages: Any, columns: Any, curve: Array, left: Array, steps: int) -> tuple[Array, Array]:
    """The step that leaves no gradient, nearly, and what it does to the scores; ``left`` is the gradient turned round."""
    towards, drift = left, messages @ (columns @ left)
    along = (left * drift).sum(axis=0)
    direction, change = towards.copy(), drift.copy()
    step, moved = np.zeros_like(left), np.zeros_like(left)
    for _ in range(steps):
        bent = direction + curve * change
        length = along / np.maximum((change * bent).sum(axis=0), 1e-30)
        step += length * direction
        moved += length * change
        towards = towards - length * bent
        drift = messages @ (columns @ towards)
        before, along = along, (towards * drift).sum(axis=0)
        share = along / np.maximum(before, 1e-30)
        direction = towards + share * direction
        change = drift + share * change
    return step, moved
