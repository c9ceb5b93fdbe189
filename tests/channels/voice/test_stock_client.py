"""aiortc's own peer connection as the far end: another implementation of all that goes over the wire."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import AsyncIterator

import aioice.ice
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from channels.voice.mixer import FRAME, Frame
from channels.voice.ticker import Seat, Ticker
from channels.voice.webrtc import Settings, WebRtc
from tests.support.caller import LOOPBACK
from tests.support.voices import Sound, joined

OURS, THEIRS = 300, 440
"""Hertz."""


def tone(pitch: int, number: int, *, rate: int, size: int) -> Frame:
    at = np.arange(number * size, (number + 1) * size)
    return (8_000 * np.sin(2 * np.pi * pitch * at / rate)).astype(np.int16)


def pitch(sound: Sound, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(sound.size)))) * rate / sound.size)


class Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._number = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(0.02)  # a microphone's pace
        frame = AudioFrame.from_ndarray(tone(THEIRS, self._number, rate=48_000, size=960)[None], layout="mono")
        frame.sample_rate, frame.time_base = 48_000, fractions.Fraction(1, 48_000)
        frame.pts = self._number * 960
        self._number += 1
        return frame


class Told:
    """The line's ear for its carrier."""

    def __init__(self) -> None:
        self.is_closed = asyncio.Event()

    def connected(self) -> None: ...

    def lost(self) -> None: ...

    def closed(self) -> None:
        self.is_closed.set()

    def key(self, key: str) -> None: ...


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RTCPeerConnection]:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    yield connection
    await connection.close()


async def test_aiortc_and_we_hear_each_other(client: RTCPeerConnection) -> None:
    webrtc, ticker, told = WebRtc(Settings(places=LOOPBACK)), Ticker(), Told()
    ticking = asyncio.create_task(ticker.run())
    heard: list[Frame] = []
    there: list[Sound] = []
    enough = asyncio.Event()
    seat: Seat | None = None
    client.addTrack(Tone())

    async def listen(track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            there.append(np.asarray(frame.to_ndarray()).reshape(-1, 2)[:, 0])  # type: ignore[union-attr]

    listening: list[asyncio.Task[None]] = []
    client.on("track", lambda track: listening.append(asyncio.create_task(listen(track))))
    await client.setLocalDescription(await client.createOffer())
    answered = await webrtc.answer(client.localDescription.sdp, told, clock=lambda: seat.at if seat else 0)

    def step(at: int) -> None:
        frame = answered.carrier.take(at)
        heard.extend([] if frame is None else [frame])
        answered.carrier.give(tone(OURS, at // 20, rate=16_000, size=FRAME))
        if len(heard) >= 100 and len(there) >= 100:
            enough.set()

    seat = ticker.join("call", step)
    await client.setRemoteDescription(RTCSessionDescription(answered.sdp, "answer"))
    async with asyncio.timeout(60):
        await enough.wait()
        await client.close()
        await told.is_closed.wait()
    assert abs(pitch(joined(heard[-50:]), 16_000) - THEIRS) < 20
    assert abs(pitch(np.concatenate(there[-50:]), 48_000) - OURS) < 20
    ticker.leave(seat)
    ticking.cancel()
    await asyncio.wait([ticking, *listening])
    await webrtc.aclose()
