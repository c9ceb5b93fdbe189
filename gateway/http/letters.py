"""The page at which somebody ends the letters that they get. Looking at it does nothing: mail programs look at every address; a
press does, or a mail program's own button (RFC 8058)."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from aiohttp import web

from gateway.ports import Phrases
from gateway.store import directory, letter_stops
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.unread.stopping import PATH, Stop, read_stop
from gateway.vault import Vault

STYLE = (
    ":root{color-scheme:light dark;font:16px/24px Inter,system-ui,sans-serif;--ink:#2a2622;--paper:#fbf9f6;--accent:#0e6b68;--on:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#efeae3;--paper:#1d1a17;--accent:#5cc4bd;--on:#10201f}}"
    "body{margin:0;color:var(--ink);background:var(--paper)}"
    "main{max-width:34rem;margin:0 auto;padding:clamp(2rem,12vh,8rem) 1rem}"
    "h1{font-size:1.375rem;line-height:1.75rem;margin:0 0 1rem}p{margin:0 0 1.5rem}"
    "button{font:inherit;min-height:44px;padding:0 1.25rem;border:0;border-radius:8px;color:var(--on);background:var(--accent);cursor:pointer}"
    "button.quiet{color:var(--accent);background:none;padding:0;text-decoration:underline}"
    "button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}"
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class LetterPages:
    """Serves ``/letters/stop/…``."""

    def __init__(self, store: Store, vault: Vault, phrases: Phrases) -> None:
        self._store = store
        self._vault = vault
        self._phrases = phrases

    def mount(self, app: web.Application) -> None:
        app.router.add_get(PATH + "/{token}", self.ask)
        app.router.add_post(PATH + "/{token}", self.act)

    async def ask(self, request: web.Request) -> web.Response:
        stop, business = await self._read(request)
        if stop is None or business is None:
            return self._page(request, business, "stop.wrong", status=404)
        stopped = await self._store.read(stop.business, lambda tx, now: letter_stops.has(tx, stop.digest))
        return self._page(request, business, "stop.done" if stopped else "stop.ask")

    async def act(self, request: web.Request) -> web.Response:
        """Whoever holds the letter's address may do just this; where they press from doesn't matter."""
        stop, business = await self._read(request)
        if stop is None or business is None:
            return self._page(request, business, "stop.wrong", status=404)
        again = (await request.post()).get("again") == "yes"

        def unit(tx: Tx, now: int) -> None:
            if again:
                letter_stops.resume(tx, stop.digest)
            else:
                letter_stops.stop(tx, stop.digest, now=now)

        await self._store.write(stop.business, unit)
        return self._page(request, business, "stop.resumed" if again else "stop.done")

    async def _read(self, request: web.Request) -> tuple[Stop | None, directory.Business | None]:
        stop = read_stop(self._vault, request.match_info["token"])
        if stop is None:
            return None, None
        return stop, await self._store.read("", lambda tx, now: directory.read_business(tx, stop.business))

    def _page(
        self, request: web.Request, business: directory.Business | None, key: str, *, status: int = 200
    ) -> web.Response:  # fmt: skip
        locale = "ru" if request.query.get("lang", "").startswith("ru") else "en"
        name = business.named(locale) if business is not None else "Switchboard"

        def say(key: str) -> str:
            return escape(self._phrases.say(key, locale, business=name))

        buttons = {
            "stop.ask": f"<form method=post><button>{say('stop.do')}</button></form>",
            "stop.done": f"<form method=post><button class=quiet name=again value=yes>{say('stop.again')}</button></form>",
        }
        html = (
            f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<meta name="robots" content="noindex"><title>{say("stop.title")}</title><style>{STYLE}</style>'
            f"<main><h1>{say('stop.title')}</h1><p role=status>{say(key)}</p>{buttons.get(key, '')}</main></html>"
        )
        return web.Response(text=html, status=status, content_type="text/html", headers=_HEADERS)
