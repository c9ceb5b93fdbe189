"""The widget on somebody's own site: another origin, with a strict content policy."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from playwright.sync_api import expect

from gateway.store import directory
from gateway.store.directory import Business
from gateway.store.sql import Tx
from tests.flows.browser import Stage
from tests.flows.outages import change, without_network
from tests.flows.people import Customer
from tests.flows.server import DemoServer

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
<link rel="icon" href="data:,"><h1>A shop of its own</h1>
<script async src="{origin}/widget.js" data-inbox="{inbox}"></script></html>"""


class Shop:
    """A static site on a port of its own, which allows nothing but the widget."""

    def __init__(self, switchboard: str, inbox: str) -> None:
        socket = switchboard.replace("http", "ws", 1)
        policy = f"default-src 'none'; script-src {switchboard}; connect-src {socket}; img-src data:; base-uri 'none'"
        page = PAGE.format(origin=switchboard, inbox=inbox).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="shop")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def shop(stage: Stage, demo: DemoServer) -> Iterator[Shop]:
    own = stage.page()
    own.goto(demo.links.page)
    inbox = re.search(r'data-inbox="([^"]+)"', own.content())
    assert inbox is not None
    site = Shop(demo.links.origin, inbox[1])
    yield site
    site.close()


def test_site_that_is_not_allowed_is_told_kindly(shop: Shop, stage: Stage) -> None:
    page = stage.page(locale="en")
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    page.goto(shop.origin)
    customer = Customer(page, "en")
    customer.launcher.click()
    expect(customer.panel).to_contain_text("The chat is not available here.")
    expect(customer.field).to_be_disabled()
    assert any(f"Add {shop.origin} to the inbox's allowed origins" in text for text in warnings)


def test_site_that_is_allowed_chats_under_a_strict_policy(shop: Shop, stage: Stage, demo: DemoServer) -> None:
    demo.stop()
    change(demo, lambda tx, now, business: allow(tx, business, shop.origin))
    demo.start()
    customer = Customer.arrive(stage, shop.origin, locale="en")
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    customer.page.reload()
    customer.hears("Spark: 100 Mbit/s")
    with without_network(customer.page):
        customer.button("Discounts").click()
    customer.hears("10% when you pay for 6 months")


def allow(tx: Tx, business: Business, origin: str) -> None:
    scoped = tx.for_business(business.id)
    inbox = next(inbox for inbox in directory.read_inboxes(scoped) if inbox.channel == "webchat")
    directory.set_inbox(scoped, inbox.id, msgspec.structs.replace(inbox.settings, origins=(origin,)))
