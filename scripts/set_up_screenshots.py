"""Pictures of setting up, for the documentation, taken from a new server: ``python scripts/set_up_screenshots.py``.

Everything in them is made by clicks, as the journeys in ``tests/flows`` do it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from scripts.screenshots import picture  # noqa: E402 (the checkout is on the path only now)
from tests.flows.administrators import Administrator, come_in  # noqa: E402
from tests.flows.browser import Stage, launch  # noqa: E402
from tests.flows.people import Locale  # noqa: E402
from tests.flows.server import NewServer  # noqa: E402
from tests.flows.test_phone import PHONE  # noqa: E402

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


def first_run(stage: Stage, new: NewServer) -> Administrator:
    """Until the settings; the chat's step is a picture of its own."""
    anna = Administrator.first(stage, new, **DESK)
    anna.fill("Name of the inbox", "Lamp shop")
    anna.fill("Greeting, English", "Hello. Which room shall we light?")
    anna.click("Make the chat")
    chat = anna.page.frame_locator("iframe")
    chat.get_by_role("button", name="Open chat").click()
    expect(chat.get_by_text("Which room")).to_be_visible()
    picture(anna.page, "set-up-first-run")
    anna.page.goto(f"{new.origin}/console/#/settings/business")
    anna.is_at("Business")
    return anna


def fill(anna: Administrator, stage: Stage) -> None:
    """What a shop of three people would have."""
    for section, button, names in (
        ("Skills", "Add skill", ("English", "Contracts")),
        ("Labels", "Add label", ("Refund", "Complaint", "Idea")),
        ("Teams", "Add team", ("Sales", "Repairs")),
    ):
        anna.open(section)
        for name in names:
            anna.add(button, name)
    anna.open("Canned responses")
    anna.click("Add response")
    anna.fill("Typed after /", "hours")
    anna.fill("Answer, English", "Hello {{customer}}, we answer on weekdays from nine to six. Yours, {{operator}}")
    anna.click("Add response")
    anna.open("Hours")
    anna.page.get_by_label("Around the clock").uncheck()
    anna.click("Save")
    anna.open("People")
    for name, email in (("Oleg Example", "oleg@example.com"), ("Vera Example", "vera@example.com")):
        come_in(stage.page(locale="en"), anna.invite(), name=name, email=email)
    anna.invite(role="Supervisor", email="boris@example.com")


def seen(stage: Stage, anna: Administrator, locale: Locale, *, theme: str, **options: Any) -> Page:
    """The settings in another window, language and theme."""
    context = stage.context(locale=locale, **options)
    cookies: list[Any] = [one for one in anna.page.context.cookies() if one["name"] == "switchboard_session"]
    context.add_cookies(cookies)
    context.add_init_script(
        f"localStorage.setItem('switchboard:locale', '{locale}'); localStorage.setItem('switchboard:theme', '{theme}')"
    )
    return context.new_page()


def show(page: Page, new: NewServer, section: str, *, title: str, name: str) -> None:
    page.goto(f"{new.origin}/console/#/settings/{section}")
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    expect(page.get_by_role("status", name="Loading…")).to_have_count(0)
    picture(page, name)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        new = NewServer(Path(folder) / "data")
        stage = Stage(launch(playwright), Path(folder))
        stage.allow("status of 401")
        new.start()
        try:
            anna = first_run(stage, new)
            fill(anna, stage)
            light = seen(stage, anna, "en", theme="light", **DESK)
            show(light, new, "people", title="People", name="settings-people")
            dark = seen(stage, anna, "ru", theme="dark", **DESK)
            show(dark, new, "hours", title="Часы работы", name="settings-hours-dark")
            phone = seen(stage, anna, "en", theme="light", **PHONE)
            show(phone, new, "labels", title="Labels", name="settings-phone")
            stage.close(failed=False)
        finally:
            new.stop()


if __name__ == "__main__":
    main()
