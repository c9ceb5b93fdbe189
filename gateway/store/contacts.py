"""Who is who: contacts, and the addresses that they have. A merge is a pointer from one contact to another, and
clearing it undoes it: identities and conversations keep the contact that they began with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, select, text, update

from gateway.ports import Profile
from gateway.store.schema import MERGED, contacts, conversations, identities, inboxes
from gateway.store.sql import Query, Tx
from gateway.store.writer import CannotLock

Assurance = Literal["claimed", "signed"]
"""How sure it is whose an address is: by the sender's own word, or by the business's signature."""
GONE = "gone:"
"""How the address of a retired identity begins; no channel makes such a one."""
LAST = "z" * 27
"""Behind every id."""
FAMILY = 500
"""Contacts that are merged into one, and addresses of one, at most."""

_business: BindParameter[str] = bindparam("business_id")
_this = (contacts.c.business_id == _business, contacts.c.id == bindparam("contact_id"))
_columns = (
    contacts.c.id, contacts.c.name, contacts.c.attributes, contacts.c.merged_into, contacts.c.approached_at,
    contacts.c.merge, contacts.c.blocked_until, contacts.c.block, contacts.c.refused,
)  # fmt: skip
_READ = Query(select(*_columns).where(*_this))
# Whoever makes a conversation or an identity just now holds the contact's key: that needn't wait for a merge.
_LOCK = Query(select(*_columns).where(*_this).with_for_update(key_share=True, of=contacts))
_MERGED = Query(
    select(contacts.c.id)
    .where(
        contacts.c.business_id == _business,
        contacts.c.merged_into == bindparam("into"),
        text(MERGED),
    )
    .limit(FAMILY)  # unordered: else SQLite walks all contacts in their order instead of the few by their index
)
_MERGE = Query(
    update(contacts).where(*_this).values(merged_into=bindparam("new_merged_into"), merge=bindparam("new_merge"))
)
_up = select(contacts.c.id, contacts.c.merged_into).where(*_this).cte("up", recursive=True)
_up = _up.union(
    select(contacts.c.id, contacts.c.merged_into)
    .join(_up, contacts.c.id == _up.c.merged_into)
    .where(contacts.c.business_id == _business)
)
_APPROACH = Query(
    update(contacts)
    .where(contacts.c.business_id == _business, contacts.c.id.in_(select(_up.c.id)))
    .values(approached_at=bindparam("new_approached_at"))
)
_APPROACHED_TOO = Query(
    update(contacts)
    .where(*_this, contacts.c.approached_at < bindparam("new_approached_at"))
    .values(approached_at=bindparam("new_approached_at"))
)
_DESCRIBE = Query(
    update(contacts).where(*_this).values(name=bindparam("new_name"), attributes=bindparam("new_attributes"))
)
_KNOW = Query(update(contacts).where(*_this).values(knew=bindparam("new_knew"), knew_at=bindparam("new_knew_at")))
_ADDRESSES = (
    select(
        identities.c.id, identities.c.inbox_id, inboxes.c.channel, identities.c.address, identities.c.assurance,
        identities.c.contact_id, identities.c.conversation_id, identities.c.created_at,
    )
    .join(inboxes, (inboxes.c.business_id == identities.c.business_id) & (inboxes.c.id == identities.c.inbox_id))
    .where(identities.c.business_id == _business)
)  # fmt: skip
_ADDRESS = Query(_ADDRESSES.where(identities.c.id == bindparam("identity_id")))
_LOCK_ADDRESS = Query(_ADDRESSES.where(identities.c.id == bindparam("identity_id")).with_for_update(of=identities))
_ADDRESSES_OF = Query(
    _ADDRESSES.where(identities.c.contact_id == bindparam("contact_id")).order_by(identities.c.id).limit(FAMILY)
)
_this_identity = (identities.c.business_id == _business, identities.c.id == bindparam("identity_id"))
_VOUCH = Query(update(identities).where(*_this_identity).values(assurance=bindparam("new_assurance")))
_RETIRE = Query(
    update(identities)
    .where(*_this_identity)
    .values(address=bindparam("new_address"), former_address="", conversation_id="")
)
_CONVERSATIONS = Query(
    select(conversations.c.id)
    .where(
        conversations.c.business_id == _business,
        conversations.c.contact_id == bindparam("contact_id"),
        conversations.c.id > bindparam("after"),
    )
    .order_by(conversations.c.id)
    .limit(bindparam("limit"))
)
_LATEST = Query(
    select(conversations.c.id, conversations.c.status, conversations.c.updated_at)
    .where(
        conversations.c.business_id == _business,
        conversations.c.contact_id == bindparam("contact_id"),
        conversations.c.id < bindparam("before"),
    )
    .order_by(conversations.c.id.desc())
    .limit(bindparam("limit"))
)


class Contact(NamedTuple):
    """``approached_at``: when they, or who is merged into them, came last; 0: never. ``merge``: a ``Merged`` as JSON,
    where they are merged into another; ``block``, ``refused``: see ``store.blocks``."""

    id: str
    name: str
    attributes: str
    merged_into: str
    approached_at: int = 0
    merge: str = ""
    blocked_until: int = 0
    block: str = ""
    refused: int = 0

    @property
    def known(self) -> Attributes:
        return msgspec.json.decode(self.attributes, type=Attributes)

    @property
    def email(self) -> str:
        return self.known.email

    @property
    def merged(self) -> Merged | None:
        """How they were merged into another; ``None`` where they aren't, or it was done before that was noted."""
        return msgspec.json.decode(self.merge, type=Merged) if self.merge else None


