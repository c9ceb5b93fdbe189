"""The customers of the pictures, each in a browser of their own, and what they talk about."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from scripts.screenshots.film import DESK, drawn
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer


class Town:
    """Where customers come from. Each comes to a desk's screen unless told otherwise."""

    def __init__(self, stage: Stage, demo: DemoServer) -> None:
        self._stage = stage
        self._page = demo.links.page

    def english(self, **options: Any) -> Customer:
        return Customer.arrive(self._stage, self._page + "en.html", locale="en", **(options or DESK))

    def russian(self, **options: Any) -> Customer:
        return Customer.arrive(self._stage, self._page, **(options or DESK))

    def passer_by(self) -> Customer:
        """On the page; the chat is closed."""
        page = self._stage.page(locale="en", **DESK)
        page.goto(self._page + "en.html")
        return Customer(page, "en")

    def attach_receipt(self, customer: Customer) -> None:
        """It goes with what the customer says next."""
        customer.attach({"name": "receipt.png", "mimeType": "image/png", "buffer": drawn(self._stage.page())})
        # Nothing is sent before the file is up.
        expect(customer.panel.get_by_role("button", name=customer.words["send"], exact=True)).to_be_enabled()


def ask(customer: Customer, *texts: str) -> Customer:
    """Says each text once the one before was answered."""
    for text in texts:
        answers = customer.bubbles("bot").count() if customer.bubbles("customer").count() else 0
        customer.say(text)
        expect(customer.bubbles("bot")).not_to_have_count(answers)
        expect(customer.log.locator(".typing")).to_have_count(0)
    return customer


def seed(town: Town, olga: Operator, anna: Operator) -> Customer:
    """Makes the conversations; the customer of the one that the pictures show."""
    ask(town.english(), "Where is your office?")
    ask(town.english(), "How can I pay?")
    ask(town.russian(), "мой адрес")

    moving = ask(town.russian(), "Хочу перенести интернет в новую квартиру")
    moving.ask_for_person()
    anna.choose("человека")
    anna.take()
    anna.write("Перенесём за три дня. На какой адрес?")
    moving.hears("Перенесём", author="operator")

    hero = ask(town.english(), "Hello, which plans do you have?", "I was charged twice this month")
    hero.ask_for_person()
    olga.choose("A person, please")
    olga.take()
    expect(hero.panel).to_contain_text("is with you")
    town.attach_receipt(hero)
    hero.say("Here is what the bank shows.")
    olga.sees("Here is what the bank shows.")
    olga.write("Hi, Olga here. I can see two payments of ₽600 on the 3rd. One of them goes back to your card today.")
    olga.note("The terminal sent the payment twice. Told the billing team.")
    olga.sees("Told the billing team.")
    hero.hears("goes back to your card", author="operator")
    hero.say("That was quick, thank you! When will I see it?")
    olga.sees("When will I see it?")

    down = ask(town.russian(), "Интернет не работает с самого утра")
    down.ask_for_person()
    expect(down.queue).to_be_visible()
    forgotten = town.russian()
    forgotten.say("Бригада вчера не приехала, а я ждала весь день")
    expect(forgotten.queue).to_be_visible()
    return hero
