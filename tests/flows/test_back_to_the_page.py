"""A conversation that began in Telegram goes on at the business's page: by a link, and only at a press."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace
from playwright.sync_api import Locator, expect

from gateway.store import inboxes
from gateway.store.directory import Business
from gateway.store.sql import Tx
from tests.flows.browser import Stage
from tests.flows.outages import change
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.telegram import Telegram
from tests.support_edge.telegram import BotUser, Talk


@pytest.fixture
def demo(demo_with_bot: DemoServer) -> DemoServer:
    """Its chat says on which page it stands."""
    page = demo_with_bot.links.page
    demo_with_bot.stop()
    change(demo_with_bot, partial(with_page, page=page))
    demo_with_bot.start()
    return demo_with_bot


@pytest.fixture
def talk(telegram: Telegram, bot: BotUser) -> Talk:
    return telegram.talk(bot, "Анна", language="ru")


def test_talk_goes_on_at_the_page_with_the_same_person(
    stage: Stage, demo: DemoServer, telegram: Telegram, talk: Talk
) -> None:
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    telegram.do(talk.say("Позовите, пожалуйста, человека"))
    telegram.wait_for_text(talk, "Зову оператора")
    olga.choose("человека")
    olga.take()
    olga.write("Посмотрю ваш заказ")
    telegram.wait_for_text(talk, "Посмотрю ваш заказ")

    link = link_in(telegram, talk)
    customer = by_link(stage, link)
    asks = arrival(customer)
    expect(asks).to_contain_text("Продолжить здесь диалог, который вы начали в другом месте?")
    expect(customer.log).not_to_contain_text("Посмотрю ваш заказ")
    assert "switchboard" not in customer.page.url.partition("#")[2]
    customer.page.reload()  # what they came for is not lost
    asks.get_by_role("button", name="Продолжить здесь").press("Enter")

    customer.sees("Посмотрю ваш заказ", author="operator")
    expect(asks).to_be_hidden()
    customer.say("Я уже за компьютером")
    olga.reads("Я уже за компьютером")
    olga.write("Вижу вас")
    customer.hears("Вижу вас", author="operator")
    assert "Вижу вас" not in telegram.do(talk.texts())

    # A second page by the same link: it is used up, and says so.
    other = by_link(stage, link)
    arrival(other).get_by_role("button", name="Продолжить здесь").click()
    expect(arrival(other)).to_contain_text("Ссылка больше не действует")
    arrival(other).get_by_role("button", name="Написать здесь").click()
    expect(other.field).to_be_focused()
    expect(other.log).not_to_contain_text("Посмотрю ваш заказ")


def test_whoever_does_not_want_to_stays_where_they_are(
    stage: Stage, demo: DemoServer, telegram: Telegram, talk: Talk
) -> None:
    telegram.do(talk.say("Здравствуйте"))
    customer = Customer.arrive(stage, demo.links.page)
    customer.say("Сколько стоит интернет?")
    customer.hears("Безлимитный интернет")
    link = link_in(telegram, talk)

    customer.page.goto(link)  # the page stands already: only what follows "#" changes
    expect(arrival(customer)).to_contain_text("Диалог, который идёт здесь, на этом закончится")
    arrival(customer).get_by_role("button", name="Не сейчас").click()

    expect(arrival(customer)).to_be_hidden()
    customer.say("Останусь тут")
    customer.sees("Останусь тут", author="customer")
    # The link is as good as before.
    customer.page.goto(link)
    arrival(customer).get_by_role("button", name="Продолжить здесь").click()
    customer.sees("Здравствуйте", author="customer")


def by_link(stage: Stage, link: str) -> Customer:
    """Somebody who opens a link elsewhere: the chat opens by itself."""
    customer = Customer(stage.page(locale="ru"), "ru")
    customer.page.goto(link)
    return customer


def arrival(customer: Customer) -> Locator:
    return customer.panel.locator(".arrival")


def link_in(telegram: Telegram, talk: Talk) -> str:
    """What /web brings: an address of this machine stands in the text."""
    telegram.do(talk.say("/web"))
    shown = telegram.wait_for_text(talk, "Ссылка сработает один раз")
    return shown.text.splitlines()[-1]


def with_page(tx: Tx, now: int, business: Business, *, page: str) -> None:
    """The demo's chat says on which page it stands."""
    scoped = tx.for_business(business.id)
    one = next(inbox for inbox in inboxes.read(scoped) if inbox.channel == "webchat")
    inboxes.change(scoped, one, name=one.name, settings=replace(one.settings, page=page))
