"""A bot in Telegram becomes an inbox by clicks, and its page says how its line does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.flows.administrators import Administrator
from tests.flows.axe import faults
from tests.flows.browser import Stage
from tests.flows.people import Locale, Operator
from tests.flows.server import DemoServer, copy_of
from tests.flows.telegram import Telegram

STRANGER = "123456789:TEST-nobody-has-this-token-0000000"
SECTION = {"en": "Inboxes", "ru": "Точки входа"}
REFUSED = "status of 422"
FIRST_CHECK = 60_000
"""Milliseconds for the first bot of a server: what speaks with Telegram is loaded then."""


@pytest.fixture
def demo(trained: Path, tmp_path: Path, telegram: Telegram) -> Iterator[DemoServer]:
    server = DemoServer(copy_of(trained, tmp_path / "data"), telegram.environment)
    server.start()
    yield server
    server.stop()


def administrator(stage: Stage, demo: DemoServer, locale: Locale) -> Administrator:
    """Where inboxes are set up."""
    page = Operator.sign_in(stage, demo.links.administrator, locale="en").page
    page.evaluate("locale => localStorage.setItem('switchboard:locale', locale)", locale)
    page.reload()
    one = Administrator(page, locale)
    one.open(SECTION[locale])
    return one


def begin(one: Administrator, button: str) -> None:
    one.click(button)
    one.main.get_by_role("radio", name="Telegram").check()


def line(one: Administrator) -> Locator:
    return one.main.get_by_role("region", name={"en": "The bot", "ru": "Бот"}[one.locale])


def add(one: Administrator, token: str) -> None:
    begin(one, "Add inbox")
    one.fill("Token", token)
    expect(one.main.get_by_text("This is your bot:")).to_be_visible(timeout=FIRST_CHECK)
    one.click("Add inbox")
    expect(line(one)).to_contain_text("The line works")


def test_bot_is_added_by_clicks_and_answers_whoever_writes(stage: Stage, demo: DemoServer, telegram: Telegram) -> None:
    bot = telegram.add_bot("Фонарь у дома", username="lantern_home_bot")
    anna = administrator(stage, demo, "ru")
    begin(anna, "Добавить точку входа")
    anna.page.get_by_label("Токен", exact=True).fill(f" {bot.token} ")
    expect(anna.main.get_by_text("Это ваш бот:")).to_be_visible(timeout=FIRST_CHECK)
    expect(anna.main.get_by_role("link", name="@lantern_home_bot")).to_be_visible()
    expect(anna.page.get_by_label("Название точки входа", exact=True)).to_have_value("Фонарь у дома")
    anna.fill("Приветствие, Русский", "Здравствуйте, это «Фонарь».")

    anna.click("Добавить точку входа")

    anna.is_at("Фонарь у дома")
    expect(line(anna)).to_contain_text("Связь есть")
    expect(line(anna).get_by_role("link", name="t.me/lantern_home_bot")).to_be_visible()
    talk = telegram.talk(bot, "Мария", language="ru")
    telegram.do(talk.start())
    telegram.wait_for_text(talk, "Здравствуйте, это «Фонарь».")
    telegram.do(talk.say("Сколько стоит интернет?"))
    telegram.do(talk.wait_until(lambda seen: sum(one.from_bot for one in seen) > 1, within=55))
    expect(line(anna)).to_contain_text("Последние слова")
    anna.page.get_by_role("link", name="Назад: Точки входа").click()
    expect(anna.row("Фонарь у дома")).to_contain_text("@lantern_home_bot")
    assert bot.token not in anna.page.evaluate("JSON.stringify(localStorage)")


def test_wrong_token_says_what_to_do_and_keeps_what_was_written(
    stage: Stage, demo: DemoServer, telegram: Telegram
) -> None:
    stage.allow(REFUSED)
    bot = telegram.add_bot("Lantern")
    anna = administrator(stage, demo, "en")
    begin(anna, "Add inbox")
    anna.fill("Name of the inbox", "Evenings")
    anna.fill("Greeting, English", "Good evening")
    token = anna.page.get_by_label("Token", exact=True)
    token.fill("123456789:AAE")
    token.blur()
    expect(anna.main).to_contain_text("This is not a whole token")
    token.fill(STRANGER)
    expect(anna.main).to_contain_text("Telegram does not know this token", timeout=FIRST_CHECK)

    anna.click("Add inbox")

    expect(token).to_be_focused()
    expect(token).to_have_value(STRANGER)
    expect(anna.page.get_by_label("Greeting, English", exact=True)).to_have_value("Good evening")
    token.fill(bot.token)
    expect(anna.main.get_by_text("This is your bot:")).to_be_visible(timeout=FIRST_CHECK)
    expect(anna.main).not_to_contain_text("Telegram does not know this token")
    expect(anna.page.get_by_label("Name of the inbox", exact=True)).to_have_value("Evenings")
    anna.click("Add inbox")
    anna.is_at("Evenings")


def test_bot_can_be_only_one_inbox(stage: Stage, demo: DemoServer, telegram: Telegram) -> None:
    stage.allow("status of 409")
    bot = telegram.add_bot("Lantern")
    anna = administrator(stage, demo, "en")
    add(anna, bot.token)
    anna.page.get_by_role("link", name="Back to Inboxes").click()
    begin(anna, "Add inbox")

    anna.fill("Token", bot.token)

    expect(anna.main).to_contain_text("This bot is the inbox “Lantern” already")
    anna.fill("Name of the inbox", "Twice")
    anna.click("Add inbox")
    expect(anna.page.get_by_label("Token", exact=True)).to_be_focused()


def test_another_program_at_the_line_is_told_and_forgotten(stage: Stage, demo: DemoServer, telegram: Telegram) -> None:
    bot = telegram.add_bot("Lantern")
    anna = administrator(stage, demo, "en")
    add(anna, bot.token)

    telegram.do(bot.conflict(times=4))
    telegram.do(telegram.talk(bot, "Ann", language="en").say("wakes the line"))

    expect(line(anna).get_by_role("alert")).to_contain_text("Stop the other program")
    expect(line(anna).get_by_role("alert")).to_contain_text("Since")
    expect(line(anna)).to_contain_text("The line works", timeout=30_000)
    expect(line(anna).get_by_role("alert")).to_have_count(0)


def test_new_token_must_be_the_bots_own(stage: Stage, demo: DemoServer, telegram: Telegram) -> None:
    stage.allow(REFUSED)
    bot, other = telegram.add_bot("Lantern"), telegram.add_bot("Other")
    anna = administrator(stage, demo, "en")
    add(anna, bot.token)
    anna.click("New token")
    token = anna.dialog.get_by_label("Token", exact=True)
    token.fill(other.token)
    expect(anna.dialog).to_contain_text(f"This token is of another bot, @{other.username}")
    anna.dialog.get_by_role("button", name="Use this token").click()
    expect(token).to_be_visible()

    token.fill(bot.token)
    expect(anna.dialog).to_contain_text("This is your bot:")
    anna.dialog.get_by_role("button", name="Use this token").click()

    expect(anna.dialog).to_have_count(0)
    expect(line(anna)).to_contain_text("The line works")


def test_pages_of_a_bot_are_for_everybody(stage: Stage, demo: DemoServer, telegram: Telegram) -> None:
    """Without a serious fault in both themes; nothing is wider than a phone."""
    bot = telegram.add_bot("Lantern", username="lantern_bot")
    anna = administrator(stage, demo, "en")
    page = anna.page
    page.emulate_media(reduced_motion="reduce")
    found: dict[str, object] = {}

    def look(name: str) -> None:
        for theme in ("light", "dark"):
            page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
            if here := faults(page):
                found[f"{name}, {theme}"] = here
        page.set_viewport_size({"width": 390, "height": 844})
        if not fits(page):
            found[f"{name}, phone"] = "wider than the page"
        page.set_viewport_size({"width": 1280, "height": 800})

    begin(anna, "Add inbox")
    anna.fill("Token", bot.token)
    expect(anna.main.get_by_text("This is your bot:")).to_be_visible(timeout=FIRST_CHECK)
    anna.main.get_by_text("More", exact=True).click()
    look("new")
    anna.click("Add inbox")
    expect(line(anna)).to_contain_text("The line works")
    look("a bot")
    anna.click("New token")
    look("new token")
    assert found == {}


def fits(page: Page) -> bool:
    narrow: bool = page.evaluate(
        "[...document.querySelectorAll('main, main *')].every(one => one.getBoundingClientRect().right <= innerWidth + 1)"
    )
    return narrow
