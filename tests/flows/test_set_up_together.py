"""Two administrators at once, and one who is interrupted: nothing is overwritten unseen, nothing written is lost."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.flows.administrators import Administrator
from tests.flows.browser import Stage
from tests.flows.outages import without_network
from tests.flows.server import NewServer

SIGNED_OUT = "status of 401"
CONFLICT = "status of 409"


def test_who_saves_second_sees_what_is_different_and_loses_nothing(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    stage.allow(CONFLICT)
    anna = Administrator.with_business(stage, new)
    anna.open("Wrap-up codes")
    anna.add("Add code", "Solved")
    other = second_window(stage, anna)
    other.open("Wrap-up codes")
    other.row("Solved").click()
    anna.row("Solved").click()

    anna.fill("For colleagues", "The customer has what they need")
    other.fill("Name", "Done")
    anna.click("Save")
    expect(anna.main.get_by_role("status")).to_have_text("Saved")
    other.click("Save")
    expect(other.alert).to_contain_text("Anna Example changed this on")
    expect(other.alert).to_contain_text("The customer has what they need")
    expect(other.page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    with other.page.expect_response(lambda one: one.request.method == "PUT"):
        other.click("Save mine on top")
    expect(other.page.get_by_label("For colleagues")).to_have_value("The customer has what they need")
    expect(other.page.get_by_label("Name")).to_have_value("Done")
    expect(other.alert).to_have_count(0)

    anna.fill("Name", "Finished")
    anna.click("Save")
    expect(anna.alert).to_contain_text("Done")
    expect(anna.alert).to_contain_text("You wrote")
    anna.click("Take theirs")
    expect(anna.page.get_by_label("Name")).to_have_value("Done")
    expect(anna.alert).to_have_count(0)


def test_a_business_that_two_describe_at_once_is_nobodys_loss(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    stage.allow(CONFLICT)
    anna = Administrator.with_business(stage, new)
    other = second_window(stage, anna)
    anna.fill("Time zone", "Europe/Moscow")
    other.fill("What customers call it, English", "Example Lights")
    anna.click("Save")
    expect(anna.main.get_by_role("status")).to_have_text("Saved")
    other.click("Save")
    expect(other.alert).to_contain_text("Anna Example changed this on")
    other.page.reload()  # what was written and what it met are still there
    expect(other.alert).to_contain_text("Europe/Moscow")
    other.click("Save mine on top")
    expect(other.page.get_by_label("Time zone")).to_have_value("Europe/Moscow")
    expect(other.page.get_by_label("What customers call it, English")).to_have_value("Example Lights")
    expect(other.page.get_by_role("navigation", name="Settings").get_by_text("Example Lights")).to_be_visible()


def test_what_was_removed_meanwhile_can_be_added_anew(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    stage.allow("status of 404")
    anna = Administrator.with_business(stage, new)
    anna.open("Teams")
    anna.add("Add team", "Repairs")
    other = second_window(stage, anna)
    other.open("Teams")
    other.row("Repairs").click()
    anna.row("Repairs").click()
    anna.click("Remove")
    anna.dialog.get_by_role("button", name="Remove").click()
    expect(anna.main.get_by_text("Everybody answers everything")).to_be_visible()

    other.fill("Name", "Repairs and returns")
    other.click("Save")
    expect(other.alert).to_contain_text("Somebody removed this")
    other.click("Save")
    expect(other.alert).to_have_count(0)
    anna.page.reload()
    expect(anna.row("Repairs and returns")).to_be_visible()


def test_what_is_not_saved_outlives_reload_outage_and_leaving(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    anna = Administrator.with_business(stage, new)
    anna.open("Skills")
    anna.add("Add skill", "English")
    anna.row("English").click()
    anna.fill("For colleagues", "Written and spoken")
    anna.page.reload()
    expect(anna.page.get_by_label("For colleagues")).to_have_value("Written and spoken")

    with without_network(anna.page):
        anna.click("Save")
        expect(anna.alert).to_contain_text("The server cannot be reached")
        expect(anna.page.get_by_label("For colleagues")).to_have_value("Written and spoken")

    anna.page.get_by_role("link", name="Labels", exact=True).click()
    expect(anna.dialog).to_contain_text("Leave without saving?")
    anna.dialog.get_by_role("button", name="Stay").click()
    anna.is_at("English")
    anna.page.get_by_role("link", name="Labels", exact=True).click()
    anna.dialog.get_by_role("button", name="Leave, keep draft").click()
    anna.is_at("Labels")
    anna.open("Skills")
    expect(anna.row("English")).to_contain_text("Not saved")
    anna.row("English").click()
    anna.click("Save")
    expect(anna.main.get_by_role("status")).to_have_text("Saved")
    anna.page.get_by_role("link", name="Back to Skills").click()
    expect(anna.row("English")).to_contain_text("Written and spoken")
    expect(anna.row("English")).not_to_contain_text("Not saved")


def test_what_was_removed_comes_back_for_a_moment(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    anna = Administrator.with_business(stage, new)
    anna.open("Labels")
    anna.add("Add label", "Refund")
    anna.row("Refund").click()
    anna.click("Remove")
    expect(anna.row("Refund")).to_have_count(0)
    anna.click("Undo")
    expect(anna.row("Refund")).to_be_visible()
    anna.row("Refund").click()
    anna.click("Remove")
    with anna.page.expect_response(lambda one: one.request.method == "DELETE"):
        anna.open("Skills")  # whoever leaves meant it
    anna.open("Labels")
    expect(anna.main.get_by_text("No labels yet")).to_be_visible()
    anna.page.reload()
    expect(anna.main.get_by_text("No labels yet")).to_be_visible()


def second_window(stage: Stage, anna: Administrator) -> Administrator:
    """The same person in another browser."""
    context = stage.context(locale="en")
    context.add_cookies([one for one in anna.page.context.cookies() if one["name"] == "switchboard_session"])  # type: ignore[misc]
    page = context.new_page()
    page.goto(anna.page.url.split("#")[0] + "#/settings/business")
    other = Administrator(page)
    other.is_at("Business")
    return other
