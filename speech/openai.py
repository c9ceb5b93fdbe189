"""Any server that speaks OpenAI's audio API: OpenAI itself, or one of your own before Whisper, Kokoro and the like.

API reference, Audio: "Create transcription" (``POST /audio/transcriptions``) and "Create speech" (``POST /audio/speech``,
``response_format`` "pcm": 24 kHz, 16 bits, mono, without a header). It understands utterances, not streams: nothing is told before
the final, and that comes when the server has computed.
"""

from __future__ import annotations

import asyncio
import io
import math
from collections import deque
from collections.abc import AsyncIterator

import aiohttp
import msgspec

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Word
from gateway.tasks import TaskSet
from speech.frames import FRAME_BYTES, FRAME_MS
from speech.names import names_in
from speech.services import FIRST, NEXT, Told, framed, reaching, refused, session, speed
from speech.streams import closing
from speech.wav import wav

LONGEST_MS = 60_000
"""Of an utterance; what goes beyond it is understood apart."""
SHORTEST_MS = 100
"""Less isn't sent: it holds no word, and the service refuses it."""
LONGEST_TEXT = 4_096
"""Letters of a text, as documented."""
ANSWER = 8.0
"""Seconds for a transcription."""
WAITING = 8
"""Utterances that wait for the server; with more, it can't keep up."""
MAX_ANSWER = 1024 * 1024
_NO_SOUND = ("application/json", "text/", "audio/mpeg", "audio/ogg", "audio/aac", "audio/flac")


class _Token(msgspec.Struct):
    logprob: float


class _Segment(msgspec.Struct):
    avg_logprob: float = 0.0
    no_speech_prob: float = 0.0


class _Spoken(msgspec.Struct):
    word: str
    start: float
    end: float


class _Transcription(msgspec.Struct):
    """The objects "Transcription" and "Verbose transcription", as far as we need them."""

    text: str
    segments: tuple[_Segment, ...] | None = None
    words: tuple[_Spoken, ...] | None = None
    logprobs: tuple[_Token, ...] | None = None

    @property
    def confidence(self) -> float:
        if not self.text.strip():
            return 1.0
        if self.segments:
            sure = [math.exp(min(0.0, one.avg_logprob)) * (1 - one.no_speech_prob) for one in self.segments]
            return sum(sure) / len(sure)
        if self.logprobs:
            return math.exp(min(0.0, sum(one.logprob for one in self.logprobs) / len(self.logprobs)))
        return 1.0


class _Problem(msgspec.Struct):
    code: str | None = None
    type: str | None = None


class _Refusal(msgspec.Struct):
    error: _Problem | str | None = None


_transcriptions = msgspec.json.Decoder(_Transcription)
_refusals = msgspec.json.Decoder(_Refusal)


class OpenAI:
    """A ``Recognizer`` where it has a ``model``, a ``Synthesizer`` where it has a ``voice_model``. ``url``: up to its version,
    https://speech.example.com/v1; ``rate``: of its raw sound; ``name``: as people know it."""

    def __init__(
        self, *, url: str, key: str = "", model: str = "", voice_model: str = "", voice: str = "alloy", rate: int = 24_000,
        name: str = "OpenAI", answer: float = ANSWER,
    ) -> None:  # fmt: skip
        self.name = name
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._model = model
        self._voice_model = voice_model
        self._voice = voice
        self._rate = rate
        self._answer = answer
        self._tasks = TaskSet(f"speech.{name}")
        self._session: aiohttp.ClientSession | None = None

    async def listen(self, *, locale: str, hints: Hints) -> Utterances:
        """As ``Recognizer``. Asks the server nothing yet."""
        if not self._model:
            raise SpeechUnavailable(f"{self.name} doesn't listen: its table has no `model`.")
        language = locale.partition("-")[0]
        return Utterances(self, language=language, names=", ".join(names_in(hints.phrases)), tasks=self._tasks)

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """As ``Synthesizer``. The server finds the language out by itself."""
        if not self._voice_model:
            raise SpeechUnavailable(f"{self.name} doesn't speak: its table has no `voice_model`.")
        body: dict[str, str | float] = {
            "model": self._voice_model, "input": text[:LONGEST_TEXT], "voice": voice or self._voice, "response_format": "pcm",
        }  # fmt: skip
        if rate != 1.0:
            body["speed"] = speed(rate)
        async with closing(self._sound(body)) as pieces, closing(framed(pieces, self._rate)) as frames:
            async for frame in frames:
                yield frame

    async def transcribe(self, sound: bytes, *, language: str, names: str) -> _Transcription:
        """What was said. Raises ``SpeechUnavailable``."""
        with reaching(self.name):
            async with (
                asyncio.timeout(self._answer),
                self._posting("/audio/transcriptions", data=self._form(sound, language, names)) as response,
            ):
                body = await _bounded(response)
                if response.status != 200:
                    raise refused(self.name, response.status, _code(body))
        try:
            return _transcriptions.decode(body)
        except msgspec.DecodeError as error:
            raise SpeechUnavailable(f"{self.name} answers with something else than a transcription.") from error

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        if self._session is not None:
            await self._session.close()

    def _posting(
        self, path: str, *, data: aiohttp.FormData | bytes, content_type: str = ""
    ) -> aiohttp.client._RequestContextManager:
        self._session = self._session or session()
        headers = self._headers | ({"Content-Type": content_type} if content_type else {})
        return self._session.post(self._url + path, data=data, headers=headers, allow_redirects=False)

    def _form(self, sound: bytes, language: str, names: str) -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(wav(sound)), filename="speech.wav", content_type="audio/wav")
        form.add_field("model", self._model)
        form.add_field("language", language)
        if names:
            form.add_field("prompt", names)
        if self._model.startswith("gpt-"):  # these tell how sure they are in this way alone
            form.add_field("response_format", "json")
            form.add_field("include[]", "logprobs")
        else:
            form.add_field("response_format", "verbose_json")
            for detail in ("word", "segment"):
                form.add_field("timestamp_granularities[]", detail)
        return form

    async def _sound(self, body: dict[str, str | float]) -> AsyncIterator[bytes]:
        with reaching(self.name):
            posting = self._posting("/audio/speech", data=msgspec.json.encode(body), content_type="application/json")
            async with asyncio.timeout(FIRST):
                response = await posting
            try:
                if response.status != 200:
                    async with asyncio.timeout(NEXT):
                        raise refused(self.name, response.status, _code(await _bounded(response)))
                if response.content_type.startswith(_NO_SOUND):
                    raise SpeechUnavailable(f"{self.name} sends {response.content_type} in place of raw sound.")
                while True:
                    async with asyncio.timeout(NEXT):
                        piece = await response.content.read(8192)
                    if not piece:
                        return
                    yield piece
            finally:
                response.close()


