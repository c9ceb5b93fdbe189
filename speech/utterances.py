"""A recording, cut into utterances that a recognizer can take one at a time. Pure.

It is cut in the midst of silence, and where nobody pauses for long, at the quietest place. A part in which nothing sounds is left
out: silence makes some recognizers tell words that nobody said.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from speech.activity import QUIET
from speech.frames import FRAME, FRAME_BYTES, FRAME_MS

PAUSE = 700 // FRAME_MS
"""Frames of quiet between two utterances."""
SHORTEST, LONGEST = 3_000 // FRAME_MS, 8_000 // FRAME_MS
"""Frames: where nobody pauses, it is cut between these. The longest stays below what engines let wait for them (10 s)."""
EDGE = 300 // FRAME_MS
"""Frames of quiet that stay with an utterance on each side."""
LOUD = 95
"""This percentile of the frames is how loud somebody speaks; a tenth of that is quiet."""


def utterances(sound: bytes) -> Iterator[bytes]:
    """Whole frames, in order; the last of a recording is filled up with silence."""
    sound += bytes(-len(sound) % FRAME_BYTES)
    samples = np.frombuffer(sound, dtype=np.int16)
    levels = np.abs(samples.astype(np.int32)).reshape(-1, FRAME).max(axis=1)
    if not levels.size:
        return
    floor = max(float(QUIET), float(np.percentile(levels, LOUD)) / 10)
    voiced = np.flatnonzero(levels > floor)
    for begin, until in _runs(voiced):
        for start, stop in _pieces(levels, max(0, begin - EDGE), min(levels.size, until + EDGE)):
            yield sound[start * FRAME_BYTES : stop * FRAME_BYTES]


def _runs(voiced: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """From and to of what sounds, with shorter pauses than ``PAUSE`` in it."""
    if not voiced.size:
        return
    breaks = np.flatnonzero(np.diff(voiced) > PAUSE)
    begins = [0, *(breaks + 1)]
    ends = [*breaks, voiced.size - 1]
    for begin, last in zip(begins, ends, strict=True):
        yield int(voiced[begin]), int(voiced[last]) + 1


def _pieces(levels: NDArray[np.int32], begin: int, until: int) -> Iterator[tuple[int, int]]:
    while until - begin > LONGEST:
        cut = begin + SHORTEST + int(np.argmin(levels[begin + SHORTEST : begin + LONGEST]))
        yield begin, cut
        begin = cut
    yield begin, until
