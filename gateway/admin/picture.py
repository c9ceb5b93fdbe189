"""One's own picture, and the one place that shows pictures of people to anybody who knows their name."""

from __future__ import annotations

import msgspec
from aiohttp import web

from gateway.errors import Invalid, NotFound, TooLarge
from gateway.files.names import type_of
from gateway.http.access import Signin
from gateway.http.changing import tell_changed
from gateway.http.routes import ID, Call, Route
from gateway.store import directory, pictures
from gateway.store.directory import Membership
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/me/picture"
MOST = 64 * 1024
"""Bytes; our pages send 256 by 256 dots, which is a third of it."""
TYPES = ("image/webp", "image/jpeg", "image/png")
_SERVED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=86400, immutable",  # another picture has another name
    "Cross-Origin-Resource-Policy": "cross-origin",  # a widget shows it on its business's page
}


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """``picture``: the name by which ``/pictures/…`` shows it."""

    picture: str


class Pictures:
    """The routes of one's own picture, and ``/pictures/{picture}``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(method="PUT", path=PATH, handler=self.put, access=Signin.ACCOUNT, answer=PictureView, raw=True,
                  summary="Show a picture of yourself (WebP, JPEG or PNG)", tags=("account",)),
            Route(method="DELETE", path=PATH, handler=self.remove, access=Signin.ACCOUNT, status=204,
                  summary="Show no picture any more", tags=("account",)),
        ]  # fmt: skip

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/pictures/{picture}", self.serve)

    async def put(self, call: Call) -> PictureView:
        """The type is read from the bytes, whatever the request calls it."""
        body = await call.request.content.read(MOST + 1)
        while len(body) <= MOST and not call.request.content.at_eof():
            body += await call.request.content.read(MOST + 1 - len(body))
        if len(body) > MOST:
            raise TooLarge(f"A picture has at most {MOST // 1024} KiB. Send a smaller one.", limit=MOST)
        type = type_of(body, "")
        if type not in TYPES:
            raise Invalid("A picture is a WebP, a JPEG or a PNG.", field="picture")
        account = call.who.id

        def unit(tx: Tx, now: int) -> tuple[str, list[Membership]]:
            return pictures.put(tx, account, type=type, body=body), directory.memberships(tx, account)

        name, memberships = await self._store.write("", unit, key=account)
        _tell(call, memberships)
        return PictureView(picture=name)

    async def remove(self, call: Call) -> web.Response:
        account = call.who.id

        def unit(tx: Tx, now: int) -> list[Membership]:
            pictures.remove(tx, account)
            return directory.memberships(tx, account)

        _tell(call, await self._store.write("", unit, key=account))
        return web.Response(status=204)

    async def serve(self, request: web.Request) -> web.Response:
        name = request.match_info["picture"]
        if not ID.fullmatch(name):
            raise NotFound("There is no such picture.")
        found = await self._store.read("", lambda tx, now: pictures.read(tx, name))
        if found is None:
            raise NotFound("There is no such picture.")
        return web.Response(body=found[1], content_type=found[0], headers=_SERVED)


def _tell(call: Call, memberships: list[Membership]) -> None:
    """Colleagues see it at once, customers from the next time that this person takes their conversation."""
    for one in memberships:
        tell_changed(call, one.business, "members")
