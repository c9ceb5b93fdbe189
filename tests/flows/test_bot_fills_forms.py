"""The bot takes an order: it leads a customer through a form of the settings, and the operator finds the record."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer, NewServer
from tests.flows.teaching import Teacher
from tests.flows.telegram import Telegram
from tests.flows.test_set_up_first_words import visit
from tests.support_edge.telegram import BotUser

RETURN: dict[str, Any] = {
    "name": "Return", "purpose": "ticket", "prefix": "RET", "statuses": ["new", "back"],
    "told": "Your return is {{number}}. Write it on the parcel.",
    "steps": [
        {
            "name": "what", "title": "The lamp", "say": "Which lamp comes back?",
            "fields": [{"name": "lamp", "label": "Lamp", "required": True}],
        },
        {
            "name": "why", "title": "Why", "say": "Is it broken?",
            "fields": [{"name": "broken", "label": "Broken", "kind": "boolean", "required": True, "fact": "broken"}],
            "branches": [{"field": "broken", "answer": "no", "to": "terms"}],
        },
        {
            "name": "damage", "title": "Damage",
            "fields": [{"name": "damage", "label": "What is broken?", "kind": "choice", "choices": ["shade", "switch"], "required": True}],
            "then": "wishes",
        },
        {"name": "terms", "title": "Terms", "say": "It must be unused, and in its box."},
        {"name": "wishes", "title": "Wishes", "fields": [{"name": "wishes", "label": "Anything else?", "kind": "long_text"}]},
    ],
}  # fmt: skip


def api(page: Page, method: str, path: str, body: Any = None) -> Any:
    """The administrator's own call."""
    origin = page.url.split("/console/")[0]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    answer = page.request.fetch(
        f"{origin}/api/v1/businesses/{business}/{path}", method=method, data=body, headers={"Origin": origin}
    )
    assert answer.ok, answer.text()
    return answer.json() if answer.status != 204 else None


def test_studio_lets_the_bot_fill_a_form_and_a_customer_is_led_along_its_branches(
    stage: Stage, new: NewServer, tmp_path: Path
) -> None:
    stage.allow("status of 401")
    anna = Teacher.at_a_table(stage, new)
    page = anna.page
    api(page, "POST", "forms", RETURN)
    page.reload()
    anna.choose("Forms")
    anna.click("Add form")
    anna.dialog.get_by_label("What it is for").fill("Return a lamp")
    anna.dialog.get_by_label("Fills in").select_option(label="Return")
    assert_no_faults(page)
    anna.dialog.get_by_role("button", name="Add form").click()
    anna.is_at("Return a lamp")
    questions = anna.main.get_by_role("region", name="Questions")
    expect(questions.get_by_role("button")).to_have_count(4)
    expect(questions).to_contain_text("It must be unused, and in its box.")
    questions.get_by_role("button", name="Which lamp comes back?").click()
    questions.get_by_label("What the bot asks").get_by_role("textbox").fill("Which lamp would you like to return?")
    page.get_by_label("Topic", exact=True).select_option(label="how do I return a lamp")
    assert_no_faults(page)
    anna.save()
    page.screenshot(path=tmp_path / "studio.png", full_page=True)
    page.reload()
    expect(page.get_by_label("Fills in")).to_have_value("Return")
    expect(questions).to_contain_text("Which lamp would you like to return?")
    anna.train(1)
    anna.publish()
    expect(anna.state).to_contain_text("Version 1 answers customers")

    page.goto(page.url.split("#")[0] + "#/settings/inboxes")
    anna.row("Example Lamps").click()
    customer = visit(stage, anna)
    customer.open()
    customer.say("I want to return a lamp")
    customer.hears("Which lamp would you like to return?")
    customer.say("the green one")
    customer.hears("Is it broken?")
    customer.say("how much is delivery?")
    customer.sees("Delivery takes two days", author="bot")
    customer.button("No").last.click()
    customer.sees("It must be unused", author="bot")
    customer.hears("Anything else?")
    customer.button("Skip").click()
    customer.hears("Your return is RET-000001.")

    customer.say("I want to return a lamp")
    customer.say("the blue one")
    customer.button("Yes").last.click()
    customer.hears("What is broken?")
    customer.say("the swich")
    customer.say("no thanks")
    customer.hears("Your return is RET-000002.")
    customer.ask_for_person()

    page.goto(page.url.split("#")[0] + "#/records")
    row = anna.main.get_by_role("row", name=re.compile("RET-000002"))
    expect(row).to_contain_text("The bot")
    row.get_by_role("link", name="RET-000002").click()
    expect(anna.main).to_contain_text("the blue one")
    expect(anna.main).to_contain_text("switch")
    anna.main.get_by_role("link", name="Conversation").click()
    expect(page.get_by_role("log")).to_contain_text("The bot recorded RET-000001: Return")
    expect(page.get_by_role("region", name="Forms", exact=True)).to_contain_text("RET-000002")
    page.screenshot(path=tmp_path / "thread.png")


def test_connection_that_the_bot_took_is_a_record_and_one_that_no_longer_fits_goes_to_people(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    customer.say("Хочу подключиться")
    customer.hears("По какому адресу")
    customer.say("Ламповая 5, квартира 12")
    customer.say("+7 495 000-15-51")
    customer.say("завтра вечером")
    customer.hears("№ CON-000001")
    customer.page.reload()
    customer.hears("№ CON-000001")

    (form,) = api(anna.page, "GET", "forms")["items"]
    customer.say("Хочу подключиться")
    customer.say("Маячная 7")
    customer.say("+7 495 000-15-52")
    steps = form["value"]["steps"]
    flat = {"name": "flat", "title": "Квартира", "fields": [{"name": "flat", "label": "Подъезд", "required": True}]}
    api(
        anna.page,
        "PUT",
        f"forms/{form['id']}",
        {"value": {**form["value"], "steps": [*steps, flat]}, "version": form["version"]},
    )
    customer.say("в субботу утром")
    expect(customer.queue).to_be_visible()
    assert not any("CON-000002" in text for text in customer.texts())

    olga.choose()
    olga.take()
    page = olga.page
    expect(olga.log).to_contain_text("Бот: запись CON-000001 — Подключение")
    expect(olga.log).to_contain_text("анкету изменили, пока бот её заполнял")
    expect(page.get_by_role("region", name="Анкеты", exact=True)).to_contain_text("CON-000001")
    expect(page.get_by_role("button", name=re.compile("Изменить: address, Маячная"))).to_be_visible()
    assert_no_faults(page, "[role=log]")
    page.screenshot(path=tmp_path / "thread.png")


def test_order_in_telegram_is_the_same_record(
    stage: Stage, demo_with_bot: DemoServer, telegram: Telegram, bot: BotUser
) -> None:
    talk = telegram.talk(bot, "Анна", language="ru")
    telegram.do(talk.start(""))
    for said, heard in (
        ("Хочу подключиться", "По какому адресу"), ("Ламповая 5, квартира 12", "номер"), ("+7 495 000-15-51", "удобно"),
        ("завтра вечером", "№ CON-000001"),
    ):  # fmt: skip
        telegram.do(talk.say(said))
        telegram.wait_for_text(talk, heard)
    anna = Operator.sign_in(stage, demo_with_bot.links.administrator, locale="en")
    (record,) = api(anna.page, "GET", "records")["records"]
    assert (record["number"], record["by"]) == ("CON-000001", "Бот")
    assert [one["value"] for one in record["values"]][1] == "+74950001551"
