"""What every channel owes its customers, whatever it is made of. One suite, every channel.

A channel joins by a ``Customer``: somebody who writes by it as its customers do and sees what they see.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.model.events import CustomerMessage, Entry, OperatorMessage
from gateway.store import log
from tests.support.stores import Database
from tests.support_edge.clients import Widget
from tests.support_edge.engine import hands_off
from tests.support_edge.site import Site
from tests.support_edge.telegram import Seen
from tests.support_edge.telegram_site import Lines, on_lines
from tests.support_edge.waiting import until_async


class Customer(ABC):
    """Somebody at the far end of a channel."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    @property
    def site(self) -> Site:
        return self.lines.site

    @abstractmethod
    async def open(self) -> None:
        """Comes for the first time."""

    @abstractmethod
    async def say(self, text: str, *, times: int = 1) -> None:
        """Writes; what was written arrives so often (as networks and providers repeat it)."""

    @abstractmethod
    async def sends_file(self, data: bytes, name: str) -> None: ...

    @abstractmethod
    async def hears(self, text: str) -> None:
        """Waits until ``text`` is before their eyes, whole, or in pieces one after another."""

    @abstractmethod
    async def press(self, title: str) -> None:
        """Presses a button that was shown."""

    @abstractmethod
    async def conversation(self) -> str:
        """Where they speak."""


class WebCustomer(Customer):
    widget: Widget

    async def open(self) -> None:
        self.widget = await self.site.widget()
        self._count = 0

    async def say(self, text: str, *, times: int = 1) -> None:
        self._count += 1
        for _ in range(times):
            await self.widget.say(text, id=f"m{self._count}")

    async def sends_file(self, data: bytes, name: str) -> None:
        headers = {"Origin": "https://shop.example", "Authorization": f"Visitor {self.widget.token}"}
        url = f"{self.site.origin}/api/v1/widget/files"
        params = {"inbox": self.site.ours.inbox, "name": name}
        async with self.site.http.post(url, data=data, headers=headers, params=params) as response:
            assert response.status in (200, 201), await response.text()
            file = (await response.json())["id"]
        self._count += 1
        await self.widget.say("", id=f"m{self._count}", files=[file])

    async def hears(self, text: str) -> None:
        while text not in "".join(self.widget.said).replace("\n", ""):
            await self.widget.receive()

    async def press(self, title: str) -> None:
        shown = [button for entry in self.widget.entries for button in entry["event"].get("buttons", ())]
        button = next(one for one in shown if one["title"] == title)
        self._count += 1
        await self.widget.say(title, id=f"m{self._count}", choice=button["payload"])

    async def conversation(self) -> str:
        return str(self.widget.frames[-1]["conversation"])


class TelegramCustomer(Customer):
    async def open(self) -> None:
        pass

    async def say(self, text: str, *, times: int = 1) -> None:
        await self.lines.bot.deliver_copies(times)
        await self.lines.talk.say(text)

    async def sends_file(self, data: bytes, name: str) -> None:
        await self.lines.talk.document(name, data=data, mime="text/plain")

    async def hears(self, text: str) -> None:
        def there(chat: list[Seen]) -> bool:
            return text.replace(" ", "") in "".join(one.text for one in chat if one.from_bot).replace(" ", "")

        await self.lines.talk.wait_until(there)

    async def press(self, title: str) -> None:
        shown = await self.lines.talk.wait_for(lambda one: title in one.labels)
        await self.lines.talk.press(shown, title)

    async def conversation(self) -> str:
        return await self.lines.conversation()


CUSTOMERS: dict[str, Callable[[Lines], Customer]] = {"webchat": WebCustomer, "telegram": TelegramCustomer}


@pytest.fixture
async def lines(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lines]:
    async with on_lines(sqlite_database, tmp_path / "data") as found:
        yield found


@pytest.fixture(params=CUSTOMERS)
async def customer(request: pytest.FixtureRequest, lines: Lines) -> Customer:
    found = CUSTOMERS[request.param](lines)
    await found.open()
    return found


async def entries(customer: Customer) -> list[Entry]:
    name = await customer.conversation()
    return await customer.site.log(name) if name else []


