"""Whoever signs out decides about each conversation that is theirs, and none of them is lost on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.garden import Garden
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.sites import Pages
from tests.flows.test_offers import asks, choose


@pytest.fixture(autouse=True)
def left(stage: Stage) -> None:
    """What was asked for as she left."""
    stage.allow("status of 401")
    stage.allow("status of 409")  # what she chose can't be done: that is what some of this is about


def leaves(operator: Operator) -> Locator:
    """They press "Sign out"; what they are asked."""
    operator.page.get_by_role("button", name="Учётная запись").click()
    operator.page.locator("#account").get_by_role("button", name="Выйти").click()
    return operator.page.get_by_role("dialog", name="Прежде чем выйти")


def line(asked: Locator, text: str) -> Locator:
    return asked.get_by_role("listitem").filter(has_text=text)


def decides(asked: Locator, text: str, choice: str) -> None:
    line(asked, text).get_by_role("combobox").select_option(choice)


def go(asked: Locator) -> None:
    asked.get_by_role("button", name="Выйти", exact=True).click()


def takes(operator: Operator, customer: Customer, text: str) -> None:
    asks(customer, text)
    operator.choose("человека")
    operator.take()


def comes_to_olga(garden: Garden, stage: Stage, text: str) -> Customer:
    """What a customer of the second business asks is hers without a word of hers."""
    customer = garden.asks(stage, text)
    expect(customer.log).to_contain_text("С вами Olga Example")
    return customer


def test_what_is_given_back_goes_to_somebody_else_and_the_customer_is_told(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    takes(olga, customer, "Помогите с роутером")
    asked = leaves(olga)
    expect(asked).to_contain_text("За вами 1 диалог")
    expect(asked.get_by_role("combobox")).to_have_value("queue")  # somebody waits
    assert_no_faults(olga.page)
    olga.page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(olga.field).to_be_visible()

    go(leaves(olga))
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()
    expect(anna.tab("unassigned")).to_contain_text("1")
    anna.choose()
    anna.reads("Olga Example")
    expect(customer.log).to_contain_text("Olga Example больше не на связи")
    expect(customer.queue).to_contain_text("снова в очереди")


def test_each_is_kept_queued_or_passed_on_over_all_businesses(
    customer: Customer, stage: Stage, demo: DemoServer, pages: Pages, olga: Operator, anna: Operator
) -> None:
    garden = Garden(anna, demo, pages, mode="pick")
    garden.hire(olga)
    takes(olga, customer, "Помогите с роутером")
    olga.write("Сейчас посмотрю")
    customer.sees("Сейчас посмотрю", author="operator")
    second = Customer.arrive(stage, demo.links.page)
    takes(olga, second, "Когда придёт мастер?")
    olga.write("Сегодня до шести")
    second.sees("Сегодня до шести", author="operator")
    olga.field.fill("Недописанное")
    tea = garden.asks(stage, "Есть ли у вас улун?")
    olga.page.get_by_role("button", name=re.compile("^Перейти")).click()
    olga.take()
    olga.write("Есть")
    tea.sees("Есть", author="operator")

    asked = leaves(olga)
    expect(asked.get_by_role("listitem")).to_have_count(3)
    expect(line(asked, "Чайный сад")).to_contain_text("Есть")
    expect(line(asked, "до шести")).to_contain_text("Здесь есть начатый ответ")
    asked.get_by_role("combobox", name="Для всех сразу").select_option(label="Вернуть в очередь")
    decides(asked, "посмотрю", "Передать: Anna Example")
    decides(asked, "до шести", "keep")
    expect(asked).to_contain_text("1 в очередь · 1 коллеге · 1 останется")
    assert_no_faults(olga.page)
    go(asked)
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()

    expect(customer.log).to_contain_text("Anna Example")
    expect(tea.log).to_contain_text("Olga Example больше не на связи")
    expect(second.log).not_to_contain_text("больше не на связи")
    expect(anna.tab("mine")).to_contain_text("1")
    anna.choose(view="mine")
    anna.write("Hello, Anna here")
    customer.sees("Hello, Anna here", author="operator")
    expect(anna.tab("all")).to_contain_text("2")


def test_colleague_who_left_meanwhile_gets_nothing_and_whoever_signs_out_stays_signed_in(
    customer: Customer, stage: Stage, demo: DemoServer, olga: Operator, anna: Operator
) -> None:
    takes(olga, customer, "Помогите с роутером")
    asked = leaves(olga)
    decides(asked, "человека", "Передать: Anna Example")
    choose(anna, "away")
    go(asked)
    expect(line(asked, "человека")).to_contain_text("Anna Example")
    expect(asked.get_by_role("alert")).to_contain_text("Вы не вышли")
    expect(asked.get_by_role("combobox")).to_be_focused()
    expect(asked.get_by_role("option", name="Anna Example: Отошёл")).to_be_disabled()
    assert_no_faults(olga.page)
    decides(asked, "человека", "keep")
    go(asked)
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()
    expect(customer.log).not_to_contain_text("больше не на связи")


def test_what_comes_while_they_decide_is_asked_too(
    customer: Customer, stage: Stage, demo: DemoServer, pages: Pages, olga: Operator, anna: Operator
) -> None:
    garden = Garden(anna, demo, pages, mode="auto_accept")
    choose(anna, "away")
    garden.hire(olga)
    takes(olga, customer, "Помогите с роутером")
    asked = leaves(olga)
    expect(asked.get_by_role("listitem")).to_have_count(1)
    tea = comes_to_olga(garden, stage, "Есть ли у вас улун?")
    go(asked)
    expect(asked.get_by_role("alert")).to_contain_text("пришло ещё обращение")
    expect(customer.log).to_contain_text("Olga Example больше не на связи")
    expect(asked.get_by_role("listitem")).to_have_count(1)
    decides(asked, "улун", "queue")
    go(asked)
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()
    expect(tea.log).to_contain_text("Olga Example больше не на связи")


def test_network_that_drops_in_between_loses_nothing(
    customer: Customer, stage: Stage, demo: DemoServer, olga: Operator, anna: Operator
) -> None:
    takes(olga, customer, "Помогите с роутером")
    asked = leaves(olga)
    expect(asked.get_by_role("listitem")).to_have_count(1)
    with without_network(olga.page):
        go(asked)
        expect(line(asked, "человека")).to_contain_text("Сервер не отвечает")
        expect(asked.get_by_role("alert").last).to_be_visible()
    expect(anna.tab("unassigned")).to_contain_text("0")
    go(asked)
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()
    expect(anna.tab("unassigned")).to_contain_text("1")


def test_what_cannot_be_looked_up_is_said_and_tried_again(customer: Customer, olga: Operator, anna: Operator) -> None:
    takes(olga, customer, "Помогите с роутером")
    with without_network(olga.page):
        asked = leaves(olga)
        expect(asked.get_by_role("alert")).to_contain_text("Сервер не отвечает")
        expect(asked.get_by_role("button", name="Оставить всё и выйти")).to_be_visible()
    asked.get_by_role("button", name="Повторить").click()
    expect(asked.get_by_role("listitem")).to_have_count(1)


def test_last_words_that_could_still_be_taken_back_arrive_before_it_is_passed_on(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    takes(olga, customer, "Помогите с роутером")
    olga.write("Передаю вас Анне")
    asked = leaves(olga)
    decides(asked, "", "Передать: Anna Example")
    go(asked)
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()
    customer.sees("Передаю вас Анне", author="operator")


def test_who_has_nothing_open_signs_out_at_once(olga: Operator) -> None:
    asked = leaves(olga)
    expect(olga.page.get_by_role("button", name="Войти")).to_be_visible()
    expect(asked).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_all_lines_are_reached_on_any_screen(
    customer: Customer, stage: Stage, demo: DemoServer, pages: Pages, olga: Operator, anna: Operator,
    tmp_path: Path, scheme: Literal["light", "dark"], width: int,
) -> None:  # fmt: skip
    garden = Garden(anna, demo, pages, mode="auto_accept")
    choose(anna, "away")
    garden.hire(olga)
    olga.page.emulate_media(color_scheme=scheme)
    takes(olga, customer, "Помогите с роутером, пожалуйста: он мигает красным и больше ничего не делает")
    for text in ("Есть ли у вас улун?", "А пуэр?", "Сколько стоит чабань?", "Где вы?"):
        comes_to_olga(garden, stage, text)
    olga.page.set_viewport_size({"width": width, "height": 800})
    if width == 390:
        olga.page.get_by_role("button", name=re.compile("Назад|К списку")).first.click()
    if scheme == "light":
        olga.page.get_by_role("button", name="Language").click()
    olga.page.get_by_role("button", name=re.compile("^(Учётная запись|Account)$")).click()
    olga.page.locator("#account").get_by_role("button", name=re.compile("^(Выйти|Sign out)$")).click()
    asked = olga.page.get_by_role("dialog", name=re.compile("^(Прежде чем выйти|Before you sign out)$"))
    expect(asked.get_by_role("listitem")).to_have_count(5)
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / f"leaving-{width}-{scheme}.png")
    asked.get_by_role("combobox").last.focus()
    expect(asked.get_by_role("combobox").last).to_be_in_viewport(ratio=1)
    expect(asked.get_by_role("button", name=re.compile("^(Выйти|Sign out)$"))).to_be_in_viewport(ratio=1)
