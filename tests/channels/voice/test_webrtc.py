"""The WebRTC carrier against callers on loopback: what it tells its line, what it survives, what it leaves behind.

Sound really goes over sockets; the line's clock is the test's own.
"""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import threading
from collections.abc import AsyncIterator, Callable

import psutil
import pytest

from channels.voice.mixer import SILENCE, Frame
from channels.voice.offer import judge
from channels.voice.opus import Encoder
from channels.voice.places import Places
from channels.voice.stream import Hearing
from channels.voice.webrtc import BURST, REPORT, Settings, WebRtc, WebRtcCarrier
from gateway.errors import Draining, Invalid, Overloaded
from tests.support.caller import LOOPBACK, Caller, candidates
from tests.support.voices import frames, joined, likeness, speech


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0)


class Line:
    """What a line is to its carrier: it ticks when the test says so, and keeps what it is told."""

    def __init__(self) -> None:
        self.at = 0
        self.told: list[str] = []
        self.heard: list[Frame | None] = []
        self.carrier: WebRtcCarrier | None = None

    def connected(self) -> None:
        self.told.append("connected")

    def lost(self) -> None:
        self.told.append("lost")

    def closed(self) -> None:
        self.told.append("closed")

    def key(self, key: str) -> None:
        self.told.append(key)

    def tick(self, frame: Frame = SILENCE) -> Frame | None:
        assert self.carrier is not None
        self.at += 20
        taken = self.carrier.take(self.at)
        self.heard.append(taken)
        self.carrier.give(frame)
        return taken


class Calls:
    """A carrier's factory, and callers who are connected to it."""

    def __init__(self, webrtc: WebRtc) -> None:
        self.webrtc = webrtc
        self._callers: list[Caller] = []

    async def half_open(self) -> tuple[Caller, Line, str]:
        """An offer that was answered, and whose caller does nothing yet."""
        caller, line = Caller(), Line()
        self._callers.append(caller)
        answered = await self.webrtc.answer(await caller.offer(), line, clock=lambda: line.at)
        line.carrier = answered.carrier
        return caller, line, answered.sdp

    async def open(self) -> tuple[Caller, Line]:
        caller, line, answer = await self.half_open()
        async with asyncio.timeout(20):
            assert await caller.connect(answer)
        await until(lambda: line.told == ["connected"])
        return caller, line

    async def aclose(self) -> None:
        await self.webrtc.aclose()
        await asyncio.gather(*(caller.aclose() for caller in self._callers))


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    found = Calls(WebRtc(Settings(places=LOOPBACK)))
    yield found
    await found.aclose()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and "webrtc" in repr(task)]
    assert found.webrtc.carriers == 0 and left == []


def packets() -> list[bytes]:
    encoder = Encoder(bitrate=32_000, complexity=1)
    return [encoder.encode(frame) for frame in frames(speech())]


def received(line: Line) -> int:
    assert line.carrier is not None
    return line.carrier.hearing.counts.received


def address(answer: str) -> tuple[str, int]:
    found = candidates(answer)[0]
    return found.address, found.port


async def test_both_hear_each_other(calls: Calls) -> None:
    caller, line = await calls.open()
    offered = await caller.offer()
    said, spoken = packets(), frames(speech())
    for number, payload in enumerate(said):
        caller.say(payload)
        await until(lambda number=number: received(line) == number + 1)  # type: ignore[misc]
        line.tick(spoken[number])
    for _ in range(10):
        line.tick()
    assert likeness(speech(), joined(line.heard))[0] > 0.95
    await until(lambda: len(caller.heard) >= len(spoken))
    there = Hearing(judge(offered), Settings().jitter)
    heard = []
    for number in range(len(spoken) + 10):
        if number < len(spoken):
            there.put(caller.heard[number], number * 20)
        heard.append(there.take(number * 20 + 13))
    assert likeness(speech(), joined(heard))[0] > 0.95


