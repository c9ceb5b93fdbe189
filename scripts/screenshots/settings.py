"""The settings and the reports, as an administrator of the demo's business sees them; and the first run."""

from __future__ import annotations

from playwright.sync_api import expect

from scripts.screenshots.ages import report_a_week
from scripts.screenshots.film import DESK, picture
from tests.flows.administrators import PASSWORD, Administrator
from tests.flows.browser import Stage
from tests.flows.server import NewServer

LABELS = {"Billing": "amber", "Fault": "red", "Moving house": "teal", "New customer": "violet"}
CONSENT = {
    "English": "We keep what you write for a year, to help you better. More: https://example.com/privacy",
    "Russian": "Мы храним переписку год, чтобы лучше помогать. Подробнее: https://example.com/privacy",
}
INVITATION = {"English": "Shall we help you to choose a plan?", "Russian": "Помочь выбрать тариф?"}


def take(anna: Administrator) -> None:
    anna.open("Business")
    picture(anna.page, "settings-business")
    anna.open("Hours")
    anna.page.get_by_label("Around the clock").uncheck()
    picture(anna.page, "settings-hours")
    anna.click("Discard changes")
    anna.open("People")
    anna.invite(email="pyotr@example.com")
    picture(anna.page, "settings-people")
    anna.open("Labels")
    for name, colour in LABELS.items():
        anna.click("Add label")
        anna.fill("Name", name)
        anna.page.get_by_role("radio", name=colour).check(force=True)
        anna.click("Add label")
        expect(anna.row(name)).to_be_visible()
    expect(anna.notice).to_have_count(0)
    picture(anna.page, "settings-labels")
    report_a_week(anna.page)
    anna.page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Reports").click()
    anna.is_at("Reports")
    picture(anna.page, "reports")


def ask_for_consent(anna: Administrator) -> None:
    """And invite whoever passes by."""
    anna.open("Inboxes")
    anna.row("Website").click()
    picture(anna.page, "settings-inbox")
    main = anna.main
    main.get_by_label("Ask for consent before the first message").check()
    anna.click("Add an invitation")
    rule = main.get_by_role("group", name="Invitation 1", exact=True)
    rule.get_by_label("After seconds").fill("1")
    for language in CONSENT:
        main.get_by_label(f"What people agree to, {language}").fill(CONSENT[language])
        rule.get_by_label(f"Words, {language}").fill(INVITATION[language])
    anna.click("Save")
    expect(main.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    main.get_by_text("Consent", exact=True).evaluate("one => one.scrollIntoView()")
    picture(anna.page, "settings-first-words")


def first_run(stage: Stage, new: NewServer) -> None:
    page = stage.page(locale="en", **DESK)
    page.goto(new.link)
    one = Administrator(page)
    one.fill("Name", "Anna Example")
    one.fill("E-mail", "anna@example.com")
    one.fill("Password", PASSWORD)
    one.fill("What customers call it, English", "Example Lamps")
    picture(page, "set-up-business")
    anna = Administrator.first(stage, new, **DESK)
    anna.click("Make the chat")
    expect(anna.page.locator("iframe")).to_be_visible()
    anna.click("Continue")
    anna.is_at("A bot to begin with")
    picture(anna.page, "set-up-bot")
    anna.page.goto(f"{new.origin}/console/#/conversations")
    expect(anna.page.get_by_role("region", name="Conversations")).to_be_visible()
    picture(anna.page, "console-empty")
