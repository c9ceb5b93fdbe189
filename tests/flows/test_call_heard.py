"""A whole call between real browsers, held to what is heard in it: what the bot and an operator's typed words sound like is
recorded in the caller's browser and recognized back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import forget_heard, hears_sound, hears_words, keep_ears_open, speaking, spoken
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_calls import PATIENCE, call_of, called

GREETING = "здравствуйте это фонарь чем помочь"
TYPED = "Сейчас посмотрю ваш договор"
OTHERS = (
    "сколько стоит интернет", "переведите меня на другого человека", "завтра приедет мастер", "у нас закрыто до утра",
    "назовите номер телефона", "спасибо до свидания", "ваш заказ уже в пути", "перезвоните пожалуйста вечером",
)  # fmt: skip
"""What else it might have been taken for."""


def says(olga: Operator, text: str) -> None:
    """Writes what is spoken to the caller."""
    olga.write(text)
    expect(olga.field).to_have_value("")


def calls_again(customer: Customer) -> None:
    """To be greeted once more."""
    customer.panel.get_by_role("button", name="Положить трубку").click()
    forget_heard(customer.page)
    customer.panel.get_by_role("button", name="Позвонить").click()
    expect(call_of(customer)).to_contain_text("На линии помощник")


def test_what_is_said_in_a_call_is_heard_and_stands_in_order(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    (tmp_path / "desk").mkdir()
    # Asked twice: on a busy machine a microphone stutters, and once somebody is called the bot answers no more.
    question = "Сколько стоит интернет?"
    said = spoken(8.0, question, 10.0, question, 16.0, "Соедините с оператором, пожалуйста", 10.0)
    with (
        speaking(playwright, tmp_path, said) as browser,
        speaking(playwright, tmp_path / "desk", spoken(60.0)) as other,
    ):
        stage, desks = Stage(browser, tmp_path), Stage(other, tmp_path / "desk")
        keep_ears_open(stage)
        keep_ears_open(desks)
        customer = Customer.arrive(stage, demo.links.page)
        customer.say("Добрый день")
        customer.sees("Добрый день", author="customer")
        called(customer)
        hears_words(customer.page, GREETING, (TYPED.lower(), *OTHERS), again=lambda: calls_again(customer))
        expect(customer.log).to_contain_text("Безлимитный интернет", timeout=PATIENCE)

        olga = Operator.sign_in(desks, demo.links.operator, locale="ru")
        expect(olga.rows.first, "the caller asked for a person").to_be_visible(timeout=PATIENCE)
        olga.choose()
        olga.take()
        bar = olga.page.get_by_role("region", name="Ваш звонок")
        expect(bar).to_contain_text("на линии")
        hears_sound(olga.page)
        bar.get_by_role("button", name="Выключить микрофон").click()
        olga.page.get_by_role("combobox", name="Канал ответа").select_option(label="Звонок · вслух")
        forget_heard(customer.page)
        says(olga, TYPED)
        hears_words(customer.page, TYPED.lower(), (GREETING, *OTHERS), again=lambda: says(olga, TYPED))

        text = olga.log.inner_text()
        order = [
            "Добрый день",
            "Здравствуйте, это",
            "сколько стоит интернет",
            "Безлимитный интернет",
            "Передача оператору",
            TYPED,
        ]
        places = [text.lower().index(one.lower()) for one in order]
        assert places == sorted(places)
        stage.close(failed=False)
        desks.close(failed=False)
