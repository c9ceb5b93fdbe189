"""Forms: set up in the settings, filled in beside the conversation, kept as a record whose status is set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.flows.administrators import Administrator
from tests.flows.axe import assert_no_faults
from tests.flows.people import Customer, Operator

ORDER: dict[str, Any] = {
    "name": "Заказ чая", "purpose": "order", "prefix": "ORD", "statuses": ["новый", "отправлен"],
    "told": "Ваш заказ {{number}} записан.",
    "steps": [
        {
            "name": "what", "title": "Что везём", "say": "Сколько пачек вам нужно?",
            "fields": [
                {"name": "packs", "label": "Пачек", "kind": "number", "required": True, "least": 1, "most": 9, "fact": "пачек"},
                {"name": "gift", "label": "Подарок", "kind": "boolean"},
            ],
            "branches": [{"field": "gift", "answer": "yes", "to": "card"}], "then": "end",
        },
        {"name": "card", "title": "Открытка", "fields": [{"name": "words", "label": "Текст", "required": True}]},
    ],
}  # fmt: skip


def set_up_form(anna: Operator, form: dict[str, Any] = ORDER) -> None:
    """The administrator sets a form up, as the API does it."""
    page = anna.page
    origin = page.url.split("/console/")[0]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    path = f"{origin}/api/v1/businesses/{business}/forms"
    answer = page.request.post(path, data=form, headers={"Origin": origin})
    assert answer.ok, answer.text()


def pane_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Анкеты", exact=True)


def test_operator_is_led_through_an_order_and_its_record_is_sent(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    set_up_form(anna)
    customer.say("Хочу заказать чай")
    customer.ask_for_person()
    olga.choose()
    olga.take()
    page, pane = olga.page, pane_of(olga.page)
    pane.get_by_role("button", name="Заказ чая").click()
    expect(pane).to_contain_text("Сколько пачек вам нужно?")
    packs = pane.get_by_label("Пачек")
    packs.fill("12")
    pane.get_by_role("button", name="Сохранить").click()
    expect(pane).to_contain_text("Не больше 9.")
    packs.fill("2")
    packs.press("Alt+Enter")
    expect(olga.field).to_have_value("Сколько пачек вам нужно?")
    pane.get_by_label("Подарок").select_option("yes")
    pane.get_by_role("button", name="Далее").click()
    expect(pane).to_contain_text("Шаг 2 из 2")
    pane.get_by_label("Текст").fill("С праздником")

    page.reload()
    expect(pane.get_by_label("Текст")).to_have_value("С праздником")
    pane.get_by_role("button", name="Назад").click()
    expect(pane.get_by_label("Пачек")).to_have_value("2")
    pane.get_by_role("button", name="Далее").click()
    assert_no_faults(page)
    pane.get_by_role("button", name="Сохранить").click()
    expect(pane.get_by_role("status")).to_have_text("ORD-000001 сохранена.")
    expect(customer.log).to_contain_text("Ваш заказ ORD-000001 записан.")

    pane.get_by_role("link", name="ORD-000001").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("С праздником")
    main.get_by_label("Статус").select_option("отправлен")
    expect(main).to_contain_text("«новый» → «отправлен»")
    assert_no_faults(page)
    main.get_by_role("link", name="Назад: Все записи").click()
    expect(main.get_by_role("row", name=re.compile("ORD-000001.*отправлен"))).to_be_visible()
    assert_no_faults(page)


def test_form_is_built_by_clicks_and_asks_what_was_meant(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    page, chief = anna.page, Administrator(anna.page)
    chief.open("Forms")
    chief.click("Add form")
    chief.fill("Name", "Complaint about a visit")
    page.get_by_label("What it is for").select_option("complaint")
    chief.fill("Numbers begin with", "CMP")
    step = page.get_by_role("listitem").filter(has=page.locator("b", has_text="Step 1"))
    step.get_by_label("Title").fill("What happened")
    step.get_by_label("What the operator says").fill("I am sorry. What happened?")
    step.get_by_role("button", name="Add question").click()
    step.get_by_role("textbox", name="Question").fill("Did the engineer come?")
    step.get_by_label("Kind of answer").select_option("boolean")
    chief.click("Add step")
    second = page.get_by_role("listitem").filter(has=page.locator("b", has_text="Step 2"))
    second.get_by_label("Title").fill("The visit")
    second.get_by_role("button", name="Add question").click()
    second.get_by_role("textbox", name="Question").fill("What went wrong?")
    step.get_by_role("button", name="Add branch").click()
    step.get_by_label("is", exact=True).select_option("no")
    step.get_by_label("go to", exact=True).select_option("end")
    assert_no_faults(page)
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    chief.click("Add form")
    chief.row("Complaint about a visit").click()
    expect(step.get_by_label("is", exact=True)).to_have_value("no")
    expect(second.get_by_label("Title")).to_have_value("The visit")
    expect(page.get_by_text("Not saved yet")).to_have_count(0)

    customer.ask_for_person()
    customer.say("Мастер не пришёл")
    olga.choose()
    olga.take()
    pane = pane_of(olga.page)
    pane.get_by_role("button", name="Complaint about a visit").click()
    expect(pane).to_contain_text("I am sorry. What happened?")
    pane.get_by_label("Did the engineer come?").select_option("no")
    pane.get_by_role("button", name="Сохранить").click()
    expect(pane.get_by_role("status")).to_have_text("CMP-000001 сохранена.")
