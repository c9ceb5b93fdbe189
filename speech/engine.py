"""What an engine that computes in a process of its own provides there (``speech.worker``).

Its module has a function ``engine(**options) -> Engine``. All that is here may take its time, and raises
``SpeechUnavailable`` with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gateway.ports import Heard, Hints


class Ear(Protocol):
    """One speaker's sound on its way through an engine. Used by one thread."""

    def feed(self, sound: bytes) -> Iterable[Heard]:
        """Whole frames; what is believed now, where that is worth telling."""

    def finalize(self) -> Iterable[Heard]:
        """One final at least."""

    def close(self) -> None: ...


class Engine(Protocol):
    """Used by many threads, one for each stream."""

    def listen(self, locale: str, hints: Hints) -> Ear: ...

    def speak(self, text: str, *, locale: str, voice: str, rate: float) -> Iterator[bytes]:
        """16 kHz mono int16, piece by piece."""
