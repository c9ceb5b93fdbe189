"""Deepgram's streaming recognition, strictly (API reference: "Live Audio"; "Audio Keep Alive", "Finalize", "Close Stream", "Keyterm
Prompting", "STT Troubleshooting WebSocket, NET, and DATA Errors")."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from tests.support_edge.speech.service import KEY, Service, is_loud, serving

MODELS = ("nova-3", "nova-2", "enhanced", "base")
LANGUAGES = {"nova-3": ("en", "ru", "de", "fr", "multi"), "nova-2": ("en", "ru", "de", "fr", "multi")}
BOOLEANS = (
    "interim_results",
    "punctuate",
    "smart_format",
    "diarize",
    "filler_words",
    "numerals",
    "profanity_filter",
    "vad_events",
    "mip_opt_out",
)
OTHERS = (
    "model",
    "language",
    "encoding",
    "sample_rate",
    "channels",
    "endpointing",
    "keyterm",
    "keywords",
    "utterance_end_ms",
    "tag",
    "version",
)
INTERIM_MS = 500
NOTICEABLE_MS = 200
"""With less of sound in hand, ``Finalize`` isn't confirmed."""


class DeepgramDouble(Service):
    """``idle``: seconds without sound or sign of life until it closes; ``cuts``: milliseconds of a stretch after which it is sure of what it
    heard by itself; ``confirms``: it answers ``Finalize`` with ``from_finalize``."""

    idle = 10.0
    cuts = 60_000
    confirms = True
    opted_out = False
    terms: list[str]
    sockets: list[web.WebSocketResponse]
    farewells: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        status, code = self._judged(request)
        if status:
            self.problems.append(code)
            body = {"err_code": code, "err_msg": "said: secret words", "request_id": "r"}
            return web.json_response(body, status=status, headers={"dg-error": code, "dg-request-id": "r"})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await _Connection(self, socket).run()
        return socket

    def _judged(self, request: web.Request) -> tuple[int, str]:
        query = request.query
        if request.headers.get("Authorization") != f"Token {KEY}":
            return 401, "INVALID_AUTH"
        if self.status:
            return self.status, "TOO_MANY_REQUESTS" if self.status == 429 else "INTERNAL_ERROR"
        if unknown := set(query) - {*BOOLEANS, *OTHERS}:
            return 400, f"unknown_{sorted(unknown)[0]}"
        model = query.get("model", "base")
        if model not in MODELS or query.get("language", "en") not in LANGUAGES.get(model, ("en",)):
            return 400, "no_such_model_language_combination"
        if any(query[name] not in ("true", "false") for name in BOOLEANS if name in query):
            return 400, "invalid_boolean"
        if (
            query.get("encoding") != "linear16"
            or query.get("sample_rate") != "16000"
            or query.get("channels", "1") != "1"
        ):
            return 400, "this_double_takes_our_sound_alone"
        if "keyterm" in query and model != "nova-3":
            return 400, "keyterm_is_for_nova_3"
        if "keywords" in query and model == "nova-3":
            return 400, "keywords_are_for_older_models"
        self.opted_out = query.get("mip_opt_out") == "true"
        self.terms = [*query.getall("keyterm", []), *query.getall("keywords", [])]
        return 0, ""


