"""A transfer after talking: the customer hears music while two operators talk it over, and then has the other one."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Playwright, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import hears_sound, keep_ears_open, speaking, spoken
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_calls import call_of, called


def either(russian: str, english: str) -> re.Pattern[str]:
    """Olga reads Russian, Anna English."""
    return re.compile(f"({russian}|{english})")


def bar(operator: Operator) -> Locator:
    return operator.page.get_by_role("region", name=either("Ваш звонок", "Your call")).first


def asked(operator: Operator) -> Locator:
    """What rings at somebody's console."""
    return operator.page.get_by_role("list", name=either("Приглашения", "Invitations")).get_by_role("listitem")


def ask(operator: Operator, colleague: str) -> None:
    """By keyboard alone."""
    button = bar(operator).get_by_role("button", name=either("Посоветоваться с коллегой", "Ask a colleague"))
    button.focus()
    button.press("Enter")
    dialog = operator.page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile(colleague)).focus()
    operator.page.keyboard.press("Space")
    assert_no_faults(operator.page)
    operator.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_a_caller_is_passed_on_after_the_two_have_talked(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    (tmp_path / "desk").mkdir()
    said, answered = spoken(4.0, "Позовите оператора", 4.0), spoken(2.0, "Сколько стоит интернет", 2.0)
    with speaking(playwright, tmp_path, said) as browser, speaking(playwright, tmp_path / "desk", answered) as other:
        stage, desks = Stage(browser, tmp_path), Stage(other, tmp_path / "desk")
        keep_ears_open(stage)
        keep_ears_open(desks)
        customer = Customer.arrive(stage, demo.links.page)
        anna = Operator.sign_in(desks, demo.links.administrator, locale="en")
        olga = Operator.sign_in(desks, demo.links.operator, locale="ru")
        called(customer)
        customer.ask_for_person()
        olga.choose()
        olga.take()
        expect(bar(olga)).to_contain_text("на линии")

        ask(olga, "Ann|Анна")
        expect(call_of(customer)).to_contain_text("На удержании")
        expect(bar(olga)).to_contain_text(re.compile("Вызываем: "))
        expect(asked(anna)).to_contain_text("asks you about a caller")
        assert_no_faults(anna.page)
        asked(anna).get_by_role("button", name="Answer").click()
        expect(bar(anna)).to_contain_text("asks you about this customer")
        expect(bar(olga)).to_contain_text(re.compile("Вы говорите с коллегой: "))
        hears_sound(anna.page)
        hears_sound(olga.page)
        hears_sound(customer.page)
        assert_no_faults(olga.page)
        assert_no_faults(anna.page)

        note = bar(olga).get_by_role("textbox", name="Заметка коллеге")
        note.fill("Спрашивает про скидку, обещали перезвонить")
        note.press("Enter")
        expect(bar(anna)).not_to_contain_text("asks you about this customer")
        anna.reads("Спрашивает про скидку, обещали перезвонить")
        expect(bar(olga)).to_have_count(0)
        expect(call_of(customer)).to_contain_text("На линии")
        hears_sound(customer.page)
        hears_sound(anna.page)

        ask(anna, "Ol|Ольга")
        asked(olga).get_by_role("button", name="Не сейчас").click()
        expect(bar(anna)).to_contain_text(re.compile("Ol.* can not come now"))
        bar(anna).get_by_role("button", name="Back to the customer").click()
        expect(call_of(customer)).to_contain_text("На линии")

        ask(anna, "Ol|Ольга")
        asked(olga).get_by_role("button", name="Ответить").click()
        expect(bar(olga)).to_contain_text("советуется с вами")
        bar(anna).get_by_role("button", name="All three talk").click()
        expect(call_of(customer)).to_contain_text("На линии")
        hears_sound(olga.page)
        bar(olga).get_by_role("button", name="Выйти").click()
        expect(bar(olga).get_by_role("button", name="Выйти")).to_have_count(0)

        ask(anna, "Ol|Ольга")
        asked(olga).get_by_role("button", name="Ответить").click()
        expect(bar(olga)).to_contain_text("советуется с вами")
        customer.panel.get_by_role("button", name="Положить трубку").click()
        expect(bar(olga)).to_have_count(0)
        expect(bar(anna)).to_have_count(0)
        stage.close(failed=False)
        desks.close(failed=False)
