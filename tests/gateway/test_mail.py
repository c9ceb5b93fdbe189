"""Letters leave by a real mail server, and say whether they can be tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.errors import DeliveryRefused, RetryLater, StartupError
from gateway.mail import Mailer, read_server
from tests.support.letters import Postbox, postbox

SENDER = "Switchboard <chat@example.com>"


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    async with postbox() as opened:
        yield opened


async def test_a_letter_arrives_as_it_was_written(box: Postbox) -> None:
    await Mailer(box.url, SENDER).send(
        "ivan@example.com", subject="Ваш диалог", text="Привет\n.\nконец\n", name="Фонарь"
    )
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("ivan@example.com", "Ваш диалог")
    assert str(letter["From"]) == "Фонарь <chat@example.com>"
    assert letter.get_content().replace("\r\n", "\n") == "Привет\n.\nконец\n"
    assert letter["Auto-Submitted"] == "auto-generated"


async def test_no_header_can_be_smuggled_in(box: Postbox) -> None:
    await Mailer(box.url, SENDER).send(
        "a@example.com", subject="x\r\nBcc: b@example.com", text="t", name="y\nBcc: c@d.e"
    )
    (letter,) = box.letters
    assert letter["Bcc"] is None and letter["Subject"] == "x Bcc: b@example.com"


async def test_a_refusal_is_for_good_and_a_delay_is_not(box: Postbox) -> None:
    mailer = Mailer(box.url, SENDER)
    box.answers = ["550 no such box", "451 later, please"]
    with pytest.raises(DeliveryRefused):
        await mailer.send("nobody@example.com", subject="s", text="t")
    with pytest.raises(RetryLater):
        await mailer.send("ivan@example.com", subject="s", text="t")
    await mailer.send("ivan@example.com", subject="s", text="t")
    assert len(box.letters) == 1


async def test_a_server_that_is_away_is_asked_again() -> None:
    with pytest.raises(RetryLater):
        await Mailer("smtp://127.0.0.1:9", SENDER).send("ivan@example.com", subject="s", text="t")


async def test_without_a_server_nothing_can_be_sent() -> None:
    mailer = Mailer("", "")
    assert not mailer.ready
    with pytest.raises(DeliveryRefused):
        await mailer.send("ivan@example.com", subject="s", text="t")


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:99999"])
def test_an_address_that_is_none_is_told_at_the_start(url: str) -> None:
    with pytest.raises(StartupError):
        Mailer(url, SENDER)


def test_a_sender_is_needed() -> None:
    with pytest.raises(StartupError):
        Mailer("smtp://mail.example.com", "")


def test_a_password_may_have_any_character() -> None:
    assert read_server("smtps://me%40x:p%2Fw@mail.example.com") == ("mail.example.com", 465, "me@x", "p/w", True)
