"""A real Chromium in a call: its microphone is a file of speech, what it hears is recorded. Over loopback alone.

Both hear what the other says, also over a network that loses and delays; keys arrive; a browser that hangs up ends the call.
What is compared is what was said (``likeness``), next to other words of the same voice; nothing is timed.
"""

from __future__ import annotations

import asyncio
import base64
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, async_playwright

from channels.voice.mixer import SILENCE, Frame
from channels.voice.places import Places
from channels.voice.ticker import PERIOD_MS, Seat, Ticker
from channels.voice.webrtc import Settings, WebRtc, WebRtcCarrier
from tests.flows.browser import ARGUMENTS, find_chromium
from tests.support.caller import candidates
from tests.support.rough import Relay, Roughness
from tests.support.voices import Sound, frames, joined, likeness, speech

CALLER = "I would like to change the address of my order, number four two seven."
BOT = "Good afternoon. Of course I can. Which address shall we send it to?"
OTHER = "Yesterday twelve brown horses ran along the river under an old bridge."
SECONDS = 60
"""So long a step may take on a busy machine."""
STRETCHES = 6
PAGE = """<!doctype html><title>A call</title><script>
let call, keys, samples = [];
async function offer() {
  const sound = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: sound });
  call = new RTCPeerConnection();
  keys = call.addTrack(microphone.getAudioTracks()[0], microphone);
  call.ontrack = ({ streams }) => listen(streams[0]);
  await call.setLocalDescription(await call.createOffer());
  while (call.iceGatheringState !== "complete")
    await new Promise((done) => (call.onicegatheringstatechange = done));
  return call.localDescription.sdp;
}
function listen(stream) {
  const player = new Audio();
  player.muted = true;
  player.srcObject = stream;
  player.play();
  const context = new AudioContext({ sampleRate: 16000 });
  const recorder = context.createScriptProcessor(4096, 1, 1);
  recorder.onaudioprocess = ({ inputBuffer }) => samples.push(inputBuffer.getChannelData(0).slice());
  context.createMediaStreamSource(stream).connect(recorder);
  recorder.connect(context.destination);
}
const heard = () => samples.length * 4096;
function recorded() {
  const whole = new Int16Array(samples.flatMap((piece) => [...piece].map((one) => Math.round(one * 32767))));
  return btoa(Array.from(new Uint8Array(whole.buffer), (byte) => String.fromCharCode(byte)).join(""));
}
</script>"""


