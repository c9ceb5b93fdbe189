"""Conversations are offered: accepted by a key, declined, let pass; and nobody is left guessing whose they are."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Playwright, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage, launch
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer


def give_out(anna: Operator, **rules: object) -> None:
    """The administrator has what goes to no team offered, as the API does it."""
    page = anna.page
    origin = page.url.split("/console/")[0]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    path = f"{origin}/api/v1/businesses/{business}/routing"
    seen = page.request.get(path).json()
    value = {"rules": {"everybody": {"mode": "offer"}, **rules}}
    answer = page.request.put(path, data={"version": seen["version"], "value": value}, headers={"Origin": origin})
    assert answer.ok, answer.text()


def choose(who: Operator, state: Literal["online", "away"]) -> None:
    """As the API does it."""
    page = who.page
    origin = page.url.split("/console/")[0]
    answer = page.request.put(f"{origin}/api/v1/me/presence", data={"state": state}, headers={"Origin": origin})
    assert answer.ok, answer.text()


def break_of(anna: Operator) -> None:
    """Anna is on a break, so that what comes is somebody else's."""
    choose(anna, "away")


def tags_of(who: Operator) -> list[str]:
    """Of the log that is open in their console."""
    page = who.page
    origin, _, place = page.url.partition("/console/")
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    conversation = place.split("?")[0].rstrip("/").split("/")[-1]
    path = f"{origin}/api/v1/businesses/{business}/conversations/{conversation}/entries"
    return [entry["event"]["type"] for entry in page.request.get(path).json()["entries"]]


def offers(operator: Operator) -> Locator:
    return operator.page.get_by_role("region", name=re.compile("^(Предложения|Offers)$"))


def asks(customer: Customer, text: str = "Помогите с роутером") -> None:
    customer.say(text)
    customer.sees(text)
    customer.ask_for_person()


def test_offer_is_accepted_by_a_key_from_whatever_is_open(
    customer: Customer, stage: Stage, demo: DemoServer, olga: Operator, anna: Operator
) -> None:
    give_out(anna)
    break_of(anna)
    asks(customer)
    first = offers(olga).get_by_role("article")
    expect(first).to_contain_text("клиент попросил человека")
    expect(first).to_contain_text("Ещё")
    assert_no_faults(olga.page)
    olga.page.keyboard.press("Alt+a")
    expect(olga.field).to_be_focused()
    olga.write("Здравствуйте, это Ольга")
    customer.sees("Здравствуйте, это Ольга", author="operator")
    expect(offers(olga).get_by_role("article")).to_have_count(0)
    olga.reads("Предложен: Olga Example")

    second = Customer.arrive(stage, demo.links.page)
    asks(second, "Когда придёт мастер?")
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    olga.field.fill("Недописанное")
    olga.page.keyboard.press("Alt+a")  # by the physical key, while something is being written
    olga.sees("Когда придёт мастер?", author="customer")
    expect(olga.field).to_have_value("")
    olga.write("Сегодня до шести")
    second.sees("Сегодня до шести", author="operator")


def test_offer_reaches_whoever_is_at_another_page_and_what_they_write_there_is_not_lost(
    customer: Customer, stage: Stage, demo: DemoServer, olga: Operator, anna: Operator
) -> None:
    give_out(anna)
    break_of(anna)
    origin = demo.links.origin
    for page in ("requests", "contacts"):
        olga.page.goto(f"{origin}/console/#/{page}")
        other = Customer.arrive(stage, demo.links.page)
        asks(other)
        expect(offers(olga).get_by_role("article")).to_have_count(1)
        assert_no_faults(olga.page)
        olga.page.keyboard.press("Alt+a")
        expect(olga.field).to_be_visible()
        olga.write("Здравствуйте, это Ольга")
        other.sees("Здравствуйте, это Ольга", author="operator")

    choose(olga, "away")
    choose(anna, "online")
    anna.page.goto(f"{origin}/console/#/settings/business")
    name = anna.page.get_by_label("What customers call it, English")
    name.fill("Lantern and sons")
    asks(customer)
    offers(anna).get_by_role("button", name="Accept").click()
    dialog = anna.page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Stay").click()
    expect(name).to_have_value("Lantern and sons")
    expect(offers(anna).get_by_role("article")).to_have_count(0)
    anna.page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Conversations").click()
    dialog.get_by_role("button", name="Leave, keep draft").click()
    anna.write("Hello, this is Anna")
    customer.sees("Hello, this is Anna", author="operator")


