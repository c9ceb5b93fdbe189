"""One conversation, another channel: a one-time link is made where the customer is, and opened where they go on.

Opening moves the same conversation, with whoever has it, its place in the queue and its clock. Only the act of opening in
the other channel (a person presses Start) uses a link up; a crawler that looks at its address does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gateway.dispatcher.arrivals import Arrive
from gateway.dispatcher.linking import Link
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Committed, commit, digest_of
from gateway.errors import NotFound, NotPossible
from gateway.model import commands as c
from gateway.model.state import Status
from gateway.ports import Opened
from gateway.store import inbound, inboxes, links, log
from gateway.store.contacts import Address
from gateway.store.sql import Tx

TELEGRAM = "telegram"


class Way(NamedTuple):
    """Where a conversation may go on: a bot by its ``username``."""

    inbox: str
    username: str


class Offer(NamedTuple):
    """A link that was made. ``until``: UTC microseconds."""

    url: str
    until: int


class Continued(NamedTuple):
    """What opening a link did. ``moved``: identities that speak elsewhere now."""

    commits: tuple[Committed, ...] = ()
    moved: tuple[Address, ...] = ()


def way_on(tx: Tx) -> Way | None:
    """The business's first bot that can be written to."""
    for one in inboxes.read(tx):
        telegram = one.settings.telegram
        if one.channel == TELEGRAM and one.has_secret and telegram is not None and telegram.username:
            return Way(one.id, telegram.username)
    return None


@dataclass(frozen=True, slots=True)
class MakeLink:
    """A link to go on in Telegram. Raises ``NotFound`` where there is no such conversation or no bot, ``NotPossible``
    where it is over."""

    conversation: str

    def __call__(self, tx: Tx, now: int) -> Offer:
        state = log.peek(tx, self.conversation)
        way = way_on(tx)
        if state is None or way is None:
            raise NotFound("There is nowhere to go on from here.")
        if state.status is Status.RESOLVED:
            raise NotPossible("This conversation is over. Write again first, then go on in Telegram.")
        minted = links.mint(tx, self.conversation, way.inbox, now=now)
        return Offer(f"https://t.me/{way.username}?start=c_{minted.token}", minted.until)


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
        if inbound.earlier(tx, claim) is not None:
            return Continued()
        conversation = links.peek(tx, self.token, item.inbox, now=now)
        if conversation is None:
            return self._over(tx, claim, now)
        try:
            linked = Link(identity.id, conversation, self.policy)(tx, now)
        except (NotFound, NotPossible):
            return self._over(tx, claim, now)
        links.take(tx, self.token, item.inbox, now=now)
        known = inbound.find_identity(tx, item.inbox, item.address)
        target = known.conversation if known is not None else conversation
        told = self._tell(tx, target, "continued", now=now)
        inbound.claim_key(tx, claim, conversation=target, seq=told.state.seq, now=now)
        return Continued((*linked.commits, told), linked.moved)

    def _over(self, tx: Tx, claim: inbound.Claim, now: int) -> Continued:
        received = Arrive(self.opened, self.policy)(tx, now)
        if received.committed is None:
            return Continued()
        told = self._tell(tx, received.receipt.conversation, "link_over", now=now)
        return Continued((received.committed, told))

    def _tell(self, tx: Tx, conversation: str, notice: str, *, now: int) -> Committed:
        state = log.load(tx, conversation)
        assert state is not None
        draft = log.Draft(conversation, state, now=now)
        draft.apply(c.Notify(notice=notice, text=self.policy.phrases.say(notice, state.locale)))
        return commit(tx, draft, self.policy)
