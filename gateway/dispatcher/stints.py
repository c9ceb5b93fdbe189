"""What an append means for people's figures: who has the conversation since when, and how that ended."""

from __future__ import annotations

from gateway.model.events import (
    CallbackPromised,
    CallbackTried,
    Entry,
    OfferEnded,
    OperatorMessage,
    OwnerLost,
    Rated,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    Taken,
    Transferred,
)
from gateway.model.state import Conversation, Status
from gateway.store import stints
from gateway.store.sql import Tx

_ENDS: dict[type, stints.Ending] = {
    Resolved: "resolved", Transferred: "transferred", ReturnedToBot: "returned", Snoozed: "snoozed", OwnerLost: "lost",
    CallbackPromised: "snoozed", CallbackTried: "snoozed",
}  # fmt: skip


def note_stint(tx: Tx, conversation: str, entry: Entry, before: Conversation | None, *, now: int) -> None:
    """Writes what one entry changes; ``before``: the state before the append."""
    match entry.event:
        case Taken(operator=operator):
            stints.end(tx, conversation, "transferred", now=now)
            stints.begin(tx, conversation, operator.id, seq=entry.seq, now=now)
        case Reopened(to="owner", owner=owner) if owner is not None:
            # Who wraps up never let go of it.
            if before is None or before.status is not Status.WRAP_UP:
                stints.begin(tx, conversation, owner.id, seq=entry.seq, now=now)
        case OperatorMessage(operator=account):
            stints.replied(tx, conversation, account, now=now)
        case OfferEnded(operator=operator, reason="expired"):
            stints.missed(tx, conversation, operator.id, seq=entry.seq, now=now)
        case Rated(score=score):
            stints.rate(tx, conversation, score)
        case event if type(event) in _ENDS:
            stints.end(tx, conversation, _ENDS[type(event)], now=now)
        case _:
            pass
