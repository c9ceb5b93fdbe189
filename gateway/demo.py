"""The demo: the example business, ready to be tried, with its page and its people's sign-in links."""

from __future__ import annotations

import html
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from gateway.admin.businesses import Loaded, load_business, read_business_file
from gateway.app import Switchboard, example_folder
from gateway.errors import NotFound
from gateway.ports import TrainingReport
from gateway.store import sessions, tokens
from gateway.store.sql import Tx

LINK_LIFETIME = 24 * 3600 * 1_000_000


class Links(NamedTuple):
    page: str
    operator: str
    administrator: str
    articles: str


class Demo:
    """The example ``name`` on a node."""

    def __init__(self, node: Switchboard, *, name: str = "lantern") -> None:
        self._node = node
        self._folder = example_folder(name)
        self._name = name
        self.inbox = ""
        self.business = ""
        node.app.router.add_get(f"/{name}/", self._page)
        node.app.router.add_get(f"/{name}/{{file}}", self._page)

    async def load(self) -> Links:
        """Makes the business where it is new; the links for this run. The node must have been started."""
        loaded = await self._node.store.write("", load_business(read_business_file(self._folder)))
        self.business = loaded.business.id
        if await self.needs_training():
            self._node.bots.expect(self.business)
        self.inbox = next(inbox.id for inbox in loaded.inboxes if inbox.channel == "webchat")
        url = self._node.url
        return Links(
            page=f"{url}/{self._name}/",
            operator=await self._sign_in(loaded, "operator"),
            administrator=await self._sign_in(loaded, "administrator"),
            articles=f"{url}/help/{loaded.business.slug}",
        )

    async def needs_training(self) -> bool:
        return not await self._node.bots.is_published(self.business, self._folder)

    async def train(self) -> TrainingReport:
        """Trains and publishes the bot. Customers who write meanwhile are answered then."""
        return await self._node.bots.train_and_publish(self.business, self._folder)

    async def _sign_in(self, loaded: Loaded, role: str) -> str:
        account = next(account for account, has in loaded.people if has == role)
        token = tokens.new_token()

        def unit(tx: Tx, now: int) -> None:
            sessions.add_sign_in_link(tx, account.id, token=token, now=now, lifetime=LINK_LIFETIME)

        await self._node.store.write("", unit)
        return f"{self._node.url}/console/#sign-in={token}"

    async def _page(self, request: web.Request) -> web.StreamResponse:
        root = (self._folder / "page").resolve()
        try:
            file: Path = (root / request.match_info.get("file", "index.html")).resolve()
            found = file.is_relative_to(root) and file.is_file()
        except (OSError, ValueError):  # a name that no file can have
            found = False
        if not found:
            raise NotFound("There is no such page.")
        if file.suffix != ".html":
            return web.FileResponse(file, headers={"Cache-Control": "no-cache"})
        page = file.read_text("utf-8").replace("{{inbox}}", html.escape(self.inbox))
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-cache"})
