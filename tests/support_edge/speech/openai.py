"""A server that speaks OpenAI's audio API, strictly (API reference: "Create transcription", "Create speech")."""

from __future__ import annotations

import io
import math
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.support_edge.speech.service import KEY, Service, serving, tone

HEARS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe")
SPEAKS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
VOICES = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")
LANGUAGES = ("en", "ru", "de", "fr")
FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
FIELDS = (
    "file", "model", "language", "prompt", "response_format", "temperature", "include[]", "timestamp_granularities[]", "stream",
)  # fmt: skip


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status


class OpenAIDouble(Service):
    """``prompts``: what models were told before, by utterance; ``spoken``: the texts. Its raw sound is always at 24 kHz."""

    prompts: list[str]
    spoken: list[str]
    content_type = "audio/pcm"
    answer: bytes | None = None
    """What it answers in place of a transcription."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        try:
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                raise Refused(401, "invalid_api_key")
            if self.status:
                raise Refused(self.status, "insufficient_quota" if self.status == 429 else "server_error")
            if request.path.endswith("/transcriptions"):
                return await self._transcribe(request)
            return await self._speak(request)
        except Refused as refused:
            self.problems.append(str(refused))
            error = {
                "message": "said: secret words",
                "type": "invalid_request_error",
                "code": str(refused),
                "param": None,
            }
            return web.json_response({"error": error}, status=refused.status)

    async def _transcribe(self, request: web.Request) -> web.Response:
        if request.content_type != "multipart/form-data":
            raise Refused(400, "wrong_content_type")
        fields = await request.post()
        if unknown := set(fields) - set(FIELDS):
            raise Refused(400, f"unknown_parameter_{sorted(unknown)[0]}")
        model, wanted = str(fields.get("model", "")), str(fields.get("response_format", "json"))
        if model not in HEARS:
            raise Refused(404, "model_not_found")
        if wanted not in FORMATS or (model.startswith("gpt-") and wanted != "json"):
            raise Refused(400, "unsupported_format")
        if "include[]" in fields and (not model.startswith("gpt-") or fields["include[]"] != "logprobs"):
            raise Refused(400, "unsupported_include")
        details = fields.getall("timestamp_granularities[]", [])
        if details and (wanted != "verbose_json" or not set(details) <= {"word", "segment"}):
            raise Refused(400, "unsupported_granularities")
        if fields.get("language", "en") not in LANGUAGES:
            raise Refused(400, "unsupported_language")
        sound = _sound_of(fields.get("file"))
        if self.hangs:
            await self.hang()
        if self.breaks:
            assert request.transport is not None
            request.transport.close()
        self.prompts.append(str(fields.get("prompt", "")))
        if self.answer is not None:
            return web.Response(body=self.answer, content_type="application/json")
        return web.json_response(_transcription(self.understood(sound), len(sound) / 32_000, model, wanted, details))

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise Refused(400, "wrong_content_type")
        body = await request.json()
        if not body.keys() <= {"model", "input", "voice", "instructions", "response_format", "speed", "stream_format"}:
            raise Refused(400, "unknown_parameter")
        if body["model"] not in SPEAKS:
            raise Refused(404, "model_not_found")
        if body["voice"] not in VOICES:
            raise Refused(400, "unknown_voice")
        if not 0 < len(body["input"]) <= 4096 or not 0.25 <= body.get("speed", 1.0) <= 4.0:
            raise Refused(400, "invalid_value")
        if body.get("response_format", "mp3") != "pcm":
            raise Refused(400, "this_double_makes_pcm_alone")
        self.spoken.append(body["input"])
        response = web.StreamResponse(headers={"Content-Type": self.content_type})
        await response.prepare(request)
        sound = tone(body["input"], rate=24_000, speed=body.get("speed", 1.0))
        try:
            for at in range(0, len(sound), 1_001):  # odd: samples break
                await response.write(sound[at : at + 1_001])
                if self.breaks and at > 4_000:
                    assert request.transport is not None
                    request.transport.close()
                if self.hangs and at > 4_000:
                    await self.hang()
            await response.write_eof()
        except ConnectionError:
            self.gone.set()
        return response


def _sound_of(file: Any) -> bytes:
    if not isinstance(file, web.FileField) or not file.filename.endswith(".wav"):
        raise Refused(400, "invalid_file")
    try:
        with file.file, wave.open(io.BytesIO(file.file.read())) as reader:
            if (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) != (1, 2, 16_000):
                raise Refused(400, "invalid_file")
            sound: bytes = reader.readframes(reader.getnframes())
    except (wave.Error, EOFError) as error:
        raise Refused(400, "invalid_file") from error
    if len(sound) < 3_200:
        raise Refused(400, "audio_too_short")
    return sound


def _transcription(text: str, seconds: float, model: str, wanted: str, details: list[Any]) -> dict[str, Any]:
    words = text.split()
    if wanted == "json":
        told: dict[str, Any] = {"text": text}
        if model.startswith("gpt-"):
            told["logprobs"] = [{"token": word, "bytes": [], "logprob": math.log(0.8)} for word in words]
        return told
    step = seconds / max(1, len(words))
    segment = {
        "id": 0, "start": 0.0, "end": seconds, "text": text, "avg_logprob": math.log(0.9), "no_speech_prob": 0.1, "tokens": [],
        "seek": 0, "temperature": 0.0, "compression_ratio": 1.0,
    }  # fmt: skip
    return {
        "task": "transcribe", "language": "english", "duration": seconds, "text": text,
        "segments": [segment] if text and "segment" in details else [],
        "words": [
            {"word": word, "start": index * step, "end": (index + 1) * step} for index, word in enumerate(words)
        ] if "word" in details else None,
    }  # fmt: skip


@asynccontextmanager
async def openai_double() -> AsyncIterator[OpenAIDouble]:
    double = OpenAIDouble()
    double.prompts, double.spoken = [], []
    app = web.Application(client_max_size=25 * 2**20)
    app.router.add_post("/v1/audio/transcriptions", double.handle)
    app.router.add_post("/v1/audio/speech", double.handle)
    async with serving(app) as address:
        double.url = address + "/v1"
        yield double
