"""Turning cross-validated scores into thresholds and a confidence that means something. numpy only.

No products of matrices and no LAPACK: a BLAS sums in the order of the kernel that it picks for the processor (or for
``OPENBLAS_CORETYPE``) and for its threads, and the same content would train to other bytes elsewhere. Element by element
and with numpy's own sums it is the same everywhere but for the last digits of ``exp``, which ``DIGITS`` cuts off.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bot.nlu.model import Calibration

Array = npt.NDArray[np.float64]

FALSE_REJECTION = 0.05
# What may be told as clearly outside at the cost of false rejections. Cross-validation overstates that cost on varied
# examples, whose held-out fold is farther from the rest than a customer's message will be.
MOST_REJECTION = 0.15
DIGITS = 9
"""Decimals that are kept: far more than any of it is worth, and fewer than rounding reaches."""
# How many messages in a hundred are assumed to belong to no intent; content can't tell, and silence about it would
# make every confidence too high.
OUTSIDE = 0.09
# Slopes of level and margin, and the offset, before any data is seen; and how strongly that is held.
_USUAL = np.array([0.6, 0.6, 0.0])
_PULL = np.array([3.0, 3.0, 1e-3])
_LEAST = 0.02


def calibrate(logits: Array, truth: npt.NDArray[np.intp], outside: Array) -> Calibration:
    """Fits on held-out ``logits`` (messages × intents), the right columns, and the logits of outside messages.

    ``outside`` are messages of intents that their model had never seen; it may have no rows.
    """
    best = logits.max(axis=1)
    right = (logits.argmax(axis=1) == truth).astype(np.float64)
    features = _features(np.concatenate((logits, outside)) if len(outside) else logits)
    target = np.concatenate((right, np.zeros(len(outside))))
    weights = np.ones(len(target))
    if len(outside):
        weights[len(logits) :] = OUTSIDE / (1 - OUTSIDE) * len(logits) / len(outside)
    level, margin, offset = _logistic(features, target, weights)
    return Calibration(
        level=round(level, DIGITS),
        margin=round(margin, DIGITS),
        offset=round(offset, DIGITS),
        temperature=round(_temperature(logits, truth), DIGITS),
        threshold=round(float(np.quantile(best, FALSE_REJECTION)), DIGITS),
        outside=round(_limit(best, outside), DIGITS),
    )


def _limit(best: Array, outside: Array) -> float:
    """The level below which a message is clearly outside: half of ``outside``, within bounds of false rejection."""
    lowest, highest = np.quantile(best, (FALSE_REJECTION, MOST_REJECTION))
    if not len(outside):
        return float(lowest)
    return float(np.clip(np.median(outside.max(axis=1)), lowest, highest))


def _features(logits: Array) -> Array:
    ordered = np.sort(logits, axis=1)
    return np.stack((ordered[:, -1], ordered[:, -1] - ordered[:, -2], np.ones(len(logits))), axis=1)


def _logistic(features: Array, target: Array, weights: Array) -> tuple[float, float, float]:
    """Weighted logistic regression; slopes are held at ``_LEAST`` or above so that confidence is monotonic.

    Targets are smoothed as Platt (1999) does, so that a set without errors gives no infinite slope, and slopes are
    drawn towards ``_USUAL``, which only a small set feels. Of the ways to hold slopes at their bound the best is taken.
    """
    positives, negatives = float((weights * target).sum()), float((weights * (1 - target)).sum())
    smooth = np.where(target > 0.5, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    found = [
        _newton(features, smooth, weights, np.array([level, margin, True]))
        for level in (True, False)
        for margin in (True, False)
    ]
    allowed = [(loss, beta) for loss, beta in found if beta[0] >= _LEAST and beta[1] >= _LEAST]
    best = min(allowed, key=lambda one: one[0])[1]
    return float(best[0]), float(best[1]), float(best[2])


def _newton(
    features: Array, target: Array, weights: Array, free: npt.NDArray[np.bool_]
) -> tuple[float, Array]:  # fmt: skip
    """The least loss and where it is, by Newton's method with halved steps; what isn't ``free`` stays at ``_LEAST``."""
    squares = features[:, :, None] * features[:, None, :]

    def loss_at(beta: Array) -> float:
        raw = (features * beta).sum(axis=1)
        return float((weights * (np.logaddexp(0, raw) - target * raw)).sum() + (_PULL * (beta - _USUAL) ** 2).sum() / 2)

    beta = np.where(free, _USUAL, _LEAST)
    loss = loss_at(beta)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip((features * beta).sum(axis=1), -30, 30)))
        gradient = (features * (weights * (chance - target))[:, None]).sum(axis=0) + _PULL * (beta - _USUAL)
        curve = (squares * (weights * chance * (1 - chance))[:, None, None]).sum(axis=0) + np.diag(_PULL)
        step = np.zeros(3)
        step[free] = solve(curve[np.ix_(free, free)], gradient[free])
        length = 1.0
        while loss_at(beta - length * step) > loss and length > 1e-6:
            length /= 2
        beta = beta - length * step
        loss = loss_at(beta)
        if float(np.abs(step).max()) < 1e-8:
            break
    return loss, beta


def solve(matrix: Array, right: Array) -> Array:
    """x with ``matrix`` x = ``right``, by elimination; ``matrix`` is small, symmetric and positive definite."""
    width = len(matrix)
    rows = np.column_stack((matrix, right))
    for k in range(len(rows)):
        rows[k] /= rows[k, k]
        for other in range(len(rows)):
            if other != k:
                rows[other] -= rows[other, k] * rows[k]
    found: Array = rows[:, width:]
    return found if right.ndim > 1 else found[:, 0]


def _temperature(logits: Array, truth: npt.NDArray[np.intp]) -> float:
    """The softmax temperature (as a factor) with the least log loss, of a fixed grid: plain and always the same."""
    grid = np.geomspace(0.2, 20.0, 80)
    rows = np.arange(len(truth))
    losses = []
    for factor in grid:
        scaled = factor * (logits - logits.max(axis=1, keepdims=True))
        losses.append(float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, truth])))
    return float(grid[int(np.argmin(losses))])
