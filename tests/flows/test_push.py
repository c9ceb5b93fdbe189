"""An operator closes the console and still hears of a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.pushing import WorkerEdge, key_of, moves, subscribes_to
from tests.flows.server import DemoServer, copy_of
from tests.support_edge.push_service import PushServer, Subscriber

_NO_CONSTRUCTOR = """
const real = window.Notification;
window.Notification = class {
  static get permission() { return real.permission; }
  static requestPermission() { return real.requestPermission(); }
  constructor() { throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead."); }
};
Object.defineProperty(document, "hidden", { get: () => true });
window.shown_ = 0;
const show = ServiceWorkerRegistration.prototype.showNotification;
ServiceWorkerRegistration.prototype.showNotification = async function (...told) {
  await show.apply(this, told);
  window.shown_ += 1;
};
"""


@pytest.fixture(scope="package")
def browser(whole_browser: Browser) -> Browser:
    return whole_browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushServer]:
    running = PushServer(tmp_path)
    yield running
    running.close()
    assert running.refusals == []


@pytest.fixture
def demo(trained: Path, tmp_path: Path, service: PushServer) -> Iterator[DemoServer]:
    """It may call loopback, and trusts what it finds there."""
    trusting = {"SSL_CERT_FILE": str(service.certificate), "SWITCHBOARD_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    server = DemoServer(copy_of(trained, tmp_path / "data"), trusting)
    server.start()
    yield server
    server.stop()


class Away(NamedTuple):
    """Olga, her browser, and its subscription."""

    olga: Operator
    context: BrowserContext
    browser: Subscriber


@pytest.fixture
def away(stage: Stage, demo: DemoServer, service: PushServer) -> Away:
    context = stage.context(locale="ru")
    browser = service.subscribe()
    subscribes_to(context, browser)
    context.grant_permissions(["notifications"], origin=demo.links.origin)
    page = context.new_page()
    page.goto(demo.links.operator)
    olga = Operator(page, "ru")
    expect(olga.tab("unassigned")).to_be_visible()
    return Away(olga, context, browser)


def switch(page: Page) -> Locator:
    return page.get_by_role("switch", name="И когда консоль закрыта")


def turn_on(away: Away) -> None:
    page = away.olga.page
    page.get_by_role("button", name="Оповещения").click()
    switch(page).click()
    expect(switch(page)).to_be_checked()
    away.browser.key = key_of(page)


def test_operator_hears_of_a_customer_while_the_console_is_closed(
    stage: Stage, demo: DemoServer, away: Away, service: PushServer
) -> None:
    page = away.olga.page
    turn_on(away)
    assert_no_faults(page)
    page.get_by_role("button", name="Прислать пробное").click()
    expect(page.get_by_text("Сейчас появится на этом устройстве")).to_be_visible()
    (test,) = service.wait(1)
    assert test.to is away.browser and test.json["title"] == "Уведомления работают"

    customer = Customer.arrive(stage, demo.links.page)
    elsewhere = away.context.new_page()
    elsewhere.goto(demo.links.page)
    page.close()
    customer.ask_for_person()
    push = service.wait(2)[1]
    assert push.json["body"] == "клиент попросил человека"

    worker = WorkerEdge(elsewhere)
    worker.push(test.plain)
    worker.push(push.plain)
    shown = {one["tag"]: one for one in worker.shown()}
    assert len(shown) == 2
    call = shown[push.json["conversation"]]
    assert call["title"].startswith("Посетитель ") and call["body"] == "клиент попросил человека"
    worker.push(push.plain)
    worker.push(test.plain)
    assert len(worker.shown()) == 2, "the same again takes the first one's place"

    # It leads to the conversation, in a window of its own: that is where the worker sends the browser.
    console = away.context.new_page()
    console.goto(
        f"{demo.links.origin}/console/?business={push.json['business']}#/conversations/{push.json['conversation']}"
    )
    expect(Operator(console, "ru").log).to_be_visible()
    assert "business" not in console.url
    worker.wait_until_left(0)


def test_open_console_speaks_for_itself_and_a_click_leads_to_it(
    stage: Stage, demo: DemoServer, away: Away, service: PushServer
) -> None:
    turn_on(away)
    customer = Customer.arrive(stage, demo.links.page)
    customer.ask_for_person()
    (push,) = service.wait(1)
    elsewhere = away.context.new_page()
    elsewhere.goto(demo.links.page)
    edge = WorkerEdge(elsewhere)
    edge.push(push.plain)
    foreign = push.plain.replace(push.json["account"].encode(), b"somebody-else").replace(b'"tag":"', b'"tag":"their-')
    edge.push(foreign)
    assert [one["data"]["account"] for one in edge.shown()] == ["somebody-else"], "hers was heard already"

    # A test is always seen; this one leads somewhere.
    edge.push(push.plain.replace(b'"call"', b'"test"'))
    assert {one["data"]["kind"] for one in edge.shown()} == {"call", "test"}
    edge.click(push.json["conversation"])
    expect(away.olga.log).to_be_visible()
    assert push.json["conversation"] in away.olga.page.url
    edge.wait_until_left(1)


def test_where_a_page_may_not_notify_its_worker_does_and_takes_it_away(
    stage: Stage, demo: DemoServer, away: Away
) -> None:  # fmt: skip
    """As Chrome on Android: the constructor throws, whatever was allowed."""
    page = away.olga.page
    page.add_init_script(_NO_CONSTRUCTOR)
    page.reload()
    expect(page.get_by_role("button", name="Учётная запись")).to_have_attribute("title", "Olga Example: На линии")
    customer = Customer.arrive(stage, demo.links.page)
    customer.ask_for_person()
    elsewhere = away.context.new_page()
    elsewhere.goto(demo.links.page)
    edge = WorkerEdge(elsewhere)
    page.wait_for_function("() => window.shown_ === 1", polling=100)
    (shown,) = edge.shown()
    assert "клиент попросил человека" in shown["body"]
    edge.click(shown["tag"])
    expect(away.olga.log).to_be_visible()
    away.olga.take()
    edge.wait_until_left(0)


def test_turned_off_or_signed_out_nothing_comes(
    stage: Stage, demo: DemoServer, away: Away, service: PushServer
) -> None:
    page = away.olga.page
    turn_on(away)
    page.reload()
    page.get_by_role("button", name="Оповещения").click()
    expect(switch(page)).to_be_checked()
    switch(page).focus()
    page.keyboard.press("Space")
    expect(switch(page)).not_to_be_checked()
    assert page.evaluate("() => fetch('/api/v1/me/push').then((one) => one.json())")["on"] is False
    page.keyboard.press("Space")
    expect(switch(page)).to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Учётная запись").click()
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("button", name="Войти")).to_be_visible()

    hers = service.subscribe()
    colleague = stage.context(locale="en")
    subscribes_to(colleague, hers)
    colleague.grant_permissions(["notifications"], origin=demo.links.origin)
    anna = colleague.new_page()
    anna.goto(demo.links.administrator)
    anna.get_by_role("button", name="Alerts").click()
    hears = anna.get_by_role("switch", name="Also while the console is closed")
    hears.click()
    expect(hears).to_be_checked()
    Customer.arrive(stage, demo.links.page).ask_for_person()
    (push,) = service.wait(1)
    assert push.to is hers and service.requests == 1


def test_who_wants_no_repeats_is_told_once_also_while_the_console_is_closed(demo: DemoServer, away: Away) -> None:
    page = away.olga.page

    def says(repeat: bool) -> Callable[[Request], bool]:
        words = f'"repeat":{str(repeat).lower()}'
        return lambda asked: asked.method == "PUT" and words in (asked.post_data or "")

    with page.expect_request(says(repeat=True)):
        turn_on(away)
    again = page.get_by_role("checkbox", name="Повторять каждые 30 секунд")
    with page.expect_request(says(repeat=False)):
        again.uncheck()
    with page.expect_request(says(repeat=False)):
        page.reload()
    page.get_by_role("button", name="Оповещения").click()
    expect(again).not_to_be_checked()


def test_browser_that_moves_to_another_address_is_still_told(
    stage: Stage, demo: DemoServer, away: Away, service: PushServer
) -> None:
    turn_on(away)
    page, moved = away.olga.page, service.subscribe(away.browser.key)
    worker = next(one for one in away.context.service_workers if one.url.endswith("/console/sw.js"))
    with away.context.expect_event("response", lambda one: one.request.method == "PUT" and one.status == 204):
        moves(worker, moved)
    page.get_by_role("button", name="Прислать пробное").click()
    (push,) = service.wait(1)
    assert push.to is moved and push.json["title"] == "Уведомления работают", "in the language that it had"


def test_browser_that_cannot_or_may_not_says_what_to_do(stage: Stage, demo: DemoServer) -> None:
    page = stage.page(locale="ru")
    page.add_init_script('Object.defineProperty(Notification, "permission", { get: () => "denied" });')
    page.goto(demo.links.operator)
    page.get_by_role("button", name="Оповещения").click()
    expect(page.get_by_text("Разрешите их в настройках сайта")).to_be_visible()
    expect(switch(page)).to_be_disabled()
    assert_no_faults(page)
    page.add_init_script("delete globalThis.PushManager;")
    page.reload()
    page.get_by_role("button", name="Оповещения").click()
    expect(page.get_by_text("Этот браузер так не умеет")).to_be_visible()


def test_what_failed_can_be_tried_again(demo: DemoServer, away: Away) -> None:
    page = away.olga.page
    page.route("**/api/v1/me/push", lambda route: route.abort())
    page.get_by_role("button", name="Оповещения").click()
    switch(page).click()
    expect(page.get_by_text("Сервер не отвечает. Проверьте связь")).to_be_visible()
    assert_no_faults(page)
    page.unroute("**/api/v1/me/push")
    page.get_by_role("button", name="Ещё раз").click()
    expect(switch(page)).to_be_checked()
