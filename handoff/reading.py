"""What routing decides on, read in one unit of work: businesses that share operators, their queues, who is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gateway.dispatcher.setup import Known, SetUps
from gateway.model.alerts import ANSWER
from gateway.model.hours import next_opening
from gateway.model.rules import Presence, RoutingRules, SkillRules, TeamRules, while_wrapping_up
from gateway.store import carried, configuration, directory, members, presence, slots
from gateway.store.carried import InQueue
from gateway.store.sql import Tx
from handoff.routing import (
    CALLS,
    CAPACITY,
    MINUTE,
    SECOND,
    Desk,
    Operator,
    Seat,
    Team,
    Waiting,
    cost_of,
    load_of,
)

DAY = 24 * 60 * MINUTE
LARGEST = 200
"""Businesses that are looked at together, at most: those that share operators, directly or through others."""

Live = Callable[[str, Sequence[str]], bool]
"""Whether a console of an account is open at any of these businesses, on any node."""


class _TeamBody(msgspec.Struct, frozen=True):
    members: tuple[str, ...] = ()
    rules: TeamRules = TeamRules()


class _SkillBody(msgspec.Struct, frozen=True):
    rules: SkillRules = SkillRules()


class _RoutingBody(msgspec.Struct, frozen=True):
    rules: RoutingRules = RoutingRules()


class Setting(NamedTuple):
    """What a business has set up. ``teams``: their members; ``skills``: what asks for each; ``known``: its hours, and where."""

    rules: RoutingRules
    desk: Desk
    teams: dict[str, frozenset[str]]
    skills: dict[str, SkillRules]
    known: Known


class Pending(NamedTuple):
    """An offer that stands."""

    business: str
    conversation: str
    operator: str
    expires_at: int


class Snapshot(NamedTuple):
    """Everything that ``assign`` needs, the offers that stand, and when those are to be looked at again who came while nobody
    answered."""

    settings: dict[str, Setting]
    queue: list[Waiting]
    operators: list[Operator]
    pending: list[Pending]
    opens_at: list[int]
    names: dict[tuple[str, str], str]


def read_rules(tx: Tx) -> RoutingRules:
    """How the transaction's business wants conversations to come to its people."""
    item = configuration.find(tx, "routing", "routing")
    return msgspec.json.decode(item.body, type=_RoutingBody).rules if item is not None else RoutingRules()


def setting_of(tx: Tx, known: Known) -> Setting:
    """What the transaction's business has set up."""
    rules = read_rules(tx)
    bodies = {item.id: msgspec.json.decode(item.body, type=_TeamBody) for item in configuration.read(tx, "team")}
    skills = {
        item.id: msgspec.json.decode(item.body, type=_SkillBody).rules for item in configuration.read(tx, "skill")
    }
    teams = {"": _team(rules.everybody)} | {name: _team(body.rules) for name, body in bodies.items()}
    desk = Desk(
        teams=teams,
        weight=rules.weight,
        step=rules.step_minutes * MINUTE,
        ahead=dict.fromkeys(CALLS, rules.call_minutes * MINUTE),
        costs=dict.fromkeys(("webchat", "telegram"), rules.chat),
        resting=rules.resting,
        again_after=rules.again_seconds * SECOND,
        strict=frozenset(skill for skill, one in skills.items() if one.strict),
    )
    return Setting(
        rules=rules,
        desk=desk,
        teams={name: frozenset(body.members) for name, body in bodies.items()},
        skills=skills,
        known=known,
    )


def _team(rules: TeamRules) -> Team:
    return Team(
        mode=rules.mode,
        skills=rules.skills,
        widen=tuple(seconds * SECOND for seconds in rules.widen),
        overflow=rules.overflow,
        overflow_after=rules.overflow_after * SECOND,
    )


def snapshot(tx: Tx, now: int, *, set_ups: SetUps, live: Live) -> Snapshot:
    """The transaction's business with all that share operators with it, directly or through others."""
    reading = _Reading(now, set_ups, live)
    todo, seen = [tx.business], {tx.business}
    while todo:
        others = reading.visit(tx.for_business(todo.pop())) - seen
        if len(seen) + len(others) <= LARGEST:
            todo += sorted(others)
            seen |= others
    tx.for_business(tx.business)
    return Snapshot(
        reading.settings, reading.queue, reading.operators(tx), reading.pending, reading.opens_at, reading.names
    )


