"""Whoever calls: a Chromium whose microphone is a file, and a demo whose sound stays on loopback."""

from __future__ import annotations

import asyncio
import base64
import wave
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from channels.voice.hearing import Recognition
from channels.voice.messages import transcribe
from channels.voice.mixer import FRAME
from channels.voice.music import RING_HERTZ
from gateway.ports import Hints
from speech.sphinx import sphinx
from speech.wav import wav
from tests.flows.browser import ARGUMENTS, DEADLINE, Stage, find_chromium
from tests.flows.server import DemoServer, copy_of
from tests.support.voices import Sound, speech

RATE = 16_000
LOOPBACK = {"SWITCHBOARD_CALL_ADDRESSES": "127.0.0.1"}
"""For a server whose calls stay on this machine."""


@pytest.fixture
def demo(trained: Path, tmp_path: Path) -> Iterator[DemoServer]:
    """One whose calls stay on this machine."""
    server = DemoServer(copy_of(trained, tmp_path / "data"), LOOPBACK)
    server.start()
    yield server
    server.stop()


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def spoken(*parts: str | float, voice: str = "ru") -> Sound:
    """Sentences, and seconds of silence between them."""
    return np.concatenate([speech(part, voice) if isinstance(part, str) else silence(part) for part in parts])


@contextmanager
def speaking(playwright: Playwright, folder: Path, sound: Sequence[int] | Sound) -> Iterator[Browser]:
    """A Chromium into whose microphone ``sound`` is said, over and over, from when it is first asked for."""
    microphone = folder / "microphone.wav"
    with wave.open(str(microphone), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.asarray(sound, dtype=np.int16).tobytes())
    expect.set_options(timeout=DEADLINE)
    browser = playwright.chromium.launch(
        executable_path=find_chromium(whole=True),
        args=[
            *ARGUMENTS, "--allow-loopback-in-peer-connection", "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}",
            "--autoplay-policy=no-user-gesture-required",
        ],
    )  # fmt: skip
    try:
        yield browser
    finally:
        browser.close()


_KEEP_CONNECTIONS = """
window.calls = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...told) {
    super(...told);
    calls.push(this);
    this.addEventListener("track", ({ track }) => listen(new MediaStream([track])));
  }
};
window.pieces = [];
window.listen = (stream) => {
  const player = new Audio();
  player.muted = true;
  player.srcObject = stream;
  player.play();
  const context = new AudioContext({ sampleRate: 16000 });
  const recorder = context.createScriptProcessor(4096, 1, 1);
  recorder.onaudioprocess = ({ inputBuffer }) => pieces.push(inputBuffer.getChannelData(0).slice());
  context.createMediaStreamSource(stream).connect(recorder);
  recorder.connect(context.destination);
};
window.recorded = () => {
  const whole = new Int16Array(pieces.flatMap((piece) => [...piece].map((one) => Math.round(one * 32767))));
  return btoa(Array.from(new Uint8Array(whole.buffer), (byte) => String.fromCharCode(byte)).join(""));
};
window.energy = async () => {
  let sum = 0;
  for (const call of calls)
    for (const one of (await call.getStats()).values())
      if (one.type === "inbound-rtp") sum += one.totalAudioEnergy ?? 0;
  return sum;
};
"""


def keep_ears_open(stage: Stage) -> None:
    """What comes to the pages of this stage can be measured, and is recorded: before they are opened."""
    stage.before(_KEEP_CONNECTIONS)


def hears_sound(page: Page) -> None:
    """More than silence comes to a page from now on."""
    page.evaluate("async () => { window.before = await energy(); }")
    page.wait_for_function("async () => (await energy()) > before + 0.0005", timeout=DEADLINE)


def heard_by(page: Page) -> Sound:
    """All that has sounded in a page's calls, but that it rang."""
    sound = np.frombuffer(base64.b64decode(page.evaluate("recorded()")), dtype=np.int16)
    frames = sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME))) ** 2
    ring = round(RING_HERTZ * FRAME / RATE)
    rings = power[:, ring - 2 : ring + 3].sum(axis=1) > 0.95 * power.sum(axis=1)
    return np.where(rings[:, None], 0, frames).astype(np.int16).ravel()


def forget_heard(page: Page) -> None:
    """What has sounded in it so far counts no more."""
    page.evaluate("pieces.length = 0")


def hears_words(page: Page, words: str, others: Sequence[str], *, again: Callable[[], None] = lambda: None) -> None:
    """The words are recognized in what sounds in a page's calls, and none of the ``others`` for them. ``again``: says them once more; on
    a busy machine sound stutters."""
    heard = ""
    for number in range(1, 25):
        heard = understood(heard_by(page), (words, *others))
        if words in heard:
            return
        page.wait_for_timeout(500)
        if number % 6 == 0:
            again()
    raise AssertionError(f"{words!r} isn't in what was heard: {heard!r}")


def understood(sound: Sound, phrases: Sequence[str]) -> str:
    """What our start recognizer makes of it, of these phrases, in Russian."""

    if not sound.size:
        return ""

    async def listen() -> str:
        engine = sphinx(processes=1)
        try:
            recognition = Recognition(
                recognizer=engine, locale="ru", hints=Hints(version="heard", phrases=tuple(phrases))
            )
            return (await transcribe(wav(sound.tobytes()), recognition)).text
        finally:
            await engine.aclose()

    with ThreadPoolExecutor(1) as beside:  # this thread's loop is Playwright's
        return beside.submit(lambda: asyncio.run(listen())).result()
