"""Sound for tests: speech, and how alike two sounds are."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from functools import cache

import av
import numpy as np
from numpy.typing import NDArray

from channels.voice.mixer import FRAME, SILENCE, Frame
from speech.sound import RATE, Resampler

Sound = NDArray[np.int16]
HEADER = 44
TEXT = (
    "Good afternoon. My order number is four two seven, and it was to come on Tuesday. "
    "Nobody has called me since. Could you look it up for me, please?"
)


@cache
def speech(text: str = TEXT, voice: str = "en") -> Sound:
    """What espeak-ng says, 16 kHz mono."""
    told = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], stdout=subprocess.PIPE, check=True).stdout
    resampler = Resampler(int.from_bytes(told[24:28], "little"))
    return np.frombuffer(resampler.feed(told[HEADER:]) + resampler.end(), dtype=np.int16)


def frames(sound: Sound) -> list[Frame]:
    """A sound in frames; what doesn't fill the last one is left out."""
    return [sound[at : at + FRAME] for at in range(0, sound.size - FRAME + 1, FRAME)]


def joined(heard: Sequence[Frame | None]) -> Sound:
    """Frames in a row; none: silence."""
    return np.concatenate([SILENCE if frame is None else frame for frame in heard])


def likeness(sound: Sound, heard: Sound) -> tuple[float, int]:
    """How well the loudness of a sound is found again in what was heard (the correlation of 10 ms steps at the best place), 0 to 1,
    and at which of its samples it begins there. It compares what is said, and no waveform, which a codec needn't keep."""
    step = 160
    own, other = _loudness(sound, step), _loudness(heard, step)
    best, place = -1.0, 0
    for at in range(max(1, other.size - own.size + 1)):
        part = other[at : at + own.size]
        found = float(np.corrcoef(own[: part.size], part)[0, 1]) if part.std() > 0 else -1.0
        if found > best:
            best, place = found, at
    return best, place * step


def _loudness(sound: Sound, step: int) -> NDArray[np.float64]:
    whole = sound[: sound.size // step * step].reshape(-1, step).astype(np.float64)
    loudness: NDArray[np.float64] = np.log1p(np.abs(whole).mean(axis=1))
    return loudness


def ogg(sound: Sound) -> bytes:
    """As messengers and browsers record it: Opus in OGG."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as output:
        stream = output.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=48_000)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()
