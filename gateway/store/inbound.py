"""Who writes, and whether they wrote this already: identities, contacts and inbound keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BindParameter, Text, bindparam, cast, delete, select, text, update

from gateway.errors import IdReused
from gateway.model.ids import new_id
from gateway.store import refs
from gateway.store.schema import FORMER, contacts, identities, inbound_keys
from gateway.store.sql import Query, Tx, any_of, names_of

_business: BindParameter[str] = bindparam("business_id")
_FIND = Query(
    select(identities.c.id, identities.c.contact_id, identities.c.conversation_id, identities.c.blocked_until)
    .where(
        identities.c.business_id == _business,
        identities.c.inbox_id == bindparam("inbox_id"),
        identities.c.address == bindparam("address"),
    )
    .with_for_update(of=identities)
)
_PEEK = Query(
    select(identities.c.id, identities.c.contact_id, identities.c.conversation_id, identities.c.blocked_until).where(
        identities.c.business_id == _business,
        identities.c.inbox_id == bindparam("inbox_id"),
        identities.c.address == bindparam("address"),
    )
)
_ALL = (
    "SELECT inbox_id, address, id, contact_id, conversation_id, blocked_until FROM identities"
    " WHERE business_id = :business_id AND inbox_id {inboxes} AND address {addresses} ORDER BY id"
)
_FIND_ALL = Query(
    text(
        _ALL.format(
            inboxes="IN (SELECT value FROM json_each(:inboxes))",
            addresses="IN (SELECT value FROM json_each(:addresses))",
        )
    ),
    postgresql=text(
        _ALL.format(inboxes=any_of("inboxes"), addresses=any_of("addresses")) + " FOR UPDATE OF identities"
    ),
    beside=True,
)
_LOCK = Query(
    select(identities.c.conversation_id, identities.c.inbox_id, identities.c.address)
    .where(identities.c.business_id == _business, identities.c.id == bindparam("identity_id"))
    .with_for_update(of=identities)
)
_ADD_CONTACT = Query(lambda insert: insert(contacts))
_DROP_CONTACT = Query(
    delete(contacts).where(contacts.c.business_id == _business, contacts.c.id == bindparam("contact_id"))
)
_ADD_IDENTITY = Query(
    lambda insert: insert(identities).on_conflict_do_nothing(index_elements=["business_id", "inbox_id", "address"])
)
_POINT = Query(
    update(identities)
    .where(identities.c.business_id == _business, identities.c.id == bindparam("identity_id"))
    .values(conversation_id=bindparam("new_conversation"))
)
_MOVE = Query(
    update(identities)
    .where(
        identities.c.business_id == _business,
        identities.c.inbox_id == bindparam("inbox_id"),
        identities.c.address == bindparam("old_address"),
    )
    .values(address=bindparam("new_address"), former_address=bindparam("old_address"))
)
_MOVED = Query(
    select(
        identities.c.id,
        identities.c.contact_id,
        identities.c.conversation_id,
        identities.c.blocked_until,
        identities.c.address,
    ).where(
        identities.c.business_id == _business,
        identities.c.inbox_id == bindparam("inbox_id"),
        identities.c.former_address == bindparam("address"),
        text(FORMER),
    )
)
_CLAIM = Query(lambda insert: insert(inbound_keys).on_conflict_do_nothing())
_CLAIMED = Query(
    select(inbound_keys.c.digest, inbound_keys.c.conversation_id, inbound_keys.c.seq).where(
        inbound_keys.c.business_id == _business,
        inbound_keys.c.inbox_id == bindparam("inbox_id"),
        inbound_keys.c.scope == bindparam("scope"),
        inbound_keys.c.key == bindparam("key"),
    )
)
_of_scope = (
    inbound_keys.c.business_id == _business,
    inbound_keys.c.inbox_id == bindparam("inbox_id"),
    inbound_keys.c.scope == bindparam("old_scope"),
)
_ADOPT_KEYS = Query(
    lambda insert: (
        insert(inbound_keys)
        .from_select(
            [column.name for column in inbound_keys.c],
            select(
                *(
                    cast(bindparam("new_scope"), Text) if column is inbound_keys.c.scope else column
                    for column in inbound_keys.c
                )
            ).where(*_of_scope),
        )
        .on_conflict_do_nothing()
    )
)
_DROP_KEYS = Query(delete(inbound_keys).where(*_of_scope))
_FORGET_KEYS = Query(
    delete(inbound_keys).where(inbound_keys.c.at < bindparam("before")),
    postgresql=text("SELECT switchboard_forget_keys(:before)"),
    across=True,
)


class Identity(NamedTuple):
    """An address on an inbox, whose it is, and the conversation that it speaks in ("" before the first).
    ``blocked_until``: nothing of theirs is taken before that instant; 0 for whoever isn't blocked."""

    id: str
    contact: str
    conversation: str
    blocked_until: int = 0

    def is_blocked(self, now: int) -> bool:
        return self.blocked_until > now


class Claim(NamedTuple):
    """An inbound key: the provider's id of an input, within ``scope`` where the client chooses the id.

    ``digest`` tells a repeat from another body under the same id.
    """

    inbox: str
    scope: str
    key: str
    digest: str


class Earlier(NamedTuple):
    """What the first arrival of a repeated input led to."""

    conversation: str
    seq: int


