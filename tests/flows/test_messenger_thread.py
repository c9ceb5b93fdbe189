"""What a messenger tells beside words, as an operator sees it: albums, edits, voices, places, and that nothing arrives."""

from __future__ import annotations

import io
import math
import re
import struct
import wave
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Locator, expect

from gateway.model import commands as c
from gateway.model.events import Attachment, Endpoint, OperatorMessage, Phone, Place, Span
from gateway.store import log
from gateway.store.directory import Business
from gateway.store.sql import Tx
from tests.flows.outages import change
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_files import picture, send


def sound(seconds: int = 3) -> bytes:
    """A quiet tone, as WAV."""
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", int(2000 * math.sin(at / 4))) for at in range(8000 * seconds)))
    return held.getvalue()


def tell(tx: Tx, now: int, business: Business) -> None:
    """As a messenger's channel would leave it. The files are those that the operator has sent."""
    scoped = tx.for_business(business.id)
    scoped._cursor.execute("SELECT id FROM conversations")
    (conversation,) = scoped._cursor.fetchone()
    state = log.load(scoped, conversation)
    assert state is not None and state.endpoint is not None and state.owner is not None
    sent = next(e.event for e in reversed(log.read_all(scoped, conversation)) if isinstance(e.event, OperatorMessage))
    assert isinstance(sent, OperatorMessage)
    red, blue, voice = sent.files
    there = Endpoint(inbox=state.endpoint.inbox, identity="identity-telegram", channel="telegram")
    draft = log.Draft(conversation, state, now=now)

    def say(text: str = "", **further: object) -> int:
        draft.apply(c.Say(text=text, endpoint=there, **further))  # type: ignore[arg-type]
        assert draft.state is not None
        return draft.state.last_input

    draft.apply(c.JoinChannel(endpoint=there))
    draft.apply(c.OpenChat(endpoint=there, payload="spring"))
    album = say("Вот мой счёт", files=(as_kind(red, "photo"),))
    draft.apply(c.Extend(seq=album, files=(as_kind(blue, "photo"),)))
    wrong = say("Код 1234, номер 12", spans=(Span(kind="spoiler", at=4, length=4), Span(kind="bold", at=16, length=2)))
    draft.apply(c.Edit(seq=wrong, text="Код 1234, номер 13", spans=(Span(kind="spoiler", at=4, length=4),)))
    say(files=(replace(as_kind(voice, "voice"), seconds=3),))
    say(place=Place(latitude=55.7512, longitude=37.6184, title="Чайная лавка", address="Тихая улица, 1"))
    say(phone=Phone(number="+74950000001", name="Анна Пример", own=True))
    say("Вот что мне писали", forwarded="Служба доставки")
    say(unsupported="dice")
    olga, floor = state.owner, draft.state.floor_seq if draft.state else 0
    reply = c.SendReply(operator=olga, text="Ваш заказ **в пути**", floor_seq=floor, endpoint=there, reply_to=album)
    said, target = answer(draft, reply)
    draft.apply(c.React(seq=said, emoji=("👍", "❤️")))
    draft.apply(c.EditReply(operator=olga, seq=said, text="Ваш заказ **уже у двери**", target=target))
    gone, target = answer(draft, replace(reply, text="Это для другого клиента", reply_to=0))
    draft.apply(c.DeleteReply(operator=olga, seq=gone, target=target))
    draft.apply(c.LoseEndpoint(endpoint=there))
    log.save(scoped, draft)


def as_kind(file: Attachment, kind: str) -> Attachment:
    return replace(file, kind=kind)


def answer(draft: log.Draft, reply: c.SendReply) -> tuple[int, OperatorMessage]:
    (said,) = draft.apply(reply)
    assert isinstance(said, OperatorMessage) and draft.state is not None
    return draft.state.seq, said


@pytest.fixture
def told(customer: Customer, olga: Operator, demo: DemoServer) -> Iterator[Operator]:
    """Olga's console, with a conversation that has been through a messenger."""
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    send(olga, ("red.png", picture()), ("blue.png", picture(90)), ("voice.wav", sound()), text="Файлы")
    olga.sees("Файлы", author="operator")
    demo.stop()
    change(demo, tell)
    demo.start()
    olga.reads("spring")
    yield olga


def message(operator: Operator, words: str) -> Locator:
    return operator.articles().filter(has_text=words).first


