"""The ways in: made, set, looked after, tried and taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec.structs import replace

from gateway.admin.inbox_settings import judge_settings
from gateway.admin.messengers import TELEGRAM, Messengers, with_bot, without_proxy
from gateway.dispatcher import Dispatcher
from gateway.errors import InUse, NotFound, NotPossible, Refused
from gateway.http.changing import actor, conflict, write
from gateway.http.refusals import Refusals
from gateway.http.routes import ADMINISTRATORS, EVERYONE, Call, Route
from gateway.http.texts import name_of
from gateway.model import commands as c
from gateway.model.events import BotMessage, SystemNotice
from gateway.model.ids import new_id
from gateway.ports import Inbound
from gateway.store import audit, directory, inbox_secrets, inboxes, log
from gateway.store.audit import Actor
from gateway.store.directory import InboxSettings
from gateway.store.inboxes import Entrance
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.vault import Vault
from speech.catalogue import Known

PATH = "/api/v1/businesses/{business}/inboxes"
ONE = PATH + "/{inbox}"
TEST_SECONDS = 10.0
"""How long a test waits for the answer."""
TEST_LOOK = 0.1

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


Token = Annotated[str, msgspec.Meta(max_length=100)]


class SettingsBody(InboxSettings, frozen=True, forbid_unknown_fields=True):
    """What comes in; on disk a newer release may have more."""


class InboxBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``token``: of a Telegram bot, as BotFather gave it; kept sealed, and shown to nobody again."""

    channel: Literal["webchat", "telegram"]
    name: Name
    token: Token = ""
    settings: SettingsBody = SettingsBody()


class InboxChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Annotated[int, msgspec.Meta(ge=0)]
    name: Name
    settings: SettingsBody


class InboxView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    channel: str
    name: str
    settings: InboxSettings
    version: int
    has_secret: bool


class InboxViews(msgspec.Struct, frozen=True, kw_only=True):
    inboxes: tuple[InboxView, ...]


class RefusedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page that isn't allowed, and yet tried; ``at``: the last time."""

    origin: str
    at: int
    times: int


class InboxHealth(msgspec.Struct, frozen=True, kw_only=True):
    """``last_talk``: when somebody last wrote by it. ``refused``: as this node saw it since it started."""

    visitors: int
    last_talk: int | None
    refused: tuple[RefusedPage, ...]


class InboxSecret(msgspec.Struct, frozen=True, kw_only=True):
    """Shown this once. What was signed with the one before is refused from now on."""

    inbox: str
    secret: str


class TestBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=400)] = "Hello"
    locale: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")] = "en"


class TestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``answer``: the first words that came back; "" where none came in time. ``milliseconds`` until then."""

    conversation: str
    answer: str
    milliseconds: int


class Inboxes:
    """The routes of inboxes."""

    def __init__(
        self, store: Store, vault: Vault, dispatcher: Dispatcher, *, refusals: Refusals, messengers: Messengers,
        engines: Callable[[], Mapping[str, Known]], clock: Callable[[], int],
    ) -> None:  # fmt: skip
        self._store = store
        self._engines = engines
        self._vault = vault
        self._dispatcher = dispatcher
        self._refusals = refusals
        self._messengers = messengers
        self._clock = clock

    def routes(self) -> list[Route]:
        admin, tags = ADMINISTRATORS, ("business",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="The ways in", access=EVERYONE, answer=InboxViews,
                  tags=tags),
            Route(method="POST", path=PATH, handler=self.add, summary="Make a way in", status=201, access=admin,
                  body=InboxBody, answer=InboxView, tags=tags),
            Route(method="PUT", path=ONE, handler=self.change, summary="Change an inbox", access=admin,
                  body=InboxChange, answer=InboxView, tags=tags),
            Route(method="DELETE", path=ONE, handler=self.remove, summary="Take an unused inbox away", status=204,
                  access=admin, tags=tags),
            Route(method="GET", path=ONE + "/health", handler=self.health, summary="How an inbox does", access=admin,
                  answer=InboxHealth, tags=tags),
            Route(method="POST", path=ONE + "/test", handler=self.test, summary="Send a test through an inbox",
                  access=admin, body=TestBody, answer=TestAnswer, tags=tags),
            Route(method="POST", path=ONE + "/secret", handler=self.new_secret, access=admin, answer=InboxSecret,
                  summary="A new secret for signing users", tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> InboxViews:
        found = await self._store.read(call.business, lambda tx, now: inboxes.read(tx))
        views = (_view(one) for one in found)
        if call.who.role != "administrator":  # a proxy's address may hold a password
            views = (replace(one, settings=without_proxy(one.settings)) for one in views)
        return InboxViews(inboxes=tuple(views))

    async def add(self, call: Call) -> InboxView:
        body, by = call.body, actor(call.who)
        found = await self._messengers.found(body) if body.channel == TELEGRAM else None
        engines = await asyncio.to_thread(self._engines)

        def unit(tx: Tx, now: int) -> Entrance:
            directory.lock_business(tx)
            settings = judge_settings(tx, body.settings, engines=engines)
            if found is not None:
                settings = with_bot(settings, found)
            made = directory.add_inbox(tx, channel=body.channel, name=name_of(body.name), settings=settings, now=now)
            audit.note(tx, by, "added", kind="inbox", subject=made.id, name=made.name, now=now,
                       changes=audit.differences(None, settings))  # fmt: skip
            if found is not None:
                inbox_secrets.put(tx, made.id, inbox_secrets.seal(self._vault, made.id, body.token.strip()))
            return _known(tx, made.id)

        return _view(await write(self._store, call, unit))

    async def change(self, call: Call) -> InboxView:
        name, body, by = call.param("inbox"), call.body, actor(call.who)
        await self._messengers.judge_way(body.settings)
        engines = await asyncio.to_thread(self._engines)

        def unit(tx: Tx, now: int) -> Entrance:
            return change_inbox(tx, name, body, by=by, now=now, engines=engines)

        changed = await write(self._store, call, unit)
        self._refusals.forget(name, frozenset(changed.settings.origins))
        return _view(changed)

    async def remove(self, call: Call) -> web.Response:
        name, by = call.param("inbox"), actor(call.who)

        def unit(tx: Tx, now: int) -> None:
            directory.lock_business(tx)
            found = _known(tx, name)
            if inboxes.addresses(tx, name):
                raise InUse("People have written by this inbox, and their conversations stay. Turn it off instead.")
            inboxes.remove(tx, name)
            audit.note(tx, by, "removed", kind="inbox", subject=name, name=found.name, now=now)

        await write(self._store, call, unit)
        return web.Response(status=204)

    async def health(self, call: Call) -> InboxHealth:
        name = call.param("inbox")

        def unit(tx: Tx, now: int) -> tuple[int, int | None]:
            _known(tx, name)
            return inboxes.addresses(tx, name), inboxes.last_talk(tx, name)

        visitors, last = await self._store.read(call.business, unit)
        refused = (RefusedPage(origin=one.origin, at=one.at, times=one.times) for one in self._refusals.of(name))
        return InboxHealth(visitors=visitors, last_talk=last, refused=tuple(refused))

    async def test(self, call: Call) -> TestAnswer:
        """A message of nobody's goes the way of all messages; its conversation is ended by the system."""
        name, body = call.param("inbox"), call.body
        found = await self._store.read(call.business, lambda tx, now: _known(tx, name))
        if found.channel == TELEGRAM:
            raise NotPossible("A bot can't write to itself. Open it in Telegram and write to it there.")
        began, mark = self._clock(), new_id(self._clock())
        receipt = await self._dispatcher.receive(
            Inbound(
                business=call.business, inbox=name, channel=found.channel, address=f"test:{mark}", key=mark, scope=mark,
                text=body.text, locale=body.locale, name=f"Test ({call.who.name})", at_once=True,
            )
        )  # fmt: skip
        answer = await self._answer(call.business, receipt.conversation)
        took = (self._clock() - began) // 1000
        try:
            end = c.Close(ending="answered", reason="test")
            await self._dispatcher.submit(call.business, receipt.conversation, end)
        except Refused:
            pass  # somebody took it: it is theirs
        return TestAnswer(conversation=receipt.conversation, answer=answer, milliseconds=took)

    async def _answer(self, business: str, conversation: str) -> str:
        def unit(tx: Tx, now: int) -> str:
            said = (entry.event for entry in log.read_all(tx, conversation))
            return next((event.text for event in said if isinstance(event, BotMessage | SystemNotice)), "")

        for _ in range(int(TEST_SECONDS / TEST_LOOK)):
            found = await self._store.read(business, unit)
            if found:
                return found
            await asyncio.sleep(TEST_LOOK)
        return ""

    async def new_secret(self, call: Call) -> InboxSecret:
        inbox, secret, by = call.param("inbox"), inbox_secrets.new_secret(), actor(call.who)
        sealed = inbox_secrets.seal(self._vault, inbox, secret)

        def unit(tx: Tx, now: int) -> None:
            found = _known(tx, inbox)
            if found.channel == TELEGRAM:
                raise NotPossible("A bot's secret is its token, which BotFather gives.")
            inbox_secrets.put(tx, inbox, sealed)
            audit.note(tx, by, "secret_changed", kind="inbox", subject=inbox, name=found.name, now=now)

        await write(self._store, call, unit)
        return InboxSecret(inbox=inbox, secret=secret)


def _known(tx: Tx, inbox: str) -> Entrance:
    found = inboxes.find(tx, inbox)
    if found is None:
        raise NotFound("There is no such inbox in this business.")
    return found


def _view(one: Entrance) -> InboxView:
    return InboxView(
        id=one.id, channel=one.channel, name=one.name, settings=one.settings, version=one.version,
        has_secret=one.has_secret,
    )  # fmt: skip


def change_inbox(
    tx: Tx, inbox: str, wanted: InboxChange, *, by: Actor, now: int, engines: Mapping[str, Known]
) -> Entrance:  # fmt: skip
    """Raises ``NotFound``, ``Conflict``, ``Invalid``."""
    directory.lock_business(tx)
    found = _known(tx, inbox)
    if found.version != wanted.version:
        raise conflict("", found.version)
    settings = judge_settings(tx, wanted.settings, known=found.settings, engines=engines)
    name = name_of(wanted.name)
    inboxes.change(tx, found, name=name, settings=settings)
    changes = audit.differences(found.settings, settings)
    if name != found.name:
        changes["name"] = (found.name, name)
    audit.note(tx, by, "changed", kind="inbox", subject=inbox, name=name, now=now, changes=changes)
    return _known(tx, inbox)