class _Connection:
    def __init__(self, double: DeepgramDouble, socket: web.WebSocketResponse) -> None:
        self._double = double
        self._socket = socket
        self._held = bytearray()
        """Sound of which it isn't sure yet."""
        self._begun = 0.0
        """Seconds of the stream before it."""
        self._interim_at = 0
        self._words: list[str] | None = None
        self._left: list[str] = []

    async def run(self) -> None:
        while True:
            try:
                message = await self._socket.receive(timeout=self._double.idle)
            except TimeoutError:
                await self._socket.close(code=1011, message=b"NET-0001")
                return
            if message.type is WSMsgType.BINARY:
                if not await self._sound(message.data):
                    return
            elif message.type is WSMsgType.TEXT:
                if not await self._control(message.data):
                    return
            else:
                self._double.gone.set()
                return

    async def _sound(self, sound: bytes) -> bool:
        if not sound or len(sound) % 2:
            self._double.problems.append("DATA-0000")
            await self._socket.close(code=1008, message=b"DATA-0000")
            return False
        self._held += sound
        if self._double.breaks:
            assert self._socket._req is not None and self._socket._req.transport is not None
            self._socket._req.transport.abort()
            return False
        milliseconds = len(self._held) // 32
        if milliseconds - self._interim_at >= INTERIM_MS and not self._double.hangs:
            self._interim_at = milliseconds
            await self._tell(self._guessed(), final=False)
        if milliseconds >= self._double.cuts and not self._double.hangs:
            words = self._guessed()
            self._left = self._left[len(words) :]
            await self._tell(words, final=True)
            self._cut()
        return True

    async def _control(self, text: str) -> bool:
        try:
            kind = json.loads(text)["type"]
        except (ValueError, KeyError, TypeError):
            kind = ""
        if kind == "KeepAlive":
            self._double.alive.set()
        elif kind == "Finalize":
            if self._double.hangs:
                return True
            enough = len(self._held) // 32 >= NOTICEABLE_MS
            if self._double.confirms and enough:
                await self._tell(self._all(), final=True, finalized=True)
            elif enough or self._left:
                await self._tell(self._all(), final=True)
            self._cut()
            self._words = None
            self._left = []
        elif kind == "CloseStream":
            self._double.farewells += 1
            await self._socket.send_json({"type": "Metadata", "request_id": "r", "duration": 0.0, "channels": 0})
            await self._socket.close()
            self._double.gone.set()
            return False
        else:
            self._double.problems.append(f"unknown_message_{kind}")
            await self._socket.close(code=1008, message=b"DATA-0000")
            return False
        return True

    def _said(self) -> list[str]:
        """The utterance's words, from its first loud sound on."""
        if self._words is None and is_loud(bytes(self._held)):
            self._words = self._double.says.pop(0).split() if self._double.says else []
            self._left = list(self._words)
        return self._left

    def _guessed(self) -> list[str]:
        words = self._said()
        return words[: max(1, len(words) // 2)] if words else []

    def _all(self) -> list[str]:
        self._double.heard.append(bytes(self._held))
        return self._said()

    async def _tell(self, words: list[str], *, final: bool, finalized: bool = False) -> None:
        duration = len(self._held) / 32_000
        step = duration / max(1, len(words))
        told: list[dict[str, Any]] = [
            {
                "word": word.lower(), "start": self._begun + index * step, "end": self._begun + (index + 1) * step, "confidence": 0.9,
                "punctuated_word": word,
            }
            for index, word in enumerate(words)
        ]  # fmt: skip
        await self._socket.send_json(
            {
                "type": "Results", "channel_index": [0, 1], "start": self._begun, "duration": duration, "is_final": final,
                "speech_final": finalized, "from_finalize": finalized, "metadata": {"request_id": "r"},
                "channel": {
                    "alternatives": [{"transcript": " ".join(words), "confidence": 0.95 if words else 0.0, "words": told}]
                },
            }
        )  # fmt: skip

    def _cut(self) -> None:
        self._begun += len(self._held) / 32_000
        self._held.clear()
        self._interim_at = 0


@asynccontextmanager
async def deepgram_double() -> AsyncIterator[DeepgramDouble]:
    double = DeepgramDouble()
    double.terms, double.sockets = [], []
    app = web.Application()
    app.router.add_get("/v1/listen", double.handle)
    async with serving(app) as address:
        double.url = address + "/v1"
        try:
            yield double
        finally:
            await asyncio.gather(*(socket.close() for socket in double.sockets), return_exceptions=True)
