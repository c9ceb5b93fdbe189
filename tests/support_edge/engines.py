"""Engines of speech that hang, or know a few sentences; and the stub engines of a serving process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from channels.voice.mixer import FRAME
from channels.voice.voices import Voices
from gateway.ports import Heard, Hints, Listening, Vocabulary
from speech.order import Placed
from tests.channels.voice.virtual_line import Loudness, StubRecognizer, frames_of

_TONE = (6_000 * np.sin(2 * np.pi * 500 * np.arange(FRAME) / 16_000)).astype(np.int16).tobytes()


def stub_voices(vocabulary: Vocabulary) -> Voices:
    """A tone for each text; each sentence is the same question."""
    return Voices(
        synthesizers=[Placed(name="stub", engine=Tones())],
        recognizers=[Placed(name="stub", engine=StubRecognizer(["where is my parcel"] * 1_000))],
        activities=Loudness(),
        vocabulary=vocabulary,
    )


class Tones:
    """A tone for each text, loud enough to be told from silence by its packets."""

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        for _ in range(frames_of(text)):
            yield _TONE

    async def aclose(self) -> None:
        pass


@dataclass
class Hanging:
    """Takes what it is given, as recognizer and as synthesizer, and never answers."""

    asked: int = 0

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        return _Deaf(self)

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        self.asked += 1
        await asyncio.Event().wait()
        yield b""

    async def aclose(self) -> None:
        pass


@dataclass
class _Deaf:
    of: Hanging
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def feed(self, frame: bytes) -> None:
        pass

    def finalize(self) -> None:
        self.of.asked += 1

    async def heard(self) -> AsyncIterator[Heard]:
        await self.over.wait()
        nothing: Heard
        for nothing in ():
            yield nothing

    async def aclose(self) -> None:
        self.over.set()


@dataclass
class FewSentences:
    """A ``Vocabulary`` of these."""

    phrases: Sequence[str]

    def hints(self, business: str, locale: str) -> Hints:
        return Hints(version="few", phrases=tuple(self.phrases))

    def means(self, business: str, text: str, locale: str) -> bool:
        return text in self.phrases