def find_identity(tx: Tx, inbox: str, address: str) -> Identity | None:
    """The identity, for reading."""
    row = tx.one(_PEEK, inbox_id=inbox, address=address)
    return Identity(*row) if row else None


def lock_identity(tx: Tx, inbox: str, address: str, *, now: int, name: str = "") -> Identity:
    """The identity with its row locked; made, with a contact, where it is new. Two at once make one."""
    known: Identity | None = tx.recall(identities.name, f"{inbox}/{address}")
    if known is not None:
        return known
    row = tx.one(_FIND, inbox_id=inbox, address=address)
    if row is None:
        contact = new_id(now)
        add_contact(tx, contact, name=name, attributes="{}", now=now, approached_at=now)
        made = tx.execute(
            _ADD_IDENTITY, id=new_id(now), inbox_id=inbox, address=address, contact_id=contact, conversation_id="",
            assurance="claimed", created_at=now, former_address="", blocked_until=0,
        )  # fmt: skip
        if not made:  # another node was first: its contact is the one
            tx.execute(_DROP_CONTACT, contact_id=contact)
        row = tx.one(_FIND, inbox_id=inbox, address=address)
        assert row is not None
    found = Identity(*row)
    tx.remember(identities.name, f"{inbox}/{address}", found)
    return found


def lock_ahead(tx: Tx, addresses: Sequence[tuple[str, str]]) -> list[str]:
    """Locks what is about to be asked for by ``lock_identity``, (inbox, address) each, by one statement (and one of the same
    address on another of these inboxes, if there is); the conversations that those which there are speak in."""
    inboxes, named = {inbox for inbox, _ in addresses}, {address for _, address in addresses}
    rows = tx.all(_FIND_ALL, inboxes=names_of(inboxes), addresses=names_of(named))
    for inbox, address, *row in rows:
        tx.remember(identities.name, f"{inbox}/{address}", Identity(*row))
    return [row[4] for row in rows]


def add_contact(tx: Tx, contact: str, *, name: str, attributes: str, now: int, approached_at: int = 0) -> None:
    """A new contact. ``approached_at``: when they came by themselves; 0 for whom the business knows from elsewhere."""
    tx.execute(
        _ADD_CONTACT, id=contact, name=name, attributes=attributes, merged_into="", created_at=now, knew="", knew_at=0,
        approached_at=approached_at, merge="", blocked_until=0, block="", refused=0,
    )  # fmt: skip


def lock_identity_by_id(tx: Tx, identity: str) -> tuple[str, str, str] | None:
    """(conversation, inbox, address) of an identity, its row locked."""
    row = tx.one(_LOCK, identity_id=identity)
    return (row[0], row[1], row[2]) if row else None


def point_identity(tx: Tx, identity: str, conversation: str) -> None:
    """Moves the identity's pointer: what it writes goes to ``conversation`` from now on."""
    tx.execute(_POINT, identity_id=identity, new_conversation=conversation)


def move_address(tx: Tx, inbox: str, old: str, new: str) -> None:
    """The same chat has another address now, and its messages are numbered anew; nothing where the new one is known
    already."""
    identity = find_identity(tx, inbox, old)
    if identity is None or find_identity(tx, inbox, new) is not None:
        return
    tx.execute(_MOVE, inbox_id=inbox, old_address=old, new_address=new)
    refs.set_apart(tx, identity.id)


def find_moved(tx: Tx, inbox: str, former: str) -> tuple[Identity, str] | None:
    """The identity that had this address before it moved, and the address that it has now."""
    row = tx.one(_MOVED, inbox_id=inbox, address=former)
    return (Identity(*row[:4]), row[4]) if row else None


def earlier(tx: Tx, claim: Claim) -> Earlier | None:
    """What the key led to before, if it is known. Raises ``IdReused`` for another body under the same id."""
    row = tx.one(_CLAIMED, inbox_id=claim.inbox, scope=claim.scope, key=claim.key)
    if row is None:
        return None
    if row[0] != claim.digest:
        raise IdReused("This id was used for something else. Send it again under a new id.")
    return Earlier(row[1], row[2])


def claim_key(tx: Tx, claim: Claim, *, conversation: str, seq: int, now: int) -> Earlier | None:
    """Claims the key for a result; the earlier result if it was claimed before. Raises ``IdReused``."""
    claimed = tx.execute(
        _CLAIM, inbox_id=claim.inbox, scope=claim.scope, key=claim.key, digest=claim.digest,
        conversation_id=conversation, seq=seq, at=now,
    )  # fmt: skip
    return None if claimed else earlier(tx, claim)


def adopt_keys(tx: Tx, inbox: str, scope: str, *, by: str) -> None:
    """What was claimed within ``scope`` counts as claimed within ``by``: a repeat finds its first result there."""
    tx.execute(_ADOPT_KEYS, inbox_id=inbox, old_scope=scope, new_scope=by)
    drop_keys(tx, inbox, scope)


def drop_keys(tx: Tx, inbox: str, scope: str) -> None:
    """Deletes the keys of a scope whose owner is gone."""
    tx.execute(_DROP_KEYS, inbox_id=inbox, old_scope=scope)


def forget_keys(tx: Tx, *, before: int) -> None:
    """Deletes keys that no provider repeats any more."""
    tx.execute(_FORGET_KEYS, before=before)