async def test_call_takes_no_thread(calls: Calls) -> None:
    before = threading.active_count()
    for _ in range(3):
        _, line = await calls.open()
        line.tick()
    assert threading.active_count() == before


async def test_key_is_told_once_for_each_press(calls: Calls) -> None:
    caller, line = await calls.open()
    for event in (1, 1, 10, 11):
        caller.press(event)
        line.tick()
    await until(lambda: line.told == ["connected", "1", "1", "*", "#"])


async def test_both_ends_tell_how_they_hear(calls: Calls) -> None:
    caller, line = await calls.open()
    for _ in range(2 * REPORT + 2):
        line.tick()
    await until(lambda: caller.reports >= 2)


async def test_silence_is_a_packet_now_and_then(calls: Calls) -> None:
    caller, line = await calls.open()
    for _ in range(400):
        line.tick(SILENCE)
    assert line.carrier is not None
    await line.carrier.aclose()
    await until(caller.over.is_set)
    assert 15 <= len(caller.heard) <= 21


async def test_far_end_that_hangs_up_closes_the_call_once(calls: Calls) -> None:
    caller, line = await calls.open()
    await caller.aclose()
    await until(lambda: "closed" in line.told)
    assert line.tick(frames(speech())[0]) is None
    assert line.carrier is not None
    await line.carrier.aclose()
    assert line.told == ["connected", "closed"] and calls.webrtc.carriers == 0


async def test_end_of_ours_is_quiet_and_tells_the_far_end(calls: Calls) -> None:
    caller, line = await calls.open()
    assert line.carrier is not None
    await asyncio.gather(line.carrier.aclose(), line.carrier.aclose())
    await until(caller.over.is_set)
    assert line.told == ["connected"] and calls.webrtc.carriers == 0


async def test_far_end_that_falls_silent_is_lost_comes_back_and_is_gone_at_last(calls: Calls) -> None:
    caller, line = await calls.open()
    said = packets()
    while line.at < 2_900:
        line.tick()
    assert line.told == ["connected"]
    while line.at < 4_000:
        line.tick()
    assert line.told == ["connected", "lost"]
    caller.say(said[0])
    await until(lambda: line.told == ["connected", "lost", "connected"])
    while line.at < 33_900:
        line.tick()
    assert line.told == ["connected", "lost", "connected", "lost"]
    while line.at < 34_100:
        line.tick()
    await until(lambda: line.told[-1] == "closed")
    assert line.told.count("closed") == 1


async def test_offer_that_can_t_be_leaves_nothing(calls: Calls) -> None:
    tasks = len(asyncio.all_tasks())
    with pytest.raises(Invalid):
        await calls.webrtc.answer("v=0\r\nm=video 9 RTP/AVP 96\r\n", Line(), clock=lambda: 0)
    assert calls.webrtc.carriers == 0 and len(asyncio.all_tasks()) == tasks


async def test_call_without_a_free_port_is_put_off() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        webrtc = WebRtc(Settings(places=Places(addresses=("127.0.0.1",), ports=(port, port))))
        caller = Caller()
        with pytest.raises(Overloaded):
            await webrtc.answer(await caller.offer(), Line(), clock=lambda: 0)
        assert webrtc.carriers == 0
        await caller.aclose()


async def test_hundred_offers_that_never_connect_end_by_themselves() -> None:
    webrtc = WebRtc(Settings(places=LOOPBACK, connect_within=0.5, half_open=100))
    caller = Caller()
    offer = await caller.offer()
    await caller.aclose()
    tasks, lines, files = len(asyncio.all_tasks()), [Line() for _ in range(100)], psutil.Process().num_fds()
    for line in lines:
        line.carrier = (await webrtc.answer(offer, line, clock=lambda: 0)).carrier
        line.tick()
    await until(lambda: webrtc.carriers == 0)
    await until(lambda: all(line.told == ["closed"] for line in lines))
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert psutil.Process().num_fds() <= files
    await webrtc.aclose()


