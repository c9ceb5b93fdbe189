"""The widget on somebody's own site: another origin, with a strict content policy."""

from __future__ import annotations

import msgspec
from playwright.sync_api import expect

from gateway.store import directory
from gateway.store.directory import Business
from gateway.store.sql import Tx
from tests.flows.browser import Stage
from tests.flows.outages import change, without_network
from tests.flows.people import Customer
from tests.flows.server import DemoServer
from tests.flows.shop import Shop


def test_site_that_is_not_allowed_is_told_kindly(shop: Shop, stage: Stage) -> None:
    stage.allow("/api/v1/widget/inbox")  # refused like the socket: the browser itself says so
    stage.allow("status of 403")
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
