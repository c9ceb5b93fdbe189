"""A socket, whoever is at its end: a bounded queue out, a judged stream in, and an end that says why."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import Awaitable, Callable
from struct import Struct
from typing import Any

import msgspec
import structlog
from aiohttp import WSCloseCode, web

from gateway.cluster.counters import NoCounters
from gateway.errors import Draining, Malformed, Overloaded, Refused, TooMany
from gateway.http.limits import Bucket, Limit, Limiter
from gateway.http.peers import Peers
from gateway.http.problems import problem_of
from gateway.http.wire import Closed, Wire, handed_over, take_over
from gateway.metrics import SLOW_SOCKETS, SOCKETS
from gateway.process import MOST_OPEN
from gateway.settings import Settings
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

MAX_QUEUED_FRAMES = 1000
MAX_QUEUED_BYTES = 4 * 1024 * 1024
ROOMY = MAX_QUEUED_BYTES // 4
"""Queued bytes up to which there is room for a piece of a log."""
HELLO_WITHIN = 10.0
HEARTBEAT = 45.0
"""Seconds of silence after which the other side is asked whether it is there; half as many later it isn't."""
BEATS = 45
"""Looks at all sockets in so many seconds."""
TOGETHER = 100
"""Sockets that are asked before anybody else has a turn."""
STRIKES = 20
"""Refused frames in a row after which a socket is closed."""

PIECE = 64 * 1024
FULL = 256 * 1024
"""Bytes in the kernel's and the loop's hands above which a reader is slow and its queue must wait."""
LOOK_AGAIN = 0.02
LINGER = 0.004
"""Seconds for which a console's frames are gathered: it follows many conversations, and nobody sees four milliseconds."""
CLOSE_WITHIN = 5.0
"""Seconds for a close frame to leave and to be answered. Whoever reads too slowly for that is cut off: what waits for them is given back."""
COMPANY = 0.2
"""Seconds for which a frame waits at most that leaves with others: a busy socket then needs no write for it alone."""
_CUT = Struct("ii").pack(1, 0)
"""Close at once, and drop what wasn't taken (``socket(7)``, SO_LINGER)."""
_SHORT, _MIDDLE, _LONG = Struct("!BB").pack, Struct("!BBH").pack, Struct("!BBQ").pack

_NEVER = float("inf")

_encoder = msgspec.json.Encoder()
PONG = b'{"type":"pong"}'


