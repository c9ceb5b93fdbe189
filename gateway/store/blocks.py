"""Whom the business blocked. A block is a fact of one contact; it holds for all that are one with them.

So that an input needs no further look, each identity carries until when it is blocked: ``spread`` writes that after
whatever may change it.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import BindParameter, bindparam, update

from gateway.store import contacts as people
from gateway.store.schema import contacts, identities
from gateway.store.sql import Query, Tx

FOREVER = 1 << 62
"""The end of a block that has none."""
Reason = Literal["spam", "abuse", "threats", "other"]

_business: BindParameter[str] = bindparam("business_id")
_this = (contacts.c.business_id == _business, contacts.c.id == bindparam("contact_id"))
_BLOCK = Query(
    update(contacts)
    .where(*_this)
    .values(
        blocked_until=bindparam("new_until"), block=bindparam("new_block"), refused=bindparam("new_refused", 0)
    )
)  # fmt: skip
_SPREAD = Query(
    update(identities)
    .where(identities.c.business_id == _business, identities.c.contact_id == bindparam("contact_id"))
    .values(blocked_until=bindparam("new_until"))
)
_REFUSE = Query(
    update(contacts).where(*_this).values(refused=contacts.c.refused + 1).returning(contacts.c.refused)
)  # fmt: skip


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """``note``: the reason in somebody's own words. ``by``: an account's or a token's id; ``name``: as colleagues know
    them."""

    at: int
    reason: Reason
    by: str
    name: str
    note: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A block that holds. ``refused``: inputs that were not taken since."""

    until: int
    block: Block
    refused: int


def standing(tx: Tx, contact: str, *, now: int) -> Standing | None:
    """The block that holds for a contact and all that are one with it; of several the one that ends last."""
    whole = people.root(tx, contact)
    known = [people.read(tx, name) for name in people.family(tx, whole.id)] if whole else []
    held = [one for one in known if one is not None and one.blocked_until > now]
    if not held:
        return None
    last = max(held, key=lambda one: one.blocked_until)
    refused = sum(one.refused for one in known if one is not None)
    return Standing(
        until=last.blocked_until, block=msgspec.json.decode(last.block, type=Block), refused=refused
    )  # fmt: skip


def put(tx: Tx, contact: str, block: Block, *, until: int, now: int) -> None:
    """Blocks a contact and all that are merged into it until an instant; each of them keeps it if they are parted. What
    was counted before counts no more."""
    body = msgspec.json.encode(block).decode()
    for name in people.family(tx, contact):
        tx.execute(_BLOCK, contact_id=name, new_until=until, new_block=body)
    spread(tx, contact, now=now)


def lift(tx: Tx, contact: str, *, now: int) -> None:
    """Ends the block of a contact and of all that are merged into it."""
    for name in people.family(tx, contact):
        tx.execute(_BLOCK, contact_id=name, new_until=0, new_block="")
    spread(tx, contact, now=now)


def spread(tx: Tx, contact: str, *, now: int) -> None:
    """Writes with each identity of a contact and of who is merged into it until when it is blocked."""
    family = people.family(tx, contact)
    held = standing(tx, contact, now=now)
    for name in family:
        tx.execute(_SPREAD, contact_id=name, new_until=held.until if held else 0)


def refuse(tx: Tx, contact: str) -> int:
    """An input of a blocked contact wasn't taken; how many by now."""
    row = tx.one(_REFUSE, contact_id=contact)
    assert row is not None
    return int(row[0])
