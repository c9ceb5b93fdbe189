"""What breaks in the middle of a journey, and what is changed behind its back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

from gateway.store import directory
from gateway.store.opening import open_folder, open_sqlite
from gateway.store.sql import Tx
from tests.flows.server import DemoServer


@contextmanager
def without_network(page: Page) -> Iterator[None]:
    """The page's browser has no network meanwhile."""
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


class Wire:
    """A console's socket whose frames from the server can be held back: what this page sees is old meanwhile."""

    def __init__(self, page: Page) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = None
        page.route_web_socket("**/socket", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: self._pass(route, message))

    def _pass(self, route: WebSocketRoute, message: str | bytes) -> None:
        if self._held is None:
            route.send(message)
        else:
            self._held.append((route, message))

    @contextmanager
    def held(self) -> Iterator[None]:
        self._held = []
        yield
        held, self._held = self._held, None
        for route, message in held:
            route.send(message)


def change(demo: DemoServer, unit: Callable[[Tx, int, directory.Business], None]) -> None:
    """Changes the stopped demo's business in its database."""

    async def work() -> None:
        with open_folder(demo.folder) as folder:
            store = open_sqlite(folder)
            await store.start()
            try:
                await store.write("", lambda tx, now: unit(tx, now, directory.read_businesses(tx)[0]))
            finally:
                await store.aclose()

    _elsewhere(work)


def _elsewhere(work: Callable[[], Any]) -> None:
    """Playwright's own loop runs in this thread, so another one lends its."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()
