"""Two operators and an administrator at once, from an empty database, by clicks alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.flows.administrators import Administrator, come_in
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import NewServer


def test_two_operators_and_an_administrator_share_a_day(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    anna = Administrator.first(stage, new)
    anna.click("Make the chat")
    preview = str(anna.page.locator("iframe").get_attribute("src"))
    anna.click("Continue")
    has_bot = anna.choose_bot()
    anna.click("Continue" if has_bot else "Go on without a bot")
    anna.is_at("Who answers with you")
    links = [anna.invite(), anna.invite()]
    oleg, vera = invited(stage, links)
    anna.page.goto(f"{new.origin}/console/#/settings/business")
    furnish(anna)

    # Both reach for the same customer: one has the floor, the other is told who.
    customer = Customer.arrive(stage, new.origin + preview, locale="en")
    customer.say("Hello")
    if has_bot:
        customer.hears(re.compile(r"\w"))
    customer.ask_for_person()
    for operator in (oleg, vera):
        operator.choose()
    takes = [operator.page.evaluate_handle(_TAKE, operator.words["take"]) for operator in (oleg, vera)]
    for take in takes:
        take.evaluate("button => button.click()")
    expect(customer.panel.locator("header")).to_contain_text("Example is with you")
    first, second = (oleg, vera) if "Oleg" in customer.panel.locator("header").inner_text() else (vera, oleg)
    first_name, their_name = ("Oleg Example", "Vera Example") if second is vera else ("Vera Example", "Oleg Example")
    expect(second.page.get_by_text(re.compile(f"^{first_name} has it"))).to_be_visible()
    expect(second.field).to_have_count(0)

    first.field.press_sequentially("/hel")
    first.page.get_by_role("option", name=re.compile("hello")).wait_for()
    first.field.press("Enter")
    first.field.press("Enter")
    customer.hears(re.compile("^Hello, this is (Oleg|Vera) Example"), author="operator")
    first.page.get_by_role("main").get_by_role("button", name=re.compile("^Note")).click()
    first.field.press_sequentially(f"@{their_name[:3].lower()}")
    first.page.get_by_role("option", name=re.compile(their_name)).wait_for()
    first.field.press("Tab")
    first.field.press_sequentially("this one is for repairs")
    first.field.press("Enter")
    second.page.get_by_role("button", name=re.compile("calls you in a note")).click()
    second.sees("this one is for repairs")

    first.page.keyboard.press("Alt+t")
    asked = first.page.get_by_role("dialog")
    asked.get_by_role("radio", name=their_name).check()
    asked.get_by_label("Note for whoever takes over").fill("The lamp flickers")
    asked.get_by_role("button", name="Transfer").click()
    second.choose(view="mine")
    second.reads("The lamp flickers")

    # The administrator goes on setting up meanwhile, and looks on without taking part.
    anna.open("Wrap-up codes")
    with second.page.expect_response("**/wrap-up-codes"):
        anna.add("Add code", "Sent to repairs")
    second.write("Bring it in, we will look at it today.")
    customer.hears("Bring it in", author="operator")
    expect(customer.panel.locator("header")).to_contain_text(their_name)
    second.page.get_by_role("main").get_by_role("button", name="Resolve", exact=True).click()
    outcome = second.page.get_by_role("dialog")
    outcome.get_by_label(re.compile("Sent to repairs")).check()
    outcome.get_by_role("button", name="Resolve").click()
    second.reads("Sent to repairs")

    customer.panel.get_by_role("radio", name="5 stars").check(force=True)
    customer.panel.locator(".rating").get_by_role("button", name="Send").click()
    second.reads("5 of 5")
    expect(customer.page.get_by_text("this one is for repairs")).to_have_count(0)
    expect(customer.page.get_by_text("The lamp flickers")).to_have_count(0)

    watching = Operator(anna.page, "en")
    anna.page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Conversations").click()
    watching.tab("all").click()
    anna.page.get_by_role("button", name="Resolved").click()
    watching.rows.first.click()
    for line in ("this one is for repairs", "Bring it in", "Sent to repairs", "5 of 5"):
        watching.reads(line)


def invited(stage: Stage, links: list[str]) -> tuple[Operator, Operator]:
    people = []
    for link, name in zip(links, ("Oleg Example", "Vera Example"), strict=True):
        page = stage.page(locale="en")
        come_in(page, link, name=name, email=f"{name.split()[0].lower()}@example.com")
        one = Operator(page, "en")
        expect(one.tab("unassigned")).to_be_visible()
        people.append(one)
    return people[0], people[1]


def furnish(anna: Administrator) -> None:
    anna.open("Canned responses")
    anna.click("Add response")
    anna.fill("Typed after /", "hello")
    anna.fill("Answer, English", "Hello, this is ")
    anna.click("your name")
    anna.click("Add response")
    expect(anna.row("hello")).to_be_visible()
    anna.open("Labels")
    anna.add("Add label", "Urgent")


_TAKE = (
    """name => [...document.querySelectorAll("main button")].find(({ textContent }) => textContent.trim() === name)"""
)
