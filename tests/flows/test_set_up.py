"""The first run, by clicks alone, from an empty database to a customer's question answered."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.flows.administrators import PASSWORD, Administrator, ask_for_person, come_in
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import NewServer
from tests.flows.test_phone import PHONE

SIGNED_OUT = "status of 401"
"""Chromium notes the refusals by which a page learns that nobody is signed in."""
NARROW = PHONE | {"viewport": {"width": 390, "height": 844}}


def test_first_run_to_a_question_answered_by_an_invited_operator(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    anna = Administrator.first(stage, new)
    anna.fill("Name of the inbox", "Shop")
    anna.fill("Greeting, English", "Hello. What shall we light?")
    anna.click("Make the chat")
    preview = anna.page.frame_locator("iframe")
    preview.get_by_role("button", name="Open chat").click()
    expect(preview.get_by_text("What shall we light?")).to_be_visible()
    snippet = anna.page.locator("output").inner_text()
    inbox = re.search(r'data-inbox="([^"]+)"', snippet)
    assert inbox is not None and f'src="{new.origin}/widget.js"' in snippet

    anna.click("Continue")
    anna.is_at("A bot to begin with")
    has_bot = anna.choose_bot()
    anna.click("Continue" if has_bot else "Go on without a bot")
    anna.is_at("Who answers with you")
    link = anna.invite()
    expect(anna.page.get_by_text("whoever has the link")).to_be_visible()
    anna.click("Continue")
    anna.is_at("Try it")

    page = stage.page(locale="ru")
    come_in(page, link, name="Олег Примеров", email="oleg@example.com", locale="ru")
    oleg = Operator(page, "ru")
    expect(oleg.tab("unassigned")).to_be_visible()
    assert "invitation" not in page.url

    customer = Customer.arrive(stage, f"{new.origin}/preview/{inbox[1]}?locale=en", locale="en")
    customer.say("Hello")
    if has_bot:
        customer.hears(re.compile(r"\w"))
        customer.ask_for_person()
        expect(customer.queue).to_be_visible()
    else:
        ask_for_person(customer)
    customer.say("Do you deliver lamps?")
    oleg.choose("lamps")
    oleg.take()
    oleg.write("Yes, within two days.")
    customer.hears("within two days", author="operator")

    anna.click("Open the console")
    expect(Operator(anna.page, "en").tab("all")).to_be_visible()
    expect(anna.page.get_by_role("link", name="Settings")).to_be_visible()
    expect(page.get_by_role("link", name="Настройки")).to_have_count(0)


def test_first_run_goes_on_after_a_reload_where_it_was_left(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    stage.allow("status of 410")
    stage.allow("status of 422")
    page = stage.page(locale="en")
    page.goto(new.link)
    anna = Administrator(page)
    anna.fill("What customers call it, English", "Example Lamps")
    anna.fill("Name", "Anna Example")
    anna.fill("E-mail", "anna@example.com")
    assert "set-up=" not in page.url
    page.reload()
    expect(page.get_by_label("E-mail")).to_have_value("anna@example.com")
    expect(page.get_by_label("Password")).to_have_value("")

    anna.fill("Password", "short")
    anna.click("Continue")
    expect(page.get_by_text("This password is too short")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    anna.fill("Password", PASSWORD)
    anna.click("Continue")
    anna.is_at("The chat on your pages")
    page.reload()
    anna.is_at("The chat on your pages")
    anna.click("Make the chat")
    anna.click("Continue")
    anna.click("Go on without a bot")
    page.reload()
    anna.is_at("Who answers with you")

    late = stage.page(locale="en")
    late.goto(new.link)
    for label, text in {"What customers call it, English": "Other", "Name": "Eve", "E-mail": "eve@example.com"}.items():
        late.get_by_label(label, exact=True).fill(text)
    late.get_by_label("Password", exact=True).fill(PASSWORD)
    late.get_by_role("button", name="Continue").click()
    expect(late.get_by_role("alert")).to_contain_text("This link was used already")


def test_first_run_in_russian_on_a_phone(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    page = stage.page(locale="ru", **NARROW)
    page.goto(new.link)
    page.get_by_label("Как её зовут клиенты, Русский").fill("Лампы для примера")
    page.get_by_label("Имя", exact=True).fill("Анна Примерова")
    page.get_by_label("Почта").fill("anna@example.com")
    page.get_by_label("Пароль").fill(PASSWORD)
    assert_no_sideways_scroll(page)
    page.get_by_role("button", name="Продолжить").tap()
    page.get_by_role("button", name="Создать чат").tap()
    chat = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    chat.get_by_role("button", name="Открыть чат").tap()
    expect(chat.get_by_text("Здравствуйте. Чем помочь?")).to_be_visible()
    assert_no_sideways_scroll(page)
    page.get_by_role("button", name="Продолжить").tap()
    page.get_by_role("button", name="Продолжить без бота").tap()
    page.get_by_role("button", name="Не сейчас").tap()
    page.get_by_role("button", name="Открыть консоль").tap()

    page.get_by_role("button", name="Ещё").tap()
    page.get_by_role("link", name="Настройки").tap()
    page.get_by_role("link", name="Метки").tap()
    page.get_by_role("button", name="Добавить метку").tap()
    page.get_by_label("Название").fill("Возврат")
    page.get_by_role("button", name="Добавить метку").tap()
    expect(page.get_by_role("link", name="Возврат")).to_be_visible()
    assert_no_sideways_scroll(page)
    page.get_by_role("link", name="Настройки").first.tap()
    expect(page.get_by_role("link", name="Часы работы")).to_be_visible()


def assert_no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.querySelector('main, .settings').scrollWidth") <= 390
