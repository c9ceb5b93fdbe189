"""What programs have to do with a business: its bot's content, webhooks, a file of its set-up, reports.

A section whose calls the server doesn't have isn't shown; each journey goes as far as its server does.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.flows.administrators import Administrator, come_in
from tests.flows.axe import faults
from tests.flows.browser import Stage
from tests.flows.people import Customer
from tests.flows.server import NewServer

BASE = "/api/v1/businesses/{business}/"


@pytest.fixture
def anna(stage: Stage, new: NewServer) -> Administrator:
    for status in (401, 422):
        stage.allow(f"status of {status}")
    return Administrator.with_business(stage, new)


def shown(anna: Administrator, section: str, path: str) -> bool:
    """Whether the server has it; the menu says the same."""
    origin = anna.page.url.split("/console/")[0]
    offered = BASE + path in anna.page.request.get(f"{origin}/api/v1/openapi.json").json()["paths"]
    menu = anna.page.get_by_role("navigation", name="Settings")
    expect(menu.get_by_role("link", name="API tokens")).to_be_visible()
    expect(menu.get_by_role("link", name=section, exact=True)).to_have_count(int(offered))
    return offered


def test_a_template_becomes_a_bot_that_answers(anna: Administrator, stage: Stage, new: NewServer) -> None:
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    inbox = anna.page.url.rsplit("/", 1)[1]
    if not shown(anna, "Bot", "bot/templates"):
        return
    anna.open("Bot")
    assert anna.choose_bot()
    assert faults(anna.page) == []
    customer = Customer.arrive(stage, f"{new.origin}/preview/{inbox}", locale="en")
    customer.say("Hello")
    customer.hears(re.compile(r"\w"))


def test_a_webhook_is_set_up_tried_and_sent_again(anna: Administrator) -> None:
    if not shown(anna, "Webhooks", "webhooks"):
        return
    anna.open("Webhooks")
    anna.click("Add webhook")
    anna.fill("Name", "CRM")
    anna.fill("Address", "javascript:alert(1)")
    anna.page.get_by_role("checkbox", name="Customer writes").check()
    anna.click("Add webhook")
    expect(anna.main.get_by_text("This is not an address that a message may be sent to")).to_be_visible()
    anna.fill("Address", "http://127.0.0.1:9/hook")
    anna.click("Add webhook")
    anna.is_at("CRM")
    anna.click("New secret")
    expect(anna.main.locator("output")).to_have_text(re.compile(r"^whsec_.{32}"))
    anna.click("Send a test")
    failed = anna.main.get_by_role("listitem").filter(has_text="Failed")
    expect(failed).to_contain_text("which webhooks may not call. Give one that is reachable from outside")
    failed.get_by_role("button", name="Send again").click()
    expect(failed).to_be_visible()
    assert faults(anna.page) == []


def test_a_set_up_moves_as_a_file_and_nothing_else_is_taken_for_one(anna: Administrator, tmp_path: Path) -> None:
    if not shown(anna, "Export and import", "export"):
        return
    anna.open("Labels")
    anna.add("Add label", "Refund")
    anna.open("Export and import")
    with anna.page.expect_download() as downloading:
        anna.page.get_by_role("link", name="Download the file").click()
    file = tmp_path / "export.json"
    downloading.value.save_as(file)
    anna.open("Labels")
    anna.row("Refund").click()
    anna.click("Remove")
    anna.open("Export and import")
    choose = anna.page.get_by_label("Choose a file")

    picture = tmp_path / "picture.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    choose.set_input_files(picture)
    expect(anna.alert).to_contain_text("This is not a file that Switchboard exported")
    large = tmp_path / "large.json"
    large.write_bytes(b"[" + b" " * (5 << 20) + b"]")
    choose.set_input_files(large)
    expect(anna.alert).to_contain_text("at most 4 MB")
    newer = tmp_path / "newer.json"
    newer.write_text('{"switchboard": 99, "business": {"names": {"en": "X"}, "locales": ["en"]}}')
    choose.set_input_files(newer)
    anna.dialog.get_by_role("button", name="Import").click()
    expect(anna.alert).to_contain_text("A newer Switchboard wrote this file")

    choose.set_input_files(file)
    anna.dialog.get_by_role("button", name="Import").click()
    expect(anna.main.get_by_role("status")).to_contain_text("1 added")
    assert faults(anna.page) == []
    anna.open("Labels")
    expect(anna.row("Refund")).to_be_visible()


def test_a_client_sees_reports_alone(anna: Administrator, stage: Stage, new: NewServer) -> None:
    origin = new.origin
    offered = BASE + "reports" in anna.page.request.get(f"{origin}/api/v1/openapi.json").json()["paths"]
    stage.allow("status of 404")
    anna.open("People")
    page = stage.page(locale="ru")
    come_in(page, anna.invite(role="Client"), name="Заказчик Примеров", email="client@example.com", locale="ru")
    expect(page.get_by_role("heading", level=1, name="Отчёты")).to_be_visible()
    for name in ("Диалоги", "Настройки"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    for address in ("conversations", "settings/people"):
        page.goto(f"{origin}/console/#/{address}")
        expect(page.get_by_role("heading", level=1, name="Отчёты")).to_be_visible()
    if offered:
        expect(page.get_by_text("За это время обращений не было")).to_be_visible()
        assert faults(page) == []
