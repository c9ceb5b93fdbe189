"""A node with a Telegram bot, and a customer who talks with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from gateway.app import Switchboard
from gateway.model.events import AnyEvent, Entry
from gateway.model.state import Conversation
from gateway.store import contacts, directory, inbound, inbox_secrets, inboxes, log
from gateway.store.directory import InboxSettings, Starter, TelegramSettings
from gateway.store.sql import Tx
from tests.support.stores import Database
from tests.support_edge.site import Party, Site, on_site
from tests.support_edge.telegram import BotUser, Messenger, Person, Talk, telegram_double
from tests.support_edge.waiting import until_async

LOOPBACK: dict[str, Any] = {"webhook_networks": ("127.0.0.0/8",)}
"""So that a bot's proxy may stand on this machine."""
E = TypeVar("E", bound=AnyEvent)


@dataclass
class Lines:
    """A site, the messenger beside it, its bot and Ann, who talks with it."""

    site: Site
    telegram: Messenger
    bot: BotUser
    ann: Person
    inbox: str

    @property
    def talk(self) -> Talk:
        return self.ann.talk(self.bot)

    async def conversation(self, chat: int = 0) -> str:
        """Where the chat speaks by now ("" before its first message)."""
        return await conversation_of(self.site.node, self.site.ours.business, self.inbox, chat or self.ann.id)

    async def log(self, chat: int = 0) -> list[Entry]:
        name = await self.conversation(chat)
        return await self.site.log(name) if name else []

    async def events(self, kind: type[E], *, times: int = 1, chat: int = 0) -> list[E]:
        """The events of a kind in the chat's log, once there are so many."""
        found: list[E] = []

        async def there() -> bool:
            found[:] = [entry.event for entry in await self.log(chat) if isinstance(entry.event, kind)]
            return len(found) >= times

        await until_async(there, what=f"{times} × {kind.__name__}")
        return list(found)

    async def seq_of(self, event: AnyEvent) -> int:
        return next(entry.seq for entry in await self.log() if entry.event == event)

    async def state(self, chat: int = 0) -> Conversation:
        name = await self.conversation(chat)
        state = await self.site.node.store.read(self.site.ours.business, lambda tx, now: log.peek(tx, name))
        assert state is not None
        return state

    async def set(self, **changes: object) -> None:
        """Alters the settings of the bot's inbox."""

        def unit(tx: Tx, now: int) -> None:
            found = inboxes.find(tx, self.inbox)
            assert found is not None
            assert inboxes.change(tx, found, name=found.name, settings=replace(found.settings, **changes))

        await self.site.node.store.write(self.site.ours.business, unit)

    async def verb(self, name: str, **body: Any) -> dict[str, Any]:
        """Something that Olga does in Ann's conversation."""
        if name in ("reply", "return_to_bot", "resolve"):
            body.setdefault("floor_seq", (await self.state()).floor_seq)
        status, answer = await self.site.verb(await self.conversation(), name, **body)
        assert status == 200, answer
        return answer


async def conversation_of(node: Switchboard, business: str, inbox: str, chat: int) -> str:
    def unit(tx: Tx, now: int) -> str:
        identity = inbound.find_identity(tx, inbox, str(chat))
        return identity.conversation if identity else ""

    return await node.store.read(business, unit)


class Token(Protocol):
    """A bot as its owner knows it."""

    @property
    def id(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def token(self) -> str: ...


async def add_bot(node: Switchboard, party: Party, bot: Token, **settings: object) -> str:
    """The bot as an inbox of the business; its id."""

    def unit(tx: Tx, now: int) -> str:
        made = directory.add_inbox(
            tx, channel="telegram", name="Telegram", now=now,
            settings=InboxSettings(
                greeting={"ru": "Здравствуйте! Это бот.", "en": "Hello! This is the bot."},
                starters=(Starter(titles={"ru": "Тарифы", "en": "Plans"}, payload="/plans"),),
                telegram=TelegramSettings(bot_id=bot.id, username=bot.username, name="Lantern", **settings),  # type: ignore[arg-type]
            ),
        )  # fmt: skip
        inbox_secrets.put(tx, made.id, inbox_secrets.seal(node.vault, made.id, bot.token))
        return made.id

    inbox = await node.store.write(party.business, unit)
    node.telegram.look()
    return inbox


@asynccontextmanager
async def on_lines(database: Database, folder: Path, **changes: Any) -> AsyncIterator[Lines]:
    async with (
        telegram_double() as telegram,
        on_site(database, folder, **{"telegram_server": telegram.url, **LOOPBACK, **changes}) as site,
    ):
        bot = await telegram.add_bot()
        ann = await telegram.add_user("Ann")
        inbox = await add_bot(site.node, site.ours, bot)
        yield Lines(site, telegram, bot, ann, inbox)


async def name_of(lines: Lines, identity: str) -> str:
    """What the contact of an identity is called."""

    def unit(tx: Tx, now: int) -> str:
        found = contacts.address(tx, identity)
        known = contacts.read(tx, found.contact) if found else None
        return known.name if known else ""

    return await lines.site.node.store.read(lines.site.ours.business, unit)
