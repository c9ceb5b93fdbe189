"""Whoever is blocked gets no answer of a bot and reaches nobody: what they had open ends, and nothing new begins."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.dispatcher.consequences import TURN
from gateway.dispatcher.linking import Linked, lock, steadily
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Committed, commit
from gateway.errors import NotFound, NotPossible
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.state import Conversation, Status
from gateway.store import audit, blocks, contacts, due, log
from gateway.store.audit import Actor
from gateway.store.sql import Tx

BLOCKED = "blocked"
"""Why a request was declined, and the notice that says so to whoever made it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Blocks a contact, with all that are one with it, until an instant (``blocks.FOREVER``: for good). Raises
    ``NotFound``."""

    contact: str
    until: int
    reason: blocks.Reason
    note: str
    by: Actor
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Linked:
        return steadily(lambda: self._block(tx, now))

    def _block(self, tx: Tx, now: int) -> Linked:
        whole = contacts.root(tx, self.contact)
        if whole is None:
            raise NotFound("There is no such contact in this business.")
        family = contacts.family(tx, whole.id)
        held = lock([one for name in family for one in contacts.addresses(tx, name)], "", tx=tx)
        whole = contacts.lock(tx, whole.id)
        assert whole is not None
        before = blocks.standing(tx, whole.id, now=now)
        block = blocks.Block(at=now, reason=self.reason, by=self.by.id, name=self.by.name, note=self.note)
        blocks.put(tx, whole.id, block, until=self.until, now=now)
        audit.note(
            tx, self.by, "blocked", kind="contact", subject=whole.id, name="", now=now,
            changes={"reason": (before.block.reason if before else None, self.reason),
                     "until": (before.until if before else None, self.until)},
        )  # fmt: skip
        open_ = [state for _, state in sorted(held.states.items()) if state.status is not Status.RESOLVED]
        return Linked(tuple(self._end(tx, state, now) for state in open_))

    def _end(self, tx: Tx, state: Conversation, now: int) -> Committed:
        """Nobody is left waiting for an answer that won't come: they are told."""
        draft = log.Draft(state.id, state, now=now)
        if state.offer is not None:
            draft.apply(c.EndOffer(operator=state.offer.operator, reason="withdrawn"))
        draft.apply(c.Notify(notice=BLOCKED, text=self._farewell(tx, state.locale, now)))
        draft.apply(c.Close(ending="declined", reason=BLOCKED))
        committed = commit(tx, draft, self.policy)
        due.drop(tx, TURN, state.id)
        return committed

    def _farewell(self, tx: Tx, locale: str, now: int) -> str:
        phrases = self.policy.phrases
        if self.until >= blocks.FOREVER:
            return phrases.say("blocked", locale)
        zone = self.policy.set_ups.of(tx, now).zone
        return phrases.say("blocked_until", locale, when=phrases.when(self.until, locale, now=now, zone=zone))


@dataclass(frozen=True, slots=True)
class Unblock:
    """Lifts the block of a contact and of all that are one with it. Raises ``NotFound``, ``NotPossible``."""

    contact: str
    by: Actor

    def __call__(self, tx: Tx, now: int) -> None:
        whole = contacts.lock(tx, self.contact)
        if whole is None:
            raise NotFound("There is no such contact in this business.")
        held = blocks.standing(tx, whole.id, now=now)
        if held is None:
            raise NotPossible(desk.NOT_BLOCKED())
        blocks.lift(tx, whole.id, now=now)
        changes = {"reason": (held.block.reason, None), "until": (held.until, None)}
        audit.note(tx, self.by, "unblocked", kind="contact", subject=whole.id, name="", now=now, changes=changes)
