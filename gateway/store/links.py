"""One-time links by which a conversation goes on in another channel. Only a digest of each is kept.

A link is of one conversation and one inbox. Another one for the same two takes its place.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, text

from gateway.store.schema import channel_links
from gateway.store.sql import Query, Tx
from gateway.store.tokens import hash_token, new_token

LIFETIME = 15 * 60 * 1_000_000
"""Microseconds."""

_business: BindParameter[str] = bindparam("business_id")
_ADD = Query(lambda insert: insert(channel_links))
_REPLACE = Query(
    delete(channel_links).where(
        channel_links.c.business_id == _business,
        channel_links.c.conversation_id == bindparam("conversation"),
        channel_links.c.inbox_id == bindparam("inbox"),
    )
)
_DROP = Query(
    delete(channel_links).where(
        channel_links.c.business_id == _business, channel_links.c.conversation_id == bindparam("conversation")
    )
)
_TAKE = Query(
    delete(channel_links)
    .where(
        channel_links.c.business_id == _business,
        channel_links.c.token_hash == bindparam("hash"),
        channel_links.c.inbox_id == bindparam("inbox"),
    )
    .returning(channel_links.c.conversation_id, channel_links.c.expires_at)
)
_FORGET = Query(
    delete(channel_links).where(channel_links.c.expires_at < bindparam("before")),
    postgresql=text("SELECT switchboard_forget_links(:before)"),
    across=True,
)


class Minted(NamedTuple):
    """``token`` is told to whoever asked, and kept nowhere. ``until``: UTC microseconds."""

    token: str
    until: int


def mint(tx: Tx, conversation: str, inbox: str, *, now: int) -> Minted:
    """A link that leads from ``conversation`` into ``inbox``; the one before it works no more."""
    tx.execute(_REPLACE, conversation=conversation, inbox=inbox)
    minted = Minted(new_token(), now + LIFETIME)
    tx.execute(
        _ADD, token_hash=hash_token(minted.token), conversation_id=conversation, inbox_id=inbox, created_at=now,
        expires_at=minted.until,
    )  # fmt: skip
    return minted


def take(tx: Tx, token: str, inbox: str, *, now: int) -> str | None:
    """The conversation that a link leads to, and with that it is used up; ``None`` where it isn't one (any more)."""
    row = tx.one(_TAKE, hash=hash_token(token), inbox=inbox)
    return row[0] if row and row[1] > now else None


def drop(tx: Tx, conversation: str) -> None:
    """Deletes a conversation's (erasure only)."""
    tx.execute(_DROP, conversation=conversation)


def forget(tx: Tx, *, before: int) -> None:
    """Deletes links that expired before."""
    tx.execute(_FORGET, before=before)
