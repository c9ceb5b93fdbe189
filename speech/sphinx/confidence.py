"""How likely it is that words were said which pocketsphinx has found. Pure.

It finds words in whatever sounds, and its scores alone don't tell: in noise the wrong ones fit as well as the right ones do in quiet.
So the words are also asked how they follow one another in the bot's phrases, whether one is drawn out over more sound than its phones
can fill, how much that was loud they leave unexplained, and how far the speech stands out of the place's noise.

The weights are a logistic regression on 60 questions of each language, in quiet, in noise and at 8 kHz, and on foreign speech; docs/voice.md shows
what they do on 60 others in other voices (``scripts.measure_questions``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

FRAME_MS = 20
_FLOOR = 30.0
"""Noise below this (-61 dB) is none."""
_DIGITAL = 8.0
"""What is quieter was made by a machine: between packets, before a call."""
_CLEAR = 14.0
"""Decibels by which speech stands out of noise that does no harm."""


class Spoken(msgspec.Struct, frozen=True):
    """A word as it was heard, from ``since`` to ``until`` in milliseconds of sound. ``fit``: how well its sound is its own, in the model's units
    a hundredth of a second; ``phones``: of how many sounds it is."""

    text: str
    since: int
    until: int
    fit: float
    phones: int = 1


class Evidence(msgspec.Struct, frozen=True):
    """What speaks for words and against them. ``fit``: as a word's, in the mean; ``known``: the share of neighbours that stand so in the phrases;
    ``unexplained``: of what was loud, the share outside of words; ``slowest``: phones a second of the word that is drawn out most; ``noisy``:
    decibels that the speech stands out of noise too little."""

    fit: float
    known: float
    unexplained: float
    slowest: float
    noisy: float


def evidence(words: Sequence[Spoken], known: float, loudness: Sequence[float], *, begun: int) -> Evidence:
    """``loudness``: of each 20 ms (root mean square) from ``begun`` on, in which the words lie."""
    spans = np.array([max(10, word.until - word.since) for word in words], dtype=float)
    fit = float(np.dot([word.fit for word in words], spans) / spans.sum())
    slowest = float((np.array([word.phones for word in words]) * 1_000 / spans).min())
    levels = np.array(loudness, dtype=float)
    sounding = levels[levels > _DIGITAL]
    if not sounding.size:
        return Evidence(fit, known, 0.0, slowest, 0.0)
    quiet, loud = np.percentile(sounding, (10, 95))
    covered = np.zeros(levels.size, dtype=bool)
    for word in words:
        covered[max(0, word.since - begun) // FRAME_MS : -(-(word.until - begun) // FRAME_MS)] = True
    is_loud = levels > max(2 * quiet, loud / 10)
    unexplained = float((is_loud & ~covered).sum() / max(1, is_loud.sum()))
    above = 20 * math.log10(max(1.0, loud) / max(quiet, _FLOOR))
    return Evidence(fit, known, unexplained, slowest, max(0.0, _CLEAR - above))


def confidence(found: Evidence) -> float:
    """0 to 1."""
    weighed = zip(_WEIGHTS, msgspec.structs.astuple(found), strict=True)
    return round(_share(_BIAS + sum(weight * value for weight, value in weighed)), 3)


def fits(fit: float) -> float:
    """How well one word's sound is its own, 0 to 1."""
    return _share((fit + 55) / 6)


def _share(sum: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, sum))))


_WEIGHTS = (0.156, 5.6, -10.0, 0.3, -0.6)
"""In the order of ``Evidence``."""
_BIAS = 1.42
"""So that 0.5 is where two answers in three were right, and 0.3, below which a call takes nothing, where 55 in 100 were."""
