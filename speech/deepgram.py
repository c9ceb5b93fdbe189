"""Deepgram: streams of sound over a WebSocket, words as they are said, in some 40 languages.

Documentation: API reference, "Live Audio" (``wss://api.deepgram.com/v1/listen``: query, ``Results``); "Audio Keep Alive", "Finalize",
"Close Stream"; "Interim Results"; "Keyterm Prompting" (Nova-3) and "Keywords" (older models); "STT Troubleshooting WebSocket, NET,
and DATA Errors". Sound is charged, silence that isn't sent isn't.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping

import aiohttp
import msgspec

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints
from gateway.tasks import TaskSet
from speech.deepgram_results import Results, Utterances
from speech.frames import FRAME_BYTES, FRAME_MS, RATE
from speech.names import names_in
from speech.services import LATE_MS, OPEN, PIECE_FRAMES, SEND, Told, reaching, refused, session

URL = "https://api.deepgram.com/v1"
MODEL = "nova-3"
ALIVE = 4.0
"""Seconds without sound after which the service is told that we are there; it closes after ten."""
SETTLE = 1.0
"""Seconds after which an utterance's final is what was told of it: where little was said, the service doesn't confirm ``Finalize``."""
FRESH = 20
"""Messages (2 s) that are sent again over another connection."""
LEAVE = 0.5
"""Seconds for a farewell."""
MAX_MESSAGE = 1024 * 1024
KEEP_ALIVE, FINALIZE, CLOSE = '{"type":"KeepAlive"}', '{"type":"Finalize"}', '{"type":"CloseStream"}'
_CLOSES = {1008: "finds our sound unreadable", 1011: "got no sound in time, or is out of order"}


class _Message(msgspec.Struct):
    type: str = ""


_kinds = msgspec.json.Decoder(_Message)
_results = msgspec.json.Decoder(Results)


class Deepgram:
    """A ``Recognizer``. ``url``: up to its version; ``opt_out``: of the Model Improvement Program; ``name``: as people know it."""

    def __init__(
        self, *, key: str, url: str = URL, model: str = MODEL, opt_out: bool = False, name: str = "Deepgram", alive: float = ALIVE,
        settle: float = SETTLE,
    ) -> None:  # fmt: skip
        self.name = name
        self.alive = alive
        self.settle = settle
        self._url = "ws" + url.rstrip("/").removeprefix("http") + "/listen"
        self._key = key
        self._model = model
        self._opt_out = opt_out
        self._tasks = TaskSet(f"speech.{name}")
        self._session: aiohttp.ClientSession | None = None
        self._sockets: set[aiohttp.ClientWebSocketResponse] = set()

    async def listen(self, *, locale: str, hints: Hints) -> Stream:
        """As ``Recognizer``."""
        asked = self._query(locale.partition("-")[0], names_in(hints.phrases))
        return Stream(self, asked, await self.open(asked), self._tasks)

    async def open(self, asked: list[tuple[str, str]]) -> aiohttp.ClientWebSocketResponse:
        """A connection. Raises ``SpeechUnavailable``."""
        self._session = self._session or session()
        try:
            with reaching(self.name):
                async with asyncio.timeout(OPEN):
                    socket = await self._session.ws_connect(
                        self._url, params=asked, headers={"Authorization": f"Token {self._key}"}, max_msg_size=MAX_MESSAGE,
                        timeout=aiohttp.ClientWSTimeout(ws_close=LEAVE),
                    )  # fmt: skip
        except SpeechUnavailable as error:
            if isinstance(error.__cause__, aiohttp.WSServerHandshakeError):
                headers: Mapping[str, str] = error.__cause__.headers or {}
                raise refused(self.name, error.__cause__.status, headers.get("dg-error", "")) from None
            raise
        self._sockets.add(socket)
        return socket

    def leave(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """A connection ends, while nobody waits for it."""
        self._tasks.start(self._leave(socket), name="leave")

    async def _leave(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async with asyncio.timeout(LEAVE):
                if not socket.closed:
                    await socket.send_str(CLOSE)
                await socket.close()
        except (TimeoutError, aiohttp.ClientError, ConnectionError, RuntimeError):
            pass  # whatever is left of it goes with the session
        self._sockets.discard(socket)

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        await asyncio.gather(*(self._leave(socket) for socket in list(self._sockets)))
        if self._session is not None:
            await self._session.close()

    def _query(self, language: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
        """``endpointing`` is off: the call's turns find the end of an utterance."""
        term = "keyterm" if self._model.startswith("nova-3") else "keywords"
        return [
            ("model", self._model), ("language", language), ("encoding", "linear16"), ("sample_rate", str(RATE)),
            ("channels", "1"), ("interim_results", "true"), ("punctuate", "true"), ("endpointing", "false"),
            *((term, name) for name in names), *([("mip_opt_out", "true")] if self._opt_out else []),
        ]  # fmt: skip


