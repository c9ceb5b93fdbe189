"""An engine for tests of the processes: it understands what it is told to, and hangs, dies and errs by its hints."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints
from speech.engine import Ear
from speech.frames import FRAME_BYTES, FRAME_MS


class ToyEar:
    def __init__(self, hints: Hints) -> None:
        self._does = hints.version
        self._hints = len(hints.phrases)
        self._since = 0
        self._fed = 0

    def feed(self, sound: bytes) -> Iterable[Heard]:
        if self._does == "die":
            os._exit(3)
        if self._does == "hang":
            time.sleep(600)
        if self._does == "err":
            raise ValueError("a fault of the engine's own")
        self._fed += len(sound) // FRAME_BYTES
        yield Heard(text=f"{self._fed} frames", since=self._since)

    def finalize(self) -> Iterable[Heard]:
        if self._does == "hang at the end":
            time.sleep(600)
        yield Heard(text=f"{self._fed} frames by {os.getpid()}, {self._hints} hints", since=self._since, final=True)
        self._since, self._fed = self._since + self._fed * FRAME_MS, 0

    def close(self) -> None:
        pass


class ToyEngine:
    def listen(self, locale: str, hints: Hints) -> Ear:
        if locale != "en":
            raise SpeechUnavailable(f"The toy doesn't know {locale!r}.")
        if hints.version == "never ready":
            time.sleep(600)
        return ToyEar(hints)

    def speak(self, text: str, *, locale: str, voice: str, rate: float) -> Iterator[bytes]:
        for word in text.split():
            if word == "die":
                os._exit(3)
            print(word)  # what a library prints must not get among the answers
            yield word.encode().ljust(FRAME_BYTES, b"\0")[:FRAME_BYTES]


def engine() -> ToyEngine:
    return ToyEngine()
