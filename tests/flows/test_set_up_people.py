"""Who comes by an invitation and who doesn't, and how somebody leaves."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.flows.administrators import PASSWORD, Administrator, ask_for_person, come_in
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import NewServer

REFUSALS = ("status of 401", "status of 409", "status of 410")


def test_an_invitation_works_once_and_for_whom_it_is(stage: Stage, new: NewServer) -> None:
    for words in REFUSALS:
        stage.allow(words)
    anna = Administrator.with_business(stage, new)
    anna.open("People")
    link = anna.invite(role="Supervisor", email="oleg@example.com")
    expect(anna.main.get_by_text("oleg@example.com")).to_be_visible()

    anna.page.goto(link)
    expect(anna.alert).to_contain_text("This invitation is for oleg@example.com, and you are signed in as anna@")

    page = stage.page(locale="en")
    page.goto(link)
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("oleg@example.com")
    come_in(page, link, name="Oleg Example", email="oleg@example.com")
    expect(Operator(page, "en").tab("unassigned")).to_be_visible()

    late = stage.page(locale="en")
    late.goto(link)
    expect(late.get_by_role("heading", name="This invitation does not work")).to_be_visible()
    expect(late.get_by_role("alert")).to_contain_text("used already")

    anna.page.goto(f"{new.origin}/console/#/settings/people")
    anna.is_at("People")
    expect(anna.row("Oleg Example")).to_contain_text("Supervisor")
    withdrawn = anna.invite()
    anna.click("Withdraw")
    expect(anna.main.get_by_text("withdrawn")).to_be_visible()
    late.goto(withdrawn)
    expect(late.get_by_role("heading", name="This invitation does not work")).to_be_visible()


def test_who_has_an_account_joins_another_business_with_it(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    anna = Administrator.with_business(stage, new)
    anna.open("People")
    oleg = stage.page(locale="en")
    come_in(oleg, anna.invite(), name="Oleg Example", email="oleg@example.com")
    expect(Operator(oleg, "en").tab("unassigned")).to_be_visible()

    begin_another(anna, "Second Example")
    anna.page.goto(f"{new.origin}/console/#/settings/people")
    anna.is_at("People")
    expect(anna.row("Anna at Second")).to_be_visible()
    oleg.goto(anna.invite())
    oleg.get_by_role("button", name="Join as Oleg Example").click()
    expect(Operator(oleg, "en").tab("unassigned")).to_be_visible()
    oleg.get_by_role("button", name="Account").click()
    expect(oleg.get_by_role("button", name="Second Example")).to_be_disabled()
    oleg.get_by_role("button", name="Example Lamps").click()
    oleg.get_by_role("button", name="Account").click()
    expect(oleg.get_by_role("button", name="Example Lamps")).to_be_disabled()


def test_the_last_administrator_stays_and_whoever_leaves_keeps_nobody_waiting(stage: Stage, new: NewServer) -> None:
    for words in (*REFUSALS, "status of 404", "status of 403"):
        stage.allow(words)
    anna = Administrator.first(stage, new)
    anna.click("Make the chat")
    preview = anna.page.locator("iframe").get_attribute("src")
    anna.page.goto(f"{new.origin}/console/#/settings/people")
    anna.is_at("People")
    page = stage.page(locale="en")
    come_in(page, anna.invite(), name="Oleg Example", email="oleg@example.com")
    oleg = Operator(page, "en")
    customer = Customer.arrive(stage, new.origin + str(preview), locale="en")
    customer.say("Where is my lamp?")
    ask_for_person(customer)
    customer.say("I am waiting")
    oleg.choose("waiting")
    oleg.take()

    anna.page.reload()
    anna.row("Anna Example").click()
    anna.page.get_by_role("radio", name="Operator").check()
    anna.click("Save")
    expect(anna.alert).to_contain_text("This is the only administrator")
    anna.click("Discard changes")
    anna.click("Leave the business")
    anna.dialog.get_by_role("button", name="Leave the business").click()
    expect(anna.dialog.get_by_role("alert")).to_contain_text("This is the only administrator")
    anna.dialog.get_by_role("button", name="Cancel").click()

    anna.page.get_by_role("link", name="Back to People").click()
    anna.row("Oleg Example").click()
    anna.click("Leave the business")
    expect(anna.dialog).to_contain_text("goes back to the queue")
    anna.dialog.get_by_role("button", name="Leave the business").click()
    expect(anna.row("Oleg Example")).to_have_count(0)
    expect(page.get_by_role("alert")).to_contain_text("Your account belongs to no business yet")
    expect(oleg.log).to_have_count(0)
    anna.page.get_by_role("link", name="Conversations").click()
    waiting = Operator(anna.page, "en")
    waiting.choose("waiting")
    waiting.take()


def test_another_role_holds_at_once(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    anna = Administrator.with_business(stage, new)
    anna.open("People")
    page = stage.page(locale="en")
    come_in(page, anna.invite(), name="Oleg Example", email="oleg@example.com")
    expect(Operator(page, "en").tab("unassigned")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    anna.page.reload()
    anna.row("Oleg Example").click()
    anna.page.get_by_role("radio", name="Administrator").check()
    anna.click("Save")
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", level=1, name="Business")).to_be_visible()


def begin_another(anna: Administrator, name: str) -> None:
    """Another business, from the corner of the console."""
    page: Page = anna.page
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Begin another business").click()
    anna.is_at("Another business")
    anna.fill("What customers call it, English", name)
    anna.fill("Your name there", "Anna at Second")
    anna.click("Begin")
    anna.is_at("The chat on your pages")


def test_sign_in_asks_for_the_second_factor(stage: Stage, new: NewServer) -> None:
    import pyotp

    for words in (*REFUSALS, "status of 422"):
        stage.allow(words)
    anna = Administrator.with_business(stage, new)
    page = anna.page
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="My account").click()
    anna.click("Set it up")
    picture = page.get_by_role("img", name="Picture to scan with the app")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.complete && one.naturalWidth > 0")
    secret = page.get_by_role("group", name="Secret for the app").locator("output").inner_text()
    anna.fill("Code from the app", "000000")
    page.locator("form", has_text="Code from the app").get_by_label("Your password now").fill(PASSWORD)
    anna.click("Turn it on")
    expect(page.get_by_text("This is not the code that the app shows now")).to_be_visible()
    used = pyotp.TOTP(secret).now()
    anna.fill("Code from the app", used)
    anna.click("Turn it on")
    shown = page.get_by_role("group", name="Recovery codes").get_by_role("listitem")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    anna.click("I keep them")

    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    anna.click("Sign in")
    page.get_by_label("Code from your app").fill(used)
    anna.click("Continue")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right, or was used already")
    page.get_by_label("Code from your app").fill(codes[0])
    anna.click("Continue")
    anna.is_at("My account")
    expect(page.get_by_text("Signing in asks for a code from your app")).to_be_visible()
