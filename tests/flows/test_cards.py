"""Cards from the bot's content: on the customer's screen, and on the operator's as the customer saw them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.flows.axe import assert_no_faults
from tests.flows.people import Customer, Operator
from tests.flows.test_widget_access import CARDS


def test_cards_of_the_content_are_shown_pressed_and_seen_by_the_operator(customer: Customer, olga: Operator) -> None:
    customer.say("Сколько стоит аренда роутера?")
    cards = customer.log.locator(".cards li")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("90 ₽ в месяц")
    cards.last.get_by_role("button", name="Где наш офис").click()
    customer.sees("Где наш офис", author="customer")
    expect(customer.bubbles("bot")).to_have_count(2)
    expect(cards.last.get_by_role("button")).to_have_count(0)

    olga.tab("all").click()
    olga.rows.first.click()
    shown = olga.articles("bot").first.get_by_role("list", name="Показаны карточки")
    expect(shown.get_by_text("Аренда", exact=True)).to_be_visible()
    expect(shown).to_contain_text("3 200 ₽, гарантия 2 года.")
    pressed = shown.get_by_role("listitem").filter(has=olga.page.get_by_role("img", name="Нажата кнопка"))
    expect(pressed.last).to_have_text("Где наш офис")
    expect(shown.get_by_role("img", name="Нажата кнопка")).to_have_count(1)
    assert_no_faults(olga.page)
    olga.page.reload()
    expect(shown.get_by_role("img", name="Нажата кнопка")).to_have_count(1)


def test_cards_that_a_program_sends_stand_in_the_thread(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    assert olga.page.evaluate(CARDS) == 200
    shown = olga.articles("operator").last.get_by_role("list", name="Показаны карточки")
    expect(shown.locator("b")).to_have_text(["Spark", "Lamp"])
    expect(shown.get_by_role("link", name="Order").first).to_have_attribute("href", "https://example.com/order")
    expect(shown.get_by_role("link", name="Order").first).to_have_attribute("rel", "noopener noreferrer nofollow ugc")


def test_whoever_asked_for_a_person_sees_the_answer_under_a_tall_card(customer: Customer, olga: Operator) -> None:
    customer.say("Сколько стоит аренда роутера?")
    expect(customer.log.locator(".cards li")).to_have_count(2)
    customer.ask_for_person()
    expect(customer.queue).to_be_visible()
    olga.choose()
    olga.take()
    olga.write("Здравствуйте, чем помочь?")
    customer.hears("чем помочь", author="operator")
    expect(customer.bubbles("operator").last).to_be_in_viewport()
    expect(customer.panel.locator(".missed")).to_have_count(0)
