"""A customer leaves before the answer: it comes by e-mail, and its link brings them back into the same conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import bindparam, update

from gateway.dispatcher.setup import UNREAD
from gateway.store.directory import Business
from gateway.store.schema import due
from gateway.store.sql import Query, Tx
from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.outages import change
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer, copy_of
from tests.support.letters import Postbox, mail_server

_NOW = Query(
    update(due)
    .where(due.c.business_id == bindparam("business_id"), due.c.kind == UNREAD)
    .values(due_at=bindparam("new_due_at"))
)
_EARLIER = "UPDATE events SET at = at - 600000000"


@pytest.fixture
def box() -> Iterator[Postbox]:
    with mail_server() as opened:
        yield opened


@pytest.fixture
def demo(trained: Path, tmp_path: Path, box: Postbox) -> Iterator[DemoServer]:
    """With a mail server."""
    server = DemoServer(
        copy_of(trained, tmp_path / "data"),
        {"SWITCHBOARD_SMTP": box.url, "SWITCHBOARD_MAIL_FROM": "Switchboard <chat@example.com>"},
    )
    server.start()
    yield server
    server.stop()


def ten_minutes_pass(tx: Tx, now: int, business: Business) -> None:
    """What was said is ten minutes old, and what waits for that is due."""
    scoped = tx.for_business(business.id)
    scoped.execute(_NOW, new_due_at=0)
    scoped._cursor.execute(_EARLIER)


@contextmanager
def stopped(demo: DemoServer) -> Iterator[None]:
    demo.stop()
    yield
    demo.start()


def test_customer_who_left_reads_the_answer_by_mail_and_goes_on_in_another_browser(
    stage: Stage, demo: DemoServer, box: Postbox, customer: Customer, olga: Operator
) -> None:
    customer.say("Где моя лампа?")
    customer.ask_for_person()
    customer.panel.get_by_role("button", name="Эл. почта").click()
    customer.panel.get_by_role("textbox", name="Эл. почта").fill("ivan@example.com")
    customer.panel.get_by_role("textbox", name="Эл. почта").press("Enter")
    olga.choose("человека")
    olga.take()
    olga.reads("Клиент оставил эл. почту: ivan@example.com")
    page = customer.page.url
    customer.page.goto("about:blank")
    olga.write("Лампа уже едет")
    olga.write("Будет к шести")
    expect(olga.rows.first).to_contain_text("Будет к шести")  # it is on disk
    with stopped(demo):
        change(demo, ten_minutes_pass)

    letter = box.wait()
    text = letter.get_content()
    assert letter["To"] == "ivan@example.com" and "> Лампа уже едет" in text and "> Будет к шести" in text
    assert "Где моя лампа?" not in text
    olga.reads("Здесь не прочитано, отправлено и письмом: ivan@example.com")
    assert_no_faults(olga.page)

    # Another browser: nothing is shown before the press, and then all of it.
    link = next(found[0] for found in re.finditer(r"http\S+#switchboard=\S+", text))
    assert link.startswith(page.partition("#")[0])
    elsewhere = Customer(stage.page(locale="ru"), "ru")
    elsewhere.page.goto(link)
    expect(elsewhere.panel.locator(".arrival")).to_contain_text("Продолжить здесь диалог")
    expect(elsewhere.log).not_to_contain_text("Лампа уже едет")
    assert_no_faults(elsewhere.page)
    elsewhere.panel.get_by_role("button", name="Продолжить здесь").click()
    elsewhere.sees("Лампа уже едет", author="operator")
    elsewhere.sees("Где моя лампа?", author="customer")
    elsewhere.say("Отлично, жду")
    olga.reads("Отлично, жду")
    olga.write("Хорошего вечера")
    elsewhere.hears("Хорошего вечера", author="operator")

    # In the browser that has the conversation the link only shows it.
    customer.page.goto(link)
    customer.sees("Хорошего вечера", author="operator")
    expect(customer.panel.locator(".arrival")).to_have_count(0)

    # A third one gets nothing by it.
    third = Customer(stage.page(locale="ru"), "ru")
    third.page.goto(link)
    third.panel.get_by_role("button", name="Продолжить здесь").click()
    expect(third.panel.locator(".arrival")).to_contain_text("Ссылка больше не действует")

    # The last line of the letter ends such letters, at a press.
    stop = next(found[0] for found in re.finditer(r"http\S+/letters/stop/\S+", text))
    own = stage.page(locale="ru")
    own.goto(stop)
    expect(own.get_by_role("status")).to_contain_text("Больше не присылать?")
    assert_no_faults(own)
    own.get_by_role("button", name="Больше не присылать").click()
    expect(own.get_by_role("status")).to_contain_text("больше не пришлёт")
    own.get_by_role("button", name="Это ошибка").click()
    expect(own.get_by_role("status")).to_contain_text("снова будут приходить")
    assert len(box.letters) == 1


def test_a_supervisor_sends_again_what_the_mail_server_refused(
    demo: DemoServer, box: Postbox, customer: Customer, olga: Operator, anna: Operator
) -> None:  # fmt: skip
    box.answers.append("550 No such mailbox")
    customer.ask_for_person()
    customer.panel.get_by_role("button", name="Эл. почта").click()
    customer.panel.get_by_role("textbox", name="Эл. почта").fill("ivan@example.com")
    customer.panel.get_by_role("textbox", name="Эл. почта").press("Enter")
    olga.choose("человека")
    olga.take()
    olga.reads("Клиент оставил эл. почту: ivan@example.com")
    customer.page.goto("about:blank")
    olga.write("Лампа уже едет")
    expect(olga.rows.first).to_contain_text("Лампа уже едет")
    with stopped(demo):
        change(demo, ten_minutes_pass)

    olga.reads("письмо на ivan@example.com не ушло")
    expect(olga.log.get_by_role("button", name="Отправить ещё раз")).to_have_count(0)
    anna.choose("Лампа уже едет", view="all")
    again = anna.log.get_by_role("button", name="Send again")
    expect(anna.log).to_contain_text("the e-mail to ivan@example.com did not go out")
    assert_no_faults(anna.page)
    again.click()
    assert "> Лампа уже едет" in box.wait().get_content()
    anna.reads("sent by e-mail too: ivan@example.com")
    expect(again).to_have_count(0)


def test_administrator_sets_up_how_unread_answers_go_out(
    stage: Stage, demo: DemoServer, anna: Operator
) -> None:  # fmt: skip
    stage.allow("422 (Unprocessable Entity)")
    page = anna.page
    page.goto(f"{demo.links.origin}/console/#/settings/unread")
    expect(page.get_by_role("heading", name="Unread answers")).to_be_visible()
    expect(page.get_by_label("Send it by e-mail")).to_be_checked()
    page.get_by_label("Tell them by SMS").check()
    address = page.get_by_label("Address of the system that sends SMS")
    address.fill("sms.example.com")
    page.get_by_role("button", name="Save").click()
    expect(address).to_have_attribute("aria-invalid", "true")
    address.fill("http://127.0.0.1:9/send")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name=re.compile("New secret|Make")).first.click()
    expect(page.get_by_text(re.compile("^whsec_"))).to_be_visible()
    number = page.get_by_label("Your own phone number")
    number.fill("12")
    page.get_by_role("button", name="Send a test").click()
    expect(number).to_have_attribute("aria-invalid", "true")
    number.fill("+44 20 7946 0101")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("inside a network")).to_be_visible()
    assert_no_faults(page)
    page.reload()
    expect(page.get_by_label("Address of the system that sends SMS")).to_have_value("http://127.0.0.1:9/send")
