"""What a business sets up for itself: teams, labels, hours, … One table; each kind's body has a type of its own
(``gateway.admin.kinds``).

A row counts its changes: whoever changes one says which version they saw, so that nobody overwrites what they never
looked at.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, select, update

from gateway.store.schema import configuration
from gateway.store.sql import Query, Tx

MOST = 1000
"""Items of a kind that a business may have."""

_business: BindParameter[str] = bindparam("business_id")
_kind = (configuration.c.business_id == _business, configuration.c.kind == bindparam("of_kind"))
_this = (*_kind, configuration.c.id == bindparam("item_id"))
_columns = (
    configuration.c.kind, configuration.c.id, configuration.c.name, configuration.c.body, configuration.c.secret,
    configuration.c.version, configuration.c.changed_at, configuration.c.changed_by,
)  # fmt: skip
_READ = Query(select(*_columns).where(*_kind).order_by(configuration.c.name).limit(MOST))
_FIND = Query(select(*_columns).where(*_this))
_NAMED = Query(select(*_columns).where(*_kind, configuration.c.name == bindparam("of_name")))
_ADD = Query(
    lambda insert: insert(configuration).on_conflict_do_nothing(index_elements=["business_id", "kind", "name"])
)
_CHANGE = Query(
    update(configuration)
    .where(*_this, configuration.c.version == bindparam("seen"))
    .values(
        name=bindparam("new_name"), body=bindparam("new_body"), version=configuration.c.version + 1,
        changed_at=bindparam("now"), changed_by=bindparam("by"),
    )
)  # fmt: skip
_SEAL = Query(update(configuration).where(*_this).values(secret=bindparam("new_secret")))
_REMOVE = Query(delete(configuration).where(*_this, configuration.c.version == bindparam("seen")))


class Item(NamedTuple):
    """``name``: by which it is told from others of its kind, casefolded. ``secret``: sealed, or "".

    ``changed_by``: the name of whoever changed it last.
    """

    kind: str
    id: str
    name: str
    body: str
    secret: str
    version: int
    changed_at: int
    changed_by: str


def read(tx: Tx, kind: str) -> list[Item]:
    """All of a kind, by name."""
    return [Item(*row) for row in tx.all(_READ, of_kind=kind)]


def find(tx: Tx, kind: str, item: str) -> Item | None:
    row = tx.one(_FIND, of_kind=kind, item_id=item)
    return Item(*row) if row else None


def named(tx: Tx, kind: str, name: str) -> Item | None:
    """By what it is told from others of its kind."""
    row = tx.one(_NAMED, of_kind=kind, of_name=name)
    return Item(*row) if row else None


def add(tx: Tx, item: Item) -> bool:
    """``False`` where another of its kind has the name."""
    return bool(tx.execute(_ADD, **item._asdict()))


def change(tx: Tx, item: Item, *, name: str, body: str, by: str, now: int) -> bool:
    """Writes over ``item``, as it was read; ``False`` where it has changed since. Its new name must be free."""
    return bool(
        tx.execute(
            _CHANGE, of_kind=item.kind, item_id=item.id, seen=item.version, new_name=name, new_body=body, by=by, now=now
        )
    )


def seal(tx: Tx, kind: str, item: str, secret: str) -> None:
    tx.execute(_SEAL, of_kind=kind, item_id=item, new_secret=secret)


def remove(tx: Tx, item: Item) -> bool:
    """``False`` where it has changed since it was read."""
    return bool(tx.execute(_REMOVE, of_kind=item.kind, item_id=item.id, seen=item.version))
