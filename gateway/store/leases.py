"""Leases: who does what only one may do at a time. A lease that ran out is anyone's."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, update

from gateway.store.schema import leases
from gateway.store.sql import Query, Tx

_ACQUIRE = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["business_id", "name"],
            set_={
                "holder": statement.excluded.holder,
                "until": statement.excluded.until,
                "fence": leases.c.fence + 1,
            },
            where=or_(leases.c.holder == statement.excluded.holder, leases.c.until <= bindparam("now")),
        ).returning(leases.c.fence)
    )(insert(leases))
)
_RELEASE = Query(
    lambda insert: (
        leases.update()
        .where(
            leases.c.business_id == bindparam("business_id"),
            leases.c.name == bindparam("lease"),
            leases.c.holder == bindparam("node"),
        )
        .values(until=0)
    )
)


_RELEASE_DEAD = Query(update(leases).where(leases.c.until > 0).values(until=0), across=True)


def acquire(tx: Tx, name: str, *, holder: str, now: int, lifetime: int) -> int | None:
    """The fence of the lease now held, or ``None`` while another node has it. Renewing raises the fence too."""
    row = tx.one(_ACQUIRE, name=name, holder=holder, until=now + lifetime, fence=1, now=now)
    return int(row[0]) if row else None


def release(tx: Tx, name: str, *, holder: str) -> None:
    tx.execute(_RELEASE, lease=name, node=holder)


def release_dead(tx: Tx, now: int) -> None:
    """Frees everything that anybody holds: for a process that knows itself to be the only one, and has just begun."""
    tx.execute(_RELEASE_DEAD)
