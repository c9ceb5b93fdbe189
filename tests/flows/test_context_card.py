"""The context card: why it is here in one look, what led to it, who it is, and for whom one answers."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.flows.axe import assert_no_faults
from tests.flows.people import Customer, Operator
from tests.flows.test_desk_tools import add
from tests.flows.test_offers import break_of, give_out, offers


def card_of(operator: Operator, name: str = "Контекст") -> Locator:
    return operator.page.get_by_role("complementary", name=name)


def section(card: Locator, heading: str) -> Locator:
    return card.locator("section").filter(has=card.page.get_by_role("heading", name=heading, exact=True))


def upset(customer: Customer) -> None:
    """A customer whom the bot couldn't help."""
    customer.say("Сколько стоит тариф Базовый?")
    expect(customer.bubbles("bot")).not_to_have_count(0)
    customer.say("Это совсем не помогло, вы издеваетесь???")
    customer.sees("вы издеваетесь")
    customer.ask_for_person()


def test_one_look_says_why_and_each_line_leads_to_its_event(customer: Customer, olga: Operator) -> None:
    upset(customer)
    olga.choose()
    card = card_of(olga)
    why = section(card, "Почему здесь")
    expect(why).to_contain_text("Ждёт ответа")
    expect(why.get_by_role("listitem").first).to_contain_text("Сколько стоит тариф Базовый?")
    expect(why).to_contain_text("Понято")
    expect(why).to_contain_text("Рассержен")
    why.get_by_role("button", name=re.compile("Вопрос.*Базовый")).click()
    olga.sees("Сколько стоит тариф Базовый?", author="customer")
    assert_no_faults(olga.page)

    olga.page.mouse.move(5, 5)
    customer.say("Вы тут вообще есть?")
    expect(why).to_contain_text("Вы тут вообще есть?")
    olga.take()
    expect(why).to_contain_text("Диалог у вас")


def test_nothing_moves_under_the_pointer(customer: Customer, olga: Operator) -> None:
    upset(customer)
    olga.choose()
    why = section(card_of(olga), "Почему здесь")
    expect(why).to_contain_text("Рассержен")
    lines = why.get_by_role("listitem")
    lines.first.hover()
    with olga.page.expect_response(lambda one: one.url.endswith("/card")):
        customer.say("Алло, ответьте")
    olga.sees("Алло, ответьте", author="customer")
    expect(why).not_to_contain_text("Алло")
    olga.page.mouse.move(5, 5)
    expect(why).to_contain_text("Алло, ответьте")


def test_facts_are_added_changed_and_removed_in_their_place(customer: Customer, olga: Operator) -> None:
    customer.say("Помогите с роутером")
    customer.ask_for_person()
    olga.choose()
    facts = section(card_of(olga), "Данные")
    facts.get_by_role("button", name="Добавить").click()
    facts.get_by_label("Название").fill("Договор")
    facts.get_by_label("Значение").fill("4117")
    facts.get_by_label("Значение").press("Enter")
    chip = facts.get_by_role("button", name="Изменить: Договор, 4117")
    chip.click()
    expect(facts.get_by_label("Договор")).to_be_focused()
    assert_no_faults(olga.page)
    facts.get_by_label("Договор").fill("4118")
    facts.get_by_label("Договор").press("Enter")
    facts.get_by_role("button", name="Изменить: Договор, 4118").click()
    facts.get_by_label("Договор").press("Escape")
    facts.get_by_role("button", name="Изменить: Договор, 4118").click()
    facts.get_by_role("button", name="Удалить").click()
    expect(facts.get_by_role("button", name="Изменить: Договор")).to_have_count(0)


def test_earlier_requests_say_what_came_of_them_and_open(customer: Customer, olga: Operator, anna: Operator) -> None:
    add(anna.page, "wrap-up-codes", {"name": "Оплата"})
    olga.page.reload(wait_until="networkidle")
    customer.say("Не прошла оплата")
    customer.ask_for_person()
    olga.choose()
    olga.take()
    olga.page.keyboard.press("Alt+e")
    dialog = olga.page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Оплата").check()
    dialog.get_by_role("button", name="Решить").click()
    olga.reads("Оплата")
    customer.say("И ещё вопрос про роутер")
    olga.sees("И ещё вопрос про роутер", author="customer")
    past = section(card_of(olga), "Прошлые обращения")
    expect(past.get_by_role("listitem")).to_have_count(1)
    expect(past).to_contain_text("Не прошла оплата")
    expect(past).to_contain_text("ответили · Оплата · Olga Example")
    past.get_by_role("button").click()
    assert_no_faults(olga.page)


