"""Channels move: an identity goes on in another conversation of the same person, in one unit of work.

The conversation that it leaves ends with ``continued_in``, and whoever else spoke there goes along. Identities are
locked first, then conversations, then contacts, each in id order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.dispatcher.consequences import TURN
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Committed, commit
from gateway.errors import NotFound, NotPossible
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.events import Endpoint
from gateway.model.state import Conversation, Status
from gateway.ports import Profile
from gateway.store import blocks, contacts, due, inbound, log
from gateway.store.contacts import Address, Merged
from gateway.store.sql import Tx
from gateway.store.writer import CannotLock

LOOKS = 5


class Linked(NamedTuple):
    """What a unit did. ``moved``: the identities that speak elsewhere now ("" for none), as they are after it."""

    commits: tuple[Committed, ...] = ()
    moved: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """``identity`` goes on in ``conversation``, and their contacts are one from now on. ``ended``: it may be over, to be read
    and to be opened again.

    Raises ``NotFound`` where either isn't there, ``NotPossible`` where the conversation is over or the two are known
    to be different people.
    """

    identity: str
    conversation: str
    policy: Policy
    ended: bool = False

    def __call__(self, tx: Tx, now: int) -> Linked:
        return steadily(lambda: self._link(tx, now))

    def _link(self, tx: Tx, now: int) -> Linked:
        seen = contacts.address(tx, self.identity)
        target = _where_it_goes_on(tx, self.conversation)
        if seen is None or seen.is_gone or target is None:
            raise NotFound("There is no such conversation, or nobody has that address.")
        held = lock([seen], target.id, tx=tx)
        target = held.going_on(target.id) if self.ended else held.unresolved(target.id)
        unite(tx, seen.contact, target.contact, how=Merged(at=now))
        if seen.conversation == target.id:
            return Linked()
        left = held.states.get(seen.conversation)
        return _go_on(tx, [*held.companions(left, seen), seen], left, target, policy=self.policy, now=now)


@dataclass(frozen=True, slots=True)
class SignIn:
    """An anonymous visitor turns out to be a user of the business, whom it vouches for by ``profile``.

    Their unfinished conversation becomes the user's, and the visitor's address opens nothing any more. Where there is
    none, nothing is written. If both have one, that of people goes on, else the one before the visitor's eyes.
    """

    inbox: str
    visitor: str
    user: str
    profile: Profile
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Linked:
        return steadily(lambda: self._sign_in(tx, now))

    def _sign_in(self, tx: Tx, now: int) -> Linked:
        visitor = self._look(tx, self.visitor)
        if visitor is None or not _is_unfinished(log.peek(tx, visitor.conversation)):
            return Linked()
        known = self._look(tx, self.user)
        held = lock([visitor, known] if known else [visitor], visitor.conversation, tx=tx)
        mine = held.states[visitor.conversation]
        if not _is_unfinished(mine) or _users(tx, visitor.contact).get(self.inbox, self.user) != self.user:
            return Linked()  # over meanwhile, or the talk of another user: that is never inherited
        if known and blocks.standing(tx, known.contact, now=now) is not None:
            return Linked()  # nothing of theirs reaches anybody, whatever they began as a stranger
        user = self._user(tx, now)
        if known is None and user.conversation:
            raise CannotLock  # the user's first message was faster
        unite(tx, visitor.contact, user.contact, how=Merged(at=now))
        linked = self._one_of_two(tx, held, visitor=visitor, user=user, now=now)
        inbound.adopt_keys(tx, self.inbox, self.visitor, by=self.user)
        contacts.retire(tx, visitor.id)
        return linked._replace(moved=(*linked.moved, visitor._replace(conversation="")))

    def _look(self, tx: Tx, address: str) -> Address | None:
        found = inbound.find_identity(tx, self.inbox, address)
        return contacts.address(tx, found.id) if found else None

    def _user(self, tx: Tx, now: int) -> Address:
        """The user's identity, locked, with what the business says of them."""
        identity = inbound.lock_identity(tx, self.inbox, self.user, now=now)
        contacts.vouch(tx, identity.id, identity.contact, self.profile)
        found = contacts.address(tx, identity.id)
        assert found is not None
        return found

    def _one_of_two(self, tx: Tx, held: Held, *, visitor: Address, user: Address, now: int) -> Linked:
        mine, theirs = held.states[visitor.conversation], held.states.get(user.conversation)
        if theirs is mine:  # they spoke in one conversation already
            theirs = None
        if theirs is not None and _goes_before(theirs, mine):
            return _go_on(tx, held.companions(mine, visitor), mine, theirs, policy=self.policy, now=now)
        return _go_on(tx, [*held.companions(theirs, user), user], theirs, mine, policy=self.policy, now=now)