async def messages(customer: Customer, *, count: int) -> list[CustomerMessage]:
    """Their messages in the log, once there are so many."""
    found: list[CustomerMessage] = []

    async def there() -> bool:
        found[:] = [entry.event for entry in await entries(customer) if isinstance(entry.event, CustomerMessage)]
        return len(found) >= count

    await until_async(there, what=f"{count} messages")
    return list(found)


async def take(customer: Customer) -> str:
    """Olga has the conversation."""
    name = await customer.conversation()
    assert (await customer.site.verb(name, "take"))[0] == 200
    return name


async def reply(customer: Customer, name: str, text: str) -> None:
    business = customer.site.ours.business
    state = await customer.site.node.store.read(business, lambda tx, now: log.peek(tx, name))
    assert state is not None
    body: dict[str, Any] = {"id": f"r{abs(hash(text))}", "text": text, "floor_seq": state.floor_seq}
    status, answer = await customer.site.verb(name, "reply", **body)
    assert status == 200, answer


async def test_what_is_written_is_answered(customer: Customer) -> None:
    await customer.say("Where is my order?")

    await customer.hears("You said: Where is my order?")


async def test_what_arrives_three_times_is_there_once(customer: Customer) -> None:
    await customer.say("only once", times=3)
    await customer.say("the next")

    await customer.hears("the next")
    assert [one.text for one in await messages(customer, count=2)] == ["only once", "the next"]


async def test_words_keep_their_order(customer: Customer) -> None:
    for number in range(10):
        await customer.say(f"word {number}")

    assert [one.text for one in await messages(customer, count=10)] == [f"word {number}" for number in range(10)]


async def test_buttons_can_be_pressed(customer: Customer) -> None:
    customer.site.engine.answer = hands_off("customer_asked")
    await customer.say("a person, please")
    await customer.hears("Nobody of our people")
    customer.site.engine.answer = type(customer.site.engine)().answer

    await customer.press("Back to the assistant")

    assert (await messages(customer, count=2))[-1].choice == "/switchboard.bot"


async def test_people_take_over_and_are_heard(customer: Customer) -> None:
    await customer.say("Hello")
    await customer.hears("You said: Hello")

    await reply(customer, await take(customer), "Olga here. It is on its way.")

    await customer.hears("Olga here. It is on its way.")
    await customer.say("Thank you for that")
    assert (await messages(customer, count=2))[-1].text == "Thank you for that"


async def test_long_reply_arrives_whole(customer: Customer) -> None:
    await customer.say("Hello")
    await customer.hears("You said: Hello")
    long = " ".join(f"word{number}" for number in range(440))[:3900].strip()

    await reply(customer, await take(customer), long)

    await customer.hears(long)


async def test_file_is_kept_with_its_message(customer: Customer) -> None:
    await customer.sends_file(b"what I ordered", "order.txt")

    (said,) = await messages(customer, count=1)
    assert [file.name for file in said.files] == ["order.txt"]

    async def kept() -> bool:
        path = f"/api/v1/businesses/{customer.site.ours.business}"
        status, link = await customer.site.call("GET", f"{path}/files/{said.files[0].id}/link")
        if status != 200:
            return False
        async with customer.site.http.get(customer.site.origin + link["url"]) as response:
            return await response.read() == b"what I ordered"

    await until_async(kept, what="the file")


async def test_who_writes_again_speaks_in_the_same_conversation(customer: Customer) -> None:
    await customer.say("first")
    await customer.hears("You said: first")
    before = await customer.conversation()
    await customer.say("second")

    await customer.hears("You said: second")
    assert await customer.conversation() == before


async def test_operators_words_stand_in_the_log_as_they_were_sent(customer: Customer) -> None:
    await customer.say("Hello")
    await customer.hears("You said: Hello")
    await reply(customer, await take(customer), "It **is** ready")

    await customer.hears("ready")
    said = [entry.event for entry in await entries(customer) if isinstance(entry.event, OperatorMessage)]
    assert [one.text for one in said] == ["It **is** ready"]
