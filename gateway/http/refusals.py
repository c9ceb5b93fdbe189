"""Pages that were turned away lately, for whoever can let them in."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from aiohttp import web

from gateway.store.store import Clock

MOST_INBOXES = 1000
MOST_ORIGINS = 10


class Refused(NamedTuple):
    """``at``: the last time, in µs."""

    origin: str
    at: int
    times: int


class Refusals:
    """What this node refused since it started: bounded, and lost with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inboxes: OrderedDict[str, OrderedDict[str, Refused]] = OrderedDict()

    def note(self, inbox: str, origin: str) -> None:
        origins = self._inboxes.setdefault(inbox, OrderedDict())
        self._inboxes.move_to_end(inbox)
        before = origins.pop(origin, None)
        origins[origin] = Refused(origin, self._clock(), before.times + 1 if before else 1)
        if len(origins) > MOST_ORIGINS:
            origins.popitem(last=False)
        if len(self._inboxes) > MOST_INBOXES:
            self._inboxes.popitem(last=False)

    def of(self, inbox: str) -> tuple[Refused, ...]:
        """The latest first."""
        return tuple(reversed(self._inboxes.get(inbox, OrderedDict()).values()))

    def forget(self, inbox: str, origins: frozenset[str]) -> None:
        """These are let in from now on."""
        for origin in origins:
            self._inboxes.get(inbox, OrderedDict()).pop(origin, None)


REFUSALS: web.AppKey[Refusals] = web.AppKey("refusals", Refusals)
"""Where a channel finds them in the application that it serves."""
