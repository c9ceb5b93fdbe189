"""What customers do in a messenger beside writing: they open the chat, change and react to messages, block and unblock.

Each is one unit, as an input is (``units.Receive``): identity, key, decision, log. What is about a message that nobody
here knows leads to nothing, but for a changed one: that is taken as it is now, so that no words are lost.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from gateway.dispatcher.attaching import attachments_of, plan_fetches
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Receive, Received, commit, digest_of, refuse
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import Button, ChatOpened, CustomerEdited, Endpoint, Entry
from gateway.model.ids import new_id
from gateway.model.state import Conversation, Status
from gateway.ports import AnyArrival, Edited, Inbound, Opened, Reach, Reacted, Receipt
from gateway.store import directory, inbound, inboxes, log, refs
from gateway.store.sql import Tx

NOTHING = Received(Receipt(conversation="", seq=0), None)
MOVING = 60_000_000
"""Microseconds between two entries of a place that moves."""


class Arrive(msgspec.Struct, frozen=True):
    """Anything that arrived, one transaction."""

    arrival: AnyArrival
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Received:
        match self.arrival:
            case Inbound() as item:
                return Receive(item, self.policy)(tx, now)
            case Opened() as opened:
                return self._opened(tx, opened, now)
            case Edited() as edited:
                return self._edited(tx, edited, now)
            case Reacted() as reacted:
                return self._reacted(tx, reacted, now)
            case Reach() as reach:
                return self._reach(tx, reach, now)
            case _:
                assert_never(self.arrival)

    def _opened(self, tx: Tx, item: Opened, now: int) -> Received:
        """What is over stays over: whoever opens the chat anew begins anew."""
        identity = inbound.lock_identity(tx, item.inbox, item.address, now=now, name=item.name)
        if identity.is_blocked(now):
            return refuse(tx, identity)
        endpoint = Endpoint(inbox=item.inbox, identity=identity.id, channel=item.channel)
        state = log.load(tx, identity.conversation) if identity.conversation else None
        if state is not None and state.status is Status.RESOLVED:
            state = None
        draft = log.Draft(state.id if state else new_id(now), state, now=now)
        if state is None:
            draft.apply(c.Start(contact=identity.contact, endpoint=endpoint, locale=item.locale))
        greeting, buttons = _greeting(tx, item, self.policy)
        draft.apply(
            c.OpenChat(
                endpoint=endpoint,
                payload=item.payload,
                author=item.author,
                topic=item.topic,
                greeting=greeting,
                buttons=buttons,
            )
        )
        opened = next(entry for entry in draft.entries if isinstance(entry.event, ChatOpened))
        received = self._store(tx, draft, digest=item.payload)
        if received.committed is None:
            return received
        if item.message:
            refs.put(tx, identity.id, item.message, conversation=draft.conversation, seq=opened.seq)
        if identity.conversation != draft.conversation:
            inbound.point_identity(tx, identity.id, draft.conversation)
        return received

    def _edited(self, tx: Tx, edited: Edited, now: int) -> Received:
        item = edited.now
        identity = inbound.lock_identity(tx, item.inbox, item.address, now=now, name=item.name)
        if identity.is_blocked(now):
            return refuse(tx, identity)
        found = refs.find(tx, identity.id, item.message)
        state = log.load(tx, found.conversation) if found else None
        if found is None or state is None or _is_opening(tx, state, found.seq):
            return Receive(item, self.policy)(tx, now)
        if item.place is not None and _moved_just_now(tx, state, found.seq, now=now):
            return NOTHING
        draft = log.Draft(state.id, state, now=now)
        files = attachments_of(tx, item, now=now) if item.files and _is_other(tx, state.id, found.seq, item) else ()
        draft.apply(
            c.Edit(
                seq=found.seq, text=item.text, spans=item.spans, files=files, place=item.place, sent_at=item.sent_at
            )
        )  # fmt: skip
        received = self._store(tx, draft, digest=item.text)
        if received.committed is not None and files:
            plan_fetches(tx, item, draft.entries[-1], conversation=state.id, now=now)
        return received

    def _reacted(self, tx: Tx, item: Reacted, now: int) -> Received:
        identity = inbound.find_identity(tx, item.inbox, item.address)
        if identity is not None and identity.is_blocked(now):
            return refuse(tx, identity)
        found = refs.find(tx, identity.id, item.message) if identity else None
        state = log.load(tx, found.conversation) if found else None
        if found is None or state is None:
            return NOTHING
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.React(seq=found.seq, emoji=item.emoji))
        return self._store(tx, draft, digest="".join(item.emoji))

    def _reach(self, tx: Tx, item: Reach, now: int) -> Received:
        identity = inbound.find_identity(tx, item.inbox, item.address)
        state = log.load(tx, identity.conversation) if identity and identity.conversation else None
        if identity is None or state is None:
            return NOTHING
        endpoint = Endpoint(inbox=item.inbox, identity=identity.id, channel=item.channel)
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.LoseEndpoint(endpoint=endpoint) if item.lost else c.RegainEndpoint(endpoint=endpoint))
        return self._store(tx, draft, digest=str(item.lost)) if draft.entries else NOTHING

    def _store(self, tx: Tx, draft: log.Draft, *, digest: str) -> Received:
        """Commits the draft, unless the same arrival was stored before."""
        assert draft.state is not None
        item, seq = self.arrival, draft.state.seq
        key = inbound.Claim(item.inbox, "", item.key, digest_of(type(item).__name__, digest))
        known = inbound.claim_key(tx, key, conversation=draft.conversation, seq=seq, now=draft.now)
        if known is not None:
            return Received(Receipt(conversation=known.conversation, seq=known.seq, repeated=True), None)
        return Received(Receipt(conversation=draft.conversation, seq=seq), commit(tx, draft, self.policy))


def _greeting(tx: Tx, item: Opened, policy: Policy) -> tuple[str, tuple[Button, ...]]:
    """What the inbox says first, with its starters as a menu, and always a way to a person."""
    say, locale = policy.phrases.say, item.locale
    entrance = inboxes.find(tx, item.inbox)
    business = directory.read_business(tx, tx.business)
    assert entrance is not None and business is not None
    settings = entrance.settings
    text = settings.greeting.get(locale) or say("greeting", locale, business=business.named(locale))
    person = Button(title=say("person_please", locale), payload=words.ASK_FOR_PERSON)
    return text, (*(starter.button(locale) for starter in settings.starters), person)


def _is_opening(tx: Tx, state: Conversation, seq: int) -> bool:
    """The command that opened the chat is no message: once it is changed, what it says by then is one."""
    return any(isinstance(entry.event, ChatOpened) for entry in log.entries_at(tx, state.id, [seq]))


def _moved_just_now(tx: Tx, state: Conversation, seq: int, *, now: int) -> bool:
    """A place that moves is told every few seconds; the log takes one a minute."""
    last: list[Entry] = log.entries_at(tx, state.id, [state.seq])
    return any(
        isinstance(entry.event, CustomerEdited) and entry.event.seq == seq and now - entry.at < MOVING for entry in last
    )


def _is_other(tx: Tx, conversation: str, seq: int, item: Inbound) -> bool:
    """Whether the files of a changed message are others than those it came with."""
    said = log.entries_at(tx, conversation, [seq])
    known = [(file.size, file.kind) for entry in said for file in getattr(entry.event, "files", ())]
    return any((media.size, media.kind) not in known for media in item.files)
