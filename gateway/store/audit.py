"""The audit log: who changed what of a business's set-up, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, select

from gateway.model.ids import new_id
from gateway.store.schema import audit
from gateway.store.sql import Query, Tx

LATEST = "z" * 27
"""Behind every id."""
LONGEST = 200
"""Characters of a value that the log keeps."""

_business: BindParameter[str] = bindparam("business_id")
_NOTE = Query(lambda insert: insert(audit))
_PAGE = Query(
    select(
        audit.c.id, audit.c.at, audit.c.actor, audit.c.actor_name, audit.c.action, audit.c.kind, audit.c.subject,
        audit.c.name, audit.c.changes,
    )
    .where(audit.c.business_id == _business, audit.c.id < bindparam("before"))
    .order_by(audit.c.id.desc())
    .limit(bindparam("limit"))
)  # fmt: skip
_FORGET = Query(delete(audit).where(audit.c.business_id == _business, audit.c.at < bindparam("before_at")))


class Actor(NamedTuple):
    """Who did it: an account's or a token's id, the name that others know, and the role where that matters."""

    id: str
    name: str
    role: str = ""


class Line(NamedTuple):
    """``action``: added, changed, removed, …; ``changes``: by field, what it was and what it is, as JSON."""

    id: str
    at: int
    actor: str
    actor_name: str
    action: str
    kind: str
    subject: str
    name: str
    changes: str


def note(
    tx: Tx, actor: Actor, action: str, *, kind: str, subject: str, name: str, now: int,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:  # fmt: skip
    """Writes a line. No secret may be in ``changes``."""
    kept = {field: [_short(before), _short(after)] for field, (before, after) in (changes or {}).items()}
    tx.execute(
        _NOTE, id=new_id(now), at=now, actor=actor.id, actor_name=actor.name, action=action, kind=kind, subject=subject,
        name=name, changes=msgspec.json.encode(kept).decode(),
    )  # fmt: skip


def differences(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """What differs between two structs of one type, by field; ``before`` may be ``None``."""
    old = msgspec.to_builtins(before) if before is not None else {}
    new = msgspec.to_builtins(after) if after is not None else {}
    return {
        field: (old.get(field), new.get(field))
        for field in {**old, **new}
        if old.get(field) != new.get(field)
    }  # fmt: skip


def page(tx: Tx, *, before: str = LATEST, limit: int) -> list[Line]:
    """Lines behind ``before`` (a line's id), latest first."""
    return [Line(*row) for row in tx.all(_PAGE, before=before, limit=limit)]


def forget(tx: Tx, *, before: int) -> int:
    """Deletes lines older than an instant; how many."""
    return tx.execute(_FORGET, before_at=before)


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    if isinstance(value, dict | list):
        text = msgspec.json.encode(value).decode()
        return value if len(text) <= 4 * LONGEST else text[: 4 * LONGEST] + "…"
    return value