def test_offer_that_is_declined_is_the_next_ones_and_who_looks_on_reads_whose_it_is(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    give_out(anna)
    break_of(anna)
    asks(customer)
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    anna.choose()
    expect(anna.page.get_by_text("Offered to Olga Example right now.")).to_be_visible()
    expect(anna.button("take")).to_have_count(0)
    choose(anna, "online")
    with without_network(olga.page):
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
        offers(olga).get_by_role("button", name="Отклонить").click()
        expect(offers(olga).get_by_role("alert")).to_contain_text("Связи пока нет")
    expect(offers(olga).get_by_role("alert")).to_have_count(0)
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    offers(olga).get_by_role("button", name="Отклонить").click()
    expect(offers(olga).get_by_role("article")).to_have_count(0)
    expect(anna.page.get_by_text("This is offered to you.")).to_be_visible()
    anna.take()
    anna.write("Hello, Anna here")
    customer.sees("Hello, Anna here", author="operator")


def test_reload_keeps_the_offer_and_a_second_tab_shows_and_loses_it_too(
    customer: Customer, stage: Stage, demo: DemoServer, olga: Operator, anna: Operator
) -> None:
    give_out(anna)
    break_of(anna)
    asks(customer)
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    olga.page.reload()
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    tab = Operator(olga.page.context.new_page(), "ru")
    tab.page.goto(olga.page.url)
    offers(tab).get_by_role("button", name="Принять").click()
    expect(tab.field).to_be_visible()
    expect(offers(olga).get_by_role("article")).to_have_count(0)


def test_who_lets_offers_pass_is_set_away_told_and_back_with_one_press(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    give_out(anna, offer_seconds=10, missed_limit=1, again_seconds=0)
    break_of(anna)
    asks(customer)
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    told = offers(olga).get_by_text("Предложения остались без ответа")
    expect(told).to_be_visible()
    expect(offers(olga).get_by_role("article")).to_have_count(0)
    assert_no_faults(olga.page)
    olga.page.reload()
    offers(olga).get_by_role("button", name="Я на месте").click()
    expect(told).to_have_count(0)
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    olga.page.keyboard.press("Alt+a")
    expect(olga.field).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_offer_covers_nothing_that_is_needed_to_answer(
    customer: Customer, stage: Stage, demo: DemoServer, anna: Operator, tmp_path: Path, scheme: str, width: int
) -> None:
    give_out(anna)
    break_of(anna)
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    olga = Operator(stage.page(locale="ru", **options), "ru")
    olga.page.goto(demo.links.operator)
    asks(customer)
    card = offers(olga).get_by_role("article")
    expect(card).to_be_visible()
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / f"offer-{width}-{scheme}.png")
    card.get_by_role("button").first.click()
    expect(card).to_have_count(0)  # what is open has its answer below it
    gate = olga.page.get_by_role("main")
    expect(gate).to_contain_text("Предлагается вам. Ещё")
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / f"offered-{width}-{scheme}.png")
    take = olga.button("take").first
    take.click()
    expect(olga.field).to_be_visible()
    second = Customer.arrive(stage, demo.links.page)
    asks(second)
    expect(card).to_be_visible()
    assert not _overlaps(card, olga.field)
    assert not _overlaps(card, olga.button("send"))
    olga.page.screenshot(path=tmp_path / f"beside-{width}-{scheme}.png")


def test_browser_that_is_killed_gives_the_conversation_to_somebody_else_once(
    customer: Customer, playwright: Playwright, demo: DemoServer, anna: Operator
) -> None:
    give_out(anna, grace_seconds=15)
    break_of(anna)
    asks(customer)
    own = launch(playwright)
    olga = Operator(own.new_page(locale="ru", viewport={"width": 1280, "height": 800}), "ru")
    olga.page.goto(demo.links.operator)
    offers(olga).get_by_role("button", name="Принять").click()
    olga.write("Здравствуйте, это Ольга")
    customer.sees("Здравствуйте, это Ольга", author="operator")
    customer.say("Роутер мигает красным")
    customer.sees("Роутер мигает красным")
    processes = own.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    choose(anna, "online")
    with suppress(PlaywrightError):  # its connection goes with it
        os.kill(next(one["id"] for one in processes if one["type"] == "browser"), signal.SIGKILL)
        own.close()

    offers(anna).get_by_role("button", name="Accept").click(timeout=30_000)
    anna.write("Hello, Anna here")
    customer.sees("Hello, Anna here", author="operator")
    expect(customer.log.get_by_text("Olga Example больше не на связи")).to_have_count(1)
    assert tags_of(anna).count("owner_lost") == 1


def _overlaps(one: Locator, other: Locator) -> bool:
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None and b is not None
    apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not (apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])
