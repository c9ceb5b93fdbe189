"""The public page of a business's articles, where the business has switched it on: rendered here, no script needed."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from gateway.cluster.counters import Counters
from gateway.errors import NotFound, TooMany
from gateway.http.access import Access
from gateway.http.limits import Limit, Limiter
from gateway.http.locales import wanted_locale
from gateway.http.peers import Peers
from gateway.store import articles, directory
from gateway.store.store import Store
from knowledge.library import Library
from knowledge.page.view import Assets, Frame, Page, content_policy
from knowledge.routes import QUESTION
from knowledge.search import Text
from knowledge.shelf import Catalogue, Shelf

HERE = Path(__file__).parent
COOKIE = "switchboard_helped"
YEAR = 365 * 24 * 3600
REMEMBERED = 60
"""Articles of which a browser remembers that it told whether they helped."""
_SLUG = re.compile(r"[a-z0-9-]{1,40}")
_ASSETS = {"help.css": "text/css", "help.js": "text/javascript"}


class HelpPages:
    """Serves ``/help/…``."""

    def __init__(
        self, store: Store, shelf: Shelf, library: Library, *, access: Access, peers: Peers, counters: Counters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._store = store
        self._shelf = shelf
        self._library = library
        self._access = access
        self._peers = peers
        self._searches = Limiter(Limit(name="help_searches", rate=5, burst=40), counters, clock=clock)
        self._votes = Limiter(Limit(name="help_votes", rate=0.2, burst=20), counters, clock=clock)
        self._notes = Limiter(Limit(name="help_notes", rate=0.05, burst=10), counters, clock=clock)
        self._files = {name: (HERE / name).read_bytes() for name in _ASSETS}
        self._assets = Assets(*(f"/{name}?{_digest(self._files[name])}" for name in _ASSETS))

    def mount(self, app: web.Application) -> None:
        for name in _ASSETS:
            app.router.add_get(f"/{name}", self.asset)
        app.router.add_get("/help/{business}", self.listing)
        app.router.add_get("/help/{business}/{article}", self.article)
        app.router.add_post("/help/{business}/{article}", self.vote)

    async def asset(self, request: web.Request) -> web.Response:
        name = request.path.lstrip("/")
        return web.Response(
            body=self._files[name], content_type=_ASSETS[name], charset="utf-8",
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )  # fmt: skip

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """The list, or with ``q`` what that finds; with ``part`` only the piece of the page that holds it."""
        frame = await self._frame(request)
        question = request.query.get("q", "").strip()[:QUESTION]
        if not question:
            return _answer(request, frame.listing())
        part = "part" in request.query
        try:
            await self._searches.check(self._peers.address(request), "Too many searches at once.")
        except TooMany as error:
            return _answer(
                request, frame.message("busy"), status=429, headers={"Retry-After": str(int(error.after) + 1)}
            )
        hits = frame.catalogue.find(question, frame.locale, typing=part)
        if not hits and (not part or "settled" in request.query):
            await self._note(request, frame, question)
        if part:
            return web.Response(
                text=frame.results(question, hits, heading="h2"),
                content_type="text/html",
                headers={"Cache-Control": "no-store"},
            )
        return _answer(request, frame.found(question, hits))

    async def _note(self, request: web.Request, frame: Frame, question: str) -> None:
        """Nobody fills the list of questions: beyond a few, what one address asks isn't noted."""
        try:
            await self._notes.check(self._peers.address(request), "")
        except TooMany:
            return
        self._library.note(frame.catalogue.business.id, question, frame.locale, origin="page")

    async def article(self, request: web.Request) -> web.StreamResponse:
        frame = await self._frame(request)
        text = _text(frame, request)
        if text is None:
            return _answer(request, frame.message("lost"), status=404)
        frame = frame._replace(locale=text.locale)
        return _answer(request, frame.article(text, said=text.article in _remembered(request)))

    async def vote(self, request: web.Request) -> web.StreamResponse:
        """Counts whether it helped, once for a browser, and shows the article again."""
        self._access.check_origin(request)
        frame = await self._frame(request)
        text = _text(frame, request)
        if text is None:
            return _answer(request, frame.message("lost"), status=404)
        said = (await request.post()).get("helped")
        remembered = _remembered(request)
        response = web.Response(
            status=303, headers={"Location": f"{frame.root}/{text.address}?lang={text.locale}#helped"}
        )
        if said not in ("yes", "no") or text.article in remembered:
            return response
        try:
            await self._votes.check(self._peers.address(request), "Too many answers at once.")
        except TooMany as error:
            return _answer(
                request, frame.message("busy"), status=429, headers={"Retry-After": str(int(error.after) + 1)}
            )
        helped = said == "yes"
        await self._store.write(
            frame.catalogue.business.id, lambda tx, now: articles.vote(tx, text.article, text.locale, helped=helped)
        )
        response.set_cookie(
            COOKIE, ".".join([*remembered, text.article][-REMEMBERED:]), path=frame.root, max_age=YEAR, httponly=True,
            samesite="Lax", secure=self._peers.own_origin(request).startswith("https:"),
        )  # fmt: skip
        return response

    async def _frame(self, request: web.Request) -> Frame:
        """The business whose page it is. Raises ``NotFound``, also where it has none."""
        slug = request.match_info["business"]
        catalogue = await self._catalogue(slug) if _SLUG.fullmatch(slug) else None
        if catalogue is None or not catalogue.places.public:
            raise NotFound("There is no such page.")
        return Frame(catalogue, _locale(request, catalogue), self._assets)

    async def _catalogue(self, slug: str) -> Catalogue | None:
        found = await self._store.read("", lambda tx, now: directory.business_by_slug(tx, slug))
        return await self._shelf.of(found.id) if found is not None else None


def _text(frame: Frame, request: web.Request) -> Text | None:
    """The article in the language of the page, else in one that it has."""
    there = frame.catalogue.texts.get(request.match_info["article"], {})
    return there.get(frame.locale) or next((there[one] for one in frame.catalogue.locales if one in there), None)


def _locale(request: web.Request, catalogue: Catalogue) -> str:
    """As it was chosen, else as the browser asks for it, else the business's first."""
    offered = catalogue.locales or catalogue.business.locales
    return wanted_locale(request, offered) or offered[0]


def _remembered(request: web.Request) -> list[str]:
    said = request.cookies.get(COOKIE, "")[:4000]
    return [one for one in said.split(".") if one]


def _answer(
    request: web.Request, page: Page, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:  # fmt: skip
    """Asked for each time, and sent only where it has changed."""
    tag = f'"{_digest(page.html.encode())}"'
    sent = {
        "Content-Security-Policy": content_policy(page.style), "Cache-Control": "no-cache", "ETag": tag,
        "Vary": "Accept-Language, Cookie", "Referrer-Policy": "strict-origin-when-cross-origin", **(headers or {}),
    }  # fmt: skip
    if status == 200 and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=sent)
    return web.Response(text=page.html, status=status, content_type="text/html", headers=sent)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
