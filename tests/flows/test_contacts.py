"""Contacts at the console: found, corrected, joined and parted again, blocked, brought in from a table, written to first."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.telegram import Telegram
from tests.support_edge.telegram import BotUser

PHONE = {"width": 390, "height": 844}
TABLE = "ФИО;Почта;Телефон;Тариф\nАнна Петрова;ann@example.com;8 495 000-00-01;L\nБорис;не почта;;S\n"


def contacts(page: Page) -> None:
    """The page of contacts, by its way in the navigation."""
    page.get_by_role("link", name=re.compile("^(Contacts|Клиенты)$")).click()
    expect(page.get_by_role("searchbox")).to_be_visible()


def known(page: Page, label: str, value: str) -> None:
    """What the business keeps of the contact that is looked at."""
    expect(page.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]")).to_have_text(value)


def test_two_contacts_are_found_joined_and_parted_before_two_operators(stage: Stage, demo: DemoServer) -> None:
    first = Customer.arrive(stage, demo.links.page)
    first.say("Сколько стоит тариф L?")
    second = Customer.arrive(stage, demo.links.page)
    second.say("Это снова я")
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en").page
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru").page
    contacts(anna)
    rows = anna.get_by_role("group", name="Contacts").locator("a[data-row]")
    expect(rows).to_have_count(2)
    for row, name in ((rows.first, "Ann Example"), (rows.last, "Anna E.")):
        row.click()
        anna.get_by_role("button", name="Edit").click()
        anna.get_by_label("Name", exact=True).fill(name)
        anna.get_by_label("E-mail", exact=True).fill("ann@example.com")
        anna.get_by_role("button", name="Save").click()
        expect(anna.get_by_role("heading", level=2, name=name)).to_be_visible()
    contacts(olga)
    olga.get_by_role("searchbox").fill("ann@ex")
    expect(olga.locator("a[data-row]")).to_have_count(2)

    expect(anna.get_by_text("same e-mail")).to_be_visible()
    anna.get_by_role("button", name="Compare").click()
    dialog = anna.get_by_role("dialog")
    dialog.get_by_role("radio", name="Ann Example").check()
    assert_no_faults(anna)
    dialog.get_by_role("button", name="Make them one").click()

    expect(anna.get_by_role("heading", level=2, name="Ann Example")).to_be_visible()
    expect(anna.get_by_role("link", name=re.compile("тариф L|снова я"))).to_have_count(2)
    expect(olga.locator("a[data-row]")).to_have_count(1)
    anna.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(anna.get_by_role("heading", level=2, name="Anna E.")).to_be_visible()
    expect(olga.locator("a[data-row]")).to_have_count(2)
    expect(anna.get_by_text("They are two contacts again.")).to_be_visible()


def test_whoever_is_blocked_is_told_and_writes_again_when_it_is_lifted(stage: Stage, demo: DemoServer) -> None:
    customer = Customer.arrive(stage, demo.links.page)
    customer.page.clock.install()
    customer.ask_for_person()
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    olga.choose("человека")
    anna = stage.page(locale="en", viewport=PHONE)
    anna.goto(demo.links.administrator)
    contacts(anna)
    anna.locator("a[data-row]").click()
    anna.get_by_role("button", name="Block", exact=True).click()
    anna.get_by_role("dialog").get_by_label("For how long").select_option("good")
    assert_no_faults(anna)
    anna.get_by_role("dialog").get_by_role("button", name="Block", exact=True).click()

    expect(anna.get_by_text("Blocked for good")).to_be_visible()
    expect(customer.log).to_contain_text("Писать нам здесь больше нельзя.")
    expect(olga.log).to_contain_text("Писать нам здесь больше нельзя.")
    customer.say("Впустите меня")
    expect(customer.panel.locator("p.line")).to_be_visible()
    expect(anna.get_by_role("button", name="Write to them")).to_be_disabled()

    anna.get_by_role("button", name="Lift the block").click()
    expect(anna.get_by_text("Blocked for good")).to_be_hidden()
    customer.page.clock.fast_forward(20_000)  # whoever comes back to the chat a little later
    customer.panel.get_by_role("button", name="Закрыть чат").click()
    customer.launcher.click()
    expect(customer.field).to_be_enabled()
    customer.say("Теперь можно?")
    customer.sees("Теперь можно?", author="customer")


def test_a_table_comes_in_and_says_which_line_did_not(stage: Stage, demo: DemoServer) -> None:
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en").page
    contacts(anna)
    anna.get_by_role("link", name="Bring in from a table").click()
    file = {"name": "clients.csv", "mimeType": "text/csv", "buffer": TABLE.encode("cp1251")}
    anna.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(anna.get_by_label("Column “Почта”")).to_have_value("email")
    anna.get_by_label("Column “Тариф”").select_option("own.Тариф")
    anna.get_by_role("button", name="Check").click()
    expect(anna.get_by_text("Line 3: the e-mail is not an address.")).to_be_visible()
    assert_no_faults(anna)
    anna.get_by_role("button", name="Bring in 1 contact").click()
    expect(anna.get_by_role("main").get_by_role("status").filter(has_text="Done")).to_be_visible()
    expect(anna.get_by_role("link", name="Save the refused lines")).to_be_visible()

    anna.get_by_role("searchbox").fill("анна")
    anna.locator("a[data-row]").click()
    known(anna, "Phone", "+74950000001")
    known(anna, "Тариф", "L")
    expect(anna.get_by_role("button", name="Write to them")).to_be_disabled()


def test_people_write_first_to_a_page_and_the_answer_comes_to_them(stage: Stage, demo: DemoServer) -> None:
    customer = Customer.arrive(stage, demo.links.page)
    customer.say("Сколько стоит тариф L?")
    customer.hears("Безлимитный")
    customer.choose("Завершить диалог")
    customer.panel.get_by_role("alertdialog").get_by_role("button", name="Завершить диалог").click()
    expect(customer.panel.get_by_role("alertdialog")).to_have_count(0)
    customer.page.get_by_role("button", name="Закрыть чат").first.click()
    customer.page.goto("about:blank")
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    contacts(olga.page)
    olga.page.locator("a[data-row]").click()
    olga.page.get_by_role("button", name="Написать").click()
    dialog = olga.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Сообщение").fill("Тариф L сегодня дешевле")
    dialog.get_by_role("button", name="Отправить").click()
    expect(olga.log).to_contain_text("Тариф L сегодня дешевле")

    customer.page.goto(demo.links.page)
    expect(customer.page.get_by_role("button", name=re.compile("не прочитано"))).to_be_visible()
    customer.open_again()
    customer.hears("Тариф L сегодня дешевле", author="operator")
    customer.say("Тогда беру")
    olga.reads("Тогда беру")


@pytest.fixture
def linked(demo_with_bot: DemoServer) -> DemoServer:
    return demo_with_bot


def test_people_write_first_in_telegram(stage: Stage, linked: DemoServer, telegram: Telegram, bot: BotUser) -> None:
    talk = telegram.talk(bot, "Анна", language="ru")
    telegram.do(talk.say("Сколько стоит тариф L?"))
    telegram.wait_for_text(talk, "Безлимитный")
    olga = Operator.sign_in(stage, linked.links.operator, locale="ru")
    contacts(olga.page)
    olga.page.locator("a[data-row]", has_text="Анна").click()
    olga.page.get_by_role("button", name="Написать").click()
    dialog = olga.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Сообщение").fill("Тариф L сегодня дешевле")
    dialog.get_by_role("button", name="Отправить").click()
    telegram.wait_for_text(talk, "Тариф L сегодня дешевле")
    telegram.do(talk.say("Тогда беру"))
    olga.reads("Тогда беру")
