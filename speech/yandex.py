"""Yandex SpeechKit: Russian at its best, and some 15 languages more.

Documentation of Yandex Cloud, SpeechKit. Recognition: "Streaming speech recognition" and API v3 gRPC, ``Recognizer/RecognizeStreaming``;
"Detecting the end of utterance" (``external_classifier``, ``eou``); "Quotas and limits". Synthesis: API v3 REST,
``Synthesizer.UtteranceSynthesis``, whose messages come one after another as JSON; "List of voices". "API authentication". Recognition
is offered as gRPC alone, so it wants the optional package ``grpcio`` (``pip install switchboard[yandex]``); synthesis doesn't.

A session of the service ends after five seconds without a message, and after five minutes of sound. So each utterance is a session of its
own, over one connection; it begins with the first frame, and what is said of it is complete when it ends.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints
from gateway.tasks import TaskSet
from speech.frames import FRAME_MS, RATE
from speech.services import FIRST, LATE_MS, NEXT, OPEN, Told, framed, reaching, refused, session, speed
from speech.streams import closing
from speech.yandex_languages import LANGUAGES, VOICES
from speech.yandex_session import Session

STT = "stt.api.cloud.yandex.net:443"
TTS = "https://tts.api.cloud.yandex.net"
LONGEST_TEXT = 4_000
"""Letters of a text; the service takes 5,000 …"""
SHORT_TEXT = 250
"""… and above these only if it may cut by itself (``unsafeMode``)."""
LONGEST_MS = 280_000
"""Of an utterance: a session takes five minutes."""
MAX_LINE = 8 * 1024 * 1024
"""Bytes of one message of a text's sound."""
_STATUS = {
    "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "RESOURCE_EXHAUSTED": 429, "INVALID_ARGUMENT": 400, "NOT_FOUND": 404,
    "UNIMPLEMENTED": 404,
}  # fmt: skip
"""What gRPC's codes would be over HTTP. Others mean that it broke off, also INTERNAL: that is what grpcio makes of a message that
could not be written, before it has read why."""


class _Chunk(msgspec.Struct):
    data: str = ""


class _Synthesis(msgspec.Struct):
    audioChunk: _Chunk | None = None


class _Line(msgspec.Struct):
    """A message of the stream: bare as the page says, or in ``result`` as gRPC's gateways write it."""

    result: _Synthesis | None = None
    audioChunk: _Chunk | None = None

    @property
    def sound(self) -> bytes:
        chunk = self.audioChunk or (self.result.audioChunk if self.result is not None else None)
        return base64.b64decode(chunk.data, validate=True) if chunk is not None else b""


_lines = msgspec.json.Decoder(_Line)


