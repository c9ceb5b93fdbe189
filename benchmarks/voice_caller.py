"""Callers and operators of ``benchmarks.voice``: what they say and when, and when they heard what. All of them share one pace."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from channels.voice.mixer import FRAME, SILENCE, Frame, peak
from channels.voice.opus import Decoder, Encoder
from tests.support.caller import Caller

PERIOD = 0.02
LOUD = 330
"""A frame whose peak is below this (-40 dB) is none that anybody hears."""
SMALL = 8
"""Bytes of a packet that has nothing but silence in it, at most."""


class Sound(NamedTuple):
    """A packet that was heard. ``hertz``: its loudest tone, 0 where the phone tells no tones."""

    at: int
    peak: int
    hertz: int


@dataclass(frozen=True)
class Speech:
    """Packets of something that is said, and which of them are the first and the last that is loud enough to be heard."""

    packets: Sequence[bytes]
    first: int
    last: int

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> Speech:
        encoder = Encoder(bitrate=32_000, complexity=5)
        loud = [number for number, frame in enumerate(frames) if peak(frame) >= LOUD]
        return cls([encoder.encode(frame) for frame in frames], loud[0], loud[-1])


@dataclass
class Utterance:
    """When it was said: the instants at which its first and last loud packets left. ``ended``: all of it is out."""

    speech: Speech
    began: int = 0
    over: int = 0
    ended: bool = False


class Phone(Caller):
    """A far end that decodes what it hears and notes when; ``tones``: what it hears are tones, which it tells apart."""

    def __init__(self, *, tones: bool = False) -> None:
        super().__init__()
        self._tones = tones
        self.sounds: list[Sound] = []
        self._decoder = Decoder()
        self._says: deque[tuple[Utterance, int]] = deque()

    def speak(self, speech: Speech) -> Utterance:
        """From the next frame on."""
        utterance = Utterance(speech)
        self._says.extend((utterance, number) for number in range(len(speech.packets)))
        return utterance

    def hush(self) -> None:
        self._says.clear()

    def step(self) -> None:
        """Sounds 20 ms."""
        if not self._says:
            self.say(SILENT)
            return
        utterance, number = self._says.popleft()
        speech = utterance.speech
        self.say(speech.packets[number])
        if number == speech.first:
            utterance.began = time.monotonic_ns()
        elif number == speech.last:
            utterance.over = time.monotonic_ns()
        utterance.ended = number == len(speech.packets) - 1

    def _datagram(self, datagram: bytes) -> None:
        at, before = time.monotonic_ns(), len(self.heard)
        super()._datagram(datagram)
        if len(self.heard) > before:
            payload = self.heard.pop().payload
            frame = self._decoder.decode(payload)
            if len(payload) > SMALL and frame is not None:
                self.sounds.append(Sound(at, peak(frame), hertz_of(frame) if self._tones else 0))


class Pace:
    """Steps everybody once in 20 ms, one after the other within it."""

    def __init__(self) -> None:
        self.phones: list[Phone] = []

    async def run(self) -> None:
        begun = time.monotonic()
        number = 0
        while True:
            number += 1
            phones = list(self.phones)
            for place, phone in enumerate(phones):
                wait = begun + (number + place / len(phones)) * PERIOD - time.monotonic()
                if wait > 0.001:
                    await asyncio.sleep(wait)
                phone.step()
            if not phones:
                await asyncio.sleep(PERIOD)
                begun, number = time.monotonic(), 0
            elif (late := time.monotonic() - begun - (number + 1) * PERIOD) > 1:
                begun += late  # a pause of the process isn't made up for


def hertz_of(frame: Frame) -> int:
    return int(np.abs(np.fft.rfft(frame[:FRAME])).argmax()) * 50


SILENT = Encoder(bitrate=32_000, complexity=1).encode(SILENCE)
