"""Somebody who never saw a bot from inside teaches one: from a pasted table to an answer in the widget, and on."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from bot.content.project import read_folder
from tests.flows.administrators import come_in
from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.server import NewServer
from tests.flows.teaching import TABLE, TRAINED_WITHIN, Teacher, press, tab_to
from tests.flows.test_set_up_first_words import visit

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"
SIGNED_OUT = "status of 401"


def test_pasted_table_becomes_a_bot_that_answers_by_keys_alone(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    anna = Teacher.at_nothing(stage, new)
    page = anna.page
    assert_no_faults(page)
    press(page, "Paste a table")
    tab_to(page, "Paste the table here")
    page.keyboard.insert_text(TABLE)
    expect(anna.main.get_by_role("region", name="What was read")).to_contain_text("how much is delivery")
    assert_no_faults(page)
    press(page, "Take over 18 questions")
    anna.is_at("Topics")
    expect(anna.main.get_by_role("listitem")).to_have_count(3)
    expect(anna.state).to_contain_text("not trained yet")
    assert_no_faults(page)

    press(page, "Train")
    page.get_by_role("heading", level=1, name="Version 1", exact=True).wait_for(timeout=TRAINED_WITHIN)
    expect(anna.state).to_contain_text("Trained as version 1, not published yet")
    assert_no_faults(page)
    press(page, "Try it")
    expect(anna.talk.get_by_role("textbox")).to_be_focused()
    page.keyboard.insert_text("how long does delivery take?")
    page.keyboard.press("Enter")
    expect(anna.talk.get_by_role("log")).to_contain_text("Delivery takes two days")
    expect(anna.talk.get_by_role("log")).to_contain_text("%")
    assert_no_faults(page)
    page.keyboard.press("Escape")
    expect(anna.talk).to_have_count(0)

    press(page, "Publish")
    press(page, "Publish")
    expect(anna.state).to_contain_text("Version 1 answers customers")
    page.goto(page.url.split("#")[0] + "#/settings/inboxes")
    anna.row("Example Lamps").click()
    customer = visit(stage, anna)
    customer.open()
    customer.say("can I return a lamp?")
    customer.hears("Send it back within 30 days")


def test_failing_conversation_keeps_a_version_back_until_somebody_says_why(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    stage.allow("status of 409")  # what is refused
    anna = Teacher.at_a_table(stage, new)
    anna.train(1)
    anna.publish()
    expect(anna.state).to_contain_text("Version 1 answers customers")

    anna.choose("Topics")
    anna.row("Delivery takes").click()
    example = anna.page.get_by_label(re.compile("^Write an example")).first
    example.fill("can I send it back?")
    twin = anna.main.get_by_text("Nearly the same stands in")
    expect(twin.get_by_role("link", name="how do I return a lamp")).to_be_visible()
    example.fill("")
    expect(twin).to_have_count(0)
    anna.page.get_by_label("Answer, ").first.fill("Delivery takes one day, see https://lamps.example/delivery")
    expect(anna.main.get_by_role("figure")).to_contain_text("Delivery takes one day")
    anna.save()
    anna.choose("Forms")
    anna.click("Add form")
    anna.dialog.get_by_label("What it is for").fill("Callback")
    anna.dialog.get_by_role("textbox").last.fill("Which number shall we call?")
    anna.dialog.get_by_role("button", name="Add form").click()
    anna.is_at("Callback")
    anna.click(re.compile("Which number"))
    anna.page.get_by_label("What an answer is").select_option(label="Phone number")
    anna.click("Add question")
    anna.page.get_by_label("What the bot asks").get_by_role("textbox").last.fill("When does it suit you?")
    handle = anna.page.get_by_role("button", name=re.compile("^Move question 2"))
    handle.press("ArrowUp")
    expect(anna.page.get_by_role("button", name=re.compile("^Move question 1"))).to_be_focused()
    expect(anna.main.locator("ol > li").first).to_contain_text("When does it suit you?")
    anna.page.get_by_role("button", name=re.compile("^Move question 1")).press("ArrowDown")
    anna.page.get_by_label("Topic", exact=True).select_option(label="how do I return a lamp")
    anna.page.get_by_label("What the bot says in the end").get_by_role("textbox").fill("Thank you, we call you.")
    anna.page.get_by_label("What it is for").get_by_role("textbox").fill("We call you")
    assert_no_faults(anna.page)
    anna.save()
    anna.is_at("We call you")

    anna.choose("Test conversations")
    anna.click("Add conversation")
    anna.fill("Name", "a return is a delivery")
    anna.fill("The customer says", "how can I return it")
    anna.page.get_by_label("The bot takes it for").select_option(label="how much is delivery")
    assert_no_faults(anna.page)
    anna.save()
    anna.train(2)
    expect(anna.main.get_by_role("region", name="Test conversations")).to_contain_text("1 of 1 test conversations fail")
    assert_no_faults(anna.page)

    anna.click("Try it")
    say(anna, "I want to return a lamp")
    say(anna, "call me")
    expect(anna.talk.get_by_role("log")).to_contain_text("Which number shall we call?")
    expect(anna.talk).to_contain_text("We call you")
    say(anna, "+7 495 000-00-01")
    expect(anna.talk.get_by_role("log")).to_contain_text("When does it suit you?")
    say(anna, "tomorrow at noon")
    expect(anna.talk.get_by_role("log")).to_contain_text("Thank you, we call you.")
    anna.talk.get_by_role("button", name="Close").click()

    anna.publish()
    expect(anna.dialog.get_by_role("alert").first).to_contain_text("1 of 1 test conversations fail")
    expect(anna.state).to_contain_text("not published yet")
    anna.dialog.get_by_label("Why it shall answer all the same").fill("The test is a slip of mine")
    anna.dialog.get_by_role("button", name="Publish").click()
    expect(anna.state).to_contain_text("Version 2 answers customers")

    anna.choose("Versions")
    expect(anna.row("Version 2")).to_contain_text("The test is a slip of mine")
    assert_no_faults(anna.page)
    anna.row("Version 1").click()
    anna.click("Show what differs")
    expect(anna.main.get_by_role("region", name="domain.yml")).to_contain_text("Delivery takes one day")
    assert_no_faults(anna.page)
    anna.click("Go back to it")
    anna.dialog.get_by_role("button", name="Go back to it").click()
    expect(anna.main).to_contain_text("Answers now.")
    expect(anna.state).to_contain_text("Trained as version 2, not published yet")


def say(anna: Teacher, words: str) -> None:
    """To the bot that is tried."""
    field = anna.talk.get_by_role("textbox")
    field.fill(words)
    field.press("Enter")
    expect(anna.talk.get_by_role("log")).to_contain_text(words)
    expect(anna.talk.get_by_role("log")).not_to_contain_text("…")


def test_imported_project_differs_in_the_edited_answer_only(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    anna = Teacher.at_nothing(stage, new)
    anna.click(re.compile("^Bring in a Rasa project"))
    stage.allow("status of 422")
    choose_archive(anna, {"domain.yml": b"intents:\n- a\n\tb: 1\n"})
    expect(anna.alert).to_contain_text("domain.yml, line 3")  # and nothing is lost: there was nothing
    before = read_folder(LANTERN)[0]
    secret = {**before.files, "endpoints.yml": b"action_endpoint: {url: 'http://inside.example'}\n"}
    choose_archive(anna, secret)
    anna.is_at("Import and export")
    expect(anna.page.get_by_text("topics were brought in")).to_be_visible()
    expect(anna.main.get_by_role("region", name="Not taken over")).to_contain_text("endpoints.yml")

    anna.choose("Topics")
    anna.page.get_by_label("Find a topic").fill("discounts")
    anna.row("Discounts and offers").click()
    anna.is_at("Discounts and offers")
    answer = anna.page.get_by_label("Answer, English", exact=True).first
    old = answer.input_value()
    answer.fill(old + " Ask us.")
    expect(anna.main.get_by_role("figure")).to_be_visible()
    anna.save()
    anna.choose("Import and export")
    assert_no_faults(anna.page)
    with anna.page.expect_download() as download:
        anna.main.get_by_role("link", name="Download the Rasa project").click()
    with zipfile.ZipFile(download.value.path()) as read:
        after = {name: read.read(name) for name in read.namelist()}
    assert after.keys() == before.files.keys()
    changed = [name for name, body in after.items() if body != before.files[name]]
    assert changed == ["domain.yml", "forms.toml"], "the forms are this business's own: it has none yet"
    lines = zip(before.files["domain.yml"].decode().split("\n"), after["domain.yml"].decode().split("\n"), strict=True)
    differing = [(one, other) for one, other in lines if one != other]
    assert len(differing) == 1
    assert "Ask us." in differing[0][1]


def choose_archive(anna: Teacher, files: dict[str, bytes]) -> None:
    """A folder's archive, as a file manager makes one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for name, body in files.items():
            written.writestr(f"lantern/{name}", body)
    file = {"name": "lantern.zip", "mimeType": "application/zip", "buffer": archive.getvalue()}
    anna.page.get_by_label("Choose the archive").set_input_files(file)  # type: ignore[arg-type]


