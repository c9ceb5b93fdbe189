"""What an append means for routing: who waits is looked at, who has room again, who knows the contact now.

Each business has one due row ``route`` while somebody waits there; whoever claims it makes the pass. It is moved forward, in
the transaction of what happened, when somebody joins the queue, an offer ends, or an operator of the business has room again.
"""

from __future__ import annotations

from gateway.dispatcher.policy import Policy
from gateway.errors import NotPossible
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances
from gateway.model.events import OfferEnded, Person
from gateway.model.rules import REACHES, Presence, while_wrapping_up
from gateway.model.state import Conversation, Status
from gateway.store import carried, contacts, directory, due, presence, slots
from gateway.store.log import Draft
from gateway.store.sql import Tx

ROUTE = "route"
"""The kind of due rows; one for each business with a queue."""
QUEUE = "queue"
"""Their subject."""
CARRIED = (Status.OPEN, Status.WRAP_UP)


def plan_routing(tx: Tx, draft: Draft) -> bool:
    """Writes what routing needs of an append; whether there is a queue to look at now."""
    before, after = draft.before, draft.state
    assert after is not None
    had, has = _carrier(before), _carrier(after)
    if had != has:
        if has:
            slots.got(tx, has, now=draft.now)
            contacts.know(tx, after.contact, has, now=draft.now)
        if had:
            slots.ended(tx, had, now=draft.now)
    free = {had} - {has, ""}
    if before is not None and before.offer is not None and before.offer != after.offer:
        free.add(before.offer.operator.id)  # accepted or not: they can be offered the next
    if before is not None and before.wrap_up is not None and after.wrap_up is None and has:
        free.add(has)  # their time after the talk is over, and they still have it
    for account in sorted(free):
        look_again(tx, account, now=draft.now)
    joins = before is None or before.status is not Status.QUEUED
    waits = after.status is Status.QUEUED and after.offer is None
    if waits and (joins or any(isinstance(entry.event, OfferEnded) for entry in draft.entries)):
        due.reset(tx, ROUTE, QUEUE, due_at=draft.now)
        return True
    return bool(free)


def comes_back(tx: Tx, state: Conversation, policy: Policy) -> Circumstances:
    """Whether who had a conversation last gets it back: they must be there, and not on a break."""
    owner = state.last_owner
    if owner is None or not policy.there(tx.business, owner.id):
        return Circumstances()
    return Circumstances(owner_available="return" in REACHES[presence.chosen(tx, owner.id).state])


def may_get(tx: Tx, command: c.AnyCommand, policy: Policy, *, now: int) -> None:
    """Raises ``NotPossible`` where a conversation would be passed to somebody, or somebody be asked to join it, who can't
    now."""
    match command:
        case c.Transfer(to=to) if to is not None:
            asked = to
        case c.Invite(colleague=colleague):
            asked = colleague
        case _:
            return
    if asked.id != command.operator.id:
        may_come(tx, asked, policy, now=now)


def may_come(tx: Tx, asked: Person, policy: Policy, *, now: int) -> None:
    """Raises ``NotPossible`` for a colleague whom nothing can be passed to now."""
    if not policy.there(tx.business, asked.id):
        raise NotPossible(desk.COLLEAGUE_GONE(name=asked.name))
    state = presence_of(tx, asked.id, now=now)
    if state == "after_call":
        raise NotPossible(desk.COLLEAGUE_WRAPPING_UP(name=asked.name))
    if "transfer" not in REACHES[state]:
        raise NotPossible(desk.COLLEAGUE_AWAY(name=asked.name))


def presence_of(tx: Tx, account: str, *, now: int) -> Presence:
    """What somebody is for routing: what they chose, or busy with what comes after a talk, in whichever business."""
    chosen = presence.chosen(tx, account).state
    if chosen == "away":
        return chosen
    here = tx.business
    wraps_up = any(
        carried.wrapping_up(tx.for_business(one.business), account, now=now) for one in directory.memberships(tx, account)
    )  # fmt: skip
    tx.for_business(here)
    return while_wrapping_up(chosen) if wraps_up else chosen


def look_again(tx: Tx, account: str, *, now: int) -> None:
    """Somebody is there, or has room again: whoever waits at any of their businesses is looked at."""
    for one in directory.memberships(tx, account):
        due.hasten(tx.for_business(one.business), ROUTE, QUEUE, due_at=now)
    tx.for_business(tx.business)


def _carrier(state: Conversation | None) -> str:
    """Whose capacity it takes."""
    return state.owner.id if state is not None and state.owner is not None and state.status in CARRIED else ""
