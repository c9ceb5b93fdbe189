"""One-time links by which a conversation goes on in another channel, or where its customer comes back to it by a letter. Only a
digest of each is kept.

A link is of one conversation, one inbox and one kind. Another one for the same three takes its place.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, text

from gateway.store.schema import channel_links
from gateway.store.sql import Query, Tx
from gateway.store.tokens import hash_token, new_token

LIFETIME = 15 * 60 * 1_000_000
"""Microseconds."""
LETTER_LIFETIME = 72 * 3600 * 1_000_000
"""Of one that came in a letter, which isn't read at once."""
LinkKind = Literal["", "letter"]

_business: BindParameter[str] = bindparam("business_id")
_ADD = Query(lambda insert: insert(channel_links))
_REPLACE = Query(
    delete(channel_links).where(
        channel_links.c.business_id == _business,
        channel_links.c.conversation_id == bindparam("conversation"),
        channel_links.c.inbox_id == bindparam("inbox"),
        channel_links.c.kind == bindparam("of_kind"),
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
    .returning(channel_links.c.conversation_id, channel_links.c.kind, channel_links.c.seq, channel_links.c.expires_at)
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


class Taken(NamedTuple):
    """What a link led to. ``seq``: the conversation's when a letter's link was made."""

    conversation: str
    kind: LinkKind
    seq: int


def mint(tx: Tx, conversation: str, inbox: str, *, now: int) -> Minted:
    """A link that leads from ``conversation`` into ``inbox``; the one before it works no more."""
    minted = Minted(new_token(), now + LIFETIME)
    _put(tx, conversation, inbox, minted, kind="", seq=0, now=now)
    return minted


def mint_letter(tx: Tx, conversation: str, inbox: str, token: str, *, seq: int, now: int) -> Minted:
    """The link of a letter, with the ``token`` that all tries of that letter have; the letter's before it works no more."""
    minted = Minted(token, now + LETTER_LIFETIME)
    _put(tx, conversation, inbox, minted, kind="letter", seq=seq, now=now)
    return minted


def _put(tx: Tx, conversation: str, inbox: str, minted: Minted, *, kind: LinkKind, seq: int, now: int) -> None:
    tx.execute(_REPLACE, conversation=conversation, inbox=inbox, of_kind=kind)
    tx.execute(
        _ADD, token_hash=hash_token(minted.token), conversation_id=conversation, inbox_id=inbox, created_at=now,
        expires_at=minted.until, kind=kind, seq=seq,
    )  # fmt: skip


def take(tx: Tx, token: str, inbox: str, *, now: int) -> Taken | None:
    """What a link leads to, and with that it is used up; ``None`` where it isn't one (any more)."""
    row = tx.one(_TAKE, hash=hash_token(token), inbox=inbox)
    return Taken(row[0], row[1], row[2]) if row and row[3] > now else None


def drop(tx: Tx, conversation: str) -> None:
    """Deletes a conversation's (erasure only)."""
    tx.execute(_DROP, conversation=conversation)


def forget(tx: Tx, *, before: int) -> None:
    """Deletes links that expired before."""
    tx.execute(_FORGET, before=before)
