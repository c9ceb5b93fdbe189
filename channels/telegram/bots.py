"""The bots of all inboxes, as this node knows them: what is set up, each with its line to Telegram."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from channels.telegram import codec
from channels.telegram.client import Client
from channels.telegram.limits import Limits
from gateway.ports import FileSource
from gateway.settings import Settings
from gateway.store import directory, inbox_secrets, inboxes
from gateway.store.directory import TelegramSettings
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.vault import SecretUnreadable, Vault

logger = structlog.get_logger(__name__)


FIRST_LOOK = 15.0
"""Seconds for which what is to be sent waits for a node's first look at the database."""


class SetUp(NamedTuple):
    """What makes a bot: when any of it changes, the bot is another one."""

    business: str
    inbox: str
    settings: TelegramSettings
    locales: tuple[str, ...]
    sealed: str


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

    def of(self, inbox: str) -> BotLine | None:
        return self.lines.get(inbox)

    async def find(self, inbox: str) -> BotLine | None:
        """As ``of``; a node that has just begun looks at the database first."""
        if not self._looked.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._looked.wait(), FIRST_LOOK)
        return self.of(inbox)

    async def refresh(self) -> None:
        """Raises ``StorageUnavailable``."""
        wanted = {one.inbox: one for one in await self._set_ups()}
        for inbox, line in list(self.lines.items()):
            if wanted.get(inbox) != line.set_up:
                del self.lines[inbox]
                await line.client.aclose()
        for inbox, set_up in wanted.items():
            made = await asyncio.to_thread(self._line, set_up) if inbox not in self.lines else None
            if made is not None:
                self.lines[inbox] = made
        self._looked.set()

    async def aclose(self) -> None:
        lines, self.lines = list(self.lines.values()), {}
        await asyncio.gather(*(line.client.aclose() for line in lines))

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
            made = []
            for name in names:
                entrance, sealed = inboxes.find(tx, name), inbox_secrets.sealed(tx, name)
                if entrance is not None and entrance.settings.telegram is not None and sealed:
                    made.append(SetUp(business, name, entrance.settings.telegram, locales, sealed))
            return made

        return await self._store.read(business, unit)

    def _line(self, set_up: SetUp) -> BotLine | None:
        try:
            token = inbox_secrets.unseal(self._vault, set_up.inbox, set_up.sealed)
        except SecretUnreadable:
            logger.error("telegram_token_unreadable", inbox=set_up.inbox)
            return None
        settings = set_up.settings
        face = codec.BotFace(
            business=set_up.business, inbox=set_up.inbox, bot_id=settings.bot_id, username=settings.username,
            locales=set_up.locales, groups=settings.groups, key=_key(token, "buttons"),
        )  # fmt: skip
        own = self._settings
        client = Client(
            token, server=own.telegram_server, is_local=own.telegram_local, proxy=settings.proxy, files=self._files
        )  # fmt: skip
        return BotLine(set_up, face, client, Limits(self._clock), secret=_key(token, "webhook").hex())


def _key(token: str, purpose: str) -> bytes:
    """A key of its own for each purpose, the same on every node."""
    return hmac.digest(token.encode(), f"switchboard {purpose}".encode(), hashlib.sha256)
