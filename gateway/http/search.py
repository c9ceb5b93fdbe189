"""Search over what was said and noted, and over contacts: for people and programs of the business."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from gateway.errors import Invalid
from gateway.http.routes import EVERYONE, ID, Call, Route
from gateway.language import Piece, snippet
from gateway.model.events import Author, BotMessage, CustomerMessage, Entry
from gateway.model.findable import findable
from gateway.store import contacts, lists, log, search
from gateway.store.lists import Row
from gateway.store.search import Asked, Hit
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses/{business}/search"
CONTACTS = 5
"""Contacts that are told, beside what was said."""
_NUMBER = re.compile(r"[0-9]{1,19}")


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before."""

    q: Annotated[str, msgspec.Meta(max_length=200)]
    before: Annotated[str, msgspec.Meta(max_length=120)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class HitView(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was said, by whom, and the words around it."""

    row: Row
    seq: int
    at: int
    author: Author
    note: bool
    snippet: tuple[Piece, ...]


class FoundContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact. ``row``: their latest conversation, where there is one."""

    id: str
    name: str
    email: str
    phone: str
    row: Row | None


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first. ``contacts`` are on the first page alone."""

    contacts: tuple[FoundContact, ...]
    hits: tuple[HitView, ...]
    next: str | None


class Search:
    """The route of search."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path=PATH, handler=self.search, summary="Find what was said, and contacts",
                  access=EVERYONE, query=SearchQuery, answer=SearchPage, tags=("conversations",))
        ]  # fmt: skip

    async def search(self, call: Call) -> SearchPage:
        query: SearchQuery = call.query
        after = _place(query.before)
        asked = search.read_question(query.q)

        def unit(tx: Tx, now: int) -> SearchPage:
            found = search.find(tx, asked, after=after, limit=query.limit)
            people = () if query.before else search.find_contacts(tx, query.q, limit=CONTACTS)
            views = (_view(tx, hit, asked) for hit in found)
            return SearchPage(
                contacts=tuple(_contact(tx, one) for one in people),
                hits=tuple(one for one in views if one is not None),
                next=_cursor(found[-1]) if len(found) == query.limit else None,
            )

        return await self._store.read(call.business, unit)


def _view(tx: Tx, hit: Hit, asked: Asked) -> HitView | None:
    """``None`` where it was erased since it was indexed."""
    row = row_at(tx, hit.conversation)
    entries = log.entries(tx, hit.conversation, after=hit.seq - 1, upto=hit.seq)
    if row is None or not entries or not (said := findable(entries[0].event)):
        return None
    author, note = _who(entries[0])
    return HitView(row=row, seq=hit.seq, at=hit.at, author=author, note=note, snippet=snippet(said, asked.matches))


def row_at(tx: Tx, conversation: str) -> Row | None:
    """A conversation's row."""
    shown = lists.read_shown(tx, [conversation])
    return lists.row_of(*shown[0]) if shown else None


def _who(entry: Entry) -> tuple[Author, bool]:
    match entry.event:
        case CustomerMessage():
            return "customer", False
        case BotMessage():
            return "bot", False
        case event:
            return "operator", not hasattr(event, "endpoint")


def _contact(tx: Tx, found: contacts.Contact) -> FoundContact:
    latest = max(
        (one for name in contacts.family(tx, found.id) for one in contacts.latest(tx, name, limit=1)),
        default=None, key=lambda one: one.conversation,
    )  # fmt: skip
    row = row_at(tx, latest.conversation) if latest else None
    known = found.known
    return FoundContact(id=found.id, name=found.name, email=known.email, phone=known.phone, row=row)


def _cursor(hit: Hit) -> str:
    return f"{hit.at}.{hit.seq}.{hit.conversation}"


def _place(text: str) -> Hit:
    if not text:
        return search.FIRST
    at, _, rest = text.partition(".")
    seq, _, conversation = rest.partition(".")
    if not (_NUMBER.fullmatch(at) and _NUMBER.fullmatch(seq) and ID.fullmatch(conversation)):
        raise Invalid("`before` is the `next` of the page before.", field="before")
    if max(int(at), int(seq)) > search.FIRST.at:
        raise Invalid("`before` is the `next` of the page before.", field="before")
    return Hit(conversation, int(seq), int(at))
