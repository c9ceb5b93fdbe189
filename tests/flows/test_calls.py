"""A customer calls from a page: the bot answers, and what is said stands in the thread."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Playwright, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import hears_sound, keep_ears_open, speaking, spoken
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer

PATIENCE = 120_000
"""Milliseconds in which one of several tries to be understood succeeds."""


def test_the_bot_answers_a_call(playwright: Playwright, demo: DemoServer, tmp_path: Path) -> None:
    with speaking(playwright, tmp_path, spoken(7.0, "Сколько стоит интернет?", 14.0)) as browser:
        stage = Stage(browser, tmp_path)
        customer = Customer.arrive(stage, demo.links.page)
        called(customer)
        # Said again and again: on a busy machine a microphone stutters.
        expect(customer.log).to_contain_text("Безлимитный интернет", timeout=PATIENCE)
        assert_no_faults(customer.page)
        customer.panel.get_by_role("button", name="Положить трубку").click()
        expect(call_of(customer)).to_contain_text("Вы положили трубку")
        customer.say("Спасибо")
        customer.sees("Спасибо", author="customer")
        stage.close(failed=False)


def test_an_operator_takes_the_live_call(playwright: Playwright, demo: DemoServer, tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    said, answered = spoken(4.0, "Позовите оператора", 4.0), spoken(3.0, "Сколько стоит интернет", 4.0)
    with speaking(playwright, tmp_path, said) as browser, speaking(playwright, tmp_path / "desk", answered) as other:
        stage, desks = Stage(browser, tmp_path), Stage(other, tmp_path / "desk")
        keep_ears_open(stage)
        keep_ears_open(desks)
        customer = Customer.arrive(stage, demo.links.page)
        olga = Operator.sign_in(desks, demo.links.operator, locale="ru")
        called(customer)
        customer.ask_for_person()
        olga.choose()
        olga.take()
        bar = olga.page.get_by_role("region", name="Ваш звонок")
        expect(bar).to_contain_text("на линии")
        expect(call_of(customer)).to_contain_text("На линии")
        hears_sound(olga.page)
        hears_sound(customer.page)
        bar.get_by_role("button", name="Поставить на удержание").click()
        expect(call_of(customer)).to_contain_text("На удержании")
        bar.get_by_role("button", name="Снять с удержания").click()
        bar.get_by_role("button", name="Положить трубку").click()
        expect(call_of(customer)).to_contain_text("Звонок завершён")
        stage.close(failed=False)
        desks.close(failed=False)


def called(customer: Customer) -> None:
    customer.panel.get_by_role("button", name="Позвонить").click()
    customer.panel.get_by_role("button", name="Включить микрофон").click()
    expect(call_of(customer)).to_contain_text("На линии помощник")


def call_of(customer: Customer) -> Locator:
    return customer.panel.locator(".call")
