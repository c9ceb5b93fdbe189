"""A WebSocket once it is open (RFC 6455), and nothing of the request that it came by.

aiohttp takes the request and finds who serves it; from the answer on the connection is ours. A socket is open for hours, and its request's
headers, parser, tasks and middlewares would be kept as long. What bytes mean is said by ``websockets``, which knows no I/O.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

from aiohttp import WSCloseCode, web
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, Protocol, Side
from websockets.server import ServerProtocol

MAX_FRAME = 64 * 1024
"""Bytes of one message that comes in."""
MAX_UNREAD = 2 * MAX_FRAME
"""Bytes that have come in and that nobody took yet, above which no more are read."""
EACH = 64
"""Bytes that a message takes here beside its own: of empty ones, too, only so many wait."""
MAX_UNTAKEN = 256 * 1024
"""Bytes that the other side hasn't taken, above which its pings aren't answered: it may ask without end and never read."""
MAX_REASON = 120
"""Bytes of a reason; a close frame has room for 123."""

_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.WARNING)


class Closed(Exception):
    """The socket must end, with a code and a reason that a client can act on."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Wire(asyncio.Protocol):
    """The connection under a socket. ``heard``: when something came last, in the loop's seconds; ``asked``: by a ping since then."""

    __slots__ = (
        "_begun", "_begun_as", "_loop", "_lost", "_over", "_protocol", "_unread", "_unread_bytes", "_waiter", "asked",
        "heard", "transport",
    )  # fmt: skip

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None
        self.heard = self._loop.time()
        self.asked = False
        self._protocol = Protocol(Side.SERVER, state=OPEN, max_size=MAX_FRAME, logger=_quiet)
        self._unread: list[str | bytes] = []
        self._unread_bytes = 0
        self._begun: bytearray | None = None
        """Of a message that comes in several frames: what there is of it."""
        self._begun_as = Opcode.TEXT
        self._waiter: asyncio.Future[None] | None = None
        self._lost: asyncio.Future[None] | None = None
        self._over: Closed | None = None

    @property
    def open(self) -> asyncio.Transport | None:
        """What messages may be written to; after a close frame, of either side, none follows (5.5.1)."""
        return self._there() if self._protocol.state is OPEN else None

    def _there(self) -> asyncio.Transport | None:
        transport = self.transport
        return None if transport is None or transport.is_closing() else transport

    # --- what comes in ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.heard, self.asked = self._loop.time(), False
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
        self._answer()
        if self._unread_bytes > MAX_UNREAD and (transport := self._there()) is not None:
            transport.pause_reading()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._answer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._end(Closed(WSCloseCode.GOING_AWAY, "gone"))
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

    def _take(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                self._gather(frame)
            case Opcode.CLOSE:
                self._end(Closed(WSCloseCode.OK, "bye"))
            case _:  # pings are answered already
                pass

    def _gather(self, frame: Frame) -> None:
        """A message is whole with its last frame; what its first one says holds for all of it."""
        if frame.opcode is not Opcode.CONT:
            if frame.fin:
                self._keep(frame.data, frame.opcode)
                return
            self._begun, self._begun_as = bytearray(), frame.opcode
        assert self._begun is not None, "the protocol lets no other frame go on"
        self._begun += frame.data
        if frame.fin:
            whole, self._begun = self._begun, None
            self._keep(whole, self._begun_as)

    def _keep(self, data: Any, kind: Opcode) -> None:
        try:
            message = str(data, "utf-8") if kind is Opcode.TEXT else bytes(data)
        except UnicodeDecodeError:
            self._protocol.fail(WSCloseCode.INVALID_TEXT, "not UTF-8")
            self._end(Closed(WSCloseCode.INVALID_TEXT, "not UTF-8"))
            return
        self._unread.append(message)
        self._unread_bytes += EACH + len(data)
        self._wake()

    async def receive(self) -> str | bytes:
        """The next message: text, or bytes of a binary one. Raises ``Closed`` once the other side has closed, or we have, or the
        connection is lost; what came before that is told first."""
        while not self._unread:
            if self._over is not None:
                raise self._over
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._unread.pop(0)
        if not self._unread:
            self._unread_bytes = 0
            if (transport := self._there()) is not None:
                transport.resume_reading()
        return message

    # --- what goes out ---

    def ask(self) -> None:
        """Whether the other side is there: it answers the ping."""
        self.asked = True
        if self._protocol.state is OPEN:
            self._protocol.send_ping(b"")
            self._answer()

    def close(self, why: Closed) -> None:
        """Sends the close frame; the connection ends when the other side has answered it."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(why.code, why.reason.encode()[:MAX_REASON].decode(errors="ignore"))
            self._answer()
        self._end(why)

    async def lost(self) -> None:
        """Returns once the connection is."""
        if self.transport is not None:
            if self._lost is None:
                self._lost = self._loop.create_future()
            await asyncio.shield(self._lost)

    def _answer(self) -> None:
        """What the protocol wants sent: answers to pings, close frames, the end of the connection."""
        for data in self._protocol.data_to_send():
            if (transport := self._there()) is None:
                break
            if not data:
                self._hang_up(transport)
            elif not (_is_pong(data) and transport.get_write_buffer_size() > MAX_UNTAKEN):
                transport.write(data)
        if self._protocol.parser_exc is not None:
            self._end(Closed(WSCloseCode.PROTOCOL_ERROR, "failed"))

    def _hang_up(self, transport: asyncio.Transport) -> None:
        """What still comes in is read and dropped: were it left where it is, the system would reset the connection, and the close frame with
        it."""
        if transport.can_write_eof():
            transport.write_eof()
            transport.resume_reading()
        else:
            transport.close()

    def _end(self, why: Closed) -> None:
        if self._over is None:
            self._over = why
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _is_pong(data: bytes) -> bool:
    return data[0] & 0x0F == Opcode.PONG


def take_over(request: web.Request) -> Wire | web.Response:
    """The connection of a request, upgraded, from now on without aiohttp; or the answer to a request that asks for no WebSocket.
    Raises ``ConnectionResetError`` where it is gone already.

    Whoever calls this has nothing left to say to the request: ``handed_over()`` is what its handler returns.
    """
    handshake = ServerProtocol(logger=_quiet)
    headers = Headers((name, value) for name, value in request.headers.items())
    version = f"HTTP/{request.version.major}.{request.version.minor}"
    answer = handshake.accept(Request(request.path_qs, headers, method=request.method, protocol=version))
    if answer.status_code != 101:
        told = {name: answer.headers[name] for name in ("Allow", "Upgrade") if name in answer.headers}
        return web.Response(status=answer.status_code, text="This address speaks WebSocket (RFC 6455).", headers=told)
    transport, handler = request.transport, request.protocol
    if transport is None:
        raise ConnectionResetError
    wire = Wire()
    handler.transport = None  # or it would be closed
    handler.connection_lost(None)
    transport.set_protocol(wire)
    transport.write(answer.serialize())
    transport.resume_reading()
    wire.connection_made(transport)
    return wire


def handed_over() -> web.Response:
    """For aiohttp, which finds that the connection isn't its own any more and sends nothing."""
    return web.Response(status=101)
