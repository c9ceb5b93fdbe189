"""What carries a call's sound: a browser's peer connection, later a telephone exchange's media socket.

A carrier belongs to one leg. Sound is frames of 20 ms, 16 kHz, mono, int16 (``mixer.Frame``), both ways; the codec, the
network and its delays are the carrier's own matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from channels.voice.mixer import Frame


class CarrierEvents(Protocol):
    """What a carrier tells its line. Called on the event loop; each returns at once."""

    def connected(self) -> None:
        """Sound can pass, for the first time or again."""

    def lost(self) -> None:
        """Nothing has come for a while; it may come back."""

    def closed(self) -> None:
        """The far end has hung up or is gone for good. Told once, and nothing after it; not after ``aclose``."""

    def key(self, key: str) -> None:
        """A key was pressed: ``0``–``9``, ``*`` or ``#``."""


class Carrier(Protocol):
    """One leg's sound. ``take`` and ``give`` are called once a tick, in this order, and return at once."""

    def take(self, at: int) -> Frame | None:
        """What the far end sounds at ``at``, in milliseconds of the line's clock; None: silence."""

    def ahead(self) -> Sequence[Frame]:
        """What ``take`` will give next, as far as it has come already."""

    def give(self, frame: Frame) -> None:
        """What the far end hears next; ``mixer.SILENCE`` itself where it hears nothing."""

    async def aclose(self) -> None: ...
