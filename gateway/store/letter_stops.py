"""Who wants no letters with answers that they didn't read: by address, whoever else gives it. Only a digest is kept, which
outlasts an erasure: a stranger may give the address again."""

from __future__ import annotations

import hashlib

from sqlalchemy import BindParameter, bindparam, delete, select

from gateway.store.schema import letter_stops
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_this = (letter_stops.c.business_id == _business, letter_stops.c.address_hash == bindparam("address"))
_FIND = Query(select(letter_stops.c.stopped_at).where(*_this))
_ADD = Query(lambda insert: insert(letter_stops).on_conflict_do_nothing())
_REMOVE = Query(delete(letter_stops).where(*_this))


def digest_of(address: str) -> str:
    """As an address is kept, whatever the case of its letters: 64 hexadecimal digits."""
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()


def is_stopped(tx: Tx, address: str) -> bool:
    return has(tx, digest_of(address))


def has(tx: Tx, digest: str) -> bool:
    return tx.one(_FIND, address=digest) is not None


def stop(tx: Tx, digest: str, *, now: int) -> None:
    """No more letters to the address of ``digest``."""
    tx.execute(_ADD, address_hash=digest, stopped_at=now)


def resume(tx: Tx, digest: str) -> None:
    """Letters again."""
    tx.execute(_REMOVE, address=digest)