class Session:
    """One open socket. It is a ``FollowersSink``: ``send`` and ``offer`` never wait."""

    __slots__ = (
        "_bucket", "_bytes", "_ending", "_flush_at", "_flushing", "_linger", "_loop", "_queue", "_strikes", "_tasks",
        "audience", "closing", "hello_within", "wire",
    )  # fmt: skip

    def __init__(self, wire: Wire, *, audience: str, settings: Settings, tasks: TaskSet) -> None:
        self.wire = wire
        self._linger = LINGER if audience == "console" else 0.0
        self.audience = audience
        self.closing: Closed | None = None
        self.hello_within = HELLO_WITHIN
        self._loop = asyncio.get_running_loop()
        self._queue: list[bytes] = []
        self._bytes = 0
        self._tasks = tasks
        self._flush_at = _NEVER
        self._flushing: asyncio.Handle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._strikes = 0
        rate = settings.frames_per_second
        self._bucket = Bucket(rate, rate * 3, self._loop.time())

    def send(self, frame: bytes) -> None:
        """Queues a frame that must not be lost; a reader too slow for that is disconnected, and resumes."""
        self._queue_up(frame, within=self._linger)

    def send_along(self, frame: bytes) -> None:
        """As ``send``, for a frame that is in no hurry: it leaves with the next one, or after ``COMPANY``."""
        self._queue_up(frame, within=COMPANY)

    def _queue_up(self, frame: bytes, *, within: float) -> None:
        if self.closing is not None:
            return
        self._queue.append(frame)
        self._bytes += len(frame)
        if len(self._queue) > MAX_QUEUED_FRAMES or self._bytes > MAX_QUEUED_BYTES:
            SLOW_SOCKETS.labels(self.audience).inc()
            self.close(Closed(WSCloseCode.TRY_AGAIN_LATER, "too slow"))
            return
        self._flush_within(within)

    def offer(self, frame: bytes) -> None:
        """Queues a frame that may be lost: dropped when the reader is behind."""
        if len(self._queue) < MAX_QUEUED_FRAMES // 4:
            self.send(frame)

    async def room(self) -> None:
        """Returns once a reader who catches up has taken most of what was sent. Raises ``Closed`` where it is gone."""
        while self._bytes > ROOMY:
            if self.closing is not None:
                raise self.closing
            if self.wire.open is None:
                raise Closed(WSCloseCode.GOING_AWAY, "gone")
            await asyncio.sleep(LOOK_AGAIN)

    def tell(self, message: Any) -> None:
        """As ``send``, for a message that isn't encoded yet."""
        self.send(_encoder.encode(message))

    def close(self, why: Closed) -> None:
        """Ends the socket. What is queued leaves before the close frame if it is little; a slow reader's is dropped."""
        if self.closing is None:
            self.closing = why
            if self._bytes > PIECE:
                self._queue.clear()
            self._ending = self._tasks.start(self._end(why), name="end")

    async def ended(self) -> None:
        """Waits until the socket is closed: ``CLOSE_WITHIN`` at the most."""
        if self._ending is not None:
            await asyncio.wait([self._ending])

    async def _end(self, why: Closed) -> None:
        if self._queue and (transport := self.wire.open) is not None:
            transport.write(self._take_frames())
        self.wire.close(why)
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self.wire.lost()
        except TimeoutError:
            pass
        finally:
            self.cut_off()

    def cut_off(self) -> None:
        """A connection that is only closed lives on until all that was written is taken, which a reader may put off for ever."""
        transport = self.wire.transport
        if transport is None:
            return
        if transport.get_write_buffer_size():
            with contextlib.suppress(OSError):  # closed already
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
        transport.abort()

    def _flush_within(self, seconds: float) -> None:
        """No task of its own waits for frames: an idle socket holds none, and a busy one needs no switch to it."""
        at = self._loop.time() + seconds
        if self._flush_at <= at:
            return
        if self._flushing is not None:
            self._flushing.cancel()
        self._flush_at = at
        if seconds:
            self._flushing = self._loop.call_later(seconds, self._flush)
        else:
            self._flushing = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Sends what is queued; all that waits leaves in one piece, and no more than the reader takes."""
        self._flush_at, self._flushing = _NEVER, None
        transport = self.wire.open
        if self.closing is not None or transport is None:
            return
        while self._queue:
            if transport.get_write_buffer_size() > FULL:
                self._flush_within(LOOK_AGAIN)
                return
            transport.write(self._take_frames())

    def _take_frames(self) -> bytes:
        """What waits as text frames (RFC 6455, 5.2), up to ``PIECE`` bytes. One write is one system call; a write for every
        frame was an eighth of a turn's time."""
        parts: list[bytes] = []
        size = taken = 0
        for frame in self._queue:
            if size >= PIECE:
                break
            length = len(frame)
            size += length
            taken += 1
            if length < 126:
                parts.append(_SHORT(0x81, length))
            elif length < 65536:
                parts.append(_MIDDLE(0x81, 126, length))
            else:
                parts.append(_LONG(0x81, 127, length))
            parts.append(frame)
        del self._queue[:taken]
        self._bytes -= size
        return b"".join(parts)

    def judge(self) -> None:
        """Counts a frame that came in. Raises ``TooMany`` for one too many."""
        after = self._bucket.take(self._loop.time())
        if after:
            raise TooMany("That is too fast. Wait a moment, then send it again.", after=after)

    def refuse(self, error: Refused, frame_id: str = "") -> None:
        """Tells a refusal; a client that only earns refusals is closed."""
        self._strikes += 1
        self.tell({"type": "refused", "id": frame_id, "problem": problem_of(error)})
        if self._strikes >= STRIKES:
            self.close(Closed(WSCloseCode.POLICY_VIOLATION, "too many refused frames"))

    def accepted(self) -> None:
        self._strikes = 0


Receiver = Callable[[bytes], Awaitable[None]]


