"""What operators work with beside words: labels, views, canned responses, teams and outcomes, all set up by clicks."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.flows.people import Customer, Operator


def add(page: Page, path: str, body: dict[str, object]) -> None:
    """Something that the business has; the pages that make it have journeys of their own."""
    status = page.evaluate(
        """async ([path, body]) => {
          const { businesses } = await (await fetch("/api/v1/me")).json();
          const made = await fetch(`/api/v1/businesses/${businesses[0].id}/${path}`, {
            method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
          return made.status;
        }""",
        [path, body],
    )
    assert status == 201


def furnish(anna: Operator) -> None:
    add(anna.page, "labels", {"name": "Срочно", "color": "red"})
    add(anna.page, "labels", {"name": "Доставка", "color": "blue"})
    add(anna.page, "teams", {"name": "Вторая линия"})
    add(anna.page, "wrap-up-codes", {"name": "Решено", "about": "Вопрос снят"})
    texts = {"ru": "Здравствуйте, {{customer}}, это {{operator}}. Чем помочь?", "en": "Hello, this is {{operator}}."}
    add(anna.page, "canned-responses", {"name": "привет", "texts": texts})
    add(anna.page, "canned-responses", {"name": "пока", "texts": {"ru": "Всего доброго."}})


def test_a_canned_response_is_typed_chosen_and_sent(customer: Customer, anna: Operator, olga: Operator) -> None:
    furnish(anna)
    olga.page.reload()
    customer.ask_for_person()
    olga.choose()
    olga.take()
    olga.field.press_sequentially("/п")
    options = olga.page.get_by_role("listbox", name="Шаблоны").get_by_role("option")
    expect(options).to_have_count(2)
    olga.field.press("ArrowDown")
    olga.field.press("ArrowUp")
    olga.field.press_sequentially("рив")
    expect(options).to_have_count(1)
    olga.field.press("Enter")
    expect(olga.field).to_have_value("Здравствуйте, это Olga Example. Чем помочь?")
    expect(olga.page.get_by_role("listbox")).to_have_count(0)
    olga.field.press("Enter")
    customer.hears("Здравствуйте, это Olga Example. Чем помочь?", author="operator")


def test_escape_and_unknown_words_leave_what_was_typed(customer: Customer, anna: Operator, olga: Operator) -> None:
    furnish(anna)
    olga.page.reload()
    customer.ask_for_person()
    olga.choose()
    olga.take()
    olga.field.press_sequentially("/ничего")
    expect(olga.page.get_by_role("option", name="Ничего с таким названием")).to_be_visible()
    olga.field.press("Escape")
    expect(olga.page.get_by_role("listbox")).to_have_count(0)
    expect(olga.field).to_have_value("/ничего")


def test_labels_are_seen_by_everyone_and_found_by_a_view(customer: Customer, anna: Operator, olga: Operator) -> None:
    furnish(anna)
    olga.page.reload()
    anna.page.reload()
    customer.ask_for_person()
    olga.choose()
    context = olga.page.get_by_role("complementary")
    context.get_by_label("Добавить метку").select_option("Срочно")
    expect(context.get_by_role("button", name="Снять «Срочно»")).to_be_visible()
    expect(anna.rows.get_by_title("Срочно")).to_be_visible()

    anna.page.get_by_role("button", name="Filter", exact=True).click()
    anna.page.get_by_label("Label", exact=True).select_option("Доставка")
    expect(anna.page.get_by_text("Nothing fits the filter")).to_be_visible()
    anna.page.get_by_label("Label", exact=True).select_option("Срочно")
    expect(anna.rows).to_have_count(1)
    anna.page.get_by_role("button", name="Keep this view").click()
    anna.page.get_by_label("What to call it").fill("Hot")
    anna.page.get_by_role("button", name="Keep", exact=True).click()
    saved = anna.page.get_by_role("button", name="Hot", exact=True)
    expect(saved).to_have_attribute("aria-pressed", "true")

    context.get_by_role("button", name="Снять «Срочно»").click()
    expect(anna.page.get_by_text("Nothing fits the filter")).to_be_visible()
    anna.page.get_by_role("button", name="Show all").click()
    expect(anna.rows).to_have_count(1)
    anna.page.reload()
    saved.click()
    expect(anna.page.get_by_text("Nothing fits the filter")).to_be_visible()
    expect(olga.page.get_by_role("button", name="Hot", exact=True)).to_have_count(0)


def test_a_team_takes_over_and_an_outcome_is_noted(customer: Customer, anna: Operator, olga: Operator) -> None:
    furnish(anna)
    olga.page.reload()
    anna.page.reload()
    customer.ask_for_person()
    olga.choose()
    olga.take()
    olga.page.get_by_role("main").get_by_role("button", name="Передать (Alt+T)").click()
    dialog = olga.page.get_by_role("dialog")
    dialog.get_by_label("Группа «Вторая линия»").check()
    dialog.get_by_role("button", name="Передать").click()
    anna.choose()
    anna.take()
    anna.page.get_by_role("main").get_by_role("button", name="Resolve", exact=True).click()
    asked = anna.page.get_by_role("dialog")
    asked.get_by_label(re.compile("Решено")).check()
    asked.get_by_role("button", name="Resolve").click()
    anna.reads("Решено")


def test_a_note_calls_a_colleague_who_comes_to_it(customer: Customer, anna: Operator, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose()
    olga.page.get_by_role("main").get_by_role("button", name=re.compile("^Заметка")).click()
    olga.field.press_sequentially("@ann")
    olga.page.get_by_role("option", name=re.compile("Anna Example")).wait_for()
    olga.field.press("Tab")
    olga.field.press_sequentially("посмотри, пожалуйста")
    olga.field.press("Enter")
    anna.page.get_by_role("button", name="Olga Example calls you in a note").click()
    anna.sees("@Anna Example посмотри, пожалуйста")
    expect(anna.page.get_by_role("button", name="Olga Example calls you in a note")).to_have_count(0)
