"""Pictures of the widget and the console for the documentation, taken from a real demo: ``python scripts/screenshots.py``.

The conversations are made by driving the widget and the console, as the journeys in ``tests/flows`` do. Only their
ages are made up: on the way to the console every instant is moved into the past.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.flows.browser import Stage, launch  # noqa: E402 (the checkout is on the path only now)
from tests.flows.people import Customer, Locale, Operator  # noqa: E402
from tests.flows.server import DemoServer  # noqa: E402
from tests.flows.test_phone import PHONE  # noqa: E402

IMAGES = ROOT / "docs" / "img"
LIMIT = 300 * 1024
MINUTE = 60_000_000
STRETCH = 12
"""By how much longer a conversation seems to have lasted than it took to make."""
AGES = {
    "Позовите": 3.0,
    "Простите": 1.0,
    "Перенесём за": 6.0,
    "Вы имели": 16.0,
    "contract number": 24.0,
    "Lamp Street": 43.0,
}
INSTANTS = frozenset({"at", "waiting_since", "updated_at", "started_at"})


class Ages:
    """How long ago each conversation seems to have been, by its last words."""

    def __init__(self) -> None:
        self._seeded = int(time.time() * 1_000_000)
        self._minutes: dict[str, float] = {}

    def watch(self, context: BrowserContext) -> None:
        context.route_web_socket("**/console/socket", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: route.send(self._aged(message)))

    def _aged(self, message: str | bytes) -> str:
        frame: dict[str, Any] = json.loads(message)
        for row in frame.get("rows", ()):
            said = row["preview"]["text"]
            self._minutes[row["conversation"]] = next((age for words, age in AGES.items() if words in said), 0)
            _move(row, partial(self._past, row["conversation"]))
        _move(frame.get("entries", []), partial(self._past, frame.get("conversation", "")))
        return json.dumps(frame)

    def _past(self, conversation: str, at: int) -> int:
        made = max(0, self._seeded - at)
        return int(at - made * STRETCH - self._minutes.get(conversation, 0) * MINUTE)


def _move(thing: Any, past: Callable[[int], int]) -> None:
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


def seed(town: Town, olga: Operator, anna: Operator) -> Customer:
    """Makes the conversations; the customer of the one that the pictures show."""
    town.ask(town.english(), "Where is your office?")
    town.ask(town.english(), "How can I pay?")
    town.ask(town.russian(), "мой адрес")

    moving = town.ask(town.russian(), "Хочу перенести интернет в новую квартиру")
    moving.ask_for_person()
    anna.choose("человека")
    anna.take()
    anna.write("Перенесём за три дня. На какой адрес?")
    moving.hears("Перенесём", author="operator")

    hero = town.ask(town.english(), "Hello, which plans do you have?", "I was charged twice this month")
    hero.ask_for_person()
    olga.choose("A person, please")
    olga.take()
    expect(hero.panel).to_contain_text("is with you")
    olga.write("Hi, Olga here. I can see two payments of ₽600 on the 3rd. One of them goes back to your card today.")
    olga.note("The terminal sent the payment twice. Told the billing team.")
    hero.hears("goes back to your card", author="operator")
    hero.say("That was quick, thank you! When will I see it?")
    olga.sees("When will I see it?")

    down = town.ask(town.russian(), "Интернет не работает с самого утра")
    down.ask_for_person()
    expect(down.queue).to_be_visible()
    forgotten = town.russian()
    forgotten.say("Бригада вчера не приехала, а я ждала весь день")
    expect(forgotten.queue).to_be_visible()
    return hero


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


class Pictures:
    """Olga's console in other windows, languages and themes."""

    def __init__(self, stage: Stage, demo: DemoServer, olga: Operator) -> None:
        self._stage = stage
        self._address = f"{demo.links.origin}/console/"
        self._session: list[Any] = [one for one in olga.page.context.cookies() if one["name"] == "switchboard_session"]
        self._ages = Ages()

    def console(self, locale: Locale, theme: str, **options: Any) -> Operator:
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
        expect(one.rows).to_have_count(8)
        return one

    def take(self, hero: Customer, russian: Customer) -> None:
        desk = {"viewport": {"width": 1440, "height": 900}}
        shown = self.console("en", "light", **desk)
        open_thread(shown, "When will I see it?")
        picture(shown.page, "console")
        shown = self.console("ru", "dark", **desk)
        open_thread(shown, "Позовите")
        picture(shown.page, "console-dark")
        shown = self.console("en", "light", **PHONE)
        picture(shown.page, "console-phone-list")
        open_thread(shown, "When will I see it?")
        picture(shown.page, "console-phone")
        hero.page.set_viewport_size({"width": 1100, "height": 760})
        picture(hero.page, "widget")
        picture(russian.page, "widget-phone")


def open_thread(operator: Operator, text: str) -> None:
    operator.rows.filter(has_text=text).first.click()
    expect(operator.log).to_contain_text(text)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served() as demo, sync_playwright() as playwright, tempfile.TemporaryDirectory() as traces:
        stage = Stage(launch(playwright), Path(traces))
        olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
        anna = Operator.sign_in(stage, demo.links.administrator, locale="en")
        town = Town(stage, demo)
        hero = seed(town, olga, anna)
        pictures = Pictures(stage, demo, olga)
        pictures.take(hero, town.ask(town.russian(**PHONE), "Какие у вас тарифы?"))
        stage.close(failed=False)


if __name__ == "__main__":
    main()
