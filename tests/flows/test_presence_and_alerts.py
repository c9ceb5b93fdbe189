"""Whether people are on the line, and how they learn that somebody waits."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.garden import Garden
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.sites import Pages
from tests.flows.test_people_take_over import handed_over

HALF_A_MINUTE = 31_000
_RECORD = """
window.told_ = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, { body }) { this.words = `${title}: ${body}`; window.told_.push(this.words); window.last_ = this; }
  close() { window.told_.push("closed"); }
};
Object.defineProperty(document, "hidden", { get: () => true });
"""


@pytest.fixture(scope="package")
def browser(whole_browser: Browser) -> Browser:
    return whole_browser


def account(operator: Operator, name: str = "Учётная запись") -> Locator:
    return operator.page.get_by_role("button", name=name)


def sits(olga: Operator) -> None:
    """The server knows that she is there: who waited before that is told by and by, who comes now at once."""
    expect(account(olga)).to_have_attribute("title", "Olga Example: На линии")


def test_presence_is_chosen_seen_by_colleagues_and_kept(customer: Customer, olga: Operator, anna: Operator) -> None:
    handed_over(customer, olga)
    account(anna, "Account").click()
    assert_no_faults(anna.page)
    anna.page.get_by_text("Busy", exact=True).click()
    anna.page.keyboard.press("Escape")
    olga.page.keyboard.press("Alt+t")
    dialog = olga.page.get_by_role("dialog", name="Передать диалог")
    expect(dialog.locator("label").filter(has_text="Anna Example")).to_contain_text("Занят")
    expect(dialog.locator("label").filter(has_text="Pavel Example")).to_contain_text("Не в сети")
    anna.page.reload()
    expect(account(anna, "Account")).to_have_attribute("title", "Anna Example: Busy")
    anna.page.goto("about:blank")
    expect(dialog.locator("label").filter(has_text="Anna Example")).to_contain_text("Не в сети")


def test_who_waits_is_told_again_until_somebody_takes_it(
    customer: Customer, stage: Stage, demo: DemoServer, anna: Operator
) -> None:
    page = stage.page(locale="ru")
    page.add_init_script(_RECORD)
    page.clock.install()
    page.goto(demo.links.operator)
    olga = Operator(page, "ru")
    sits(olga)
    customer.ask_for_person()
    expect(page).to_have_title("(1) Switchboard")
    expect(page.locator('link[rel="icon"]')).to_have_attribute("href", re.compile("mark-lit"))
    told = page.evaluate("() => window.told_")
    assert len(told) == 1 and "клиент попросил человека" in told[0] and "Посетитель" in told[0]
    page.clock.fast_forward(HALF_A_MINUTE)
    page.wait_for_function("() => window.told_.length === 3", polling=100)  # the first one made way

    anna.choose("человека")
    anna.take()
    expect(page).to_have_title("Switchboard")
    told = page.evaluate("() => window.told_")
    assert told[-1] == "closed"
    page.clock.fast_forward(HALF_A_MINUTE)
    assert page.evaluate("() => window.told_.length") == len(told)


def test_who_comes_while_the_line_is_down_is_told_when_it_is_back(
    customer: Customer, stage: Stage, demo: DemoServer
) -> None:
    page = stage.page(locale="ru")
    page.add_init_script(_RECORD)
    page.goto(demo.links.operator)
    olga = Operator(page, "ru")
    sits(olga)
    with without_network(page):
        expect(page.get_by_text("Восстанавливаем связь")).to_be_visible()
        customer.ask_for_person()
        assert page.evaluate("() => window.told_") == []
    page.wait_for_function("() => window.told_.length === 1", polling=100)
    (told,) = page.evaluate("() => window.told_")
    assert "клиент попросил человека" in told


def test_who_is_away_is_called_by_nobody_and_called_again_when_back(
    customer: Customer, stage: Stage, demo: DemoServer
) -> None:
    page = stage.page(locale="ru")
    page.add_init_script(_RECORD)
    page.clock.install()
    page.goto(demo.links.operator)
    olga = Operator(page, "ru")
    sits(olga)
    customer.ask_for_person()
    page.wait_for_function("() => window.told_.length === 1", polling=100)
    account(olga).click()
    with page.expect_response("**/api/v1/me/presence"):
        page.get_by_text("Отошёл", exact=True).click()
    page.wait_for_function("() => window.told_.at(-1) === 'closed'", polling=100)
    page.clock.fast_forward(HALF_A_MINUTE)
    assert len(page.evaluate("() => window.told_")) == 2
    icon = page.locator('link[rel="icon"]')
    expect(icon).not_to_have_attribute("href", re.compile("mark-lit"))
    page.get_by_text("На линии", exact=True).click()
    expect(icon).to_have_attribute("href", re.compile("mark-lit"))
    page.clock.fast_forward(HALF_A_MINUTE)
    page.wait_for_function("() => window.told_.length === 3", polling=100)


def test_call_of_another_business_is_told_under_its_name_and_leads_there(
    stage: Stage, demo: DemoServer, anna: Operator, pages: Pages
) -> None:
    garden = Garden(anna, demo, pages, mode="pick")
    page = stage.page(locale="ru")
    page.add_init_script(_RECORD)
    page.goto(demo.links.operator)
    olga = Operator(page, "ru")
    expect(olga.tab("unassigned")).to_be_visible()
    garden.hire(olga)
    sits(olga)
    page.wait_for_function("async () => (await (await fetch('/api/v1/me')).json()).businesses.length === 2")
    garden.asks(stage, "Есть ли у вас улун?")
    page.wait_for_function("() => window.told_.length === 1", polling=100)
    (told,) = page.evaluate("() => window.told_")
    assert told.startswith("Чайный сад: Посетитель") and "улун" not in told, "for whom, and never what was said"
    expect(page).to_have_title("(1) Switchboard")
    page.evaluate("() => window.last_.onclick()")
    olga.sees("Есть ли у вас улун?", author="customer")
    expect(page.get_by_role("region", name="Вы отвечаете за")).to_contain_text("Чайный сад")


def test_permission_is_asked_with_a_reason_when_somebody_waits(customer: Customer, olga: Operator) -> None:
    asked = olga.list.get_by_text("Сообщать вам об этом и тогда")
    sits(olga)
    expect(asked).to_have_count(0)
    customer.ask_for_person()
    expect(asked).to_be_visible()
    assert_no_faults(olga.page)
    olga.list.get_by_role("button", name="Не сейчас").click()
    expect(asked).to_have_count(0)
    olga.page.get_by_role("button", name="Оповещения").click()
    sound = olga.page.get_by_role("checkbox", name="Звук")
    sound.uncheck()
    assert_no_faults(olga.page)
    olga.page.reload()
    olga.page.get_by_role("button", name="Оповещения").click()
    expect(sound).not_to_be_checked()


def test_palette_goes_anywhere_and_does_anything(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    expect(olga.rows).to_have_count(1)
    palette = olga.page.get_by_role("dialog", name="Перейти или сделать")
    olga.page.keyboard.press("Control+k")
    expect(palette.get_by_role("combobox")).to_be_focused()
    assert_no_faults(olga.page)
    olga.page.keyboard.type("посетитель")
    olga.page.keyboard.press("Enter")
    expect(olga.log).to_be_visible()
    olga.page.keyboard.press("Control+k")
    olga.page.keyboard.type("прин")
    olga.page.keyboard.press("Enter")
    expect(olga.field).to_be_focused()
    olga.page.keyboard.press("Control+k")
    olga.page.keyboard.type("отош")
    expect(palette.get_by_role("option")).to_have_count(1)
    olga.page.keyboard.press("Enter")
    expect(account(olga)).to_have_attribute("title", "Olga Example: Отошёл")
    olga.page.keyboard.press("Control+k")
    olga.page.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def test_page_that_cannot_be_reached_says_so_and_comes_back(olga: Operator, demo: DemoServer) -> None:
    page = olga.page
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    expect(olga.tab("unassigned")).to_be_visible()
    kept = page.evaluate("async () => (await (await caches.open('switchboard-shell-1')).keys()).map(({ url }) => url)")
    assert kept and not any("/api/" in url or "/files/" in url for url in kept)
    demo.stop()
    page.reload()
    expect(page.get_by_text("Нет связи")).to_be_visible()
    assert_no_faults(page)
    demo.start()
    page.get_by_role("link", name="Попробовать ещё раз").click()
    expect(olga.tab("unassigned")).to_be_visible()
