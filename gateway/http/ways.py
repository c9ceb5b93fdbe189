"""Where else a conversation may go on, and links that lead it there, for an operator to pass on."""

from __future__ import annotations

import msgspec

from gateway.dispatcher.continuing import MakeLink, ways_on
from gateway.errors import NotFound
from gateway.http.pictures import qr_of
from gateway.http.reading import BASE
from gateway.http.routes import EVERYONE, Call, Route
from gateway.store import log
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = BASE + "/conversations/{conversation}/ways"


class WayView(msgspec.Struct, frozen=True, kw_only=True):
    """``place``: the address of the bot's chat, or of the page."""

    inbox: str
    channel: str
    name: str
    place: str


class WaysView(msgspec.Struct, frozen=True, kw_only=True):
    """Inboxes by which the customer doesn't speak in this conversation yet."""

    ways: tuple[WayView, ...]


class WayLink(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` works once and until ``until`` (UTC microseconds); ``qr``: the same as a picture (SVG)."""

    url: str
    qr: str
    until: int


class Ways:
    """The API of links between channels."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(
                method="GET", path=PATH, handler=self.read, summary="Where else a conversation may go on",
                access=EVERYONE, answer=WaysView, tags=("conversations",),
            ),
            Route(
                method="POST", path=PATH + "/{inbox}", handler=self.make, access=EVERYONE, answer=WayLink,
                summary="A link that works once, by which the customer goes on there", tags=("conversations",),
            ),
        ]  # fmt: skip

    async def read(self, call: Call) -> WaysView:
        conversation = call.param("conversation")

        def unit(tx: Tx, now: int) -> WaysView:
            state = log.peek(tx, conversation)
            if state is None:
                raise NotFound("There is no such conversation.")
            spoken = {endpoint.inbox for endpoint in state.channels}
            return WaysView(ways=tuple(WayView(**way._asdict()) for way in ways_on(tx) if way.inbox not in spoken))

        return await self._store.read(call.business, unit)

    async def make(self, call: Call) -> WayLink:
        """The link before it, into the same inbox, works no more. ``409 not_possible`` where the conversation is over."""
        conversation = call.param("conversation")
        unit = MakeLink(conversation, inbox=call.param("inbox"))
        offer = await self._store.write(call.business, unit, key=conversation)
        return WayLink(url=offer.url, qr=qr_of(offer.url), until=offer.until)
