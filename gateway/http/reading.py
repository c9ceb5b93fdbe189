"""What programs and the console read: conversations, entries, operators."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

import msgspec

from gateway.errors import Invalid, NotFound
from gateway.http.routes import EVERYONE, ID, Call, Route
from gateway.model.events import Entry
from gateway.model.state import Conversation
from gateway.model.visible import Audience, visible_entry
from gateway.store import deliveries, directory, lists, log
from gateway.store.lists import Row, View
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")
_INSTANT = re.compile(r"[0-9]{1,18}")
BASE = "/api/v1/businesses/{business}"


class ListQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before."""

    view: View = "all"
    before: Annotated[str, msgspec.Meta(max_length=64)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class EntriesQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    after: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 200


class RowPage(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[Row, ...]
    next: str | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger; ``ending`` is empty while it is open."""

    opened_seq: int
    opened_at: int
    ending: str
    reason: str
    ended_at: int | None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    part: int
    status: str
    attempts: int
    error: str


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    row: Row
    conversation: Conversation
    marks: dict[str, int]
    requests: tuple[RequestView, ...]
    deliveries: tuple[DeliveryView, ...]


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """``through``: complete up to there. ``next``: the ``after`` of the next page, or null at the end."""

    entries: tuple[Entry, ...]
    through: int
    next: int | None


class OperatorView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: str


class Operators(msgspec.Struct, frozen=True, kw_only=True):
    operators: tuple[OperatorView, ...]


class Reading:
    """The reading routes of a business."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        def get(path: str, handler: Any, summary: str, answer: Any, query: Any = None) -> Route:
            return Route(
                method="GET", path=BASE + path, handler=handler, summary=summary, access=EVERYONE, answer=answer,
                query=query, tags=("conversations" if "conversation" in path else "business",),
            )  # fmt: skip

        return [
            get("/conversations", self.conversations, "A page of a view, latest first", RowPage, ListQuery),
            get("/conversations/{conversation}", self.conversation, "One conversation's state", ConversationView),
            get("/conversations/{conversation}/entries", self.entries, "Its log, page by page", EntryPage,
                EntriesQuery),
            get("/operators", self.operators, "Who works for the business", Operators),
        ]  # fmt: skip

    async def conversations(self, call: Call) -> RowPage:
        query: ListQuery = call.query
        before = _cursor(query.before) if query.before else None

        def unit(tx: Tx, now: int) -> list[Row]:
            place = {"before": before} if before else {}
            return lists.read_rows(tx, query.view, operator=call.who.id, limit=query.limit, **place)

        rows = await self._store.read(call.business, unit)
        last = rows[-1] if len(rows) == query.limit else None
        return RowPage(rows=tuple(rows), next=f"{last.updated_at}.{last.conversation}" if last else None)

    async def conversation(self, call: Call) -> ConversationView:
        name = call.param("conversation")

        def unit(tx: Tx, now: int) -> ConversationView | None:
            state = log.peek(tx, name)
            if state is None:
                return None
            marks = lists.marks(tx, name)
            row = lists.row_of(state, lists.contact_name(tx, state.contact), marks.get("people", 0))
            requests = tuple(RequestView(**r._asdict()) for r in lists.read_requests(tx, name))
            sent = tuple(DeliveryView(**d._asdict()) for d in deliveries.statuses(tx, name))
            return ConversationView(row=row, conversation=state, marks=marks, requests=requests, deliveries=sent)

        return _found(await self._store.read(call.business, unit))

    async def entries(self, call: Call) -> EntryPage:
        query: EntriesQuery = call.query
        name = call.param("conversation")
        audience = audience_of(call.who.role)

        def unit(tx: Tx, now: int) -> list[Entry] | None:
            if log.head(tx, name) is None:
                return None
            return log.entries(tx, name, after=query.after, limit=query.limit)

        found = _found(await self._store.read(call.business, unit))
        through = found[-1].seq if found else query.after
        shown = tuple(entry for entry in (visible_entry(e, audience) for e in found) if entry is not None)
        return EntryPage(entries=shown, through=through, next=through if len(found) == query.limit else None)

    async def operators(self, call: Call) -> Operators:
        found = await self._store.read(call.business, lambda tx, now: directory.read_operators(tx))
        return Operators(operators=tuple(OperatorView(id=m.account, name=m.name, role=m.role) for m in found))


def audience_of(role: str) -> Audience:
    """What a role may see of a log."""
    return Audience.OPERATOR if role == "operator" else Audience.SUPERVISOR


def _found(value: T | None) -> T:
    if value is None:
        raise NotFound("There is no such conversation in this business.")
    return value


def _cursor(text: str) -> tuple[int, str]:
    at, _, conversation = text.partition(".")
    if not _INSTANT.fullmatch(at) or not ID.fullmatch(conversation):
        raise Invalid("`before` is the `next` of the page before.", field="before")
    return int(at), conversation
