"""How the set-up of a business is changed: by one person after another, each saying what they saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gateway.errors import Conflict
from gateway.http.access import Principal
from gateway.http.routes import Call
from gateway.store.audit import Actor
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")


async def write(store: Store, call: Call, unit: Callable[[Tx, int], T]) -> T:
    """Runs a unit on the set-up of the call's business."""
    return await store.write(call.business, unit, key=f"set-up {call.business}")


def actor(who: Principal) -> Actor:
    """Whoever acts, as the audit log knows them."""
    return Actor(who.id, who.name)


def conflict(by: str, version: int) -> Conflict:
    """Somebody was faster."""
    return Conflict(
        f"{by or 'Somebody'} changed this while you were at it. Look at what it is now, then change it again.",
        by=by, version=version,
    )  # fmt: skip
