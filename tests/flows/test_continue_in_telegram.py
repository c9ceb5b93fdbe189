"""A conversation that begins on a page goes on in Telegram with the same person, who sees all that is done there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.telegram import Telegram
from tests.support_edge.telegram import BotUser


@pytest.fixture
def demo(demo_with_bot: DemoServer) -> DemoServer:
    return demo_with_bot


def test_talk_goes_on_in_telegram_with_the_same_person(
    stage: Stage, demo: DemoServer, telegram: Telegram, bot: BotUser
) -> None:
    customer = Customer.arrive(stage, demo.links.page)
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    olga.write("Посмотрю ваш заказ")
    customer.hears("Посмотрю ваш заказ", author="operator")

    customer.panel.get_by_role("button", name="Меню").click()
    customer.panel.get_by_role("menuitem", name="Продолжить в Telegram").click()
    way = customer.panel.get_by_role("dialog", name="Продолжить в Telegram")
    picture = way.get_by_role("img", name="QR-код ссылки в Telegram")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    link = way.get_by_role("link", name="Открыть Telegram").get_attribute("href")
    assert link is not None and link.startswith("https://t.me/lantern_test_bot?start=c_")
    way.get_by_role("button", name="Остаться здесь").click()
    talk = telegram.talk(bot, "Анна", language="ru")
    telegram.do(talk.start(link.partition("?start=")[2]))
    telegram.wait_for_text(talk, "Продолжаем здесь")

    said = telegram.do(talk.say("Заказ 12, я уже в дороге"))
    olga.reads("Заказ 12, я уже в дороге")
    telegram.do(talk.edit(said, "Заказ 13, я уже в дороге"))
    olga.reads("Заказ 13, я уже в дороге")
    telegram.do(talk.voice(seconds=4))
    expect(olga.log.get_by_role("button", name="Слушать")).to_be_visible()
    olga.write("Везём **сегодня**")
    seen = telegram.wait_for_text(talk, "Везём сегодня")
    assert [one["type"] for one in seen.entities] == ["bold"]
    customer.sees("Заказ 13, я уже в дороге", author="customer")
