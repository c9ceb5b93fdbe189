"""The demo and a browser for each journey. They are real: nothing here is a stand-in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.flows.browser import Stage, launch
from tests.flows.outages import change
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer, NewServer, copy_of, train_into
from tests.flows.shop import Shop
from tests.flows.sites import Pages
from tests.flows.telegram import Telegram, with_bot
from tests.support_edge.telegram import BotUser

Report = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remembers for the fixtures whether the journey itself failed."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.when == "call":
        item.stash[Report] = report.failed
    return report  # type: ignore[return-value]


@pytest.fixture(scope="package")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder, its bot trained once for all journeys."""
    return train_into(tmp_path_factory.mktemp("trained") / "data")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = launch(playwright, whole=False)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """For journeys with notifications."""
    opened = launch(playwright)
    yield opened
    opened.close()


@pytest.fixture
def demo(trained: Path, tmp_path: Path) -> Iterator[DemoServer]:
    server = DemoServer(copy_of(trained, tmp_path / "data"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    """A Telegram of one's own; a server takes it for the real one by its ``environment``."""
    running = Telegram().start()
    yield running
    running.stop()


@pytest.fixture
def bot(telegram: Telegram) -> BotUser:
    return telegram.add_bot("Фонарь", username="lantern_test_bot")


@pytest.fixture
def demo_with_bot(trained: Path, tmp_path: Path, telegram: Telegram, bot: BotUser) -> Iterator[DemoServer]:
    """The demo, with a bot of Telegram's."""
    server = DemoServer(copy_of(trained, tmp_path / "data"), telegram.environment)
    change(server, partial(with_bot, folder=server.folder, bot=bot))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def new(tmp_path: Path) -> Iterator[NewServer]:
    """A server where nothing is set up."""
    server = NewServer(tmp_path / "new")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stage(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Contexts of the browser. No page may have complained; a failure leaves screenshots and traces."""
    opened = Stage(browser, tmp_path)
    yield opened
    failed = request.node.stash.get(Report, True) or bool(opened.complaints)
    kept = opened.close(failed=failed)
    if failed:
        request.node.add_report_section("teardown", "left behind", "\n".join(map(str, kept)))
    assert opened.complaints == []


@pytest.fixture
def shop(stage: Stage, demo: DemoServer) -> Iterator[Shop]:
    """Somebody's own site with the business's widget on it."""
    own = stage.page()
    own.goto(demo.links.page)
    inbox = re.search(r'data-inbox="([^"]+)"', own.content())
    assert inbox is not None
    site = Shop(demo.links.origin, inbox[1])
    yield site
    site.close()


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A site of somebody else's, without pages yet."""
    site = Pages()
    yield site
    site.close()


@pytest.fixture
def customer(stage: Stage, demo: DemoServer) -> Customer:
    """A Russian-speaking customer on the business's page, the chat open."""
    return Customer.arrive(stage, demo.links.page)


@pytest.fixture
def english(stage: Stage, demo: DemoServer) -> Customer:
    """An English-speaking one."""
    return Customer.arrive(stage, demo.links.page + "en.html", locale="en")


@pytest.fixture
def olga(stage: Stage, demo: DemoServer) -> Operator:
    """The operator, whose console speaks Russian."""
    return Operator.sign_in(stage, demo.links.operator, locale="ru")


@pytest.fixture
def anna(stage: Stage, demo: DemoServer) -> Operator:
    """The administrator, whose console speaks English."""
    return Operator.sign_in(stage, demo.links.administrator, locale="en")
