"""A form that an end needs opens beside the conversation; what is typed into one is lost to nobody's change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.people import Customer, Operator
from tests.flows.test_forms import ORDER, pane_of, set_up_form
from tests.flows.test_operators_day import set_once
from tests.flows.test_people_take_over import handed_over

RETURN: dict[str, Any] = {
    **ORDER, "name": "Возврат", "prefix": "RET", "told": "",
    "steps": [{"name": "why", "title": "Почему", "fields": [{"name": "reason", "label": "Причина", "required": True}]}],
}  # fmt: skip


def asks(page: Page, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """A call of the API in the business of whoever sits there."""
    origin = page.url.split("/console/")[0]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    url = f"{origin}/api/v1/businesses/{business}/{path}"
    answer = page.request.fetch(url, method=method, data=body, headers={"Origin": origin})
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json() if answer.text() else {}
    return found


def sold_by_order(anna: Operator) -> dict[str, Any]:
    """Two codes, one of which needs a form; that form."""
    form = asks(anna.page, "POST", "forms", ORDER)
    asks(anna.page, "POST", "wrap-up-codes", {"name": "Ничего"})
    asks(anna.page, "POST", "wrap-up-codes", {"name": "Продано", "form": form["id"]})
    return form


def test_end_by_a_code_waits_for_its_form_and_goes_on_by_keyboard(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    sold_by_order(anna)
    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    page, keys, pane = olga.page, olga.page.keyboard, pane_of(olga.page)
    keys.press("Alt+e")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("нужна «Заказ чая»")
    assert_no_faults(page)
    dialog.get_by_role("radio", name=re.compile("Продано")).check()
    keys.press("Enter")
    expect(olga.alert).to_contain_text("Для этого итога сначала заполните «Заказ чая».")
    expect(pane).to_contain_text("Чтобы закончить с итогом «Продано», нужна «Заказ чая»")
    expect(pane.get_by_role("heading", name="Что везём")).to_be_focused()
    assert_no_faults(page)
    page.screenshot(path=tmp_path / "needed.png")

    pane.get_by_label("Пачек").fill("3")
    keys.press("Enter")
    go_on = pane.get_by_role("button", name="Решить: «Продано»")
    expect(go_on).to_be_focused()
    expect(pane).to_contain_text("ORD-000001 сохранена.")
    expect(olga.page.get_by_role("main").get_by_role("alert")).to_have_count(0)
    page.screenshot(path=tmp_path / "ready.png")
    assert_no_faults(page)
    keys.press("Enter")
    olga.reads("Продано")
    expect(go_on).to_have_count(0)


def test_time_after_the_talk_goes_on_once_the_form_is_there(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    sold_by_order(anna)
    rules = {"everybody": {"wrap_up": {"mode": "required", "code": True, "seconds": 600}}}
    set_once(anna.page, "routing", {"value": {"name": "routing", "rules": rules}, "version": 0})
    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    page, keys, pane = olga.page, olga.page.keyboard, pane_of(olga.page)
    keys.press("Alt+e")
    panel = page.get_by_role("form", name="Завершение")
    expect(panel.get_by_role("radio").first).to_be_focused()
    keys.press("2")
    panel.get_by_label("Заметка").fill("Три пачки")
    keys.press("Control+Enter")
    expect(pane.get_by_role("heading", name="Что везём")).to_be_focused()
    page.screenshot(path=tmp_path / "wrap_up.png")
    assert_no_faults(page)
    pane.get_by_label("Пачек").fill("3")
    panel.get_by_label("Заметка").fill("Три пачки, к среде")
    pane.get_by_label("Пачек").press("Enter")
    pane.get_by_role("button", name="Решить: «Продано»").press("Enter")
    olga.reads("Три пачки, к среде")
    expect(panel).to_have_count(0)
    expect(customer.page.get_by_text("к среде")).to_have_count(0)


def test_on_a_phone_the_form_lies_over_the_thread_and_makes_way(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    sold_by_order(anna)
    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    page, pane = olga.page, pane_of(olga.page)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(pane).to_have_count(0)
    page.keyboard.press("Alt+e")
    page.get_by_role("radio", name=re.compile("Продано")).check()
    page.get_by_role("dialog").get_by_role("button", name="Решить").click()
    pane.get_by_label("Пачек").fill("1")
    page.screenshot(path=tmp_path / "phone.png")
    assert_no_faults(page)
    pane.get_by_role("button", name="Сохранить").click()
    pane.get_by_role("button", name="Решить: «Продано»").click()
    olga.reads("Продано")
    expect(pane).to_have_count(0)


def test_form_begun_in_one_tab_goes_on_in_another_and_is_saved_once(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    set_up_form(anna)
    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    pane = pane_of(olga.page)
    pane.get_by_role("button", name="Заказ чая").click()
    pane.get_by_label("Пачек").fill("2")
    pane.get_by_label("Подарок").select_option("yes")
    pane.get_by_role("button", name="Далее").click()
    with olga.page.context.expect_page() as second:
        olga.page.evaluate("window.open(location.href)")
    other = pane_of(second.value)
    other.get_by_label("Текст").fill("С праздником")
    expect(pane.get_by_label("Текст")).to_have_value("С праздником")
    other.get_by_role("button", name="Назад").click()
    expect(pane.get_by_label("Пачек")).to_have_value("2")
    other.get_by_role("button", name="Далее").click()
    other.get_by_role("button", name="Сохранить").click()
    expect(other.get_by_role("link", name="ORD-000001")).to_be_visible()
    expect(pane.get_by_role("link", name="ORD-000001")).to_be_visible()
    expect(pane.get_by_role("button", name="Заказ чая")).to_be_visible()
    expect(pane.get_by_role("link", name="ORD-000002")).to_have_count(0)


def test_form_that_changes_or_goes_meanwhile_loses_nothing_that_was_typed(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    form = asks(anna.page, "POST", "forms", ORDER)
    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    pane = pane_of(olga.page)
    pane.get_by_role("button", name="Заказ чая").click()
    pane.get_by_label("Пачек").fill("2")
    pane.get_by_label("Подарок").select_option("yes")
    pane.get_by_role("button", name="Далее").click()
    pane.get_by_label("Текст").fill("С праздником")

    what = {**ORDER["steps"][0], "branches": []}
    asks(anna.page, "PUT", f"forms/{form['id']}", {"version": 1, "value": {**ORDER, "steps": [what]}})
    expect(pane).to_contain_text("Анкету тем временем изменили")
    expect(pane).to_contain_text("Шаг 1 из 1")
    expect(pane.get_by_label("Пачек")).to_have_value("2")
    expect(pane).to_contain_text("Анкета об этом больше не спрашивает")
    expect(pane).to_contain_text("С праздником")
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / "changed.png")

    asks(anna.page, "DELETE", f"forms/{form['id']}?version=2", {})
    expect(pane).to_contain_text("Анкету «Заказ чая» тем временем удалили")
    expect(pane).to_contain_text("С праздником")
    olga.page.screenshot(path=tmp_path / "removed.png")
    assert_no_faults(olga.page)
    pane.get_by_role("button", name="Стереть").click()
    expect(pane).not_to_contain_text("С праздником")
    expect(pane).not_to_contain_text("Заказ чая")


def test_palette_opens_a_form_and_another_one_waits_with_what_was_typed(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    set_up_form(anna)
    asks(anna.page, "POST", "forms", RETURN)
    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    page, keys, pane = olga.page, olga.page.keyboard, pane_of(olga.page)
    page.get_by_role("button", name="Закрыть контекст").click()
    expect(pane).to_have_count(0)
    for name, label, answer in (("Заказ чая", "Пачек", "2"), ("Возврат", "Причина", "Не тот сорт")):
        keys.press("Control+k")
        page.get_by_role("combobox", name="Перейти или сделать").fill(f"Заполнить «{name}»")
        keys.press("Enter")
        expect(pane.get_by_role("form", name=name)).to_be_visible()
        pane.get_by_label(label).fill(answer)
    pane.get_by_role("button", name="Позже").click()
    expect(pane.get_by_role("button", name="Возврат")).to_contain_text("Начата")
    pane.get_by_role("button", name="Заказ чая").click()
    expect(pane).to_contain_text("Начато раньше, ответы сохранены.")
    expect(pane.get_by_label("Пачек")).to_have_value("2")
