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
from gateway.store import deliveries, directory, ledger, lists, log
from gateway.store.lists import Filter, Place, Row, View
from gateway.store.schema import FAR
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")
_RANK = re.compile(r"[0-9]{1,19}")
BASE = "/api/v1/businesses/{business}"
Name = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_.:-]{0,64}$")]


class ListQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before."""

    view: View = "all"
    before: Annotated[str, msgspec.Meta(max_length=96)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    label: Name = ""
    team: Name = ""
    owner: Name = ""
    channel: Name = ""

    @property
    def filter(self) -> Filter:
        return Filter(label=self.label, team=self.team, owner=self.owner, channel=self.channel)


class EntriesQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From behind ``after`` on; or, with ``before``, the last ones before that."""

    after: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    before: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
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
    """Complete from ``since`` up to ``through``. ``next``: the ``after`` of the next page, ``previous``: the ``before``
    of the page before it; null at the log's end and begin."""

    entries: tuple[Entry, ...]
    since: int
    through: int
    next: int | None
    previous: int | None


class OperatorView(msgspec.Struct, frozen=True, kw_only=True):
    """``picture``: ``/pictures/…`` shows it; "" where there is none."""

    id: str
    name: str
    role: str
    picture: str


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
            get("/conversations", self.conversations, "A page of a view: who waits first, then the latest", RowPage, ListQuery),
            get("/conversations/{conversation}", self.conversation, "One conversation's state", ConversationView),
            get("/conversations/{conversation}/entries", self.entries, "Its log, page by page", EntryPage,
                EntriesQuery),
            get("/operators", self.operators, "Who works for the business", Operators),
        ]  # fmt: skip

    async def conversations(self, call: Call) -> RowPage:
        query: ListQuery = call.query
        after = read_cursor(query.before)

        def unit(tx: Tx, now: int) -> list[Row]:
            return lists.read_rows(
                tx, query.view, operator=call.who.id, after=after, limit=query.limit, only=query.filter
            )

        rows = await self._store.read(call.business, unit)
        return RowPage(rows=tuple(rows), next=write_cursor(rows[-1], query.view) if len(rows) == query.limit else None)

    async def conversation(self, call: Call) -> ConversationView:
        name = call.param("conversation")

        def unit(tx: Tx, now: int) -> ConversationView | None:
            state = log.peek(tx, name)
            if state is None:
                return None
            marks = lists.marks(tx, name)
            row = lists.row_of(state, lists.contact_name(tx, state.contact), marks.get("people", 0))
            requests = tuple(RequestView(**r._asdict()) for r in ledger.read_requests(tx, name))
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
            if query.before:
                return log.entries_before(tx, name, before=query.before, limit=query.limit)
            return log.entries(tx, name, after=query.after, limit=query.limit)

        found = _found(await self._store.read(call.business, unit))
        shown = tuple(entry for entry in (visible_entry(e, audience) for e in found) if entry is not None)
        since = found[0].seq if found else query.before or query.after + 1
        through = found[-1].seq if found else since - 1
        whole = len(found) == query.limit
        return EntryPage(
            entries=shown, since=since, through=through, previous=since if since > 1 else None,
            next=through if query.before or whole else None,
        )  # fmt: skip

    async def operators(self, call: Call) -> Operators:
        found = await self._store.read(call.business, lambda tx, now: directory.read_operators(tx))
        return Operators(
            operators=tuple(OperatorView(id=m.account, name=m.name, role=m.role, picture=m.picture) for m in found)
        )


def audience_of(role: str) -> Audience:
    """What a role may see of a log."""
    return Audience.OPERATOR if role == "operator" else Audience.SUPERVISOR


def _found(value: T | None) -> T:
    if value is None:
        raise NotFound("There is no such conversation in this business.")
    return value


def read_cursor(text: str) -> Place:
    """Where a page of a list begins; "" is the list's begin. Raises ``Invalid``."""
    if not text:
        return lists.FIRST
    rank, _, conversation = text.partition(".")
    if not _RANK.fullmatch(rank) or int(rank) > FAR or not ID.fullmatch(conversation):
        raise Invalid("`before` is the `next` of the page before.", field="before")
    return Place(int(rank), conversation)


def write_cursor(row: Row, view: View) -> str:
    """What the next page begins behind."""
    return "{}.{}".format(*lists.place_of(row, view))
