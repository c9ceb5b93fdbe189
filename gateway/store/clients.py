"""The list of a business's contacts, keyset-paged: whoever came last is on top."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Select, TextClause, bindparam, select, text, tuple_

from gateway.store import contacts as people
from gateway.store import search
from gateway.store.schema import BLOCKED, FAR, UNRESOLVED, WHOLE, contacts, conversations
from gateway.store.sql import Query, Tx

FOUND = 100
"""Contacts that a question finds at most."""

_business: BindParameter[str] = bindparam("business_id")
_c = contacts.c

# Whoever has something open, and whom those are merged into, however far.
_open = (
    select(_c.id, _c.merged_into)
    .join(conversations, (conversations.c.business_id == _c.business_id) & (conversations.c.contact_id == _c.id))
    .where(_c.business_id == _business, text(f"conversations.{UNRESOLVED}"))
    .cte("opened", recursive=True)
)
_open = _open.union(
    select(_c.id, _c.merged_into).join(_open, _c.id == _open.c.merged_into).where(_c.business_id == _business)
)


class Only(NamedTuple):
    """What of the list is wanted: whoever is blocked; whoever has a conversation that isn't over."""

    blocked: bool = False
    open: bool = False


EVERYBODY = Only()


class Place(NamedTuple):
    """Where a contact stands: behind it the next page begins."""

    approached_at: int
    contact: str


FIRST = Place(FAR, "")


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in a list. ``channels``: by which they come; ``approached_at``: when they came last, 0 for never;
    ``blocked_until``: 0 where they aren't blocked; ``open``: conversations of theirs that aren't over."""

    id: str
    name: str
    email: str
    phone: str
    company: str
    channels: tuple[str, ...]
    approached_at: int
    blocked_until: int
    open: int


def _page(only: Only) -> Select[Any]:
    wanted: list[ColumnElement[bool] | TextClause] = [text(WHOLE)]
    if only.blocked:
        wanted += [text(BLOCKED), _c.blocked_until > bindparam("now")]
    if only.open:
        wanted += [_c.id.in_(select(_open.c.id))]
    return (
        select(_c.id, _c.name, _c.attributes, _c.merged_into, _c.approached_at)
        .where(
            _c.business_id == _business,
            *wanted,
            tuple_(_c.approached_at, _c.id) < tuple_(bindparam("before"), bindparam("place")),
        )
        .order_by(_c.approached_at.desc(), _c.id.desc())
        .limit(bindparam("limit"))
    )


_PAGES: dict[Only, Query] = {
    only: Query(_page(only)) for only in (Only(blocked, open) for blocked in (False, True) for open in (False, True))
}
_OPEN_OF = Query(
    select(conversations.c.id)
    .where(
        conversations.c.business_id == _business,
        conversations.c.contact_id == bindparam("contact_id"),
        text(UNRESOLVED),
    )
    .order_by(conversations.c.id)
    .limit(people.FAMILY)
)


def read(tx: Tx, *, only: Only = EVERYBODY, after: Place = FIRST, limit: int, now: int) -> list[Client]:
    """A page from behind ``after``."""
    rows = tx.all(_PAGES[only], before=after.approached_at, place=after.contact, limit=limit, now=now)
    return [client_of(tx, people.Contact(*row), now=now) for row in rows]


def find(tx: Tx, question: str, *, only: Only = EVERYBODY, now: int) -> list[Client]:
    """Whoever a question finds by the beginnings of its words, the latest first."""
    found = [client_of(tx, one, now=now) for one in search.find_contacts(tx, question, limit=FOUND)]
    found = [one for one in found if (one.blocked_until or not only.blocked) and (one.open or not only.open)]
    return sorted(found, key=lambda one: (one.approached_at, one.id), reverse=True)


def place_of(client: Client) -> Place:
    return Place(client.approached_at, client.id)


def client_of(tx: Tx, contact: people.Contact, *, now: int) -> Client:
    """A contact, which is merged into no other, as a list shows it."""
    family = people.family(tx, contact.id)
    addresses = [one for name in family for one in people.addresses(tx, name) if not one.is_gone]
    known = contact.known
    until = max((one.blocked_until for name in family if (one := people.read(tx, name))), default=0)
    return Client(
        id=contact.id, name=contact.name, email=known.email, phone=known.phone, company=known.company,
        channels=tuple(dict.fromkeys(one.channel for one in addresses)), approached_at=contact.approached_at,
        blocked_until=until if until > now else 0, open=len(open_of(tx, family)),
    )  # fmt: skip


def open_of(tx: Tx, family: list[str]) -> list[str]:
    """The conversations of these contacts that aren't over."""
    return [name for contact in family for (name,) in tx.all(_OPEN_OF, contact_id=contact)]
