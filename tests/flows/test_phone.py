"""A narrow screen: the chat fills it, and the console shows one pane at a time."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer

PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}


def test_chat_fills_a_phone(stage: Stage, demo: DemoServer) -> None:
    customer = Customer.arrive(stage, demo.links.page, **PHONE)
    customer.panel.evaluate("one => Promise.all(one.getAnimations().map((each) => each.finished))")
    assert customer.panel.bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 740}
    expect(customer.page.locator("switchboard-chat .launcher")).to_be_hidden()
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")
    with without_network(customer.page):
        customer.button("Скидки").tap()
        expect(customer.panel).to_contain_text("Восстанавливаем связь")
    customer.hears("пенсионерам")
    assert_no_sideways_scroll(customer.page)

    customer.page.reload()
    customer.hears("пенсионерам")
    customer.panel.get_by_role("button", name="Закрыть чат").tap()
    expect(customer.launcher).to_be_visible()


def test_console_shows_one_pane_at_a_time_on_a_phone(customer: Customer, stage: Stage, demo: DemoServer) -> None:
    customer.ask_for_person()
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru", **PHONE)
    expect(olga.page.get_by_role("main")).to_be_hidden()
    olga.rows.first.tap()
    expect(olga.log).to_be_visible()
    expect(olga.list).to_be_hidden()
    olga.button("take").first.tap()
    expect(olga.field).to_be_visible()
    assert_no_sideways_scroll(olga.page)

    olga.page.reload()
    expect(olga.field).to_be_visible()
    expect(olga.list).to_be_hidden()
    with without_network(olga.page):
        olga.write("Отвечаю с телефона")
    customer.sees("Отвечаю с телефона", author="operator")
    olga.page.set_viewport_size({"width": 375, "height": 420})  # the phone's keyboard comes up
    expect(olga.log.get_by_text("Отвечаю с телефона")).to_be_in_viewport(ratio=1)
    olga.page.set_viewport_size({"width": 375, "height": 667})
    olga.page.get_by_role("button", name="Контекст (Alt+O)").tap()
    context = olga.page.get_by_role("complementary", name="Контекст")
    expect(context).to_be_visible()
    context.get_by_role("button", name="Закрыть контекст").tap()
    expect(context).to_have_count(0)
    olga.page.get_by_role("button", name="К списку").tap()
    expect(olga.list).to_be_visible()
    expect(olga.page.get_by_role("main")).to_be_hidden()


def test_every_page_is_reached_from_a_phone(stage: Stage, demo: DemoServer) -> None:
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en", **PHONE)
    row = anna.page.get_by_role("navigation", name="Navigation")
    expect(row.get_by_role("link")).to_have_count(3)
    for name in ("Records", "Knowledge", "Settings"):
        row.get_by_role("button", name="More").tap()
        expect(row.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        if name == "Records":
            assert_no_faults(anna.page)
        row.get_by_role("link", name=name).tap()
        expect(row.get_by_role("link", name=name)).to_be_hidden()
        assert_no_sideways_scroll(anna.page)
    sizes = row.evaluate(
        "one => [...one.querySelectorAll('a, button')].filter((each) => each.checkVisibility()).map((each) => each.offsetWidth)"
    )
    assert min(sizes) >= 32


def assert_no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 375
