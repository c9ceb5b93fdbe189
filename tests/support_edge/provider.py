"""A provider at the far edge: strict about what a channel may do to it, and as unfriendly as the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from gateway.ports import Capabilities, Media, OutboundPart, Sent
from gateway.store import deliveries
from gateway.store.store import Store

PIECE = 1000


class StrictChannel:
    """Records what arrives; ``outcome`` (awaited before it counts as delivered) may raise or hang."""

    name = "webchat"

    def __init__(
        self, store: Store, *, buttons: bool = True, text_limit: int = 4096, files: bool = False
    ) -> None:  # fmt: skip
        self.capabilities = Capabilities(pushed=True, buttons=buttons, typing=False, text_limit=text_limit, files=files)
        self.outcome: Callable[[OutboundPart], Awaitable[None]] = self._fine
        self.tried: list[OutboundPart] = []
        self.delivered: list[OutboundPart] = []
        self.stored_as: list[str] = []
        self.media: dict[str, bytes] = {}
        self.fetching: Callable[[Media], Awaitable[None]] = self._given
        self.fetched: list[Media] = []
        self._store = store
        self._busy: set[str] = set()

    async def _fine(self, part: OutboundPart) -> None:
        return

    async def tell(self, inbox: str, address: str) -> None:
        return

    async def send(self, part: OutboundPart) -> Sent:
        endpoint = part.endpoint.identity
        assert endpoint not in self._busy, "two calls for one endpoint at once"
        self._busy.add(endpoint)
        self.tried.append(part)
        try:
            self.stored_as.append(await self._status(part))
            await self.outcome(part)
        finally:
            self._busy.discard(endpoint)
        self.delivered.append(part)
        return Sent(ids=(f"provider-{len(self.delivered)}",))

    async def _given(self, media: Media) -> None:
        return

    async def fetch(self, inbox: str, media: Media) -> AsyncIterator[bytes]:
        """The bytes of ``media``, in pieces; ``fetching`` is awaited in their middle, and may raise or hang."""
        self.fetched.append(media)
        body = self.media[media.reference]
        for at in range(0, len(body), PIECE):
            if at * 2 >= len(body) > (at - PIECE) * 2:
                await self.fetching(media)
            yield body[at : at + PIECE]

    async def _status(self, part: OutboundPart) -> str:
        conversation = part.key.split(":")[0]
        rows = await self._store.read(part.business, lambda tx, now: deliveries.statuses(tx, conversation))
        return next(row.status for row in rows if (row.seq, row.part) == (part.seq, part.part))

    async def aclose(self) -> None:
        return

    def texts(self, address: str = "ann") -> list[str]:
        return [part.text for part in self.delivered if part.address == address]


class Once:
    """Raises ``error`` for the first ``times`` calls that ``matches``, then lets everything pass."""

    def __init__(self, error: Exception, *, times: int = 1, matches: str = "") -> None:
        self._error = error
        self._left = times
        self._matches = matches

    async def __call__(self, item: OutboundPart | Media) -> None:
        if self._left and self._matches in _words(item):
            self._left -= 1
            raise self._error


class Hang:
    """Holds matching calls until ``release``."""

    def __init__(self, matches: str = "") -> None:
        self._open = asyncio.Event()
        self._matches = matches

    def release(self) -> None:
        self._open.set()

    async def __call__(self, item: OutboundPart | Media) -> None:
        if self._matches in _words(item):
            await self._open.wait()


def _words(item: OutboundPart | Media) -> str:
    return item.text if isinstance(item, OutboundPart) else item.reference
