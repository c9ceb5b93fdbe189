"""What must not be taken as it is typed, said beside its field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.flows.administrators import Administrator, ask_for_person
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import NewServer
from tests.flows.shop import Shop

MARKUP = "<img src=x onerror=\"document.title='broken in'\"><script>document.title='broken in'</script>"
ADDRESS = "javascript:document.title='broken in'"


@pytest.fixture
def anna(stage: Stage, new: NewServer) -> Administrator:
    for status in (401, 409, 422):
        stage.allow(f"status of {status}")
    return Administrator.with_business(stage, new)


def test_markup_is_text_in_every_field(anna: Administrator, new: NewServer, stage: Stage) -> None:
    anna.fill("What customers call it, English", MARKUP[:80])
    anna.click("Save")
    expect(anna.main.get_by_role("status")).to_have_text("Saved")
    for section, button in {"Teams": "Add team", "Skills": "Add skill", "Labels": "Add label"}.items():
        anna.open(section)
        anna.add(button, MARKUP[:80])
    anna.open("Canned responses")
    anna.click("Add response")
    anna.fill("Typed after /", "markup")
    anna.fill("Answer, English", f"{MARKUP} {ADDRESS} ")
    anna.click("your name")
    expect(anna.main.locator("figure p")).to_contain_text("Anna Example")
    expect(anna.main.locator("figure p")).to_contain_text("onerror")
    anna.click("Add response")
    expect(anna.row("markup")).to_be_visible()
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    anna.fill("Greeting, English", MARKUP)
    anna.click("Add a button")
    anna.fill("Button 1, English", MARKUP[:60])
    anna.click("Save")
    expect(anna.main.locator("form").get_by_role("status")).to_have_text("Saved")
    anna.click("Show preview")
    address = anna.page.locator("iframe").get_attribute("src")
    anna.open("Change log")
    for one in anna.page.locator("summary").all()[:6]:
        one.click()

    customer = Customer.arrive(stage, new.origin + str(address), locale="en")
    expect(customer.log).to_contain_text("onerror")
    for page in (anna.page, customer.page):
        assert "broken in" not in page.title()
        assert page.locator("img[src=x]").count() == 0


def test_what_cannot_be_is_said_beside_its_field(anna: Administrator) -> None:
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    anna.click("Add a site")
    anna.fill("Allowed pages, 1", ADDRESS)
    anna.click("Save")
    expect(anna.main.get_by_text("One of these is not a page's address")).to_be_visible()
    expect(anna.page.get_by_label("Allowed pages, 1")).to_be_focused()
    anna.fill("Allowed pages, 1", "HTTPS://Shop.Example.com/lamps?x=1")
    anna.click("Save")
    expect(anna.page.get_by_label("Allowed pages, 1")).to_have_value("https://shop.example.com")

    anna.open("Labels")
    anna.click("Add label")
    anna.fill("Name", "\u200b\u2060")
    anna.click("Add label")
    expect(anna.main.get_by_text("Give it a name that can be read")).to_be_visible()
    expect(anna.page.get_by_label("Name")).to_be_focused()
    anna.fill("Name", "Refund")
    anna.click("Add label")
    anna.click("Add label")
    anna.fill("Name", "REFUND")
    anna.click("Add label")
    expect(anna.main.get_by_text("This name is taken")).to_be_visible()
    anna.click("Cancel")

    anna.open("Hours")
    anna.page.get_by_label("Around the clock").uncheck()
    anna.fill("Monday: closes", "08:00")
    anna.click("Save")
    expect(anna.main.get_by_text("The times of a day go from earlier to later")).to_be_visible()
    anna.fill("Monday: closes", "1730")
    anna.click("Save")
    expect(anna.page.get_by_label("Monday: closes")).to_have_value("17:30")
    expect(anna.main.get_by_role("status")).to_have_text("Saved")

    anna.open("Business")
    anna.fill("Time zone", "Mars/Olympus")
    anna.click("Save")
    expect(anna.main.get_by_text("There is no such time zone")).to_be_visible()


def test_a_page_that_was_refused_is_allowed_by_one_click(anna: Administrator, stage: Stage, new: NewServer) -> None:
    stage.allow("status of 403")
    stage.allow("blocked by CORS policy")
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    inbox = anna.page.url.rsplit("/", 1)[1]
    shop = Shop(new.origin, inbox)
    try:
        visitor = stage.page(locale="en")
        visitor.goto(shop.origin)
        visitor.get_by_role("button", name="Open chat").click()
        expect(visitor.get_by_role("dialog")).to_contain_text("not available here")
        anna.page.reload()
        anna.click("Allow: " + shop.origin)
        anna.click("Save")
        expect(anna.main.locator("form").get_by_role("status")).to_have_text("Saved")
        visitor.reload()
        customer = Customer(visitor, "en")
        expect(customer.field).to_be_visible()
    finally:
        shop.close()
    anna.click("Send a test")
    expect(anna.main.get_by_text(re.compile("It arrived|Answered after"))).to_be_visible()


def test_a_team_with_open_conversations_stays(anna: Administrator, stage: Stage, new: NewServer) -> None:
    anna.open("Teams")
    anna.add("Add team", "Repairs")
    anna.row("Repairs").click()
    team = anna.page.url.rsplit("/", 1)[1]
    anna.open("Inboxes")
    anna.row("Example Lamps").click()
    inbox = anna.page.url.rsplit("/", 1)[1]
    customer = Customer.arrive(stage, f"{new.origin}/preview/{inbox}", locale="en")
    customer.say("My lamp is broken")
    ask_for_person(customer)
    customer.say("It flickers")
    anna.page.get_by_role("link", name="Conversations").click()
    desk = Operator(anna.page, "en")
    desk.choose("flickers")
    desk.take()
    hand_over(anna.page, team)

    anna.open("Teams")
    anna.row("Repairs").click()
    anna.click("Remove")
    anna.dialog.get_by_role("button", name="Remove").click()
    expect(anna.dialog.get_by_role("alert")).to_contain_text("This team still has conversations to finish")
    anna.dialog.get_by_role("button", name="Cancel").click()
    anna.is_at("Repairs")


def hand_over(page: Page, team: str) -> None:
    """Transfers the conversation that is open, as the API does it."""
    origin, conversation = page.url.split("/console/")[0], page.url.rsplit("/", 1)[1]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    path = f"{origin}/api/v1/businesses/{business}/conversations/{conversation}"
    floor = page.request.get(path).json()["conversation"]["floor_seq"]
    body = {"team": team, "note": "", "floor_seq": floor}
    answer = page.request.post(f"{path}/transfer", data=body, headers={"Origin": origin})
    assert answer.ok, answer.text()
