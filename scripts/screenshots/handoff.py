"""How a conversation comes to a person, what they see first, what they note, and what becomes of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from scripts.screenshots.film import picture
from scripts.screenshots.town import Town, ask
from tests.flows.people import Customer, Operator
from tests.flows.test_callbacks import callbacks_of, set_up_waiting
from tests.flows.test_offers import break_of, choose, give_out, offers

ORDER = {
    "name": "Lamp order", "purpose": "order", "prefix": "ORD", "statuses": ["new", "sent"],
    "told": "Your order {{number}} is noted.",
    "steps": [
        {
            "name": "what", "title": "What it is", "say": "How many lamps shall we send, and is it a present?",
            "fields": [
                {"name": "lamps", "label": "Lamps", "kind": "number", "required": True, "least": 1, "most": 9},
                {"name": "present", "label": "A present", "kind": "boolean"},
            ],
            "branches": [{"field": "present", "answer": "yes", "to": "card"}], "then": "end",
        },
        {"name": "card", "title": "The card", "fields": [{"name": "words", "label": "Words on it", "required": True}]},
    ],
}  # fmt: skip


def set_up(page: Page, what: str, body: object) -> None:
    """Something that an administrator sets up, as the API does it."""
    origin = page.url.split("/console/")[0]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    path = f"{origin}/api/v1/businesses/{business}/{what}"
    answer = page.request.post(path, data=body, headers={"Origin": origin})
    assert answer.ok, answer.text()


def take(town: Town, olga: Operator, anna: Operator) -> None:
    """Olga's console is Russian, Anna's English."""
    set_up(anna.page, "forms", ORDER)
    set_up(anna.page, "wrap-up-codes", {"name": "Sold"})
    set_up(anna.page, "wrap-up-codes", {"name": "Complaint settled"})
    give_out(anna, everybody={"mode": "offer", "wrap_up": {"mode": "asked"}})
    offered(town, olga, anna)
    customer = served(town, olga, anna)
    called_back(town, olga, anna)
    pages(anna)
    for one in (olga, anna):
        one.page.goto(one.page.url.split("#")[0])
    expect(customer.panel).to_be_visible()


def offered(town: Town, olga: Operator, anna: Operator) -> None:
    break_of(anna)
    customer = ask(town.russian(), "Интернет опять пропадает каждый вечер, это невозможно")
    customer.ask_for_person()
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    olga.list.get_by_role("button", name="Не сейчас").click()
    picture(olga.page, "handoff-offer-ru")
    olga.page.keyboard.press("Alt+a")
    expect(olga.field).to_be_focused()
    expect(olga.page.get_by_role("complementary", name="Контекст")).to_contain_text("Настроение")
    expect(olga.page.get_by_label("Ищем ответы")).to_have_count(0)
    picture(olga.page, "handoff-card-ru")


def served(town: Town, olga: Operator, anna: Operator) -> Customer:
    choose(olga, "away")
    choose(anna, "online")
    customer = ask(town.english(), "Which plans do you have?")
    customer.ask_for_person()
    card = offers(anna).get_by_role("article")
    expect(card).to_have_count(1)
    anna.list.get_by_role("button", name="Not now").click()
    card.get_by_role("button", name="Accept").click()
    expect(anna.field).to_be_visible()
    anna.page.get_by_role("region", name="Forms", exact=True).get_by_role("button", name="Lamp order").click()
    pane = anna.page.get_by_role("region", name="Forms", exact=True)
    pane.get_by_label("Lamps").fill("2")
    pane.get_by_label("Lamps").scroll_into_view_if_needed()
    picture(anna.page, "handoff-form")
    pane.get_by_role("button", name="Save").click()
    expect(pane.get_by_role("status")).to_contain_text("ORD-000001")
    anna.page.keyboard.press("Alt+e")
    expect(anna.page.get_by_text("Complaint settled")).to_be_visible()
    picture(anna.page, "handoff-wrap-up")
    anna.page.keyboard.press("1")
    anna.page.keyboard.press("Control+Enter")
    return customer


def called_back(town: Town, olga: Operator, anna: Operator) -> None:
    set_up_waiting(anna, callback_after=1)
    choose(anna, "away")
    customer = ask(town.russian(), "Не работает интернет")
    customer.ask_for_person()
    customer.queue.get_by_role("button", name="Перезвоните мне").click()
    customer.say("+7 495 000-01-01")
    expect(customer.queue).to_have_count(0)
    picture(customer.page, "handoff-callback-widget-ru")
    callbacks_of(olga).click()
    olga.rows.first.click()
    expect(olga.log).to_be_visible()
    picture(olga.page, "handoff-callbacks-ru")
    set_up_waiting(anna)
    choose(olga, "online")


def pages(anna: Operator) -> None:
    for name, title in (("requests", "Requests"), ("records", "Records"), ("contacts", "Contacts")):
        anna.page.get_by_role("navigation", name="Navigation").get_by_role("link", name=title).click()
        expect(anna.page.get_by_role("heading", name=title).first).to_be_visible()
        if name == "contacts":
            anna.page.locator("a[data-row]").first.click()
            expect(anna.page.get_by_role("heading", level=1)).to_be_visible()
        else:
            expect(anna.page.get_by_role("table")).to_be_visible()
        picture(anna.page, f"handoff-{name}")
