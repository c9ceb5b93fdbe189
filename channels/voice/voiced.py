"""Since when somebody's voice goes on: frames' probabilities, made one run of voice with its soft begin and its dips. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from channels.voice.cues import FRAME_MS, Settings


@dataclass(slots=True)
class Voiced:
    """``since``: when the run began; ``at``: the end of its last frame; ``rising``: since when what is no voice yet may be its begin."""

    since: int
    at: int
    on: bool = False
    rising: int | None = None

    @classmethod
    def never(cls, at: int, settings: Settings) -> Voiced:
        """There was none until ``at``."""
        return cls(since=at, at=at - settings.dip - 1)

    def take(self, probability: float, at: int, settings: Settings) -> bool:
        """Whether the frame that has ended at ``at`` is voice."""
        self.on = probability >= (settings.voice_off if self.on else settings.voice_on)
        if probability < settings.voice_rises:
            self.rising = None
        elif self.rising is None:
            self.rising = at - FRAME_MS
        if not self.on:
            return False
        if at - self.at > settings.dip:
            begun = at - FRAME_MS
            self.since = begun if self.rising is None else max(self.rising, begun - settings.rise)
        self.at = at
        return True

    def interrupts(self, now: int, settings: Settings) -> bool:
        """Whether it is voice now, and has been for long enough."""
        return self.at == now >= self.since + settings.barge_in

    def begins(self, now: int) -> bool:
        """Whether what is heard now is voice, or may become it."""
        return self.at == now or self.rising is not None

    def foreseen(self, probabilities: Sequence[float], now: int, settings: Settings) -> bool:
        """Whether it interrupts within the frames that follow."""
        run = replace(self)
        for number, probability in enumerate(probabilities, start=1):
            at = now + number * FRAME_MS
            if run.take(probability, at, settings) and run.interrupts(at, settings):
                return True
        return False
