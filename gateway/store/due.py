"""Due rows: turns, deliveries, timers. Written with their cause, claimed one way, claimed again after a crash.

A claim's proof is its fence. Each claim raises it, and a new row's begins at random: a row is deleted when its work is done, and
written anew by the same name, and whoever was late with the old one must not take the new one for theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, delete, func, or_, select, text, update

from gateway.store.schema import due
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_this = (due.c.business_id == _business, due.c.kind == bindparam("kind"), due.c.subject == bindparam("subject"))

_PUT = Query(lambda insert: insert(due).on_conflict_do_nothing(index_elements=["business_id", "kind", "subject"]))
_REPLACE = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["business_id", "kind", "subject"],
            set_={
                name: statement.excluded[name] for name in ("due_at", "payload", "attempts", "lease_by", "lease_until")
            }
            | {"fence": due.c.fence + 1},  # whoever holds the row must not finish what was set anew
        )
    )(insert(due))
)
_POKE = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["business_id", "kind", "subject"], set_={"fence": due.c.fence}
        )
    )(insert(due))
)
_FREE = and_(due.c.due_at <= bindparam("now"), due.c.lease_until <= bindparam("now"))
_CLAIMABLE = Query(
    select(due.c.business_id, due.c.kind, due.c.subject)
    .where(_FREE)
    .order_by(due.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
    postgresql=text("SELECT business_id, kind, subject FROM switchboard_claimable(:now, :limit)"),
    across=True,
)
_NEXT = Query(
    select(func.min(func.max(due.c.due_at, due.c.lease_until))),
    postgresql=text("SELECT switchboard_next_due()"),
    across=True,
)
_LEASE = Query(
    update(due)
    .where(*_this, _FREE)
    .values(fence=due.c.fence + 1, attempts=due.c.attempts + 1, lease_by=bindparam("node"),
            lease_until=bindparam("until"))
    .returning(due.c.fence, due.c.attempts, due.c.due_at, due.c.payload)
)  # fmt: skip
_DELETE = Query(delete(due).where(*_this, due.c.fence == bindparam("fence")))
_DROP = Query(delete(due).where(*_this))
_DELAY = Query(
    update(due)
    .where(*_this, due.c.fence == bindparam("fence"))
    .values(due_at=bindparam("new_due_at"), lease_by="", lease_until=0, attempts=bindparam("new_attempts"))
)
_FORWARD = Query(
    update(due)
    .where(*_this, due.c.lease_by == bindparam("node"), due.c.due_at > bindparam("new_due_at"))
    .values(due_at=bindparam("new_due_at"))
    .returning(due.c.fence)
)
_HASTEN = Query(
    update(due)
    .where(*_this, or_(due.c.due_at > bindparam("new_due_at"), due.c.lease_until > 0))
    .values(due_at=bindparam("new_due_at"), fence=due.c.fence + 1, lease_by=bindparam("nobody", ""), lease_until=0)
)
_WAKE = Query(
    update(due)
    .where(*_this, due.c.due_at > bindparam("new_due_at"), due.c.lease_until == 0)
    .values(due_at=bindparam("new_due_at"))
)
_PAYLOAD = Query(select(due.c.payload).where(*_this))
_POSTPONE = Query(
    update(due)
    .where(*_this)
    .values(due_at=bindparam("new_due_at"), fence=due.c.fence + 1, lease_by=bindparam("nobody", ""), lease_until=0)
)
_RENEW = Query(update(due).where(*_this, due.c.fence == bindparam("fence")).values(lease_until=bindparam("new_until")))
_CARRY = Query(
    update(due)
    .where(*_this, due.c.fence == bindparam("fence"))
    .values(payload=bindparam("new_payload"), lease_until=bindparam("new_until"))
)
_RELEASE = Query(
    update(due)
    .where(due.c.business_id == _business, due.c.lease_by == bindparam("node"))
    .values(lease_by="", lease_until=0)
)
_RELEASE_DEAD = Query(
    update(due).where(due.c.lease_until > 0).values(lease_by=bindparam("nobody", ""), lease_until=0), across=True
)
_BRING_BACK = Query(
    update(due)
    .where(due.c.due_at > bindparam("new_due_at"), due.c.due_at <= bindparam("upto"))
    .values(due_at=bindparam("new_due_at")),
    across=True,
)
_HELD = Query(
    select(due.c.business_id).distinct().where(due.c.lease_by == bindparam("node")),
    postgresql=text("SELECT switchboard_holds(:node)"),
    across=True,
)


class Due(NamedTuple):
    """A claimed row. ``fence`` proves the claim; ``attempts`` counts it too."""

    business: str
    kind: str
    subject: str
    fence: int
    attempts: int
    due_at: int
    payload: str


def put(tx: Tx, kind: str, subject: str, *, due_at: int, payload: str = "{}") -> bool:
    """Writes a row unless there is one already."""
    return bool(
        tx.execute(
            _PUT, kind=kind, subject=subject, due_at=due_at, fence=_begun(), attempts=0, lease_by="", lease_until=0,
            payload=payload,
        )
    )  # fmt: skip


def hold(tx: Tx, kind: str, subject: str, *, due_at: int, node: str, until: int) -> int | None:
    """As ``put``, for a node that claims the row as it writes it, until then: the claim's fence."""
    fence = _begun()
    written = tx.execute(
        _PUT, kind=kind, subject=subject, due_at=due_at, fence=fence, attempts=1, lease_by=node, lease_until=until,
        payload="{}",
    )  # fmt: skip
    return fence if written else None


