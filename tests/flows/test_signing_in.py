"""Links that work once, signing out, and a session that runs out in the midst of work."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import update

from gateway.store.directory import Business
from gateway.store.schema import sessions
from gateway.store.sql import Query, Tx
from tests.flows.browser import Stage
from tests.flows.outages import change, without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer

SIGNED_OUT = "status of 401"
"""Chromium notes the refusal that tells a page of its signed-out visitor."""


def test_sign_in_link_works_once_and_says_so(olga: Operator, stage: Stage, demo: DemoServer) -> None:
    stage.allow(SIGNED_OUT)
    again = stage.page(locale="ru")
    again.goto(demo.links.operator)
    expect(again.get_by_role("alert")).to_contain_text("Ссылка уже использована или устарела")
    assert "sign-in" not in again.url

    demo.restart()
    again.goto(demo.links.operator)
    expect(Operator(again, "ru").tab("unassigned")).to_be_visible()
    expect(olga.tab("unassigned")).to_be_visible()


def test_signed_out_stays_signed_out(olga: Operator, stage: Stage) -> None:
    stage.allow(SIGNED_OUT)
    with without_network(olga.page):
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
    olga.page.get_by_role("button", name="Учётная запись").click()
    olga.page.get_by_role("button", name="Выйти").click()
    expect(sign_in_button(olga.page)).to_be_visible()
    olga.page.reload()
    expect(sign_in_button(olga.page)).to_be_visible()


def test_session_that_runs_out_asks_to_sign_in_and_keeps_what_was_typed(
    customer: Customer, olga: Operator, stage: Stage, demo: DemoServer
) -> None:
    stage.allow(SIGNED_OUT)
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    olga.field.fill("Почти дописанный ответ")

    demo.stop()
    change(demo, run_out)
    demo.start()
    expect(olga.page.get_by_role("alert")).to_contain_text("Время входа истекло")
    olga.page.reload()
    expect(sign_in_button(olga.page)).to_be_visible()

    olga.page.goto(demo.links.operator)
    expect(olga.field).to_have_value("Почти дописанный ответ")
    olga.field.press("Enter")
    customer.sees("Почти дописанный ответ", author="operator")


def sign_in_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Войти")


def run_out(tx: Tx, now: int, business: Business) -> None:
    """All sessions are over."""
    tx.execute(Query(update(sessions).values(expires_at=1)))
