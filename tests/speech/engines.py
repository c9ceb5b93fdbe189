"""Every speech engine that can run here, for suites that hold for all of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from gateway.ports import Hints, Recognizer, Synthesizer
from speech.deepgram import Deepgram
from speech.espeak import Espeak
from speech.frames import FRAME_BYTES
from speech.openai import OpenAI
from speech.piper import piper
from speech.pool import Pool
from speech.sphinx import sphinx
from speech.vosk import vosk
from speech.whisper import whisper
from speech.yandex import Yandex
from tests.speech.onnx import write_voice
from tests.support.voices import frames, speech
from tests.support_edge.speech.deepgram import deepgram_double
from tests.support_edge.speech.openai import openai_double
from tests.support_edge.speech.service import KEY, Service
from tests.support_edge.speech.yandex import yandex_double

RECOGNIZERS = ("pocketsphinx", "vosk", "whisper", "openai", "deepgram", "yandex")
SYNTHESIZERS = ("espeak-ng", "piper", "openai", "yandex")
FIRST, SECOND = "my connection is dead", "when is the next charge"
SILENCE = bytes(FRAME_BYTES)


def spoken(text: str) -> list[bytes]:
    """Somebody says it, with a little silence around."""
    return [*[SILENCE] * 10, *(frame.tobytes() for frame in frames(speech(text))), *[SILENCE] * 10]


@dataclass
class Ears:
    """``service``: the double behind it. ``exact``: it understands what was said, word by word."""

    engine: Recognizer
    service: Service | None = None
    exact: bool = True
    hints: Hints = field(default_factory=lambda: Hints(version="1", phrases=(FIRST, SECOND)))

    def hear(self, *texts: str) -> None:
        """What the next utterances are."""
        if self.service is not None:
            self.service.says += texts


def _beside(pool: Pool) -> Pool:
    """The same, with the doubles of packages in its processes."""
    doubles = Path(__file__).parent / "doubles"
    path = os.pathsep.join([str(doubles), os.environ.get("PYTHONPATH", "")])
    return Pool(replace(pool._plan, environment={**pool._plan.environment, "PYTHONPATH": path}))


@asynccontextmanager
async def ears(name: str, folder: Path) -> AsyncIterator[Ears]:
    async with AsyncExitStack() as stack:
        made = await _ears(name, folder, stack)
        try:
            yield made
        finally:
            await made.engine.aclose()


async def _ears(name: str, folder: Path, stack: AsyncExitStack) -> Ears:
    if name == "pocketsphinx":
        return Ears(sphinx(processes=1))
    if name == "vosk":
        model = folder / "vosk" / "vosk-model-small-en-us-0.15" / "am"
        model.mkdir(parents=True)
        (model / "final.mdl").touch()
        return Ears(_beside(vosk(folder, processes=1)), exact=False)
    if name == "whisper":
        (folder / "whisper" / "whisper-tiny").mkdir(parents=True)
        (folder / "whisper" / "whisper-tiny" / "model.bin").touch()
        return Ears(_beside(whisper(folder)), exact=False)
    if name == "openai":
        openai = await stack.enter_async_context(openai_double())
        return Ears(OpenAI(url=openai.url, key=KEY, model="whisper-1"), openai)
    if name == "deepgram":
        deepgram = await stack.enter_async_context(deepgram_double())
        return Ears(Deepgram(url=deepgram.url, key=KEY, alive=0.02, settle=0.2), deepgram)
    yandex = await stack.enter_async_context(yandex_double())
    return Ears(Yandex(key=KEY, stt=yandex.stt, tts=yandex.url, plain=True, alive=0.02), yandex)


@dataclass
class Mouth:
    engine: Synthesizer
    service: Service | None = None
    voice: str = ""


@asynccontextmanager
async def mouth(name: str, folder: Path) -> AsyncIterator[Mouth]:
    async with AsyncExitStack() as stack:
        made = await _mouth(name, folder, stack)
        try:
            yield made
        finally:
            await made.engine.aclose()


async def _mouth(name: str, folder: Path, stack: AsyncExitStack) -> Mouth:
    if name == "espeak-ng":
        return Mouth(Espeak())
    if name == "piper":
        write_voice(folder)
        return Mouth(piper(folder), voice="en_US-toy-medium")
    if name == "openai":
        openai = await stack.enter_async_context(openai_double())
        return Mouth(OpenAI(url=openai.url, key=KEY, voice_model="tts-1"), openai, voice="nova")
    yandex = await stack.enter_async_context(yandex_double())
    return Mouth(Yandex(key=KEY, stt=yandex.stt, tts=yandex.url, plain=True), yandex, voice="filipp")
