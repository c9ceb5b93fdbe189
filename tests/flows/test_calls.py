"""A customer calls from a page: the bot answers, and what is said stands in the thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.flows.browser import Stage
from tests.flows.calling import LOOPBACK, speaking, spoken
from tests.flows.people import Customer
from tests.flows.server import DemoServer, copy_of


@pytest.fixture
def demo(trained: Path, tmp_path: Path) -> Iterator[DemoServer]:
    server = DemoServer(copy_of(trained, tmp_path / "data"), LOOPBACK)
    server.start()
    yield server
    server.stop()


def test_the_bot_answers_a_call(playwright: Playwright, demo: DemoServer, tmp_path: Path) -> None:
    with speaking(playwright, tmp_path, spoken(8.0, "Сколько стоит интернет?", 60.0)) as browser:
        stage = Stage(browser, tmp_path)
        customer = Customer.arrive(stage, demo.links.page)
        customer.page.wait_for_timeout(9000)
        customer.panel.get_by_role("button", name="Позвонить").click()
        customer.panel.get_by_role("button", name="Включить микрофон").click()
        expect(customer.panel.get_by_role("group", name="Позвонить")).to_contain_text("На линии помощник")
        customer.page.screenshot(path="/tmp/lead/shots/call1.png")
        customer.page.screenshot(path="/tmp/lead/shots/call1.png")
        customer.hears("Безлимитный интернет")
        customer.page.screenshot(path="/tmp/lead/shots/call2.png")
        stage.close(failed=False)
