"""What customers read before they write: a consent and an invitation, set by an administrator."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.flows.administrators import Administrator
from tests.flows.browser import Stage
from tests.flows.people import Customer
from tests.flows.server import NewServer

CONSENT = "We keep what you write <b>for a year</b>."


def test_customer_is_invited_agrees_and_writes(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    stage.allow("status of 422")
    anna = Administrator.with_business(stage, new)
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    expect(anna.main.get_by_role("region", name="Put it on your pages")).to_contain_text("data-inbox=")
    group = anna.main.get_by_role("group", name="Consent", exact=True)
    group.get_by_role("checkbox", name="Ask for consent before the first message").check()
    anna.click("Save")
    text = group.get_by_role("textbox", name="What people agree to, English")
    expect(group.get_by_text("Write what people agree to in one language at least.")).to_be_visible()
    expect(text).to_be_focused()
    text.fill(CONSENT)

    invite(anna, 1, "Is there a question?", pages="preview")
    invite(anna, 2, "Shall we help you to choose?", pages="/preview/*")
    anna.click("Save")
    first = invitation(anna, 1)
    expect(first.get_by_text("A page begins with /, as /plans/*.")).to_be_visible()
    first.get_by_label("On pages").fill("/elsewhere/*")
    first.get_by_role("button", name="Move Invitation 1 down").click()
    expect(invitation(anna, 2).get_by_role("button", name="Move Invitation 2 up")).to_be_focused()
    anna.page.reload()
    expect(invitation(anna, 1).get_by_label("On pages")).to_have_value("/preview/*")
    save(anna)

    customer = visit(stage, anna)
    bubble = customer.page.locator("switchboard-chat .invitation")
    bubble.get_by_role("button", name="Shall we help you to choose?").click()
    expect(customer.panel).to_contain_text(CONSENT)
    expect(customer.field).to_have_count(0)
    customer.panel.get_by_role("button", name="I agree").click()
    customer.say("Yes, please")
    customer.sees("Yes, please", author="customer")


def test_changed_consent_text_suggests_another_version(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    anna = Administrator.with_business(stage, new)
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    anna.page.get_by_label("Ask for consent before the first message").check()
    text, version = (
        anna.page.get_by_label("What people agree to, English"),
        anna.page.get_by_label("Version of the text"),
    )
    text.fill("We keep it for a year.")
    version.fill("1")
    save(anna)
    renew = anna.main.get_by_role("button", name="Make it version 2")
    expect(renew).to_have_count(0)
    text.fill("We keep it for two years.")
    renew.click()
    expect(version).to_have_value("2")
    expect(renew).to_have_count(0)
    anna.page.get_by_label("Ask for consent before the first message").uncheck()
    anna.page.get_by_label("Ask for consent before the first message").check()
    expect(text).to_have_value("We keep it for two years.")
    save(anna)


def invitation(anna: Administrator, number: int) -> Locator:
    return anna.main.get_by_role("group", name=f"Invitation {number}", exact=True)


def invite(anna: Administrator, number: int, words: str, *, pages: str) -> None:
    anna.click("Add an invitation")
    rule = invitation(anna, number)
    rule.get_by_role("textbox", name="Words, English").fill(words)
    rule.get_by_label("On pages").fill(pages)
    rule.get_by_label("After seconds").fill("0")


def save(anna: Administrator) -> None:
    anna.click("Save")
    expect(anna.main.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def visit(stage: Stage, anna: Administrator) -> Customer:
    """Somebody on the sample page of the console's preview."""
    anna.click("Show preview")
    address = anna.main.locator("iframe").get_attribute("src") or ""
    page = stage.page(locale="en")
    page.goto(re.sub(r"/console/.*", address, anna.page.url))
    return Customer(page, "en")
