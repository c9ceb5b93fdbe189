"""Whatever a customer writes is text; and two tabs of one customer show the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer

HTML = '<img src=x onerror="alert(1)"><script>alert(2)</script><b onclick=alert(3)>жирно</b>'
SCRIPT_LINK = "javascript:alert(document.cookie)"
LINK = "https://example.com/путь?a=1&b=2"
LONG_WORD = "Ы" * 4_000
REVERSED = "оплата \u202eгод за рублей 001\u202c конец"


@pytest.fixture
def talk(customer: Customer, olga: Operator) -> tuple[Customer, Operator]:
    for page in (customer.page, olga.page):
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    return customer, olga


def test_hostile_words_stay_words_on_both_sides(talk: tuple[Customer, Operator], demo: DemoServer) -> None:
    customer, olga = talk
    for text in (HTML, SCRIPT_LINK, LINK):
        customer.say(text)
        olga.write(text)
    demo.restart()
    customer.page.reload()
    olga.page.reload()
    for log in (customer.log, olga.log):
        expect(log.get_by_text(HTML, exact=True)).to_have_count(2)
        expect(log.get_by_text(SCRIPT_LINK, exact=True)).to_have_count(2)
        expect(log.locator("img, script, b[onclick]")).to_have_count(0)
        assert_links_are_safe(log)


def test_four_thousand_letters_without_a_space_fit(talk: tuple[Customer, Operator]) -> None:
    customer, olga = talk
    with without_network(customer.page):
        customer.say(LONG_WORD)
    customer.sees(LONG_WORD)
    olga.sees(LONG_WORD)
    customer.page.reload()
    customer.sees(LONG_WORD)
    assert_fits(customer.page, customer.log)
    assert_fits(olga.page, olga.log)
    olga.field.fill(LONG_WORD + "Я")
    expect(olga.field).to_have_attribute("maxlength", "4000")


def test_answer_taller_than_the_panel_is_read_from_its_beginning(talk: tuple[Customer, Operator]) -> None:
    customer, olga = talk
    olga.write("Первая строка\n" + "и ещё строка\n" * 60 + "последняя строка")
    answer = customer.bubbles("operator").last
    expect(answer).to_contain_text("последняя строка")
    expect(answer).to_be_in_viewport()

    top = "element => element.getBoundingClientRect().top"
    assert answer.evaluate(top) >= customer.log.evaluate(top)


def test_marks_that_reverse_text_do_not_reach_the_operator(talk: tuple[Customer, Operator]) -> None:
    customer, olga = talk
    with without_network(olga.page):
        customer.say(REVERSED)
        customer.say("مرحبا, чат")
    olga.sees("оплата год за рублей 001 конец")
    olga.sees("مرحبا, чат")
    olga.page.reload()
    olga.sees("оплата год за рублей 001 конец")


def test_two_tabs_of_a_customer_stay_in_step(customer: Customer) -> None:
    second = Customer(customer.page.context.new_page(), "ru")
    second.page.goto(customer.page.url)
    second.open()
    customer.say("Какие у вас тарифы?")
    second.sees("Какие у вас тарифы?")
    second.hears("«Искра»: 100 Мбит/с")
    second.button("Скидки").click()
    customer.sees("Скидки", author="customer")
    customer.hears("пенсионерам")
    expect(customer.button("Скидки")).to_have_count(0)

    with without_network(customer.page):
        second.say("Как можно заплатить?")
        customer.say("Сколько стоит статический IP?")
    for tab in (customer, second):
        tab.sees("Как можно заплатить?")
        tab.sees("Сколько стоит статический IP?")
        tab.sees("Платите по номеру договора")
        tab.sees("Постоянный внешний IPv4-адрес")
    second.page.reload()
    expect(second.bubbles()).to_have_text(customer.texts())


def assert_links_are_safe(log: Locator) -> None:
    links = log.get_by_role("link")
    expect(links).to_have_count(2)
    for link in links.all():
        expect(link).to_have_text(LINK)
        expect(link).to_have_attribute("target", "_blank")
        assert "noopener" in (link.get_attribute("rel") or "")
        assert (link.get_attribute("href") or "").startswith("https://example.com/")


def assert_fits(page: Page, log: Locator) -> None:
    assert log.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
