"""Who gets which waiting conversation: a pure function of the queue, the operators and the instant.

``assign`` goes through the queue by urgency and gives each conversation to the best operator who can serve it now; what
nobody can serve waits on and holds up nobody behind it. The same input gives the same offers, whatever the order in which
the queue and the operators are told. All instants and durations are microseconds; loads and capacities are hundredths of
what one operator carries at once (``CAPACITY``).

Terms and their common meaning (offer, longest idle, skill level, overflow, capacity) are those of automatic call
distributors; the order of choice is described in ``docs/handoff.md``.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from gateway.model.rules import MAX_LEVEL, REACHES, Mode, Passage, Presence

SECOND = 1_000_000
MINUTE = 60 * SECOND
CAPACITY = 100
"""What one operator carries at once, where nothing else is said: one call, or five chats."""
CHAT = 20
"""What a chat takes of it, where nothing else is said."""

CALLS = frozenset(("voice",))
"""Channels whose conversations are live calls."""


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """``skills``: what its conversations ask for, by level (1 to 5). ``widen``: after how much waiting the levels asked for
    fall by one more; after the last of them no skill is asked for. ``overflow``: the team that may serve as well after
    ``overflow_after``."""

    mode: Mode = "offer"
    skills: Mapping[str, int] = {}
    widen: tuple[int, ...] = (30 * SECOND, 60 * SECOND, 120 * SECOND)
    overflow: str = ""
    overflow_after: int = 90 * SECOND


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A business, as routing knows it.

    ``teams``: by id; "" is everybody's. ``weight``: how much faster than usual (100) its customers' waiting counts where
    businesses share operators. ``step``: the waiting that a step of priority is worth; ``ahead``: that a channel is worth.
    ``costs``: what a conversation takes of an operator's capacity, by channel; one that waits for the customer takes
    ``resting`` of it, in hundredths. ``beside_call``: what somebody may carry, in hundredths of their capacity, and still be
    given a call, which then takes all that is left. ``again_after``: when it may come to somebody again who let it pass. ``strict``: skills
    whose level never falls.
    """

    teams: Mapping[str, Team] = msgspec.field(default_factory=lambda: {"": Team()})
    weight: int = 100
    step: int = 5 * MINUTE
    ahead: Mapping[str, int] = msgspec.field(default_factory=lambda: {"voice": 10 * MINUTE})
    costs: Mapping[str, int] = msgspec.field(default_factory=lambda: {"webchat": CHAT, "telegram": CHAT})
    resting: int = 50
    beside_call: int = CHAT
    again_after: int = 2 * MINUTE
    strict: frozenset[str] = frozenset()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation in the queue that is reserved for nobody.

    ``since``: since when the customer waits. ``skills``: asked for beside the team's. ``knew``: the operator who knew the
    contact last, while that counts. ``passed``: who let it pass, declined or lost it, and when.
    """

    id: str
    business: str
    since: int
    team: str = ""
    channel: str = "webchat"
    priority: int = 0
    skills: Mapping[str, int] = {}
    knew: str = ""
    passed: Mapping[str, int] = {}


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's place in one business. ``share``: how much of their capacity it may take, in hundredths; ``load``: how
    much it takes now. ``levels``: of their skills."""

    teams: frozenset[str] = frozenset()
    levels: Mapping[str, int] = {}
    share: int = CAPACITY
    load: int = 0


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """Who may be offered something. ``load``: in all businesses together, offers included. ``idle_since``: when they last
    got or ended a conversation. ``offered``: an offer of theirs is pending."""

    id: str
    seats: Mapping[str, Seat]
    presence: Presence = "online"
    capacity: int = CAPACITY
    load: int = 0
    idle_since: int = 0
    offered: bool = False


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """``cost``: what it takes of the operator's capacity. ``mode``: ``offer`` or ``auto_accept``. ``ring``: how often the levels asked for had fallen. ``why``: they knew the
    contact, or were the best of those who could."""

    conversation: str
    business: str
    operator: str
    mode: Mode
    cost: int
    ring: int = 0
    overflow: bool = False
    why: Literal["knew", "idle"] = "idle"


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """``offers``: to make now, the most urgent first. ``kept``: operators who get nothing less urgent because a call waits
    for them to have room, by the conversation that they are kept for."""

    offers: tuple[Offer, ...] = ()
    kept: Mapping[str, str] = {}


def cost_of(desk: Desk, channel: str, *, capacity: int = CAPACITY, resting: bool = False) -> int:
    """What a conversation takes of somebody with ``capacity``. ``resting``: it waits for the customer. A call takes all
    that is left (see ``load_of``)."""
    if channel in CALLS:
        return capacity
    cost = min(desk.costs.get(channel, CHAT), capacity)
    return cost * desk.resting // 100 if resting else cost


def room_for(desk: Desk, channel: str, *, load: int, capacity: int = CAPACITY) -> int | None:
    """What a conversation would take of somebody who carries ``load``; ``None`` where it doesn't fit."""
    if channel in CALLS:
        fits = load < capacity and load * CAPACITY <= desk.beside_call * capacity
        return capacity - load if fits else None
    cost = cost_of(desk, channel, capacity=capacity)
    return cost if load + cost <= capacity else None


