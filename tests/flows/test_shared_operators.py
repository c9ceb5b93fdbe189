"""Somebody answers for two businesses with one console open: what the other one offers reaches them where they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.garden import Garden, api
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.sites import Pages
from tests.flows.test_offers import asks, break_of, offers


@pytest.fixture
def garden(demo: DemoServer, anna: Operator, olga: Operator, pages: Pages) -> Garden:
    """Olga works for it, too; Anna is on a break."""
    made = Garden(anna, demo, pages)
    made.hire(olga)
    break_of(anna)
    return made


def waits(operator: Operator) -> Locator:
    return operator.page.get_by_role("region", name=re.compile("^(Другие компании|Other businesses)$"))


def switch(operator: Operator, business: str) -> None:
    operator.page.get_by_role("button", name="Учётная запись").click()
    operator.page.get_by_role("button", name=business).click()


def test_offer_of_the_other_business_is_accepted_by_a_key_and_what_was_begun_here_stays(
    garden: Garden, customer: Customer, stage: Stage, olga: Operator
) -> None:
    asks(customer)
    olga.choose()
    olga.take()
    olga.field.fill("Недописанное")
    tea = garden.asks(stage, "Есть ли у вас улун?")
    card = offers(olga).get_by_role("article")
    expect(card).to_contain_text("Чайный сад")
    expect(card).to_contain_text("Есть ли у вас улун?")
    sizes = card.locator("p").evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
    assert sizes[0] == max(sizes) and sizes[0] >= 20, "for whom is the first and largest word"
    expect(olga.page).to_have_title(re.compile(r"^\(1\)"))
    assert_no_faults(olga.page)
    olga.page.keyboard.press("Alt+a")
    expect(card).to_have_count(0)
    olga.sees("Есть ли у вас улун?", author="customer")
    expect(olga.page.get_by_role("region", name="Вы отвечаете за")).to_contain_text("Чайный сад")
    expect(olga.field).to_be_focused()
    olga.write("Есть, тайваньский")
    tea.sees("Есть, тайваньский", author="operator")
    switch(olga, "Фонарь")
    expect(olga.field).to_have_value("Недописанное")
    olga.page.go_back()
    olga.sees("Есть, тайваньский", author="operator")
    olga.page.go_forward()
    expect(olga.field).to_have_value("Недописанное")


def test_words_that_were_just_sent_arrive_though_one_went_on_to_the_other_business(
    garden: Garden, customer: Customer, stage: Stage, olga: Operator
) -> None:
    asks(customer)
    olga.choose()
    olga.take()
    tea = garden.asks(stage, "Есть ли у вас улун?")
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    olga.write("Сейчас посмотрю")  # and could still be taken back
    olga.page.keyboard.press("Alt+a")
    olga.sees("Есть ли у вас улун?", author="customer")
    customer.sees("Сейчас посмотрю", author="operator")
    olga.write("Есть")
    switch(olga, "Фонарь")
    tea.sees("Есть", author="operator")
    olga.sees("Сейчас посмотрю", author="operator")
    expect(olga.articles("operator")).to_have_count(1)


def test_offer_outlives_reload_and_outage_stands_in_each_tab_and_is_declined_from_where_one_is(
    garden: Garden, stage: Stage, olga: Operator, anna: Operator
) -> None:
    garden.rule("offer", offer_seconds=600)
    garden.asks(stage, "Есть ли у вас улун?")
    card = offers(olga).get_by_role("article")
    expect(card).to_have_count(1)
    olga.page.reload()
    expect(card).to_contain_text("Чайный сад")
    tab = Operator(olga.page.context.new_page(), "ru")
    tab.page.goto(olga.page.url)
    expect(offers(tab).get_by_role("article")).to_contain_text("Чайный сад")
    with without_network(olga.page):
        card.get_by_role("button", name="Принять").click()
        expect(card.get_by_role("alert")).to_contain_text("Сервер не отвечает")
    expect(olga.tab("unassigned")).to_be_visible()
    card.get_by_role("button", name="Отклонить").click()
    expect(card).to_have_count(0)
    expect(offers(tab).get_by_role("article")).to_have_count(0)
    expect(olga.page.get_by_role("region", name="Вы отвечаете за")).to_have_count(0)
    switch(tab, "Чайный сад")  # her other tab goes on with what it shows
    olga.page.reload()
    olga.page.get_by_role("button", name="Учётная запись").click()
    expect(olga.page.get_by_role("button", name="Фонарь")).to_be_disabled()


def test_whoever_leaves_the_other_business_loses_its_offer_at_once(
    garden: Garden, stage: Stage, olga: Operator
) -> None:
    garden.asks(stage, "Есть ли у вас улун?")
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    garden.let_go(olga)
    expect(offers(olga).get_by_role("article")).to_have_count(0)
    olga.page.get_by_role("button", name="Учётная запись").click()
    expect(olga.page.get_by_role("button", name="Фонарь")).to_be_visible()
    expect(olga.page.get_by_role("button", name="Чайный сад")).to_have_count(0)


def test_own_customer_and_whoever_may_be_picked_call_and_are_counted_at_the_switcher(
    garden: Garden, stage: Stage, olga: Operator
) -> None:
    tea = garden.asks(stage, "Есть ли у вас улун?")
    expect(offers(olga).get_by_role("article")).to_have_count(1)
    olga.page.keyboard.press("Alt+a")
    expect(olga.field).to_be_focused()
    olga.write("Есть")
    tea.sees("Есть", author="operator")
    switch(olga, "Фонарь")
    expect(olga.tab("unassigned")).to_be_visible()
    tea.say("Сколько стоит?")
    card = waits(olga).get_by_role("article")
    expect(card).to_contain_text("Сколько стоит?")
    expect(card).to_contain_text("1 ваш клиент ждёт")
    olga.page.get_by_role("button", name="Учётная запись").click()
    expect(olga.page.get_by_role("button", name=re.compile("^Чайный сад"))).to_contain_text("1 ваш клиент ждёт")
    assert_no_faults(olga.page)
    olga.page.keyboard.press("Escape")
    card.get_by_role("button", name="Перейти").click()
    olga.sees("Сколько стоит?", author="customer")
    expect(waits(olga).get_by_role("article")).to_have_count(0)
    switch(olga, "Фонарь")
    expect(olga.tab("unassigned")).to_be_visible()
    expect(waits(olga).get_by_role("article")).to_have_count(0)  # it was read
    garden.rule("pick")
    garden.asks(stage, "А пуэр?")
    expect(card).to_contain_text("1 в очереди")
    expect(card).to_contain_text("Чайный сад")


def test_colleague_of_the_other_business_asks_one_to_join(
    garden: Garden, stage: Stage, olga: Operator, anna: Operator
) -> None:
    garden.rule("pick")
    tea = garden.asks(stage, "Есть ли у вас улун?")
    expect(waits(olga).get_by_role("article")).to_have_count(1)
    anna.page.reload()
    anna.page.get_by_role("button", name="Account").click()
    anna.page.get_by_role("button", name="Tea Garden").click()
    anna.choose()
    anna.take()
    mine = api(olga, "GET", "me")["account"]["id"]
    conversation = anna.page.url.split("/")[-1]
    state = garden.api("GET", f"conversations/{conversation}")["conversation"]
    body = {"floor_seq": state["floor_seq"], "colleague": mine}
    garden.api("POST", f"conversations/{conversation}/invite", body)
    invitation = olga.page.get_by_role("list", name="Приглашения")
    expect(invitation).to_contain_text("Чайный сад")
    assert_no_faults(olga.page)
    invitation.get_by_role("button", name="Присоединиться").click()
    olga.sees("Есть ли у вас улун?", author="customer")
    olga.write("Ольга тоже здесь")
    tea.sees("Ольга тоже здесь", author="operator")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_cards_of_the_other_business_are_read_on_any_screen(
    garden: Garden, stage: Stage, olga: Operator, tmp_path: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    olga.page.emulate_media(color_scheme=scheme)
    olga.page.set_viewport_size({"width": width, "height": 800})
    if scheme == "light":
        olga.page.get_by_role("button", name="Language").click()
    garden.rule("pick")
    garden.asks(stage, "А пуэр у вас есть? Или хотя бы что-нибудь похожее на него")
    expect(waits(olga).get_by_role("article")).to_be_visible()
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / f"waits-{width}-{scheme}.png")
    garden.rule("offer", offer_seconds=600)
    garden.asks(stage, "Есть ли у вас улун?")
    expect(offers(olga).get_by_role("article").first).to_be_in_viewport(ratio=1)
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / f"shared-{width}-{scheme}.png")
    olga.page.get_by_role("button", name=re.compile("^(Учётная запись|Account)$")).click()
    assert_no_faults(olga.page)
    olga.page.screenshot(path=tmp_path / f"switcher-{width}-{scheme}.png")