def test_thread_shows_what_a_messenger_tells(told: Operator) -> None:
    told.reads("Клиент открыл чат · spring")
    expect(message(told, "Вот мой счёт").get_by_role("img")).to_have_count(2)

    edited = message(told, "номер 13")
    edited.get_by_role("button", name="изменено").click()
    expect(edited.get_by_role("list", name="Что было написано раньше")).to_contain_text("номер 12")
    spoiler = edited.get_by_role("button", name="Скрытый текст: показать").first
    spoiler.focus()
    told.page.keyboard.press("Enter")
    expect(edited.locator(".bubble")).to_have_text("Код 1234, номер 13")

    player = told.log.get_by_role("group", name="Голосовое сообщение")
    expect(player.get_by_role("button", name="Слушать")).to_be_enabled()
    expect(player).to_contain_text("0:03")
    expect(player.get_by_role("slider", name="Место записи")).to_be_enabled()

    expect(told.log.get_by_role("link", name="Открыть на карте")).to_have_attribute(
        "href", "https://www.openstreetmap.org/?mlat=55.751200&mlon=37.618400#map=16/55.751200/37.618400"
    )
    expect(told.log.get_by_role("link", name="+74950000001")).to_have_attribute("href", "tel:+74950000001")
    told.reads("Собственный номер")
    told.reads("Переслано от: Служба доставки")
    told.reads("Бросок кубика: это видно только в мессенджере")
    expect(message(told, "уже у двери").locator("strong")).to_have_text("уже у двери")
    expect(message(told, "уже у двери").get_by_role("list", name="Реакции клиента")).to_contain_text("👍")
    expect(message(told, "Это для другого клиента")).to_contain_text("Сообщение отозвано")


def test_quote_leads_to_what_it_answers(told: Operator) -> None:
    quote = message(told, "уже у двери").get_by_role("button", name="Вот мой счёт")
    quote.click()
    expect(message(told, "Вот мой счёт")).to_have_class(re.compile(r"\blit\b"))


def test_operator_is_told_that_nothing_arrives_there(told: Operator) -> None:
    told.reads("Телеграм: клиент нас заблокировал или удалил аккаунт")
    expect(told.page.get_by_role("main")).to_contain_text("Ответ можно отправить сюда: Чат на сайте.")
    channels = told.page.get_by_role("combobox", name="Канал ответа")
    expect(channels.locator("option:disabled")).to_contain_text("не доходит")
    expect(channels.locator("option:checked")).to_contain_text("Чат на сайте")


def test_list_says_that_the_last_words_were_taken_back(told: Operator) -> None:
    told.tab("mine").click()
    expect(told.rows.first).to_contain_text("Сообщение отозвано")


def test_operator_answers_a_message_changes_it_and_takes_it_back(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    customer.say("Где мой заказ?")
    asked = message(olga, "Где мой заказ?")
    asked.hover()
    asked.get_by_role("button", name="Ответить на это").click()
    expect(olga.field).to_be_focused()
    olga.write("Заказ **едет**")
    said = olga.articles("operator").last
    expect(said.get_by_role("button", name="Где мой заказ?")).to_be_visible()
    expect(said.get_by_role("img", name="Отправлено").or_(said.get_by_role("img", name="Прочитано"))).to_be_attached()
    expect(customer.bubbles("operator").last.locator("strong")).to_have_text("едет")
    expect(customer.bubbles("operator").last).to_contain_text("Где мой заказ?")

    said.hover()
    said.get_by_role("button", name="Изменить").click()
    expect(olga.field).to_have_value("Заказ **едет**")
    olga.page.keyboard.press("Escape")
    expect(olga.field).to_have_value("")
    said.hover()
    said.get_by_role("button", name="Изменить").click()
    olga.write("Заказ **приехал**")
    expect(said.get_by_role("button", name="изменено")).to_be_visible()
    expect(customer.bubbles("operator").last.locator("strong")).to_have_text("приехал")

    said.hover()
    said.get_by_role("button", name="Отозвать").click()
    said.get_by_role("alertdialog").get_by_role("button", name="Отозвать").click()
    expect(said).to_contain_text("Сообщение отозвано")
    expect(customer.bubbles("operator").filter(has_text="приехал")).to_have_count(0)


def test_operator_sends_a_place(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    olga.page.get_by_role("button", name="Отправить место").click()
    olga.page.get_by_label("Где это").fill("https://yandex.ru/maps/?ll=37.61%2C55.75&z=16")
    olga.page.get_by_label("Как его назвать").fill("Чайная лавка")
    olga.page.get_by_role("dialog").get_by_role("button", name="Отправить").click()
    expect(olga.articles("operator").last).to_contain_text("55.75000, 37.61000")
    expect(customer.panel.get_by_role("link", name="Чайная лавка")).to_be_visible()