class Utterances:
    """A ``gateway.ports.Listening``: an utterance is kept, and understood when it has ended."""

    def __init__(self, service: OpenAI, *, language: str, names: str, tasks: TaskSet) -> None:
        self._service = service
        self._language = language
        self._names = names
        self._told = Told(service.name)
        self._sound = bytearray()
        self._fed = 0
        self._since = 0
        self._wanted: deque[tuple[bytes, int, int, bool]] = deque()
        """Of each piece its sound, when it and its utterance began, and whether it is the utterance's last."""
        self._news = asyncio.Event()
        self._task = tasks.start(self._run(), name="transcribe")

    def feed(self, frame: bytes) -> None:
        """As ``Listening``."""
        if not self._told.lives:
            return
        self._sound += frame
        self._fed += FRAME_MS
        if len(self._sound) // FRAME_BYTES * FRAME_MS >= LONGEST_MS:
            self._cut(last=False)

    def finalize(self) -> None:
        """As ``Listening``."""
        if self._told.lives:
            self._cut(last=True)
            self._since = self._fed

    def heard(self) -> AsyncIterator[Heard]:
        """As ``Listening``."""
        return self._told.heard()

    async def aclose(self) -> None:
        """As ``Listening``."""
        self._told.close()
        self._task.cancel()

    def _cut(self, *, last: bool) -> None:
        begun = self._fed - len(self._sound) // FRAME_BYTES * FRAME_MS
        self._wanted.append((bytes(self._sound), begun, self._since, last))
        self._sound.clear()
        self._news.set()
        if len(self._wanted) > WAITING:
            self._told.fail(SpeechUnavailable(f"{self._service.name} can't keep up."))

    async def _run(self) -> None:
        parts: list[Heard] = []
        try:
            while self._told.lives:
                if not self._wanted:
                    self._news.clear()
                    await self._news.wait()
                    continue
                sound, begun, since, last = self._wanted[0]
                parts.append(await self._understood(sound, begun, since))
                self._wanted.popleft()
                if last:
                    self._told.tell(joined(parts, since))
                    parts.clear()
        except SpeechUnavailable as error:
            self._told.fail(error)
        except Exception:
            self._told.fail(SpeechUnavailable(f"{self._service.name} broke down."))
            raise

    async def _understood(self, sound: bytes, begun: int, since: int) -> Heard:
        if len(sound) // FRAME_BYTES * FRAME_MS < SHORTEST_MS:
            return Heard(text="", since=since, final=True)
        found = await self._service.transcribe(sound, language=self._language, names=self._names)
        words = tuple(
            Word(text=word.word.strip(), since=begun + round(word.start * 1000), until=begun + round(word.end * 1000))
            for word in found.words or ()
        )
        return Heard(text=found.text.strip(), since=since, final=True, confidence=found.confidence, words=words)


def joined(parts: list[Heard], since: int) -> Heard:
    """One final of an utterance that was understood in parts."""
    spoken = [one for one in parts if one.text]
    if not spoken:
        return Heard(text="", since=since, final=True)
    return Heard(
        text=" ".join(one.text for one in spoken),
        since=since,
        final=True,
        confidence=sum(one.confidence for one in spoken) / len(spoken),
        words=tuple(word for one in spoken for word in one.words),
    )


def _code(body: bytes) -> str:
    """The service's own code of an error, or ""."""
    try:
        error = _refusals.decode(body).error
    except msgspec.DecodeError:
        return ""
    return (error.code or error.type or "") if isinstance(error, _Problem) else ""


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for piece in response.content.iter_chunked(64 * 1024):
        body += piece
        if len(body) > MAX_ANSWER:
            raise SpeechUnavailable("An answer is too long.")
    return body
