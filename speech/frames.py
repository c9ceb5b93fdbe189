"""Sound as the whole of Switchboard has it: 16 kHz, mono, int16, little endian, in frames of 20 ms. Pure."""

from __future__ import annotations

RATE = 16_000
"""Samples a second."""
FRAME_MS = 20
FRAME = RATE * FRAME_MS // 1000
"""Samples of a frame."""
FRAME_BYTES = 2 * FRAME


class Framer:
    """Cuts what comes in any pieces into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, sound: bytes) -> list[bytes]:
        self._rest += sound
        whole = len(self._rest) - len(self._rest) % FRAME_BYTES
        frames = [bytes(self._rest[at : at + FRAME_BYTES]) for at in range(0, whole, FRAME_BYTES)]
        del self._rest[:whole]
        return frames

    def end(self) -> list[bytes]:
        """What is left, filled up with silence."""
        if not self._rest:
            return []
        last = bytes(self._rest).ljust(FRAME_BYTES, b"\0")
        self._rest.clear()
        return [last]
