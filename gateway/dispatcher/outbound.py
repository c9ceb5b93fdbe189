"""People write first: a conversation that begins with the business's words.

It opens as ``open`` and belongs to whoever wrote. It is no request of the customer's until they answer: their first words
open the line in the ledger, so that what nobody answered counts as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gateway.dispatcher.addressing import with_faces
from gateway.dispatcher.continuing import TELEGRAM
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Committed, commit
from gateway.errors import Invalid, NotFound, NotPossible, TakenBy
from gateway.faults import Fault, desk
from gateway.model import commands as c
from gateway.model.events import Endpoint, Person
from gateway.model.ids import new_id
from gateway.model.state import Conversation, Status
from gateway.store import blocks, contacts, directory, inbound, inboxes, log
from gateway.store.contacts import Address
from gateway.store.sql import Tx


class Written(NamedTuple):
    """``seq``: of the message. ``begun``: the conversation is a new one; else theirs that wasn't over was taken.
    ``repeated``: it was written before. ``moved``: the identity that speaks there now."""

    conversation: str
    seq: int
    begun: bool = False
    repeated: bool = False
    commits: tuple[Committed, ...] = ()
    moved: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteTo:
    """The first words to a contact, by an ``identity`` of theirs ("": by the one that they came by last).

    What isn't over there is taken, and the words are said in it. ``claim`` makes a repeat return the first result.
    Raises ``NotFound``, ``Invalid``, ``NotPossible`` where they are blocked or can't be reached there, ``TakenBy`` where a
    colleague has the conversation.
    """

    contact: str
    operator: Person
    text: str
    policy: Policy
    identity: str = ""
    claim: inbound.Claim | None = None

    def __call__(self, tx: Tx, now: int) -> Written:
        known = inbound.earlier(tx, self.claim) if self.claim is not None else None
        if known is not None:
            return Written(known.conversation, known.seq, repeated=True)
        one = self._address(tx)
        state = log.load(tx, one.conversation) if one.conversation else None
        why = unreachable(tx, one, state, now=now)
        if why is not None:
            raise NotPossible(why)
        begins = state is None or state.status is Status.RESOLVED
        draft = self._begin(tx, one, state, now) if begins else self._take(tx, state, now)
        assert draft.state is not None
        draft.apply(
            c.SendReply(
                operator=self.operator, text=self.text, floor_seq=draft.state.floor_seq,
                client_id=self.claim.key if self.claim else "", endpoint=_endpoint(one),
            )
        )  # fmt: skip
        seq = draft.state.seq
        if self.claim is not None:
            inbound.claim_key(tx, self.claim, conversation=draft.conversation, seq=seq, now=now)
        committed = commit(tx, draft, self.policy)
        if begins:
            inbound.point_identity(tx, one.id, draft.conversation)
        moved = (one._replace(conversation=draft.conversation),) if begins else ()
        return Written(draft.conversation, seq, begins, False, (committed,), moved)

    def _address(self, tx: Tx) -> Address:
        """The identity, its row locked."""
        whole = contacts.root(tx, self.contact)
        if whole is None:
            raise NotFound("There is no such contact in this business.")
        found = [
            one for name in contacts.family(tx, whole.id) for one in contacts.addresses(tx, name) if not one.is_gone
        ]
        wanted = [one for one in found if one.id == self.identity or not self.identity]
        if not wanted:
            raise Invalid("They can't be written to there. Choose one of the ways that they came by.", field="identity")
        last = max(wanted, key=lambda one: (one.conversation, one.since))
        locked = contacts.lock_addresses(tx, [last.id]).get(last.id)
        if locked is None or locked.is_gone:
            raise NotFound("Nobody has that address any more.")
        return locked

    def _begin(self, tx: Tx, one: Address, before: Conversation | None, now: int) -> log.Draft:
        draft = log.Draft(new_id(now), None, now=now)
        locale = before.locale if before is not None else _first_locale(tx)
        draft.apply(c.Start(contact=one.contact, endpoint=_endpoint(one), locale=locale, outbound=True))
        draft.apply(with_faces(tx, c.Take(operator=self.operator)))
        return draft

    def _take(self, tx: Tx, state: Conversation | None, now: int) -> log.Draft:
        assert state is not None
        owner = state.owner
        if owner is not None and owner.id != self.operator.id and state.status is Status.SNOOZED:
            raise TakenBy(f"{owner.name} has this conversation, and put it aside.", owner=owner.name)
        draft = log.Draft(state.id, state, now=now)
        draft.apply(with_faces(tx, c.Take(operator=self.operator)))
        return draft


def unreachable(tx: Tx, one: Address, state: Conversation | None, *, now: int) -> Fault | None:
    """Why nobody can be written to by an identity, whose conversation is in ``state``; ``None`` where they can."""
    if blocks.standing(tx, one.contact, now=now) is not None:
        return desk.CONTACT_BLOCKED()
    if state is not None and one.id in state.unreachable:
        return desk.UNREACHABLE()
    inbox = inboxes.find(tx, one.inbox)
    if inbox is None or (one.channel == TELEGRAM and not inbox.has_secret):
        return desk.CHANNEL_OFF(name=inbox.name if inbox else "")
    return None


def _first_locale(tx: Tx) -> str:
    business = directory.read_business(tx, tx.business)
    return business.locales[0] if business is not None else "en"


def _endpoint(one: Address) -> Endpoint:
    return Endpoint(inbox=one.inbox, identity=one.id, channel=one.channel)