async def test_too_many_half_open_offers_are_put_off() -> None:
    webrtc = WebRtc(Settings(places=LOOPBACK, half_open=2))
    calls = Calls(webrtc)
    await calls.half_open()
    _, waiting, _ = await calls.half_open()
    with pytest.raises(Overloaded):
        await calls.half_open()
    assert waiting.carrier is not None
    await waiting.carrier.aclose()
    _, line = await calls.open()
    assert line.told == ["connected"]
    await calls.aclose()


async def test_no_call_begins_after_the_end(calls: Calls) -> None:
    await calls.webrtc.aclose()
    with pytest.raises(Draining):
        await calls.half_open()


async def test_call_that_begins_while_all_end_ends_too(calls: Calls) -> None:
    caller = Caller()
    offer = await caller.offer()
    beginning = asyncio.create_task(calls.webrtc.answer(offer, Line(), clock=lambda: 0))
    await asyncio.sleep(0)
    await calls.webrtc.aclose()
    with pytest.raises(Draining):
        await beginning
    assert calls.webrtc.carriers == 0
    await caller.aclose()


async def test_ended_call_is_forgotten() -> None:
    webrtc = WebRtc(Settings(places=LOOPBACK))
    calls = Calls(webrtc)
    _, line = await calls.open()
    await calls.aclose()
    line.carrier = None
    del line
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is WebRtcCarrier]


async def test_junk_at_the_port_breaks_nothing(calls: Calls) -> None:
    caller, line, answer = await calls.half_open()
    dice = random.Random(11)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heads = (0, 1, 3, 20, 22, 23, 63, 64, 100, 128, 144, 191, 192, 255)

    def throw() -> None:
        for _ in range(100):
            stranger.sendto(bytes([dice.choice(heads)]) + dice.randbytes(dice.randint(0, 300)), address(answer))
        stranger.sendto(b"", address(answer))
        request = b"\x00\x01" + b"\x00\x00" + b"\x21\x12\xa4\x42" + dice.randbytes(12)
        stranger.sendto(request, address(answer))

    throw()
    connecting = asyncio.create_task(caller.connect(answer))
    throw()
    async with asyncio.timeout(20):
        assert await connecting
    await until(lambda: line.told == ["connected"])
    line.tick()
    throw()
    caller.say(packets()[0])
    await until(lambda: received(line) == 1)
    assert line.carrier is not None and line.carrier._opened == 1
    stranger.close()


async def test_junk_of_the_caller_s_own_breaks_nothing(calls: Calls) -> None:
    caller, line = await calls.open()
    dice = random.Random(12)
    for _ in range(40):
        for _ in range(5):
            caller.send(bytes([128, dice.choice((111, 126, 5))]) + dice.randbytes(10 + dice.randint(0, 200)))
            kind = dice.choice((200, 201, 202, 203, 204, 205, 206))
            caller.send(
                bytes([128 | dice.randint(0, 31), kind, 0, dice.randint(1, 40)]) + dice.randbytes(60), control=True
            )
        line.tick()
    count = received(line)
    for payload in packets()[:10]:
        line.tick()
        caller.say(payload)
    await until(lambda: received(line) >= count + 10)
    assert "closed" not in line.told


async def test_flood_is_left_closed_until_the_next_frame(calls: Calls) -> None:
    caller, line = await calls.open()
    line.tick()
    for payload in packets()[: BURST + 50]:
        caller.say(payload)
    await until(lambda: line.carrier is not None and line.carrier._opened >= BURST + 50)
    assert received(line) <= BURST
    line.tick()
    caller.say(packets()[0])
    await until(lambda: received(line) == BURST + 1)


async def test_new_offer_is_a_new_carrier(calls: Calls) -> None:
    """A change of network: the old carrier goes when the line has the new one."""
    _, before = await calls.open()
    caller, after = await calls.open()
    assert before.carrier is not None and after.carrier is not None
    await before.carrier.aclose()
    caller.say(packets()[0])
    await until(lambda: received(after) == 1)
    assert before.told == ["connected"] and calls.webrtc.carriers == 1
