"""Whoever sets a business up, by clicks: the first run, the settings, and people who come by an invitation."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.flows.browser import Stage
from tests.flows.people import Customer, Locale
from tests.flows.server import NewServer

TRAINED_WITHIN = 120_000
"""Milliseconds."""
PASSWORD = "several words in a row"
NAVIGATION = {"en": "Navigation", "ru": "Навигация"}
SETTINGS = {"en": "Settings", "ru": "Настройки"}


class Administrator:
    """Somebody at the console's settings."""

    def __init__(self, page: Page, locale: Locale = "en") -> None:
        self.page = page
        self.locale = locale

    @classmethod
    def first(cls, stage: Stage, new: NewServer, **options: Any) -> Administrator:
        """Makes the first account and a business, with the link that the server printed."""
        one = cls(stage.page(locale="en", **options))
        one.page.goto(new.link)
        one.fill("What customers call it, English", "Example Lamps")
        one.fill("Name", "Anna Example")
        one.fill("E-mail", "anna@example.com")
        one.fill("Password", PASSWORD)
        one.click("Continue")
        one.is_at("The chat on your pages")
        return one

    @classmethod
    def with_business(cls, stage: Stage, new: NewServer, **options: Any) -> Administrator:
        """Has a chat, and has left the first run for the settings."""
        one = cls.first(stage, new, **options)
        one.click("Make the chat")
        expect(one.page.locator("iframe")).to_be_visible()
        one.page.goto(f"{new.origin}/console/#/settings/business")
        one.is_at("Business")
        return one

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def alert(self) -> Locator:
        return self.main.get_by_role("alert")

    @property
    def notice(self) -> Locator:
        """What is said of what was just done."""
        return self.page.locator("[role=status]").filter(has_text=re.compile(r"\S"))

    def open(self, section: str) -> None:
        """By the menu of the settings."""
        menu = self.page.get_by_role("navigation", name=SETTINGS[self.locale])
        if not menu.is_visible():
            self.page.get_by_role("navigation", name=NAVIGATION[self.locale]).get_by_role(
                "link", name=SETTINGS[self.locale]
            ).click()
        menu.get_by_role("link", name=section, exact=True).click()
        self.is_at(section)

    def is_at(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=title, exact=True).last).to_be_visible()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def click(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()

    def row(self, name: str) -> Locator:
        """A thing of a list."""
        return self.main.get_by_role("link").filter(has_text=name)

    def add(self, button: str, name: str) -> None:
        """A thing that needs nothing but a name."""
        self.click(button)
        self.fill("Name", name)
        self.click(button)
        expect(self.row(name)).to_be_visible()

    def choose_bot(self) -> bool:
        """Begins with the first template, where this server has any."""
        template = self.main.get_by_role("button", name=re.compile("^Begin with this"))
        none = self.main.get_by_text("This server has no templates")
        expect(template.first.or_(none)).to_be_visible()
        if none.is_visible():
            return False
        template.first.click()
        expect(self.main.get_by_text("The bot is ready")).to_be_visible(timeout=TRAINED_WITHIN)
        return True

    def invite(self, *, role: str = "Operator", email: str = "") -> str:
        """The link of an invitation, made in the section of people."""
        self.click("Invite")
        self.dialog.get_by_role("radio", name=role).check()
        if email:
            self.dialog.get_by_label("E-mail, if only they may use the link").fill(email)
        self.dialog.get_by_role("button", name="Make the link").click()
        link = self.dialog.locator("output").inner_text()
        self.dialog.get_by_role("button", name="Done").click()
        return link


def ask_for_person(customer: Customer) -> None:
    """Until somebody takes the conversation. Where there is no bot, the first message may have called for one."""
    with contextlib.suppress(TimeoutError):
        customer.panel.get_by_role("button", name=customer.words["person"]).click(timeout=2_000)
    expect(customer.queue).to_be_visible()


def come_in(page: Page, link: str, *, name: str, email: str, locale: Locale = "en") -> None:
    """Makes an account by an invitation."""
    words = {
        "en": ("Name", "E-mail", "Password", "Come in"),
        "ru": ("Имя", "Почта", "Пароль", "Войти"),
    }[locale]
    page.goto(link)
    for label, text in zip(words, (name, email, PASSWORD), strict=False):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name=words[3], exact=True).click()