class Stream:
    """A ``gateway.ports.Listening``. A connection that ends while nothing is being said costs nothing: the next frame opens another, also
    where that frame was on its way already."""

    def __init__(
        self, service: Deepgram, asked: list[tuple[str, str]], socket: aiohttp.ClientWebSocketResponse, tasks: TaskSet
    ) -> None:
        self._service = service
        self._asked = asked
        self._tasks = tasks
        self._told = Told(service.name)
        self._utterances = Utterances()
        self._piece = bytearray()
        self._outbox: deque[bytes | str] = deque()
        self._waiting = 0
        """Milliseconds of sound that wait."""
        self._sent = 0
        """Milliseconds that were sent, over all connections."""
        self._fresh: list[bytes | str] | None = []
        """What was sent since nothing was being said, as long as the service has told nothing of it."""
        self._news = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()
        self._socket = socket
        self._task = tasks.start(self._run(), name="stream")

    def feed(self, frame: bytes) -> None:
        """As ``Listening``."""
        if not self._told.lives:
            return
        self._utterances.fed += FRAME_MS
        self._piece += frame
        self._waiting += FRAME_MS
        if self._waiting > LATE_MS:
            self._told.fail(SpeechUnavailable(f"{self._service.name} can't keep up."))
        elif len(self._piece) >= PIECE_FRAMES * FRAME_BYTES:
            self._flush()

    def finalize(self) -> None:
        """As ``Listening``."""
        if not self._told.lives:
            return
        self._flush()
        if self._utterances.finalize():
            self._outbox.append(FINALIZE)
            self._news.set()
            loop, number = asyncio.get_running_loop(), self._utterances.ended
            self._timers.add(loop.call_later(self._service.settle, self._settle, number))
        self._tell()

    def heard(self) -> AsyncIterator[Heard]:
        """As ``Listening``."""
        return self._told.heard()

    async def aclose(self) -> None:
        """As ``Listening``. The farewell is sent while nobody waits for it."""
        self._told.close()
        for timer in self._timers:
            timer.cancel()
        if not self._task.done():
            self._task.cancel()
            self._service.leave(self._socket)

    def _flush(self) -> None:
        if self._piece:
            self._outbox.append(bytes(self._piece))
            self._piece.clear()
            self._news.set()

    def _settle(self, number: int) -> None:
        if self._utterances.is_unanswered(number):
            self._told.fail(SpeechUnavailable(f"{self._service.name} hangs."))
            return
        self._utterances.settle(number)
        self._tell()

    def _tell(self) -> None:
        for heard in self._utterances.told():
            self._told.tell(heard)
        if self._utterances.idle:
            self._fresh = []

    async def _run(self) -> None:
        try:
            while True:
                await self._talk()
                self._service.leave(self._socket)
                while KEEP_ALIVE in self._outbox:
                    self._outbox.remove(KEEP_ALIVE)
                while not self._outbox:
                    self._news.clear()
                    await self._news.wait()
                self._socket = await self._service.open(self._asked)
        except SpeechUnavailable as error:
            self._told.fail(error)
            self._service.leave(self._socket)
        except Exception:
            self._told.fail(SpeechUnavailable(f"{self._service.name} broke down."))
            raise

    async def _talk(self) -> None:
        """Over one connection, until it ends. Raises ``SpeechUnavailable`` where that costs words."""
        base = self._sent
        sending = asyncio.create_task(self._send(), name="speech.deepgram.send")
        try:
            with reaching(self._service.name):
                while (message := await self._received(sending)) is not None:
                    self._take(message, base)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        if (not self._utterances.idle or self._waiting) and not self._sent_again():
            why = _CLOSES.get(self._socket.close_code or 0, "broke off")
            raise SpeechUnavailable(f"{self._service.name} {why}.")

    async def _received(self, sending: asyncio.Task[None]) -> bytes | None:
        """The next message, None at the end of the connection; what broke the sending is raised here."""
        receiving = asyncio.ensure_future(self._socket.receive())
        try:
            await asyncio.wait({receiving, sending}, return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                sending.result()
                return None
            message = receiving.result()
        finally:
            receiving.cancel()
        return message.data.encode() if message.type is aiohttp.WSMsgType.TEXT else None

    async def _send(self) -> None:
        """What is fed, in order; a sign of life where nothing is."""
        while True:
            if not self._outbox:
                self._news.clear()
                try:
                    async with asyncio.timeout(self._service.alive):
                        await self._news.wait()
                except TimeoutError:
                    self._outbox.append(KEEP_ALIVE)
            one = self._outbox[0]
            try:
                async with asyncio.timeout(SEND):
                    await (self._socket.send_str(one) if isinstance(one, str) else self._socket.send_bytes(one))
            except (ConnectionError, RuntimeError):  # it ends: the receiver says so
                return
            self._outbox.popleft()
            self._count(one, 1)
            if self._fresh is not None and one is not KEEP_ALIVE:
                self._fresh.append(one)

    def _count(self, one: bytes | str, times: int) -> None:
        if isinstance(one, bytes):
            milliseconds = times * (len(one) // FRAME_BYTES * FRAME_MS)
            self._sent += milliseconds
            self._waiting -= milliseconds

    def _sent_again(self) -> bool:
        """Whether the connection was gone before it had told anything of what is being said: that is sent over the next one, once."""
        fresh, self._fresh = self._fresh, None
        if fresh is None or len(fresh) > FRESH:
            return False
        for one in reversed(fresh):
            self._outbox.appendleft(one)
            self._count(one, -1)
        return True

    def _take(self, message: bytes, base: int) -> None:
        try:
            if _kinds.decode(message).type == "Results":
                self._fresh = None
                self._utterances.take(_results.decode(message), base)
        except msgspec.DecodeError as error:
            raise SpeechUnavailable(f"{self._service.name} says what nobody understands.") from error
        self._tell()
