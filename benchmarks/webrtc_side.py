"""The side of ``benchmarks.webrtc`` that answers calls: ours, ours with a whole line, or aiortc's stock way. Each call hears one caller and speaks to
them, live encoded, every 20 ms. It speaks JSON lines."""

from __future__ import annotations

import asyncio
import fractions
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import aioice.ice
import numpy as np
import uvloop
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

from benchmarks.speech import sound
from benchmarks.voice_stubs import StubRecognizer, StubSynthesizer
from channels.voice.hearing import Recognition
from channels.voice.line import CALLER, Line, Parts
from channels.voice.mixer import FRAME, Frame, Row
from channels.voice.places import Places
from channels.voice.player import Prompt
from channels.voice.ticker import PERIOD_MS, Seat, Ticker
from channels.voice.webrtc import Settings, WebRtc
from speech.activity import Silero

LOUD = 2_000
"""Beyond this a sample belongs to a knock."""


class Ears:
    """Counts what is heard, and notes when a knock was."""

    def __init__(self) -> None:
        self.frames = 0
        self.knocks: list[int] = []
        self._loud = 0

    def hear(self, frame: Frame) -> None:
        self.frames += 1

    def listen(self, frame: Frame) -> None:
        """As ``hear``, for calls whose delay is measured."""
        self.hear(frame)
        loud = bool((frame > LOUD).any())
        if loud and not self._loud:
            self.knocks.append(time.monotonic_ns())
        self._loud = 5 if loud else max(0, self._loud - 1)


class Side(Protocol):
    """One of the two."""

    async def answer(self, sdp: str, hear: Callable[[Frame], None]) -> str: ...


class _Untold:
    def connected(self) -> None: ...
    def lost(self) -> None: ...
    def closed(self) -> None: ...
    def key(self, key: str) -> None: ...


class Ours:
    """Switchboard's carrier, on one ticker."""

    def __init__(self) -> None:
        self._webrtc = WebRtc(Settings(places=Places(addresses=("127.0.0.1",))))
        self._ticker = Ticker()
        self._run = asyncio.create_task(self._ticker.run())
        self._sound = sound()

    async def answer(self, sdp: str, hear: Callable[[Frame], None]) -> str:
        seat: Seat | None = None
        answered = await self._webrtc.answer(sdp, _Untold(), clock=lambda: 0 if seat is None else seat.at)
        carrier = answered.carrier

        def step(at: int) -> None:
            frame = carrier.take(at)
            if frame is not None:
                hear(frame)
            carrier.give(self._sound[at // PERIOD_MS % len(self._sound)])

        seat = self._ticker.join("call", step)
        return answered.sdp


class Lines(Ours):
    """As ``Ours``, with a call's whole line between ear and mouth: voice activity, recognition, turns, prompts, mixer. Its engines are
    stubs; it speaks all the time, whatever the caller says."""

    def __init__(self) -> None:
        super().__init__()
        self._activities = Silero()

    async def answer(self, sdp: str, hear: Callable[[Frame], None]) -> str:
        line = Line("call", Parts(synthesizer=StubSynthesizer(), activities=self._activities), tell=lambda event: None)
        line.change({CALLER: Row()})
        line.understand(CALLER, Recognition(recognizer=StubRecognizer(), locale="en"))
        line.mind()
        line.say(Prompt(id="p", text="", locale="en", sound=tuple(self._sound) * 20, protected=True))

        def tap(at: int, heard: Frame | None, given: Frame) -> None:
            if heard is not None:
                hear(heard)

        line.tap = tap
        seat = self._ticker.join("call", line.step, prepare=line.prepare)
        place = line.place(CALLER)
        answered = await self._webrtc.answer(sdp, place, clock=lambda: seat.at)
        line.seat(place, answered.carrier)
        return answered.sdp


class _Voice(MediaStreamTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._sound = sound()
        self._begun, self._number = 0.0, 0

    async def recv(self) -> AudioFrame:
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(self._begun + self._number * PERIOD_MS / 1000 - time.monotonic())
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(self._sound[self._number % len(self._sound)].tobytes())
        frame.sample_rate, frame.time_base = 16_000, fractions.Fraction(1, 16_000)
        frame.pts = self._number * FRAME
        self._number += 1
        return frame


class Stock:
    """``RTCPeerConnection`` as its documentation shows it: a track to speak, a track to hear."""

    def __init__(self) -> None:
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, sdp: str, hear: Callable[[Frame], None]) -> str:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connection.addTrack(_Voice())

        @connection.on("track")
        def begin(track: MediaStreamTrack) -> None:
            self._tasks.add(asyncio.create_task(self._hear(track, hear)))

        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)

    async def _hear(self, track: MediaStreamTrack, hear: Callable[[Frame], None]) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=16_000)
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            for made in resampler.resample(frame):  # type: ignore[arg-type]
                hear(made.to_ndarray()[0].astype(np.int16, copy=False))


async def serve(side: Side) -> None:
    """Answers commands until the other end goes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    ears: list[Ears] = []
    while line := await reader.readline():
        command: dict[str, Any] = json.loads(line)
        said: dict[str, Any] = {}
        if command["do"] == "answer":
            ears.append(Ears())
            hear = ears[-1].listen if command.get("listen") else ears[-1].hear
            said["sdp"] = await side.answer(command["sdp"], hear)
        elif command["do"] == "heard":
            said = {"frames": sum(one.frames for one in ears), "threads": threading.active_count()}
            said["knocks"] = [one.knocks for one in ears]
        print(json.dumps(said), flush=True)


async def main() -> None:
    sides: dict[str, Callable[[], Side]] = {"ours": Ours, "line": Lines, "stock": Stock}
    await serve(sides[sys.argv[1]]())


if __name__ == "__main__":
    uvloop.run(main())
