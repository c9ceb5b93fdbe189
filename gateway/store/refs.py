"""Which message of a messenger is which of ours: a provider's id, within one identity's chat, and a place in a log.

One message of ours may be several of theirs (a long text in parts), and several of theirs one of ours (an album).
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, literal, select, update

from gateway.store.schema import message_refs
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_PUT = Query(lambda insert: insert(message_refs).on_conflict_do_nothing())
_FIND = Query(
    select(message_refs.c.conversation_id, message_refs.c.seq, message_refs.c.part).where(
        message_refs.c.business_id == _business,
        message_refs.c.identity_id == bindparam("identity"),
        message_refs.c.ref == bindparam("wanted"),
    )
)
_OF_MESSAGE = Query(
    select(message_refs.c.ref, message_refs.c.part)
    .where(
        message_refs.c.business_id == _business,
        message_refs.c.conversation_id == bindparam("conversation"),
        message_refs.c.seq == bindparam("at_seq"),
        message_refs.c.identity_id == bindparam("identity"),
    )
    .order_by(message_refs.c.part, message_refs.c.ref)
)
_DROP = Query(
    delete(message_refs).where(
        message_refs.c.business_id == _business, message_refs.c.conversation_id == bindparam("conversation")
    )
)
_ALBUM, _BEFORE = "album:", "before:"
_SET_APART = Query(
    update(message_refs)
    .where(
        message_refs.c.business_id == _business,
        message_refs.c.identity_id == bindparam("identity"),
        ~message_refs.c.ref.startswith(_ALBUM),
        ~message_refs.c.ref.startswith(_BEFORE),
    )
    .values(ref=literal(_BEFORE) + message_refs.c.ref)
)


class Found(NamedTuple):
    """A place in a log. ``part``: which of the message's pieces."""

    conversation: str
    seq: int
    part: int


def put(tx: Tx, identity: str, ref: str, *, conversation: str, seq: int, part: int = 0) -> None:
    """Notes it; what is known already stays as it is."""
    tx.execute(_PUT, identity_id=identity, ref=ref, conversation_id=conversation, seq=seq, part=part)


def find(tx: Tx, identity: str, ref: str) -> Found | None:
    row = tx.one(_FIND, identity=identity, wanted=ref)
    return Found(*row) if row else None


def album(name: str) -> str:
    """The ref of an album as a whole."""
    return _ALBUM + name


def before_move(ref: str) -> str:
    """What ``ref`` is known as since its chat has moved."""
    return _BEFORE + ref


def set_apart(tx: Tx, identity: str) -> None:
    """The chat has moved, where the provider counts its messages anew: what was said before can't be answered, changed or
    taken back there, and its ids mean other messages by now. See ``before_move``."""
    tx.execute(_SET_APART, identity=identity)


def of_message(tx: Tx, conversation: str, seq: int, *, identity: str) -> dict[int, tuple[str, ...]]:
    """The provider's ids of a message in this identity's chat, by part."""
    found: dict[int, tuple[str, ...]] = {}
    for ref, part in tx.all(_OF_MESSAGE, conversation=conversation, at_seq=seq, identity=identity):
        if not ref.startswith((_ALBUM, _BEFORE)):
            found[part] = (*found.get(part, ()), ref)
    return found


def drop(tx: Tx, conversation: str) -> None:
    """Forgets a conversation's (erasure only)."""
    tx.execute(_DROP, conversation=conversation)
