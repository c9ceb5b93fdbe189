"""How the set-up of a business is changed: by one person after another, each saying what they saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from gateway.errors import Conflict
from gateway.http.access import Principal
from gateway.http.routes import Call
from gateway.store.audit import Actor
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")

CHANGED: web.AppKey[Callable[[str, str], None]] = web.AppKey("set_up_changed")
"""Is called with a business and what of its set-up has changed (``labels``, ``members``, …)."""
_PLACE = len(["", "api", "v1", "businesses", "{business}"])


async def write(store: Store, call: Call, unit: Callable[[Tx, int], T]) -> T:
    """Runs a unit on the set-up of the call's business, and tells its consoles what has changed."""
    done = await store.write(call.business, unit, key=f"set-up {call.business}")
    place = call.request.path.split("/")[_PLACE:]
    tell_changed(call, call.business, place[0] if place else "business")
    return done


def tell_changed(call: Call, business: str, what: str) -> None:
    """Tells the consoles of the business, on every node. What is lost they learn when they connect next."""
    call.request.app[CHANGED](business, what)


def actor(who: Principal) -> Actor:
    """Whoever acts, as the audit log knows them."""
    return Actor(who.id, who.name, who.role)


def conflict(by: str, version: int) -> Conflict:
    """Somebody was faster."""
    return Conflict(
        f"{by or 'Somebody'} changed this while you were at it. Look at what it is now, then change it again.",
        by=by, version=version,
    )  # fmt: skip
