"""A call is recorded from when its caller has heard that it is, and played in its thread with what was said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import speaking, spoken
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_calls import called
from tests.flows.test_consulting import bar
from tests.flows.test_forms import ORDER, pane_of, set_up_form

PAYMENT: dict[str, Any] = {
    **ORDER, "name": "Оплата", "prefix": "PAY",
    "steps": [
        {"name": "card", "title": "Карта", "fields": [{"name": "last", "label": "Последние цифры", "unrecorded": True}]},
        {"name": "email", "title": "Чек", "fields": [{"name": "to", "label": "Куда прислать чек"}]},
    ],
}  # fmt: skip
PATIENCE = 120_000
_RECORD = """
async (notice) => {
  const me = await (await fetch("/api/v1/me")).json();
  const base = `/api/v1/businesses/${me.businesses[0].id}/inboxes`;
  const { inboxes } = await (await fetch(base)).json();
  const inbox = inboxes.find(({ channel }) => channel === "webchat");
  const calls = { ...inbox.settings.calls, notice: { ru: notice }, record: true };
  const settings = { ...inbox.settings, calls };
  const { name, version } = inbox;
  const body = JSON.stringify({ name, version, settings });
  return (await fetch(`${base}/${inbox.id}`, { method: "PUT", body })).status;
}
"""


def record(page: Page) -> None:
    assert page.evaluate(_RECORD, "Разговор записывается.") == 200


def test_a_recorded_call_is_played_with_what_was_said(playwright: Playwright, demo: DemoServer, tmp_path: Path) -> None:
    with speaking(playwright, tmp_path, spoken(7.0, "Сколько стоит интернет?", 14.0)) as browser:
        stage = Stage(browser, tmp_path)
        record(Operator.sign_in(stage, demo.links.administrator, locale="en").page)
        olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
        customer = Customer.arrive(stage, demo.links.page)
        customer.panel.get_by_role("button", name="Позвонить").click()
        customer.panel.get_by_role("button", name="Включить микрофон").click()
        expect(customer.log).to_contain_text("Безлимитный интернет", timeout=PATIENCE)
        customer.panel.get_by_role("button", name="Положить трубку").click()

        olga.choose(view="all")
        expect(olga.log).to_contain_text("Отсюда разговор записывается")
        recording = olga.log.get_by_role("region", name="Запись разговора")
        expect(recording).to_be_visible(timeout=PATIENCE)
        line = recording.get_by_role("button", name="интернет").first
        line.click()
        expect(recording.get_by_role("button", name="Пауза")).to_be_visible()
        expect(line).to_have_attribute("aria-current", "true")
        recording.get_by_role("button", name="Пауза").click()
        block = olga.log.get_by_role("region", name="Звонок")
        expect(block).to_contain_text("клиент положил трубку")
        expect(block.get_by_role("region", name="Запись разговора"), "it plays at the head").to_be_visible()
        assert_no_faults(olga.page)
        block.get_by_role("button", name="Свернуть").press("Enter")
        expect(olga.log).not_to_contain_text("Отсюда разговор записывается")
        block.get_by_role("button", name="Показать разговор").press("Enter")
        expect(olga.log).to_contain_text("Отсюда разговор записывается")
        stage.close(failed=False)


def test_the_recording_rests_while_an_operator_asks_for_what_is_not_recorded(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    with speaking(playwright, tmp_path, spoken(6.0)) as browser:
        stage = Stage(browser, tmp_path)
        anna = Operator.sign_in(stage, demo.links.administrator, locale="en")
        record(anna.page)
        set_up_form(anna, PAYMENT)
        olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
        customer = Customer.arrive(stage, demo.links.page)
        called(customer)
        olga.choose(view="all")
        expect(olga.log).to_contain_text("Отсюда разговор записывается", timeout=PATIENCE)
        olga.take()
        pause = bar(olga).get_by_role("button", name="Приостановить запись")
        expect(pause).to_be_visible(timeout=PATIENCE)
        pane = pane_of(olga.page)
        pane.get_by_role("button", name="Оплата").click()
        expect(pane).to_contain_text("Запись на паузе, пока открыт этот шаг.")
        expect(olga.log).to_contain_text("Вы приостановили запись")
        assert_no_faults(olga.page)
        olga.page.reload()
        olga.page.get_by_role("button", name="Говорить с клиентом").click()
        expect(pane).to_contain_text("Запись на паузе, пока открыт этот шаг.", timeout=PATIENCE)
        pane.get_by_role("button", name="Далее").click()
        expect(pause).to_be_visible()
        expect(olga.log).to_contain_text("Вы продолжили запись")

        pane.get_by_role("button", name="Назад").click()
        bar(olga).get_by_role("button", name="Продолжить запись").click()
        expect(pane).to_contain_text("Запись идёт, хотя этот шаг не для записи.")
        expect(pause).to_be_visible()
        stage.close(failed=False)
