"""Engines of speech that take no time, for benchmarks: what they say is a tone, what they hear a question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np

from channels.voice.mixer import FRAME, Frame
from gateway.ports import Heard, Hints, Listening
from speech.activity import is_quiet
from speech.frames import FRAME_MS

QUESTION = "how much is internet per month"
"""What every caller says."""
LAST_WORD = 1_400
"""Milliseconds of voice after which the stub recognizer has told all of it, shortly before the caller has said all …"""
TOLD_AGAIN = 100
"""… and so often it tells what it has heard so far, as streaming recognizers do, whether there was a word more or not."""
MS_A_CHARACTER = 50


def tone(hertz: int, level: int) -> list[Frame]:
    """A second of it."""
    samples = (level * np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000)).astype(np.int16)
    return [samples[at : at + FRAME] for at in range(0, len(samples), FRAME)]


SPOKEN = [frame.tobytes() for frame in tone(400, 6_000)]


class StubSynthesizer:
    """A tone for each text, there at once."""

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        for number in range(len(text) * MS_A_CHARACTER // FRAME_MS):
            yield SPOKEN[number % len(SPOKEN)]

    async def aclose(self) -> None:
        return None


class StubRecognizer:
    """Understands the question in every utterance: its words as they come, its final at once."""

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        return _Listening()

    async def aclose(self) -> None:
        return None


class _Listening:
    def __init__(self) -> None:
        self._told: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._words = QUESTION.split()
        self._fed = self._since = self._sounded = self._told_at = self._known = 0

    def feed(self, frame: bytes) -> None:
        self._fed += FRAME_MS
        self._sounded += 0 if is_quiet(np.frombuffer(frame, dtype=np.int16)) else FRAME_MS
        known = min(len(self._words), self._sounded * len(self._words) // LAST_WORD)
        again = self._sounded > self._told_at + TOLD_AGAIN - FRAME_MS
        if known > self._known or (known and again):
            self._known, self._told_at = known, self._sounded
            self._told.put_nowait(Heard(text=" ".join(self._words[:known]), since=self._since))

    def finalize(self) -> None:
        self._told.put_nowait(Heard(text=" ".join(self._words[: self._known]), since=self._since, final=True))
        self._since, self._sounded, self._told_at, self._known = self._fed, 0, 0, 0

    async def heard(self) -> AsyncIterator[Heard]:
        while (one := await self._told.get()) is not None:
            yield one

    async def aclose(self) -> None:
        self._told.put_nowait(None)
