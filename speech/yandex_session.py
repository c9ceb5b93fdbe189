"""One utterance on its way through SpeechKit: a session of ``RecognizeStreaming``."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Word
from speech.frames import FRAME_BYTES, FRAME_MS, RATE
from speech.services import PIECE_FRAMES, SEND

if TYPE_CHECKING:
    from speech.yandex import Yandex

SILENCE_MS = 100
"""Of silence that keeps a session alive."""
GREETING = 0.3
"""Seconds in which the service may refuse a session, or say that it is there."""
GENERAL = 0.9
"""The service tells no confidence."""


class Session:
    """``since``: milliseconds that were fed before it."""

    def __init__(self, service: Yandex, language: str, *, since: int) -> None:
        self.fed = 0
        self._service = service
        self._language = language
        self._since = since
        self._piece = bytearray()
        self._outbox: deque[bytes] = deque()
        self._sent = 0
        self._ended = False
        self._news = asyncio.Event()
        self._greeted = asyncio.Event()
        """The service has answered."""
        self._stretched_at: list[int] = []
        """At which milliseconds of what was sent a silence was put in."""
        self._finals: dict[int, Any] = {}
        """By the service's count: what won't change any more …"""
        self._polished: set[int] = set()
        """… and what of it was normalized, which may take a moment longer."""

    @property
    def waiting(self) -> int:
        """Milliseconds of sound that wait."""
        return self.fed - self._sent

    def feed(self, frame: bytes) -> None:
        self.fed += FRAME_MS
        self._piece += frame
        if len(self._piece) >= PIECE_FRAMES * FRAME_BYTES:
            self._flush()

    def finalize(self) -> None:
        self._flush()
        self._ended = True
        self._news.set()

    async def heard(self) -> AsyncIterator[Heard]:
        """What is told of it, at last one final. Raises ``SpeechUnavailable``."""
        while not self._outbox and not self._ended:
            await self._wait()
        if not self.fed:
            yield self._final()
            return
        import grpc

        call = self._service.open()
        sending = asyncio.create_task(self._send(call), name="speech.yandex.send")
        over = False
        try:
            while (response := await self._received(call, sending)) is not None:
                self._greeted.set()
                told = self._take(response)
                if told is not None:
                    yield told
                over = over or response.HasField("eou_update")
                if over and sending.done() and self._polished.issuperset(self._finals):
                    break
            if not self._ended:
                raise SpeechUnavailable(f"{self._service.name} broke off.")
            yield self._final()
        except grpc.RpcError as error:
            raise self._service.failed(error) from error
        except TimeoutError as error:
            raise SpeechUnavailable(f"{self._service.name} hangs.") from error
        finally:
            sending.cancel()
            call.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _received(self, call: Any, sending: asyncio.Task[None]) -> Any:
        """The next response, None at the end; raises gRPC's errors. It may take its time until all is sent, then it must come."""
        from grpc.aio import EOF

        reading = asyncio.ensure_future(call.read())
        try:
            await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                error = sending.exception()
                if isinstance(error, TimeoutError):
                    raise error
                await asyncio.wait({reading}, timeout=self._service.answer)
                if not reading.done():
                    raise TimeoutError
            response = reading.result()
        finally:
            reading.cancel()
        return None if response is EOF else response

    async def _send(self, call: Any) -> None:
        from speech.speechkit import made

        request, chunk, silence, eou = (
            made[name] for name in ("StreamingRequest", "AudioChunk", "SilenceChunk", "Eou")
        )
        await self._write(call, request(session_options=self._options()))
        with suppress(TimeoutError):  # a refusal that is read before the next message is written says why
            async with asyncio.timeout(GREETING):
                await self._greeted.wait()
        while self._outbox or not self._ended:
            if self._outbox:
                piece = self._outbox[0]
                await self._write(call, request(chunk=chunk(data=piece)))
                self._outbox.popleft()
                self._sent += len(piece) // FRAME_BYTES * FRAME_MS
                continue
            try:
                async with asyncio.timeout(self._service.alive):
                    await self._wait()
            except TimeoutError:
                self._stretched_at.append(self._sent)
                await self._write(call, request(silence_chunk=silence(duration_ms=SILENCE_MS)))
        await self._write(call, request(eou=eou()))
        await call.done_writing()

    async def _write(self, call: Any, request: Any) -> None:
        async with asyncio.timeout(SEND):
            await call.write(request)

    def _options(self) -> Any:
        from speech.speechkit import LINEAR16_PCM, NORMALIZED, REAL_TIME, WHITELIST, made

        audio = made["RawAudio"](audio_encoding=LINEAR16_PCM, sample_rate_hertz=RATE, audio_channel_count=1)
        return made["StreamingOptions"](
            recognition_model=made["RecognitionModelOptions"](
                model=self._service.model,
                audio_format=made["AudioFormatOptions"](raw_audio=audio),
                text_normalization=made["TextNormalizationOptions"](text_normalization=NORMALIZED),
                language_restriction=made["LanguageRestrictionOptions"](
                    restriction_type=WHITELIST, language_code=[self._language]
                ),
                audio_processing_type=REAL_TIME,
            ),
            eou_classifier=made["EouClassifierOptions"](external_classifier=made["ExternalEouClassifier"]()),
        )

    def _take(self, response: Any) -> Heard | None:
        if response.HasField("final"):
            self._finals[response.audio_cursors.final_index] = _best(response.final)
        elif response.HasField("final_refinement"):
            index = response.final_refinement.final_index
            self._finals[index] = _best(response.final_refinement.normalized_text)
            self._polished.add(index)
        elif response.HasField("partial"):
            guess = _best(response.partial)
            text = self._text(*self._finals.values(), guess)
            return Heard(text=text, since=self._since) if guess is not None and guess.text else None
        return None

    def _final(self) -> Heard:
        parts = [one for _, one in sorted(self._finals.items()) if one is not None]
        text = self._text(*parts)
        if not text:
            return Heard(text="", since=self._since, final=True)
        words = tuple(
            Word(text=word.text, since=self._at(word.start_time_ms), until=self._at(word.end_time_ms))
            for one in parts
            for word in one.words
        )
        return Heard(text=text, since=self._since, final=True, confidence=GENERAL, words=words)

    def _text(self, *parts: Any) -> str:
        return " ".join(one.text.strip() for one in parts if one is not None and one.text.strip())

    def _at(self, milliseconds: int) -> int:
        """An instant of the session by what was fed: without the silences that were put in before it."""
        begun = [at + SILENCE_MS * index for index, at in enumerate(self._stretched_at)]
        silences = bisect_right(begun, milliseconds)
        return self._since + max(0, milliseconds - SILENCE_MS * silences)

    def _flush(self) -> None:
        if self._piece:
            self._outbox.append(bytes(self._piece))
            self._piece.clear()
            self._news.set()

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()


def _best(update: Any) -> Any:
    return update.alternatives[0] if update.alternatives else None
