"""A page of our own for calls, for sites that load anew with every click: it stays while its visitor goes on there.

It is the widget over a whole page. A site's widget opens it (``data-calls="page"``), with a link that carries the conversation; a
business may give its address away, too.
"""

from __future__ import annotations

import html
from typing import NamedTuple

from aiohttp import web

from gateway.errors import NotFound
from gateway.http.locales import wanted_locale
from gateway.http.routes import ID
from gateway.store import directory
from gateway.store.sql import Tx
from gateway.store.store import Store

PAGE = """<!doctype html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<script async src="/widget.js" data-inbox="{inbox}" data-locale="{locale}" data-whole="call"></script>
</head>
<body>
<noscript>{noscript}</noscript>
</body>
</html>
"""
WORDS = {
    "en": ("Call {business}", "Calls need JavaScript. Please switch it on for this page."),
    "ru": ("Позвонить: {business}", "Для звонка нужен JavaScript. Включите его для этой страницы."),
}
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; media-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def address_of(inbox: str) -> str:
    """Where an inbox's page for calls is, on our server."""
    return f"/call/{inbox}"


class _Found(NamedTuple):
    inbox: directory.Inbox
    business: directory.Business


class CallPages:
    """Serves ``/call/INBOX``, where an inbox takes calls."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def mount(self, app: web.Application) -> None:
        app.router.add_get(address_of("{inbox}"), self.page)

    async def page(self, request: web.Request) -> web.Response:
        name = request.match_info["inbox"]
        found = await self._store.read("", lambda tx, now: _find(tx, name)) if ID.fullmatch(name) else None
        if found is None or found.inbox.settings.calls is None:
            raise NotFound("There is no such page.")
        locale = _locale(request, found.business)
        title, noscript = WORDS[locale]
        text = PAGE.format(
            locale=locale, inbox=html.escape(found.inbox.id), noscript=noscript,
            title=html.escape(title.format(business=found.business.named(locale))),
        )  # fmt: skip
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
        return web.Response(text=text, content_type="text/html", headers=headers)


def _find(tx: Tx, name: str) -> _Found | None:
    inbox = directory.find_inbox(tx, name)
    business = directory.read_business(tx, inbox.business) if inbox is not None else None
    return _Found(inbox, business) if inbox is not None and business is not None else None


def _locale(request: web.Request, business: directory.Business) -> str:
    """As the link says, else as the browser asks for it, else the business's first: of those that the widget speaks."""
    return wanted_locale(request, tuple(WORDS)) or next((one for one in business.locales if one in WORDS), "en")
