"""A customer says it in a voice message: the bot answers what is said, and everybody reads it under the player."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.flows.axe import assert_no_faults
from tests.flows.calling import spoken
from tests.flows.people import Customer, Operator
from tests.support.voices import ogg

PATIENCE = 60_000
"""Milliseconds: the engine learns the bot's phrases first."""


def send(customer: Customer, sound: bytes) -> None:
    customer.attach({"name": "голос.ogg", "mimeType": "audio/ogg", "buffer": sound})
    customer.panel.get_by_role("button", name="Отправить").click()


def test_a_voice_message_is_answered_as_if_it_was_written(customer: Customer, olga: Operator) -> None:
    send(customer, ogg(spoken(0.5, "Сколько стоит интернет?", 1.0)))

    expect(customer.log.locator(".heard")).to_have_text(re.compile("сколько стоит интернет", re.I), timeout=PATIENCE)
    expect(customer.log).to_contain_text("Безлимитный интернет")
    assert_no_faults(customer.page)

    customer.ask_for_person()
    expect(olga.rows.first).to_be_visible()
    olga.choose()
    words = olga.log.get_by_role("group", name="Что в нём сказано")
    expect(words).to_have_text(re.compile("сколько стоит интернет", re.I))
    assert_no_faults(olga.page)


def test_what_cannot_be_understood_is_said_so(customer: Customer, olga: Operator) -> None:
    send(customer, ogg(spoken(1.0))[:100])

    expect(customer.log).to_contain_text("Не получилось разобрать голосовое сообщение", timeout=PATIENCE)
    customer.ask_for_person()
    olga.choose()
    expect(olga.log).to_contain_text("Звук не читается.")