def test_a_promise_stands_on_the_card(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose()
    page = olga.page
    conversation = page.url.split("/")[-1]
    page.evaluate(
        """async (conversation) => {
          const { businesses } = await (await fetch("/api/v1/me")).json();
          await fetch(`/api/v1/businesses/${businesses[0].id}/conversations/${conversation}/callback`, {
            method: "POST", headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ due_at: (Date.now() + 3600e3) * 1000, kind: "phone", value: "+7 495 000-00-01" }) });
        }""",
        conversation,
    )
    promised = section(card_of(olga), "Обещано")
    expect(promised).to_contain_text("Перезвонить до")
    expect(promised).to_contain_text("+74950000001")


def another_business(anna: Operator) -> None:
    """Anna works for a second business from now on."""
    answer = anna.page.evaluate(
        """async () => (await fetch("/api/v1/businesses", { method: "POST", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ names: { en: "Tea Garden" }, locales: ["en"], color: "#7A3E9D" }) })).status"""
    )
    assert answer == 201


def test_who_answers_for_several_businesses_reads_for_whom_first(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    anna.page.evaluate("location.hash = '#/settings/script'")
    main = anna.page.get_by_role("main")
    main.get_by_label(re.compile("^Greeting, Рус|^Greeting, Russ")).fill("«Фонарь», Анна, здравствуйте")
    main.get_by_label(re.compile("^Script, Рус|^Script, Russ")).fill("Спросите номер договора.\nНе обещайте сроков.")
    assert_no_faults(anna.page)
    main.get_by_role("button", name="Save").click()
    expect(main.get_by_role("button", name="Save")).to_be_disabled()
    another_business(anna)
    anna.page.evaluate("location.hash = '#/'")
    anna.page.reload()
    customer.say("Здравствуйте")
    customer.ask_for_person()
    anna.choose()
    business = anna.page.get_by_role("region", name="You answer for")
    expect(business).to_contain_text("«Фонарь», Анна, здравствуйте")
    expect(business).to_contain_text("Не обещайте сроков.")
    expect(business).to_be_in_viewport(ratio=1)
    sizes = business.locator("p").evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
    assert sizes[1] == max(sizes) and sizes[1] > 20
    shot(anna.page, "1280-shared")
    assert_no_faults(anna.page)

    olga.choose()
    expect(section(card_of(olga), "Почему здесь")).to_be_visible()
    expect(olga.page.get_by_role("region", name="Вы отвечаете за")).to_have_count(0)


def test_a_card_that_cannot_be_read_says_so_and_is_tried_again(customer: Customer, olga: Operator) -> None:
    customer.say("Помогите с роутером")
    expect(customer.bubbles("bot")).not_to_have_count(0)
    customer.ask_for_person()
    expect(customer.queue).to_be_visible()  # nothing more happens that would read the card again
    lost: list[str] = []
    olga.page.on("requestfailed", lambda request: lost.append(request.url))
    olga.page.route("**/card", lambda route: route.abort())
    olga.choose()
    while len(lost) < 2:  # it is tried again by itself once the log is there
        olga.page.wait_for_event("requestfailed")
    card = card_of(olga)
    expect(card.get_by_role("alert")).to_contain_text("Не удалось загрузить карточку")
    expect(section(card, "Почему здесь")).to_contain_text("Ждёт ответа")
    olga.page.unroute("**/card")
    card.get_by_role("button", name="Повторить").click()
    expect(section(card, "Почему здесь")).to_contain_text("Помогите с роутером")
    expect(card.get_by_role("alert")).to_have_count(0)


def test_until_the_card_is_there_its_place_is_kept(customer: Customer, olga: Operator) -> None:
    customer.say("Помогите с роутером")
    customer.ask_for_person()
    held: list[Route] = []
    free: list[bool] = []
    olga.page.route("**/card", lambda route: route.continue_() if free else held.append(route))
    olga.choose()
    expect(card_of(olga).locator(".skeleton")).to_be_visible()
    expect(section(card_of(olga), "Данные")).to_have_count(0)
    free.append(True)
    for route in held:
        route.continue_()
    expect(section(card_of(olga), "Данные")).to_be_visible()


def test_an_offer_says_what_it_is_about(customer: Customer, olga: Operator, anna: Operator) -> None:
    give_out(anna)
    break_of(anna)
    upset(customer)
    offer = offers(olga).get_by_role("article")
    expect(offer).to_contain_text("Первый вопрос")
    expect(offer).to_contain_text("Сколько стоит тариф Базовый?")
    expect(offer).to_contain_text("Последний вопрос")
    expect(offer).to_contain_text("вы издеваетесь")
    expect(offer).to_contain_text("Рассержен")
    shot(olga.page, "1280-offer")
    assert_no_faults(olga.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_card_in_english_on_a_phone(customer: Customer, anna: Operator, scheme: str) -> None:
    upset(customer)
    anna.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    anna.choose()
    why = section(card_of(anna, "Context"), "Why it is here")
    expect(why).to_contain_text("Upset")
    assert_no_faults(anna.page)
    shot(anna.page, f"1280-en-{scheme}")
    anna.page.set_viewport_size({"width": 390, "height": 780})
    anna.page.keyboard.press("Alt+o")
    expect(why).to_be_visible()
    assert_no_faults(anna.page)
    shot(anna.page, f"390-en-{scheme}")
    why.get_by_role("button", name=re.compile("Asked")).first.click()
    expect(card_of(anna, "Context")).to_have_count(0)


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("CARD_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
