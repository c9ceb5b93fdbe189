"""Bots of messengers as inboxes: whose a token is, a new token, how a bot's line does, its picture."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from msgspec.structs import replace

from gateway.admin.inbox_settings import check_proxy
from gateway.errors import InUse, Invalid, NotFound
from gateway.faults import refusals
from gateway.http.changing import actor, write
from gateway.http.routes import ADMINISTRATORS, EVERYONE, Call, Route
from gateway.ports import BotLines, FoundBot, LineHealth
from gateway.store import audit, inbox_secrets, inboxes
from gateway.store.directory import InboxSettings, TelegramSettings
from gateway.store.inboxes import Entrance
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.vault import Vault
from gateway.webhooks.guard import Guard

if TYPE_CHECKING:
    from gateway.admin.inboxes import InboxBody

TELEGRAM = "telegram"
CHECK = "/api/v1/businesses/{business}/telegram/check"
ONE = "/api/v1/businesses/{business}/inboxes/{inbox}"

Token = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class MessengerToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Token
    proxy: Annotated[str, msgspec.Meta(max_length=300)] = ""


class MessengerBot(msgspec.Struct, frozen=True, kw_only=True):
    """``picture``: a JPEG in base64, "" for none. ``taken``: the name of this business's inbox that has it; another
    business's is told without a name (``elsewhere``)."""

    id: int
    username: str
    name: str
    picture: bytes
    taken: str
    elsewhere: bool


class Messengers:
    """The routes of messengers' bots."""

    def __init__(self, store: Store, vault: Vault, lines: BotLines, guard: Guard) -> None:
        self._store = store
        self._vault = vault
        self._lines = lines
        self._guard = guard

    def routes(self) -> list[Route]:
        tags = ("business",)
        return [
            Route(method="POST", path=CHECK, handler=self.check, summary="Whose a Telegram token is",
                  access=ADMINISTRATORS, body=MessengerToken, answer=MessengerBot, tags=tags),
            Route(method="POST", path=ONE + "/token", handler=self.new_token, summary="A bot's new token", status=204,
                  access=ADMINISTRATORS, body=MessengerToken, tags=tags),
            Route(method="GET", path=ONE + "/line", handler=self.line, summary="How a bot's line does",
                  access=ADMINISTRATORS, answer=LineHealth, tags=tags),
            Route(method="GET", path=ONE + "/picture", handler=self.picture, summary="A bot's picture",
                  access=EVERYONE, tags=tags),
        ]  # fmt: skip

    async def found(self, body: InboxBody) -> FoundBot:
        """The bot of a new inbox. Raises ``Invalid``, ``InUse``."""
        proxy = body.settings.telegram.proxy if body.settings.telegram is not None else ""
        return await self._new(body.token, proxy)

    async def check(self, call: Call) -> MessengerBot:
        found = await self._look(call.body.token, call.body.proxy)
        business, name = await self._holder(found.id)
        mine = business == call.business
        return MessengerBot(
            id=found.id, username=found.username, name=found.name, picture=found.picture, taken=name if mine else "",
            elsewhere=bool(business) and not mine,
        )  # fmt: skip

    async def new_token(self, call: Call) -> web.Response:
        """Only of the same bot: whoever wrote to another one didn't write to this."""
        inbox, by = call.param("inbox"), actor(call.who)
        known = await self._store.read(call.business, lambda tx, now: _telegram(tx, inbox))
        before = known.settings.telegram or TelegramSettings()
        found = await self._look(call.body.token, before.proxy)
        if not before.bot_id:
            await self._check_free(found)
        elif found.id != before.bot_id:
            raise Invalid(refusals.OTHER_BOT(username=found.username), field="token")
        sealed = inbox_secrets.seal(self._vault, inbox, call.body.token.strip())

        def unit(tx: Tx, now: int) -> None:
            entrance = _telegram(tx, inbox)
            inbox_secrets.put(tx, inbox, sealed)
            inboxes.change(tx, entrance, name=entrance.name, settings=with_bot(entrance.settings, found))
            audit.note(tx, by, "token_changed", kind="inbox", subject=inbox, name=entrance.name, now=now)

        await write(self._store, call, unit)
        return web.Response(status=204)

    async def line(self, call: Call) -> LineHealth:
        inbox = call.param("inbox")
        await self._store.read(call.business, lambda tx, now: _telegram(tx, inbox))
        return self._lines.health(inbox)

    async def picture(self, call: Call) -> web.Response:
        """A JPEG; 204 where it has none."""
        inbox = call.param("inbox")
        await self._store.read(call.business, lambda tx, now: _telegram(tx, inbox))
        body = await self._lines.picture(inbox)
        if not body:
            return web.Response(status=204)
        headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=body, content_type="image/jpeg", headers=headers)

    async def _new(self, token: str, proxy: str) -> FoundBot:
        found = await self._look(token, proxy)
        await self._check_free(found)
        return found

    async def judge_way(self, settings: InboxSettings) -> None:
        """Raises ``Invalid`` for a proxy that isn't one, or stands where this server may not be led."""
        proxy = settings.telegram.proxy.strip() if settings.telegram is not None else ""
        if proxy:
            await self._judge_proxy(proxy)

    async def _judge_proxy(self, proxy: str) -> None:
        check_proxy(proxy)
        parts = urlsplit(proxy)
        host = parts.hostname or ""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, parts.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Invalid(refusals.UNREACHABLE_BY_PROXY(), field="telegram.proxy") from error
        addresses = {ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found}
        if not all(self._guard.allows(address) for address in addresses):
            raise Invalid(refusals.PROXY_INSIDE(host=host), field="telegram.proxy")

    async def _look(self, token: str, proxy: str) -> FoundBot:
        if not token.strip():
            raise Invalid(refusals.NO_TOKEN(), field="token")
        if proxy.strip():
            await self._judge_proxy(proxy.strip())
        return await self._lines.check(token.strip(), proxy=proxy.strip())

    async def _check_free(self, found: FoundBot) -> None:
        if (await self._holder(found.id))[0]:
            raise InUse(refusals.BOT_TAKEN(username=found.username), field="token")

    async def _holder(self, bot: int) -> tuple[str, str]:
        """(business, name) of the inbox that has the bot; "" where none has."""
        for business, inbox in await self._store.read("", lambda tx, now: inboxes.of_channel(tx, TELEGRAM)):
            entrance = await self._store.read(business, lambda tx, now, inbox=inbox: inboxes.find(tx, inbox))  # type: ignore[misc]
            if entrance is not None and entrance.settings.telegram and entrance.settings.telegram.bot_id == bot:
                return business, entrance.name
        return "", ""


def without_proxy(settings: InboxSettings) -> InboxSettings:
    """For whoever need not know by which way a bot is reached."""
    if settings.telegram is None or not settings.telegram.proxy:
        return settings
    return replace(settings, telegram=replace(settings.telegram, proxy=""))


def with_bot(settings: InboxSettings, found: FoundBot) -> InboxSettings:
    """The settings of an inbox whose bot this is."""
    before = settings.telegram or TelegramSettings()
    who = replace(before, bot_id=found.id, username=found.username, name=found.name)
    return replace(settings, telegram=who)


def _telegram(tx: Tx, inbox: str) -> Entrance:
    found = inboxes.find(tx, inbox)
    if found is None or found.channel != TELEGRAM:
        raise NotFound("There is no such bot in this business.")
    return found
