"""The bots of all inboxes, as this node knows them: what is set up, each with its line to Telegram."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from channels.telegram import codec
from channels.telegram.client import Client
from channels.telegram.limits import Limits
from gateway.dispatcher.continuing import WEBCHAT, way_on
from gateway.ports import FileSource
from gateway.settings import Settings
from gateway.store import directory, inbox_secrets, inboxes
from gateway.store.directory import TelegramSettings
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet
from gateway.vault import SecretUnreadable, Vault

logger = structlog.get_logger(__name__)


CALLS_END = 60.0
"""Seconds that the calls of a replaced line have for their answers."""
TOPICS = 1000
"""Chats with topics of which it is known where "typing" belongs."""
KEYBOARDS = 1000
FIRST_LOOK = 15.0
"""Seconds for which what is to be sent waits for a node's first look at the database."""


class SetUp(NamedTuple):
    """What makes a bot: when any of it changes, the bot is another one. ``page``: the business has one to go on at."""

    business: str
    inbox: str
    settings: TelegramSettings
    locales: tuple[str, ...]
    sealed: str
    page: bool


@dataclass(eq=False, slots=True)
class BotLine:
    """One inbox's bot. ``face``: as the codec knows it."""

    set_up: SetUp
    face: codec.BotFace
    client: Client
    limits: Limits
    secret: str
    """What Telegram's calls to us carry."""
    told: dict[str, float] = field(default_factory=dict)
    """When a chat was last shown that somebody writes."""
    topics: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """In which topic the customer of a chat spoke last, as this node heard it: that somebody writes is shown there."""

    keyboards: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    """Chats where a keyboard of keys is shown, and whether anything was said since: then the next message takes it away.
    What another node has shown only hides after its use."""

    def note_keyboard(self, address: str, *, is_used: bool) -> None:
        self.keyboards[address] = is_used
        if len(self.keyboards) > KEYBOARDS:
            self.keyboards.popitem(last=False)

    def note_topic(self, address: str, topic: str) -> None:
        self.topics.pop(address, None)
        if topic:
            self.topics[address] = topic
        if len(self.topics) > TOPICS:
            self.topics.popitem(last=False)


class Bots:
    """All bots. ``refresh`` looks at the database; whatever is set up otherwise by then gets a new line."""

    def __init__(
        self, store: Store, vault: Vault, files: FileSource, *, settings: Settings, clock: Callable[[], float]
    ) -> None:  # fmt: skip
        self._store = store
        self._vault = vault
        self._files = files
        self._settings = settings
        self._clock = clock
        self.lines: dict[str, BotLine] = {}
        self._looked = asyncio.Event()
        self._retired: list[BotLine] = []
        self._tasks = TaskSet("telegram.bots")

    def of(self, inbox: str) -> BotLine | None:
        return self.lines.get(inbox)

    async def find(self, inbox: str) -> BotLine | None:
        """As ``of``; a node that has just begun looks at the database first."""
        if not self._looked.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._looked.wait(), FIRST_LOOK)
        return self.of(inbox)

    async def refresh(self) -> None:
        """The new line stands before the old one goes, so that what is sent meanwhile finds one. Raises
        ``StorageUnavailable``."""
        wanted = {one.inbox: one for one in await self._set_ups()}
        for inbox in self.lines.keys() - wanted.keys():
            self._retired.append(self.lines.pop(inbox))
        for inbox, set_up in wanted.items():
            known = self.lines.get(inbox)
            if known is not None and known.set_up == set_up:
                continue
            made = await asyncio.to_thread(self._line, set_up, known)
            if known is not None:
                self._retired.append(self.lines.pop(inbox))
            if made is not None:
                self.lines[inbox] = made
        self._looked.set()

    def close_retired(self) -> None:
        """Ends the lines that were replaced, each once its calls have their answers. Whoever fetched by one has stopped."""
        for line in self._retired:
            self._tasks.start(line.client.aclose(within=CALLS_END), name="close")
        self._retired.clear()

    async def aclose(self) -> None:
        lines, self.lines = [*self.lines.values(), *self._retired], {}
        self._retired = []
        await asyncio.gather(*(line.client.aclose(within=0) for line in lines))
        await self._tasks.finish(within=0)

    async def _set_ups(self) -> list[SetUp]:
        found = await self._store.read("", lambda tx, now: inboxes.of_channel(tx, codec.CHANNEL))
        businesses: dict[str, list[str]] = {}
        for business, inbox in found:
            businesses.setdefault(business, []).append(inbox)
        return [one for business, names in businesses.items() for one in await self._of_business(business, names)]

    async def _of_business(self, business: str, names: list[str]) -> list[SetUp]:
        def unit(tx: Tx, now: int) -> list[SetUp]:
            known = directory.read_business(tx, business)
            locales = known.locales if known is not None else ("en",)
            page = way_on(tx, WEBCHAT) is not None
            made = []
            for name in names:
                entrance, sealed = inboxes.find(tx, name), inbox_secrets.sealed(tx, name)
                if entrance is not None and entrance.settings.telegram is not None and sealed:
                    made.append(SetUp(business, name, entrance.settings.telegram, locales, sealed, page))
            return made

        return await self._store.read(business, unit)

    def _line(self, set_up: SetUp, known: BotLine | None) -> BotLine | None:
        """``known``: the one before it; the same bot goes on with its pace."""
        try:
            token = inbox_secrets.unseal(self._vault, set_up.inbox, set_up.sealed)
        except SecretUnreadable:
            logger.error("telegram_token_unreadable", inbox=set_up.inbox)
            return None
        settings = set_up.settings
        face = codec.BotFace(
            business=set_up.business, inbox=set_up.inbox, bot_id=settings.bot_id, username=settings.username,
            locales=set_up.locales, groups=settings.groups, key=_key(token, "buttons"),
            page=set_up.page,
        )  # fmt: skip
        own = self._settings
        client = Client(
            token, server=own.telegram_server, is_local=own.telegram_local, proxy=settings.proxy, files=self._files
        )  # fmt: skip
        same = known is not None and known.set_up.settings.bot_id == settings.bot_id
        limits = known.limits if known is not None and same else Limits(self._clock)
        return BotLine(set_up, face, client, limits, secret=_key(token, "webhook").hex())


def _key(token: str, purpose: str) -> bytes:
    """A key of its own for each purpose, the same on every node."""
    return hmac.digest(token.encode(), f"switchboard {purpose}".encode(), hashlib.sha256)
