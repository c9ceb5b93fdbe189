"""What the closed widget needs to know of its inbox, without a socket: a small public answer that may be cached."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiohttp import web

from channels.webchat import codec
from channels.webchat.origins import check_origin, whence
from gateway.errors import NotFound
from gateway.http.peers import Peers
from gateway.http.routes import decode_query
from gateway.store import directory
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/widget/inbox"
CACHED = "public, max-age=300"


class FaceQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    inbox: codec.Id
    locale: str = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    pages: str
    after_seconds: int
    text: str


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """``business`` and the texts are in the language that fits best."""

    business: str
    color: str
    greeting: str
    locales: tuple[str, ...]
    invitations: tuple[Invitation, ...]


class WidgetFace:
    """Serves ``GET /api/v1/widget/inbox``."""

    def __init__(self, store: Store, peers: Peers) -> None:
        self._store = store
        self._peers = peers

    def mount(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Raises ``NotFound``, ``OriginRefused``."""
        query: FaceQuery = decode_query(request, FaceQuery)
        inbox = await self._store.read("", lambda tx, now: directory.find_inbox(tx, query.inbox))
        if inbox is None or inbox.channel != codec.CHANNEL:
            raise NotFound("There is no such inbox. Check data-inbox.")
        # A page of our own asks without telling its origin.
        if "Origin" in request.headers:
            check_origin(whence(request, self._peers), inbox)
        business = await self._store.read(inbox.business, _business(inbox.business))
        headers = {"Cache-Control": CACHED, "Vary": "Origin"}
        if "Origin" in request.headers:
            headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        face = face_of(inbox, business, wanted=query.locale)
        return web.Response(body=msgspec.json.encode(face), content_type="application/json", headers=headers)


def _business(name: str) -> Callable[[Tx, int], directory.Business]:
    def unit(tx: Tx, now: int) -> directory.Business:
        found = directory.read_business(tx, name)
        assert found is not None
        return found

    return unit


def face_of(inbox: directory.Inbox, business: directory.Business, *, wanted: str) -> Face:
    locale = codec.locale_of(wanted, business.locales)
    return Face(
        business=business.named(locale),
        color=business.color,
        greeting=inbox.settings.greeting.get(locale, ""),
        locales=business.locales,
        invitations=tuple(
            Invitation(id=one.id, pages=one.pages, after_seconds=one.after_seconds, text=one.worded(locale))
            for one in inbox.settings.invitations
        ),
    )