class Merged(msgspec.Struct, frozen=True, omit_defaults=True):
    """A merge, as undoing it needs it. ``by``: an account's or a token's id, "" where the contact did it themselves by a
    link or by signing in; ``name``: as colleagues know them. ``changed``: what it made of the other contact's fields
    (``gateway.dispatcher.merging``), by field: before and after."""

    at: int = 0
    by: str = ""
    name: str = ""
    changed: dict[str, tuple[str, str]] = {}


NOBODY = Merged()
"""A merge of which nothing is noted."""


class Attributes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What else is known of a contact. By the business's word: ``email``, ``phone`` (digits, with ``+`` before them where
    the country is told), ``company``, ``external`` (their id in the business's own systems), ``own`` (whatever else it
    keeps, by name) and ``note``. Nobody vouches for the rest: ``claimed`` by their pages, ``details`` by themselves,
    ``consents`` by inbox: the version that they agreed to. ``rating_asked_at``: when they were asked for a rating last; 0:
    never."""

    email: str = ""
    phone: str = ""
    company: str = ""
    external: str = ""
    own: dict[str, str] = {}
    note: str = ""
    claimed: dict[str, str] = {}
    details: dict[str, str] = {}
    consents: dict[str, str] = {}
    rating_asked_at: int = 0


class Address(NamedTuple):
    """An identity with all that a link must know. ``conversation``: the one that it speaks in, "" before the first;
    ``since``: when they came by it first."""

    id: str
    inbox: str
    channel: str
    address: str
    assurance: Assurance
    contact: str
    conversation: str
    since: int = 0

    @property
    def is_gone(self) -> bool:
        """It was retired: nobody can come with it any more."""
        return self.address.startswith(GONE)


class Past(NamedTuple):
    """A conversation of a contact."""

    conversation: str
    status: str
    updated_at: int


# --- contacts and their merges ---


def read(tx: Tx, contact: str) -> Contact | None:
    row = tx.one(_READ, contact_id=contact)
    return Contact(*row) if row else None


def root(tx: Tx, contact: str) -> Contact | None:
    """Whom the contact is merged into in the end: itself where it isn't."""
    found = read(tx, contact)
    while found is not None and found.merged_into:
        found = read(tx, found.merged_into)
    return found


def lock(tx: Tx, contact: str) -> Contact | None:
    """Whom the contact is merged into in the end, locked; ``None`` where there is none."""
    while (row := tx.one(_LOCK, contact_id=contact)) is not None:
        found = Contact(*row)
        if not found.merged_into:
            return found
        contact = found.merged_into
    return None


def family(tx: Tx, contact: str) -> list[str]:
    """The contact and all that are merged into it, also by way of others."""
    found = [contact]
    for one in found:
        found += sorted(name for (name,) in tx.all(_MERGED, into=one))
    return found[:FAMILY]


def know(tx: Tx, contact: str, operator: str, *, now: int) -> None:
    """``operator`` talks with them now: if they come again, that is who knows them."""
    tx.execute(_KNOW, contact_id=contact, new_knew=operator, new_knew_at=now)


def approach(tx: Tx, contact: str, *, now: int) -> None:
    """They came just now: so did whom they are merged into."""
    tx.execute(_APPROACH, contact_id=contact, new_approached_at=now)


def merge(tx: Tx, contact: str, into: str, *, how: Merged = NOBODY) -> bool:
    """Points ``contact`` (or whom it is merged into) to ``into``; ``False`` where they are one already."""
    one, other = root(tx, contact), root(tx, into)
    assert one is not None and other is not None
    if one.id == other.id:
        return False
    for name in sorted((one.id, other.id)):
        row = tx.one(_LOCK, contact_id=name)
        if row is None or row[3]:
            raise CannotLock  # merged elsewhere meanwhile: the unit looks again
    note_merge(tx, one.id, other.id, how)
    tx.execute(_APPROACHED_TOO, contact_id=other.id, new_approached_at=one.approached_at)
    return True


