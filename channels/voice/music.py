"""What whoever waits hears: that it rings, and slow, soft chords where the business has no music of its own; made here, so that nobody's
rights are touched and nothing is downloaded."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from channels.voice.mixer import FRAME, Frame

RATE = 16_000
_CHORDS = ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (196.0, 246.94, 293.66), (164.81, 196.0, 246.94))
"""A minor, F, G, E minor, in hertz."""
_CHORD_SECONDS = 3
RING_HERTZ = 425
_LOUD = 2_600
"""The peak of the whole: well below a voice."""


@cache
def waiting_music() -> tuple[Frame, ...]:
    """Twelve seconds that can be played over and over."""
    sound = np.concatenate([_chord(tones) for tones in _CHORDS])
    return _frames(sound * (_LOUD / np.abs(sound).max()))


@cache
def beep() -> tuple[Frame, ...]:
    """The tone after which a message is left."""
    return _frames(_tone(880, 0.5, loud=4_000))


@cache
def ringing() -> tuple[Frame, ...]:
    """The tone of a line that rings (ITU-T E.180: 425 Hz, a second of it in four), to be played over and over. It begins late: mostly
    somebody answers before."""
    pause = np.zeros(RATE * 3 // 2)
    return _frames(np.concatenate([pause, _tone(RING_HERTZ, 1.0, loud=1_500), pause]))


def _tone(hertz: float, seconds: float, *, loud: float) -> NDArray[np.float64]:
    """It comes and goes within 10 ms, so that nothing clicks."""
    at = np.arange(int(seconds * RATE)) / RATE
    edges = np.minimum(1, np.minimum(at, at[::-1]) * 100)
    return np.asarray(loud * np.sin(2 * np.pi * hertz * at) * edges, dtype=np.float64)


def _frames(sound: NDArray[np.float64]) -> tuple[Frame, ...]:
    samples = sound.astype(np.int16)
    samples.flags.writeable = False
    return tuple(samples[at : at + FRAME] for at in range(0, len(samples), FRAME))


def _chord(tones: tuple[float, ...]) -> NDArray[np.float64]:
    """It swells and fades to silence, so that the next one joins without a click."""
    at = np.arange(_CHORD_SECONDS * RATE) / RATE
    swell = np.sin(np.pi * at / _CHORD_SECONDS) ** 2
    voices = [np.sin(2 * np.pi * tone * at) + 0.3 * np.sin(4 * np.pi * tone * at) for tone in tones]
    return np.asarray(swell * np.sum(voices, axis=0), dtype=np.float64)