class Sockets:
    """All sockets of this node: opened in one way, closed together when it drains."""

    def __init__(self, settings: Settings, peers: Peers) -> None:
        self.hello_within = HELLO_WITHIN
        self.heartbeat = HEARTBEAT
        self.most = MOST_OPEN
        self.file_limit = settings.file_limit
        self._settings = settings
        self._peers = peers
        rate = settings.sockets_per_minute
        # Each node counts alone: what it guards is its own work and memory.
        self._limiter = Limiter(Limit(name="sockets", rate=rate / 60, burst=max(1.0, rate * 3)), NoCounters())
        self._sessions: set[Session] = set()
        self._beats = TaskSet("sockets.beats")
        self._tasks = TaskSet("sockets")
        self._draining = False

    async def serve(
        self, request: web.Request, *, audience: str, run: Callable[[Session], Awaitable[None]]
    ) -> web.StreamResponse:  # fmt: skip
        """Upgrades a request and runs ``run`` on its session until it ends; what is returned is for aiohttp, at once. Raises ``Draining`` or
        ``Overloaded`` instead of upgrading: a proxy takes such a request to another node, which a socket closed with 1012 couldn't be;
        ``TooMany``. ``run`` had better not keep the request."""
        if self._draining:
            raise Draining("This server restarts. Connect again in a moment.")
        await self._limiter.check(self._peers.address(request), "These are many connections. Wait a moment.")
        if len(self._sessions) >= self.most:
            raise Overloaded("This server has as many connections as it can keep. Connect again in a moment.")
        wire = take_over(request)
        if isinstance(wire, web.Response):
            return wire
        session = Session(wire, audience=audience, settings=self._settings, tasks=self._tasks)
        session.hello_within = self.hello_within
        self._sessions.add(session)
        SOCKETS.labels(audience).inc()
        if not len(self._beats):
            self._beats.start(self._beat(), name="beat")
        self._tasks.start(self._live(session, run), name=audience)
        return handed_over()

    async def _live(self, session: Session, run: Callable[[Session], Awaitable[None]]) -> None:
        try:
            await run(session)
        except Closed as why:
            session.close(why)
        except Refused as error:
            code = WSCloseCode.TRY_AGAIN_LATER if error.status in (429, 503) else WSCloseCode.POLICY_VIOLATION
            session.close(Closed(code, f"{error.code}: {error.detail}"))
        except ConnectionError:
            session.close(Closed(WSCloseCode.GOING_AWAY, "gone"))
        except Exception:
            log.exception("socket_failed", audience=session.audience)
            session.close(Closed(WSCloseCode.INTERNAL_ERROR, "failed"))
        finally:
            self._sessions.discard(session)
            SOCKETS.labels(session.audience).dec()
            session.close(Closed(WSCloseCode.OK, "bye"))
            await session.ended()

    async def _beat(self) -> None:
        """Asks whoever is silent whether they are there, and cuts off who isn't: one clock for all sockets."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.heartbeat / BEATS)
            now, asked = loop.time(), 0
            for session in list(self._sessions):
                silent = now - session.wire.heard
                if silent < self.heartbeat:
                    continue
                if silent > self.heartbeat * 1.5:
                    session.cut_off()
                elif not session.wire.asked:
                    session.wire.ask()
                    asked += 1
                    if not asked % TOGETHER:
                        await asyncio.sleep(0)

    def refuse_more(self) -> None:
        """This node is about to end: whoever comes is told so, at once."""
        self._draining = True

    async def drain(self, *, within: float) -> None:
        """Closes every socket with 1012, spread over time so that nobody's return is a stampede."""
        self.refuse_more()
        await self._beats.finish(within=0)
        loop = asyncio.get_running_loop()
        why = Closed(WSCloseCode.SERVICE_RESTART, "restarting")
        spread = min(within / 2, len(self._sessions) / 500)
        for session in list(self._sessions):
            loop.call_later(random.uniform(0, spread), session.close, why)
        deadline = loop.time() + within
        while self._sessions and loop.time() < deadline:
            await asyncio.sleep(0.02)
        await self._tasks.finish(within=1.0)


async def hello(session: Session, decoder: msgspec.json.Decoder[Any]) -> Any:
    """The first frame, typed. Raises ``Closed`` where none comes in time or it can't be read."""
    try:
        async with asyncio.timeout(session.hello_within):
            message = await session.wire.receive()
    except TimeoutError:
        raise Closed(WSCloseCode.POLICY_VIOLATION, "no hello") from None
    if isinstance(message, bytes):
        raise Closed(WSCloseCode.UNSUPPORTED_DATA, "no hello")
    try:
        return decoder.decode(message)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Closed(WSCloseCode.POLICY_VIOLATION, f"malformed hello: {error}") from None


async def receive(session: Session, handle: Callable[[str], Awaitable[None]]) -> None:
    """Hands every text frame to ``handle`` until the socket ends, which raises ``Closed``; refusals are told, not raised."""
    while True:
        message = await session.wire.receive()
        if session.closing is not None:
            raise session.closing
        if isinstance(message, bytes):
            raise Closed(WSCloseCode.UNSUPPORTED_DATA, "text frames only")
        try:
            session.judge()
            await handle(message)
        except Refused as error:
            session.refuse(error, frame_id(message))
        else:
            session.accepted()


def decode_frame(text: str, decoder: msgspec.json.Decoder[Any]) -> Any:
    """A typed frame. Raises ``Malformed``."""
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(f"This frame can't be read: {error}.") from error


class _Named(msgspec.Struct):
    id: str = ""


_named = msgspec.json.Decoder(_Named)


def frame_id(text: str) -> str:
    """The id that a refused frame carried, so that its sender knows which one it was."""
    try:
        return _named.decode(text).id[:64]
    except (msgspec.DecodeError, RecursionError):
        return ""
