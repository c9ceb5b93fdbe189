"""A day in virtual time: arrivals and shifts, driven through the real ``routing.assign``.

Nothing here knows a clock, a database or chance: who comes when, how long they wait and how long a talk takes is told
beforehand, so that the same day runs the same way each time. Instants are microseconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from handoff.routing import CAPACITY, SECOND, Desk, Operator, Seat, Waiting, assign, cost_of, load_of, next_change

Ended = Literal["answered", "abandoned"]


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who comes at ``at``, gives up after ``patience`` and keeps an operator for ``talk``."""

    id: str
    at: int
    talk: int
    patience: int
    business: str = ""
    team: str = ""
    channel: str = "webchat"
    priority: int = 0
    skills: Mapping[str, int] = {}


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who takes conversations from ``begin`` to ``end``, and accepts an offer after ``reaction``. What they have at
    the end they finish."""

    operator: str
    begin: int
    end: int
    seats: Mapping[str, Seat]
    capacity: int = CAPACITY
    reaction: int = 5 * SECOND


class Outcome(NamedTuple):
    """How a customer fared. ``waited``: until they were answered or gave up; ``operator``: who served them."""

    arrival: Arrival
    ended: Ended
    waited: int
    operator: str = ""


class Day(NamedTuple):
    """What became of everyone, in the order in which they came, and the most that any operator carried."""

    outcomes: tuple[Outcome, ...]
    peak: Mapping[str, int]

    def share(self, ended: Ended) -> float:
        """Of all customers, 0 to 1."""
        return sum(one.ended == ended for one in self.outcomes) / len(self.outcomes) if self.outcomes else 0.0

    def waits(self) -> list[int]:
        """Of those who were answered, ascending; microseconds."""
        return sorted(one.waited for one in self.outcomes if one.ended == "answered")

    def service_level(self, within: int) -> float:
        """Of all customers, how many were answered ``within`` so much waiting."""
        return sum(waited <= within for waited in self.waits()) / len(self.outcomes) if self.outcomes else 0.0


class _Desk:
    """An operator during their shift: what they carry, by conversation."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.there = False
        self.carried: dict[str, tuple[str, int]] = {}
        self.offered = ""
        self.idle_since = shift.begin
        self.peak = 0

    def load(self, business: str | None = None) -> int:
        costs = (cost for place, cost in self.carried.values() if business in (None, place))
        return load_of(costs, capacity=self.shift.capacity)

    def operator(self) -> Operator:
        """As routing sees them now."""
        seats = {business: replace(seat, load=self.load(business)) for business, seat in self.shift.seats.items()}
        return Operator(
            id=self.shift.operator, seats=seats, capacity=self.shift.capacity, load=self.load(),
            idle_since=self.idle_since, offered=bool(self.offered),
        )  # fmt: skip


class _Happening(NamedTuple):
    """Ordered by instant, then by the order in which it was planned."""

    at: int
    number: int
    what: Literal["begin", "end", "arrive", "leave", "accept", "finish", "look"]
    whose: str = ""
    operator: str = ""


def simulate(arrivals: Sequence[Arrival], shifts: Sequence[Shift], desks: Mapping[str, Desk]) -> Day:
    """The day as routing makes it: everybody is answered or gives up."""
    return _Run(arrivals, shifts, desks).run()


class _Run:
    def __init__(self, arrivals: Sequence[Arrival], shifts: Sequence[Shift], desks: Mapping[str, Desk]) -> None:
        self.arrivals = {one.id: one for one in arrivals}
        self.desks = desks
        self.people = {shift.operator: _Desk(shift) for shift in shifts}
        self.waiting: dict[str, Waiting] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.plan: list[_Happening] = []
        self.looking: set[int] = set()
        self.number = 0
        for shift in shifts:
            self._later(shift.begin, "begin", operator=shift.operator)
            self._later(shift.end, "end", operator=shift.operator)
        for one in arrivals:
            self._later(one.at, "arrive", one.id)

    def run(self) -> Day:
        while self.plan:
            now = self.plan[0].at
            while self.plan and self.plan[0].at == now:
                self._happen(heapq.heappop(self.plan))
            self._route(now)
        ordered = tuple(self.outcomes[name] for name in self.arrivals)
        return Day(ordered, {name: one.peak for name, one in self.people.items()})

    def _later(
        self, at: int, what: Literal["begin", "end", "arrive", "leave", "accept", "finish", "look"], whose: str = "",
        *, operator: str = "",
    ) -> None:  # fmt: skip
        self.number += 1
        heapq.heappush(self.plan, _Happening(at, self.number, what, whose, operator))

    def _happen(self, event: _Happening) -> None:
        now, person = event.at, self.people.get(event.operator)
        match event.what:
            case "begin" | "end":
                assert person is not None
                person.there = event.what == "begin"
                person.idle_since = now
            case "arrive":
                one = self.arrivals[event.whose]
                self.waiting[one.id] = Waiting(
                    id=one.id, business=one.business, since=now, team=one.team, channel=one.channel,
                    priority=one.priority, skills=one.skills,
                )  # fmt: skip
                self._later(now + one.patience, "leave", one.id)
            case "leave":
                self._leave(event.whose, now)
            case "accept":
                assert person is not None
                if person.offered == event.whose:
                    person.offered = ""
                    self._serve(person, event.whose, now)
            case "finish":
                assert person is not None
                person.carried.pop(event.whose, None)
                person.idle_since = now
            case "look":
                self.looking.discard(now)

    def _leave(self, name: str, now: int) -> None:
        """They give up, unless somebody has answered."""
        if name in self.outcomes:
            return
        self.waiting.pop(name, None)
        self.outcomes[name] = Outcome(self.arrivals[name], "abandoned", now - self.arrivals[name].at)
        for person in self.people.values():
            if person.offered == name:
                person.offered = ""
                person.carried.pop(name, None)

    def _serve(self, person: _Desk, name: str, now: int) -> None:
        arrival = self.arrivals[name]
        self.outcomes[name] = Outcome(arrival, "answered", now - arrival.at, person.shift.operator)
        self._later(now + arrival.talk, "finish", name, operator=person.shift.operator)

    def _route(self, now: int) -> None:
        operators = [person.operator() for person in self.people.values() if person.there]
        for offer in assign(self.waiting.values(), operators, self.desks, now).offers:
            waiting = self.waiting.pop(offer.conversation)
            person = self.people[offer.operator]
            cost = cost_of(self.desks[offer.business], waiting.channel, capacity=person.shift.capacity)
            person.carried[offer.conversation] = (offer.business, cost)
            person.peak = max(person.peak, person.load())
            if offer.mode == "auto_accept":
                self._serve(person, offer.conversation, now)
            else:
                person.offered = offer.conversation
                self._later(now + person.shift.reaction, "accept", offer.conversation, operator=offer.operator)
        soonest = next_change(self.waiting.values(), self.desks, now)
        if soonest is not None and soonest not in self.looking:
            self.looking.add(soonest)
            self._later(soonest, "look")