def passage_of(channel: str) -> Passage:
    """How a conversation of the queue comes to somebody."""
    return "call" if channel in CALLS else "chat"


def load_of(costs: Iterable[int], *, capacity: int) -> int:
    """What somebody carries. A call fills them; what they took by hand beyond their capacity fills them no further."""
    return min(capacity, sum(costs))


def urgency(desk: Desk, waiting: Waiting, now: int) -> int:
    """The waiting that it counts as. It grows with time for everyone, so nobody is overtaken for ever."""
    waited = max(0, now - waiting.since) * desk.weight // 100
    return waited + desk.ahead.get(waiting.channel, 0) + waiting.priority * desk.step


def assign(
    queue: Iterable[Waiting], operators: Iterable[Operator], desks: Mapping[str, Desk], now: int
) -> Assignment:  # fmt: skip
    """What to offer to whom now. Who has an offer pending gets no other one.

    A conversation stays in the queue only where nobody can serve it, or where all who can are kept for a more urgent call:
    without that, chats would fill whoever has just become free enough, and no call would ever find anybody.
    """
    floor = _Floor(operators, desks, now)
    ordered = sorted(
        (one for one in queue if one.business in desks),
        key=lambda one: (-urgency(desks[one.business], one, now), one.since, one.id),
    )
    offers: list[Offer] = []
    for waiting in ordered:
        if not floor.free:
            break
        offer = floor.serve(waiting)
        if offer is not None:
            offers.append(offer)
    return Assignment(offers=tuple(offers), kept=floor.kept)


def next_change(queue: Iterable[Waiting], desks: Mapping[str, Desk], now: int) -> int | None:
    """The next instant at which time alone changes whom something may be offered to: a ring, an overflow, somebody who let
    it pass. ``None``: time changes nothing any more."""
    soonest: int | None = None
    for waiting in queue:
        desk = desks.get(waiting.business)
        if desk is None:
            continue
        team = _team(desk, waiting.team)
        instants = [waiting.since + after for after in team.widen]
        if team.overflow:
            instants.append(waiting.since + team.overflow_after)
        instants.extend(at + desk.again_after for at in waiting.passed.values())
        for instant in instants:
            if instant > now and (soonest is None or instant < soonest):
                soonest = instant
    return soonest


_EVERYBODY = Team()


def _team(desk: Desk, team: str) -> Team:
    """A team that is gone is everybody's."""
    return desk.teams.get(team) or desk.teams.get("", _EVERYBODY)


