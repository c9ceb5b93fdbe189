"""The chat on the business's page, from the first look to the rating."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from scripts.screenshots.film import DESK, PHONE, picture
from scripts.screenshots.town import Town, ask
from tests.flows.people import Customer

PLANS = "Which plans do you have?"


def take(town: Town) -> None:
    """All that needs nobody but the bot, and the queue."""
    english = town.english()
    picture(english.page, "widget-greeting")
    town.attach_receipt(english)
    ask(english, "I was charged twice this month")
    picture(english.page, "widget")
    english.ask_for_person()
    expect(english.queue).to_contain_text("in line")
    picture(english.page, "widget-queue")
    picture(ask(town.english(**DESK, color_scheme="dark"), PLANS).page, "widget-dark")
    picture(ask(town.russian(), "Какие у вас тарифы?").page, "widget-ru")
    picture(ask(town.english(**PHONE), PLANS).page, "widget-phone")


def rate(customer: Customer) -> None:
    """Ends the conversation."""
    customer.choose("End the conversation")
    customer.panel.get_by_role("alertdialog").get_by_role("button", name="End the conversation").click()
    customer.panel.get_by_role("radio", name="5 stars").check(force=True)
    customer.panel.get_by_role("textbox", name=re.compile("^What should we know")).fill("Quick and kind, thank you.")
    picture(customer.page, "widget-rating")
    customer.panel.locator(".rating").get_by_role("button", name="Send").click()


def before_the_first_word(town: Town) -> None:
    """Where the business invites and asks for consent."""
    customer = town.passer_by()
    invitation = customer.page.locator("switchboard-chat .invitation")
    expect(invitation).to_be_visible()
    picture(customer.page, "widget-invitation")
    invitation.get_by_role("button").first.click()
    expect(customer.panel.get_by_role("button", name="I agree")).to_be_visible()
    picture(customer.page, "widget-consent")
