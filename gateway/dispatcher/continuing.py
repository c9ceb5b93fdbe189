"""One conversation, another channel: a one-time link is made where the customer is, and opened where they go on.

Opening moves the same conversation, with whoever has it, its place in the queue and its clock. Only the act of opening in
the other channel (a person presses a button there) uses a link up; a crawler that looks at its address does nothing.

A link into a page carries its token in the fragment of the page's address: browsers tell that part to no server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gateway.dispatcher.arrivals import Arrive
from gateway.dispatcher.linking import Link
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Committed, blocked, commit, digest_of, refuse
from gateway.errors import LinkOver, NotFound, NotPossible
from gateway.model import commands as c
from gateway.model.state import Conversation, Status
from gateway.ports import Opened, Profile
from gateway.store import contacts, inbound, inboxes, links, log
from gateway.store.contacts import Address
from gateway.store.inboxes import Entrance
from gateway.store.sql import Tx

TELEGRAM, WEBCHAT = "telegram", "webchat"


class Way(NamedTuple):
    """Where a conversation may go on. ``place``: the address of the bot's chat, or of the page; ``name``: the inbox's."""

    inbox: str
    channel: str
    name: str
    place: str

    def opened_with(self, token: str) -> str:
        if self.channel == TELEGRAM:
            return f"{self.place}?start=c_{token}"
        return f"{self.place}#switchboard={self.inbox}.{token}"


class Offer(NamedTuple):
    """A link that was made. ``until``: UTC microseconds; 0 for a mere address, which carries no conversation."""

    url: str
    until: int


class Continued(NamedTuple):
    """What opening a link did. ``conversation``: where it goes on, ``seq``: its head; ``moved``: identities that speak
    elsewhere now."""

    commits: tuple[Committed, ...] = ()
    moved: tuple[Address, ...] = ()
    conversation: str = ""
    seq: int = 0


def ways_on(tx: Tx) -> list[Way]:
    """All bots of the business that can be written to, and all pages that have its chat, the oldest first."""
    return [way for one in inboxes.read(tx) if (way := _way(one)) is not None]


def way_on(tx: Tx, channel: str) -> Way | None:
    """The first one of a channel."""
    return next((way for way in ways_on(tx) if way.channel == channel), None)


def _way(one: Entrance) -> Way | None:
    telegram = one.settings.telegram
    if one.channel == TELEGRAM and one.has_secret and telegram is not None and telegram.username:
        return Way(one.id, TELEGRAM, one.name, f"https://t.me/{telegram.username}")
    if one.channel == WEBCHAT and one.settings.page:
        return Way(one.id, WEBCHAT, one.name, one.settings.page)
    return None


@dataclass(frozen=True, slots=True)
class MakeLink:
    """A link by which a conversation goes on in an ``inbox``, or in the first one of a ``channel``, or by a ``way`` of ours.

    Raises ``NotFound`` where there is no such conversation or no such way, ``NotPossible`` where it is over.
    """

    conversation: str
    inbox: str = ""
    channel: str = ""
    way: Way | None = None

    def __call__(self, tx: Tx, now: int) -> Offer:
        state = log.peek(tx, self.conversation)
        way = self.way or next(
            (one for one in ways_on(tx) if self.inbox == one.inbox or self.channel == one.channel), None
        )
        if state is None or way is None:
            raise NotFound("There is nowhere to go on from here.")
        if state.status is Status.RESOLVED:
            raise NotPossible("This conversation is over. Write again first, then go on elsewhere.")
        return _mint(tx, state, way, now=now)


@dataclass(frozen=True, slots=True)
class AskForPage:
    """Somebody in a messenger wants to go on at the business's page. ``None`` where there is none, or where the same was
    asked and answered before. Whoever has no conversation that could go along gets the page's mere address, as does a
    group (``alone``: it is none): everybody there would read on."""

    inbox: str
    address: str
    key: str
    alone: bool

    def __call__(self, tx: Tx, now: int) -> Offer | None:
        way = way_on(tx, WEBCHAT)
        if way is None:
            return None
        identity = inbound.find_identity(tx, self.inbox, self.address)
        state = log.peek(tx, identity.conversation) if identity is not None and self.alone else None
        claim = inbound.Claim(self.inbox, "", self.key, digest_of("page"))
        if inbound.claim_key(tx, claim, conversation=state.id if state else "", seq=0, now=now) is not None:
            return None
        if state is None or state.status is Status.RESOLVED:
            return Offer(way.place, 0)
        return _mint(tx, state, way, now=now)


def _mint(tx: Tx, state: Conversation, way: Way, *, now: int) -> Offer:
    minted = links.mint(tx, state.id, way.inbox, now=now)
    return Offer(way.opened_with(minted.token), minted.until)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """The chat was opened with a link's ``token``. One that doesn't hold (any more) opens the chat and says so."""

    opened: Opened
    token: str
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Continued:
        item = self.opened
        identity = inbound.lock_identity(tx, item.inbox, item.address, now=now, name=item.name)
        claim = inbound.Claim(item.inbox, "", item.key, digest_of("link", self.token))
        if identity.is_blocked(now):
            refuse(tx, identity)
            return Continued()
        if inbound.earlier(tx, claim) is not None:
            return Continued()
        try:
            return _go_on(tx, identity, self.token, claim, policy=self.policy, now=now)
        except LinkOver:
            return self._over(tx, claim, now)

    def _over(self, tx: Tx, claim: inbound.Claim, now: int) -> Continued:
        received = Arrive(self.opened, self.policy)(tx, now)
        if received.committed is None:
            return Continued()
        told = _tell(tx, received.receipt.conversation, "link_over", policy=self.policy, now=now)
        return Continued((received.committed, told))


@dataclass(frozen=True, slots=True)
class OpenAtPage:
    """A visitor of a page goes on there with the conversation of a link. ``key``: their own, the same at every retry;
    ``profile``: whom their page vouches for them to be.

    Raises ``LinkOver`` where it doesn't hold (any more), and then nothing is written: a visitor without a message is nobody;
    ``Blocked`` for whom the business blocked.
    """

    inbox: str
    address: str
    key: str
    token: str
    profile: Profile | None
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Continued:
        claim = inbound.Claim(self.inbox, self.address, self.key, digest_of("link", self.token))
        known = inbound.earlier(tx, claim)
        if known is not None:
            return Continued(conversation=known.conversation, seq=known.seq)
        profile = self.profile
        identity = inbound.lock_identity(tx, self.inbox, self.address, now=now, name=profile.name if profile else "")
        if identity.is_blocked(now):
            raise blocked(identity.blocked_until)
        if profile is not None and not identity.conversation:
            contacts.vouch(tx, identity.id, identity.contact, profile)
        return _go_on(tx, identity, self.token, claim, policy=self.policy, now=now)


def _go_on(
    tx: Tx, identity: inbound.Identity, token: str, claim: inbound.Claim, *, policy: Policy, now: int
) -> Continued:  # fmt: skip
    """``identity``, which is locked, goes on where the link leads, and uses it up. Raises ``LinkOver``."""
    taken = links.take(tx, token, claim.inbox, now=now)
    if taken is None or _is_stale(tx, taken):
        raise LinkOver("This link has run out or was used already. Ask for a new one where you came from.")
    try:
        linked = Link(identity.id, taken.conversation, policy, ended=taken.kind == "letter")(tx, now)
    except (NotFound, NotPossible) as error:
        raise LinkOver("What this link leads to is over, or is somebody else's.") from error
    known = contacts.address(tx, identity.id)
    assert known is not None
    told = _tell(tx, known.conversation, "continued", policy=policy, now=now)
    inbound.claim_key(tx, claim, conversation=known.conversation, seq=told.state.seq, now=now)
    return Continued((*linked.commits, told), linked.moved, known.conversation, told.state.seq)


def _is_stale(tx: Tx, taken: links.Taken) -> bool:
    """Who wrote after a letter was on its way has come back without it: then nobody else may by it."""
    state = log.peek(tx, taken.conversation) if taken.kind == "letter" else None
    return state is not None and state.last_input > taken.seq


def _tell(tx: Tx, conversation: str, notice: str, *, policy: Policy, now: int) -> Committed:
    state = log.load(tx, conversation)
    assert state is not None
    draft = log.Draft(conversation, state, now=now)
    draft.apply(c.Notify(notice=notice, text=policy.phrases.say(notice, state.locale)))
    return commit(tx, draft, policy)
