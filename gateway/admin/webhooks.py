"""What an administrator does with a webhook beside setting it: its secret, its calls, a test."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.setup import WEBHOOK, call
from gateway.errors import NotFound
from gateway.faults import Fault
from gateway.http.changing import actor, write
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.store import audit, configuration, due, webhook_calls
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.webhook_calls import CallStatus
from gateway.vault import Vault
from gateway.webhooks.signing import new_secret, seal

PATH = "/api/v1/businesses/{business}/webhooks/{item}"
PING = "ping"


class WebhookSecret(msgspec.Struct, frozen=True, kw_only=True):
    """Shown this once; the one before counts no more."""

    secret: str


class CallQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before."""

    before: Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{0,32}$")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """``answer``: what came back, or in English why nothing did; ``fault``: the same as a code with its values."""

    id: str
    event: str
    conversation: str
    seq: int
    status: CallStatus
    attempts: int
    answer: str
    created_at: int
    updated_at: int
    fault: Fault | None = None


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[CallView, ...]
    next: str | None


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is on its way; what comes of it is in the list of calls."""

    id: str


class WebhookRoutes:
    """The routes of webhooks beside those of their set-up."""

    def __init__(self, store: Store, vault: Vault, dispatcher: Dispatcher) -> None:
        self._store = store
        self._vault = vault
        self._dispatcher = dispatcher

    def routes(self) -> list[Route]:
        admin, tags = ADMINISTRATORS, ("set-up",)
        return [
            Route(method="POST", path=PATH + "/secret", handler=self.new_secret, access=admin, answer=WebhookSecret,
                  summary="A new secret for a webhook", tags=tags),
            Route(method="POST", path=PATH + "/test", handler=self.test, summary="Send a ping", status=202,
                  access=admin, answer=Started, tags=tags),
            Route(method="GET", path=PATH + "/calls", handler=self.calls, summary="What was sent, latest first",
                  access=admin, query=CallQuery, answer=CallPage, tags=tags),
            Route(method="POST", path=PATH + "/calls/{call}/again", handler=self.again, status=204, access=admin,
                  summary="Send a call again", tags=tags),
        ]  # fmt: skip

    async def new_secret(self, call: Call) -> WebhookSecret:
        item, secret, by = call.param("item"), new_secret(), actor(call.who)
        sealed = seal(self._vault, item, secret)

        def unit(tx: Tx, now: int) -> None:
            found = _known(tx, item)
            configuration.seal(tx, WEBHOOK, item, sealed)
            audit.note(tx, by, "secret_changed", kind=WEBHOOK, subject=item, name=found.name, now=now)

        await write(self._store, call, unit)
        return WebhookSecret(secret=secret)

    async def test(self, request: Call) -> Started:
        item = request.param("item")

        def unit(tx: Tx, now: int) -> str:
            _known(tx, item)
            return call(tx, item, event=PING, conversation="", seq=0, now=now)

        made = await self._store.write(request.business, unit)
        self._dispatcher.due_at(1)
        return Started(id=made)

    async def calls(self, call: Call) -> CallPage:
        item, query = call.param("item"), call.query

        def unit(tx: Tx, now: int) -> CallPage:
            _known(tx, item)
            return call_page(tx, item, query)

        return await self._store.read(call.business, unit)

    async def again(self, call: Call) -> web.Response:
        item, name = call.param("item"), call.param("call")

        def unit(tx: Tx, now: int) -> None:
            _known(tx, item)
            found = webhook_calls.find(tx, name)
            if found is None or found.webhook != item:
                raise NotFound("There is no such call of this webhook any more.")
            webhook_calls.set_status(tx, name, "waiting", attempts=0, answer=found.fault or found.answer, now=now)
            due.reset(tx, WEBHOOK, name, due_at=now)

        await self._store.write(call.business, unit)
        self._dispatcher.due_at(1)
        return web.Response(status=204)


def call_page(tx: Tx, webhook: str, query: CallQuery) -> CallPage:
    """Calls of ``webhook``, latest first."""
    found = webhook_calls.page(tx, webhook, before=query.before or "z" * 27, limit=query.limit)
    items = tuple(_view(one) for one in found)
    return CallPage(items=items, next=items[-1].id if len(items) == query.limit else None)


def _view(one: webhook_calls.WebhookCall) -> CallView:
    return CallView(
        id=one.id, event=one.event, conversation=one.conversation, seq=one.seq, status=one.status,
        attempts=one.attempts, answer=one.answer, created_at=one.created_at, updated_at=one.updated_at, fault=one.fault,
    )  # fmt: skip


def _known(tx: Tx, item: str) -> Item:
    found = configuration.find(tx, WEBHOOK, item)
    if found is None:
        raise NotFound("There is no such webhook in this business.")
    return found
