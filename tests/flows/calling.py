"""Whoever calls: a Chromium whose microphone is a file, and a demo whose sound stays on loopback."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.flows.browser import ARGUMENTS, DEADLINE, Stage, find_chromium
from tests.support.voices import Sound, speech

RATE = 16_000
LOOPBACK = {"SWITCHBOARD_CALL_ADDRESSES": "127.0.0.1"}
"""For a server whose calls stay on this machine."""


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
  constructor(...told) { super(...told); calls.push(this); }
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
    """What comes to the pages of this stage can be measured: before they are opened."""
    stage.before(_KEEP_CONNECTIONS)


def hears_sound(page: Page) -> None:
    """More than silence comes to a page from now on."""
    page.evaluate("async () => { window.before = await energy(); }")
    page.wait_for_function("async () => (await energy()) > before + 0.0005", timeout=DEADLINE)
