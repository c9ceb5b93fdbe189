"""Which pages may use an inbox."""

from __future__ import annotations

from typing import NamedTuple

from aiohttp import web

from gateway.errors import OriginRefused
from gateway.http.peers import Peers
from gateway.http.refusals import REFUSALS, Refusals
from gateway.store.directory import Inbox


class Whence(NamedTuple):
    """Where a request comes from, without the request. ``origin``: the page's, "" for a program; ``own``: this server's, as the client sees
    it; ``refusals``: where pages are noted for whoever may let them in."""

    origin: str
    own: str
    refusals: Refusals


def whence(request: web.Request, peers: Peers) -> Whence:
    return Whence(request.headers.get("Origin", "").lower(), peers.own_origin(request), request.app[REFUSALS])


def check_origin(came: Whence, inbox: Inbox) -> None:
    """A browser tells the page's origin; a page that isn't listed may not use the inbox. Raises ``OriginRefused``,
    and notes the page for whoever may let it in."""
    origin = came.origin
    if origin and origin != came.own and origin not in inbox.settings.origins:
        came.refusals.note(inbox.id, origin[:100])
        raise OriginRefused(f"Add {origin[:100]} to the inbox's allowed origins.")
    if not origin:
        raise OriginRefused("This is for web pages; programs use the API.")
