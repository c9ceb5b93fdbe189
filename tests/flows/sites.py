"""Pages of other people's sites, each as its path says, on a port of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from gateway.store import directory
from gateway.store.directory import InboxSettings
from tests.flows.outages import change
from tests.flows.server import DemoServer


class Pages:
    """``pages``: HTML by path. ``headers`` go with each."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.pages.get(self.path.split("?")[0])
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="pages")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def html(body: str, *, head: str = "") -> str:
    """A page in English without a policy."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>A shop</title><link rel="icon" href="data:,">{head}<h1>A shop of its own</h1>{body}</html>'
    )


def script(demo: DemoServer, inbox: str, attributes: str = "") -> str:
    """The one line that puts the widget on a page."""
    return f'<script async src="{demo.links.origin}/widget.js" data-inbox="{inbox}" {attributes}></script>'


Settings = Callable[[InboxSettings], InboxSettings]


def set_up(demo: DemoServer, alter: Settings = lambda settings: settings, *, more: int = 0) -> list[str]:
    """Alters the settings of the demo's web inbox, and adds ``more`` like it. Their ids, the first one first."""
    found: list[str] = []

    def unit(tx, now, business) -> None:  # type: ignore[no-untyped-def]
        scoped = tx.for_business(business.id)
        inbox = next(inbox for inbox in directory.read_inboxes(scoped) if inbox.channel == "webchat")
        settings = alter(inbox.settings)
        directory.set_inbox(scoped, inbox.id, settings)
        found.append(inbox.id)
        for number in range(more):
            added = directory.add_inbox(scoped, channel="webchat", name=f"More {number}", settings=settings, now=now)
            found.append(added.id)

    demo.stop()
    change(demo, unit)
    demo.start()
    return found


def allowing(*origins: str, **changes: object) -> Settings:
    return lambda settings: msgspec.structs.replace(settings, origins=origins, **changes)
