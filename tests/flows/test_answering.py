"""Calls that are accepted by themselves: a beep, then the caller; not before the microphone may be used, nor on a break."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import hears_sound, keep_ears_open, speaking, spoken
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_calls import call_of, called
from tests.flows.test_offers import break_of, give_out, offers

_ASKS_FIRST = """
const { query } = navigator.permissions;
navigator.permissions.query = (wanted) =>
  wanted.name === "microphone" ? Promise.resolve({ state: "prompt" }) : query.call(navigator.permissions, wanted);
"""
"""A browser whose microphone is a file is never asked; this one says that it will be."""


def test_a_call_is_accepted_by_itself(playwright: Playwright, demo: DemoServer, tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    said, answered = spoken(4.0, "Позовите оператора", 4.0), spoken(2.0, "Сколько стоит интернет", 2.0)
    with speaking(playwright, tmp_path, said) as browser, speaking(playwright, tmp_path / "desk", answered) as other:
        stage, desks = Stage(browser, tmp_path), Stage(other, tmp_path / "desk")
        keep_ears_open(stage)
        keep_ears_open(desks)
        desks.before(_ASKS_FIRST)
        anna = Operator.sign_in(desks, demo.links.administrator, locale="en")
        olga = Operator.sign_in(desks, demo.links.operator, locale="ru")
        break_of(anna)
        give_out(anna, everybody={"mode": "offer", "answer_calls": True})

        told = offers(olga).get_by_role("region", name="Звонки, которые принимаются сами")
        expect(told).to_contain_text("когда вы разрешите этой странице микрофон")
        customer = Customer.arrive(stage, demo.links.page)
        called(customer)
        customer.ask_for_person()
        card = offers(olga).get_by_role("article")
        expect(card, "without the microphone it is offered as usual").to_be_visible()
        assert_no_faults(olga.page)
        told.get_by_role("button", name="Разрешить микрофон").click()
        bar = olga.page.get_by_role("region", name="Ваш звонок").first
        expect(bar).to_contain_text("на линии")
        expect(card).to_have_count(0)
        expect(told).to_have_count(0)
        expect(call_of(customer)).to_contain_text("На линии")
        hears_sound(olga.page)
        hears_sound(customer.page)

        second = Customer.arrive(stage, demo.links.page)
        called(second)
        second.ask_for_person()
        expect(olga.page.get_by_role("region", name="Ваш звонок")).to_have_count(1)
        bar.get_by_role("button", name="Положить трубку").click()
        stage.close(failed=False)
        desks.close(failed=False)
