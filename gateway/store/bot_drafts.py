"""What a business is teaching its bot just now: one draft, changed by one person after another."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, select, update

from gateway.store.schema import bot_drafts
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_c = bot_drafts.c


class StoredDraft(NamedTuple):
    """``source``: the project, as an archive; ``before``: as it was before the last change, None where it was begun.
    ``based_on``: the version it was begun from, "" for none. ``changed_by``: a
    name; ``revision`` counts the changes."""

    revision: int
    source: bytes
    before: bytes | None
    based_on: str
    changed_by: str
    changed_at: int


_FIND = Query(
    select(_c.revision, _c.source, _c.before, _c.based_on, _c.changed_by, _c.changed_at).where(
        _c.business_id == _business
    )
)
_BEGIN = Query(lambda insert: insert(bot_drafts).on_conflict_do_nothing())
_CHANGE = Query(
    update(bot_drafts)
    .where(_c.business_id == _business, _c.revision == bindparam("seen"))
    .values(
        revision=_c.revision + 1, source=bindparam("new_source"), before=bindparam("new_before"), based_on=bindparam("new_based_on"),
        changed_by=bindparam("by"), changed_at=bindparam("now"),
    )
)  # fmt: skip
_DROP = Query(delete(bot_drafts).where(_c.business_id == _business, _c.revision == bindparam("seen")))


def find(tx: Tx) -> StoredDraft | None:
    row = tx.one(_FIND)
    return StoredDraft(*row) if row else None


def put(tx: Tx, *, seen: int, source: bytes, before: bytes | None, based_on: str, by: str, now: int) -> bool:
    """Stores the draft after a change by whoever saw revision ``seen`` (0: there was none); False where it is another by now."""
    if seen == 0:
        return bool(
            tx.execute(
                _BEGIN, revision=1, source=source, before=before, based_on=based_on, changed_by=by, changed_at=now
            )
        )  # fmt: skip
    return bool(
        tx.execute(_CHANGE, seen=seen, new_source=source, new_before=before, new_based_on=based_on, by=by, now=now)
    )


def drop(tx: Tx, *, seen: int) -> bool:
    """Forgets the draft; False where it is another by now."""
    return bool(tx.execute(_DROP, seen=seen))
