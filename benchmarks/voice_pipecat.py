"""The pipecat side of ``benchmarks.voice``: so many calls in one process, each a pipeline as its documentation builds it (voice activity by
Silero in the user's aggregator, turns, a recognizer, a bot, a synthesizer), with engines that take no time and no network at all.

It runs in pipecat's own environment and imports nothing of Switchboard. ``voice_pipecat.py CALLS SECONDS TURNS SOUND``; ``TURNS``: ``timeout`` ends a
turn 300 ms after voice, ``model`` by its default model; ``SOUND``: raw 16 kHz mono of a question that is loud from its begin to its end. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

RATE, FRAME = 16_000, 320
PERIOD = 5.0
"""Seconds from one question of a caller's to the next."""
ANSWER = "Internet is nine hundred roubles a month, without any limit, and the first month is free of charge for new customers."
TONE = (6_000 * np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE)).astype("<i2").tobytes()
VAD_STOP, MORE = 0.2, 0.1
"""Seconds of silence that voice activity waits for, and the turn after it: 300 ms together."""


class Hears(FrameProcessor):  # type: ignore[misc]
    """A recognizer that knows what was said as soon as voice is over."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            await self.push_frame(InterimTranscriptionFrame("how much is internet", "caller", ""))
            await self.push_frame(TranscriptionFrame("how much is internet per month", "caller", "", finalized=True))


class Answers(FrameProcessor):  # type: ignore[misc]
    """A bot that answers at once."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(LLMTextFrame(ANSWER))
            await self.push_frame(LLMFullResponseEndFrame())
        else:
            await self.push_frame(frame, direction)


class Speaks(TTSService):  # type: ignore[misc]
    """A synthesizer whose sound is there at once, 50 ms a character."""

    def __init__(self) -> None:
        settings = TTSSettings(model=None, voice=None, language=None)
        super().__init__(sample_rate=RATE, push_start_frame=True, push_stop_frames=True, settings=settings)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        size = len(text) * RATE * 2 // 20
        yield TTSAudioRawFrame((TONE * (size // len(TONE) + 1))[:size], RATE, 1, context_id=context_id)


class Ear(BaseInputTransport):  # type: ignore[misc]
    """The caller's sound comes by ``hear``."""

    ready = False

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self.ready = True

    async def hear(self, sound: bytes) -> None:
        await self.push_audio_frame(InputAudioRawFrame(sound, RATE, 1))


class Mouth(BaseOutputTransport):  # type: ignore[misc]
    """Notes when something sounds, and takes as long as it lasts."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self.loud: list[int] = []
        self._next = 0.0

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if np.abs(np.frombuffer(frame.audio, dtype="<i2")).max(initial=0) > 330:
            self.loud.append(time.monotonic_ns())
        now = time.monotonic()
        self._next = max(self._next, now) + len(frame.audio) / 2 / RATE
        await asyncio.sleep(max(0.0, self._next - len(frame.audio) / 2 / RATE - now))
        return True


class Call:
    def __init__(self, turns: str) -> None:
        params = TransportParams(
            audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE, audio_out_sample_rate=RATE,
            audio_out_10ms_chunks=2,
        )  # fmt: skip
        self.ear, self.mouth = Ear(params), Mouth(params)
        vad = SileroVADAnalyzer(params=VADParams(stop_secs=VAD_STOP))
        strategies = None
        if turns == "timeout":
            strategies = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=MORE)])
        user = LLMUserAggregatorParams(vad_analyzer=vad, user_turn_strategies=strategies)
        pair = LLMContextAggregatorPair(LLMContext(), user_params=user)
        line = [self.ear, Hears(), pair.user(), Answers(), Speaks(), self.mouth, pair.assistant()]
        rates = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
        self.worker = PipelineWorker(Pipeline(line), params=rates, idle_timeout_secs=None, enable_rtvi=False)
        self.over: list[int] = []


async def talk(call: Call, sound: list[bytes], begin: float, until: float) -> None:
    """Asks again and again; the sound of each 20 ms leaves when it is over."""
    due, number = begin, 0
    length = round(PERIOD * 50)
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        at = number % length
        await call.ear.hear(sound[at] if at < len(sound) else bytes(2 * FRAME))
        if at == len(sound) - 1:
            call.over.append(time.monotonic_ns())
        due, number = due + 0.02, number + 1


async def main(calls: int, seconds: float, turns: str, sound: list[bytes]) -> None:
    process = psutil.Process()
    runner = WorkerRunner(handle_sigint=False)
    running = asyncio.create_task(runner.run(auto_end=False))  # noqa: RUF006, F841 - held while it runs
    made = []
    for number in range(calls):
        made.append(Call(turns))
        await runner.add_workers(made[-1].worker)
        while not made[-1].ear.ready:
            await asyncio.sleep(0.01)
        if not number:
            first = process.memory_info().rss
    begun = time.monotonic()
    until = begun + PERIOD + seconds
    talks = [asyncio.create_task(talk(one, sound, begun + n * PERIOD / calls, until)) for n, one in enumerate(made)]
    await asyncio.sleep(PERIOD)
    cpu, since = sum(process.cpu_times()[:2]), time.monotonic()
    await asyncio.gather(*talks)
    spent = (sum(process.cpu_times()[:2]) - cpu) / (time.monotonic() - since)
    waited: list[float] = []
    for call in made:
        for over in call.over[1:]:
            first_sound = min((one for one in call.mouth.loud if one > over), default=0)
            if 0 < first_sound - over < PERIOD * 1e9:
                waited.append((first_sound - over) / 1e6)
    told: dict[str, Any] = {
        "core_pct": 100 * spent / calls,
        "rss_mib": process.memory_info().rss / 2**20,
        "waited_ms": waited,
    }
    if calls > 1:
        told["mib_per_call"] = (process.memory_info().rss - first) / 2**20 / (calls - 1)
    print(json.dumps(told), flush=True)
    os._exit(0)  # its tasks and threads take their time to end


if __name__ == "__main__":
    logger.remove()
    raw = Path(sys.argv[4]).read_bytes()
    frames = [raw[at : at + 2 * FRAME] for at in range(0, len(raw) - 2 * FRAME + 1, 2 * FRAME)]
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], frames))
