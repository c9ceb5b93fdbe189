"""Teaching the bot where the network is slow, and where it is gone for a while: nothing typed is lost, nothing done twice."""

from __future__ import annotations

from playwright.sync_api import APIResponse, Request, Route, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import WHEN_AWAY, Stage, until
from tests.flows.server import NewServer
from tests.flows.teaching import TRAINED_WITHIN, Teacher

SIGNED_OUT = "status of 401"
SLOW = {"offline": False, "latency": 1_200, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
NEW_EXAMPLE = "Write an example, Enter adds it, English"


def test_slow_network_shows_what_it_waits_for_and_saves_once(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    anna = Teacher.at_a_table(stage, new)
    network = anna.page.context.new_cdp_session(anna.page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    anna.page.reload()
    expect(anna.main.locator(".skeleton").first).to_be_visible()
    anna.row("Delivery takes").click()
    expect(anna.main.get_by_label("Example", exact=True)).to_have_count(6)
    assert_no_faults(anna.page)

    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method in ("POST", "PATCH", "PUT") and "/bot/" in request.url:
            sent.append(request.url)

    anna.page.on("request", note)
    anna.page.get_by_label(NEW_EXAMPLE).fill("by express, please")
    anna.page.keyboard.press("Enter")
    save = anna.main.get_by_role("button", name="Save", exact=True)
    save.dblclick()
    expect(anna.main.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert len([url for url in sent if url.endswith("/changes")]) == 1
    network.send("Network.emulateNetworkConditions", FAST)
    anna.train(1)
    anna.page.reload()
    anna.is_at("Version 1")


def test_what_was_typed_while_the_network_was_gone_is_there_and_saved_later(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    for complaint in WHEN_AWAY:
        stage.allow(complaint)
    anna = Teacher.at_a_table(stage, new)
    anna.row("Delivery takes").click()
    expect(anna.main.get_by_label("Example", exact=True)).to_have_count(6)
    anna.page.context.set_offline(True)
    anna.page.get_by_label(NEW_EXAMPLE).fill("by express, please")
    anna.page.keyboard.press("Enter")
    anna.click("Save")
    expect(anna.alert).to_contain_text("What you wrote is kept")
    expect(anna.main.get_by_label("Example", exact=True).last).to_have_value("by express, please")
    anna.page.context.set_offline(False)
    anna.page.reload()
    expect(anna.main.get_by_label("Example", exact=True).last).to_have_value("by express, please")
    anna.save()
    anna.page.reload()
    expect(anna.main.get_by_label("Example", exact=True)).to_have_count(7)
    anna.page.context.set_offline(True)
    anna.click("Train")
    expect(anna.page.get_by_role("alert")).to_contain_text("cannot be reached")

    # What is asked for when the network is back is answered only after the training has begun.
    late: list[tuple[Route, APIResponse]] = []
    anna.page.route("**/bot", lambda route: late.append((route, route.fetch())), times=1)
    with anna.page.expect_request("**/bot"):
        anna.page.context.set_offline(False)
    until(anna.page, lambda: bool(late))
    anna.click("Train")
    expect(anna.page.get_by_role("progressbar", name="Training")).to_be_visible()
    ((route, old),) = late
    route.fulfill(response=old)
    anna.page.get_by_role("heading", level=1, name="Version 1", exact=True).wait_for(timeout=TRAINED_WITHIN)
