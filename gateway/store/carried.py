"""What operators carry in a business, and who waits for one: what routing decides on."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, select, text

from gateway.model.events import Endpoint, Person
from gateway.model.state import Offer, Status
from gateway.store.schema import CARRIED, OFFERED, contacts, conversations
from gateway.store.sql import Query, Tx

MOST = 5_000
"""Conversations of a queue that are looked at, the longest wait first."""

_business: BindParameter[str] = bindparam("business_id")
_c = conversations.c
_columns = (_c.owner_id, _c.channel, _c.waiting_since)
_OWNED = Query(select(*_columns).where(_c.business_id == _business, text(CARRIED)))
_OWNED_BY = Query(
    select(*_columns).where(_c.business_id == _business, _c.owner_id == bindparam("account"), text(CARRIED))
)
_wrapped_rows = select(_c.owner_id, _c.state).where(
    _c.business_id == _business, text(CARRIED), _c.status == Status.WRAP_UP.value
)
_WRAPPED = Query(_wrapped_rows)
_WRAPPED_BY = Query(_wrapped_rows.where(_c.owner_id == bindparam("account")))
_OFFERED = Query(select(_c.offered_to, _c.channel).where(_c.business_id == _business, text(OFFERED)))
_OFFERED_TO = Query(
    select(_c.offered_to, _c.channel).where(
        _c.business_id == _business, _c.offered_to == bindparam("account"), text(OFFERED)
    )
)
_EVERYBODY = Query(
    select(_c.business_id, _c.owner_id).distinct().where(text(CARRIED), _c.owner_id != "").limit(10_000),
    postgresql=text("SELECT * FROM switchboard_carriers()"),
    across=True,
)
_HELD = Query(
    select(_c.id, _c.owner_id, _c.status, _c.waiting_since)
    .where(
        _c.business_id == _business,
        ((_c.owner_id == bindparam("account")) & text(CARRIED))
        | ((_c.offered_to == bindparam("account")) & text(OFFERED)),
    )
    .order_by(_c.id)
    .limit(500)
)
_root = contacts.alias("root")
_QUEUE = Query(
    select(_c.state, _c.contact_id, contacts.c.merged_into, contacts.c.knew, contacts.c.knew_at, _root.c.knew, _root.c.knew_at)
    .join(contacts, (contacts.c.business_id == _c.business_id) & (contacts.c.id == _c.contact_id))
    .outerjoin(_root, (_root.c.business_id == _c.business_id) & (_root.c.id == contacts.c.merged_into))
    .where(_c.business_id == _business, _c.status == Status.QUEUED.value)
    .order_by(_c.waiting_since, _c.id)
    .limit(MOST)
)  # fmt: skip


class Carried(NamedTuple):
    """A conversation that is somebody's, or is offered to them. ``resting``: it waits for the customer."""

    account: str
    channel: str
    resting: bool = False
    offered: bool = False


class _Timed(msgspec.Struct, frozen=True):
    until: int = 0


class _Wrapped(msgspec.Struct, frozen=True):
    wrap_up: _Timed | None = None


class Queued(msgspec.Struct, frozen=True):
    """What routing needs of a state in the queue. ``fold`` gives these the same meaning since they exist, so a state that an
    earlier release stored is read as it is."""

    id: str
    contact: str
    endpoint: Endpoint
    locale: str
    team: str = ""
    priority: int = 0
    waiting_since: int | None = None
    started_at: int = 0
    offer: Offer | None = None
    passed: dict[str, int] = {}
    skills: dict[str, int] = {}
    last_owner: Person | None = None


class InQueue(NamedTuple):
    """``knew``: who knew the contact last, at ``knew_at``."""

    state: Queued
    knew: str
    knew_at: int


_decoder = msgspec.json.Decoder(Queued)
_wrapped = msgspec.json.Decoder(_Wrapped)


def carried(tx: Tx, account: str | None = None) -> list[Carried]:
    """What everybody carries in the transaction's business, offers included; or ``account`` alone."""
    if account is None:
        owned, offered = tx.all(_OWNED), tx.all(_OFFERED)
    else:
        owned, offered = tx.all(_OWNED_BY, account=account), tx.all(_OFFERED_TO, account=account)
    return [
        *(Carried(owner, channel, resting=waiting is None) for owner, channel, waiting in owned),
        *(Carried(to, channel, offered=True) for to, channel in offered),
    ]


def wrapping_up(tx: Tx, account: str | None = None, *, now: int) -> set[str]:
    """Whose time after a talk runs in the transaction's business; or whether that of ``account`` does."""
    rows = tx.all(_WRAPPED) if account is None else tx.all(_WRAPPED_BY, account=account)
    times = ((owner, _wrapped.decode(body).wrap_up) for owner, body in rows)
    return {owner for owner, time in times if time is not None and (not time.until or time.until > now)}


def everybody(tx: Tx) -> list[tuple[str, str]]:
    """Business and account of all who have something open, anywhere."""
    return [(business, account) for business, account in tx.all(_EVERYBODY)]


class Held(NamedTuple):
    """A conversation that is somebody's (``owned``), or is offered to them. ``talking``: it isn't being wrapped up;
    ``waiting_since``: its customer waits."""

    conversation: str
    owned: bool
    talking: bool
    waiting_since: int | None


def held(tx: Tx, account: str) -> list[Held]:
    """What somebody has in the transaction's business."""
    found = tx.all(_HELD, account=account)
    return [Held(name, owner == account, status == Status.OPEN.value, since) for name, owner, status, since in found]


def queue(tx: Tx) -> list[InQueue]:
    """Who waits for a person, offered or not, the longest first."""
    found = []
    for body, _, merged, knew, knew_at, root_knew, root_knew_at in tx.all(_QUEUE):
        latest = (root_knew, root_knew_at) if merged and (root_knew_at or 0) > knew_at else (knew, knew_at)
        found.append(InQueue(_decoder.decode(body), latest[0] or "", latest[1] or 0))
    return found
