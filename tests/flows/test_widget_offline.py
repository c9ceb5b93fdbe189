"""A customer in a lift: what they write while the line is gone, or is just being lost, stands in the end in the log, once, and the
page shows the log. Many pages, and many times: ``tests/faults/test_offline.py``.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, expect

from gateway.model.events import BotMessage, CustomerMessage, decode_event
from gateway.store.opening import DATABASE_FILE
from tests.flows.browser import Stage
from tests.flows.outages import Lift
from tests.flows.people import Customer
from tests.flows.server import DemoServer


@pytest.fixture
def lift(demo: DemoServer) -> Iterator[Lift]:
    line = Lift(demo.links.origin)
    yield line
    line.close()


def test_widget_that_was_offline_and_loaded_anew_shows_the_log_and_nothing_twice(
    stage: Stage, demo: DemoServer, lift: Lift
) -> None:
    url = demo.links.page.replace(demo.links.origin, lift.url)
    customer = Customer.arrive(stage, url)
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")

    # On its way when the network falls silent; then the browser notices, and another one is written.
    lift.fail("silent")
    customer.say("Как можно заплатить?")
    expect(customer.waiting).to_be_visible()
    customer.page.context.set_offline(True)
    expect(customer.panel).to_contain_text("Восстанавливаем связь")
    customer.say("Какие есть скидки?")
    customer.sees("Какие есть скидки?", author="customer")
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        customer.page.reload()
    customer.page.context.set_offline(False)
    lift.mend()
    customer.page.goto(url)
    customer.hears("пенсионерам")

    # Stored, and the page is never told so: it is loaded anew with the message still to be sent.
    lift.fail("deaf")
    customer.say("Как сменить тариф?")
    until_said(demo, "Как сменить тариф?")
    lift.fail("cut")
    lift.mend()
    customer.page.reload()

    # Loaded anew just as a message leaves.
    customer.say("Когда вы работаете?")
    customer.page.reload()
    customer.hears("Чат и телефон")

    said = [text for author, text in told(demo) if author == "customer"]
    assert said == [
        "Какие у вас тарифы?", "Как можно заплатить?", "Какие есть скидки?", "Как сменить тариф?", "Когда вы работаете?",
    ]  # fmt: skip
    expect(customer.waiting).to_have_count(0)
    assert shown(customer) == told(demo)


def told(demo: DemoServer) -> list[tuple[str, str]]:
    """What the log says to its only customer, by whom."""
    with sqlite3.connect(f"file:{demo.folder / DATABASE_FILE}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT body FROM events ORDER BY conversation_id, seq").fetchall()
    database.close()
    found: list[tuple[str, str]] = []
    for event in (decode_event(body) for (body,) in rows):
        match event:
            case CustomerMessage():
                found.append(("customer", event.text))
            case BotMessage():
                found.append(("bot", event.text))
    return found


def shown(customer: Customer) -> list[tuple[str, str]]:
    """The same as the page shows it, from their first words on."""
    bubbles = [
        ("customer" if "customer" in (message.get_attribute("class") or "") else "bot", text.inner_text())
        for message in customer.log.locator(".message").all()
        for text in message.locator(".bubble").all()
    ]
    first = next(number for number, (author, _) in enumerate(bubbles) if author == "customer")
    return bubbles[first:]


def until_said(demo: DemoServer, text: str) -> None:
    deadline = time.monotonic() + 30
    while ("customer", text) not in told(demo):
        assert time.monotonic() < deadline, f"{text} was never stored"
        time.sleep(0.01)
