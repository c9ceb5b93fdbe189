"""Olga's console in other windows, languages and themes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from scripts.screenshots.ages import Ages
from scripts.screenshots.film import DESK, PHONE, picture
from tests.flows.browser import Stage
from tests.flows.people import Locale, Operator
from tests.flows.server import DemoServer

HERO = "When will I see it?"


class Consoles:
    def __init__(self, stage: Stage, demo: DemoServer, olga: Operator) -> None:
        self._stage = stage
        self._address = f"{demo.links.origin}/console/"
        self._session: list[Any] = [one for one in olga.page.context.cookies() if one["name"] == "switchboard_session"]
        self._ages = Ages()

    def open(self, locale: Locale, theme: str, **options: Any) -> Operator:
        """The list of all, nothing chosen yet."""
        context = self._stage.context(locale=locale, **options)
        self._ages.watch(context)
        context.add_cookies(self._session)
        context.add_init_script(
            f"localStorage.setItem('switchboard:locale', '{locale}');"
            f"localStorage.setItem('switchboard:theme', '{theme}')"
        )
        one = Operator(context.new_page(), locale)
        one.page.goto(self._address)
        one.tab("all").click()
        expect(one.rows.filter(has_text=HERO)).to_be_visible()
        return one

    def take(self) -> None:
        shown = self.open("en", "light", **DESK)
        open_thread(shown, HERO)
        picture(shown.page, "console")
        search(shown, "payment")
        picture(shown.page, "console-search")
        shown = self.open("en", "dark", **DESK)
        open_thread(shown, HERO)
        picture(shown.page, "console-dark")
        shown = self.open("ru", "light", **DESK)
        open_thread(shown, "Позовите")
        picture(shown.page, "console-ru")
        shown.page.keyboard.press("Alt+i")
        shown.page.get_by_role("button", name="Оповещения").click()
        expect(shown.page.get_by_role("switch")).to_be_visible()
        picture(shown.page, "console-alerts-ru")
        shown = self.open("en", "dark", **DESK)
        shown.page.goto(f"{self._address}#/account")
        expect(shown.page.get_by_role("heading", name="Your picture")).to_be_visible()
        expect(shown.page.get_by_role("heading", name="Signed-in browsers")).to_be_visible()
        picture(shown.page, "account-dark")
        shown = self.open("en", "light", **PHONE)
        picture(shown.page, "console-phone-list")
        open_thread(shown, HERO)
        picture(shown.page, "console-phone")

    def signed_out(self) -> None:
        page = self._stage.page(locale="en", **DESK)
        page.goto(self._address)
        page.get_by_label("E-mail").fill("olga@example.com")
        picture(page, "sign-in")


def open_thread(operator: Operator, text: str) -> None:
    operator.rows.filter(has_text=text).first.click()
    expect(operator.log).to_contain_text(text)


def search(operator: Operator, question: str) -> None:
    field = operator.list.get_by_role("searchbox")
    field.fill(question)
    expect(operator.list.locator("mark").first).to_be_visible()
