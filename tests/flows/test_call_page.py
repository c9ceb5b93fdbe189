"""Calls at a page of our own: for sites that load anew with every click."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import hears_sound, keep_ears_open, speaking, spoken
from tests.flows.people import Customer
from tests.flows.server import DemoServer
from tests.flows.sites import Pages, allowing, html, script, set_up
from tests.flows.test_calls import call_of


def test_a_call_outlasts_the_site_it_was_begun_from(
    playwright: Playwright, demo: DemoServer, pages: Pages, tmp_path: Path
) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    snippet = script(demo, inbox, 'data-calls="page" data-locale="ru"')
    pages.pages = {"/": html(snippet), "/lamps": html(snippet)}
    with speaking(playwright, tmp_path, spoken(60.0)) as browser:
        stage = Stage(browser, tmp_path)
        keep_ears_open(stage)
        customer = Customer.arrive(stage, f"{pages.origin}/")
        customer.say("Сколько стоит интернет?")
        customer.sees("Безлимитный интернет", author="bot")
        with customer.page.context.expect_page() as opened:
            customer.panel.get_by_role("button", name="Позвонить").click()
        there = Customer(opened.value, "ru")
        expect(there.panel).to_contain_text("Продолжить здесь диалог")
        expect(there.panel.get_by_role("button", name="Включить микрофон")).to_have_count(0)
        there.panel.get_by_role("button", name="Продолжить здесь").click()
        there.sees("Сколько стоит интернет?", author="customer")
        there.panel.get_by_role("button", name="Включить микрофон").click()
        expect(call_of(there)).to_contain_text("На линии помощник")
        hears_sound(there.page)
        assert_no_faults(there.page)

        customer.page.goto(f"{pages.origin}/lamps")
        customer.sees("Сколько стоит интернет?", author="customer")
        customer.say("Я смотрю дальше")
        there.sees("Я смотрю дальше", author="customer")
        expect(call_of(there)).to_contain_text("На линии помощник")
        call_of(there).get_by_role("button", name="Положить трубку").click()
        expect(call_of(there)).to_contain_text("Вы положили трубку")
        stage.close(failed=False)


def test_a_business_gives_the_address_of_its_calls_away(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    (inbox,) = set_up(demo)
    with speaking(playwright, tmp_path, spoken(60.0)) as browser:
        stage = Stage(browser, tmp_path)
        there = Customer(stage.page(locale="ru"), "ru")
        there.page.goto(f"{demo.links.origin}/call/{inbox}")
        expect(there.page).to_have_title("Позвонить: Фонарь")
        expect(there.panel.get_by_role("button", name="Закрыть")).to_have_count(0)
        there.panel.get_by_role("button", name="Включить микрофон").click()
        expect(call_of(there)).to_contain_text("На линии помощник")
        there.page.reload()
        there.panel.get_by_role("button", name="Вернуться к звонку").click()
        expect(call_of(there)).to_contain_text("На линии помощник")
        stage.close(failed=False)


def test_an_inbox_without_calls_has_no_such_page(demo: DemoServer, playwright: Playwright, tmp_path: Path) -> None:
    (inbox,) = set_up(demo, allowing(calls=None))
    with speaking(playwright, tmp_path, spoken(1.0)) as browser:
        page = browser.new_page()
        answer = page.goto(f"{demo.links.origin}/call/{inbox}")
        assert answer is not None and answer.status == 404