def test_two_who_teach_at_once_lose_nothing(stage: Stage, new: NewServer) -> None:
    stage.allow(SIGNED_OUT)
    stage.allow("status of 409")
    anna = Teacher.at_a_table(stage, new)
    anna.main.get_by_role("link").filter(has_text="Delivery takes").click()
    title = anna.page.get_by_role("heading", level=1).inner_text()
    other = second_window(stage, anna)
    other.is_at(title)

    # Different topics are nobody's conflict, and one's own words stay.
    other.page.get_by_label("Write an example, Enter adds it, English").fill("is there an express delivery")
    other.page.keyboard.press("Enter")
    expect(other.main.get_by_text("1 example added")).to_be_visible()
    anna.page.get_by_label("Answer, Any language").or_(anna.page.get_by_label("Answer, English")).first.fill(
        "Delivery takes one day."
    )
    anna.save()
    expect(other.alert).to_contain_text("Anna Example changed this on")
    expect(other.alert).to_contain_text("Delivery takes one day.")
    other.page.reload()
    expect(other.alert).to_contain_text("Delivery takes one day.")
    other.click("Save mine on top")
    expect(other.alert).to_have_count(0)
    expect(other.main.get_by_label("Example", exact=True).last).to_have_value("is there an express delivery")
    expect(anna.main.get_by_label("Example", exact=True).last).to_have_value("is there an express delivery")
    expect(other.page.get_by_label("Answer, ").first).to_have_value("Delivery takes one day.")

    # What isn't saved waits, wherever one goes.
    anna.page.get_by_label("Write an example, Enter adds it, English").fill("by drone?")
    anna.page.keyboard.press("Enter")
    anna.page.get_by_role("link", name="Forms").first.click()
    anna.dialog.get_by_role("button", name="Leave, keep draft").click()
    anna.is_at("Forms")
    anna.choose("Topics")
    expect(anna.row("Delivery takes")).to_contain_text("Not saved")
    anna.row("Delivery takes").click()
    expect(anna.main.get_by_label("Example", exact=True).last).to_have_value("by drone?")
    anna.click("Discard changes")
    anna.click("Take the last change back")
    expect(anna.main.get_by_label("Example", exact=True).last).not_to_have_value("is there an express delivery")

    # A supervisor looks on and changes nothing.
    anna.page.goto(anna.page.url.split("#")[0] + "#/settings/people")
    anna.is_at("People")
    link = anna.invite(role="Supervisor")
    page = stage.page(locale="en")
    come_in(page, link, name="Sue Example", email="sue@example.com")
    expect(page.get_by_role("navigation", name="Navigation")).to_be_visible()
    sue = Teacher(page)
    sue.to("no-such-part")  # the first is shown instead
    sue.is_at("Topics")
    sue.row("Delivery takes").click()
    expect(sue.main.get_by_label("Example", exact=True).first).to_be_disabled()
    expect(sue.page.get_by_role("button", name=re.compile("Save|Train|Remove topic"))).to_have_count(0)
    assert_no_faults(page)


def second_window(stage: Stage, anna: Teacher) -> Teacher:
    """The same person, the same page, in another browser."""
    context = stage.context(locale="en")
    context.add_cookies([one for one in anna.page.context.cookies() if one["name"] == "switchboard_session"])  # type: ignore[misc]
    page = context.new_page()
    page.goto(anna.page.url)
    return Teacher(page)
