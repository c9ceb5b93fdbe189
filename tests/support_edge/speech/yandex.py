"""SpeechKit's streaming recognition (gRPC) and synthesis (REST), strictly ("Streaming speech recognition", "Detecting the end of
utterance", "Quotas and limits"; "Synthesizer.UtteranceSynthesis", "API authentication")."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from aiohttp import web

from speech.speechkit import METHOD, made
from tests.support_edge.speech.service import KEY, Service, is_loud, serving, tone

LANGUAGES = ("ru-RU", "en-US", "de-DE", "auto")
VOICES = ("alena", "filipp", "marina", "john", "lea")
LONGEST_SOUND = 5 * 60 * 32_000
PARTIAL_BYTES = 16_000
STATUS = {
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    403: grpc.StatusCode.PERMISSION_DENIED,
}


class YandexDouble(Service):
    """``idle``: seconds without a message until a session ends; ``stt``: where recognition is; ``late``: normalized text comes after the
    end of an utterance."""

    idle = 5.0
    late = False
    stt = ""
    sessions: int = 0

    # Recognition.

    async def recognize(self, messages: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        self.asked += 1
        rights = dict(context.invocation_metadata())
        if rights.get("authorization") != f"Api-Key {KEY}":
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "said: secret words")
        if self.status:
            await context.abort(STATUS[self.status], "said: secret words")
        options = await self._next(messages, context)
        if options is None or options.WhichOneof("Event") != "session_options":
            await self._refuse(context, "the first message is not session_options")
        if problem := _judged(options.session_options):
            await self._refuse(context, problem)
        self.sessions += 1
        yield made["StreamingResponse"](status_code=made["StatusCode"](code_type=1))
        async for answer in self._session(messages, context):
            yield answer

    async def _session(self, messages: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        sound, told, silences, ended = bytearray(), 0, [], False
        while (message := await self._next(messages, context)) is not None:
            kind = message.WhichOneof("Event")
            if kind == "chunk":
                if not message.chunk.data or len(message.chunk.data) % 2:
                    await self._refuse(context, "a chunk is no sound")
                sound += message.chunk.data
                if self.breaks:
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "gone")
                if len(sound) > LONGEST_SOUND:
                    await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "audio is too long")
                if len(sound) - told >= PARTIAL_BYTES and not self.hangs:
                    told = len(sound)
                    words = self.says[0].lower().split() if self.says and is_loud(bytes(sound)) else []
                    yield _answer(partial=_update(words[: len(words) // 2 + 1]))
            elif kind == "silence_chunk":
                silences.append((len(sound) // 32, message.silence_chunk.duration_ms))
                self.alive.set()
            elif kind == "eou":
                ended = True
                if self.hangs:
                    await self.hang()
                for answer in self._final(bytes(sound), silences):
                    yield answer
            else:
                await self._refuse(context, f"{kind} in a session")
        if not ended:
            self.gone.set()
        yield _answer(status_code=made["StatusCode"](code_type=3))

    def _final(self, sound: bytes, silences: list[tuple[int, int]]) -> list[Any]:
        text = self.understood(sound)
        words, length = text.lower().split(), len(sound) // 32
        times = [_within(index * length // max(1, len(words)), silences) for index in range(len(words) + 1)]
        final = _answer(final=_update(words, times))
        final.audio_cursors.final_index = 0
        polished = made["FinalRefinement"](final_index=0, normalized_text=_update(text.split(), times))
        ended = _answer(eou_update=made["EouUpdate"](time_ms=length))
        refined = _answer(final_refinement=polished)
        return [final, ended, refined] if self.late else [final, refined, ended]

    async def _next(self, messages: AsyncIterator[Any], context: Any) -> Any:
        try:
            async with asyncio.timeout(self.idle):
                return await anext(messages, None)
        except TimeoutError:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no message in time")

    async def _refuse(self, context: Any, problem: str) -> None:
        self.problems.append(problem)
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, problem)

    # Synthesis.

    async def synthesize(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.headers.get("Authorization") != f"Api-Key {KEY}":
            return web.json_response({"error": {"grpcCode": 16, "httpCode": 401}}, status=401)
        if self.status:
            return web.json_response({"error": {"message": "said: secret words"}}, status=self.status)
        if request.content_type != "application/json":
            return self._wrong("wrong content type")
        body = await request.json()
        if problem := _judged_text(body):
            return self._wrong(problem)
        hints = {name: value for hint in body["hints"] for name, value in hint.items()}
        sound = tone(body["text"], rate=16_000, speed=float(hints.get("speed", "1")))
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            for at in range(0, len(sound), 7_000):
                chunk = base64.b64encode(sound[at : at + 7_000]).decode()
                line = (
                    json.dumps({"result": {"audioChunk": {"data": chunk}, "startMs": "0", "lengthMs": "1"}}).encode()
                    + b"\n"
                )
                await response.write(line[:100])
                await response.write(line[100:])
                if self.breaks:
                    assert request.transport is not None
                    request.transport.close()
                if self.hangs:
                    await self.hang()
            await response.write_eof()
        except ConnectionError:
            self.gone.set()
        return response

    def _wrong(self, problem: str) -> web.Response:
        self.problems.append(problem)
        return web.json_response({"error": {"message": problem, "httpCode": 400}}, status=400)


def _judged(options: Any) -> str:
    model = options.recognition_model
    raw = model.audio_format.raw_audio
    if (raw.audio_encoding, raw.sample_rate_hertz, raw.audio_channel_count) != (1, 16_000, 1):
        return "no sound of ours"
    if model.model not in ("general", "general:rc", "general:deprecated"):
        return "no such model"
    if (
        list(model.language_restriction.language_code)[:1]
        and model.language_restriction.language_code[0] not in LANGUAGES
    ):
        return "no such language"
    return "" if options.eou_classifier.HasField("external_classifier") else "eou is for an external classifier"


def _judged_text(body: dict[str, Any]) -> str:
    if not body.keys() <= {
        "model",
        "text",
        "textTemplate",
        "hints",
        "outputAudioSpec",
        "loudnessNormalizationType",
        "unsafeMode",
    }:
        return "unknown field"
    if not body.get("text") or len(body["text"]) > (5_000 if body.get("unsafeMode") else 250):
        return "text is too long"
    if any(len(hint) != 1 for hint in body["hints"]):
        return "a hint is one thing"
    for hint in body["hints"]:
        if not hint.keys() <= {"voice", "speed", "volume", "role", "pitchShift", "duration"}:
            return "unknown hint"
        if hint.get("voice", VOICES[0]) not in VOICES:
            return "no such voice"
    raw = body["outputAudioSpec"]["rawAudio"]
    return "" if raw == {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": "16000"} else "no sound of ours"


def _within(milliseconds: int, silences: list[tuple[int, int]]) -> int:
    """An instant of the sound, by the session's own time."""
    return milliseconds + sum(length for at, length in silences if at <= milliseconds)


def _update(words: list[str], times: list[int] | None = None) -> Any:
    if not words:
        return made["AlternativeUpdate"]()
    told = [
        made["Word"](text=word, start_time_ms=times[index], end_time_ms=times[index + 1])
        for index, word in enumerate(words)
        if times is not None
    ]
    return made["AlternativeUpdate"](alternatives=[made["Alternative"](text=" ".join(words), words=told)])


def _answer(**event: Any) -> Any:
    return made["StreamingResponse"](**event)


@asynccontextmanager
async def yandex_double() -> AsyncIterator[YandexDouble]:
    double = YandexDouble()
    app = web.Application()
    app.router.add_post("/tts/v3/utteranceSynthesis", double.synthesize)
    service, _, method = METHOD.lstrip("/").partition("/")
    handler = grpc.stream_stream_rpc_method_handler(
        double.recognize,
        request_deserializer=made["StreamingRequest"].FromString,
        response_serializer=made["StreamingResponse"].SerializeToString,
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    double.stt = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        async with serving(app) as address:
            double.url = address
            yield double
    finally:
        await server.stop(grace=None)
