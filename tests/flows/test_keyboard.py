"""Everything by keyboard, in any layout, and what a screen reader is told."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from gateway.http.passwords import hash_password
from gateway.store import accounts
from gateway.store.directory import Business
from gateway.store.sql import Tx
from tests.flows.browser import Stage
from tests.flows.outages import change, without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_people_take_over import handed_over

PASSWORD = "a long enough pass phrase"
ALT = 1
_DEEP_ACTIVE = "let one = document.activeElement; while (one?.shadowRoot) one = one.shadowRoot.activeElement;"


def test_operator_works_by_keyboard_from_sign_in_to_resolve(customer: Customer, stage: Stage, demo: DemoServer) -> None:
    stage.allow("status of 401")
    demo.stop()
    change(demo, give_password)
    demo.start()
    customer.ask_for_person()
    page = stage.page(locale="ru")
    page.goto(f"{demo.links.origin}/console/")
    expect(page.get_by_label("Почта")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("olga@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    olga = Operator(page, "ru")
    expect(olga.rows).to_have_count(1)

    page.keyboard.press("Alt+j")
    expect(olga.log).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(olga.field).to_be_focused()
    page.keyboard.type("Отвечаю с клавиатуры")
    page.keyboard.press("Enter")
    customer.sees("Отвечаю с клавиатуры")

    with without_network(page):
        page.keyboard.press("Alt+p")
        expect(olga.button("note")).to_have_attribute("aria-pressed", "true")
        page.keyboard.type("Заметка с клавиатуры")
        page.keyboard.press("Enter")
    olga.sees("Заметка с клавиатуры")
    page.reload()
    olga.sees("Отвечаю с клавиатуры")  # the log is there, not only what this page had still to send
    olga.sees("Заметка с клавиатуры")
    page.keyboard.press("Alt+l")
    expect(olga.button("reply")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Alt+e")
    expect(customer.log).to_contain_text("Диалог завершён")


def test_shortcuts_go_by_the_key_and_not_by_its_letter(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    expect(olga.rows).to_have_count(1)
    in_russian_layout(olga.page, "KeyJ", "о")
    expect(olga.log).to_be_visible()
    in_russian_layout(olga.page, "KeyA", "ф")
    expect(olga.field).to_be_visible()
    in_russian_layout(olga.page, "KeyP", "з")
    expect(olga.button("note")).to_have_attribute("aria-pressed", "true")
    in_russian_layout(olga.page, "KeyO", "щ")
    expect(olga.page.get_by_role("complementary")).to_have_count(0)
    olga.page.reload()
    expect(olga.field).to_be_visible()  # the thread is there again, and it is hers
    expect(olga.page.get_by_role("complementary")).to_have_count(0)
    with without_network(olga.page):
        # Pressed before the console knows of it, the key would be told otherwise: what was asked got lost.
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
        in_russian_layout(olga.page, "KeyE", "у")
        expect(olga.alert).to_contain_text("Связи пока нет")
    expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_hidden()
    in_russian_layout(olga.page, "KeyE", "у")
    expect(customer.log).to_contain_text("Диалог завершён")


def test_key_for_a_log_that_can_not_be_had_now_is_answered(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.page.goto(olga.page.url.split("#")[0])
    olga.page.reload()
    olga.tab("mine").click()
    expect(olga.rows).to_have_count(1)
    with without_network(olga.page):
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
        olga.page.keyboard.press("Alt+j")  # known by its row alone
        olga.page.keyboard.press("Alt+e")
        expect(olga.alert).to_contain_text("Связи пока нет")
        assert_accessible(olga.page)
    olga.sees("человека", author="customer")


def test_question_mark_shows_the_shortcuts(olga: Operator) -> None:
    olga.page.keyboard.press("?")
    help_ = olga.page.get_by_role("dialog", name="Горячие клавиши")
    expect(help_).to_contain_text("Следующий диалог")
    olga.page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    olga.page.get_by_role("button", name="Горячие клавиши").press("Enter")
    expect(help_.get_by_role("button", name="Закрыть")).to_be_focused()


def test_customer_writes_by_keyboard_alone(customer: Customer) -> None:
    page = customer.page
    page.keyboard.press("Escape")
    expect(customer.panel).to_be_hidden()
    expect(customer.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(customer.field).to_be_focused()
    page.keyboard.type("Какие у вас тарифы?")
    page.keyboard.press("Enter")
    customer.hears("«Искра»: 100 Мбит/с")
    page.reload()
    expect(customer.field).to_be_focused()
    expect(customer.button("Скидки")).to_be_visible()
    tab_to(page, "Скидки", backwards=True)
    with without_network(page):
        page.keyboard.press("Enter")
        expect(customer.field).to_be_focused()
    customer.hears("пенсионерам")


def test_every_control_has_a_name_and_shows_its_focus(customer: Customer, olga: Operator) -> None:
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")
    assert_accessible(customer.page)
    customer.ask_for_person()
    olga.choose("человека")
    assert_accessible(olga.page)
    olga.take()
    olga.write("Добрый день")
    olga.note("Только для своих")
    customer.sees("Добрый день")
    assert_accessible(olga.page)
    assert_accessible(customer.page)
    expect(customer.log).to_have_attribute("aria-live", "polite")
    expect(olga.page.get_by_role("navigation", name="Навигация")).to_be_visible()
    expect(olga.page.get_by_role("complementary", name="Контекст")).to_be_visible()


def give_password(tx: Tx, now: int, business: Business) -> None:
    found = accounts.account_by_email(tx, "olga@example.com")
    assert found is not None
    accounts.set_password(tx, found[0].id, hash_password(PASSWORD))


def in_russian_layout(page: Page, code: str, letter: str) -> None:
    """Alt and a physical key, as the Russian layout reports it."""
    keyboard = page.context.new_cdp_session(page)
    pressed = {"modifiers": ALT, "code": code, "key": letter, "windowsVirtualKeyCode": ord(code[-1])}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **pressed})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
    keyboard.detach()


def tab_to(page: Page, name: str, *, backwards: bool = False) -> None:
    """Goes on by Tab until the button with this name has the focus."""
    for _ in range(30):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate(f"() => {{ {_DEEP_ACTIVE} return one.textContent.trim(); }}") == name:
            return
    raise AssertionError(f"the focus never came to {name!r}")


def assert_accessible(page: Page) -> None:
    """Names, order and visible focus of all that can be operated."""
    nameless = re.findall(r"^\s*- (?:button|link|textbox)(?! \").*$", page.locator("body").aria_snapshot(), re.M)
    assert nameless == []
    assert page.locator('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').count() == 0
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen = page.evaluate(
            f"""() => {{ {_DEEP_ACTIVE}
            if (!one || one === document.body || one.matches("textarea, input")) return "";
            const style = getComputedStyle(one);
            return style.outlineStyle === "none" || style.outlineWidth === "0px" ? one.outerHTML.slice(0, 200) : "";
            }}"""
        )
        assert unseen == ""
