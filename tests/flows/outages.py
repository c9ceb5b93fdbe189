"""What breaks in the middle of a journey, and what is changed behind its back."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Page, WebSocketRoute

from gateway.store import directory
from gateway.store.opening import open_folder, open_sqlite
from gateway.store.sql import Tx
from tests.flows.server import DemoServer
from tests.support_edge.line import Line, Trouble


@contextmanager
def without_network(page: Page) -> Iterator[None]:
    """The page's browser has no network meanwhile."""
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


class Wire:
    """A console's socket whose frames from the server can be held back: what this page sees is old meanwhile. It begins with
    the page's next socket."""

    def __init__(self, page: Page) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = None
        self._types: tuple[str, ...] = ()
        page.route_web_socket("**/socket", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: self._pass(route, message))

    def _pass(self, route: WebSocketRoute, message: str | bytes) -> None:
        if self._held is None or (self._types and json.loads(message)["type"] not in self._types):
            route.send(message)
        else:
            self._held.append((route, message))

    @contextmanager
    def held(self, *types: str) -> Iterator[None]:
        """Of these types; all, if none is named."""
        self._held, self._types = [], types
        yield
        held, self._held = self._held, None
        for route, message in held:
            route.send(message)


class Place(NamedTuple):
    """A server that a line leads to."""

    url: str
    inbox: str = ""


class Lift:
    """A line to a server, which a journey lets fail: the journey isn't asynchronous, so the line runs in a thread."""

    def __init__(self, url: str) -> None:
        self._line = Line(Place(url))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line")
        self._thread.start()
        self._do(self._line.start())

    @property
    def url(self) -> str:
        return self._line.url

    def fail(self, trouble: Trouble) -> None:
        self._do(self._now(lambda: self._line.fail(trouble)))

    def mend(self) -> None:
        self._do(self._now(self._line.mend))

    def close(self) -> None:
        self._do(self._line.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _now(self, work: Callable[[], None]) -> None:
        work()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


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
