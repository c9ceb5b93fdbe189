"""Pictures of the widget and the console for the documentation, taken from a real demo: ``python scripts/screenshots.py``.

The conversations are made by driving the widget and the console, as the journeys in ``tests/flows`` do. Only their
ages are made up: on the way to the console every instant is moved into the past.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.flows.browser import Stage, launch  # noqa: E402 (the checkout is on the path only now)
from tests.flows.people import Customer, Operator  # noqa: E402
from tests.flows.server import DemoServer  # noqa: E402
from tests.flows.test_phone import PHONE  # noqa: E402

IMAGES = ROOT / "docs" / "img"
LIMIT = 300 * 1024
MINUTE = 60_000_000
STRETCH = 25
"""By how much longer a conversation seems to have lasted than it took to make."""
INSTANTS = frozenset({"at", "waiting_since", "updated_at", "started_at"})


class Ages:
    """How long ago each conversation seems to have been, by the first words of its customer."""

    def __init__(self, seeded: int) -> None:
        self._seeded = seeded
        self._minutes: dict[str, float] = {}

    def set(self, conversation: str, minutes: float) -> None:
        self._minutes[conversation] = minutes

    def watch(self, context: BrowserContext) -> None:
        context.route_web_socket("**/console/socket", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: route.send(self._aged(message)))

    def _aged(self, message: str | bytes) -> str:
        frame: dict[str, Any] = json.loads(message)
        whole = frame.get("conversation", "")
        for row in frame.get("rows", ()):
            _move(row, lambda at, own=row["conversation"]: self._past(at, own))
        for entry in frame.get("entries", ()):
            _move(entry, lambda at: self._past(at, whole))
        return json.dumps(frame)

    def _past(self, at: int, conversation: str) -> int:
        made = max(0, self._seeded - at)
        return int(at - made * STRETCH - self._minutes.get(conversation, 0) * MINUTE)


def _move(thing: Any, past: Any) -> None:
    """Moves every instant in a decoded frame."""
    if isinstance(thing, list):
        for one in thing:
            _move(one, past)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            if name in INSTANTS and isinstance(value, int):
                thing[name] = past(value)
            else:
                _move(value, past)


class Town:
    """The customers of the pictures, each in a browser of their own."""

    def __init__(self, stage: Stage, demo: DemoServer) -> None:
        self._stage = stage
        self._links = demo.links

    def english(self, **options: Any) -> Customer:
        return Customer.arrive(self._stage, self._links.page + "en.html", locale="en", **options)

    def russian(self, **options: Any) -> Customer:
        return Customer.arrive(self._stage, self._links.page, **options)

    def ask(self, customer: Customer, *texts: str) -> Customer:
        """Says each text once the one before was answered."""
        for text in texts:
            answers = customer.bubbles("bot").count() if customer.bubbles("customer").count() else 0
            customer.say(text)
            expect(customer.bubbles("bot")).not_to_have_count(answers)
            expect(customer.log.locator(".typing")).to_have_count(0)
        return customer


def seed(town: Town, olga: Operator, anna: Operator) -> tuple[Customer, dict[str, float]]:
    """Makes the conversations; the one that the pictures show, and the ages of all by their words."""
    town.ask(town.english(), "Where is your office?")
    town.ask(town.russian(), "мой адрес")
    town.ask(town.english(), "How can I pay?")

    waiting = town.ask(town.russian(), "Интернет не работает с самого утра")
    waiting.ask_for_person()
    expect(waiting.queue).to_be_visible()
    lost = town.russian()
    lost.say("Бригада вчера не приехала, а я ждала весь день")
    expect(lost.queue).to_be_visible()

    colleagues = town.ask(town.russian(), "Хочу перенести интернет в новую квартиру")
    colleagues.ask_for_person()
    anna.choose("человека")
    anna.take()
    anna.write("Перенесём за три дня. На какой адрес?")
    colleagues.hears("Перенесём", author="operator")

    hero = town.ask(town.english(), "Hello, which plans do you have?", "I was charged twice this month")
    hero.ask_for_person()
    olga.choose("A person, please")
    olga.take()
    hero.sees("joined") if False else expect(hero.panel).to_contain_text("is with you")
    olga.write("Hi, Olga here. I can see two payments of ₽600 on the 3rd. One of them goes back to your card today.")
    olga.note("The terminal sent the payment twice. Told the billing team.")
    hero.hears("goes back to your card", author="operator")
    hero.say("That was quick, thank you! When will I see it?")
    olga.sees("When will I see it?")
    ages = {"самого утра": 11.0, "Бригада": 1.0, "новую квартиру": 4.0, "office": 34.0, "адрес": 16.0, "pay": 23.0}
    return hero, ages


def picture(page: Page, name: str, **options: Any) -> None:
    """Writes the picture once nothing moves any more."""
    page.mouse.move(1, 1)
    page.evaluate("document.fonts.ready")
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file, animations="disabled", caret="hide", **options)
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}  {size / 1024:.0f} KiB")
    if size > LIMIT:
        raise SystemExit(f"{file} is over {LIMIT // 1024} KiB.")


@contextmanager
def served() -> Iterator[DemoServer]:
    with tempfile.TemporaryDirectory() as folder:
        demo = DemoServer(Path(folder) / "data")
        try:
            demo.start()
            demo.wait_until_trained()
            yield demo
        finally:
            demo.stop()