@dataclass(frozen=True, slots=True)
class Separate:
    """Undoes the merge of ``contact`` into another: what each of the two said stays theirs, and an identity that
    speaks in a conversation of the other one begins a new one with its next input.

    Raises ``NotFound``, and ``NotPossible`` where it isn't merged.
    """

    contact: str
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Linked:
        return steadily(lambda: self._separate(tx, now))

    def _separate(self, tx: Tx, now: int) -> Linked:
        found = contacts.read(tx, self.contact)
        if found is None:
            raise NotFound("There is no such contact in this business.")
        if not found.merged_into:
            raise NotPossible(desk.NOT_MERGED())
        whole = contacts.root(tx, self.contact)
        assert whole is not None
        seen = [one for name in contacts.family(tx, whole.id) for one in contacts.addresses(tx, name)]
        held = lock(seen, "", tx=tx)
        contacts.separate(tx, self.contact)
        astray = [one for one in seen if self._is_astray(tx, one, held)]
        for one in astray:
            inbound.point_identity(tx, one.id, "")
        commits = [
            committed
            for name in sorted({one.conversation for one in astray})
            for committed in _take_back(tx, held.states[name], astray, policy=self.policy, now=now)
        ]
        return Linked(tuple(commits), tuple(one._replace(conversation="") for one in astray))

    def _is_astray(self, tx: Tx, one: Address, held: Held) -> bool:
        state = held.states.get(one.conversation)
        return state is not None and contacts.root(tx, one.contact) != contacts.root(tx, state.contact)


# --- what they are made of ---


def steadily(attempt: Callable[[], Linked]) -> Linked:
    """What was seen may have changed before it was locked. Then it is looked at again, and what is locked by now stands
    still; nothing that counts was written before."""
    for _ in range(LOOKS):
        with contextlib.suppress(CannotLock):
            return attempt()
    raise CannotLock


class Held(NamedTuple):
    """What a unit has locked."""

    addresses: dict[str, Address]
    states: dict[str, Conversation]

    def going_on(self, name: str) -> Conversation:
        state = self.states[name]
        if state.continued_in:
            raise CannotLock  # it went on elsewhere meanwhile
        return state

    def unresolved(self, name: str) -> Conversation:
        state = self.going_on(name)
        if state.status is Status.RESOLVED:
            raise NotPossible("That conversation is over. Link to one that goes on.", status=state.status)
        return state

    def companions(self, left: Conversation | None, identity: Address) -> list[Address]:
        """Who else speaks in an unfinished conversation that ``identity`` leaves."""
        if left is None or not _is_unfinished(left):
            return []
        others = (self.addresses.get(name) for name in _speakers(left))
        return [one for one in others if one and one.conversation == left.id and one.id != identity.id]


def _where_it_goes_on(tx: Tx, conversation: str) -> Conversation | None:
    state = log.peek(tx, conversation)
    while state is not None and state.continued_in:
        state = log.peek(tx, state.continued_in)
    return state


def _is_unfinished(state: Conversation | None) -> bool:
    return state is not None and state.status is not Status.RESOLVED


def _goes_before(one: Conversation, other: Conversation) -> bool:
    """People have it, or are asked for, and the other one is the bot's."""
    return one.status not in (Status.PENDING, Status.RESOLVED) and other.status is Status.PENDING