class Yandex:
    """A ``Recognizer`` and ``Synthesizer``. ``key``: of the API, or an IAM token (``t1.``); ``folder``: where the account has its rights,
    "" for a service account's own; ``plain``: the connection isn't encrypted; ``alive``: seconds without sound after which a session is
    kept alive."""

    def __init__(
        self, *, key: str, folder: str = "", model: str = "general", voice: str = "", stt: str = STT, tts: str = TTS,
        name: str = "SpeechKit", plain: bool = False, alive: float = 2.0, answer: float = 2.0,
    ) -> None:  # fmt: skip
        self.name = name
        self.alive = alive
        self.answer = answer
        self.model = model
        self._authorization = f"Bearer {key}" if key.startswith("t1.") else f"Api-Key {key}"
        self._folder = folder
        self._voice = voice
        self._stt, self._plain = stt, plain
        self._tts = tts.rstrip("/")
        self._tasks = TaskSet(f"speech.{name}")
        self._session: aiohttp.ClientSession | None = None
        self._channel: Any = None

    async def listen(self, *, locale: str, hints: Hints) -> Sessions:
        """As ``Recognizer``. Its sessions take no hints: a model that was taught is another ``model``."""
        language = LANGUAGES.get(locale.partition("-")[0])
        if language is None:
            raise SpeechUnavailable(f"{self.name} doesn't know {locale!r}.")
        channel = self._connection()
        try:
            async with asyncio.timeout(OPEN):
                await channel.channel_ready()
        except TimeoutError as error:
            raise SpeechUnavailable(f"{self.name} can't be reached: look at `url` and at the network.") from error
        return Sessions(self, language, self._tasks)

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """As ``Synthesizer``."""
        chosen = voice or self._voice or VOICES.get(locale.partition("-")[0], "")
        if not chosen:
            raise SpeechUnavailable(f"{self.name} has no voice for {locale!r}.")
        text = text[:LONGEST_TEXT]
        hints: list[dict[str, str]] = [{"voice": chosen}]
        if rate != 1.0:
            hints.append({"speed": f"{speed(rate):g}"})
        body = {
            "text": text, "hints": hints, "unsafeMode": len(text) > SHORT_TEXT,
            "outputAudioSpec": {"rawAudio": {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": str(RATE)}},
        }  # fmt: skip
        async with closing(self._sound(msgspec.json.encode(body))) as pieces, closing(framed(pieces, RATE)) as frames:
            async for frame in frames:
                yield frame

    def open(self) -> Any:
        """A call of ``RecognizeStreaming``."""
        from speech.speechkit import METHOD, made

        recognize = self._connection().stream_stream(
            METHOD,
            request_serializer=made["StreamingRequest"].SerializeToString,
            response_deserializer=made["StreamingResponse"].FromString,
        )
        return recognize(metadata=tuple((name.lower(), value) for name, value in self._rights().items()))

    def failed(self, error: Exception) -> SpeechUnavailable:
        """What an error of gRPC means."""
        code = getattr(getattr(error, "code", lambda: None)(), "name", "")
        if code in _STATUS:
            return refused(self.name, _STATUS[code], code)
        return SpeechUnavailable(f"{self.name} broke off ({code or type(error).__name__}).")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        if self._channel is not None:
            await self._channel.close(grace=None)
        if self._session is not None:
            await self._session.close()

    def _rights(self) -> dict[str, str]:
        return {"Authorization": self._authorization} | ({"x-folder-id": self._folder} if self._folder else {})

    def _connection(self) -> Any:
        if self._channel is None:
            try:
                import grpc.aio
            except ImportError as error:
                raise SpeechUnavailable("grpcio is not installed: pip install 'switchboard[yandex]'") from error
            if self._plain:
                self._channel = grpc.aio.insecure_channel(self._stt)
            else:
                self._channel = grpc.aio.secure_channel(self._stt, grpc.ssl_channel_credentials())
        return self._channel

    async def _sound(self, body: bytes) -> AsyncIterator[bytes]:
        self._session = self._session or session()
        headers = {"Content-Type": "application/json", **self._rights()}
        with reaching(self.name):
            posting = self._session.post(
                self._tts + "/tts/v3/utteranceSynthesis", data=body, headers=headers, allow_redirects=False
            )  # fmt: skip
            async with asyncio.timeout(FIRST):
                response = await posting
            try:
                if response.status != 200:
                    raise refused(self.name, response.status)
                async with closing(self._messages(response)) as lines:
                    async for line in lines:
                        yield self._read(line)
            finally:
                response.close()

    async def _messages(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        kept = bytearray()
        while True:
            async with asyncio.timeout(NEXT):
                piece = await response.content.readany()
            if not piece:
                break
            kept += piece
            if len(kept) > MAX_LINE:
                raise SpeechUnavailable(f"{self.name} sends too much at once.")
            *lines, rest = kept.split(b"\n") if b"\n" in piece else (kept,)
            kept = bytearray(rest)
            for line in lines:
                if line.strip():
                    yield bytes(line)
        if kept.strip():
            yield bytes(kept)

    def _read(self, line: bytes) -> bytes:
        try:
            return _lines.decode(line).sound
        except (msgspec.DecodeError, binascii.Error) as error:
            raise SpeechUnavailable(f"{self.name} says what nobody understands.") from error


class Sessions:
    """A ``gateway.ports.Listening``: a session for each utterance. Finals are told in order."""

    def __init__(self, service: Yandex, language: str, tasks: TaskSet) -> None:
        self._service = service
        self._language = language
        self._tasks = tasks
        self._told = Told(service.name)
        self._fed = 0
        self._now: Session | None = None
        self._last: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()

    def feed(self, frame: bytes) -> None:
        """As ``Listening``."""
        if not self._told.lives:
            return
        if self._now is None:
            self._now = self._begun()
        self._now.feed(frame)
        self._fed += FRAME_MS
        if self._now.waiting > LATE_MS:
            self._told.fail(SpeechUnavailable(f"{self._service.name} can't keep up."))
        elif self._now.fed >= LONGEST_MS:
            self.finalize()

    def finalize(self) -> None:
        """As ``Listening``."""
        if self._told.lives:
            ended, self._now = self._now or self._begun(), None
            ended.finalize()

    def heard(self) -> AsyncIterator[Heard]:
        """As ``Listening``."""
        return self._told.heard()

    async def aclose(self) -> None:
        """As ``Listening``."""
        self._told.close()
        for task in self._running:
            task.cancel()

    def _begun(self) -> Session:
        begun = Session(self._service, self._language, since=self._fed)
        self._last = self._tasks.start(self._run(begun, self._last), name="session")
        self._running.add(self._last)
        self._last.add_done_callback(self._running.discard)
        return begun

    async def _run(self, one: Session, before: asyncio.Task[None] | None) -> None:
        try:
            async with closing(one.heard()) as told:
                async for heard in told:
                    if before is not None and not before.done():
                        if not heard.final:
                            continue
                        await asyncio.wait({before})
                    self._told.tell(heard)
        except SpeechUnavailable as error:
            self._told.fail(error)
        except Exception:
            self._told.fail(SpeechUnavailable(f"{self._service.name} broke down."))
            raise
