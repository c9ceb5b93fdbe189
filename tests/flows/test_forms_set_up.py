"""Forms where they are set up: tried out before anybody is led through them, by supervisors, too; and their records."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import expect

from tests.flows.administrators import Administrator, come_in
from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.test_forms import ORDER, pane_of, set_up_form
from tests.flows.test_forms_needed import RETURN, asks
from tests.flows.test_people_take_over import handed_over


def test_form_is_tried_out_as_it_stands_and_nothing_is_kept(anna: Operator, tmp_path: Path) -> None:
    set_up_form(anna)
    page, chief = anna.page, Administrator(anna.page)
    chief.open("Forms")
    chief.row("Заказ чая").click()
    step = page.get_by_role("listitem").filter(has=page.locator("b", has_text="Step 2"))
    step.get_by_label("Title").fill("A card to go with it")
    chief.click("Try it out")
    dialog = page.get_by_role("dialog", name="As operators see it")
    way = dialog.get_by_role("list", name="All steps")
    expect(way).to_contain_text("“Подарок”: Yes → A card to go with it")
    expect(way.get_by_role("listitem").nth(1)).to_contain_text("Not on this way")
    dialog.get_by_role("button", name="Finish").click()
    expect(dialog.get_by_label("Пачек")).to_be_focused()
    expect(dialog).to_contain_text("Needed.")
    dialog.get_by_label("Пачек").fill("2")
    dialog.get_by_label("Подарок").select_option("yes")
    expect(way).not_to_contain_text("Not on this way")
    assert_no_faults(page)
    page.screenshot(path=tmp_path / "preview.png")
    dialog.get_by_role("button", name="Next").click()
    expect(way.locator("[aria-current=step]")).to_contain_text("A card to go with it")
    dialog.get_by_label("Текст").fill("С праздником")
    dialog.get_by_role("button", name="Finish").click()
    expect(dialog).to_contain_text("С праздником")
    assert_no_faults(page)
    page.screenshot(path=tmp_path / "preview-end.png")
    page.set_viewport_size({"width": 390, "height": 844})
    dialog.get_by_role("button", name="Once more").click()
    page.screenshot(path=tmp_path / "preview-phone.png")
    assert_no_faults(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("button", name="Try it out")).to_be_focused()
    expect(step.get_by_label("Title")).to_have_value("A card to go with it")
    page.screenshot(path=tmp_path / "editor.png", full_page=True)
    page.get_by_role("link", name="Records").first.click()
    chief.dialog.get_by_role("button", name="Leave, keep draft").click()
    chief.is_at("Records")
    expect(page.get_by_role("main")).to_contain_text("No records here")


def test_supervisor_sets_up_what_is_theirs_and_finds_nothing_else(stage: Stage, anna: Operator, tmp_path: Path) -> None:
    chief = Administrator(anna.page)
    chief.open("People")
    link = chief.invite(role="Supervisor")
    page = stage.page(locale="en")
    stage.allow("401")  # who comes by an invitation isn't signed in yet
    come_in(page, link, name="Sue Example", email="sue@example.com")
    sue = Administrator(page)
    sue.open("Forms")
    menu = page.get_by_role("navigation", name="Settings")
    assert menu.get_by_role("link").all_inner_texts() == ["Canned responses", "Macros", "Forms"]
    assert_no_faults(page)
    page.screenshot(path=tmp_path / "supervisor.png")
    sue.click("Add form")
    sue.fill("Name", "Ticket")
    page.get_by_label("Title", exact=True).fill("What is wrong")
    sue.click("Add form")
    expect(sue.row("Ticket")).to_be_visible()
    sue.open("Canned responses")
    sue.open("Macros")
    page.goto(page.url.split("#")[0] + "#/settings/inboxes")
    expect(sue.main).to_contain_text("Administrators set this up")
    expect(menu).to_be_visible()
    page.goto(page.url.split("#")[0] + "#/settings")
    sue.is_at("Canned responses")
    assert_no_faults(page)


def test_records_are_found_and_downloaded_and_stand_with_their_contact(
    customer: Customer, olga: Operator, anna: Operator, tmp_path: Path
) -> None:
    set_up_form(anna)
    asks(anna.page, "POST", "forms", RETURN)
    olga.page.reload()
    handed_over(customer, olga)
    page, pane = olga.page, pane_of(olga.page)
    for form, label, answer in ((ORDER, "Пачек", "2"), (RETURN, "Причина", "=не тот сорт")):
        pane.get_by_role("button", name=form["name"]).click()
        pane.get_by_label(label).fill(answer)
        pane.get_by_role("button", name="Сохранить").click()
        expect(pane.get_by_role("status")).to_contain_text("сохранена")
    page.get_by_role("link", name="Всё о клиенте").click()
    expect(page.get_by_role("main").get_by_role("link", name="RET-000001")).to_be_visible()
    assert_no_faults(page)
    page.get_by_role("main").get_by_role("link", name="RET-000001").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("=не тот сорт")
    page.screenshot(path=tmp_path / "record.png")
    main.get_by_role("link", name="Все записи клиента").click()
    rows = main.get_by_role("row")
    expect(rows).to_have_count(3)
    main.get_by_label("Найти").fill("сорт")
    expect(rows).to_have_count(2)
    main.get_by_label("Найти").fill("нет такого")
    expect(main).to_contain_text("Ничего не найдено")
    main.get_by_label("Найти").fill("")
    main.get_by_label("Анкета").select_option("Заказ чая")
    expect(rows).to_have_count(2)
    main.get_by_label("Статус").select_option("отправлен")
    expect(main).to_contain_text("Ничего не найдено")
    main.get_by_role("link", name="Записи всех клиентов").click()
    expect(rows).to_have_count(3)
    assert_no_faults(page)
    page.screenshot(path=tmp_path / "records.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=tmp_path / "records-phone.png")
    assert_no_faults(page)
    expect(main.get_by_role("link", name="Скачать таблицей")).to_have_count(0)

    anna.page.get_by_role("link", name="Records").click()
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="Download as a table").click()
    saved = tmp_path / "records.csv"
    download.value.save_as(saved)
    lines = list(csv.reader(saved.read_text("utf-8-sig").splitlines()))
    assert [line[0] for line in lines] == ["number", "RET-000001", "ORD-000001"]
    assert lines[1][-1] == "Причина: =не тот сорт" and not lines[1][-1].startswith("=")
