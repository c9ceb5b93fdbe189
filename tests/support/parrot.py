"""A recognizer that understands the same whatever is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from channels.voice.voices import Voices
from gateway.ports import Heard, Hints, Synthesizer, Vocabulary
from speech.activity import Silero
from speech.espeak import Espeak
from speech.order import Placed


class Parrot:
    def __init__(self, says: str = "Polly wants a cracker.") -> None:
        self._says = says

    async def listen(self, *, locale: str, hints: Hints) -> _Ear:
        return _Ear(self._says)

    async def aclose(self) -> None:
        pass


class _Ear:
    def __init__(self, says: str) -> None:
        self._says = says
        self._told: asyncio.Queue[Heard] = asyncio.Queue()

    def feed(self, frame: bytes) -> None:
        pass

    def finalize(self) -> None:
        self._told.put_nowait(Heard(text=self._says, since=0, final=True, confidence=0.9))

    async def heard(self) -> AsyncIterator[Heard]:
        while True:
            yield await self._told.get()

    async def aclose(self) -> None:
        pass


def parroting(vocabulary: Vocabulary, *, aloud: bool = False) -> Voices:
    """The engines of a node that understands so; ``aloud``: and speaks, by espeak-ng."""
    parrot = Placed(name="parrot", engine=Parrot())
    speaks: list[Placed[Synthesizer]] = [Placed(name="espeak-ng", engine=Espeak())] if aloud else []
    return Voices(synthesizers=speaks, recognizers=[parrot], activities=Silero(), vocabulary=vocabulary)