class _Reading:
    """A snapshot on its way, business by business."""

    def __init__(self, now: int, set_ups: SetUps, live: Live) -> None:
        self._now = now
        self._set_ups = set_ups
        self._live = live
        self.settings: dict[str, Setting] = {}
        self.queue: list[Waiting] = []
        self.pending: list[Pending] = []
        self.opens_at: list[int] = []
        self.names: dict[tuple[str, str], str] = {}
        self._seats: dict[str, dict[str, Seat]] = {}
        self._costs: dict[str, list[int]] = {}
        self._offered: set[str] = set()
        self._wrapping_up: set[str] = set()

    def visit(self, tx: Tx) -> set[str]:
        """Reads a business; where else those work who are there."""
        setting = self.settings[tx.business] = setting_of(tx, self._set_ups.of(tx, self._now))
        for one in carried.queue(tx):
            if one.state.offer is not None:
                self.pending.append(_pending(tx.business, one))
                continue
            held_until = _held_until(setting, one, self._now)
            if held_until == self._now:
                self.queue.append(_waiting(tx.business, setting, one, self._now))
            elif held_until is not None:
                self.opens_at.append(held_until)
        return self._people(tx, setting, self._loads(tx, setting))

    def _loads(self, tx: Tx, setting: Setting) -> dict[str, list[int]]:
        """What each operator carries of this business."""
        here: dict[str, list[int]] = {}
        self._wrapping_up |= carried.wrapping_up(tx, now=self._now)
        for one in carried.carried(tx):
            cost = cost_of(setting.desk, one.channel, resting=one.resting)
            here.setdefault(one.account, []).append(cost)
            self._costs.setdefault(one.account, []).append(cost)
            if one.offered:
                self._offered.add(one.account)
        return here

    def _people(self, tx: Tx, setting: Setting, loads: dict[str, list[int]]) -> set[str]:
        elsewhere: set[str] = set()
        shared = directory.shared(tx)
        for member in members.read(tx):
            if member.role not in ANSWER or not self._live(member.account, [tx.business]):
                continue
            elsewhere.update(shared.get(member.account, ()))
            self.names[tx.business, member.account] = member.name
            self._seats.setdefault(member.account, {})[tx.business] = Seat(
                teams=frozenset(name for name, people in setting.teams.items() if member.account in people),
                levels=member.skills,
                share=member.capacity,
                load=load_of(loads.get(member.account, ()), capacity=CAPACITY),
            )
        return elsewhere

    def operators(self, tx: Tx) -> list[Operator]:
        """Everybody who is there, as routing sees them."""
        known, choices = slots.read(tx, self._seats), presence.latest(tx, self._seats)
        found = []
        for account, places in self._seats.items():
            idle_since = known[account].idle_since if account in known else 0
            load = load_of(self._costs.get(account, ()), capacity=CAPACITY)
            state: Presence = choices.get(account, presence.NEVER).state
            if account in self._wrapping_up:
                state = while_wrapping_up(state)
            found.append(
                Operator(
                    id=account, seats=places, presence=state, load=load, idle_since=idle_since,
                    offered=account in self._offered,
                )
            )  # fmt: skip
        return found


def load(tx: Tx, account: str, settings: Mapping[str, Setting]) -> tuple[int, bool]:
    """What somebody carries in all these businesses, and whether an offer of theirs stands. Behind the lock of their slot
    it is what others have committed, too."""
    costs, offered = [], False
    for business, setting in settings.items():
        for one in carried.carried(tx.for_business(business), account):
            costs.append(cost_of(setting.desk, one.channel, resting=one.resting))
            offered = offered or one.offered
    tx.for_business(tx.business)
    return load_of(costs, capacity=CAPACITY), offered


def _pending(business: str, one: InQueue) -> Pending:
    offer = one.state.offer
    assert offer is not None
    return Pending(business, one.state.id, offer.operator.id, offer.expires_at)


def _held_until(setting: Setting, one: InQueue, now: int) -> int | None:
    """``now`` where somebody may be offered it. Who came when nobody answered waits until somebody does again (``None``: not
    within a year); whoever came before the end is still served."""
    hours, zone, since = setting.known.hours, setting.known.zone, one.state.waiting_since or now
    return now if next_opening(hours, zone, since) == since else next_opening(hours, zone, now)


def _waiting(business: str, setting: Setting, one: InQueue, now: int) -> Waiting:
    state = one.state
    channel = state.endpoint.channel
    asked = {
        skill: 1
        for skill, rules in setting.skills.items()
        if (rules.language and rules.language == state.locale) or (rules.channel and rules.channel == channel)
    }
    # What the bot's content asks for, where the business still has it; else nobody could ever have it.
    for skill, level in state.skills.items():
        if skill in setting.skills:
            asked[skill] = max(level, asked.get(skill, 0))
    return Waiting(
        id=state.id, business=business, since=state.waiting_since or now, team=state.team, channel=channel,
        priority=state.priority, skills=asked, knew=_knew(setting, one, now), passed=state.passed,
    )  # fmt: skip


def _knew(setting: Setting, one: InQueue, now: int) -> str:
    """Who had this very conversation before, else who knew its contact last, while that counts."""
    if one.state.last_owner is not None:
        return one.state.last_owner.id
    return one.knew if one.knew and now - one.knew_at <= setting.rules.knew_days * DAY else ""
