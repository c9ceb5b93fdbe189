"""The people of the journeys: what they do, and where they look."""

from __future__ import annotations

import re
from typing import Any, Literal

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.flows.browser import Stage

Locale = Literal["ru", "en"]

WIDGET = {
    "ru": {"open": "Открыть чат", "close": "Закрыть чат", "log": "Сообщения", "write": "Напишите сообщение",
           "send": "Отправить", "person": "Позвать человека", "back": "Вернуться к помощнику", "menu": "Меню",
           "sending": "Отправляется"},
    "en": {"open": "Open chat", "close": "Close chat", "log": "Messages", "write": "Write a message",
           "send": "Send", "person": "Talk to a person", "back": "Back to the assistant", "menu": "Menu",
           "sending": "Sending"},
}  # fmt: skip
CONSOLE = {
    "ru": {"list": "Диалоги", "log": "Лента диалога", "mine": "Мои", "unassigned": "Свободные", "all": "Все",
           "take": "Принять", "return": "Вернуть боту", "resolve": "Решить", "reply": "Ответ", "note": "Заметка",
           "send": "Отправить", "save": "Добавить", "sign_in": "Войти", "context": "Контекст"},
    "en": {"list": "Conversations", "log": "Thread", "mine": "Mine", "unassigned": "Unassigned", "all": "All",
           "take": "Take", "return": "Return to bot", "resolve": "Resolve", "reply": "Reply", "note": "Note",
           "send": "Send", "save": "Add note", "sign_in": "Sign in", "context": "Context"},
}  # fmt: skip


class Customer:
    """Somebody on a page with the widget."""

    def __init__(self, page: Page, locale: Locale) -> None:
        self.page = page
        self.words = WIDGET[locale]

    @classmethod
    def arrive(cls, stage: Stage, url: str, *, locale: Locale = "ru", **options: Any) -> Customer:
        """Comes to the page and opens the chat."""
        one = cls(stage.page(locale=locale, **options), locale)
        one.page.goto(url)
        one.open()
        return one

    def open(self) -> None:
        self.launcher.click()
        expect(self.field).to_be_visible()

    def open_again(self) -> None:
        """Whatever is unread."""
        self.page.get_by_role("button", name=re.compile(f"^{self.words['open']}")).click()
        expect(self.field).to_be_visible()

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=self.words["open"])

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def field(self) -> Locator:
        return self.panel.get_by_role("textbox", name=self.words["write"])

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log", name=self.words["log"])

    @property
    def waiting(self) -> Locator:
        """The mark of a message, or of several below one another, that is not stored yet as far as the page knows."""
        return self.log.get_by_role("img", name=self.words["sending"])

    @property
    def queue(self) -> Locator:
        """What stands beside the composer while a person is awaited."""
        return self.panel.locator(".queue")

    def bubbles(self, author: str = "") -> Locator:
        """The messages, or those of ``customer``, ``bot`` or ``operator``."""
        return self.log.locator(f".message{'.' + author if author else ''} .bubble")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.log.get_by_role("button", name=name)

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def sees(self, text: str, *, author: str = "") -> None:
        """The text stands in the log once, and once only."""
        expect(self.bubbles(author).filter(has_text=text)).to_have_count(1)

    def hears(self, text: str | re.Pattern[str], *, author: str = "bot") -> None:
        """The last words of an author."""
        expect(self.bubbles(author).last).to_contain_text(text)

    def ask_for_person(self) -> None:
        self.panel.get_by_role("button", name=self.words["person"]).click()

    def choose(self, item: str) -> None:
        """An item of the panel's menu."""
        self.panel.get_by_role("button", name=self.words["menu"]).click()
        self.panel.get_by_role("menuitem", name=item).click()

    def attach(self, *files: FilePayload) -> None:
        """What a file dialogue gives."""
        self.panel.locator("input[type=file][multiple]").set_input_files(files)

    @property
    def tray(self) -> Locator:
        """The files that go with the next message."""
        return self.panel.locator(".tray li")

    def texts(self) -> list[str]:
        return self.bubbles().all_inner_texts()


class Operator:
    """Somebody at a console."""

    def __init__(self, page: Page, locale: Locale) -> None:
        self.page = page
        self.words = CONSOLE[locale]

    @classmethod
    def sign_in(cls, stage: Stage, link: str, *, locale: Locale, **options: Any) -> Operator:
        one = cls(stage.page(locale=locale, **options), locale)
        one.page.goto(link)
        expect(one.tab("unassigned")).to_be_visible()
        return one

    @property
    def list(self) -> Locator:
        return self.page.get_by_role("region", name=self.words["list"])

    @property
    def rows(self) -> Locator:
        return self.list.locator("ul button")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name=self.words["log"])

    @property
    def field(self) -> Locator:
        return self.page.locator("form textarea")

    @property
    def alert(self) -> Locator:
        return self.page.get_by_role("main").get_by_role("alert")

    def tab(self, view: str) -> Locator:
        return self.list.get_by_role("button", name=re.compile(rf"^{self.words[view]}[\s\d]"))

    def button(self, word: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("button", name=self.words[word], exact=True)

    def articles(self, author: str = "") -> Locator:
        """Messages and notes of the thread."""
        return self.log.locator(f"article{'.' + author if author else ''}")

    def choose(self, text: str = "", *, view: str = "unassigned") -> None:
        """Opens the row with these words."""
        self.tab(view).click()
        self.rows.filter(has_text=text).first.click()
        expect(self.log).to_be_visible()

    def take(self) -> None:
        self.button("take").first.click()
        expect(self.field).to_be_visible()

    def write(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def note(self, text: str) -> None:
        self.button("note").click()
        self.write(text)
        self.button("reply").click()

    def sees(self, text: str, *, author: str = "") -> None:
        expect(self.articles(author).filter(has_text=text)).to_have_count(1)

    def reads(self, text: str) -> None:
        """A line of the thread that is no message."""
        expect(self.log).to_contain_text(text)
