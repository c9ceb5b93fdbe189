"""Sound as the whole of Switchboard has it: 16 kHz, mono, int16, little endian, in frames of 20 ms."""

from __future__ import annotations

from fractions import Fraction

from av import AudioFrame, AudioResampler

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


class Resampler:
    """From another rate to ours, piece by piece. Pieces may break in the middle of a sample."""

    def __init__(self, rate: int) -> None:
        """``rate``: samples a second of what comes in, mono int16."""
        self._rate = rate
        self._at = 0
        self._odd = b""
        self._filter = AudioResampler(format="s16", layout="mono", rate=RATE)

    def feed(self, sound: bytes) -> bytes:
        if self._rate == RATE:
            return sound
        sound = self._odd + sound
        whole = len(sound) - len(sound) % 2
        sound, self._odd = sound[:whole], sound[whole:]
        return self._through(self._frame(sound)) if sound else b""

    def end(self) -> bytes:
        """What the filter still holds."""
        return b"" if self._rate == RATE or not self._at else self._through(None)

    def _frame(self, sound: bytes) -> AudioFrame:
        frame = AudioFrame(format="s16", layout="mono", samples=len(sound) // 2)
        frame.planes[0].update(sound)
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._at
        self._at += len(sound) // 2
        return frame

    def _through(self, frame: AudioFrame | None) -> bytes:
        made = self._filter.resample(frame)
        return b"".join(bytes(one.planes[0])[: 2 * one.samples] for one in made)
