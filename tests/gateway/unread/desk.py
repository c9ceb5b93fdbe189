"""A business whose customers went away, a real mail server, its own sender of short messages, and time in the test's hand."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from gateway.dispatcher.continuing import Continued, OpenAtPage
from gateway.dispatcher.setup import UNREAD
from gateway.mail import Mailer
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import AnswersForwarded, Page
from gateway.model.state import Status
from gateway.store import configuration, directory, lists, webhook_calls
from gateway.store.schema import due
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from gateway.store.webhook_calls import WebhookCall
from gateway.unread import SMS_TEST, Sms, Unread
from gateway.unread.sms import sealed_as
from gateway.vault import Vault
from gateway.webhooks.guard import Guard
from gateway.webhooks.signing import new_secret, seal
from tests.gateway.webhooks.receiver import Receiver
from tests.support.letters import Postbox
from tests.support.stores import Place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.times import Times
from tests.support_edge.waiting import until_async

ORIGIN = "https://shop.example"
PAGE = Page(url=f"{ORIGIN}/lamps?id=7#top", title="Lamps")
EMAIL, PHONE = "ann@example.com", "+442079460101"
_LEASES = Query(
    select(due.c.lease_until).where(
        due.c.business_id == bindparam("business_id"), due.c.kind == "unread", due.c.lease_until > 0
    )
)
_LINK = re.compile(r"https://shop\.example\S*#switchboard=(\S+)")


@dataclass
class Desk:
    bench: Bench
    box: Postbox
    vault: Vault

    # --- what they do ---

    async def customer(self, *, address: str = "ann", page: Page | None = PAGE, **details: str) -> str:
        """A conversation that Olga has, whose customer said how they are reached."""
        said = await self.bench.say("Where is it?", address=address, choice=words.ASK_FOR_PERSON, page=page)
        await self.bench.do(said.conversation, c.Take(operator=OLGA))
        for kind, value in details.items():
            await self.bench.do(said.conversation, c.LeaveDetails(kind=kind, value=value))  # type: ignore[arg-type]
        return said.conversation

    async def answer(self, conversation: str, text: str) -> int:
        state = await self.bench.state(conversation)
        if state.status is not Status.OPEN:
            await self.bench.do(conversation, c.Take(operator=OLGA))
            state = await self.bench.state(conversation)
        reply = c.SendReply(operator=OLGA, text=text, floor_seq=state.floor_seq)
        return (await self.bench.do(conversation, reply)).seq

    async def read(self, conversation: str, seq: int) -> None:
        await self.write(lambda tx, now: lists.mark_read(tx, conversation, "customer", seq))

    async def open(self, link: str, *, address: str = "else", key: str = "k1") -> Continued:
        """Another browser goes on by a letter's link. Raises ``LinkOver``."""
        inbox, token, _ = link.split(".")
        policy = self.bench.dispatcher.policy
        unit = OpenAtPage(inbox, address, key, token, None, policy)
        return await self.bench.dispatcher.commit_all(self.bench.place.business, unit, key=address)

    # --- what there is ---

    async def letters(self, count: int) -> list[EmailMessage]:
        async def there() -> bool:
            return len(self.box.letters) >= count

        await until_async(there, what=f"{count} letters")
        await self.bench.quiet()
        assert len(self.box.letters) == count
        return self.box.letters

    async def forwarded(self, conversation: str, times: int = 1) -> list[AnswersForwarded]:
        entries = await self.bench.logged(conversation, "answers_forwarded", times=times)
        return [entry.event for entry in entries if isinstance(entry.event, AnswersForwarded)]

    async def tried(self, left: int) -> None:
        """A try has come and is over; so many answers of the mail server are left."""

        def unit(tx: Tx, now: int) -> bool:
            return not any(row[0] for row in tx.all(_LEASES))

        async def is_so() -> bool:
            return len(self.box.answers) == left and await self.bench.store.read(self.bench.place.business, unit)

        await until_async(is_so, what=f"{left} answers left")

    async def nothing_comes(self, minutes: float = 60) -> None:
        """In all that time no letter leaves, and no row is left that could send one."""
        before = len(self.box.letters)
        for _ in range(4):
            await self.bench.advance(minutes * 15)
            await self.bench.quiet()
        assert len(self.box.letters) == before

    async def calls(self) -> list[WebhookCall]:
        return await self.bench.store.read(
            self.bench.place.business, lambda tx, now: webhook_calls.page(tx, UNREAD, before="z" * 27, limit=50)
        )

    async def write(self, unit: Callable[[Tx, int], Any]) -> Any:
        return await self.bench.store.write(self.bench.place.business, unit)

    async def sms(self, receiver: Receiver, *, email: bool = True) -> str:
        """Short messages are set up; the secret of the calls."""
        secret = new_secret()
        await self.bench.set_up(UNREAD, {"name": "unread", "email": email, "sms": True, "url": receiver.url})
        sealed = seal(self.vault, sealed_as(self.bench.place.business), secret)
        await self.write(lambda tx, now: configuration.seal(tx, UNREAD, UNREAD, sealed))
        return secret


def link_in(text: str) -> str:
    """What of the letter's link stands behind ``#switchboard=``."""
    found = _LINK.search(text)
    assert found is not None, text
    return found[1]


@asynccontextmanager
async def on_desk(store: Store, place: Place, times: Times, box: Postbox) -> AsyncIterator[Desk]:
    settings = directory.InboxSettings(origins=(ORIGIN,))
    await store.write(place.business, lambda tx, now: directory.set_inbox(tx, place.inbox, settings))
    vault = Vault(b"k" * 32)
    mailer = Mailer(box.url, "Switchboard <chat@example.com>")
    opened: list[Sms] = []

    def handling(dispatcher: Any) -> dict[str, Any]:
        sms = Sms(dispatcher, vault, Guard(("127.0.0.0/8",)), clock=times.clock)
        opened.append(sms)
        unread = Unread(dispatcher, mailer, vault, sms, url=lambda: "https://chat.example.com")
        return {UNREAD: unread.claimed, SMS_TEST: sms.claimed}

    async with on_bench(store, place, times, handling=handling, mail=True) as bench:
        yield Desk(bench, box, vault)
    for sms in opened:
        await sms.aclose()


def body_of(call: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(call.body)
    return found
