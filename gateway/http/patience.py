"""How long clients may take: to say what they want, to send it, and to take what they are sent.

Whoever takes longer is gone, or means no good; either way what is held for them is given back.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from aiohttp import web

from gateway.errors import Malformed

SLOWEST = 8 * 1024
"""Bytes a second with which a large body has to come in."""


class Patience:
    """Seconds. ``head``: for a request's head on a connection that is new or was kept open; longer than proxies keep theirs (nginx a
    minute, Caddy two), so that none sends by one that we close just then. ``body``: for a small one; ``longest``: for any, also one that
    doesn't say how large it is. ``linger``: for the rest of a body that was refused before it was there, so that the refusal is read.
    ``taken``: in which the other side must take something of what waits for it."""

    def __init__(self) -> None:
        self.head = 150.0
        self.body = 30.0
        self.longest = 300.0
        self.linger = 10.0
        self.taken = 60.0

    @web.middleware
    async def await_body(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Bounds how long a body may come in; what its handler does afterwards is its own. Raises ``Malformed``."""
        response: web.StreamResponse
        if request.content.is_eof():
            response = await handler(request)
            return response
        bound = asyncio.timeout(self.of_body(request.content_length))
        try:
            async with bound:
                request.content.on_eof(lambda: _lift(bound))
                try:
                    response = await handler(request)
                finally:
                    _lift(bound)
            return response
        except TimeoutError:
            if not bound.expired():
                raise
            raise Malformed("The body of this request took too long to come in. Send it again.") from None

    def of_body(self, size: int | None) -> float:
        """``size``: bytes that it says it has."""
        return self.longest if size is None else min(self.longest, self.body + size / SLOWEST)

    def bound_sending(self, listener: socket.socket) -> None:
        """Connections of this listener end whose other side takes nothing (``tcp(7)``, where the system has that)."""
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(self.taken * 1000))


def _lift(bound: asyncio.Timeout) -> None:
    """The bound isn't one any more, if it didn't come to that already."""
    if bound.when() is not None and not bound.expired():
        bound.reschedule(None)