def note_merge(tx: Tx, contact: str, into: str, how: Merged) -> None:
    tx.execute(
        _MERGE, contact_id=contact, new_merged_into=into, new_merge=msgspec.json.encode(how).decode()
    )  # fmt: skip


def forget_merge(tx: Tx, contact: str) -> None:
    """Forgets what a merge made of anybody's fields; the pointer stays."""
    found = read(tx, contact)
    if found is not None and found.merged is not None:
        note_merge(tx, contact, found.merged_into, msgspec.structs.replace(found.merged, changed={}))


def separate(tx: Tx, contact: str) -> None:
    """Undoes the merge of ``contact`` into another."""
    tx.execute(_MERGE, contact_id=contact, new_merged_into="", new_merge="")


def describe(tx: Tx, contact: str, *, name: str, attributes: Attributes) -> None:
    """Sets what is known of a contact."""
    tx.execute(_DESCRIBE, contact_id=contact, new_name=name, new_attributes=msgspec.json.encode(attributes).decode())


# --- their addresses ---


def address(tx: Tx, identity: str) -> Address | None:
    """An identity, for reading."""
    row = tx.one(_ADDRESS, identity_id=identity)
    return Address(*row) if row else None


def lock_addresses(tx: Tx, names: Iterable[str]) -> dict[str, Address]:
    """The identities of ``names`` that exist, locked in id order."""
    rows = (tx.one(_LOCK_ADDRESS, identity_id=name) for name in sorted(names))
    return {row[0]: Address(*row) for row in rows if row is not None}


def addresses(tx: Tx, contact: str) -> list[Address]:
    """The contact's own identities, without those of who is merged into it."""
    return [Address(*row) for row in tx.all(_ADDRESSES_OF, contact_id=contact)]


def vouch(tx: Tx, identity: str, contact: str, profile: Profile) -> None:
    """Notes what the business itself says of whose the identity is; what it doesn't say stays as it was."""
    known = read(tx, contact)
    assert known is not None
    tx.execute(_VOUCH, identity_id=identity, new_assurance="signed")
    attributes = msgspec.structs.replace(known.known, email=profile.email or known.email)
    describe(tx, contact, name=profile.name or known.name, attributes=attributes)


def note(
    tx: Tx, contact: str, *, claimed: Mapping[str, str] = {}, details: Mapping[str, str] = {},
    consents: Mapping[str, str] = {}, rating_asked_at: int = 0,
) -> None:  # fmt: skip
    """Adds to what is known of a contact without anybody's vouching; an empty value removes one."""
    row = tx.one(_LOCK, contact_id=contact)
    assert row is not None
    found = Contact(*row)
    known = found.known
    attributes = msgspec.structs.replace(
        known,
        claimed=_joined(known.claimed, claimed),
        details=_joined(known.details, details),
        consents=_joined(known.consents, consents),
        rating_asked_at=rating_asked_at or known.rating_asked_at,
    )
    describe(tx, contact, name=found.name, attributes=attributes)


def has_agreed(tx: Tx, contact: str, inbox: str, version: str) -> bool:
    """Whether the contact agreed to this version of an inbox's text in whatever conversation."""
    found = read(tx, contact)
    return found is not None and found.known.consents.get(inbox) == version


def _joined(known: Mapping[str, str], news: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**known, **news}.items() if value}


def retire(tx: Tx, identity: str) -> None:
    """Takes the identity's address away: whoever comes with it next is a stranger."""
    tx.execute(_RETIRE, identity_id=identity, new_address=GONE + identity)


# --- their conversations ---


def conversations_of(tx: Tx, contact: str, *, after: str = "", limit: int = FAMILY) -> list[str]:
    """The contact's own conversations behind ``after``, oldest first."""
    return [name for (name,) in tx.all(_CONVERSATIONS, contact_id=contact, after=after, limit=limit)]


def latest(tx: Tx, contact: str, *, limit: int, before: str = LAST) -> list[Past]:
    """The contact's own conversations that began before ``before`` did, latest first."""
    return [Past(*row) for row in tx.all(_LATEST, contact_id=contact, before=before, limit=limit)]


def latest_of_all(tx: Tx, contact: str, *, limit: int, before: str = LAST) -> list[Past]:
    """The conversations of the contact and of all that are merged into it, latest first."""
    found = (one for name in family(tx, contact) for one in latest(tx, name, limit=limit, before=before))
    return sorted(found, reverse=True)[:limit]
