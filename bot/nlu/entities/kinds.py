"""The built-in kinds, read only where somebody wants them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import inf
from typing import NamedTuple

from bot.nlu.entities.addresses import ADDRESS_HINTS, find_addresses
from bot.nlu.entities.contacts import EMAIL_HINTS, PHONE_HINTS, find_emails, find_phones
from bot.nlu.entities.entity import Entity, Found, Here, Hints, Scanned
from bot.nlu.entities.moments import MOMENT_HINTS, as_day, as_hours, as_whole, find_moments
from bot.nlu.entities.numbers import NUMBER_HINTS, find_money, find_numbers
from bot.nlu.entities.scan import scan


class _Reader(NamedTuple):
    hints: Hints
    find: Callable[[Scanned, Here], list[Found]]


_READERS = {
    "email": _Reader(EMAIL_HINTS, find_emails),
    "phone": _Reader(PHONE_HINTS, find_phones),
    "money": _Reader(NUMBER_HINTS, find_money),
    "address": _Reader(ADDRESS_HINTS, find_addresses),
    "number": _Reader(NUMBER_HINTS, find_numbers),
}
_MOMENTS = frozenset({"date", "time", "datetime"})
# Of two that are as long, the one that says more.
_ORDER = ("email", "phone", "datetime", "date", "time", "money", "address", "number")


def find_kinds(text: str, here: Here, wanted: frozenset[str]) -> list[Entity]:
    """Entities of the wanted kinds, without overlaps, in order; the longer goes before the shorter.

    Where days and hours are both wanted, "завтра в 15:00" is one of each, or one ``datetime`` where that is wanted,
    too. Where only ``time`` is, it is all of what was said of days and hours.
    """
    scanned = scan(text)
    # Most messages hold nothing of any kind, which is seen at once for all of them.
    if not scanned.has(hints_of(wanted)):
        return []
    found = [
        Entity(name, one.value, one.start, one.end, kind=one.kind, confidence=one.confidence)
        for name, reader in _READERS.items()
        if name in wanted
        for one in reader.find(scanned, here)
    ]
    if not wanted.isdisjoint(_MOMENTS):
        found += _moments(scanned, here, wanted)
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda one: (one.start - one.end, _ORDER.index(one.name), one.start)):
        if not any(entity.start < other.end and other.start < entity.end for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda one: one.start)


@lru_cache(maxsize=256)  # as many as there are sets of kinds
def hints_of(wanted: frozenset[str]) -> Hints:
    """What a message has if it may hold one of these kinds."""
    hints = [reader.hints for name, reader in _READERS.items() if name in wanted]
    if not wanted.isdisjoint(_MOMENTS):
        hints.append(MOMENT_HINTS)
    return Hints(
        frozenset(word for one in hints for word in one.words), min((one.digits for one in hints), default=inf)
    )


def _moments(scanned: Scanned, here: Here, wanted: frozenset[str]) -> list[Entity]:
    found: list[tuple[str, Found | None]] = []
    for moment in find_moments(scanned, here):
        dated = moment.days is not None
        timed = moment.hours is not None or (moment.days is not None and moment.days.at is not None)
        if "datetime" in wanted and (dated == timed or ("date" if dated else "time") not in wanted):
            found.append(("datetime", as_whole(scanned, moment)))
        elif "date" not in wanted and "time" in wanted:
            found.append(("time", as_whole(scanned, moment)))
        else:
            if dated and "date" in wanted:
                found.append(("date", as_day(scanned, moment)))
            if timed and "time" in wanted:
                found.append(("time", as_hours(scanned, moment)))
    return [
        Entity(name, one.value, one.start, one.end, kind=one.kind, confidence=one.confidence)
        for name, one in found
        if one is not None
    ]
