"""Search over messages and contacts, and the way to what was found."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import DEADLINE, Stage
from tests.flows.people import Customer, Operator
from tests.flows.test_people_take_over import handed_over


def field(operator: Operator) -> Locator:
    return operator.page.get_by_role("searchbox", name="Поиск по сообщениям и клиентам")


def results(operator: Operator, kind: str = "Сообщения") -> Locator:
    return operator.list.get_by_role("list", name=kind).get_by_role("listitem")


def found_again(where: Locator, question: str, wanted: Locator, *, within: int = DEADLINE) -> None:
    """Asks until the index, which follows the log by a second or so, knows it. ``within``: milliseconds."""
    deadline = time.monotonic() + within / 1000
    while not wanted.count():
        assert time.monotonic() < deadline, f"{question!r} was never found"
        where.fill("")
        where.fill(question)
        where.page.wait_for_timeout(500)


def test_word_in_another_form_leads_to_where_it_was_said(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.write("Завтра привезём новые маршрутизаторы")
    olga.note("Маршрутизатор менять бесплатно")
    customer.sees("Завтра привезём новые маршрутизаторы", author="operator")
    olga.page.reload()
    expect(olga.field).to_be_visible()
    olga.log.focus()
    olga.page.keyboard.press("Escape")
    olga.page.evaluate("() => document.activeElement.blur()")

    olga.page.keyboard.press("/")
    expect(field(olga)).to_be_focused()
    olga.page.keyboard.type("маршрутизатору")
    found_again(field(olga), "маршрутизатору", results(olga).nth(1))
    expect(results(olga).first.locator("mark")).to_have_text("Маршрутизатор")
    expect(results(olga).first).to_contain_text("Заметка")
    olga.page.keyboard.press("ArrowDown")
    olga.page.keyboard.press("ArrowDown")
    olga.page.keyboard.press("Enter")
    expect(olga.articles("operator").filter(has_text="новые маршрутизаторы")).to_be_in_viewport()
    expect(results(olga).last.get_by_role("button")).to_have_attribute("aria-current", "true")
    field(olga).press("Escape")
    expect(olga.tab("unassigned")).to_be_visible()
    expect(field(olga)).to_have_value("")


def test_nothing_found_and_nothing_answered_are_said(olga: Operator, stage: Stage) -> None:
    stage.allow("503")
    field(olga).fill("граммофон")
    expect(olga.list).to_contain_text("Ничего не нашлось")
    olga.page.route("**/search?**", lambda route: route.fulfill(status=503, body="{}"))
    field(olga).fill("патефон")
    expect(olga.list.get_by_role("alert")).to_contain_text("Поиск не удался")
    olga.page.unroute("**/search?**")
    olga.list.get_by_role("button", name="Попробовать ещё раз").click()
    expect(olga.list).to_contain_text("Ничего не нашлось")


def test_contact_is_found_and_two_are_made_one(customer: Customer, english: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    panel = olga.page.get_by_role("complementary", name="Контекст")
    panel.get_by_role("button", name="Изменить").click()
    panel.get_by_label("Имя").fill("Ирина Фонарёва")
    olga.page.keyboard.press("Enter")
    expect(panel).to_contain_text("Ирина Фонарёва")
    english.ask_for_person()
    olga.choose("A person")
    expect(panel).not_to_contain_text("Ирина")

    panel.get_by_role("button", name="Тот же человек").click()
    other = panel.get_by_role("searchbox", name="Имя, почта или телефон с другой карточки")
    other.fill("фонарева")
    one = panel.get_by_role("button", name="Ирина Фонарёва")
    found_again(other, "фонарева", one)
    one.click()
    dialog = olga.page.get_by_role("dialog", name="Это один человек?")
    expect(dialog).to_contain_text("Ирина Фонарёва")
    assert_no_faults(olga.page)
    dialog.get_by_role("button", name="Объединить").click()
    expect(dialog).to_have_count(0)
    expect(panel).to_contain_text("Ещё открыто")

    field(olga).fill("фонар")
    expect(results(olga, "Клиенты")).to_have_count(1)
