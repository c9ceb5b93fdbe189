"""What a group of units will lock, locked at once: two statements for all of them in place of two for each.

It changes nothing but the number of statements: a unit finds in hand what it would have read under the same lock. Identities come before
conversations, each in the order of their ids, so that nodes whose groups meet don't wait for one another in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from gateway.store import inbound, log
from gateway.store.sql import Tx


class Ahead(NamedTuple):
    """What a unit begins with: a conversation, or an address on an inbox and the conversation that it speaks in."""

    conversation: str = ""
    inbox: str = ""
    address: str = ""


@runtime_checkable
class Foreseeable(Protocol):
    """A unit that says what it begins with."""

    @property
    def ahead(self) -> Ahead: ...


def foreseen(units: Iterable[tuple[str, Any]]) -> dict[str, list[Ahead]]:
    """By business, in order, where there is more than one: (business, unit) each."""
    found: dict[str, list[Ahead]] = {}
    for business, unit in units:
        if isinstance(unit, Foreseeable):
            found.setdefault(business, []).append(unit.ahead)
    return {business: found[business] for business in sorted(found) if len(found[business]) > 1}


def lock(tx: Tx, wanted: Sequence[Ahead]) -> None:
    """Locks and remembers those of a business that there are."""
    addresses = [(one.inbox, one.address) for one in wanted if one.address]
    pointed = inbound.lock_ahead(tx, addresses) if addresses else []
    names = {*pointed, *(one.conversation for one in wanted)} - {""}
    if names:
        log.load_ahead(tx, sorted(names))
