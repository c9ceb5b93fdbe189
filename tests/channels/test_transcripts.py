"""A customer has what was said sent to them: what they may see, as it is when the letter leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.letters import Postbox, postbox
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until_async


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    async with postbox() as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def mailing(request: pytest.FixtureRequest, box: Postbox, tmp_path: Path) -> AsyncIterator[Site]:
    """A node with a mail server."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(
        database, tmp_path / "data", smtp=box.url, mail_from="Switchboard <chat@example.com>"
    ) as running:  # fmt: skip
        yield running


async def arrived(box: Postbox, count: int = 1) -> None:
    async def there() -> bool:
        return len(box.letters) >= count

    await until_async(there, what=f"{count} letters")


async def test_the_letter_holds_what_the_customer_may_see(mailing: Site, box: Postbox) -> None:
    widget = await mailing.widget(locale="ru")
    assert widget.welcome["mail"] is True
    talk = str((await widget.say("Где мой заказ?"))["conversation"])
    await widget.entry("bot_message")
    await mailing.verb(talk, "note", id="n1", text="a difficult one")
    await widget.send({"type": "transcript", "id": "t1", "email": " ivan@example.com "})
    await widget.expect("ack", id="t1")

    await arrived(box)
    (letter,) = box.letters
    text = letter.get_content()
    assert letter["To"] == "ivan@example.com" and "Фонарь" in str(letter["From"]) and "Фонарь" in letter["Subject"]
    assert "Где мой заказ?" in text and "Помощник" in text and "difficult" not in text
    assert any(entry.event.__class__.__name__ == "TranscriptAsked" for entry in await mailing.log(talk))


async def test_the_same_request_twice_is_one_letter(mailing: Site, box: Postbox) -> None:
    widget = await mailing.widget()
    await widget.say("Hello")
    for _ in range(2):
        await widget.send({"type": "transcript", "id": "t1", "email": "ivan@example.com"})
        await widget.expect("ack", id="t1")
    await widget.send({"type": "transcript", "id": "t2", "email": "ivan@example.com"})
    await arrived(box, 2)
    assert len(box.letters) == 2


async def test_letters_to_strangers_are_few(mailing: Site, box: Postbox) -> None:
    widget = await mailing.widget()
    await widget.say("Hello")
    for number in range(4):
        await widget.send({"type": "transcript", "id": f"t{number}", "email": f"victim{number}@example.com"})
    refused = await widget.expect("refused", id="t3")
    assert refused["problem"]["type"] == "/problems/too_many"


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@example.com", "a@example.com\r\nBcc: b@example.com"])
async def test_what_is_no_address_is_refused(mailing: Site, box: Postbox, email: str) -> None:
    widget = await mailing.widget()
    await widget.say("Hello")
    await widget.send({"type": "transcript", "id": "t1", "email": email})
    assert (await widget.expect("refused", id="t1"))["problem"]["type"] == "/problems/invalid"


async def test_without_a_mail_server_it_is_not_offered(site: Site) -> None:
    widget = await site.widget()
    assert widget.welcome["mail"] is False
    await widget.say("Hello")
    await widget.send({"type": "transcript", "id": "t1", "email": "ivan@example.com"})
    assert (await widget.expect("refused", id="t1"))["problem"]["type"] == "/problems/not_possible"
