"""Speech for benchmarks: some seconds of it, made by espeak-ng."""

from __future__ import annotations

import subprocess
from functools import cache

import numpy as np

from channels.voice.mixer import FRAME, Frame
from speech.sound import Resampler

TEXT = (
    "Hello, I would like to know where my order number four two seven is, please. It was to come on Tuesday, "
    "and nobody has called me since. Could you look it up for me, or put me through to somebody who can?"
)
HEADER = 44


@cache
def sound() -> list[Frame]:
    """Frames of a caller's speech."""
    told = subprocess.run(["espeak-ng", "-v", "en", "--stdout", TEXT], stdout=subprocess.PIPE, check=True).stdout
    resampler = Resampler(int.from_bytes(told[24:28], "little"))
    samples = np.frombuffer(resampler.feed(told[HEADER:]) + resampler.end(), dtype=np.int16)
    return [samples[at : at + FRAME].copy() for at in range(0, samples.size - FRAME, FRAME)]
