"""A bot in Telegram becomes an inbox."""

from __future__ import annotations

from playwright.sync_api import expect

from scripts.screenshots.film import picture
from tests.flows.administrators import Administrator
from tests.flows.telegram import Telegram


def take(anna: Administrator, telegram: Telegram) -> None:
    bot = telegram.add_bot("Lantern", username="lantern_example_bot")
    anna.open("Inboxes")
    anna.click("Add inbox")
    anna.main.get_by_role("radio", name="Telegram").check()
    anna.fill("Token", bot.token)
    expect(anna.main.get_by_text("This is your bot:")).to_be_visible(timeout=60_000)
    picture(anna.page, "telegram-token")
    anna.fill("Greeting, English", "Hello, this is Lantern. How can we help?")
    anna.fill("Greeting, Russian", "Здравствуйте, это Lantern. Чем помочь?")
    anna.click("Add inbox")
    line = anna.main.get_by_role("region", name="The bot")
    expect(line).to_contain_text("The line works")
    expect(anna.notice.filter(has_text="added")).to_have_count(0)
    picture(anna.page, "telegram-bot")
    telegram.do(bot.conflict(times=4))
    telegram.do(telegram.talk(bot, "Ann", language="en").say("Hello"))
    expect(line.get_by_role("alert")).to_be_visible()
    picture(anna.page, "telegram-conflict")
