"""Sound at other rates than ours, made ours (``speech.frames``)."""

from __future__ import annotations

from fractions import Fraction

from av import AudioFrame, AudioResampler

from speech.frames import FRAME, FRAME_BYTES, FRAME_MS, RATE, Framer

__all__ = ["FRAME", "FRAME_BYTES", "FRAME_MS", "RATE", "Framer", "Resampler"]


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