class _Free:
    """An operator who can still be offered something in this pass."""

    __slots__ = ("capacity", "id", "idle_since", "load", "loads", "operator", "passages")

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.id = operator.id
        self.load = operator.load
        self.capacity = operator.capacity
        self.loads = {business: seat.load for business, seat in operator.seats.items()}
        self.passages = REACHES[operator.presence]
        self.idle_since = operator.idle_since

    def rank(self) -> tuple[int, int, str]:
        """The least loaded first; among those the longest idle."""
        return (self.load * 10_000 // self.capacity, self.idle_since, self.id)

    def cost(self, desk: Desk, waiting: Waiting) -> int | None:
        """What ``waiting`` would take of them; ``None`` where it doesn't fit. Who carries nothing of its business yet may
        always have one, as far as their capacity goes, however small the share."""
        cost = room_for(desk, waiting.channel, load=self.load, capacity=self.capacity)
        load = self.loads[waiting.business]
        if cost is None or waiting.channel in CALLS:
            return cost
        share = self.operator.seats[waiting.business].share * self.capacity // CAPACITY
        return cost if load == 0 or load + cost <= share else None


Rank = tuple[int, int, str]


class _Floor:
    """The operators during one pass: who is free, and heaps of who can serve what."""

    def __init__(self, operators: Iterable[Operator], desks: Mapping[str, Desk], now: int) -> None:
        self.now = now
        self.desks = desks
        self.free: dict[str, _Free] = {}
        for operator in operators:
            reachable = REACHES[operator.presence] & {"chat", "call"}
            if reachable and not operator.offered and operator.load < operator.capacity:
                self.free[operator.id] = _Free(operator)
        self._members: dict[tuple[str, str], list[_Free]] = {}
        for one in self.free.values():
            for business, seat in one.operator.seats.items():
                for team in ("", *seat.teams):
                    self._members.setdefault((business, team), []).append(one)
        self._heaps: dict[object, list[tuple[Rank, _Free]]] = {}
        self.kept: dict[str, str] = {}

    def serve(self, waiting: Waiting) -> Offer | None:
        """The offer of ``waiting``, which is then noted as carried; nothing where nobody can serve it."""
        desk = self.desks[waiting.business]
        team = _team(desk, waiting.team)
        waited = self.now - waiting.since
        overflown = bool(team.overflow) and waited >= team.overflow_after
        teams = [waiting.team if waiting.team in desk.teams else ""] if team.mode != "pick" else []
        if overflown and team.overflow in desk.teams and desk.teams[team.overflow].mode != "pick":
            teams.append(team.overflow)
        if not teams:
            return None
        ring = sum(waited >= after for after in team.widen)
        asked = _asked(team, waiting, ring=ring, strict=desk.strict)
        found = self._knew(waiting, desk, teams, asked)
        why: Literal["knew", "idle"] = "knew" if found is not None else "idle"
        served = teams[0]
        for name in teams if found is None else ():
            found = self._best(waiting, desk, name, asked)
            served = name
            if found is not None:
                break
        if found is None:
            if waiting.channel in CALLS:
                self._keep(waiting, desk, teams, asked)
            return None
        mode = desk.teams[served].mode if served in desk.teams else team.mode
        cost = found.cost(desk, waiting)
        assert cost is not None
        self._carry(found, waiting.business, cost=cost, mode=mode)
        return Offer(
            conversation=waiting.id, business=waiting.business, operator=found.id, mode=mode, cost=cost, ring=ring,
            overflow=served != teams[0] or team.mode == "pick", why=why,
        )  # fmt: skip

    def _carry(self, found: _Free, business: str, *, cost: int, mode: Mode) -> None:
        """An offer waits for an answer, and one is enough; what is theirs at once leaves room for more."""
        found.load += cost
        found.loads[business] += cost
        found.idle_since = self.now
        if mode == "offer" or found.load >= found.capacity:
            del self.free[found.id]

    def _keep(self, waiting: Waiting, desk: Desk, teams: Sequence[str], asked: Mapping[str, int]) -> None:
        """Who would have the call if they had room, and needs to end least for it, gets nothing less urgent."""
        able = [
            one
            for one in self.free.values()
            if any(_sits(one, waiting.business, team) for team in teams)
            and "call" in one.passages
            and _knows(one, waiting.business, asked)
            and not self._let_pass(waiting, desk, one.id)
        ]
        if able:
            kept = min(able, key=_Free.rank)
            del self.free[kept.id]
            self.kept[kept.id] = waiting.id

    def _knew(self, waiting: Waiting, desk: Desk, teams: Sequence[str], asked: Mapping[str, int]) -> _Free | None:
        """Who knew the contact last, if they can serve it like anybody else."""
        known = self.free.get(waiting.knew) if waiting.knew else None
        if known is None or self._let_pass(waiting, desk, known.id):
            return None
        serves = any(_sits(known, waiting.business, team) for team in teams)
        able = serves and _knows(known, waiting.business, asked)
        return known if able and self._fits(known, waiting, desk) else None

    def _best(self, waiting: Waiting, desk: Desk, team: str, asked: Mapping[str, int]) -> _Free | None:
        """The best of a team who can serve it; whoever let it pass is looked over for a while."""
        heap = self._heap(waiting, team, asked)
        aside: list[tuple[Rank, _Free]] = []
        found: _Free | None = None
        while heap:
            rank, one = heapq.heappop(heap)
            if one.id not in self.free or not self._fits(one, waiting, desk):
                continue  # loads only grow during a pass: who has no room now will have none
            now = one.rank()
            if now != rank:
                heapq.heappush(heap, (now, one))
                continue
            aside.append((rank, one))
            if not self._let_pass(waiting, desk, one.id):
                found = one
                break
        for entry in aside:
            heapq.heappush(heap, entry)
        return found

    def _heap(self, waiting: Waiting, team: str, asked: Mapping[str, int]) -> list[tuple[Rank, _Free]]:
        key = (waiting.business, team, waiting.channel, tuple(sorted(asked.items())))
        heap = self._heaps.get(key)
        if heap is None:
            heap = [
                (one.rank(), one)
                for one in self._members.get((waiting.business, team), ())
                if one.id in self.free and _knows(one, waiting.business, asked)
            ]
            heapq.heapify(heap)
            self._heaps[key] = heap
        return heap

    def _fits(self, one: _Free, waiting: Waiting, desk: Desk) -> bool:
        return passage_of(waiting.channel) in one.passages and one.cost(desk, waiting) is not None

    def _let_pass(self, waiting: Waiting, desk: Desk, operator: str) -> bool:
        at = waiting.passed.get(operator)
        return at is not None and self.now - at < desk.again_after


def _asked(team: Team, waiting: Waiting, *, ring: int, strict: frozenset[str]) -> dict[str, int]:
    """The levels asked for in this ring."""
    asked: dict[str, int] = {}
    for skills in (team.skills, waiting.skills):
        for skill, level in skills.items():
            asked[skill] = max(level, asked.get(skill, 0))
    if not ring:
        return asked
    fall = ring if ring < len(team.widen) else MAX_LEVEL
    lowered = {skill: level if skill in strict else level - fall for skill, level in asked.items()}
    return {skill: level for skill, level in lowered.items() if level > 0}


def _sits(one: _Free, business: str, team: str) -> bool:
    seat = one.operator.seats.get(business)
    return seat is not None and (not team or team in seat.teams)


def _knows(one: _Free, business: str, asked: Mapping[str, int]) -> bool:
    levels = one.operator.seats[business].levels
    return all(levels.get(skill, 0) >= level for skill, level in asked.items())