def _begun() -> int:
    """Where a row's fence begins, with room for its claims."""
    return secrets.randbits(62)


def poke(tx: Tx, kind: str, subject: str, *, due_at: int) -> None:
    """As ``put``; a row that is there already stays locked until this transaction ends, so that whoever works it off
    can't delete it without seeing what this transaction wrote for it."""
    tx.execute(
        _POKE, kind=kind, subject=subject, due_at=due_at, fence=_begun(), attempts=0, lease_by="", lease_until=0,
        payload="{}",
    )  # fmt: skip


def reset(tx: Tx, kind: str, subject: str, *, due_at: int, payload: str = "{}") -> None:
    """Writes a row, or moves the one there is (a timer that was set anew)."""
    tx.execute(
        _REPLACE, kind=kind, subject=subject, due_at=due_at, fence=_begun(), attempts=0, lease_by="", lease_until=0,
        payload=payload,
    )  # fmt: skip


def claim(
    tx: Tx, *, node: str, now: int, lease: int, limit: int, leases: Mapping[str, int] = MappingProxyType({})
) -> list[Due]:  # fmt: skip
    """Claims what is due and free, oldest first, in all businesses, for ``lease`` microseconds; ``leases``: for others, by kind."""
    query = _CLAIMABLE
    claimed: list[Due] = []
    for business, kind, subject in tx.all(query, now=now, limit=limit):
        scoped = tx.for_business(business)
        row = scoped.one(_LEASE, kind=kind, subject=subject, now=now, node=node, until=now + leases.get(kind, lease))
        if row is not None:
            claimed.append(Due(business, kind, subject, row[0], row[1], row[2], row[3]))
    return claimed


def next_at(tx: Tx) -> int | None:
    """When the next row falls due (or its lease ends), if there is any."""
    row = tx.one(_NEXT)
    return row[0] if row else None


def finish(tx: Tx, kind: str, subject: str, *, fence: int) -> bool:
    """Deletes a row that this claim still holds."""
    return bool(tx.execute(_DELETE, kind=kind, subject=subject, fence=fence))


def drop(tx: Tx, kind: str, subject: str) -> None:
    """Deletes a row, whoever holds it: its cause is gone."""
    tx.execute(_DROP, kind=kind, subject=subject)


def delay(tx: Tx, kind: str, subject: str, *, fence: int, due_at: int, attempts: int) -> bool:
    """Gives a claimed row back, to be claimed again at ``due_at``."""
    return bool(tx.execute(_DELAY, kind=kind, subject=subject, fence=fence, new_due_at=due_at, new_attempts=attempts))


def renew(tx: Tx, kind: str, subject: str, *, fence: int, until: int) -> bool:
    """Keeps a claimed row; ``False`` where another node has it by now."""
    return bool(tx.execute(_RENEW, kind=kind, subject=subject, fence=fence, new_until=until))


def carry(tx: Tx, kind: str, subject: str, *, fence: int, payload: str, until: int) -> bool:
    """As ``renew``, noting in the row how far the work is."""
    return bool(tx.execute(_CARRY, kind=kind, subject=subject, fence=fence, new_payload=payload, new_until=until))


def hasten(tx: Tx, kind: str, subject: str, *, due_at: int) -> bool:
    """Makes a row due earlier, whoever holds it; ``False`` where there is none, or it is due by then. Whoever works on it at
    this moment has looked before: it is claimed once more."""
    return bool(tx.execute(_HASTEN, kind=kind, subject=subject, new_due_at=due_at))


def wake(tx: Tx, kind: str, subject: str, *, due_at: int) -> bool:
    """Makes a row due earlier that nobody holds; whoever holds one looks by themselves."""
    return bool(tx.execute(_WAKE, kind=kind, subject=subject, new_due_at=due_at))


def exists(tx: Tx, kind: str, subject: str) -> bool:
    """Whether there is a row, held or not."""
    return payload_of(tx, kind, subject) is not None


def payload_of(tx: Tx, kind: str, subject: str) -> str | None:
    """What a row says, whoever holds it; None where there is none."""
    row = tx.one(_PAYLOAD, kind=kind, subject=subject)
    return None if row is None else str(row[0])


def postpone(tx: Tx, kind: str, subject: str, *, due_at: int) -> bool:
    """Moves a row that is there, whoever holds it; ``False`` where there is none."""
    return bool(tx.execute(_POSTPONE, kind=kind, subject=subject, new_due_at=due_at))


def put_forward(tx: Tx, kind: str, subject: str, *, due_at: int, node: str) -> int | None:
    """Makes a row that this node holds and still waits for due earlier: its fence; ``None`` where it is not so."""
    row = tx.one(_FORWARD, kind=kind, subject=subject, new_due_at=due_at, node=node)
    return None if row is None else int(row[0])


def release_dead(tx: Tx, now: int) -> None:
    """Frees everything that anybody holds: for a process that knows itself to be the only one, and has just begun."""
    tx.execute(_RELEASE_DEAD)


def bring_back(tx: Tx, *, now: int, upto: int) -> int:
    """Makes due what was to fall due until ``upto``, by a clock that was set back since; how many rows. Only for a process that
    knows itself to be the only one."""
    return tx.execute(_BRING_BACK, new_due_at=now, upto=upto)


def release_all(tx: Tx, *, node: str) -> None:
    """Frees everything that a node holds (it drains)."""
    query = _HELD
    for (business,) in tx.all(query, node=node):
        tx.for_business(business).execute(_RELEASE, node=node)
