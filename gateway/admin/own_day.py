"""A person's own figures of a day of the business: what they took, how fast, what came of it, and their time.

Formulas (docs/metrics.md has them with what they leave out):

- ``taken``: stints that began that day; ``resolved``: stints that ended that day by the end of the conversation.
- ``first_response``: the median, over that day's stints with a message of theirs, from the stint's begin to that message.
- ``handle_time``: the median, over the stints that ended that day, from begin to end, the time after the talk included;
  a snooze ends a stint, and who wakes with it begins another.
- ``score``: the average of the ratings of what they resolved that day. ``missed``: offers that ran out.
- ``times``: how long each presence was chosen within the day, breaks by their reasons.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable
from typing import Annotated

import msgspec

from gateway.dispatcher.setup import SetUps
from gateway.errors import Invalid
from gateway.http.routes import EVERYONE, Call, Route
from gateway.store import presence, stints
from gateway.store.sql import Tx
from gateway.store.store import Store

SECOND = 1_000_000
MOST_CHOICES = 2_000
Date = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class DayQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``day``: as the business's calendar has it; "": today."""

    day: Date = ""


class Time(msgspec.Struct, frozen=True, kw_only=True):
    state: str
    reason: str
    seconds: int


class OwnDay(msgspec.Struct, frozen=True, kw_only=True):
    """``since`` and ``until``: the day, as far as it has come, in microseconds. ``first_response``, ``handle_time``: medians in
    seconds; ``null`` where there was none."""

    day: str
    since: int
    until: int
    taken: int
    resolved: int
    first_response: int | None
    handle_time: int | None
    ratings: int
    score: float | None
    missed: int
    times: tuple[Time, ...]


class OwnDays:
    """The route of one's own day; nobody reads another's by it."""

    def __init__(self, store: Store, set_ups: SetUps) -> None:
        self._store = store
        self._set_ups = set_ups

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path="/api/v1/businesses/{business}/me/day", handler=self.read, access=EVERYONE,
                  summary="Your own figures of a day", query=DayQuery, answer=OwnDay, tags=("reports",))
        ]  # fmt: skip

    async def read(self, call: Call) -> OwnDay:
        account, wanted = call.who.id, call.query.day

        def unit(tx: Tx, now: int) -> OwnDay:
            zone = self._set_ups.of(tx, now).zone
            return own_day(tx, account, wanted=wanted, zone=zone, now=now)

        return await self._store.read(call.business, unit)


def own_day(tx: Tx, account: str, *, wanted: str, zone: dt.tzinfo, now: int) -> OwnDay:
    """Raises ``Invalid`` for a day that isn't one, or is still to come."""
    today = dt.datetime.fromtimestamp(now / SECOND, zone).date()
    try:
        day = dt.date.fromisoformat(wanted) if wanted else today
    except ValueError as error:
        raise Invalid("There is no such day.", field="day") from error
    if day > today:
        raise Invalid("That day is still to come.", field="day")
    first, last = _midnight(day, zone), min(_midnight(day + dt.timedelta(days=1), zone), now + 1)
    began = [one for one in stints.began(tx, account, first=first, last=last) if one.ending != "missed"]
    ended = stints.ended(tx, account, first=first, last=last)
    over = [one for one in ended if one.ending != "missed"]
    resolved = [one for one in over if one.ending == "resolved"]
    scores = [one.score for one in resolved if one.score]
    return OwnDay(
        day=day.isoformat(), since=first, until=last, taken=len(began), resolved=len(resolved),
        first_response=_median(one.replied_at - one.began_at for one in began if one.replied_at is not None),
        handle_time=_median(one.ended_at - one.began_at for one in over if one.ended_at is not None),
        ratings=len(scores), score=round(statistics.fmean(scores), 2) if scores else None,
        missed=len(ended) - len(over), times=times_of(_choices(tx, account), first=first, last=last),
    )  # fmt: skip


def _choices(tx: Tx, account: str) -> list[presence.Chosen]:
    return presence.history(tx, account, limit=MOST_CHOICES)


def times_of(choices: Iterable[presence.Chosen], *, first: int, last: int) -> tuple[Time, ...]:
    """How long each presence held in ``[first, last)``, longest first. ``choices``: the latest first; before somebody chose for
    the first time nothing is known of them."""
    lengths: dict[tuple[str, str], int] = {}
    until = last
    for one in choices:
        length = until - max(one.since, first)
        if length > 0:
            key = (one.state, one.reason)
            lengths[key] = lengths.get(key, 0) + length
        until = min(until, one.since)
        if until <= first:
            break
    longest = sorted(lengths.items(), key=lambda item: -item[1])
    return tuple(Time(state=state, reason=reason, seconds=length // SECOND) for (state, reason), length in longest)


def _median(lengths: Iterable[int]) -> int | None:
    known = sorted(lengths)
    return round(statistics.median(known) / SECOND) if known else None


def _midnight(day: dt.date, zone: dt.tzinfo) -> int:
    return round(dt.datetime.combine(day, dt.time(), zone).timestamp()) * SECOND
