"""Where somebody stands in the queue, and how long that may take: measured, with its doubt, or not said at all."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

ENOUGH = 5
"""Requests without which nothing is said of the time."""
LONGEST = 7200
"""Seconds beyond which a time helps nobody."""
MINUTE = 60_000_000


class Place(NamedTuple):
    """A conversation in the queue; ``since`` in microseconds."""

    conversation: str
    since: int


class Standing(NamedTuple):
    """What somebody who waits is told. From ``about_seconds`` to ``upto_seconds``, in whole minutes; 0 where it can't
    honestly be said."""

    position: int
    about_seconds: int = 0
    upto_seconds: int = 0


def standings(queue: Sequence[Place], handled: Sequence[int], *, serving: int, now: int) -> dict[str, Standing]:
    """Everybody's place, and how long it takes until it is their turn.

    ``handled``: how long people had the latest requests, in microseconds; ``serving``: how many conversations they have now.
    One of these ends every ``handled / serving``, so the ``n``-th in the queue waits for ``n`` such ends; between the
    quartiles of what was measured. Nothing is promised where too few were measured, where nobody is served, where it is
    more than two hours, or where somebody waits for longer than that already.
    """
    positions = {place.conversation: Standing(position) for position, place in enumerate(queue, 1)}
    if len(handled) < ENOUGH or serving == 0:
        return positions
    low, high = _quartiles(handled)
    for place in queue:
        position = positions[place.conversation].position
        about, upto = (60 * _minutes(position * one / serving) for one in (low, high))
        if upto <= LONGEST and now - place.since <= upto * 1_000_000:
            positions[place.conversation] = Standing(position, about, upto)
    return positions


def _quartiles(handled: Sequence[int]) -> tuple[float, float]:
    low, _, high = statistics.quantiles(handled, n=4, method="inclusive")
    return low, high


def _minutes(microseconds: float) -> int:
    return max(1, -(-int(microseconds) // MINUTE))
