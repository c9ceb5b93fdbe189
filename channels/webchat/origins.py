"""Which pages may use an inbox."""

from __future__ import annotations

from aiohttp import web

from gateway.errors import OriginRefused
from gateway.http.peers import Peers
from gateway.http.refusals import REFUSALS
from gateway.store.directory import Inbox


def check_origin(request: web.Request, inbox: Inbox, *, peers: Peers) -> None:
    """A browser tells the page's origin; a page that isn't listed may not use the inbox. Raises ``OriginRefused``,
    and notes the page for whoever may let it in."""
    origin = request.headers.get("Origin", "").lower()
    if origin and origin != peers.own_origin(request) and origin not in inbox.settings.origins:
        request.app[REFUSALS].note(inbox.id, origin[:100])
        raise OriginRefused(f"Add {origin[:100]} to the inbox's allowed origins.")
    if not origin:
        raise OriginRefused("This is for web pages; programs use the API.")
