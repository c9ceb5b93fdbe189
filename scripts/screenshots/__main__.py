"""Takes all pictures: a demo and an empty installation, both in a folder that goes away with them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.screenshots import handoff, settings, studio, telegram, widget
from scripts.screenshots.console import Consoles
from scripts.screenshots.film import DESK, IMAGES
from scripts.screenshots.town import Town, seed
from tests.flows.administrators import Administrator
from tests.flows.browser import Stage, launch
from tests.flows.people import Operator
from tests.flows.server import DemoServer, NewServer
from tests.flows.telegram import Telegram


@contextmanager
def served(folder: Path, environment: Mapping[str, str]) -> Iterator[DemoServer]:
    demo = DemoServer(folder, environment)
    try:
        demo.start()
        demo.wait_until_trained()
        yield demo
    finally:
        demo.stop()


@contextmanager
def empty(folder: Path) -> Iterator[NewServer]:
    new = NewServer(folder)
    try:
        new.start()
        yield new
    finally:
        new.stop()


def take_demo(stage: Stage, demo: DemoServer, messenger: Telegram) -> None:
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en", **DESK)
    town = Town(stage, demo)
    hero = seed(town, olga, anna)
    consoles = Consoles(stage, demo, olga)
    consoles.take()
    consoles.signed_out()
    widget.take(town)
    widget.rate(hero)
    administrator = Administrator(anna.page)
    settings.take(administrator)
    studio.take(administrator)
    settings.ask_for_consent(administrator)
    widget.before_the_first_word(town)
    telegram.take(administrator, messenger)


def take_day(stage: Stage, demo: DemoServer) -> None:
    """In a demo of its own: its customers are asked for nothing before their first word."""
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en", **DESK)
    handoff.take(Town(stage, demo), olga, anna)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        stage = Stage(browser, Path(folder))
        messenger = Telegram().start()
        try:
            with empty(Path(folder) / "new") as new:
                settings.first_run(stage, new)
            with served(Path(folder) / "demo", messenger.environment) as demo:
                take_demo(stage, demo, messenger)
            with served(Path(folder) / "day", messenger.environment) as demo:
                take_day(stage, demo)
        finally:
            messenger.stop()
            stage.close(failed=False)
            browser.close()


main()