def _speakers(state: Conversation | None) -> set[str]:
    return {endpoint.identity for endpoint in state.channels} if state else set()


def lock(seen: Sequence[Address], target: str, *, tx: Tx) -> Held:
    """Locks the identities that were seen with all who speak where they do, then those conversations and ``target``."""
    lefts = {one.conversation for one in seen} - {""}
    names = {one.id for one in seen}.union(*(_speakers(log.peek(tx, left)) for left in lefts))
    addresses = contacts.lock_addresses(tx, names)
    if any(addresses.get(one.id) != one for one in seen):
        raise CannotLock
    loaded = {name: log.load(tx, name) for name in sorted(lefts | {target} - {""})}
    states = {name: state for name, state in loaded.items() if state is not None}
    if any(not _speakers(states.get(left)) <= names for left in lefts):
        raise CannotLock
    return Held(addresses, states)


def unite(tx: Tx, contact: str, other: str, *, how: Merged) -> None:
    """One contact from two. Raises ``NotPossible`` where they are known to be different people."""
    goes, stays = which_goes(tx, contact, other)
    contacts.merge(tx, goes, into=stays, how=how)


def which_goes(tx: Tx, contact: str, other: str) -> tuple[str, str]:
    """Which of two is merged into which: the one that the business vouches for stays, else ``other``. Raises
    ``NotPossible`` where they are two users of one inbox."""
    users, others = _users(tx, contact), _users(tx, other)
    if any(others.get(inbox, address) != address for inbox, address in users.items()):
        raise NotPossible(desk.TWO_CONTACTS())
    return (other, contact) if users and not others else (contact, other)


def _users(tx: Tx, contact: str) -> dict[str, str]:
    """As whom a contact is signed in, by inbox."""
    whole = contacts.root(tx, contact)
    names = contacts.family(tx, whole.id) if whole else []
    found = (one for name in names for one in contacts.addresses(tx, name))
    return {one.inbox: one.address for one in found if one.assurance == "signed"}


def _go_on(
    tx: Tx, going: Iterable[Address], left: Conversation | None, target: Conversation, *, policy: Policy, now: int
) -> Linked:  # fmt: skip
    """``left`` ends, and ``going`` go on in ``target``, the last one as the one that replies go to."""
    commits = [_leave(tx, left, target.id, policy=policy, now=now)] if left and _is_unfinished(left) else []
    draft = log.Draft(target.id, target, now=now)
    moved = [one._replace(conversation=target.id) for one in going]
    for one in moved:
        draft.apply(c.JoinChannel(endpoint=_endpoint(one)))
        inbound.point_identity(tx, one.id, target.id)
    if draft.entries:
        commits.append(commit(tx, draft, policy))
    return Linked(tuple(commits), tuple(moved))


def _leave(tx: Tx, left: Conversation, target: str, *, policy: Policy, now: int) -> Committed:
    draft = log.Draft(left.id, left, now=now)
    if left.offer is not None:
        draft.apply(c.EndOffer(operator=left.offer.operator, reason="withdrawn"))
    draft.apply(c.Close(ending="answered", reason="moved", continued_in=target))
    committed = commit(tx, draft, policy)
    due.drop(tx, TURN, left.id)
    return committed


def _take_back(
    tx: Tx, state: Conversation, gone: Sequence[Address], *, policy: Policy, now: int
) -> list[Committed]:  # fmt: skip
    """Replies of an unfinished conversation go to who is left in it, never to who turned out to be somebody else."""
    names = {one.id for one in gone}
    left = [endpoint for endpoint in state.channels if endpoint.identity not in names]
    if state.status is Status.RESOLVED or state.endpoint.identity not in names or not left:
        return []
    draft = log.Draft(state.id, state, now=now)
    draft.apply(c.JoinChannel(endpoint=left[-1]))
    return [commit(tx, draft, policy)]


def _endpoint(one: Address) -> Endpoint:
    return Endpoint(inbox=one.inbox, identity=one.id, channel=one.channel)
