"""A sound that somebody brings, made fit for calls: as loud as the voices beside it, without the silence around it. Pure.

What people record at their desk is three times quieter or louder than the next one's, and begins when they pressed the button.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.activity import QUIET
from speech.frames import FRAME, FRAME_BYTES, FRAME_MS

SHORTEST = 200
"""Milliseconds in which something sounds, at the least: less is a click."""
VOICE, MUSIC = 12_000, 5_000
"""How loud the louder parts become: a voice as engines speak; music well below it."""
MOST_GAIN = 8.0
"""What is quieter yet is mostly noise, and would be that."""
LOUD = 95
"""This percentile of the frames in which something sounds is how loud it is."""
LEAD, TAIL = 100 // FRAME_MS, 300 // FRAME_MS
"""Frames of quiet that stay before and behind a voice."""


def mastered(sound: bytes, *, spoken: bool) -> bytes:
    """Whole frames; b"" where nothing sounds in it."""
    samples = np.frombuffer(sound + bytes(-len(sound) % FRAME_BYTES), dtype=np.int16).reshape(-1, FRAME)
    if not len(samples):
        return b""
    levels = np.abs(samples.astype(np.int32)).max(axis=1)
    floor = max(float(4 * QUIET), float(np.percentile(levels, LOUD)) / 20)
    sounding = np.flatnonzero(levels > floor)
    if sounding.size * FRAME_MS < SHORTEST:
        return b""
    if spoken:
        samples = samples[max(0, sounding[0] - LEAD) : sounding[-1] + 1 + TAIL]
    return _levelled(samples, float(np.percentile(levels[sounding], LOUD)), VOICE if spoken else MUSIC).tobytes()


def _levelled(samples: NDArray[np.int16], loud: float, wanted: int) -> NDArray[np.int16]:
    gain = min(MOST_GAIN, wanted / loud)
    levelled: NDArray[np.int16] = np.clip(samples.astype(np.float32) * gain, -32_767, 32_767).astype(np.int16)
    return levelled
