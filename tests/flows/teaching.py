"""Whoever teaches a bot at the console: by clicks, and by keys alone."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.flows.administrators import Administrator
from tests.flows.browser import Stage
from tests.flows.server import NewServer

TRAINED_WITHIN = 60_000
"""Milliseconds."""
MOST_TABS = 80
QUESTIONS = {
    "Delivery takes two days and costs 5 euros.": (
        "how much is delivery", "when will my parcel come", "how long does shipping take", "do you deliver to villages",
        "what does shipping cost", "delivery time please",
    ),
    "Send it back within 30 days, and the money comes back to your card.": (
        "how do I return a lamp", "can I send it back", "I want a refund", "the lamp does not fit, return it",
        "money back please", "how do returns work",
    ),
    "Our shop at 5 Lamp Street is open from 9 to 18, Monday to Saturday.": (
        "when are you open", "opening hours", "are you open on sunday", "where is your shop",
        "what is your address", "until when can I come by",
    ),
}  # fmt: skip
TABLE = "\n".join(f"{question}\t{answer}" for answer, asked in QUESTIONS.items() for question in asked)


class Teacher(Administrator):
    """An administrator at the page that teaches the bot."""

    @classmethod
    def at_nothing(cls, stage: Stage, new: NewServer) -> Teacher:
        """Of a business with a chat and no bot."""
        one = cls.with_business(stage, new)
        assert isinstance(one, Teacher)
        one.to("topics")
        one.is_at("Teach the bot")
        return one

    @classmethod
    def at_a_table(cls, stage: Stage, new: NewServer) -> Teacher:
        """Whose bot has three topics, not trained yet."""
        one = cls.at_nothing(stage, new)
        one.click(re.compile("^Paste a table"))
        one.fill("Paste the table here", TABLE)
        one.click("Take over 18 questions")
        one.is_at("Topics")
        return one

    def to(self, section: str, item: str = "") -> None:
        """By the address."""
        address = f"#/bot/{section}" + (f"/{item}" if item else "")
        self.page.goto(self.page.url.split("#")[0] + address)

    def choose(self, section: str) -> None:
        """By the menu."""
        menu = self.page.get_by_role("navigation", name="Bot")
        menu.get_by_role("link", name=re.compile(f"^{section}")).click()
        self.is_at(section)

    @property
    def state(self) -> Locator:
        """What the bar says of the draft."""
        return self.page.locator(".middle header [role=status]")

    @property
    def talk(self) -> Locator:
        return self.page.get_by_role("complementary", name="Try the bot")

    def train(self, number: int) -> None:
        self.click("Train")
        self.page.get_by_role("heading", level=1, name=f"Version {number}", exact=True).wait_for(timeout=TRAINED_WITHIN)

    def publish(self) -> None:
        self.click("Publish")
        self.dialog.get_by_role("button", name="Publish").click()

    def save(self) -> None:
        self.click("Save")
        expect(self.main.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus is called so."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(e => (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || '').trim())"
            "(document.activeElement)"
        )
        if str(found).startswith(name):
            return
    raise AssertionError(f"no key leads to “{name}”")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")
