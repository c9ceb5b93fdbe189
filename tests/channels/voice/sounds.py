"""Sounds of calls, made on the spot: speech of espeak-ng, noise, tones and coughs, as frames of 20 ms at 16 kHz."""

from __future__ import annotations

import subprocess
from functools import cache

import numpy as np
from numpy.typing import NDArray

from channels.voice.mixer import FRAME, Frame
from speech.sound import RATE, Resampler

Wave = NDArray[np.float32]
HEADER = 44
LOUD = 2_500
"""Root mean square of speech, as telephones have it (-22 dB)."""


@cache
def speech(text: str, locale: str = "en") -> Wave:
    """``text`` without the silence around it."""
    told = ["espeak-ng", "-v", locale, "-z", "--stdout", text]
    made = subprocess.run(told, capture_output=True, check=True).stdout
    resampler = Resampler(int.from_bytes(made[24:28], "little"))
    sound = np.frombuffer(resampler.feed(made[HEADER:]) + resampler.end(), dtype=np.int16).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > 200)
    return at_level(sound[loud[0] : loud[-1] + 1], LOUD)


def at_level(sound: Wave, level: float) -> Wave:
    loudness = float(np.sqrt(np.mean(sound**2)))
    return sound * np.float32(level / loudness)


def silence(ms: int) -> Wave:
    return np.zeros(RATE * ms // 1000, dtype=np.float32)


def noise(ms: int, level: float, *, seed: int = 1) -> Wave:
    """White noise of that root mean square."""
    return (np.random.default_rng(seed).standard_normal(RATE * ms // 1000) * level).astype(np.float32)


def tones(ms: int) -> Wave:
    """Chords that change four times a second, as a telephone's music on hold."""
    at = np.arange(RATE * ms // 1000) / RATE
    beat = (at * 4).astype(int)
    chord = sum(np.sin(2 * np.pi * base * (1 + 0.1 * (beat % 5)) * at) for base in (261.6, 329.6, 392.0))
    return at_level(np.asarray(chord, dtype=np.float32), 2_000)


def cough(*, seed: int = 2) -> Wave:
    """Two bursts of noise that die away, 0.6 s in all."""
    length = RATE * 3 // 10
    burst = np.exp(-np.arange(length) / (RATE * 0.06)).astype(np.float32)
    return np.concatenate([noise(300, 6_000, seed=seed) * burst, noise(300, 4_000, seed=seed + 1) * burst])


def together(*sounds: Wave) -> Wave:
    """All at once, as long as the longest."""
    total = np.zeros(max(map(len, sounds)), dtype=np.float32)
    for sound in sounds:
        total[: len(sound)] += sound
    return total


def in_noise(sound: Wave, decibels: float) -> Wave:
    """With so much less noise than speech."""
    return together(sound, noise(1000 * len(sound) // RATE, LOUD / 10 ** (decibels / 20)))


def frames(sound: Wave) -> list[Frame]:
    """Whole frames, the last one filled up with silence."""
    padded = np.pad(sound, (0, -len(sound) % FRAME))
    return list(np.clip(padded, -32_767, 32_767).astype(np.int16).reshape(-1, FRAME))
