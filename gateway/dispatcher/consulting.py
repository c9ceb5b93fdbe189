"""A colleague is asked about a caller: who can come now, for how long it rings, and that it ends."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gateway.dispatcher.policy import SECOND, Policy
from gateway.dispatcher.routing import may_come, presence_of
from gateway.errors import NotPossible
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.events import CallEnded, ConsultAnswered, ConsultEnded, ConsultStarted, Entry, Person
from gateway.model.events.calls import VOICE
from gateway.model.rules import REACHES
from gateway.store import carried, configuration, directory, due
from gateway.store.sql import Tx

CONSULT = "consult"
"""The kind of due rows; their subject is the leg."""
RING = 30 * SECOND
"""For so long it rings."""


class Rung(msgspec.Struct, frozen=True):
    """What the row says."""

    conversation: str


class _Team(msgspec.Struct, frozen=True):
    members: tuple[str, ...] = ()


def with_asked(tx: Tx, command: c.AnyCommand, policy: Policy, *, now: int) -> c.AnyCommand:
    """Whom a consultation rings, as the business has them: a colleague who can come now, or those of a team who can. Raises
    ``NotPossible`` for a colleague who can't."""
    if not isinstance(command, c.StartConsult):
        return command
    if command.team:
        asked = tuple(one for one in _members(tx, command.team) if _can_come(tx, one, policy, now=now))
    else:
        asked = command.asked
        for one in asked:
            may_come(tx, one, policy, now=now)
            if calls(tx, one.id):
                raise NotPossible(desk.COLLEAGUE_CALLS(name=one.name))
    return replace(command, asked=asked, until=now + RING)


def calls(tx: Tx, account: str) -> bool:
    """Whether somebody has a caller of the business."""
    return any(one.channel == VOICE for one in carried.carried(tx, account))


def plan_ring(tx: Tx, conversation: str, entry: Entry) -> None:
    """What an entry means for the time in which somebody must come."""
    match entry.event:
        case ConsultStarted(leg=leg, until=until):
            due.reset(tx, CONSULT, leg, due_at=until, payload=msgspec.json.encode(Rung(conversation)).decode())
        case ConsultAnswered(leg=leg) | ConsultEnded(leg=leg) | CallEnded(leg=leg):
            due.drop(tx, CONSULT, leg)
        case _:
            pass


def _members(tx: Tx, team: str) -> tuple[Person, ...]:
    item = configuration.find(tx, "team", team)
    wanted = set(msgspec.json.decode(item.body, type=_Team).members) if item is not None else set[str]()
    return tuple(
        Person(id=one.account, name=one.name, picture=one.picture)
        for one in directory.read_operators(tx)
        if one.account in wanted
    )


def _can_come(tx: Tx, one: Person, policy: Policy, *, now: int) -> bool:
    there = policy.there(tx.business, one.id) and "call" in REACHES[presence_of(tx, one.id, now=now)]
    return there and not calls(tx, one.id)
