"""The page that teaches the bot, with the demo's business."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from scripts.screenshots.film import picture
from tests.flows.administrators import Administrator
from tests.flows.teaching import TABLE, Teacher


def take(anna: Administrator) -> None:
    teacher = Teacher(anna.page)
    teacher.to("files")
    teacher.is_at("Import and export")
    teacher.fill("Paste the table here", TABLE)
    preview = teacher.main.get_by_role("region", name="What was read")
    teacher.main.get_by_role("button", name=re.compile("^Take over")).scroll_into_view_if_needed()
    expect(preview).to_be_visible()
    picture(teacher.page, "studio-table")
    teacher.fill("Paste the table here", "")
    teacher.choose("Topics")
    teacher.row("Plans and prices").first.click()
    teacher.is_at("Plans and prices")
    expect(teacher.main.get_by_role("region", name="Answer")).to_be_visible()
    picture(teacher.page, "studio-topic")
    teacher.choose("Versions")
    teacher.row("Version 1").click()
    teacher.is_at("Version 1")
    teacher.main.get_by_role("button", name="Try it").click()
    teacher.talk.get_by_role("radio", name="English").check(force=True)
    for words in ("what plans do you have?", "can I pay by card"):
        field = teacher.talk.get_by_role("textbox")
        field.fill(words)
        field.press("Enter")
        expect(teacher.talk.get_by_role("log")).not_to_contain_text("…")
        expect(teacher.talk.get_by_role("button", name="Send")).to_be_disabled()
    expect(teacher.talk.get_by_role("log").locator(".about")).to_have_count(2)
    picture(teacher.page, "studio-try")
    teacher.talk.get_by_role("button", name="Close").click()
