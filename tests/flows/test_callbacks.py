"""Nobody waits in vain: a callback asked for, missed, given to a colleague and done; and the ledger that says so."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import Locator, Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer


def set_up_waiting(anna: Operator, **rules: int) -> None:
    """The administrator says what whoever waits is offered, as the API does it."""
    page = anna.page
    origin = page.url.split("/console/")[0]
    business = page.request.get(f"{origin}/api/v1/me").json()["businesses"][0]["id"]
    path = f"{origin}/api/v1/businesses/{business}/waiting"
    seen = page.request.get(path).json()
    answer = page.request.put(
        path, data={"version": seen["version"], "value": {"rules": rules}}, headers={"Origin": origin}
    )
    assert answer.ok, answer.text()


def strip_of(page: Page) -> Locator:
    """What was promised to the customer whose conversation is open."""
    return page.get_by_role("region", name="Перезвон", exact=True)


def callbacks_of(operator: Operator) -> Locator:
    return operator.list.get_by_role("button", name=re.compile("^Перезвоны"))


def test_customer_who_waits_for_long_is_called_back_and_the_ledger_says_so(
    customer: Customer, stage: Stage, demo: DemoServer, olga: Operator, anna: Operator
) -> None:
    set_up_waiting(anna, callback_after=1)
    customer.say("Не работает интернет")
    customer.ask_for_person()
    expect(customer.queue).to_contain_text("Ждать приходится дольше обычного")
    customer.queue.get_by_role("button", name="Перезвоните мне").click()
    expect(customer.queue).to_contain_text("На какой номер позвонить?")
    customer.say("не знаю")
    expect(customer.queue).to_contain_text("Не вижу здесь номера")
    customer.say("+7 495 000-01-01, после шести")
    expect(customer.log).to_contain_text(re.compile(r"Позвоним на \+74950000101 .* или раньше"))
    expect(customer.queue).to_have_count(0)

    # It waits in no queue and stands among the callbacks.
    expect(olga.tab("unassigned")).to_contain_text("0")
    callbacks_of(olga).click()
    expect(callbacks_of(olga)).to_have_attribute("aria-pressed", "true")
    olga.rows.first.click()
    strip = strip_of(olga.page)
    expect(strip.get_by_role("link", name="Позвонить на +74950000101")).to_have_attribute("href", "tel:+74950000101")
    assert_no_faults(olga.page)

    # A colleague's task, with a note, from wherever it is seen.
    strip.get_by_role("button", name="Изменить перезвон").click()
    dialog = olga.page.get_by_role("dialog", name="Изменить перезвон")
    dialog.get_by_label("Завтра утром").check()
    dialog.get_by_label("Чья задача").select_option(label="Olga Example (вы)")
    dialog.get_by_label("Заметка для того, кто свяжется").fill("Спросить про лампочки")
    dialog.get_by_role("button", name="Сохранить").click()
    expect(strip).to_contain_text("Olga Example")
    expect(strip).to_contain_text("Спросить про лампочки")

    # Not reached, then reached.
    olga.take()
    strip.get_by_role("button", name="Не удалось").click()
    strip.get_by_label("Занято").check()
    strip.get_by_role("button", name="Через час").click()
    expect(strip).to_contain_text("1 попытка")
    olga.reads("было занято")
    olga.take()
    strip.get_by_role("button", name="Связались, решено").click()
    expect(strip).to_have_count(0)
    expect(olga.rows).to_have_count(0)
    expect(olga.list).to_contain_text("Перезванивать некому")

    # The ledger.
    anna.page.goto(f"{demo.links.origin}/console/#/requests")
    page = anna.page
    called = page.get_by_role("group", name="Ending").get_by_role("button", name=re.compile("Called back"))
    expect(called).to_contain_text("1")
    called.click()
    row = page.get_by_role("region", name="Requests").get_by_role("row").nth(1)
    expect(row).to_contain_text("Called back")
    expect(row).to_contain_text("Olga Example")
    assert_no_faults(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a table").click()
    with open(download.value.path(), encoding="utf-8-sig") as file:
        (line,) = csv.DictReader(io.StringIO(file.read()))
    assert (line["ending"], line["operator"], line["channel"]) == ("called_back", "Olga Example", "webchat")
    row.get_by_role("link").click()
    expect(anna.log).to_contain_text("Не работает интернет")


def test_operator_promises_a_callback_and_gets_it_back_at_their_own_narrow_screen(
    customer: Customer, stage: Stage, demo: DemoServer
) -> None:
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru", viewport={"width": 390, "height": 844})
    customer.say("Хочу сменить тариф")
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    page = olga.page
    page.get_by_role("button", name="Обещать перезвон").click()
    dialog = page.get_by_role("dialog", name="Обещать перезвон")
    dialog.get_by_label("Позвонить").check()
    number = dialog.get_by_role("textbox", name="Позвонить")
    number.fill("495")
    dialog.get_by_role("button", name="Обещать", exact=True).click()
    assert number.evaluate("field => field.matches(':invalid')")
    number.fill("+7 495 00")
    dialog.get_by_role("button", name="Обещать", exact=True).click()
    expect(olga.alert).to_contain_text("Это не номер телефона")
    page.get_by_role("button", name="Обещать перезвон").click()
    dialog.get_by_label("Написать сюда").check()
    dialog.get_by_role("button", name="Обещать", exact=True).click()
    strip = strip_of(page)
    expect(strip).to_contain_text("Ответить в этом диалоге")
    expect(strip).to_contain_text("Olga Example")
    page.reload()
    expect(strip).to_contain_text("Ответить в этом диалоге")
    assert_no_faults(page)
    # The customer writes sooner: it is hers at once, and what was promised stands until it is done.
    customer.say("Всё ещё хочу")
    expect(olga.field).to_be_visible()
    expect(strip.get_by_role("button", name="Связались, решено")).to_be_visible()
