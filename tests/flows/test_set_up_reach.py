"""The settings for everybody: by keyboard alone, by screen reader, in both themes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.flows.administrators import PASSWORD, Administrator, come_in
from tests.flows.axe import faults
from tests.flows.browser import Stage
from tests.flows.people import Operator
from tests.flows.server import NewServer

SECTIONS = {
    "Business": "", "Hours": "", "Keeping data": "", "People": "Anna Example", "Teams": "Add team",
    "Skills": "Add skill", "Routing": "", "Unread answers": "", "Breaks": "Add reason", "Inboxes": "Example Lamps", "Canned responses": "Add response", "Labels": "Add label",
    "Wrap-up codes": "Add code", "API tokens": "", "Change log": "",
}  # fmt: skip
"""Each with the thing to look at, or the button that begins one."""


@pytest.fixture
def anna(stage: Stage, new: NewServer) -> Administrator:
    stage.allow("status of 401")
    return Administrator.with_business(stage, new)


def test_no_page_has_a_serious_fault(anna: Administrator, stage: Stage, new: NewServer) -> None:
    found: dict[str, list[dict[str, Any]]] = {}
    page = anna.page
    page.emulate_media(reduced_motion="reduce")

    def look(name: str) -> None:
        for theme in ("light", "dark"):
            page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
            if faults_here := faults(page):
                found[f"{name}, {theme}"] = faults_here

    for section, further in SECTIONS.items():
        anna.open(section)
        look(section)
        if further:
            anna.click(further) if further.startswith("Add") else anna.row(further).click()
            expect(page.get_by_role("link", name=f"Back to {section}")).to_be_visible()
            look(f"{section}: {further}")
    anna.open("Unread answers")
    expect(anna.main.get_by_role("alert")).to_contain_text("no mail server")
    page.get_by_label("Send it by e-mail").uncheck()
    expect(anna.main.get_by_role("alert")).to_have_count(0)
    anna.click("Discard changes")
    anna.open("Hours")
    page.get_by_label("Around the clock").uncheck()
    anna.click("Add a holiday")
    look("Hours: a week")
    anna.page.get_by_role("link", name="Teams").click()
    look("leaving")
    anna.dialog.get_by_role("button", name="Discard").click()
    anna.open("People")
    anna.click("Invite")
    look("Invite")
    anna.dialog.get_by_role("button", name="Cancel").click()
    page.goto(f"{new.origin}/console/#/account")
    anna.click("Set it up")
    expect(page.get_by_role("img", name="Picture to scan with the app")).to_be_visible()
    look("My account")
    page.goto(f"{new.origin}/console/#/set-up")
    anna.is_at("A bot to begin with")
    look("First run: bot")
    page.goto(f"{new.origin}/console/#/settings/another")
    anna.is_at("Another business")
    look("Another business")
    assert found == {}


def test_no_page_before_signing_in_has_a_serious_fault(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    page = stage.page(locale="en")
    page.goto(new.link)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert faults(page) == []
    anna = Administrator.first(stage, new)
    assert faults(anna.page) == []
    anna.page.goto(f"{new.origin}/console/#/settings/people")
    anna.is_at("People")
    link = anna.invite()
    page.goto(link)
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    assert faults(page) == []


def test_settings_by_keyboard_alone(anna: Administrator) -> None:
    page = anna.page
    page.emulate_media(reduced_motion="reduce")
    press_until(page, "Tab", "Labels")
    page.keyboard.press("Enter")
    anna.is_at("Labels")
    expect(page.get_by_role("heading", level=1, name="Labels")).to_be_focused()
    press_until(page, "Tab", "Add label")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="New label")).to_be_focused()
    press_until(page, "Tab", "Name")
    page.keyboard.type("Refund")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(anna.row("Refund")).to_be_visible()
    press_until(page, "Tab", "Refund")
    page.keyboard.press("Enter")
    anna.is_at("Refund")
    expect(page.get_by_role("radio", name="red")).to_be_checked()
    press_until(page, "Tab", "Name")
    page.keyboard.type("Refund, please")
    press_until(page, "Shift+Tab", "Back to Labels")
    page.keyboard.press("Enter")
    expect(anna.dialog).to_contain_text("Leave without saving?")
    page.keyboard.press("Escape")
    expect(anna.dialog).to_have_count(0)
    press_until(page, "Tab", "Name")
    page.keyboard.press("Enter")
    expect(anna.main.get_by_role("status")).to_have_text("Saved")
    expect(page).to_have_title("Refund, please · Switchboard")
    press_until(page, "Shift+Tab", "Conversations")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Switchboard")


def test_first_run_by_keyboard_alone(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    page = stage.page(locale="en")
    page.goto(new.link)
    expect(page.get_by_role("heading", level=1, name="Welcome")).to_be_focused()
    for label, text in {
        "What customers call it, English": "Example Lamps", "Name": "Anna Example", "E-mail": "anna@example.com",
        "Password": PASSWORD,
    }.items():  # fmt: skip
        press_until(page, "Tab", label)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="The chat on your pages")).to_be_focused()
    press_until(page, "Tab", "Make the chat")
    page.keyboard.press("Enter")
    expect(page.locator("iframe")).to_be_visible()
    press_until(page, "Tab", "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="A bot to begin with")).to_be_focused()
    press_until(page, "Tab", "Go on without a bot")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "Invite")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "Make the link")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("output")).to_contain_text("#invitation=")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Invite", exact=True)).to_be_focused()


def test_whoever_may_not_set_up_is_told_so(anna: Administrator, stage: Stage, new: NewServer) -> None:
    anna.open("People")
    page = stage.page(locale="ru")
    come_in(page, anna.invite(), name="Олег Примеров", email="oleg@example.com", locale="ru")
    expect(Operator(page, "ru").tab("unassigned")).to_be_visible()
    page.goto(f"{new.origin}/console/#/settings/people")
    expect(page.get_by_role("heading", name="Настраивают администраторы")).to_be_visible()
    assert faults(page) == []
    assert PASSWORD not in page.content()


def press_until(page: Page, key: str, name: str) -> None:
    """Presses a key until what it is called has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        called = page.evaluate(
            "() => { const one = document.activeElement;"
            " return one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || ''; }"
        )
        if called.strip() == name:
            return
    raise AssertionError(f"{name!r} can't be reached by {key}")