class Answering:
    """Our side of the call: it says its words over and over and keeps what it hears."""

    def __init__(self, webrtc: WebRtc, ticker: Ticker) -> None:
        self._webrtc, self._ticker = webrtc, ticker
        self._words = [*frames(speech(BOT)), *[SILENCE] * 25]
        self.told: list[str] = []
        self.heard: list[Frame | None] = []
        self.carrier: WebRtcCarrier
        self._seat: Seat | None = None
        self._stirred = asyncio.Event()
        self.relays: list[Relay] = []

    def connected(self) -> None:
        self.key("connected")

    def lost(self) -> None:
        self.key("lost")

    def closed(self) -> None:
        self.key("closed")

    def key(self, key: str) -> None:
        self.told.append(key)
        self._stirred.set()

    async def answer(self, sdp: str) -> str:
        answered = await self._webrtc.answer(sdp, self, clock=lambda: self._seat.at if self._seat else 0)
        self.carrier = answered.carrier
        self._seat = self._ticker.join("call", self._step)
        return answered.sdp

    def leave(self) -> None:
        if self._seat is not None:
            self._ticker.leave(self._seat)
        for relay in self.relays:
            relay.close()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._stirred.clear()
                await self._stirred.wait()

    def _step(self, at: int) -> None:
        self.heard.append(self.carrier.take(at))
        self.carrier.give(self._words[at // PERIOD_MS % len(self._words)])
        self._stirred.set()


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """Chromium, whose microphone says the caller's words over and over."""
    microphone = tmp_path / "microphone.wav"
    with wave.open(str(microphone), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.concatenate([speech(CALLER), np.zeros(8_000, dtype=np.int16)]).tobytes())
    told = [
        *ARGUMENTS, "--allow-loopback-in-peer-connection", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(whole=True), args=told)
        page = await browser.new_page()
        await page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        await page.goto("http://localhost/")
        yield page
        await browser.close()


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    webrtc, ticker = WebRtc(Settings(places=Places(addresses=("127.0.0.1",)))), Ticker()
    ticking = asyncio.create_task(ticker.run())
    found = Answering(webrtc, ticker)
    yield found
    found.leave()
    await webrtc.aclose()
    ticking.cancel()
    await asyncio.wait([ticking])


async def called(page: Page, answering: Answering) -> None:
    """They are connected, directly."""
    answer = await answering.answer(await page.evaluate("offer()"))
    await page.evaluate("(sdp) => call.setRemoteDescription({ type: 'answer', sdp })", answer)
    await answering.until(lambda: "connected" in answering.told)


async def called_over(page: Page, answering: Answering) -> Relay:
    """They are connected, by a relay alone: neither is told of another way."""
    offer: str = await page.evaluate("offer()")
    answer = await answering.answer("".join(line for line in offer.splitlines(True) if "a=candidate" not in line))
    own = candidates(answer)[0]
    relay = await Relay((own.address, own.port)).start()
    answering.relays.append(relay)
    answer = answer.replace(f" {own.port} typ", f" {relay.port} typ").replace(
        f"m=audio {own.port} ", f"m=audio {relay.port} "
    )
    await page.evaluate("(sdp) => call.setRemoteDescription({ type: 'answer', sdp })", answer)
    await answering.until(lambda: "connected" in answering.told)
    return relay


async def listened(page: Page, answering: Answering, *, seconds: int) -> tuple[Sound, Sound]:
    """What each of them has heard from now on, of so many seconds that it took in."""
    begun, there = len(answering.heard), await page.evaluate("heard()")
    await answering.until(lambda: sum(frame is not None for frame in answering.heard[begun:]) >= seconds * 50)
    await page.wait_for_function("(much) => heard() >= much", arg=there + seconds * 16_000, timeout=SECONDS * 1_000)
    recorded = np.frombuffer(base64.b64decode(await page.evaluate("recorded()")), dtype=np.int16)
    return joined(answering.heard[begun:]), recorded[there:]


def alike(said: str, heard: Sound) -> float:
    return likeness(speech(said), heard)[0]


def understood(said: str, heard: Sound) -> float:
    """By how much what was heard is more like what was said than like other words."""
    return alike(said, heard) - alike(OTHER, heard)


async def both_hear(page: Page, answering: Answering, measure: Callable[[str, Sound], float], *, least: float) -> bool:
    """Whether each comes to hear the other so well. They talk on until they do, for some stretches: a machine that is busy with
    other things makes gaps of its own."""
    best_here = best_there = 0.0
    for _ in range(STRETCHES):
        here, there = await listened(page, answering, seconds=11)
        best_here, best_there = max(best_here, measure(CALLER, here)), max(best_there, measure(BOT, there))
        if best_here > least and best_there > least:
            return True
    print(f"at best {best_here:.2f} and {best_there:.2f}")
    return False


async def test_browser_and_we_hear_each_other(page: Page, answering: Answering) -> None:
    await called(page, answering)
    assert await both_hear(page, answering, alike, least=0.85)


@pytest.mark.parametrize(
    ("rough", "least"),
    [
        pytest.param(Roughness(loss=0.03), 0.2, id="3 % lost"),
        pytest.param(Roughness(loss=0.10, spread=200, twice=0.05), 0.2, id="10 % lost, 200 ms of jitter, repeated"),
    ],
)
async def test_rough_network_leaves_speech_that_can_be_understood(
    page: Page, answering: Answering, rough: Roughness, least: float
) -> None:
    relay = await called_over(page, answering)
    relay.make_rough(rough)
    assert await both_hear(page, answering, understood, least=least)
    counts = answering.carrier.hearing.counts
    assert relay.lost > 0 and counts.played > 0.5 * (counts.played + counts.concealed)


async def test_browser_whose_network_is_gone_is_lost_and_comes_back(page: Page, answering: Answering) -> None:
    relay = await called_over(page, answering)
    relay.make_rough(Roughness(loss=1.0))
    await answering.until(lambda: "lost" in answering.told)
    relay.make_rough(Roughness())
    await answering.until(lambda: answering.told == ["connected", "lost", "connected"])


async def test_keys_of_a_browser_are_told_once(page: Page, answering: Answering) -> None:
    await called(page, answering)
    await page.wait_for_function("() => keys.dtmf.canInsertDTMF")
    await page.evaluate("() => keys.dtmf.insertDTMF('1190*#', 100, 70)")
    await answering.until(lambda: "#" in answering.told)
    assert answering.told == ["connected", *"1190*#"]


async def test_browser_that_hangs_up_ends_the_call(page: Page, answering: Answering) -> None:
    await called(page, answering)
    await page.evaluate("() => call.close()")
    await answering.until(lambda: "closed" in answering.told)
    assert answering.told == ["connected", "closed"]


async def test_browser_is_told_when_we_hang_up(page: Page, answering: Answering) -> None:
    await called(page, answering)
    await answering.carrier.aclose()
    await page.wait_for_function("() => ['closed', 'failed', 'disconnected'].includes(call.connectionState)")
    assert answering.told == ["connected"]
