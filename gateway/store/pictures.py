"""Pictures of people, one an account. They are small and few, so they stand in the database: with the account they are
saved, restored and removed, and no sweeper need look after them."""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, delete, select, update

from gateway.store.schema import accounts, pictures
from gateway.store.sql import Query, Tx

_ADD = Query(lambda insert: insert(pictures))
_DROP = Query(delete(pictures).where(pictures.c.account_id == bindparam("account_id")))
_SHOW = Query(update(accounts).where(accounts.c.id == bindparam("account_id")).values(picture=bindparam("new_picture")))
_READ = Query(select(pictures.c.type, pictures.c.body).where(pictures.c.id == bindparam("picture_id")))


def put(tx: Tx, account: str, *, type: str, body: bytes) -> str:
    """The account's picture from now on; the name by which anybody may see it, another one each time."""
    remove(tx, account)
    name = secrets.token_urlsafe(16)
    tx.execute(_ADD, id=name, account_id=account, type=type, body=body)
    tx.execute(_SHOW, account_id=account, new_picture=name)
    return name


def remove(tx: Tx, account: str) -> None:
    tx.execute(_DROP, account_id=account)
    tx.execute(_SHOW, account_id=account, new_picture="")


def read(tx: Tx, picture: str) -> tuple[str, bytes] | None:
    """Its media type and its bytes."""
    row = tx.one(_READ, picture_id=picture)
    return (row[0], bytes(row[1])) if row else None
