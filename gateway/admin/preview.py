"""A page that is nobody's, with an inbox's widget on it: what whoever sets the inbox up looks at."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.errors import NotFound
from gateway.http.routes import ID, decode_query
from gateway.http.texts import Locale
from gateway.store import directory
from gateway.store.store import Store

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#e3dccf, #38322b); --ground: light-dark(#fdfcfa, #1b1815) }
body { margin: 0; background: var(--ground); font: 14px/20px system-ui, sans-serif }
header { display: flex; gap: 12px; align-items: center; padding: 16px 24px; border-bottom: 1px solid var(--line) }
header i { width: 28px; height: 28px; border-radius: 8px }
main { display: grid; gap: 12px; max-width: 640px; padding: 32px 24px }
i { display: block; height: 12px; border-radius: 6px; background: var(--line) }
main i:first-child { width: 60%; height: 24px }
main i:nth-child(4n) { width: 80% }
.picture { height: 160px; border-radius: 12px }
""".strip()

PAGE = """<!doctype html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{name}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
<script async src="/widget.js" data-inbox="{inbox}" data-locale="{locale}"{color}></script>
</head>
<body>
<header aria-hidden="true"><i></i></header>
<main aria-hidden="true"><i></i><i></i><i></i><i></i><i class="picture"></i><i></i><i></i><i></i></main>
</body>
</html>
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_POLICY = (
    f"default-src 'self'; script-src 'self'; style-src 'self' 'sha256-{_STYLE_HASH}'; img-src 'self' data: blob:;"
    " connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class PreviewQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``color``: how the chat would look in it, without its being set."""

    locale: Locale = "en"
    color: Annotated[str, msgspec.Meta(pattern="^(#[0-9A-Fa-f]{6})?$")] = ""


class Previews:
    """Serves the sample page. Our own console may frame it, and nobody else."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/preview/{inbox}", self.page)

    async def page(self, request: web.Request) -> web.Response:
        name = request.match_info["inbox"]
        query: PreviewQuery = decode_query(request, PreviewQuery)
        inbox = await self._find(name) if ID.fullmatch(name) else None
        if inbox is None:
            raise NotFound("There is no such inbox.")
        color = f' data-color="{html.escape(query.color)}"' if query.color else ""
        text = PAGE.format(
            locale=query.locale, name=html.escape(inbox.name), style=STYLE, inbox=html.escape(inbox.id), color=color
        )
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _find(self, name: str) -> directory.Inbox | None:
        found = await self._store.read("", lambda tx, now: directory.find_inbox(tx, name))
        return found if found is not None and found.channel == "webchat" else None
