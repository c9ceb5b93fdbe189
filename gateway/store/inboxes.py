"""The ways in of a business, as whoever sets them up sees them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, select, text, update

from gateway.model.rules import CallSettings
from gateway.store.directory import InboxSettings
from gateway.store.schema import conversations, identities, inboxes
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_this = (inboxes.c.business_id == _business, inboxes.c.id == bindparam("inbox"))
_columns = (
    inboxes.c.id, inboxes.c.channel, inboxes.c.name, inboxes.c.settings, inboxes.c.version, inboxes.c.created_at,
    inboxes.c.secret != "",
)  # fmt: skip
_ALL = Query(select(*_columns).where(inboxes.c.business_id == _business).order_by(inboxes.c.name).limit(500))
_FIND = Query(select(*_columns).where(*_this))
_CHANGE = Query(
    update(inboxes)
    .where(*_this, inboxes.c.version == bindparam("seen"))
    .values(name=bindparam("new_name"), settings=bindparam("new_settings"), version=inboxes.c.version + 1)
)
_REMOVE = Query(delete(inboxes).where(*_this))
_ADDRESSES = Query(
    select(func.count()).where(identities.c.business_id == _business, identities.c.inbox_id == bindparam("inbox"))
)
_LAST = Query(
    select(func.max(conversations.c.updated_at))
    .join(
        identities,
        (identities.c.business_id == conversations.c.business_id)
        & (identities.c.conversation_id == conversations.c.id),
    )
    .where(identities.c.business_id == _business, identities.c.inbox_id == bindparam("inbox"))
)


_OF_CHANNEL = Query(
    select(inboxes.c.business_id, inboxes.c.id).where(inboxes.c.channel == bindparam("wanted")).order_by(inboxes.c.id),
    postgresql=text("SELECT * FROM switchboard_inboxes_of(:wanted)"),
    across=True,
)


class Entrance(NamedTuple):
    """An inbox. ``has_secret``: users can be signed for it."""

    id: str
    channel: str
    name: str
    settings: InboxSettings
    version: int
    created_at: int
    has_secret: bool


def _as_entrance(row: tuple[str, str, str, str, int, int, bool]) -> Entrance:
    settings = msgspec.json.decode(row[3], type=InboxSettings)
    return Entrance(row[0], row[1], row[2], settings, row[4], row[5], bool(row[6]))


def read(tx: Tx) -> list[Entrance]:
    """All, by name."""
    return [_as_entrance(row) for row in tx.all(_ALL)]


def find(tx: Tx, inbox: str) -> Entrance | None:
    row = tx.one(_FIND, inbox=inbox)
    return _as_entrance(row) if row else None


def speech(tx: Tx, inbox: str) -> CallSettings:
    """By which engines voice messages of an inbox are understood and said: those that it chose for calls, else those of the first
    inbox of the business that chose any."""
    own = find(tx, inbox)
    chosen = (one.settings.calls for one in (*((own,) if own else ()), *read(tx)))
    return next((one for one in chosen if one is not None and (one.recognizers or one.speakers)), CallSettings())


def of_channel(tx: Tx, channel: str) -> list[tuple[str, str]]:
    """(business, inbox) of all of a channel, whoever's they are."""
    return [(business, inbox) for business, inbox in tx.all(_OF_CHANNEL, wanted=channel)]


def change(tx: Tx, inbox: Entrance, *, name: str, settings: InboxSettings) -> bool:
    """``False`` where it has changed since it was read."""
    encoded = msgspec.json.encode(settings).decode()
    return bool(tx.execute(_CHANGE, inbox=inbox.id, seen=inbox.version, new_name=name, new_settings=encoded))


def remove(tx: Tx, inbox: str) -> None:
    """It must have no addresses."""
    tx.execute(_REMOVE, inbox=inbox)


def addresses(tx: Tx, inbox: str) -> int:
    """How many visitors have come by it."""
    row = tx.one(_ADDRESSES, inbox=inbox)
    return int(row[0]) if row else 0


def last_talk(tx: Tx, inbox: str) -> int | None:
    """When somebody last wrote in a conversation that it leads to."""
    row = tx.one(_LAST, inbox=inbox)
    return row[0] if row else None
