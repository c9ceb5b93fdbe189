"""A customer and the bot: answers, buttons, doubts; through reloads and outages."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.flows.outages import without_network
from tests.flows.people import Customer
from tests.flows.server import DemoServer


def test_russian_question_is_answered_with_buttons_that_can_be_pressed(customer: Customer) -> None:
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")
    customer.button("Скидки").click()
    customer.sees("Скидки", author="customer")
    customer.hears("пенсионерам")

    before = customer.texts()
    customer.page.reload()
    expect(customer.bubbles()).to_have_text(before)

    with without_network(customer.page):
        customer.say("Как можно заплатить?")
        expect(customer.panel).to_contain_text("Восстанавливаем связь")
        expect(customer.waiting).to_be_visible()
    customer.hears("Платите по номеру договора")
    customer.sees("Как можно заплатить?")


def test_english_question_is_answered_in_english(english: Customer, demo: DemoServer) -> None:
    english.say("What plans do you have?")
    english.hears("Spark: 100 Mbit/s")
    english.button("Discounts").click()
    english.hears("10% when you pay for 6 months")

    before = english.texts()
    demo.kill()
    english.say("How can I pay?")
    expect(english.panel).to_contain_text("Reconnecting")
    english.page.context.set_offline(False)
    demo.start()
    english.hears("Pay with your contract number")
    english.sees("How can I pay?")

    english.page.reload()
    expect(english.bubbles()).to_have_count(len(before) + 2)


def test_starter_button_begins_a_conversation(customer: Customer) -> None:
    expect(customer.button("Нет интернета")).to_be_visible()  # what isn't there yet no network brings
    with without_network(customer.page):
        customer.button("Нет интернета").click()
        customer.sees("Нет интернета", author="customer")
    customer.hears("Выключите роутер из розетки")
    customer.page.reload()
    customer.sees("Выключите роутер из розетки")


def test_doubt_is_cleared_by_a_button(customer: Customer) -> None:
    customer.say("когда")
    customer.hears("Вы имели в виду")
    customer.page.reload()
    expect(customer.button("Мой баланс")).to_be_visible()
    with without_network(customer.page):
        customer.button("Часы работы").click()
        expect(customer.button("Мой баланс")).to_have_count(0)
    customer.hears("Чат и телефон")
    customer.sees("Часы работы", author="customer")


def test_third_message_without_sense_goes_to_a_person(customer: Customer, demo: DemoServer) -> None:
    customer.say("зырк бдымс кукареку")
    customer.hears("Не совсем понял")
    demo.restart()
    customer.say("фыва олдж")
    expect(customer.bubbles("bot")).to_have_count(2)
    customer.page.reload()
    customer.say("бдымс зырк")
    expect(customer.queue).to_contain_text("Сейчас никого из сотрудников нет на месте")

    customer.queue.get_by_role("button", name=customer.words["back"]).click()
    expect(customer.queue).to_have_count(0)
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")
